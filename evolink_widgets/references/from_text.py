"""References given as text: a link, a data URL, a kept reference, or a file's name."""

from __future__ import annotations

import base64
import binascii
import difflib
import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from evolink_widgets.images.reference_limits import ReferenceLimits
from evolink_widgets.moved_files import where_it_lies
from evolink_widgets.problem import Problem, shown
from evolink_widgets.references.secret_links import name_of
from evolink_widgets.references.source import Source
from evolink_widgets.rules.request.link_secrets import without_secret
from evolink_widgets.rules.request.links import digest_of, nearest_link, reference_rule

__all__ = ["is_link", "read_path", "read_text"]

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)
_HOST = re.compile(r"(?:www\.|(?:[\w-]+\.)+[a-z]{2,}(?::[0-9]+)?/)", re.IGNORECASE)
_SIGNED_IN = re.compile(r"//[^/?#]*@")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{120,}={0,2}\s*")
_LONGEST_NAME = 4096
_PIECE = 1 << 16
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_ESCAPED_FILLING = ("%20", "%09", "%0A", "%0a", "%0D", "%0d", "%3D", "%3d")
_SHOWN_NAME = 56


def is_link(text: str) -> bool:
    """Whether the service could fetch it: it begins as an http or https link."""
    return text.lstrip()[:8].lower().startswith(("http://", "https://"))


def read_text(text: str, place: str, limits: ReferenceLimits) -> Source | str | Problem:
    """Read a reference given as text: a picture's bytes, a link, or why it is neither.

    Args:
        text: what was given.
        place: how it is named in messages: "references[2]".
        limits: how many bytes are read.
    """
    if is_link(text):
        rule = reference_rule(text)
        if rule is None:
            return name_of(text)
        near = nearest_link(text, reference_rule)
        return Problem(place, _shown_link(text), rule, near and without_secret(near))
    if digest_of(text) is not None:
        return text
    if text[:5].lower() == "data:":
        return _from_data_url(text, place, limits)
    if text[:5].lower() == "file:":
        return read_path(_of_file_url(text), place)
    return read_path(text, place)


def read_path(given: str | os.PathLike[str], place: str) -> Source | Problem:
    """The file of that name, or what the name was taken for."""
    path: Path | None = None
    try:
        name = os.fspath(given)
        if len(name) > _LONGEST_NAME:
            raise ValueError("no file system has such a name")
        path = where_it_lies(Path(name).expanduser())
        if str(name).strip() and path.exists():
            if path.is_file():
                return Source(place, _shown_name(name), path.absolute())
            what = "a picture's file, and not a folder" if path.is_dir() else "a plain file"
            return Problem(place, _shown_name(name), f"must be {what}", _inside(path))
    except (OSError, ValueError, RuntimeError, TypeError):  # NUL, a name too long, no home
        path = None
    if not isinstance(given, str):
        return Problem(place, _shown_name(given), "must be a file that is there", _near(path))
    return _neither(given, path, place)


def _shown_name(name: object) -> str:
    """A file's name as it is shown: of a long one its end, which tells more."""
    text = str(name)
    return shown(text if len(text) <= _SHOWN_NAME else f"…{text[1 - _SHOWN_NAME :]}")


def _shown_link(link: str) -> str:
    return shown(without_secret(link))


def _neither(text: str, path: Path | None, place: str) -> Problem:
    """Text that is no file and no link: say what it was taken for."""
    if _BASE64.fullmatch(text[:400]) or _BASE64.match(text):
        rule = "must be a file or a link; it was taken for base64: give base64.b64decode(…) of it"
        return Problem(place, shown(text), rule)
    scheme = _SCHEME.match(text)
    if scheme and len(scheme[1]) > 1:
        rule = f"must be a file, or an https link; {scheme[1]}: links can't be fetched"
        return Problem(place, shown(_SIGNED_IN.sub("//hidden@", text, count=1)), rule)
    if _HOST.match(text[:300].strip()):
        rule = "must be a file or a link; it was taken for a link without https://"
        return Problem(place, shown(text), rule, nearest_link(text, reference_rule)
                       or f"https://{text.strip()}")  # fmt: skip
    if "\n" in text or len(text) > 300:
        rule = "must be a file or a link; it was taken for a file's name, and is none"
        return Problem(place, shown(text), rule)
    rule = "must be a file or a link; it was taken for a file's name, and there is no such file"
    return Problem(place, shown(text), rule, _near(path))


