"""Rows of a frame as pictures: what they would cost, a run that buys them, and what came of it."""
