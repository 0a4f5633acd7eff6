"""Pixels: decoded within bounds, scaled, converted and coded anew."""
