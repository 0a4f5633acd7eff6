"""Where the API key comes from, and what keeps it out of sight: `Key`, and its `Redaction`.

The chain: an argument, then the environment variable `EVOLINK_API_KEY`, then what the host keeps
(`kept_keys`). Nothing of the key is ever shown, only where it came from.
"""

from __future__ import annotations

import base64
import bisect
import hashlib
import hmac
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from evolink_widgets.errors import ConfigurationError
from evolink_widgets.runtime.late_pattern import late_pattern
from evolink_widgets.store.in_use import bare, variable
from evolink_widgets.store.process_globals import process_global
from evolink_widgets.text.printable import printable

__all__ = [
    "HIDDEN",
    "KEY_VARIABLE",
    "LEAST",
    "LONG",
    "TELLING",
    "Key",
    "Redaction",
    "find_key",
    "in_document",
]

KEY_VARIABLE = "EVOLINK_API_KEY"


class Key:
    """An API key that shows its source and never itself.

    It has no `str` of the secret, no attribute that a debugger's list of locals would print,
    cannot be pickled, and is compared in constant time.
    """

    __slots__ = ("__reveal", "__weakref__", "redaction", "source")

    def __init__(self, secret: str, source: str) -> None:
        _check(secret, source)
        # A closure and not a string: object inspectors print attributes, not cells.
        self.__reveal: Callable[[], str] = lambda: secret
        self.source = source
        self.redaction = Redaction(secret)

    def authorization(self) -> str:
        """The value of the Authorization header; for the transport alone."""
        return f"Bearer {self.__reveal()}"

    def fingerprint(self) -> str:
        """A name for this key within this process, from which it cannot be computed back.

        Salted anew in each process, so that it is worthless if it ever leaves one.
        """
        return hmac.new(_SALT, self.__reveal().encode(), hashlib.sha256).hexdigest()

    def proof(self, challenge: bytes) -> bytes:
        """The answer to a challenge: two processes learn that they have the same key.

        Nothing of the key leaves either of them; a key is too long to be guessed from an answer.
        """
        name = b"evolink-widgets: same key? " + challenge
        return hmac.new(self.__reveal().encode(), name, hashlib.sha256).digest()

    def hide_in(self, text: str) -> str:
        """`text` without the key, nor any `TELLING` characters of it in a row, however escaped.

        Services like to quote a refused key, masked in the middle.
        """
        return self.redaction.text(text)

    def __repr__(self) -> str:
        return printable(f"<Key from {self.source}>")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Key):
            return NotImplemented
        return hmac.compare_digest(self.__reveal().encode(), other.__reveal().encode())

    def __hash__(self) -> int:
        return hash(self.fingerprint())

    def __reduce__(self) -> NoReturn:
        raise TypeError("A key is not pickled: it must not leave the process.")


_SALT = process_global(f"{__name__} salt", lambda: os.urandom(16))


def _check(secret: str, source: str) -> None:
    """Refuse what cannot stand in a header; an HTTP library would quote it in its error."""
    if not isinstance(secret, str):
        raise ConfigurationError(
            f"The API key from {source} is {type(secret).__name__}, and must be a string."
        )
    if not secret:
        raise ConfigurationError(f"The API key from {source} is empty.")
    if len(secret) < LEAST:
        raise ConfigurationError(
            f"The API key from {source} is shorter than {LEAST} characters, which no key is.",
            advice="Copy the whole of it. An emulator on a port takes any text of that length.",
        )
    if not (secret.isascii() and secret.isprintable()) or set(secret) & set(" \"'`"):
        raise ConfigurationError(
            f"The API key from {source} has characters that no key has "
            "(spaces, quotes, line ends or non-ASCII).",
            advice="Copy it again, without what stands around it.",
        )


def find_key(
    argument: str | Key | None = None, environment: Mapping[str, str] | None = None
) -> Key | None:
    """The key to use: the argument, else `EVOLINK_API_KEY`, else `None` (the emulator).

    Space and quotes around a key are cut off: pasted keys bring a line end, and what reads
    `.env` files does not always take the quotes away (`docker --env-file` does not).

    Raises:
        ConfigurationError: the key cannot be one; the message does not hold it.
    """
    if isinstance(argument, Key):
        return argument
    if argument is not None:
        text = bare(argument) if isinstance(argument, str) else argument
        return Key(text, "configure(api_key=…)")
    found = variable(KEY_VARIABLE, os.environ if environment is None else environment)
    return Key(found, KEY_VARIABLE) if found else None


TELLING = 6
"""Characters of a key in a row that are never shown."""

LONG = 12
"""Characters in a row that do not stand in an id or a link by chance."""

LEAST = 8
"""Characters of the shortest text that is taken for a key. What is shorter stands in other words,
too: hidden wherever it stands it would blank out letters of every error."""

_MOST = 20_000
"""Places that are looked at closely; a text with more of them is hidden as a whole."""

HIDDEN = "[key]"
"""What is shown in the place of a key."""

