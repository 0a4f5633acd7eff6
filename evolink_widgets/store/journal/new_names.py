"""Names made up by chance: a task's local key, and the `Idempotency-Key` of its request."""

from __future__ import annotations

import secrets

__all__ = ["new_idempotency_key", "new_key"]

# Small letters and digits that are not mistaken for one another; safe in file names that
# ignore case, in CSS classes and in URLs. Twelve of them are 59 bits of chance.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_key() -> str:
    """Return a task's local key: 12 characters, safe in file names, classes and URLs."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def new_idempotency_key() -> str:
    """Return a fresh `Idempotency-Key` of 35 characters."""
    return f"ew-{secrets.token_hex(16)}"
