"""The teacher's page, and the small pictures on it."""
