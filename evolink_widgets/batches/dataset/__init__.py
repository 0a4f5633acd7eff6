"""A run's pictures as a dataset: files and metadata, a card, a manifest, receipts, look-alikes."""
