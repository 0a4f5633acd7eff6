"""Moves of pictures' files: to the trash and back, and to the folder of their month."""
