"""Where things stand in a picture, and in which order they are painted."""
