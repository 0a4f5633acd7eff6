"""Normalises a service's address: one name for one service, however it was written.

Caps, stored pictures and the journal are kept by that name. Two spellings of one service must
not be two services: each would have its own cap, and would buy again what the other has.
"""

from __future__ import annotations

import ipaddress
import unicodedata
from urllib.parse import urlsplit

__all__ = ["is_loopback", "plain_address", "plain_service", "service_name"]

_DEFAULT_PORTS = {"https": 443, "http": 80}
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""The ways in which this machine is named; a service on one of its ports is one service."""


def plain_address(url: str) -> str:
    """A service's address in its plain form: `https://API.evolink.ai.:443/v1/` without the rest.

    Small letters, no dot at the host's end, no port that goes without saying, no `/v1` (it
    stands in each path) and no slash at its end. `localhost` stays: it is what is connected to.

    Args:
        url: an http or https address without user, query or fragment.

    Raises:
        ValueError: its port is none, or its brackets are broken.
    """
    parts = urlsplit(url.strip())
    scheme, host = parts.scheme.lower(), _plain_host(parts.hostname or "")
    path = parts.path.rstrip("/")
    if path.lower() == "/v1" or path.lower().endswith("/v1"):
        path = path[: -len("/v1")].rstrip("/")
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(scheme)) else f":{parts.port}"
    return f"{scheme}://{_bracketed(host)}{port}{path}"


def service_name(url: str) -> str:
    """The name under which the store keeps a service: its host, and its port unless it is 443.

    `localhost`, `127.0.0.1` and `[::1]` are one machine and have one name. A gateway's path is
    no part of it.

    Args:
        url: the service's address, in any spelling.

    Raises:
        ValueError: as for `plain_address`.
    """
    parts = urlsplit(plain_address(url))
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 443)
    return _named(parts.hostname or "", port)


def plain_service(name: str) -> str:
    """The service's name for one that an earlier version has written in another spelling.

    What is no host ("emulator" is none) stays as it is.
    """
    if not name or name == "emulator" or "/" in name or "@" in name:
        return name
    try:
        parts = urlsplit(f"https://{name}")
        return _named(_plain_host(parts.hostname or ""), parts.port or 443) or name
    except ValueError:
        return name


def is_loopback(url: str) -> bool:
    """Whether an address is this very machine's."""
    host = _plain_host(urlsplit(url).hostname or "")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _named(host: str, port: int) -> str:
    if host in _THIS_MACHINE:
        host = "127.0.0.1"
    return _bracketed(host) if port == 443 else f"{_bracketed(host)}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _plain_host(host: str) -> str:
    """A host's name in small ASCII letters, or its IP address in its shortest form."""
    if ":" in host:
        bare, percent, zone = host.partition("%")
        try:
            return f"{ipaddress.ip_address(bare).compressed}{percent}{zone}"
        except ValueError:
            return host.lower()
    name = host.lower() if host.isascii() else _folded(host)
    name = name[:-1] if name.endswith(".") else name
    return ".".join(map(_ascii_label, name.split(".")))


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    text = unicodedata.normalize("NFC", label)
    return f"xn--{text.encode('punycode').decode('ascii')}"


def _folded(host: str) -> str:
    from evolink_widgets.rules.request.addresses import folded

    return folded(host)
