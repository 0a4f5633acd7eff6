"""What rows ask for: any frame read, templates filled, equal requests brought together."""
