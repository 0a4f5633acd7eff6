"""The composition root: key × mode × store → `Session`.

The only module that knows the core, the store and the emulator. Nothing is built at import; the
session is made when it is first asked for, and made anew after `configure`.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolink_widgets import clock
from evolink_widgets.connections import (
    BASE_URL,
    connections,
    files_url_beside,
    keyless,
    no_secret,
)
from evolink_widgets.core.money import Block, Per, buying_nothing, buys_nothing
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.inherited import SPEND_VARIABLE, Inherited, inherited_words
from evolink_widgets.core.settings.kept_keys import kept_key
from evolink_widgets.core.settings.keys import KEY_VARIABLE, Key, find_key
from evolink_widgets.core.settings.settings import (
    BASE_URL_VARIABLE,
    FILES_URL_VARIABLE,
    UNNAMED,
    Mode,
    OffTape,
    Settings,
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
from evolink_widgets.core.settings.tape_settings import (
    MODE,
    VARIABLES,
    cassette_in,
    mode_in,
    off_tape_in,
    speed_in,
)
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.request.service_address import is_loopback, service_name
from evolink_widgets.rules.tasks.played import EMULATOR, RECORDED
from evolink_widgets.store import in_use
from evolink_widgets.store.in_use import variable
from evolink_widgets.store.process_globals import at_fork, process_global
from evolink_widgets.store.store import store_in_use

if TYPE_CHECKING:
    from evolink_widgets.cassettes.player import Player
    from evolink_widgets.cassettes.recorder import Recorder
    from evolink_widgets.core.service.in_process import App
    from evolink_widgets.core.service.transport import Transport
    from evolink_widgets.core.shared.callbacks import CallbackPlace
    from evolink_widgets.emulator.service.service import Service
    from evolink_widgets.store.ledger.ledger import Ledger

__all__ = ["Mode", "Spend", "budget", "configure", "session", "weather"]

SEED_VARIABLE = "EVOLINK_SEED"

#: What says which service is asked; read when the first session is made.
SERVICE_VARIABLES = (KEY_VARIABLE, BASE_URL_VARIABLE, FILES_URL_VARIABLE, *VARIABLES)
TAPE_SETTINGS = {"mode", "cassette", "off_tape", "speed"}
SERVICE_SETTINGS = {"api_key", "base_url", "files_url", *TAPE_SETTINGS}

_FASTEST = 1e6
"""Of the emulator, where a tape is played at once."""


@dataclass(eq=False, repr=False)
class _ForNow:
    """A block of other settings: what it names, and what comes back at its end.

    Attributes:
        named: the settings that it names.
        before: what was in the place of each.
        session: the one that was in use.
        variables, on_session: of `State`, as they were.
        played: its emulators, players and recorders.
        whole: all settings and the store, as they were.
    """

    named: dict[str, Any]
    before: dict[str, Any]
    session: Session | None
    variables: dict[str, str] | None
    played: tuple[dict[Path, Service], dict[tuple[Path, float], Player], dict[Path, Recorder]]
    on_session: Callable[[Session], object] | None
    whole: object


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


@dataclass(eq=False, repr=False)
class State:
    """What holds for the whole process.

    Attributes:
        settings: what `configure` was told.
        variables: the environment's word on the service, as the first session found it.
        kept: the key that the host keeps, or `None` in its place; empty until it was asked.
        session: the one in use; `None` until the next use makes it.
        emulators: the services that are played in this process, by the store that keeps them.
        players: the cassettes that are played, each where it stands.
        recorders: the cassettes that are recorded.
        blocks: the blocks of other settings that are on, in the order in which they began.
        on_session: hears of each session that is made.
        inherited: what programs that are started from here find in their environment.
        told_of_key: whether it was said that a key came after the emulator.
    """

    settings: Settings = field(default_factory=Settings)
    variables: dict[str, str] | None = None
    kept: tuple[Key | None, ...] = ()
    session: Session | None = None
    emulators: dict[Path, Service] = field(default_factory=dict)
    players: dict[tuple[Path, float], Player] = field(default_factory=dict)
    recorders: dict[Path, Recorder] = field(default_factory=dict)
    blocks: list[_ForNow] = field(default_factory=list)
    on_session: Callable[[Session], object] | None = None
    inherited: Inherited = field(default_factory=Inherited)
    told_of_key: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)


_state = process_global(f"{__name__} state", State)


def _after_fork() -> None:
    """A forked child has a lock, a session and emulators of its own; settings and store stay."""
    _state.lock = threading.RLock()
    _state.session = None
    _state.emulators, _state.players, _state.recorders = {}, {}, {}
    _state.on_session = None


at_fork(__name__, after_in_child=_after_fork)


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
    with _state.lock:
        named["budget"] = budget_of(budget, per, _state.settings.budget)
        named = {name: value for name, value in named.items() if value is not UNNAMED}
        if "store" in named or (not named and in_use.choice.has_moved):
            if _state.session is not None:
                _state.session.leave_store()
            in_use.choice.forget()
            _state.emulators.clear()
        if "store" in named:
            in_use.choice.named = named["store"]
        if "library" in named or not named:
            in_use.choice.forget_libraries()
        if "library" in named:
            in_use.choice.named_libraries = named["library"]
        places = ("store", "library")
        changed = {name: value for name, value in named.items() if name not in places}
        _state.settings = replace(_state.settings, **changed)
        _state.session = None
        if not named or named.keys() & SERVICE_SETTINGS:
            _state.variables, _state.kept = None, ()
        if not named or named.keys() & TAPE_SETTINGS:  # a tape begins at its beginning
            _state.players.clear()
            if not _state.blocks:  # a block's recorder hears it to its end
                _state.recorders.clear()
        if named.keys() & {"speed", "seed"}:
            _state.emulators.clear()
        _tell_children()


def _tell_children() -> None:
    """Let programs that are started from now on buy nothing where this process may not."""
    found = _environment() if _state.variables is None else _state.variables
    words = inherited_words(
        _state.settings, found, buys_nothing=buys_nothing(), plays=bool(_late_words())
    )
    _state.inherited.write(words)


@contextlib.contextmanager
def buying_nothing_here(name: str) -> Iterator[None]:
    """Refuse what is asked to be bought inside, in programs that are started inside, too.

    Args:
        name: how a refusal calls the budget of 0 credits.
    """
    try:
        with buying_nothing(name):
            with _state.lock:
                _tell_children()
            yield
    finally:
        with _state.lock:
            _tell_children()


def _environment() -> Mapping[str, str]:
    """The environment's word, without what stands there for programs that are started from here."""
    return _state.inherited.environment()


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
    with _state.lock:
        if _state.session is None:
            variables = _state.variables
            if variables is None:
                found = _environment()
                variables = {name: found.get(name, "") for name in SERVICE_VARIABLES}
            _state.session = _build(_state.settings, variables)
            if _state.on_session is not None:
                _state.on_session(_state.session)
            _state.variables = variables  # kept only now: one that can't be used is read again
        if _late_words():
            _tell_children()
        return _state.session


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
    with _state.lock:  # a block begins in one piece: another thread's stands before or after it
        if changes.get("mode") != "replay" and (
            _is_replay() or any(one.named.get("mode") == "replay" for one in _state.blocks)
        ):
            raise ConfigurationError(
                "A replay is going on in this process: what is asked in it is never bought, and "
                "there is nothing to record.",
                advice="Record after its end, or configure another mode first.",
            )
        block = _ForNow(
            named=changes,
            before={name: _setting(name) for name in changes},
            session=_state.session,
            variables=_state.variables,
            played=(_state.emulators, _state.players, _state.recorders),
            on_session=_state.on_session,
            whole=_all_settings(),
        )
        # What was played and recorded before goes on after the block where it stood.
        _state.emulators, _state.players, _state.recorders = {}, {}, {}
        _state.blocks.append(block)
        _state.on_session = on_session
        try:
            begun = _begun(anew=anew, **changes)
        except BaseException:
            _end(block)
            raise
    try:
        yield begun
    finally:
        with _state.lock:
            _end(block)


