"""`ImageCompare`: two or more pictures side by side, under a slider, or as a difference."""
