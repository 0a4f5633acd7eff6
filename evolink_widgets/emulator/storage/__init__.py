"""What the emulator keeps in files: tasks, uploads, references, drawn pictures."""
