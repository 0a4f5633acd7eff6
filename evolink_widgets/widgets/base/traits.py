"""Trait types that traitlets lacks: sendable text, whole numbers of any library, derived values."""

from __future__ import annotations

from typing import Any

import traitlets

from evolink_widgets.rules.request.request import whole_number

__all__ = ["DerivedTrait", "SendableText", "WholeNumber", "is_torn"]


def is_torn(text: str) -> bool:
    """Whether a half of a surrogate pair is in it, which cannot be sent as UTF-8."""
    return any("\ud800" <= character <= "\udfff" for character in text)


class SendableText(traitlets.Unicode[str, str]):
    """Text that a message to the front end can carry."""

    def validate(self, obj: Any, value: Any) -> str:
        """Refuse what would break the connection, not what breaks a rule of the service."""
        text: str = super().validate(obj, value)
        if is_torn(text):
            raise traitlets.TraitError(
                f"{self.name} has half of a surrogate pair in it, which cannot be sent as UTF-8; "
                "take it out."
            )
        return text


class WholeNumber(traitlets.Int[int, int]):
    """A whole number of any library, NumPy's too."""

    def validate(self, obj: Any, value: Any) -> int:
        """Take what is an integer; a bool is a slip of the hand, a float a loss of digits."""
        whole = whole_number(value)
        if whole is None:
            self.error(obj, value)
        return super().validate(obj, whole)


class DerivedTrait:
    """A mixin for a trait whose value derives from the tasks: read from them, set only to notify.

    A task's end is known to the cell that waits for it a moment before observers are called;
    what that cell reads then must not be older than what it knows.
    """

    name: str | None

    def get(self, obj: Any, cls: Any = None) -> Any:
        """What is true now."""
        return obj._now(self.name)


class DerivedPictures(DerivedTrait, traitlets.Any):
    """The pictures of the tasks, as a tuple."""

    default_value = ()


class DerivedFlag(DerivedTrait, traitlets.Bool[bool, bool]):
    """Something that is so while the tasks say it."""


class DerivedText(DerivedTrait, SendableText):
    """What the tasks say in words."""
