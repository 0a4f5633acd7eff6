"""Refuses web pages of other origins and DNS rebinding: who may call the served emulator.

A browser lets any page send requests to this machine. A page that is not ours is known by its
`Origin`; one whose name was made to lead to this machine (DNS rebinding) by its `Host`, which is
that page's name and none of ours.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from evolink_widgets.emulator.contract.refusal import Refusal
from evolink_widgets.emulator.http.request_gate import refused

__all__ = ["HostGuard", "read_host"]

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII)
_ORIGIN = re.compile(r"(https?)://([^/?#@]+)", re.ASCII)
_USUAL_PORTS = {"http": 80, "https": 443}
_SHOWN = 100
"""Characters of a foreign name that are told."""


class HostGuard:
    """Passes on to an application what may call it; the rest is refused unread.

    Args:
        app: the application.
        names: more hosts to take, such as the machine's name in a network.

    Raises:
        ValueError: one of them is no host.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self._app = app
        self._names = frozenset(map(read_host, names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (self._app if refusal is None else refused(refusal))(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        host = _all(scope, b"host")
        parts = _parts(host)
        if parts is None or not self._is_ours(parts[0], scope):
            advice = "call it by the address that it printed, or start it with --allow-host NAME"
            message = f"Host {_shown(host)} is no name of this emulator: {advice}."
            return Refusal(403, "foreign_host", message)
        origin = _all(scope, b"origin")
        if origin is not None and not self._is_own_page(origin, parts[1], scope):
            message = f"Origin {_shown(origin)} is not this emulator's: no other page may call it."
            return Refusal(403, "foreign_origin", message)
        return None

    def _is_ours(self, name: str, scope: Scope) -> bool:
        server = scope.get("server")
        bound = server[0].lower() if server else None  # where this very connection came in
        return name in self._names or name == bound or _is_loopback(name)

    def _is_own_page(self, origin: str, port: int | None, scope: Scope) -> bool:
        match = _ORIGIN.fullmatch(origin.lower())
        parts = _parts(match[2]) if match else None
        if match is None or parts is None or not self._is_ours(parts[0], scope):
            return False
        server = scope.get("server")
        own = {_USUAL_PORTS[match[1]] if port is None else port, server[1] if server else None}
        return (_USUAL_PORTS[match[1]] if parts[1] is None else parts[1]) in own


def read_host(text: str) -> str:
    """A host's name or address in one spelling, without its port.

    Raises:
        ValueError: it is none.
    """
    name = text if "[" in text or text.count(":") < 2 else f"[{text}]"  # a bare IPv6 address
    parts = _parts(name)
    if parts is None:
        raise ValueError(f"{text!r} is no host; give a name or an address, such as my-machine")
    return parts[0]


def _parts(authority: str | None) -> tuple[str, int | None] | None:
    """Host and port, as they stand in a Host header; `None` where it is none."""
    match = _AUTHORITY.fullmatch((authority or "").lower())
    if match is None:
        return None
    name = match[1].strip("[]").removesuffix(".")
    return (name, int(match[2]) if match[2] else None) if name else None


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


def _all(scope: Scope, name: bytes) -> str | None:
    """A header's value; several are joined, and so are no host and no origin."""
    found = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return ", ".join(found) if found else None


def _shown(value: str | None) -> str:
    return repr((value or "")[:_SHOWN])
