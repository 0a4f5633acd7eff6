"""What can be done with the pictures of a panel, the same everywhere."""
