"""Exif, ICC and XMP: read within bounds, and XMP written."""