def _begun(*, anew: bool, **changes: Any) -> Begun:
    configure(**changes)
    if anew:
        from evolink_widgets.cassettes.recorder import Recorder

        path = cassette_in(_state.settings, {})
        _state.recorders[path] = Recorder(path, anew=True)
    made = session()
    return Begun(
        made, next(iter(_state.players.values()), None), next(iter(_state.recorders.values()), None)
    )


def _is_replay() -> bool:
    """Whether a replay is configured, here or in the environment."""
    found = _environment() if _state.variables is None else _state.variables
    return (_state.settings.mode or variable(MODE, found).lower()) == "replay"


def _setting(name: str) -> Any:
    """A setting as `configure` was told it; the store's folder also as it was found."""
    if name == "store":
        return in_use.choice.named, in_use.choice.found
    return getattr(_state.settings, name)


def _all_settings() -> object:
    return _state.settings, replace(in_use.choice)


def _end(block: _ForNow) -> None:
    """Give back what a block had replaced; to a later block that is still on, where it has it."""
    later = _state.blocks[_state.blocks.index(block) + 1 :]
    _state.blocks.remove(block)
    for name, value in block.before.items():
        heir = next((one for one in later if name in one.named), None)
        if heir is not None:
            heir.before[name] = value
        elif name == "store":
            in_use.choice.named, in_use.choice.found = value
            _state.session = None
        else:
            _state.settings = replace(_state.settings, **{name: value})
    _give_back(block, later)
    _tell_children()


