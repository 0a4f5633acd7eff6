"""The composition root: key × mode × store → `Session`.

The only module that knows the core, the store and the emulator. Nothing is built at import; the
session is made when it is first asked for, and made anew after `configure`.
"""

from __future__ import annotations

import ipaddress
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from evolink_widgets.core.keys import Key, find_key
from evolink_widgets.core.session import Session
from evolink_widgets.errors import ConfigurationError

if TYPE_CHECKING:
    from evolink_widgets.core.transport import Transport
    from evolink_widgets.emulator.service import Service

__all__ = ["Mode", "configure", "session", "weather"]

Mode = Literal["emulator", "live"]

BASE_URL = "https://api.evolink.ai"
FILES_URL = "https://files-api.evolink.ai"
STORE = "evolink_images"
BASE_URL_VARIABLE = "EVOLINK_BASE_URL"
FILES_URL_VARIABLE = "EVOLINK_FILES_URL"
STORE_VARIABLE = "EVOLINK_STORE"


@dataclass(frozen=True)
class _Settings:
    """What `configure` was told; `None` leaves a setting to the environment or its default."""

    api_key: Key | None = None
    base_url: str | None = None
    files_url: str | None = None
    store: Path | None = None
    budget: float | None = None
    mode: Mode | None = None
    speed: float | None = None


_lock = threading.RLock()
_settings = _Settings()
_session: Session | None = None
_emulator: Service | None = None


def _forget_after_fork() -> None:
    """A forked child has a lock, a session and an emulator of its own."""
    global _lock, _session, _emulator
    _lock = threading.RLock()
    _session = _emulator = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


def configure(
    api_key: str | None = None,
    base_url: str | None = None,
    files_url: str | None = None,
    store: str | Path | None = None,
    budget: float | None = None,
    mode: Mode | None = None,
    speed: float | None = None,
) -> None:
    """Change settings; what is not named stays as it is. Tasks on their way go on.

    Args:
        api_key: the key, instead of `EVOLINK_API_KEY`. It is kept in memory only.
        base_url: the service's address, instead of `EVOLINK_BASE_URL` and the real one.
        files_url: the files service's address, instead of `EVOLINK_FILES_URL`.
        store: the folder for pictures, instead of `EVOLINK_STORE` and `evolink_images/`.
        budget: credits that may be spent from now on; a request that may not fit is refused.
        mode: `"emulator"` plays the service even where there is a key; `"live"` insists on one.
        speed: how much faster than the real service the emulator is.

    Raises:
        ConfigurationError: a value can't be used; nothing was changed.

    Example:
        >>> ew.configure(store="pictures", budget=50)
    """
    global _settings, _session, _emulator
    changes: dict[str, Any] = {
        "api_key": find_key(api_key) if api_key is not None else None,
        "base_url": _address("base_url", base_url),
        "files_url": _address("files_url", files_url),
        "store": None if store is None else Path(store).expanduser().absolute(),
        "budget": _number("budget", budget),
        "mode": _mode(mode),
        "speed": _number("speed", speed),
    }
    with _lock:
        given = {name: value for name, value in changes.items() if value is not None}
        _settings = replace(_settings, **given)
        _session = None
        if "store" in given or "speed" in given:
            _emulator = None


def session() -> Session:
    """The session that the module's functions use; one for the whole process.

    Raises:
        ConfigurationError: the settings do not fit together.

    Example:
        >>> ew.session().store.root
    """
    global _session
    with _lock:
        if _session is None:
            _session = _build(_settings, os.environ)
        return _session


