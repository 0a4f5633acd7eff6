"""Brushes: canvas, pen, curves, masks, colours, strokes and styles."""
