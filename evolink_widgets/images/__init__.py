"""Readers and writers of image files: PNG, JPEG, WebP, and their Exif, ICC and XMP metadata."""
