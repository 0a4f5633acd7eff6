"""What a request costs: published prices, what receipts teach, and single amounts."""