def _give_back(block: _ForNow, later: list[_ForNow]) -> None:
    """Give back a block's session and what it played; to the next one that is still on."""
    if later:
        heir = later[0]
        heir.session, heir.variables, heir.whole = block.session, block.variables, block.whole
        heir.played = block.played
        heir.on_session = block.on_session
        return
    is_same = _all_settings() == block.whole and "store" not in block.named
    _state.session = block.session if is_same else None
    _state.variables = block.variables
    _state.emulators, _state.players, _state.recorders = block.played
    _state.on_session = block.on_session


def proof_of_key(challenge: bytes) -> bytes | None:
    """The answer to another process's challenge by the key in use; `None` where there is none.

    Args:
        challenge: bytes that were made up for it.
    """
    with _state.lock:
        key = _state.settings.api_key or find_key(environment=_state.variables or os.environ)
        key = key or next(iter(_state.kept), None)
    return None if key is None else key.proof(challenge)


def late_key() -> str | None:
    """Say once that a key was set after the emulator had begun to play the service."""
    with _state.lock:
        late = _late_words()
        if _state.told_of_key or not late:
            return None
        _state.told_of_key = True
    return (
        f"{late[0]} was set after the first use, and the emulator is still in use: "
        "these pictures are simulated. ew.configure() goes live."
    )


def _late_words() -> list[str]:
    """The variables that would have led to a service, and came after the emulator had begun."""
    settings, found = _state.settings, _state.variables
    named = (settings.mode, settings.api_key, settings.base_url, *_state.kept)
    if found is None or any(one is not None for one in named):
        return []
    names = SERVICE_VARIABLES[:2]
    if any(variable(name, found) for name in names):
        return []
    if variable(MODE, found).lower() not in ("", "record"):
        return []
    return [name for name in names if _state.inherited.word(name).strip()]


def _books() -> tuple[str, Path, Ledger]:
    """The service, the folder and the ledger that are in use now."""
    current = session()
    return current.service, current.store.root, current.store.ledger


def weather(name: str | None = None, **how: Any) -> list[dict[str, Any]]:
    """Play one of the service's bad days on the emulator, or ask which are being played.

    Args:
        name: the fault, such as "reply lost"; "fair" ends them all; `None` only asks.
        how: `times=`, `on=`, `after=`, `seconds=`, as the emulator takes them.

    A fault waits until it is met. What the store answers is never sent and meets none: the task
    says so in its note, and the fault waits for the next request; `fresh=True` sends one.

    Returns:
        The faults in play.

    Raises:
        ConfigurationError: there is no such fault, or the service is the real one.

    Example:
        >>> ew.weather("reply lost")
        >>> ew.weather("fair")
        []
    """
    current = session()
    if current.service == RECORDED:
        raise ConfigurationError(
            "A cassette plays the weather that was recorded.",
            advice='Play weather on the emulator: ew.configure(mode="emulator").',
        )
    if not current.simulated:
        raise ConfigurationError(
            f"{current.service} is a live service; its weather is its own.",
            advice='Play weather on the emulator: ew.configure(mode="emulator").',
        )
    if name is not None:
        current.weather_played = True
    if current.service != EMULATOR:
        body = {"play": name, **how} if name is not None else None
        from evolink_widgets.core.shared.unmet_weather import faults_in

        return faults_in(current.emulator(body))
    service = _the_emulator(current.store.root, speed_in(_state.settings, _state.variables or {}))
    if name is not None:
        try:
            service.weather.play(name, **how)
        except (TypeError, ValueError) as exc:
            raise ConfigurationError(
                f"The emulator can't play this: {exc}", advice="Choose one of those."
            ) from exc
        if name == "fair":
            service.free_stuck()
    return service.weather.now


