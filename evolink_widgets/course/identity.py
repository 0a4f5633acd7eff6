"""Tells who asks: by a token of the course, or by a JupyterHub's own token."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from evolink_widgets.course.books.asks import TokenHash
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.books.roster import TOKEN_PREFIX, Student, token_hash

__all__ = ["HubTokens", "Identity", "Tokens"]

_KEPT = 60.0
"""Seconds that the hub's answer is believed; a barred student is refused at once all the same."""
_MOST = 5_000


class Identity(Protocol):
    """Knows the student behind a token."""

    async def student(self, token: str) -> str | None:
        """The student's name; `None` where the token is no one's."""

    async def claim(self, token: str) -> str | TokenHash | None:
        """Whom the books are to look up as they reserve; `None` where it is surely no one's."""


class Tokens:
    """The tokens that `python -m evolink_widgets.course tokens` made.

    The books are asked each time: a token that was renewed is void from then on.

    Args:
        books: keep their hashes.
    """

    def __init__(self, books: Books) -> None:
        self._books = books

    async def student(self, token: str) -> str | None:
        """The student's name."""
        if not token.startswith(TOKEN_PREFIX):
            return None
        return await self._books.student_of(token_hash(token))

    async def claim(self, token: str) -> TokenHash | None:
        """The token's hash: the books need no second question for it."""
        return TokenHash(token_hash(token)) if token.startswith(TOKEN_PREFIX) else None


class HubTokens:
    """Tokens of a JupyterHub: a student's server has one already, as `JUPYTERHUB_API_TOKEN`.

    Whom the hub lets in is written into the books when first seen.

    Args:
        books: get the names.
        read_user: asks the hub whose token it is; blocks, and is called on a thread.
        clock: seconds.
    """

    def __init__(
        self,
        books: Books,
        read_user: Callable[[str], str | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._books = books
        self._read_user = read_user
        self._known = _Recent(clock)

    async def student(self, token: str) -> str | None:
        """The student's name, as the hub has it."""
        hashed = token_hash(token)
        if (known := self._known.get(hashed)) is not None:
            return known
        name = await asyncio.to_thread(self._read_user, token)
        if name is not None:
            if not await self._books.standings(name):
                await self._books.enrol([Student(name)], {})
            self._known.put(hashed, name)
        return name

    async def claim(self, token: str) -> str | None:
        """The student's name: the books know no token of the hub's."""
        return await self.student(token)


class _Recent:
    """Names that were found a moment ago."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._found: dict[str, tuple[str, float]] = {}

    def get(self, hashed: str) -> str | None:
        name, at = self._found.get(hashed, (None, 0.0))
        return name if name is not None and self._clock() - at < _KEPT else None

    def put(self, hashed: str, name: str) -> None:
        if len(self._found) >= _MOST:
            self._found.clear()
        self._found[hashed] = (name, self._clock())
