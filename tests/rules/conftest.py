"""Properties are checked with the same examples on every machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("rules", derandomize=True, deadline=None, max_examples=150)
settings.load_profile("rules")
