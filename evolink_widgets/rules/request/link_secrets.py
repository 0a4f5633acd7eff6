"""Finds secrets in links (a password, a signature, a token), and names links without them.

The name keeps what tells one picture from another, and can't be used to fetch it. Signatures of
the known kinds sign a path: an object that is signed anew has the same name. Of a token whose
meaning is not known eight letters of a digest stay, as it may be what chooses the picture.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import SplitResult, unquote, urlsplit

from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = ["HIDDEN", "is_hidden", "secrets_of", "without_secret"]

HIDDEN = "hidden"
"""What stands in the place of a secret; a link that holds it is fetched by no service."""

_SIGNING = late_pattern(
    r"(?:x-)?(?:amz|goog|oss|cos|obs|bce|tos|nos)-[\w-]+|q-(?:sign|ak|key|header|url|signature)[\w-]*"
    r"|awsaccesskeyid|googleaccessid|ossaccesskeyid|accesskeyid|signature|expires|policy"
    r"|key-pair-id|security-token|sig|se|st|ske|skt|skoid|sktid|sks|skv|hm|ex|is|rlkey|signed",
    re.IGNORECASE,
)
"""What signs or dates a link: S3 and its likes, Google, Azure, CloudFront, Discord."""
_DATING = frozenset({"expires", "policy", "se", "st", "ex", "is"})
"""Names of parameters that date a link: they are no secret where nothing signs it."""
_PUBLIC = late_pattern(r"(?:.*-)?(?:algorithm|expires|date|signed-?headers)", re.IGNORECASE)
"""Names of parameters that are the same in every link of their kind: they tell nothing."""
_CREDENTIAL = late_pattern(
    r"pass(?:word|wd|phrase)?|pwd|(?:.*[_-])?(?:secret|credential|credentials)|api[_-]?key"
    r"|(?:x[_-])?auth(?:orization|[_-]?key)?|(?:client|private|access)[_-]?(?:secret|key)"
    r"|session(?:[_-]?id)?|bearer|jwt",
    re.IGNORECASE,
)
_TOKEN = late_pattern(
    r"(?:[\w.-]*[_-])?(?:token|sig|hash|hmac|code|ticket|key|auth)", re.IGNORECASE
)
_RANDOM = late_pattern(r"(?=.*\d)(?=.*[A-Za-z])[\w%+/=~.-]{12,}")
_JWT = late_pattern(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*")
_BOT = late_pattern(r"(?<=/bot)\d+:[\w-]{20,}(?=/)")
_DIGEST = late_pattern(r"hidden-[0-9a-f]{8}")
_SHORTEST = 6
_PICTURE = late_pattern(r"\.(?:jpe?g|png|webp)$", re.IGNORECASE)


def without_secret(link: str) -> str:
    """The link with `hidden` in the place of each secret; the same text where there is none.

    Takes any text and never raises: what is no link is left as it is.
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        return re.sub(r"(?<=//)[^/?#]*@", f"{HIDDEN}@", link, count=1)
    if parts.scheme.lower() not in ("http", "https"):
        return link
    netloc = parts.netloc
    if "@" in netloc:
        netloc = f"{HIDDEN}@{netloc.rpartition('@')[2]}"
    path = _BOT.sub(HIDDEN, parts.path)
    query, fragment = _told(parts.query), _told(parts.fragment)
    found = SplitResult(parts.scheme, netloc, path, query, fragment)
    return link if found == parts else found.geturl()


def is_hidden(link: str) -> bool:
    """Whether a link is such a name: its secret is not in it any more."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return (
        parts.netloc.startswith(f"{HIDDEN}@")
        or f"/bot{HIDDEN}/" in parts.path
        or any(
            _DIGEST.fullmatch(value) or (value == HIDDEN and _names_secret(name))
            for name, value in _pairs(parts.query) + _pairs(parts.fragment)
        )
    )


def secrets_of(link: str) -> tuple[str, ...]:
    """The secrets in a link, as they stand there and decoded, the longest first."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ()
    user = parts.username or ""
    found = [*_BOT.findall(parts.path), parts.password or (user if _RANDOM.fullmatch(user) else "")]
    for text in (parts.query, parts.fragment):
        pairs = _pairs(text)
        found += [
            value
            for name, value in pairs
            if _kind(name, value, pairs)
            and name.lower() not in _DATING
            and not _PUBLIC.fullmatch(name)
        ]
    values = {form for one in found for form in (one, unquote(one))}
    return tuple(sorted((one for one in values if len(one) >= _SHORTEST), key=len, reverse=True))


def _pairs(text: str) -> list[tuple[str, str]]:
    """Names and values of a query, as they are written."""
    found = (pair.partition("=") for pair in text.split("&"))
    return [(name, value) for name, _, value in found]


def _names_secret(name: str) -> bool:
    return any(names.fullmatch(name) for names in (_SIGNING, _CREDENTIAL, _TOKEN))


def _kind(name: str, value: str, pairs: list[tuple[str, str]]) -> str | None:
    """What a parameter is: a "secret", a "token", or nothing to hide."""
    if not value or _DIGEST.fullmatch(value) or value == HIDDEN:
        return None
    if _SIGNING.fullmatch(name):
        signed = name.lower() not in _DATING or any(
            _SIGNING.fullmatch(other) and other.lower() not in _DATING for other, _ in pairs
        )
        return "secret" if signed else None
    if _CREDENTIAL.fullmatch(name):
        return "secret"
    is_token = _TOKEN.fullmatch(name) and _RANDOM.fullmatch(value) and not _PICTURE.search(value)
    return "token" if is_token or _JWT.search(value) else None


def _told(text: str) -> str:
    pairs = _pairs(text)
    kinds = [_kind(name, value, pairs) for name, value in pairs]
    if not any(kinds):
        return text
    shown = []
    for written, (name, value), kind in zip(text.split("&"), pairs, kinds, strict=True):
        mark = HIDDEN
        if kind == "token":
            digest = hashlib.sha256(f"{name}={value}".encode("utf-8", "replace")).hexdigest()
            mark = f"{HIDDEN}-{digest[:8]}"
        shown.append(f"{name}={mark}" if kind else written)
    return "&".join(shown)