#: What begins the keys of a service is public: "sk-", "sk-evo-".
_PREFIX = late_pattern(r"(?:[a-z]{2,8}[-_]){1,2}", re.IGNORECASE)
#: The contract's own words: a key that is made of them, as in a test, does not spoil a reading.
_CONTRACT = (
    "processing", "pending", "completed", "failed", "cancelled", "canceled", "succeeded",
    "results", "result_data", "progress", "created", "status", "task_info", "usage", "credits",
    "model", "object", "message", "error", "image.generation.task", "task-unified-",
    "estimated_time", "https://", "content-type", "application/json", "emulator",
    "gpt-image-2-beta", "no-secret",
)  # fmt: skip
#: One character as an escape, however often the escape was escaped. A run of backslashes is tried
#: from its beginning alone: from each of its characters it would take quadratic time.
_ESCAPE = late_pattern(
    r"(?=[\\%&])(?:(?<!\\)\\+u([0-9a-f]{4})|(?<!\\)\\+x([0-9a-f]{2})|%(?:25)*([0-9a-f]{2})"
    r"|&(?:amp;)*#x0*([0-9a-f]{1,6});?|&(?:amp;)*#0*([0-9]{1,7});?|(?<!\\)\\+([/\"'.-]))",
    re.IGNORECASE,
)
#: Where a service's record has ids and links.
_OPAQUE = frozenset({
    "id", "task_id", "task_ids", "results", "result_data", "url", "urls", "image_url",
    "image_urls", "download_url", "file_url", "file_id", "link",
})  # fmt: skip
#: Headers that are read as figures, dates and names, and shown nowhere.
_READ = frozenset({
    "location", "etag", "content-length", "content-range", "date", "retry-after", "last-modified",
})  # fmt: skip


class Redaction:
    """Takes a key out of whatever a service says, in each form in which it could come back.

    A service may quote the key masked in the middle, in a header, in JSON or percent escapes, as
    HTML entities, in base64 or hex. What is compared are runs of characters after decoding, in
    any case. Ids and links are opaque and may hold a few characters of a key by chance: a paid
    task must not lose its id for that, so there a run has to be long.

    Args:
        secret: the key.
    """

    __slots__ = ("__reveal",)

    def __init__(self, secret: str) -> None:
        runs = {least: _Runs(secret, least) for least in (TELLING, LONG)}
        # A closure and not attributes: object inspectors print attributes, not cells.
        self.__reveal: Callable[[], dict[int, _Runs]] = lambda: runs

    def text(self, text: str) -> str:
        """Anything a service said, without runs of the key."""
        return self.__reveal()[TELLING].hidden_in(text)

    def opaque(self, text: str) -> str:
        """An id or a link, without what stands in it by no chance."""
        return self.__reveal()[LONG].hidden_in(text)

    def document(self, value: Any) -> Any:
        """A parsed JSON document without runs of the key, in its texts and names."""
        return in_document(value, self.text, self.opaque)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """A reply's headers, names in small letters, without runs of the key."""
        together = "\n".join((*headers, *headers.values()))  # nothing runs over a line's end
        if self.text(together) == together == self.opaque(together):
            return dict(headers)
        return {
            self.text(name): (self.opaque if name in _READ else self.text)(value)
            for name, value in headers.items()
        }

    def body(self, body: bytes) -> bytes:
        """A reply's body without the key: JSON is read first, anything else is text."""
        encoding_of: Callable[[bytes], str] = json.detect_encoding
        text = body.decode(encoding_of(body), "replace")
        shown = self.text(text)
        if shown == text:
            return body
        try:
            return json.dumps(self.document(json.loads(body))).encode()
        except (ValueError, RecursionError):
            return shown.encode("utf-8", "replace")

    def __repr__(self) -> str:
        return "<Redaction of a key>"


def in_document(
    value: Any, text: Callable[[str], str], opaque: Callable[[str], str], *, is_opaque: bool = False
) -> Any:
    """A parsed JSON document with something taken out of its texts and names.

    Args:
        value: the document, or a part of it.
        text: takes it out of a text.
        opaque: takes it out of an id or a link, which has to stay what it is.
        is_opaque: whether the part is one.
    """
    if isinstance(value, str):
        return opaque(value) if is_opaque else text(value)
    if isinstance(value, list):
        return [in_document(item, text, opaque, is_opaque=is_opaque) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        text(name): in_document(item, text, opaque, is_opaque=name.lower() in _OPAQUE)
        for name, item in value.items()
    }


