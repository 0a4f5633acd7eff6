"""What is around the subjects: sky, weather, light, lens and lettering."""
