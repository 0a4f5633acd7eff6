"""The view of a study: its cells by two axes, and any cell bought by itself."""
