"""Text for people: counts and times in words, what is safe to print, tables that scroll."""
