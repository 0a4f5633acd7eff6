"""From a prompt's words to a scene: subjects, place, time of day, style, and changes."""
