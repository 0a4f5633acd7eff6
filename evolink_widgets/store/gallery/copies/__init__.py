"""Copies of pictures, with their recipe and the mark for AI-made pictures inside."""
