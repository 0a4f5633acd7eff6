"""Which proxy an address is reached through, as the environment says; nothing is connected here.

The variables are the usual ones: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in
small letters first; on macOS and Windows the system's own settings where there are none. A value
that can't be used is a `SettingFault`, which names the variable and never shows a password.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import getproxies

__all__ = ["Proxy", "SettingFault", "proxy_for"]

_SCHEMES = ("http", "https", "socks5", "socks5h")
_PORT = re.compile(r":([0-9]*)$")
_SHOWN = 60


class SettingFault(Exception):
    """A setting of the environment that can't be used: nothing can be sent until it is mended.

    Args:
        variable: its name.
        fault: what is wrong with its value, as a phrase that follows the name.
    """

    def __init__(self, variable: str, fault: str) -> None:
        super().__init__(f"{variable} {fault}")
        self.variable = variable


@dataclass(frozen=True)
class Proxy:
    """A proxy that the environment names.

    Attributes:
        url: its address, with the user and password that may stand in it.
        variable: where it is named.
    """

    url: str = field(repr=False)
    variable: str

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"the proxy {parts.hostname}{port} of {self.variable}"


def proxy_for(
    scheme: str, host: str, port: int, settings: Mapping[str, str] | None = None
) -> Proxy | None:
    """The proxy for one address; `None` where it is reached directly.

    Args:
        scheme: "http" or "https".
        host: the name or IP address, without brackets.
        port: the port.
        settings: by scheme, and "no"; by default what the environment says now.

    Raises:
        SettingFault: the value that counts for this address can't be used.
    """
    found = getproxies() if settings is None else settings
    name = next((one for one in (scheme, "all") if found.get(one, "").strip()), None)
    if name is None or _is_direct(host, port, found.get("no", "")):
        return None
    return _proxy(found[name].strip(), _variable(name))


def _variable(name: str) -> str:
    """The variable that `urllib` has read: in small letters first."""
    spelled = (f"{name}_proxy", f"{name}_proxy".upper())
    return next((one for one in spelled if os.environ.get(one)), "the system's proxy setting")


def _proxy(value: str, variable: str) -> Proxy:
    url = value if "://" in value else f"http://{value}"
    scheme = url.partition("://")[0].lower()
    shown = f"{scheme}://{url.rpartition('@')[2].rpartition('://')[2][:_SHOWN]}"
    if scheme not in _SCHEMES:
        rule = "must begin with http://, https://, socks5:// or socks5h://"
        raise SettingFault(variable, f"{rule}; it is {shown}")
    try:
        parts = urlsplit(url)
        is_sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or not url.isprintable() or " " in url:
        rule = "must be a proxy's address, such as http://proxy.example:3128"
        raise SettingFault(variable, f"{rule}; it is {shown!r}")
    if scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        needs = "the package socksio, which is not installed: pip install 'httpx[socks]'"
        raise SettingFault(variable, f"names a SOCKS proxy ({shown}), and that needs {needs}")
    return Proxy(url, variable)


def _is_direct(host: str, port: int, listed: str) -> bool:
    """Whether `NO_PROXY` holds the address: itself, a name that it ends in, or its network.

    Raises:
        SettingFault: an entry can't be read, so that it is not known which address it spares.
    """
    host = host.lower().rstrip(".")
    matches = [_matches(entry, host, port) for entry in _entries(listed)]
    return True in matches


def _entries(listed: str) -> Iterator[str]:
    for entry in re.split(r"[,\s]+", listed):
        bare = entry.partition("://")[2] if "://" in entry else entry
        if bare := bare.rstrip("/"):
            yield bare.lower()


def _matches(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    network = _network(entry)
    if network is not None:
        return _is_in(host, network)
    name, only = entry, None
    if entry.startswith("["):
        name, bracket, rest = entry[1:].partition("]")
        found = _PORT.fullmatch(rest) if rest else None
        network = _network(name)
        if not bracket or network is None or (rest and found is None):
            rule = "must list names, addresses and networks, separated by commas"
            raise SettingFault(_variable("no"), f"{rule}; {entry[:_SHOWN]!r} is none of them")
        only = found[1] if found else None
        return _is_in(host, network) and (not only or int(only) == port)
    if found := _PORT.search(entry):
        name, only = entry[: found.start()], found[1]
    if only and int(only) != port:
        return False
    network = _network(name)
    if network is not None:
        return _is_in(host, network)
    name = name.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _is_in(host: str, network: _Network) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.version == network.version and address in network
