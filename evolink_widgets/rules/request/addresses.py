"""Tells whose network a host is in; a callback may go to public hosts only.

The same address can be spelled in many ways that one resolver or another understands: decimal,
octal, hexadecimal, shortened, mapped into IPv6, with full-width digits, percent-escaped. Every
one of them is refused, whatever it stands for: an IPv4 address is four plain decimal numbers,
an IPv6 address one that is allocated, a name has labels. So there is nothing to
read wrongly. Names are judged as text; nothing is resolved here.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from enum import Enum

from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = ["Zone", "folded", "host_rule", "reachable_from", "zone_of", "zone_of_host"]

_PUBLIC = "must be a public address, not a private, loopback or reserved one"
_PLAIN = "must name its host plainly: a name, or an IP address as four decimal numbers"

_NOT_PUBLIC = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",        # this network
        "10.0.0.0/8",       # private
        "100.64.0.0/10",    # shared by carriers
        "127.0.0.0/8",      # loopback
        "169.254.0.0/16",   # link-local; a cloud's metadata
        "172.16.0.0/12",    # private
        "192.0.0.0/24",     # protocol assignments
        "192.0.2.0/24",     # documentation
        "192.88.99.0/24",   # 6to4 relays, withdrawn
        "192.168.0.0/16",   # private
        "198.18.0.0/15",    # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",   # documentation
        "224.0.0.0/4",      # multicast
        "240.0.0.0/4",      # reserved, and broadcast
    )
)  # fmt: skip
"""IPv4 that is no public address: IANA's special-purpose registry, and all multicast."""

_ALLOCATED = ipaddress.IPv6Network("2000::/3")
"""The only part of IPv6 that is allocated to the public …"""
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",      # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",      # 6to4
        "3fff::/20",      # documentation
    )
)  # fmt: skip
"""… without these. IPv4 wrapped into IPv6 is either outside of it or in 2001::/23 or 2002::/16."""

_PRIVATE_NAMES = (
    "localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home",
    "home.arpa", "lan",
)  # fmt: skip
"""Names that only a private network answers to."""

_QUAD = late_pattern(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})", re.ASCII)
_NUMBER = late_pattern(r"\d+|0x[0-9a-f]*")
_LABEL = late_pattern(r"(?!-)[\w-]{1,63}(?<!-)")
_IGNORED = late_pattern(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0100-\U000e01ef]"
)
"""What IDNA drops from a name before it looks: soft hyphens, joiners, variation selectors."""


def host_rule(host: str) -> str | None:
    """The rule that a host breaks as the goal of a callback, or `None`.

    Args:
        host: as `urlsplit(link).hostname` gives it, without brackets.
    """
    if ":" in host:
        return _ipv6_rule(host)
    name = folded(host)
    if name.endswith("."):
        name = name[:-1]
    if name != name.rstrip(".") or "%" in name or len(name) > 253:
        return _PLAIN
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        # A resolver may take any name that ends in a number for an address.
        return _ipv4_rule(name)
    if not all(map(_is_label, labels)):
        return _PLAIN
    if len(labels) == 1 or any(f".{name}".endswith(f".{private}") for private in _PRIVATE_NAMES):
        return _PUBLIC
    return None


def folded(host: str) -> str:
    """The name as IDNA folds it: width, case and all its kinds of dots."""
    text = unicodedata.normalize("NFKC", _IGNORED.sub("", host)).lower()
    return unicodedata.normalize("NFKC", _IGNORED.sub("", text)).replace("\u3002", ".")


def _ipv4_rule(name: str) -> str | None:
    if not _QUAD.fullmatch(name):
        return _PLAIN
    try:
        address = ipaddress.IPv4Address(name)
    except ValueError:
        return _PLAIN
    return _PUBLIC if any(address in network for network in _NOT_PUBLIC) else None


def _ipv6_rule(host: str) -> str | None:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return _PLAIN
    # A zone ("%eth0") is kept by the comparison with a network, and names a local link.
    if "%" in host or address not in _ALLOCATED:
        return _PUBLIC
    return _PUBLIC if any(address in network for network in _NOT_PUBLIC_6) else None


