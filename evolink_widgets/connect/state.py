"""What holds for the whole process: its settings, its session, and what is played in it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evolink_widgets.connect.played import Played
from evolink_widgets.core.money import buys_nothing
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.inherited import SPEND_VARIABLE, Inherited, inherited_words
from evolink_widgets.core.settings.kept_keys import kept_key
from evolink_widgets.core.settings.keys import KEY_VARIABLE, Key
from evolink_widgets.core.settings.settings import (
    BASE_URL_VARIABLE,
    FILES_URL_VARIABLE,
    Settings,
    Spend,
    choice,
    seed_of,
)
from evolink_widgets.core.settings.tape_settings import MODE, VARIABLES
from evolink_widgets.store.in_use import variable
from evolink_widgets.store.process_globals import at_fork, process_global

__all__ = ["SERVICE_VARIABLES", "ForNow", "State", "now"]

#: What says which service is asked; read when the first session is made.
SERVICE_VARIABLES = (KEY_VARIABLE, BASE_URL_VARIABLE, FILES_URL_VARIABLE, *VARIABLES)
SEED_VARIABLE = "EVOLINK_SEED"


@dataclass(eq=False, repr=False)
class ForNow:
    """A block of other settings: what it names, and what comes back at its end.

    Attributes:
        named: the settings that it names.
        before: what was in the place of each.
        session, variables, played, on_session: of `State`, as they were.
        whole: all settings and the store, as they were.
    """

    named: dict[str, Any]
    before: dict[str, Any]
    session: Session | None
    variables: dict[str, str] | None
    played: Played
    on_session: Callable[[Session], object] | None
    whole: object


@dataclass(eq=False, repr=False)
class State:
    """What holds for the whole process. What changes it holds the lock.

    Attributes:
        settings: what `configure` was told.
        variables: the environment's word on the service, as the first session found it.
        session: the one in use; `None` until the next use makes it.
        played: the services that are played, and what records one.
        blocks: the blocks of other settings that are on, in the order in which they began.
        on_session: hears of each session that is made.
        inherited: what programs that are started from here find in their environment.
        told_of_key: whether it was said that a key came after the emulator.
    """

    settings: Settings = field(default_factory=Settings)
    variables: dict[str, str] | None = None
    session: Session | None = None
    played: Played = field(default_factory=Played)
    blocks: list[ForNow] = field(default_factory=list)
    on_session: Callable[[Session], object] | None = None
    inherited: Inherited = field(default_factory=Inherited)
    told_of_key: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)
    _kept: tuple[Key | None, ...] = ()

    def read_again(self) -> None:
        """Read the environment, and the key that the host keeps, at the next use."""
        self.variables, self._kept = None, ()

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment's word on the service: as it was found, or else as it is now."""
        return self.inherited.environment() if self.variables is None else self.variables

    @property
    def known_kept_key(self) -> Key | None:
        """The key that the host keeps, if it was asked for one and had one."""
        return next(iter(self._kept), None)

    def kept_key(self) -> Key | None:
        """The key that the host keeps; it is asked once."""
        if not self._kept:
            self._kept = (kept_key(),)
        return self._kept[0]

    def spend(self) -> Spend:
        """What the settings say, or the environment: it may be switched off there at any time.

        Raises:
            ConfigurationError: the environment says something else.
        """
        if self.settings.spend is not None:
            return self.settings.spend
        found = self.inherited.word(SPEND_VARIABLE)
        if not found:
            return "allow"
        word = variable(SPEND_VARIABLE, {SPEND_VARIABLE: found}).lower()
        return choice(SPEND_VARIABLE, word, Spend) if word else "allow"

    def may_spend(self) -> bool:
        """Whether anything may be bought now; asked by older sessions, too."""
        return self.spend() != "never"

    def seed(self) -> int | None:
        """The seed of the emulator's chance, as the settings or the environment say it.

        Raises:
            ConfigurationError: the environment says no whole number.
        """
        if self.settings.seed is not None:
            return self.settings.seed
        word = variable(SEED_VARIABLE, os.environ)
        return seed_of(SEED_VARIABLE, word) if word else None

    def late_words(self) -> list[str]:
        """The variables that would have led to a service, and came after the emulator had begun."""
        found = self.variables
        named = (self.settings.mode, self.settings.api_key, self.settings.base_url, *self._kept)
        if found is None or any(one is not None for one in named):
            return []
        names = (KEY_VARIABLE, BASE_URL_VARIABLE)
        if any(variable(name, found) for name in names):
            return []
        if variable(MODE, found).lower() not in ("", "record"):
            return []
        return [name for name in names if self.inherited.word(name).strip()]

    def tell_children(self) -> None:
        """Let programs that are started from now on buy nothing where this process may not."""
        words = inherited_words(
            self.settings,
            self.environment,
            buys_nothing=buys_nothing(),
            plays=bool(self.late_words()),
        )
        self.inherited.write(words)


now = process_global(f"{__name__} state", State)
"""The process's own."""


def _after_fork() -> None:
    """A forked child has a lock, a session and emulators of its own; settings and store stay."""
    now.lock = threading.RLock()
    now.session = None
    now.played = Played()
    now.on_session = None


at_fork(__name__, after_in_child=_after_fork)
