"""What a request may name instead of bytes: links to references, a kept reference, a callback."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from evolink_widgets.rules.request.addresses import host_rule
from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = [
    "MAX_CALLBACK",
    "callback_rule",
    "digest_of",
    "kept_name",
    "nearest_link",
    "reference_rule",
]

MAX_CALLBACK = 2048
_FORMATS = ("jpeg", "jpg", "png", "webp")
_OTHER_KINDS = late_pattern(
    r"""\.(?: ai|apng|arw|avi|avif|bmp|cr[23]|csv|cur|dds|djvu|dng|docx?|emf|eps|exe|exr|gif|gz
    |hdr|hei[cf]|html?|icns|ico|j2k|jfif|jp[2ex]|js|json|jx[lr]|m4[av]|md|mkv|mov|mp[34]|mpe?g
    |nef|od[gt]|ogg|orf|p[bgpn]m|pcx|pdf|pptx?|psd?|qoi|ra[rw]|rtf|rw2|svgz?|tar|tga|tiff?|txt|wav
    |wbmp|webm|wm[fv]|xcf|xlsx?|xml|zip|7z )$""",
    re.IGNORECASE | re.VERBOSE,
)
"""Endings that name another kind of file.

A link may end in anything (`.php`, `.v2`) and still give a picture, so only these are judged.
"""
_KEPT = "evolink-ref:"
"""How the name of a reference begins whose bytes this store keeps.

A picture from this machine has no link until it is uploaded, and its link changes with every
upload. Its name is made of its bytes, so that a request and its recipe stay the same; the name
is exchanged for a link right before the request is sent.
"""
_KEPT_NAME = late_pattern(rf"{_KEPT}([0-9a-f]{{64}})", re.ASCII)
_FETCHED = "must be an http or https link that the service can reach"
_SCHEMELESS = late_pattern(r"(?:[\w-]+\.)+[a-z]{2,}(?::[0-9]+)?/", re.IGNORECASE)


def kept_name(sha256: str) -> str:
    """The name of a reference with these bytes: `evolink-ref:` and their SHA-256 in hex."""
    return _KEPT + sha256


def digest_of(reference: str) -> str | None:
    """The SHA-256 in a kept reference's name; `None` where it is a link."""
    found = _KEPT_NAME.fullmatch(reference)
    return found[1] if found else None


def reference_rule(link: str) -> str | None:
    """The rule that a reference's link breaks, or `None`.

    Source: the service takes links to jpeg, jpg, png or webp pictures that it can reach. What
    a link without a file's ending leads to is not known before the service fetches it.
    """
    if link[:5].lower() == "data:":
        return "must be a link, not a data URL: upload the picture and give its link"
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be a well-formed link"
    if parts.scheme.lower() not in ("http", "https") or not host:
        return _FETCHED
    if _has_spaces_or_controls(link):
        return "must not contain spaces or control characters"
    if _OTHER_KINDS.search(unquote(parts.path)):
        return f"must be a picture in one of the formats {', '.join(_FORMATS)}"
    return None


def callback_rule(link: str) -> str | None:
    """The rule that a callback's address breaks, or `None`.

    Source: https, at most 2048 characters, a public address. A user name in it is refused,
    since it can make another host look like the one that is called.
    """
    if len(link) > MAX_CALLBACK:
        return f"must have at most {MAX_CALLBACK} characters"
    if _has_spaces_or_controls(link) or "\\" in link:
        return "must not contain spaces, backslashes or control characters"
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be a well-formed link"
    if parts.scheme.lower() != "https" or not host:
        return "must begin with https://"
    if "@" in parts.netloc:
        return "must not contain a user name or password"
    return host_rule(host)


def nearest_link(link: str, rule: Callable[[str], str | None]) -> str | None:
    """The link that was probably meant and keeps the rule, or `None`.

    Mended are a missing or insecure scheme, blanks around it and within it.
    """
    text = link.strip()
    if len(text) > MAX_CALLBACK:
        return None
    inside = text.replace(" ", "%20")
    bare = re.sub(r"^(?:http:)?//", "", inside, count=1, flags=re.IGNORECASE)
    secure = [f"https://{bare}"] if bare != inside or _SCHEMELESS.match(bare) else []
    return next((near for near in (inside, *secure) if near != link and not rule(near)), None)


def _has_spaces_or_controls(link: str) -> bool:
    return any(c.isspace() or unicodedata.category(c).startswith("C") for c in link)
