"""The way of a picture into the store: one pass over its bytes, then its row."""
