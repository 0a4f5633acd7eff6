"""Key × mode × store → `Session`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from evolink_widgets.connect.connections import (
    BASE_URL,
    connections,
    files_url_beside,
    keyless,
    no_secret,
)
from evolink_widgets.connect.state import State
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.keys import Key, find_key
from evolink_widgets.core.settings.settings import BASE_URL_VARIABLE, address
from evolink_widgets.core.settings.tape_settings import cassette_in, mode_in, off_tape_in, speed_in
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.request.service_address import is_loopback, service_name
from evolink_widgets.rules.tasks.played import EMULATOR, RECORDED
from evolink_widgets.store.in_use import variable
from evolink_widgets.store.store import store_in_use

if TYPE_CHECKING:
    from evolink_widgets.cassettes.recorder import Recorder
    from evolink_widgets.core.service.in_process import App
    from evolink_widgets.core.service.transport import Transport
    from evolink_widgets.core.shared.callbacks import CallbackPlace

__all__ = ["build"]


def build(state: State, environment: Mapping[str, str]) -> Session:
    """The session that the settings and the environment ask for; what it plays stays in `state`.

    Args:
        state: its settings are read now; whether money may be spent, with each purchase.
        environment: what says the rest.

    Raises:
        ConfigurationError: they do not fit together; or there is no key, no cassette.
    """
    settings = state.settings
    may_spend = state.may_spend()
    mode = mode_in(settings, environment)
    if mode == "replay":
        return _replayed(state, environment)
    recorder = None
    if mode == "record":
        recorder = state.played.recorder(cassette_in(settings, environment))
    key = settings.api_key or find_key(environment=environment)
    base_url = settings.base_url or address(
        BASE_URL_VARIABLE, variable(BASE_URL_VARIABLE, environment) or None
    )
    is_local = base_url is not None and is_loopback(base_url)
    if key is None and mode != "emulator" and not is_local:
        key = state.kept_key()
    if mode == "emulator" or (mode in (None, "record") and key is None and base_url is None):
        return _emulated(state, environment, recorder)
    if key is None and is_local:
        key = no_secret()  # an emulator on a port takes any
    if key is None and not may_spend:  # what the store has is all that is asked for
        return _live(state, environment, None, base_url or BASE_URL)
    if key is None:
        raise ConfigurationError(
            "There is no API key, and the live service needs one.",
            advice="Set EVOLINK_API_KEY, or use ew.configure(api_key=...).",
        )
    return _live(state, environment, key, base_url or BASE_URL, recorder)


def _live(
    state: State,
    environment: Mapping[str, str],
    key: Key | None,
    base_url: str,
    recorder: Recorder | None = None,
) -> Session:
    files_url = files_url_beside(base_url, environment, state.settings.files_url)
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
        budget=state.settings.budget,
        # What EvoLink's own address gave answers at a gateway, too. Never the other way round:
        # what any other server gives is not known to be EvoLink's.
        stand_ins=(name, service_name(BASE_URL)),
        may_spend=state.may_spend,
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


def _emulated(state: State, environment: Mapping[str, str], recorder: Recorder | None) -> Session:
    store = store_in_use()
    key = no_secret()
    state.seed()  # a wrong one is told before anything is asked

    speed = speed_in(state.settings, environment)
    if recorder is not None:
        recorder.simulated = True
        recorder.digest_of = store.uploads.digest_of

    def transport() -> Transport:
        from evolink_widgets.emulator.http.app import API_URL, FILES_URL, create_app

        emulator = state.played.emulator(made.store.root, speed=speed, seed=state.seed())
        return connections(key, (API_URL, FILES_URL), app=create_app(emulator), recorder=recorder)

    made = Session(
        service=EMULATOR,
        base_url="http://api.emulator.invalid",
        files_url="http://files.emulator.invalid",
        transport=transport,
        store=store,
        key_name=f"emulator {store.root}",
        simulated=True,
        budget=state.settings.budget,
        # Pictures that were really paid for answer where there is no key: a colleague's do.
        stand_ins=(service_name(BASE_URL),),
        may_spend=state.may_spend,
    )
    played = state.played.emulators.get(store.root)
    made.weather_played = played is not None and bool(played.weather.now)
    return made


def _replayed(state: State, environment: Mapping[str, str]) -> Session:
    """A session whose service is a cassette; nothing but this process is asked."""
    path = cassette_in(state.settings, environment)
    speed = speed_in(state.settings, environment) or 1.0
    off_tape = off_tape_in(state.settings, environment)
    player = state.played.player(path, speed)
    store = store_in_use()

    def transport() -> Transport:
        from evolink_widgets.cassettes.replies import API_URL, FILES_URL, create_app

        elsewhere = drawn_instead() if off_tape == "emulator" else None
        return connections(no_secret(), (API_URL, FILES_URL), app=create_app(player, elsewhere))

    def drawn_instead() -> App:
        from evolink_widgets.emulator import NOTEBOOK_SPEED
        from evolink_widgets.emulator.http.app import create_app

        quick = max(speed, NOTEBOOK_SPEED)
        return create_app(state.played.emulator(store.root, speed=quick, seed=state.seed()))

    return Session(
        service=RECORDED,
        base_url="http://api.tape.invalid",
        files_url="http://files.tape.invalid",
        transport=transport,
        store=store,
        key_name=f"cassette {path} {store.root}",
        simulated=True,
        budget=state.settings.budget,
        may_spend=state.may_spend,
    )