class _Runs:
    """The runs of a key, in all its forms, that are hidden.

    Args:
        secret: the key.
        least: its characters in a row.
    """

    __slots__ = ("_runs", "_signs")

    def __init__(self, secret: str, least: int) -> None:
        #: Each run by its length, and whether it holds more than what is public.
        runs: dict[int, dict[str, bool]] = {}
        signs: dict[str, None] = {}
        for form in _forms(secret):
            length = round(least * form.scale)
            length = min(length, len(form.text))
            for at in range(len(form.text) - length + 1):
                run = form.text[at : at + length]
                tells = at + length > form.public and not any(run in word for word in _CONTRACT)
                runs.setdefault(length, {}).setdefault(run, tells)
            # Each run holds one of these, and they are few.
            inner = max(1, length // 2 + 1)
            step = length - inner + 1
            for at in range(0, len(form.text) - inner + 1, step):
                signs[form.text[at : at + inner]] = None
        self._runs = runs
        self._signs = tuple(signs)

    def __repr__(self) -> str:
        return "<runs of a key>"

    def hidden_in(self, text: str) -> str:
        """`text` without any of them."""
        if "\\" in text or "%" in text or "&" in text:
            escapes = tuple(_ESCAPE.finditer(text))
            text = self._hidden(text, escapes) if escapes else text
        return self._hidden(text, ())

    def _hidden(self, text: str, escapes: Sequence[re.Match[str]]) -> str:
        """`text` without runs that show once these escapes are read; they go as a whole."""
        plain = _decoded(text, escapes) if escapes else text
        spans = self._spans(_folded(plain))
        if spans is None:
            return HIDDEN
        if not spans:
            return text
        place = _Places(escapes)
        shown, at = [], 0
        for start, end in spans:
            shown += [text[at : place.start(start)], HIDDEN]
            at = place.end(end - 1)
        return "".join([*shown, text[at:]])

    def _spans(self, text: str) -> list[tuple[int, int]] | None:
        """Where runs stand, those that touch as one; `None` where there are absurdly many."""
        near: list[int] = []
        for sign in self._signs:
            at = text.find(sign)
            while at >= 0:
                near.append(at)
                if len(near) > _MOST:
                    return None
                at = text.find(sign, at + 1)
        found: list[tuple[int, int, bool]] = []
        done = 0
        longest = max(self._runs, default=0)
        for at in sorted(near):
            for start in range(max(done, at - longest), at + 1):
                for length, runs in self._runs.items():
                    tells = runs.get(text[start : start + length])
                    if tells is not None:
                        found.append((start, start + length, tells))
            done = max(done, at + 1)
        return _merged(found)


class _Places:
    """Where the characters of a decoded text stand in the text with its escapes."""

    def __init__(self, escapes: Sequence[re.Match[str]]) -> None:
        self._raw = [(0, 0), *((found.start(), found.end()) for found in escapes)]
        self._at = [-1]
        for before, found in pairwise(self._raw):
            self._at.append(self._at[-1] + 1 + found[0] - before[1])

    def start(self, index: int) -> int:
        """Where a character begins."""
        number = bisect.bisect_right(self._at, index) - 1
        after = index - self._at[number] - 1
        return self._raw[number][0] if after < 0 else self._raw[number][1] + after

    def end(self, index: int) -> int:
        """Where a character ends."""
        number = bisect.bisect_right(self._at, index) - 1
        return self._raw[number][1] + index - self._at[number]


def _merged(found: Sequence[tuple[int, int, bool]]) -> list[tuple[int, int]]:
    """Spans that touch as one, without those in which nothing tells."""
    merged: list[tuple[int, int, bool]] = []
    for start, end, tells in found:
        if merged and start <= merged[-1][1]:
            first, last, told = merged.pop()
            merged.append((first, max(end, last), tells or told))
        else:
            merged.append((start, end, tells))
    return [(start, end) for start, end, tells in merged if tells]


@dataclass(eq=False, repr=False)
class _Form:
    """A way to write a key.

    Attributes:
        text: in small letters.
        public: characters at its beginning that every key of the service has.
        scale: its length beside the key's.
    """

    text: str
    public: int
    scale: float


def _forms(secret: str) -> Iterator[_Form]:
    prefix = _PREFIX.match(secret)
    public = prefix.end() if prefix and len(secret) - prefix.end() >= TELLING else 0
    raw = secret.encode()
    yield _Form(_folded(secret), public, 1.0)
    yield _Form(raw.hex(), 2 * public, 2.0)
    for shift in range(3):  # where the key stands in a longer text decides its base64
        coded = base64.b64encode(bytes(shift) + raw).decode()
        whole = coded[-(-8 * shift // 6) : 8 * (shift + len(raw)) // 6]
        known = public * 8 // 6
        yield _Form(_folded(whole), known, 8 / 6)
        if set("+/") & set(whole):
            yield _Form(_folded(whole.translate(_URL_SAFE)), known, 8 / 6)


_URL_SAFE = str.maketrans("+/", "-_")
_SMALL = str.maketrans({chr(c): chr(c + 32) for c in range(ord("A"), ord("Z") + 1)})


def _folded(text: str) -> str:
    """In small letters, ASCII alone: the length stays."""
    return text.lower() if text.isascii() else text.translate(_SMALL)


def _decoded(text: str, escapes: Sequence[re.Match[str]]) -> str:
    parts, at = [], 0
    for found in escapes:
        parts += [text[at : found.start()], _character(found)]
        at = found.end()
    return "".join([*parts, text[at:]])


def _character(found: re.Match[str]) -> str:
    if found[6] is not None:
        return found[6]
    number = int(found[5]) if found[5] else int(found[1] or found[2] or found[3] or found[4], 16)
    return chr(number) if number < 0x110000 else "\ufffd"
