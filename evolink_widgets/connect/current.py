"""The settings and the session in use: `ew.configure`, `ew.session`, `ew.budget`.

Nothing is built at import; the session is made when it is first asked for, and made anew after
`configure`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolink_widgets.connect import state
from evolink_widgets.connect.build import build
from evolink_widgets.core.money import Block, Per, buying_nothing
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.keys import find_key
from evolink_widgets.core.settings.settings import (
    UNNAMED,
    Mode,
    OffTape,
    Spend,
    Unnamed,
    address,
    budget_of,
    cassette_of,
    choice,
    each,
    number,
    seed_of,
    speed_of,
)
from evolink_widgets.store import in_use

if TYPE_CHECKING:
    from evolink_widgets.store.ledger.ledger import Ledger

__all__ = [
    "Mode",
    "Spend",
    "budget",
    "buying_nothing_here",
    "configure",
    "late_key",
    "proof_of_key",
    "session",
]

TAPE_SETTINGS = {"mode", "cassette", "off_tape", "speed"}
SERVICE_SETTINGS = {"api_key", "base_url", "files_url", *TAPE_SETTINGS}


def configure(
    api_key: str | Unnamed | None = UNNAMED,
    base_url: str | Unnamed | None = UNNAMED,
    files_url: str | Unnamed | None = UNNAMED,
    store: str | Path | Unnamed | None = UNNAMED,
    budget: float | Unnamed | None = UNNAMED,
    per: Per | Unnamed | None = UNNAMED,
    spend: Spend | Unnamed | None = UNNAMED,
    mode: Mode | Unnamed | None = UNNAMED,
    speed: float | Unnamed | None = UNNAMED,
    seed: int | Unnamed | None = UNNAMED,
    cassette: str | Path | Unnamed | None = UNNAMED,
    off_tape: OffTape | Unnamed | None = UNNAMED,
    library: str | Path | Iterable[str | Path] | Unnamed | None = UNNAMED,
) -> None:
    """Change settings; what is not named stays as it is. Tasks on their way go on.

    `None` takes a setting back: to the environment's, or to the default.

    The environment is read at the first use, and what was found stays: a process that began on
    the emulator stays on it, also when a key is set later and a budget is named, and a folder
    that was not named stays where it was first used, also when the process changes its own.
    `configure()` with no argument reads the environment again; so does one that names
    `api_key`, `base_url`, `files_url` or `mode`. Only `store` moves the store, or another
    `EVOLINK_STORE` and `configure()`. A forked child goes on with the settings, the store and
    the caps of its parent.

    Args:
        api_key: the key, instead of `EVOLINK_API_KEY`. It is kept in memory only.
        base_url: the service's address, instead of `EVOLINK_BASE_URL` and the real one.
        files_url: the files service's address, instead of `EVOLINK_FILES_URL`.
        store: the folder for pictures, instead of `EVOLINK_STORE` and `evolink_images/`.
        budget: credits that may be spent; a request that may not fit is refused before it is
            sent. Each service's credits count on their own: emulated ones are never real ones.
        per: what counts against the budget: all of a `"day"`, of this `"notebook"` or of the
            whole `"store"`. By default what is asked for from now on in this process, in
            whichever store.
        spend: `"never"` makes every purchase an error, instead of `EVOLINK_SPEND`: what the
            store has still answers, with no key. `"allow"` is the default.
        mode: `"emulator"` plays the service even where there is a key; `"live"` insists on one;
            `"record"` and `"replay"` do to `cassette` what `ew.record` and `ew.replay` do.
            Instead of `EVOLINK_MODE`.
        speed: how much faster than the real service the emulator is, or a replay than what was
            recorded: 1 by default there, and 0 or infinity for at once. Instead of
            `EVOLINK_SPEED`.
        seed: of the emulator's chance, instead of `EVOLINK_SEED`: what is asked for gives the
            same pictures in any order, process and store. By default chance repeats nothing.
        cassette: the file that is recorded or replayed, instead of `EVOLINK_CASSETTE`.
        off_tape: what is asked in a replay and was not recorded is an `"error"`, the default, or
            drawn by the `"emulator"`. Instead of `EVOLINK_OFF_TAPE`.
        library: a store that answers beside the own one and is never written to, or several,
            instead of `EVOLINK_LIBRARY` (several with ":" between them, on Windows ";"); `[]` is
            none.

    Raises:
        ConfigurationError: a value can't be used; nothing was changed.
        StoreError: what was spent in the store that is left can't be read; nothing was changed.

    Example:
        >>> ew.configure(store="pictures", budget=50, per="day")
        >>> ew.configure(budget=None)
    """
    named: dict[str, Any] = {
        "api_key": each(api_key, find_key),
        "base_url": each(base_url, lambda url: address("base_url", url)),
        "files_url": each(files_url, lambda url: address("files_url", url)),
        "store": each(store, in_use.own_folder),
        "spend": each(spend, lambda word: choice("spend", word, Spend)),
        "mode": each(mode, lambda word: choice("mode", word, Mode)),
        "speed": each(speed, lambda value: speed_of("speed", value)),
        "seed": each(seed, lambda value: seed_of("seed", value)),
        "cassette": each(cassette, lambda path: cassette_of("cassette", path)),
        "off_tape": each(off_tape, lambda word: choice("off_tape", word, OffTape)),
        "library": each(library, lambda paths: in_use.folders(paths, "library")),
    }
    here = state.now
    with here.lock:
        named["budget"] = budget_of(budget, per, here.settings.budget)
        named = {name: value for name, value in named.items() if value is not UNNAMED}
        if "store" in named or (not named and in_use.choice.has_moved):
            if here.session is not None:
                here.session.leave_store()
            in_use.choice.forget()
            here.played.emulators.clear()
        if "store" in named:
            in_use.choice.named = named["store"]
        if "library" in named or not named:
            in_use.choice.forget_libraries()
        if "library" in named:
            in_use.choice.named_libraries = named["library"]
        places = ("store", "library")
        changed = {name: value for name, value in named.items() if name not in places}
        here.settings = replace(here.settings, **changed)
        here.session = None
        if not named or named.keys() & SERVICE_SETTINGS:
            here.read_again()
        if not named or named.keys() & TAPE_SETTINGS:  # a tape begins at its beginning
            here.played.players.clear()
            if not here.blocks:  # a block's recorder hears it to its end
                here.played.recorders.clear()
        if named.keys() & {"speed", "seed"}:
            here.played.emulators.clear()
        here.tell_children()


@contextlib.contextmanager
def buying_nothing_here(name: str) -> Iterator[None]:
    """Refuse what is asked to be bought inside, in programs that are started inside, too.

    Args:
        name: how a refusal calls the budget of 0 credits.
    """
    here = state.now
    try:
        with buying_nothing(name):
            with here.lock:
                here.tell_children()
            yield
    finally:
        with here.lock:
            here.tell_children()


def budget(credits: float) -> Block:
    """Cap what a `with` block may spend; what does not fit is refused before it is sent.

    It holds for everything that is asked for inside, from any thread, wherever it is
    waited for. Blocks nest: each of them, and the budget of `configure`, has to allow a request. It
    counts the upper end of the estimate, until the receipt says what was charged.

    Args:
        credits: what may be spent.

    Returns:
        A context manager; it tells `spent`, `reserved` and `left` at any time.

    Raises:
        ConfigurationError: `credits` is no number greater than 0.

    Example:
        >>> with ew.budget(credits=50) as block:
        ...     images = ew.generate("a fox", n=2).result()
        >>> block.left <= 50
        True
    """
    return Block(number("credits", credits), _books)


def session() -> Session:
    """The session that the module's functions use; one for the whole process.

    Raises:
        ConfigurationError: the settings do not fit together.

    Example:
        >>> ew.session().store.root
    """
    here = state.now
    with here.lock:
        if here.session is None:
            variables = here.variables
            if variables is None:
                found = here.inherited.environment()
                variables = {name: found.get(name, "") for name in state.SERVICE_VARIABLES}
            here.session = build(here, variables)
            if here.on_session is not None:
                here.on_session(here.session)
            here.variables = variables  # kept only now: one that can't be used is read again
        if here.late_words():
            here.tell_children()
        return here.session


def proof_of_key(challenge: bytes) -> bytes | None:
    """The answer to another process's challenge by the key in use; `None` where there is none.

    Args:
        challenge: bytes that were made up for it.
    """
    here = state.now
    with here.lock:
        key = here.settings.api_key or find_key(environment=here.variables or os.environ)
        key = key or here.known_kept_key
    return None if key is None else key.proof(challenge)


def late_key() -> str | None:
    """Say once that a key was set after the emulator had begun to play the service."""
    here = state.now
    with here.lock:
        late = here.late_words()
        if here.told_of_key or not late:
            return None
        here.told_of_key = True
    return (
        f"{late[0]} was set after the first use, and the emulator is still in use: "
        "these pictures are simulated. ew.configure() goes live."
    )


def _books() -> tuple[str, Path, Ledger]:
    """The service, the folder and the ledger that are in use now."""
    current = session()
    return current.service, current.store.root, current.store.ledger
