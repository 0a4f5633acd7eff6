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

from evolink_widgets.core.settings.settings import Settings
from evolink_widgets.core.settings.tape_settings import (
    CASSETTE,
    MODE,
    OFF_TAPE,
    SPEED,
    cassette_in,
)
from evolink_widgets.errors import ConfigurationError

__all__ = ["SPEND_VARIABLE", "Inherited", "inherited_words"]

SPEND_VARIABLE = "EVOLINK_SPEND"


def inherited_words(
    settings: Settings, environment: Mapping[str, str], *, buys_nothing: bool = False
) -> dict[str, str]:
    """The variables that keep a child from buying, where this process may not.

    Args:
        settings: this process's.
        environment: what says the rest.
        buys_nothing: whether nothing may be bought now, whatever they say.
    """
    words: dict[str, str] = {}
    if buys_nothing or settings.spend == "never":
        words[SPEND_VARIABLE] = "never"
    if settings.mode not in ("emulator", "replay"):
        return words
    words[MODE] = settings.mode
    if settings.mode == "replay":
        with contextlib.suppress(ConfigurationError):  # a child says so, too, and buys nothing
            words[CASSETTE] = str(cassette_in(settings, environment))
        if settings.speed is not None:
            words[SPEED] = f"{settings.speed!r}"
        if settings.off_tape is not None:
            words[OFF_TAPE] = settings.off_tape
    return words


@dataclass
class Inherited:
    """Words that stand in `os.environ` for a while, and what stood there before."""

    _written: dict[str, str] = field(default_factory=dict)
    _before: dict[str, str | None] = field(default_factory=dict)

    def write(self, words: Mapping[str, str]) -> None:
        """Put these words in the place of those that were written earlier.

        What stood there before comes back with the last of them. What was changed by others
        meanwhile is theirs, and stays.
        """
        for name in self._written.keys() - words.keys():
            before = self._before.pop(name)
            if os.environ.get(name) == self._written.pop(name):
                if before is None:
                    del os.environ[name]
                else:
                    os.environ[name] = before
        for name, word in words.items():
            found = os.environ.get(name)
            if name not in self._written or found != self._written[name]:
                self._before[name] = found
            self._written[name] = word
            if found != word:
                os.environ[name] = word

    def word(self, name: str) -> str:
        """A variable's word as others wrote it; empty where there is none."""
        found = os.environ.get(name)
        if name in self._written and found == self._written[name]:
            found = self._before[name]
        return found or ""

    def environment(self) -> dict[str, str]:
        """The environment as others wrote it."""
        found = dict(os.environ)
        for name, word in self._written.items():
            if found.get(name) == word:
                del found[name]
                before = self._before[name]
                if before is not None:
                    found[name] = before
        return found
