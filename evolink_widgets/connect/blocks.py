"""Other settings of the service as long as a block lasts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from evolink_widgets.connect import state
from evolink_widgets.connect.current import configure, session
from evolink_widgets.connect.played import Played
from evolink_widgets.connect.state import ForNow
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.tape_settings import MODE, cassette_in
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.store import in_use
from evolink_widgets.store.in_use import variable

if TYPE_CHECKING:
    from evolink_widgets.cassettes.player import Player
    from evolink_widgets.cassettes.recorder import Recorder

__all__ = ["Begun", "for_now"]


@dataclass(frozen=True)
class Begun:
    """What a block of other settings has begun with, whatever begins after it.

    Attributes:
        session: the block's first.
        player: what plays its cassette, if it has one to play.
        recorder: what records its cassette, if it has one to record.
    """

    session: Session
    player: Player | None
    recorder: Recorder | None


@contextlib.contextmanager
def for_now(
    *,
    anew: bool = False,
    on_session: Callable[[Session], object] | None = None,
    **changes: Any,
) -> Iterator[Begun]:
    """Other settings of the service as long as a block lasts, for the whole process.

    What else is configured meanwhile stays. Blocks of several threads may end in any order: each
    holds until its own end.

    Args:
        anew: a cassette that is recorded begins anew.
        on_session: hears of each session that is made in the block.
        changes: settings, as `configure` takes them; checked by it. A store, too.

    Raises:
        ConfigurationError: as `configure`, and as `session`; or a replay is going on, and what is
            asked in this block would be bought.
    """
    here = state.now
    with here.lock:  # a block begins in one piece: another thread's stands before or after it
        if changes.get("mode") != "replay" and (
            _is_replay() or any(one.named.get("mode") == "replay" for one in here.blocks)
        ):
            raise ConfigurationError(
                "A replay is going on in this process: what is asked in it is never bought, and "
                "there is nothing to record.",
                advice="Record after its end, or configure another mode first.",
            )
        block = ForNow(
            named=changes,
            before={name: _setting(name) for name in changes},
            session=here.session,
            variables=here.variables,
            played=here.played,
            on_session=here.on_session,
            whole=_all_settings(),
        )
        # What was played and recorded before goes on after the block where it stood.
        here.played = Played()
        here.blocks.append(block)
        here.on_session = on_session
        try:
            begun = _begun(anew=anew, **changes)
        except BaseException:
            _end(block)
            raise
    try:
        yield begun
    finally:
        with here.lock:
            _end(block)


def _begun(*, anew: bool, **changes: Any) -> Begun:
    here = state.now
    configure(**changes)
    played = here.played
    if anew:
        played.recorder(cassette_in(here.settings, {}), anew=True)
    made = session()
    players, recorders = played.players.values(), played.recorders.values()
    return Begun(made, next(iter(players), None), next(iter(recorders), None))


def _is_replay() -> bool:
    """Whether a replay is configured, here or in the environment."""
    return (state.now.settings.mode or variable(MODE, state.now.environment).lower()) == "replay"


def _setting(name: str) -> Any:
    """A setting as `configure` was told it; the store's folder also as it was found."""
    if name == "store":
        return in_use.choice.named, in_use.choice.found
    return getattr(state.now.settings, name)


def _all_settings() -> object:
    return state.now.settings, replace(in_use.choice)


def _end(block: ForNow) -> None:
    """Give back what a block had replaced; to a later block that is still on, where it has it."""
    here = state.now
    later = here.blocks[here.blocks.index(block) + 1 :]
    here.blocks.remove(block)
    for name, value in block.before.items():
        heir = next((one for one in later if name in one.named), None)
        if heir is not None:
            heir.before[name] = value
        elif name == "store":
            in_use.choice.named, in_use.choice.found = value
            here.session = None
        else:
            here.settings = replace(here.settings, **{name: value})
    _give_back(block, later)
    here.tell_children()


def _give_back(block: ForNow, later: list[ForNow]) -> None:
    """Give back a block's session and what it played; to the next one that is still on."""
    here = state.now
    if later:
        heir = later[0]
        heir.session, heir.variables, heir.whole = block.session, block.variables, block.whole
        heir.played = block.played
        heir.on_session = block.on_session
        return
    is_same = _all_settings() == block.whole and "store" not in block.named
    here.session = block.session if is_same else None
    here.variables = block.variables
    here.played = block.played
    here.on_session = block.on_session
