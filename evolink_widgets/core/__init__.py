"""The shared async core: one loop thread, one HTTP client, one runner for each task."""
