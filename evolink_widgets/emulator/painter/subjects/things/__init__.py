"""Things to use, to eat, to sit on and to give."""
