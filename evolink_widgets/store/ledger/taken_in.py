"""How often other stores' receipts came into a store: what was learned from its own is old then."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from evolink_widgets.store.process_globals import process_global

__all__ = ["taken_in"]

taken_in: Counter[Path] = process_global(f"{__name__} taken in", Counter)
"""By the path of the database, in this process."""
