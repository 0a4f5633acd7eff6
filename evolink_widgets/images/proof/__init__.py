"""Proof that a file is a whole PNG, JPEG or WebP, while its bytes come."""
