"""Links that the service may be given: references to fetch, a callback to call.

A callback must be reachable from the public internet. An address can be spelled in many ways
(decimal, octal, hexadecimal, short, mapped into IPv6, with full-width digits), and every one of
them that a resolver would take for a private or loopback address is refused.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import unquote, urlsplit

__all__ = ["MAX_CALLBACK", "callback_rule", "reference_rule"]

MAX_CALLBACK = 2048
_PICTURE_SUFFIXES = (".jpeg", ".jpg", ".png", ".webp")
_OTHER_SUFFIXES = re.compile(
    r"\.(gif|bmp|tiff?|svg|avif|heic|heif|ico|psd|pdf|mp4|mov|webm|html?|txt|json|zip)$",
    re.IGNORECASE,
)
_PRIVATE_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def reference_rule(link: str) -> str | None:
    """The rule that a reference's link breaks, or `None`.

    Source: the reference takes links to jpeg, jpg, png or webp that its server can reach. A
    link without a file ending is not judged by it.
    """
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        return "must be a well-formed link"
    if parts.scheme.lower() not in ("http", "https") or not host:
        return "must be an http or https link that the service can reach"
    if _has_spaces_or_controls(link):
        return "must not contain spaces or control characters"
    if _OTHER_SUFFIXES.search(parts.path):
        return f"must be a picture in one of {', '.join(s[1:] for s in _PICTURE_SUFFIXES)}"
    return None


def callback_rule(link: str) -> str | None:
    """The rule that a callback's address breaks, or `None`.

    Source: HTTPS, at most 2048 characters, no private or loopback address.
    """
    if len(link) > MAX_CALLBACK:
        return f"must have at most {MAX_CALLBACK} characters"
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be a well-formed link"
    if parts.scheme.lower() != "https" or not host:
        return "must begin with https://"
    if _has_spaces_or_controls(link) or "\\" in link:
        return "must not contain spaces, backslashes or control characters"
    if parts.username is not None or parts.password is not None:
        return "must not contain a user name or password"
    if not _is_public(host):
        return "must be a public address, not a private or loopback one"
    return None


def _has_spaces_or_controls(link: str) -> bool:
    return any(c.isspace() or unicodedata.category(c).startswith("C") for c in link)


def _is_public(host: str) -> bool:
    # Browsers and resolvers fold full-width digits and percent escapes before they look.
    name = unicodedata.normalize("NFKC", unquote(host)).lower().replace("\u3002", ".")
    name = name.rstrip(".")
    address = _as_address(name)
    if address is not None:
        return _is_public_address(address)
    if "." not in name:
        return False
    return not any(name == private or name.endswith("." + private) for private in _PRIVATE_NAMES)


def _is_public_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None and address.teredo:
            inner = address.teredo[1]
        if inner is None and int(address) >> 32 == 0:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public_address(inner)
    return address.is_global and not address.is_multicast


def _as_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if ":" in name:
        try:
            return ipaddress.IPv6Address(name.split("%", 1)[0])
        except ValueError:
            return None
    numbers = [_as_number(part) for part in name.split(".")]
    if len(numbers) > 4 or any(number is None for number in numbers):
        return None
    *leading, last = (number for number in numbers if number is not None)
    value = 0
    for number in leading:
        value = value * 256 + min(number, 255)
    value = value * 256 ** (4 - len(leading)) + last
    # An overlong number is no public address either; 0.0.0.0 stands for "not public".
    return ipaddress.IPv4Address(value if value < 2**32 else 0)


def _as_number(part: str) -> int | None:
    """As the C library reads a part of an address: 0x for hexadecimal, 0 for octal."""
    try:
        if part.startswith("0x"):
            return int(part[2:] or "0", 16)
        if part.startswith("0") and part.isdigit() and len(part) > 1:
            return int(part, 8)
        return int(part) if part.isdecimal() else None
    except ValueError:
        return 0
