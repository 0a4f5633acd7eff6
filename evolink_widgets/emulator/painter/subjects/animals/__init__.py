"""Animals, on the ground, in the air and in the water."""
