"""The shared async core: one loop thread, one HTTP client, the story of each task."""
