"""What leads to a service: its addresses, a key, and the connections under both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evolink_widgets.core.settings.inherited import SPEND_VARIABLE
from evolink_widgets.core.settings.keys import KEY_VARIABLE, Key, find_key
from evolink_widgets.core.settings.settings import (
    BASE_URL_VARIABLE,
    FILES_URL_VARIABLE,
    Mode,
    Spend,
    address,
    choice,
)
from evolink_widgets.core.settings.tape_settings import MODE
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.request.service_address import is_loopback
from evolink_widgets.store.in_use import variable
from evolink_widgets.version import __version__

if TYPE_CHECKING:
    from evolink_widgets.cassettes.recorder import Recorder
    from evolink_widgets.core.service.in_process import App
    from evolink_widgets.core.service.transport import Transport

__all__ = ["LiveService", "connections", "files_url_beside", "keyless", "live_service",
           "no_secret"]  # fmt: skip

BASE_URL = "https://api.evolink.ai"
FILES_URL = "https://files-api.evolink.ai"


@dataclass(frozen=True)
class LiveService:
    """A live service and the key to it.

    Attributes:
        base_url, files_url: without a slash at their ends.
    """

    base_url: str
    files_url: str
    key: Key

    def transport(self) -> Transport:
        """New connections, for the loop that runs."""
        return connections(self.key, (self.base_url, self.files_url))


def live_service(environment: Mapping[str, str]) -> LiveService:
    """The service that an environment names, for a program that stands before it.

    Args:
        environment: whose `EVOLINK_API_KEY`, `EVOLINK_BASE_URL` and `EVOLINK_FILES_URL` count.

    Raises:
        ConfigurationError: it has no key, or a value is wrong; or it says that nothing is bought.
    """
    _check_buys(environment)
    named = address(BASE_URL_VARIABLE, variable(BASE_URL_VARIABLE, environment) or None)
    base_url = named or BASE_URL
    key = find_key(environment=environment)
    if key is None and is_loopback(base_url):
        key = no_secret()  # an emulator on a port takes any
    if key is None:
        raise ConfigurationError(
            "There is no API key, and the live service needs one.",
            advice=f"Set {KEY_VARIABLE}. To practise, run python -m evolink_widgets.emulator and "
            f"set {BASE_URL_VARIABLE} to the address that it prints.",
        )
    return LiveService(base_url, files_url_beside(base_url, environment), key)


def _check_buys(environment: Mapping[str, str]) -> None:
    """Refuse an environment that forbids purchases, also one that a replay or a check handed on."""
    kinds: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
        (SPEND_VARIABLE, Spend, ("never",)),
        (MODE, Mode, ("emulator", "replay")),
    )
    for name, kind, forbids in kinds:
        word = variable(name, environment).lower()
        if word and choice(name, word, kind) in forbids:
            raise ConfigurationError(
                f"{name}={word} says that nothing is bought from here, and what stands before a "
                "live service buys for others.",
                advice=f"Take {name} out of the environment, or start this outside of the replay, "
                "the check or the setting that has put it there.",
            )


def files_url_beside(
    base_url: str, environment: Mapping[str, str], named: str | None = None
) -> str:
    """The address of the files API that goes with an API: its own, unless another is named.

    Args:
        base_url: of the API.
        environment: whose `EVOLINK_FILES_URL` counts.
        named: as `configure` was told.

    Raises:
        ConfigurationError: it is no address.
    """
    found = named or address(FILES_URL_VARIABLE, variable(FILES_URL_VARIABLE, environment) or None)
    return found or (FILES_URL if base_url == BASE_URL else base_url)


def connections(
    key: Key,
    urls: tuple[str, str],
    *,
    app: App | None = None,
    recorder: Recorder | None = None,
) -> Transport:
    """Connections, for the loop that runs; with a recorder that hears what goes over them."""
    if recorder is not None:
        from evolink_widgets.cassettes.recording import RecordingTransport

        return RecordingTransport(
            key, urls, agent=f"evolink-widgets/{__version__}", app=app, recorder=recorder
        )
    from evolink_widgets.core.service.transport import Transport

    return Transport(key, urls, agent=f"evolink-widgets/{__version__}", app=app)


async def keyless(scope: Any, receive: Any, send: Any) -> None:
    """In the place of a service that can't be asked without a key: nothing leaves the machine."""
    error = {"message": "There is no API key.", "type": "authentication_error", "code": 401}
    body = json.dumps({"error": error}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def no_secret() -> Key:
    """The key of a service that takes any."""
    return Key("no-secret", "the emulator")
