"""Saved pictures: files, recipes, thumbnails, search, reuse, trash and zip archives."""
