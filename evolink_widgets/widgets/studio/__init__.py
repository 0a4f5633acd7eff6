"""`ImageStudio`: the panel with prompt, controls, price, progress and pictures."""