def faults() -> tuple[str, ...]:
    """The faults that `weather` plays, by name."""
    from evolink_widgets.emulator.service.faults import FAULTS

    return tuple(FAULTS)


def _may_spend() -> bool:
    """Whether anything may be bought now; asked by older sessions, too."""
    return _spend(_state.settings) != "never"


def _spend(settings: Settings) -> Spend:
    """What the settings say, or the environment: it may be switched off there at any time.

    Raises:
        ConfigurationError: the environment says something else.
    """
    if settings.spend is not None:
        return settings.spend
    found = _state.inherited.word(SPEND_VARIABLE)
    if not found:
        return "allow"
    word = variable(SPEND_VARIABLE, {SPEND_VARIABLE: found}).lower()
    return choice(SPEND_VARIABLE, word, Spend) if word else "allow"


def _seed(settings: Settings) -> int | None:
    """The seed of the emulator's chance, as the settings or the environment say it.

    Raises:
        ConfigurationError: the environment says no whole number.
    """
    if settings.seed is not None:
        return settings.seed
    word = variable(SEED_VARIABLE, os.environ)
    return seed_of(SEED_VARIABLE, word) if word else None


def _build(settings: Settings, environment: Mapping[str, str]) -> Session:
    spend = _spend(settings)
    mode = mode_in(settings, environment)
    if mode == "replay":
        return _replayed(settings, environment)
    recorder = _recorder(cassette_in(settings, environment)) if mode == "record" else None
    key = settings.api_key or find_key(environment=environment)
    base_url = settings.base_url or address(
        BASE_URL_VARIABLE, variable(BASE_URL_VARIABLE, environment) or None
    )
    is_local = base_url is not None and is_loopback(base_url)
    if key is None and mode != "emulator" and not is_local:
        if not _state.kept:
            _state.kept = (kept_key(),)
        [key] = _state.kept
    if mode == "emulator" or (mode in (None, "record") and key is None and base_url is None):
        return _emulated(settings, environment, recorder)
    if key is None and is_local:
        key = no_secret()  # an emulator on a port takes any
    if key is None and spend == "never":  # what the store has is all that is asked for
        return _live(settings, environment, None, base_url or BASE_URL)
    if key is None:
        raise ConfigurationError(
            "There is no API key, and the live service needs one.",
            advice="Set EVOLINK_API_KEY, or use ew.configure(api_key=...).",
        )
    return _live(settings, environment, key, base_url or BASE_URL, recorder)


def _live(
    settings: Settings,
    environment: Mapping[str, str],
    key: Key | None,
    base_url: str,
    recorder: Recorder | None = None,
) -> Session:
    files_url = files_url_beside(base_url, environment, settings.files_url)
    urls = (base_url, files_url)

    def transport() -> Transport:
        if key is None:
            return connections(no_secret(), urls, app=keyless)
        return connections(key, urls, recorder=recorder)

    name = service_name(base_url)
    made = Session(
        service=name,
        base_url=base_url,
        files_url=files_url,
        transport=transport,
        store=store_in_use(),
        key_name=key.fingerprint() if key else "no key",
        key_source=key.source if key else "nowhere",
        budget=settings.budget,
        # What EvoLink's own address gave answers at a gateway, too. Never the other way round:
        # what any other server gives is not known to be EvoLink's.
        stand_ins=(name, service_name(BASE_URL)),
        may_spend=_may_spend,
        callbacks=_callback_place(base_url),
    )
    # Only a service on this very machine may be an emulator, so only there is it asked.
    if is_loopback(base_url):
        made.finds_emulator()
    if recorder is not None:
        recorder.simulated = made.simulated
        recorder.digest_of = made.store.uploads.digest_of
    return made


