"""Tells which addresses the service can reach: public ones, however they are spelt.

A host is judged twice: by its spelling when the request comes, without asking the network, and
by what it resolves to when the callback goes out (`callbacks`), because a harmless name may
lead to a private address.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

__all__ = ["host_is_public", "host_is_reachable", "ip_is_public", "read_callback_host"]

_IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_PRIVATE_NAMES = ("localhost", "local", "internal", "localdomain", "lan", "home.arpa")
_NEVER_FOUND = ("invalid", "test", "example", "onion")
"""Reserved (RFC 2606, RFC 7686): no such name is ever found in the internet."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)


def read_callback_host(url: str) -> str | None:
    """The host of a callback's address; `None` where two readers could disagree about it."""
    if re.search(r"[\x00-\x20\x7f\\]", url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname


def host_is_public(host: str) -> bool:
    """Whether a host is public as far as its spelling tells."""
    # Full-width digits and the ideographic full stop are read as plain ones by resolvers.
    host = unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower()
    if ":" in host:
        return _reads_as_public(host.split("%")[0])
    host = host.rstrip(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        number = _ipv4(labels)
        return number is not None and ip_is_public(number)
    try:
        labels = [label.encode("idna").decode() for label in labels]
    except UnicodeError:
        return False
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        return False
    return not any(f".{host}".endswith(f".{name}") for name in _PRIVATE_NAMES)


def host_is_reachable(host: str) -> bool:
    """Whether the service may find something there, as far as the spelling tells."""
    top = host.rstrip(".").rpartition(".")[2].lower()
    return top not in _NEVER_FOUND and host_is_public(host)


def ip_is_public(ip: _IP) -> bool:
    """Whether an address is out in the internet, and every address that hides in it too."""
    if isinstance(ip, ipaddress.IPv6Address):
        inside = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            inside.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if ip.ipv4_mapped:
            return ip_is_public(ip.ipv4_mapped)
        if not all(ip_is_public(one) for one in inside if one is not None):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _reads_as_public(text: str) -> bool:
    try:
        return ip_is_public(ipaddress.ip_address(text))
    except ValueError:
        return False


def _ipv4(labels: list[str]) -> ipaddress.IPv4Address | None:
    """One to four numbers, each decimal, octal or hexadecimal; the last fills what is left."""
    if len(labels) > 4 or not all(map(_NUMBER.fullmatch, labels)):
        return None
    try:
        numbers = [_number(label) for label in labels]
    except ValueError:
        return None
    *first, last = numbers
    if any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        return None
    return ipaddress.IPv4Address(sum(n << (24 - 8 * i) for i, n in enumerate(first)) + last)


def _number(text: str) -> int:
    if text[:2] in ("0x", "0X"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if len(text) > 1 and text[0] == "0" else 10)
