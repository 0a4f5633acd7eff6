"""What Python leaves out: time that can be set, deadlines, and what is loaded at its first use."""