def _callback_place(base_url: str) -> CallbackPlace | None:
    """Where the Jupyter server that started this kernel is called back, if it can be."""
    from evolink_widgets.core.shared.callbacks import callback_place

    return callback_place(os.environ, service=base_url)


def _emulated(
    settings: Settings, environment: Mapping[str, str], recorder: Recorder | None
) -> Session:
    store = store_in_use()
    key = no_secret()
    _seed(settings)  # a wrong one is told before anything is asked

    speed = speed_in(settings, environment)
    if recorder is not None:
        recorder.simulated = True
        recorder.digest_of = store.uploads.digest_of

    def transport() -> Transport:
        from evolink_widgets.emulator.http.app import API_URL, FILES_URL, create_app

        app = create_app(_the_emulator(made.store.root, speed))
        return connections(key, (API_URL, FILES_URL), app=app, recorder=recorder)

    made = Session(
        service=EMULATOR,
        base_url="http://api.emulator.invalid",
        files_url="http://files.emulator.invalid",
        transport=transport,
        store=store,
        key_name=f"emulator {store.root}",
        simulated=True,
        budget=settings.budget,
        # Pictures that were really paid for answer where there is no key: a colleague's do.
        stand_ins=(service_name(BASE_URL),),
        may_spend=_may_spend,
    )
    played = _state.emulators.get(store.root)
    made.weather_played = played is not None and bool(played.weather.now)
    return made


def _the_emulator(root: Path, speed: float | None) -> Service:
    """The service that is played in this process; its tasks outlive it, in the store.

    Args:
        root: the store's folder.
        speed: how much faster than the real one it is; `None` is as in a notebook.
    """
    from evolink_widgets.emulator import NOTEBOOK_SPEED
    from evolink_widgets.emulator.service.service import Service

    with _state.lock:
        if root not in _state.emulators:
            _state.emulators[root] = Service(
                clock=clock.now,
                speed=min(speed or NOTEBOOK_SPEED, _FASTEST),
                seed=_seed(_state.settings),
                memory=root / ".emulator.jsonl",
                draws_ahead=True,
            )
        return _state.emulators[root]


def _recorder(path: Path) -> Recorder:
    """What records a cassette, for as long as it is recorded."""
    from evolink_widgets.cassettes.recorder import Recorder

    if path not in _state.recorders:
        _state.recorders[path] = Recorder(path)
    return _state.recorders[path]


def _replayed(settings: Settings, environment: Mapping[str, str]) -> Session:
    """A session whose service is a cassette; nothing but this process is asked.

    Raises:
        ConfigurationError: the cassette can't be read, or a setting is wrong.
    """
    from evolink_widgets.cassettes.player import Player, read_tape

    path = cassette_in(settings, environment)
    speed = speed_in(settings, environment) or 1.0
    off_tape = off_tape_in(settings, environment)
    if (path, speed) not in _state.players:
        _state.players[path, speed] = Player(read_tape(path), speed=speed)
    player = _state.players[path, speed]
    store = store_in_use()

    def transport() -> Transport:
        from evolink_widgets.cassettes.replies import API_URL, FILES_URL, create_app

        elsewhere = _drawn_instead(store.root, speed) if off_tape == "emulator" else None
        return connections(no_secret(), (API_URL, FILES_URL), app=create_app(player, elsewhere))

    return Session(
        service=RECORDED,
        base_url="http://api.tape.invalid",
        files_url="http://files.tape.invalid",
        transport=transport,
        store=store,
        key_name=f"cassette {path} {store.root}",
        simulated=True,
        budget=settings.budget,
        may_spend=_may_spend,
    )


def _drawn_instead(root: Path, speed: float) -> App:
    """The emulator, for what is off the tape."""
    from evolink_widgets.emulator import NOTEBOOK_SPEED
    from evolink_widgets.emulator.http.app import create_app

    return create_app(_the_emulator(root, max(speed, NOTEBOOK_SPEED)))
