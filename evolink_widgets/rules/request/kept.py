"""The name of a reference whose bytes this store keeps: it stands where a link would stand.

A picture from this machine has no link until it is uploaded, and its link changes with every
upload. Its name is made of its bytes, so that a request and its recipe stay the same; the name
is exchanged for a link right before the request is sent.
"""

from __future__ import annotations

import re

__all__ = ["digest_of", "kept_name"]

_PREFIX = "evolink-ref:"
_NAME = re.compile(rf"{_PREFIX}([0-9a-f]{{64}})", re.ASCII)


def kept_name(sha256: str) -> str:
    """The name of a reference with these bytes: `evolink-ref:` and their SHA-256 in hex."""
    return _PREFIX + sha256


def digest_of(reference: str) -> str | None:
    """The SHA-256 in a kept reference's name; `None` where it is a link."""
    found = _NAME.fullmatch(reference)
    return found[1] if found else None
