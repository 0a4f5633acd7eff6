"""What may be configured: each value read, checked, and told apart from "not named"."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args
from urllib.parse import urlsplit

from evolink_widgets.core.money import Budget, Per
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.request.request import whole_number
from evolink_widgets.rules.request.service_address import is_loopback, plain_address
from evolink_widgets.runtime.late_pattern import late_pattern
from evolink_widgets.store.process_globals import process_global
from evolink_widgets.store.user_paths import absolute

T = TypeVar("T")

Mode = Literal["emulator", "live", "record", "replay"]
OffTape = Literal["error", "emulator"]
Spend = Literal["allow", "never"]


class Unnamed(Enum):
    """In the place of an argument that was not given: `None` is a value that one may give."""

    UNNAMED = "as it is"

    def __repr__(self) -> str:
        return "<as it is>"


# One object for the whole process: what was loaded before a reload knows it, too.
UNNAMED: Literal[Unnamed.UNNAMED] = process_global(f"{__name__} unnamed", lambda: Unnamed.UNNAMED)

EXAMPLE = "https://api.evolink.ai"

#: What must not be repeated of a wrong value: a user and password, and a key in the wrong place.
_SECRET = late_pattern(r"(?<=//)[^\s]*(?=@)|\bsk-\S+|(?<=[?#]).+")

BASE_URL_VARIABLE = "EVOLINK_BASE_URL"
FILES_URL_VARIABLE = "EVOLINK_FILES_URL"


@dataclass(frozen=True)
class Settings:
    """What `configure` was told; `None` leaves a setting to the environment or its default.

    The folder of the store is not here: it is the store room's (`store.in_use`).
    """

    api_key: Key | None = None
    base_url: str | None = None
    files_url: str | None = None
    budget: Budget | None = None
    spend: Spend | None = None
    mode: Mode | None = None
    speed: float | None = None
    seed: int | None = None
    cassette: Path | None = None
    off_tape: OffTape | None = None


def address(name: str, url: str | None) -> str | None:
    """A service's address in its plain form: one spelling for one service.

    Raises:
        ConfigurationError: it is none, or would send the key in the clear.
    """
    if url is None:
        return None
    try:
        parts = urlsplit(url.strip()) if isinstance(url, str) else None
        port_is_legal = parts is None or parts.port is None or parts.port > 0
    except ValueError:
        parts = None
    http = parts is not None and parts.scheme in ("http", "https")
    if parts is None or not (http and port_is_legal and parts.hostname) or _has_blanks(url):
        raise ConfigurationError(
            f"{name} must be an address such as {EXAMPLE}; it is {_shown(url)}."
        )
    if parts.username or parts.password or "@" in parts.netloc or parts.query or parts.fragment:
        raise ConfigurationError(
            f"{name} must have no user, password, query or fragment.",
            advice="Give the key as api_key, or in EVOLINK_API_KEY.",
        )
    if parts.scheme == "http" and not is_loopback(url):
        raise ConfigurationError(
            f"{name} must begin with https: {parts.hostname} is not this machine, and the key "
            "would be sent in the clear."
        )
    return plain_address(url)


def _has_blanks(url: str) -> bool:
    return any(c.isspace() or not c.isprintable() for c in url.strip())


def _shown(value: object) -> str:
    """A wrong value as a message shows it, without what may be secret in it."""
    return repr(_SECRET.sub("…", value)[:80]) if isinstance(value, str) else repr(value)[:80]


def each(value: T | Unnamed | None, read: Callable[[T], Any]) -> Any:
    """What was named, read and checked; `None` and what was not named stay what they are."""
    return value if value is None or value is UNNAMED else read(value)


def budget_of(
    credits: float | Unnamed | None, per: Per | Unnamed | None, old: Budget | None
) -> Budget | Unnamed | None:
    """The budget that `configure` was told of, in words that fit together.

    Args:
        credits: the limit that was named.
        per: what it covers.
        old: the budget that held before.

    Raises:
        ConfigurationError: `per` without a budget, or a value that can't be.
    """
    covers: Per | Unnamed | None = each(per, lambda word: choice("per", word, Per))
    if credits is not UNNAMED:
        if credits is None:
            if covers is not UNNAMED and covers is not None:
                raise _no_budget(covers)
            return None
        kept = old.per if old is not None else None
        return Budget(number("budget", credits), kept if covers is UNNAMED else covers)
    if covers is UNNAMED:
        return UNNAMED
    if old is None:
        if covers is None:
            return UNNAMED
        raise _no_budget(covers)
    return replace(old, per=covers)


def _no_budget(per: Per) -> ConfigurationError:
    return ConfigurationError(
        "per says what a budget covers, and there is none.",
        advice=f"Name both: ew.configure(budget=50, per={per!r}).",
    )


def number(name: str, value: object) -> float:
    """A number greater than 0.

    Raises:
        ConfigurationError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e12:
        raise ConfigurationError(f"{name} must be a number greater than 0; it is {_shown(value)}.")
    return float(value)


def speed_of(name: str, value: object) -> float:
    """How much faster than true: a number, as text where the environment says it.

    0 and infinity are at once.

    Raises:
        ConfigurationError: it is none.
    """
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            number(name, value)
    if value == 0 and not isinstance(value, bool):
        return math.inf
    return math.inf if value == math.inf else number(name, value)


def cassette_of(name: str, path: object) -> Path:
    """A cassette's file; it stays the same when the process changes its directory.

    Raises:
        ConfigurationError: it is no path, or a folder stands in its place.
    """
    found = absolute(path, name, ConfigurationError)
    if found.is_dir():
        raise ConfigurationError(
            f"{name} must be a file such as 'lesson1.cassette'; {str(found)!r} is a folder."
        )
    return found


def seed_of(name: str, value: object) -> int:
    """The seed of chance: a whole number, as text where the environment says it.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        found = whole_number(int(value) if isinstance(value, str) else value)
    except ValueError:
        found = None
    if found is None or abs(found) >= 2**63:
        raise ConfigurationError(f"{name} must be a whole number; it is {_shown(value)}.")
    return found


def choice(name: str, word: object, choices: Any) -> Any:
    """Return a word that is one of a `Literal`'s.

    Args:
        name: the setting's, for what an error says.
        word: what was given.
        choices: the `Literal`.

    Raises:
        ConfigurationError: it is none of them.
    """
    legal = get_args(choices)
    if word not in legal:
        said = " or ".join(f'"{one}"' for one in legal)
        raise ConfigurationError(f"{name} must be {said}; it is {_shown(word)}.")
    return word
