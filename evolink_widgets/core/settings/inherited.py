"""What a program that is started from here inherits: that nothing may be bought there either.

A process that is spawned (`subprocess`, `multiprocessing`, a kernel) does not see the settings of
this one. It reads its environment, and where that has a key it would buy what this process
replays, plays on the emulator or refuses. So these settings stand in `os.environ`, too, for as
long as they hold.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from evolink_widgets.core.settings.settings import (
    BASE_URL_VARIABLE,
    FILES_URL_VARIABLE,
    Settings,
)
from evolink_widgets.core.settings.tape_settings import (
    CASSETTE,
    MODE,
    OFF_TAPE,
    SPEED,
    cassette_in,
)
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.request.service_address import is_loopback

__all__ = ["SPEND_VARIABLE", "Inherited", "inherited_words"]

SPEND_VARIABLE = "EVOLINK_SPEND"


def inherited_words(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    buys_nothing: bool = False,
    plays: bool = False,
) -> dict[str, str]:
    """The variables that keep a child from buying, where this process may not.

    Args:
        settings: this process's.
        environment: what says the rest.
        buys_nothing: whether nothing may be bought now, whatever they say.
        plays: whether the emulator is played where the environment leads to a service.
    """
    words: dict[str, str] = {}
    if buys_nothing or settings.spend == "never":
        words[SPEND_VARIABLE] = "never"
    if settings.base_url is not None and is_loopback(settings.base_url):  # it may be an emulator
        words[BASE_URL_VARIABLE] = settings.base_url
        if settings.files_url is not None:
            words[FILES_URL_VARIABLE] = settings.files_url
    mode = "emulator" if plays else settings.mode
    if mode not in ("emulator", "replay"):
        return words
    words[MODE] = mode
    if settings.mode == "replay":
        with contextlib.suppress(ConfigurationError):  # a child says so, too, and buys nothing
            words[CASSETTE] = str(cassette_in(settings, environment))
        if settings.speed is not None:
            words[SPEED] = f"{settings.speed!r}"
        if settings.off_tape is not None:
            words[OFF_TAPE] = settings.off_tape
    return words


def _new_mark() -> str:
    return "".join(" \t"[byte & 1] for byte in os.urandom(24))


@dataclass
class Inherited:
    """Words that stand in `os.environ` for a while, and what stood there before.

    Each ends in blanks of this process's own. What reads a variable cuts them off, and no one
    types them: so a word that others write is theirs, also an equal one, and one that a copy of
    the environment brings back after its end is known for what it is.

    `write` is for one thread at a time. Any thread may read meanwhile: it gets what others wrote.
    """

    _mark: str = field(default_factory=_new_mark)
    _before: Mapping[str, str | None] = field(default_factory=dict)  # replaced, never changed
    _standing: frozenset[str] = frozenset()

    def write(self, words: Mapping[str, str]) -> None:
        """Put these words in the place of those that were written earlier.

        What stood there before comes back with the last of them. What was changed by others
        meanwhile is theirs, and stays; what they only took away comes back.
        """
        for name in self._before.keys() - words.keys():
            if self._is_ours(os.environ.get(name)):
                before = self._before[name]
                if before is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = before
        for name, word in words.items():
            found = os.environ.get(name)
            is_theirs = found is not None and not self._is_ours(found)
            if is_theirs or (found is None and name not in self._standing):
                self._before = {**self._before, name: found}  # known before the word stands there
            if found != word + self._mark:
                os.environ[name] = word + self._mark
        self._standing = frozenset(words)

    def word(self, name: str) -> str:
        """A variable's word as others wrote it; empty where there is none."""
        return self._theirs(name, os.environ.get(name)) or ""

    def environment(self) -> dict[str, str]:
        """The environment as others wrote it."""
        theirs = ((name, self._theirs(name, found)) for name, found in os.environ.items())
        return {name: found for name, found in theirs if found is not None}

    def _theirs(self, name: str, found: str | None) -> str | None:
        return self._before.get(name) if self._is_ours(found) else found

    def _is_ours(self, found: str | None) -> bool:
        return found is not None and found.endswith(self._mark)
