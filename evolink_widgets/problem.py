"""One broken rule, as a value that a call can raise and a panel can show beside its control."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Problem", "shown"]

_SHOWN = 60


@dataclass(frozen=True)
class Problem:
    """One broken rule.

    Attributes:
        field: the argument's name.
        value: what was given, shortened and safe to show.
        rule: what the service asks for, as a phrase that follows the field's name.
        nearest: the nearest legal value as text that can be put in the place of the given one;
            `None` where there is none, or where taking it would lose what was written.
    """

    field: str
    value: str
    rule: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f" Nearest: {self.nearest}." if self.nearest is not None else ""
        return f"{self.field} {self.rule}; it is {self.value}.{hint}"


def shown(value: object) -> str:
    """Any value as a short text in which nothing is active: escapes stay escapes."""
    try:
        # A whole prompt need not be turned into its repr to show 60 characters of it.
        text = repr(value[: 2 * _SHOWN] if isinstance(value, (str, bytes)) else value)
    except Exception:
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
