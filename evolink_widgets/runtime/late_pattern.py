"""Regular expressions that are compiled at their first use.

A module of rules has a dozen of them, and most asks need none: compiling them all is a tenth of
what a kernel's first ask takes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

__all__ = ["late_pattern"]


class _LatePattern:
    """Stands for a pattern, and has its methods once one is asked for."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.__given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        pattern, flags = self.__given
        found = getattr(re.compile(pattern, flags), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    late_pattern = re.compile
else:

    def late_pattern(pattern: str, flags: int = 0) -> _LatePattern:
        """Return what `re.compile` would, but for its class; compiled at its first use.

        Args:
            pattern: a regular expression.
            flags: of `re`.

        Raises:
            re.error: at the first use; the pattern is none.
        """
        return _LatePattern(pattern, flags)
