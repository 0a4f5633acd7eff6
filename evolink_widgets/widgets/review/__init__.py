"""Reviews pictures one by one: keep, reject, caption, by keys."""