def _is_label(label: str) -> bool:
    if not _LABEL.fullmatch(label):
        # Scripts such as Hindi have marks that are not of \w; judge the rest of the label.
        bare = "".join(c for c in label if not unicodedata.category(c).startswith("M"))
        if bare == label or not _LABEL.fullmatch(bare):
            return False
    return not label.startswith("xn--") or _is_honest_punycode(label[4:])


def _is_honest_punycode(encoded: str) -> bool:
    """Whether this is the code of a name that needs one, and not a disguise of a plain name."""
    try:
        name = encoded.encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return False
    return not name.isascii() and folded(name) == name


class Zone(Enum):
    """The kind of network that an address is in; a callback may go to the internet only."""

    PUBLIC = "the internet"
    PRIVATE = "a private network"
    LOOPBACK = "this machine"
    LINK_LOCAL = "the local link"
    RESERVED = "a reserved network"
    METADATA = "a cloud's metadata service"


_METADATA = frozenset(
    map(
        ipaddress.ip_address,
        ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"),
    )
)
"""Where clouds hand out credentials; some of them lie within private networks."""
_METADATA_NAMES = frozenset({"metadata.google.internal", "metadata.goog", "metadata"})
_LOOPBACK_NAMES = ("localhost", "localdomain", "ip6-localhost", "ip6-loopback")
_ZONES = (
    (Zone.LOOPBACK, ("127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128")),
    (Zone.LINK_LOCAL, ("169.254.0.0/16", "fe80::/10")),
    (Zone.PRIVATE, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                    "fc00::/7", "fec0::/10")),
)  # fmt: skip
_NETWORKS = tuple((zone, ipaddress.ip_network(one)) for zone, all_ in _ZONES for one in all_)
_TAILS = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48")))
"""IPv4 within IPv6, in the last 32 bits: compatible, NAT64, NAT64 of a network's own."""


def zone_of(address: str) -> Zone:
    """Tell whose network an IP address is in; IPv4 that is wrapped into IPv6 is unwrapped.

    Args:
        address: in the plain form in which a resolver gives it.

    Raises:
        ValueError: it is no IP address.
    """
    ip = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if ip in _METADATA:
        return Zone.METADATA
    for zone, network in _NETWORKS:
        if ip.version == network.version and ip in network:
            return zone
    if isinstance(ip, ipaddress.IPv4Address):
        return Zone.RESERVED if any(ip in one for one in _NOT_PUBLIC) else Zone.PUBLIC
    allocated = ip in _ALLOCATED and not any(ip in one for one in _NOT_PUBLIC_6)
    return Zone.PUBLIC if allocated else Zone.RESERVED


def zone_of_host(host: str) -> Zone | None:
    """Tell whose network a host is in, by its text alone; `None` where it is not plainly written.

    Args:
        host: a name or an IP address, without brackets.
    """
    name = folded(host)
    if ":" not in name:
        rule = host_rule(host)
        if rule == _PLAIN:
            return None
        name = name[:-1] if name.endswith(".") else name
        if name in _METADATA_NAMES:
            return Zone.METADATA
        if any(f".{name}".endswith(f".{one}") for one in _LOOPBACK_NAMES):
            return Zone.LOOPBACK
    try:
        return zone_of(name)
    except ValueError:
        if ":" in name:
            return None
        return Zone.PUBLIC if rule is None else Zone.PRIVATE


def reachable_from(own: Iterable[Zone]) -> frozenset[Zone]:
    """The networks whose links are fetched for a service in these: its own and the internet.

    A service on this machine may stand for one in the private network beside it. A cloud's
    metadata service is never among them.
    """
    zones = {Zone.PUBLIC, *own}
    if Zone.LOOPBACK in zones:
        zones.add(Zone.PRIVATE)
    return frozenset(zones - {Zone.METADATA})


def _unwrapped(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if inner is None and int(ip) > 1 and any(ip in network for network in _TAILS):
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return inner or ip