def _near(path: Path | None) -> str | None:
    """The name of a file beside it that is nearly the same."""
    if path is None:
        return None
    try:
        entries = islice(os.scandir(path.parent), 2000)
        names = {Path(entry.name).stem.lower(): entry.name for entry in entries if entry.is_file()}
    except (OSError, ValueError):
        return None
    found = difflib.get_close_matches(path.stem.lower(), names, 1, 0.7)
    return str(path.with_name(names[found[0]])) if found else None


def _inside(path: Path) -> str | None:
    """The one picture in a folder, where there is just one."""
    endings = {".png", ".jpg", ".jpeg", ".webp"}
    try:
        entries = islice(os.scandir(path), 2000)
        found = [one.name for one in entries if Path(one.name).suffix.lower() in endings]
    except OSError:
        return None
    return str(path / found[0]) if len(found) == 1 else None


def _of_file_url(text: str) -> str:
    try:
        from urllib.request import url2pathname  # a fifth of all that a first ask loads

        return url2pathname(urlsplit(text).path)
    except (ValueError, OSError):
        return text


def _from_data_url(text: str, place: str, limits: ReferenceLimits) -> Source | Problem:
    comma = text.find(",")
    if comma < 0:
        return Problem(place, shown(text), "must be a whole data URL; it has no comma")
    head = text[:comma] if comma < _LONGEST_NAME else ""
    is_base64 = head.lower().rstrip().endswith(";base64")
    too_long = Problem(place, shown(text), f"must have at most {limits.read_bytes:,} bytes")
    # Counted in the text as it is: one that is too long is neither copied nor decoded.
    if _fewest_bytes(text, comma + 1, is_base64) > limits.read_bytes:
        return too_long
    data = bytearray()
    try:
        for piece in _pieces(text, comma + 1, is_base64):
            data += piece
            if len(data) > limits.read_bytes:
                return too_long
    except (binascii.Error, ValueError):
        return Problem(place, shown(text), "must be a data URL in sound base64")
    return Source(place, f"a data URL ({shown(head[:40])})", bytes(data))


def _fewest_bytes(text: str, start: int, is_base64: bool) -> int:
    """How many bytes the data from `start` on has at least, without making a copy of it."""
    escapes = text.count("%", start)
    characters = len(text) - start - 2 * escapes
    if not is_base64:
        return characters
    filling = sum(text.count(one, start) for one in " \t\r\n\f\v=")
    if escapes:
        filling += sum(text.count(one, start) for one in _ESCAPED_FILLING)
    return (characters - filling) * 3 // 4


def _pieces(text: str, start: int, is_base64: bool) -> Iterator[bytes]:
    """The data, decoded piece by piece: only its bytes are ever in memory as a whole.

    Raises:
        ValueError: it is no sound base64.
    """
    left = b""
    while start < len(text):
        end = start + _PIECE
        cut = text.rfind("%", max(start, end - 2), end)
        if start < cut and end < len(text):  # an escape is not torn apart
            end = cut
        data = unquote_to_bytes(text[start:end])
        start = end
        if not is_base64:
            yield data
            continue
        plain = left + data.translate(_URL_SAFE, b" \t\r\n\f\v")
        whole = len(plain) if start >= len(text) else len(plain) // 4 * 4
        plain, left = plain[:whole], plain[whole:]
        if start >= len(text):
            plain += b"=" * (-len(plain) % 4)
        elif b"=" in plain:
            raise ValueError("padding in the middle")
        yield base64.b64decode(plain, validate=True)