def weather(name: str | None = None, **how: Any) -> list[dict[str, Any]]:
    """Play one of the service's bad days on the emulator, or ask which are being played.

    Args:
        name: the fault, such as "reply lost"; "fair" ends them all; `None` only asks.
        how: `times=`, `on=`, `after=`, `seconds=`, as the emulator takes them.

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
    if not current.simulated:
        raise ConfigurationError(
            f"{current.service} is a live service; its weather is its own.",
            advice='Play weather on the emulator: ew.configure(mode="emulator").',
        )
    if current.service != "emulator":
        body = {"play": name, **how} if name is not None else None
        return _weather_of(current.emulator(body))
    service = _the_emulator(current)
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


def _weather_of(document: object) -> list[dict[str, Any]]:
    found = document.get("weather") if isinstance(document, dict) else None
    return found if isinstance(found, list) else []


def _build(settings: _Settings, environment: Mapping[str, str]) -> Session:
    key = settings.api_key or find_key(environment=environment)
    base_url = settings.base_url or _address(
        BASE_URL_VARIABLE, environment.get(BASE_URL_VARIABLE) or None
    )
    if settings.mode == "emulator" or (settings.mode is None and key is None and base_url is None):
        return _emulated(settings, environment)
    if key is None and base_url is not None and _is_loopback(base_url):
        key = _no_secret()  # an emulator on a port takes any
    if key is None:
        raise ConfigurationError(
            "There is no API key, and the live service needs one.",
            advice="Set EVOLINK_API_KEY, or use ew.configure(api_key=...).",
        )
    return _live(settings, environment, key, base_url or BASE_URL)


def _live(settings: _Settings, environment: Mapping[str, str], key: Key, base_url: str) -> Session:
    files_url = settings.files_url or _address(
        FILES_URL_VARIABLE, environment.get(FILES_URL_VARIABLE) or None
    )
    if files_url is None:
        files_url = FILES_URL if base_url == BASE_URL else base_url
    urls = (base_url, files_url)

    def transport() -> Transport:
        from evolink_widgets.core.transport import Transport

        return Transport(key, urls, agent=_agent())

    made = Session(
        service=urlsplit(base_url).netloc,
        base_url=base_url,
        transport=transport,
        store=_store(settings, environment),
        key_name=key.fingerprint(),
        key_source=key.source,
        budget=settings.budget,
    )
    # Only a service on this very machine may be an emulator, so only there is it asked.
    made.simulated = _is_loopback(base_url) and made.finds_emulator()
    return made


def _emulated(settings: _Settings, environment: Mapping[str, str]) -> Session:
    store = _store(settings, environment)
    key = _no_secret()

    def transport() -> Transport:
        from evolink_widgets.core.transport import Transport
        from evolink_widgets.emulator.app import API_URL, FILES_URL, create_app

        app = create_app(_the_emulator(made))
        return Transport(key, (API_URL, FILES_URL), agent=_agent(), app=app)

    made = Session(
        service="emulator",
        base_url="http://api.emulator.invalid",
        transport=transport,
        store=store,
        key_name=f"emulator {store.root}",
        simulated=True,
        budget=settings.budget,
    )
    return made


def _the_emulator(current: Session) -> Service:
    """The service that is played in this process; its tasks outlive it, in the store."""
    global _emulator
    from evolink_widgets.emulator import NOTEBOOK_SPEED
    from evolink_widgets.emulator.service import Service

    with _lock:
        if _emulator is None:
            _emulator = Service(
                speed=_settings.speed or NOTEBOOK_SPEED,
                memory=current.store.root / ".emulator.jsonl",
            )
        return _emulator


def _store(settings: _Settings, environment: Mapping[str, str]) -> Any:
    from evolink_widgets.store.store import Store

    return Store(settings.store or environment.get(STORE_VARIABLE) or STORE)


def _no_secret() -> Key:
    return Key("no-secret", "the emulator")


def _agent() -> str:
    # Read and not imported: the package's front imports us, and nothing imports against that.
    return f"evolink-widgets/{vars(sys.modules[__package__])['__version__']}"


def _address(name: str, url: str | None) -> str | None:
    """A service's address without a slash at its end.

    Raises:
        ConfigurationError: it is none, or would send the key in the clear.
    """
    if url is None:
        return None
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        port_is_legal = parts is None or parts.port is None or parts.port > 0
    except ValueError:
        parts = None
    http = parts is not None and parts.scheme in ("http", "https")
    if parts is None or not (http and port_is_legal and parts.hostname):
        raise ConfigurationError(
            f"{name} must be an address such as {BASE_URL}; it is {str(url)[:80]!r}."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(
            f"{name} must have no user, password, query or fragment.",
            advice="Give the key as api_key, or in EVOLINK_API_KEY.",
        )
    if parts.scheme == "http" and not _is_loopback(url):
        raise ConfigurationError(
            f"{name} must begin with https: {parts.hostname} is not this machine, and the key "
            "would be sent in the clear."
        )
    return url.rstrip("/")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _number(name: str, value: float | None) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e12:
        raise ConfigurationError(f"{name} must be a number greater than 0; it is {value!r}.")
    return float(value)


def _mode(mode: str | None) -> str | None:
    if mode not in (None, "emulator", "live"):
        raise ConfigurationError(f'mode must be "emulator" or "live"; it is {mode!r}.')
    return mode
