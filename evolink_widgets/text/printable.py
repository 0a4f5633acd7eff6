"""Makes text safe to print: no terminal control characters, nothing its encoding cannot hold."""

from __future__ import annotations

import sys

from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = ["printable"]

_ACTIVE = late_pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line end, halves of surrogate pairs, and what turns the direction
of all text around it: a terminal obeys the first and the last."""

_PLAIN = {
    "×": "x", "·": "-", "–": "-", "—": "-", "−": "-", "…": "...", "“": '"', "”": '"',
    "‘": "'", "’": "'", "→": "->", "≥": ">=", "≤": "<=", "\ufffd": "?",
}  # fmt: skip
"""Our own typography, where a terminal has ASCII alone."""


def printable(text: str) -> str:
    """`text` as it may go to a terminal: what is active in it is U+FFFD, line ends stay.

    Where standard output can't hold a character, `print` would raise; it is spelt in ASCII then,
    and everything else stays as it is.
    """
    text = _ACTIVE.sub("\ufffd", text)
    encoding = getattr(sys.stdout, "encoding", None)
    if not isinstance(encoding, str) or text.isascii():
        return text
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_spelt(character, encoding) for character in text)
    except LookupError:  # an encoding that only its stream knows
        return text
    return text


def _spelt(character: str, encoding: str) -> str:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        spelt = _PLAIN.get(character)
        return spelt or character.encode("ascii", "backslashreplace").decode("ascii")
    return character
