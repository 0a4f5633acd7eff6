"""Where the service calls back: the one address of this server that asks for no login.

It takes nothing in and tells nothing: whatever comes, the answer is the same, at once. What it
does with a call stands in `core.shared.callbacks`.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, TypeVar

from jupyter_core.paths import jupyter_runtime_dir
from jupyter_server.utils import url_path_join
from tornado import web

from evolink_widgets.core.loop import Workers
from evolink_widgets.core.shared.callbacks import (
    FOLDER_VARIABLE,
    URL_VARIABLE,
    CallbackFolder,
)
from evolink_widgets.problem import shown
from evolink_widgets.rules.request.links import callback_rule
from evolink_widgets.rules.request.service_address import is_loopback

__all__ = [
    "HUB_VARIABLE",
    "PUBLIC_VARIABLE",
    "CallbackHandler",
    "open_for_callbacks",
    "with_own_login",
]

log = logging.getLogger("evolink_widgets")

PUBLIC_VARIABLE, PUBLIC_SETTING = "EVOLINK_PUBLIC_URL", "c.EvolinkWidgets.public_url"
HUB_VARIABLE = "JUPYTERHUB_PUBLIC_URL"
"""What says where this server is reached from outside, its base path included; or "off"."""

_SIGNED_IN = re.compile(r"//[^/?#]*@")
_OFF = {"off", "no", "none", "0", "false"}
#: What a task's record may take, many times over; more is not even read.
_LONGEST = 256 * 1024

Method = TypeVar("Method", bound=Callable[..., Any])


def without_login(method: Method) -> Method:
    """Mark a method that is for anyone, as Jupyter Server's own decorator does since 2.13."""
    method.__allow_unauthenticated = True  # type: ignore[attr-defined]
    return method


def with_own_login(method: Method) -> Method:
    """Mark a method that looks itself who asks, as Jupyter Server's own decorators do."""
    method.__allow_unauthenticated = False  # type: ignore[attr-defined]
    return method


@web.stream_request_body
class CallbackHandler(web.RequestHandler):
    """Takes a callback for a task, and leaves word of it."""

    def initialize(self, folder: CallbackFolder, worker: Workers) -> None:
        """Take what all calls share."""
        self._folder = folder
        self._worker = worker

    def check_xsrf_cookie(self) -> None:
        """The service has no cookie; nothing is done in anyone's name."""

    def prepare(self) -> None:
        """Refuse what no task's record could be, before it is read."""
        length = self.request.headers.get("Content-Length", "0")
        if length.isdecimal() and int(length) > _LONGEST:
            raise web.HTTPError(413)

    def data_received(self, chunk: bytes) -> None:
        """Let what is said pass by: nothing of it is kept, or read."""

    @without_login
    async def post(self, name: str) -> None:
        """Answer, and then leave word."""
        self.set_status(204)
        await self.finish()
        await self._worker.run(self._folder.ring, name)


def open_for_callbacks(
    serverapp: Any, place: str, environment: MutableMapping[str, str] = os.environ
) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
    """Tell the kernels to come where they are called back; returns the handler for that.

    Args:
        serverapp: the server.
        place: our part of its addresses.
        environment: what its kernels get.

    Returns:
        Nothing where this server can't be reached from outside.
    """
    for name in (URL_VARIABLE, FOLDER_VARIABLE):
        environment.pop(name, None)  # another server's, which has started this one
    url = _public_url(serverapp, environment)
    if url is None:
        return []
    folder = CallbackFolder(Path(jupyter_runtime_dir()) / "evolink-callbacks")
    if not folder.make():
        log.warning("%s is not ours alone: no callbacks are taken.", folder.path)
        return []
    environment[URL_VARIABLE] = f"{url}/{place}"
    environment[FOLDER_VARIABLE] = str(folder.path)
    log.info("Callbacks are taken at %s/…", environment[URL_VARIABLE])
    base = serverapp.web_app.settings["base_url"]
    given = {"folder": folder, "worker": Workers("evolink-callbacks", 1)}
    return [(url_path_join(base, place, "([A-Za-z0-9_-]{43})"), CallbackHandler, given)]


def _public_url(serverapp: Any, environment: Mapping[str, str]) -> str | None:
    """Where this server is reached from outside: as it is named, or as the hub tells."""
    config = getattr(serverapp, "config", None) or {}
    named = {
        PUBLIC_VARIABLE: environment.get(PUBLIC_VARIABLE, ""),
        PUBLIC_SETTING: config.get("EvolinkWidgets", {}).get("public_url", ""),
        HUB_VARIABLE: environment.get(HUB_VARIABLE, ""),
    }
    for name, value in named.items():
        url = str(value).strip().rstrip("/")
        if url.lower() in _OFF:
            return None
        if url:
            rule = callback_rule(url)
            if rule is None or is_loopback(url):  # an emulator on this machine may call it
                return url
            given = shown(_SIGNED_IN.sub("//hidden@", url))
            log.warning("%s %s; it is %s. No callbacks are taken.", name, rule, given)
            return None
    return None
