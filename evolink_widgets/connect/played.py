"""The services that are played in this process, and what records one."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evolink_widgets.runtime import clock

if TYPE_CHECKING:
    from evolink_widgets.cassettes.player import Player
    from evolink_widgets.cassettes.recorder import Recorder
    from evolink_widgets.emulator.service.service import Service

__all__ = ["Played"]

_FASTEST = 1e6
"""Of the emulator, where a tape is played at once."""


@dataclass(eq=False, repr=False)
class Played:
    """Each is made when it is first asked for, and goes on where it stood.

    Attributes:
        emulators: by the folder of the store that keeps their tasks, which outlive them.
        players: the cassettes that are played, by file and speed.
        recorders: the cassettes that are recorded, by file.
    """

    emulators: dict[Path, Service] = field(default_factory=dict)
    players: dict[tuple[Path, float], Player] = field(default_factory=dict)
    recorders: dict[Path, Recorder] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def emulator(self, root: Path, *, speed: float | None, seed: int | None) -> Service:
        """The emulator of a store.

        Args:
            root: the store's folder.
            speed: how much faster than the real service it is; `None` is as in a notebook. This
                and the next count where it is made.
            seed: of its chance; by default it repeats nothing.
        """
        from evolink_widgets.emulator import NOTEBOOK_SPEED
        from evolink_widgets.emulator.service.service import Service

        with self._lock:
            found = self.emulators.get(root)  # `configure` may empty it at any moment
            if found is None:
                found = self.emulators[root] = Service(
                    clock=clock.now,
                    speed=min(speed or NOTEBOOK_SPEED, _FASTEST),
                    seed=seed,
                    memory=root / ".emulator.jsonl",
                    draws_ahead=True,
                )
            return found

    def player(self, path: Path, speed: float) -> Player:
        """What plays a cassette.

        Raises:
            ConfigurationError: it can't be read.
        """
        from evolink_widgets.cassettes.player import Player, read_tape

        if (path, speed) not in self.players:
            self.players[path, speed] = Player(read_tape(path), speed=speed)
        return self.players[path, speed]

    def recorder(self, path: Path, *, anew: bool = False) -> Recorder:
        """What records a cassette.

        Args:
            path: its file.
            anew: it begins anew.

        Raises:
            ConfigurationError: it can't be written or gone on with.
        """
        from evolink_widgets.cassettes.recorder import Recorder

        if anew or path not in self.recorders:
            self.recorders[path] = Recorder(path, anew=anew)
        return self.recorders[path]
