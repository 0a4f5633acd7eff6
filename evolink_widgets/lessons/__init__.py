"""What a lesson needs: cells that check an exercise, with a hint and an answer folded under it."""

from evolink_widgets.lessons.checked import Checked, Finding, check

__all__ = ["Checked", "Finding", "check"]
