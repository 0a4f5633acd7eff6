"""What people build: houses and landmarks, and what rolls, floats and flies."""
