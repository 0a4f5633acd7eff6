"""The rows of sets and pictures: written, checked, counted and queried."""
