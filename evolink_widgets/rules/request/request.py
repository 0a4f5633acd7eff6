"""A request for pictures: `ImageRequest`, valid once it exists, and every rule it has to keep.

`problems()` lists all faults at once and never raises; the panel shows them while typing, and
creating an `ImageRequest` raises them as one `InvalidRequest`. The rules are the service's
(reference and documentation); its own words are beside each of them.

A prompt is counted in Unicode code points, as `len` counts, and kept exactly: control
characters, NUL among them, are code points like any other and go out escaped. Half of a
surrogate pair is none: it cannot be written as UTF-8, so it is refused. The service counts the
beta model's tokens with a tokeniser of its own. Ours is two counts that stand on either side of
it: `fewest_tokens`, above which a prompt is surely too long and is refused, and `likely_tokens`,
above which it may be and the user is told.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, fields
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.request import sizes
from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = ["BETA", "MAX_BETA_TOKENS", "MAX_N", "MAX_PROMPT", "MAX_REFERENCES", "MODELS",
           "QUALITIES", "ImageRequest", "Problem", "fewest_tokens", "likely_tokens", "problems",
           "prompt_problems", "token_notice", "whole_number"]  # fmt: skip

BETA = "gpt-image-2-beta"
MODELS: tuple[str, ...] = ("gpt-image-2", BETA)
QUALITIES: tuple[str, ...] = ("low", "medium", "high")
MAX_PROMPT = 32_000
MAX_BETA_TOKENS = 2_000
MAX_N = 10
MAX_REFERENCES = 16

_SURROGATE = late_pattern("[\ud800-\udfff]")
_PIECES = late_pattern(r"(?P<word>[^\W\d_]+)|(?P<digits>\d+)|(?P<mark>[^\w\s]+|_+)")
_DENSE = late_pattern("[^\x00-\u2e7f]")
"""From U+2E80 on (Chinese, Japanese, Korean, emoji) a character is about a token by itself. As what
it is not: `re` takes five times as long for a class that goes on past U+FFFF."""
_EMOJI = late_pattern("[\U0001f000-\U0010ffff]")

_QUALITY_WORDS = {"standard": "medium", "auto": "medium", "normal": "medium", "draft": "low",
                  "hd": "high", "best": "high", "ultra": "high", "max": "high"}  # fmt: skip
"""What other services call our qualities."""


@dataclass(frozen=True)
class ImageRequest:
    """A request for pictures. Immutable, and valid once it exists.

    Args:
        prompt: 1 to 32,000 Unicode code points, kept exactly; not only blanks.
        model: `gpt-image-2` (default) or `gpt-image-2-beta`, a cheaper channel that makes one
            picture, knows no quality and takes prompts of about 2,000 tokens.
        size: `auto` (default), one of 15 ratios such as `16:9`, or pixels such as `1280x720`.
        resolution: the tier that goes with a ratio: `1K` (default), `2K`, `4K`, in any case.
        quality: `low`, `medium` (default) or `high`.
        n: how many pictures, 1 (default) to 10; each is billed.
        references: 0 to 16 links to jpeg, png or webp pictures, or names of pictures that the
            store keeps, in an order.
        callback_url: a public https address that is told when the task ends.

    Raises:
        InvalidRequest: with all problems at once.

    Example:
        >>> ew.ImageRequest("a fox", size="16:9").pixels
        (1360, 768)
    """

    # `_: KW_ONLY` would say it once, and on Python 3.10 get_type_hints fails on it.
    prompt: str
    model: str = field(default="gpt-image-2", kw_only=True)
    size: str = field(default=sizes.AUTO, kw_only=True)
    resolution: str = field(default="1K", kw_only=True)
    quality: str = field(default="medium", kw_only=True)
    n: int = field(default=1, kw_only=True)
    references: tuple[str, ...] = field(default=(), kw_only=True)
    callback_url: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        given = {one.name: _plain(getattr(self, one.name)) for one in fields(self)}
        given["references"] = _frozen(given["references"])
        if found := problems(**given):
            raise InvalidRequest(found)
        for name, value in _normal(given).items():
            object.__setattr__(self, name, value)

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Width and height of each picture; `None` for `auto`, where the service decides."""
        return sizes.pixels(self.size, self.resolution)

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences on what is legal but has no effect, or may not be taken."""
        found = []
        if self.resolution != "1K" and not _tier_applies(self.size):
            what = "auto size" if self.size == sizes.AUTO else f"pixels {self.size}"
            found.append(
                f"The resolution {self.resolution} has no effect with {what}; it goes with a ratio."
            )
        if self.model == BETA:
            if self.quality != "medium":
                found.append(f"The quality {self.quality} has no effect with {BETA}.")
            if notice := token_notice(self.prompt):
                found.append(notice)
        return tuple(found)

    def __repr__(self) -> str:
        record = {**vars(self), "references": told_references(self)}
        if self.callback_url is not None:  # its path is often the secret
            record["callback_url"] = f"https://{urlsplit(self.callback_url).hostname}/…"
        told = ", ".join(f"{name}={value!r}" for name, value in record.items())
        return f"{type(self).__name__}({told})"

    def payload(self) -> dict[str, Any]:
        """The JSON body of the POST. The model is always named; what has no effect is left out."""
        body: dict[str, Any] = {"model": self.model, "prompt": self.prompt, "size": self.size}
        if _tier_applies(self.size):
            body["resolution"] = self.resolution
        if self.model != BETA:
            body["quality"] = self.quality
            body["n"] = self.n
        if self.references:
            body["image_urls"] = list(self.references)
        if self.callback_url is not None:
            body["callback_url"] = self.callback_url
        return body

    def replace(self, **changes: Any) -> ImageRequest:
        """A copy with some fields changed; checked again.

        Raises:
            InvalidRequest: with all problems at once.
        """
        return ImageRequest(**{**self.to_record(), **changes})

    def to_record(self) -> dict[str, Any]:
        """All fields as JSON-safe values."""
        record = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**record, "references": list(self.references)}

    @classmethod
    def from_record(cls, record: object) -> ImageRequest:
        """The request that `to_record` wrote; the record may come from a stranger.

        Unknown fields are ignored, missing ones have their defaults.

        Raises:
            InvalidRequest: it is not the record of a legal request.
        """
        if not isinstance(record, Mapping):
            raise InvalidRequest([Problem("request", shown(record), "must be a request's record")])
        known = {field.name for field in fields(cls)}
        return cls(**{"prompt": "", **{k: v for k, v in record.items() if k in known}})


def told_references(request: ImageRequest) -> tuple[str, ...]:
    """A request's references as they are shown and kept: without what is secret in them."""
    if not request.references:
        return ()
    from evolink_widgets.rules.request.link_secrets import without_secret

    return tuple(map(without_secret, request.references))


def problems(
    prompt: object = "",
    model: object = "gpt-image-2",
    size: object = sizes.AUTO,
    resolution: object = "1K",
    quality: object = "medium",
    n: object = 1,
    references: object = (),
    callback_url: object = None,
) -> tuple[Problem, ...]:
    """All broken rules of a request that need not exist yet. Takes any values; never raises.

    Args:
        prompt: text.
        model: the model's name.
        size: "auto", a ratio, or pixels as WxH.
        resolution: "1K", "2K" or "4K".
        quality: "low", "medium" or "high".
        n: how many pictures.
        references: links or names of kept references.
        callback_url: an https address, or `None`.
    """
    # A stranger's == (an array's, say) need not give a truth value.
    beta = isinstance(model, str) and _plain(model) == BETA
    found = [
        *prompt_problems(_plain(prompt), tokens=beta),
        _choice_problem("model", _plain(model), MODELS),
        sizes.size_problem(_plain(size)),
        sizes.tier_problem(_plain(resolution)),
        _choice_problem("quality", _plain(quality), QUALITIES),
        _n_problem(n, 1 if beta else MAX_N),
    ]
    links = _frozen(references)
    if isinstance(links, tuple):
        links = tuple(map(_plain, links))
    if callback_url is not None or not isinstance(links, tuple) or links:
        from evolink_widgets.rules.request.link_problems import link_problems

        found += link_problems(links, _plain(callback_url), most=MAX_REFERENCES)
    return tuple(problem for problem in found if problem is not None)


def _choice_problem(field: str, value: object, legal: tuple[str, ...]) -> Problem | None:
    if isinstance(value, str) and value in legal:
        return None
    word = value[:40].strip().lower() if isinstance(value, str) else ""
    import difflib

    near = [*difflib.get_close_matches(word, legal, 1, 0.5), *filter(None, [_abbreviated(word)])]
    default = "medium" if field == "quality" else legal[0]
    nearest = _QUALITY_WORDS.get(word) if field == "quality" else None
    nearest = nearest or next((item for item in near if item in legal), default)
    return Problem(field, shown(value), f"must be one of {', '.join(legal)}", nearest)


def _abbreviated(word: str) -> str | None:
    return next((item for item in QUALITIES if word and item.startswith(word)), None)


def _n_problem(n: object, most: int) -> Problem | None:
    count = whole_number(n)
    if count is not None and 1 <= count <= most:
        return None
    rule = f"must be 1 with {BETA}" if most == 1 else f"must be a whole number from 1 to {most}"
    near = count if count is not None else _rounded(n)
    return Problem("n", shown(n), rule, str(min(max(near, 1), most)))


def _normal(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a legal request in the one form in which requests are compared."""
    exact = sizes.parse_pixels(given["size"])
    return {
        **given,
        "size": f"{exact[0]}x{exact[1]}" if exact else given["size"],
        "resolution": given["resolution"].upper(),
        "n": operator.index(given["n"]),
        "references": tuple(map(_plain, given["references"])),
    }


def _tier_applies(size: str) -> bool:
    return size in sizes.RATIOS


def _plain(value: object) -> object:
    """Text of a subclass (NumPy's, an enumeration's) as plain text; anything else as it is."""
    return str.__str__(value) if isinstance(value, str) else value


def _frozen(references: object) -> object:
    """A list of any kind as a tuple, one longer than is legal at most; others as they are.

    Read only once, since it may be an iterator; a set has no order and a mapping is no list.
    """
    if isinstance(references, (str, bytes, bytearray, Mapping, Set)):
        return _plain(references)
    try:
        return tuple(islice(iter(references), MAX_REFERENCES + 1))  # type: ignore[call-overload]
    except Exception:  # whatever a stranger's iterator raises, it is no list of links
        return references


def whole_number(value: object) -> int | None:
    """An integer of any library; not a bool of any, which is a slip of the hand here."""
    # NumPy's is no subclass of bool; before its version 2.3 it still passes for an integer.
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except Exception:  # TypeError from what is no integer, anything from a stranger's __index__
        return None


def _rounded(value: object) -> int:
    """The whole number that was probably meant: 2 for `2.0`, `"2"` and `2.4`; else 1."""
    if not isinstance(value, (str, float)):
        return 1
    try:
        number = float(value)
    except ValueError:
        return 1
    return 1 if math.isnan(number) else round(min(max(number, 1.0), 1e6))


def prompt_problems(prompt: object, *, tokens: bool = False) -> list[Problem]:
    """All rules that a prompt breaks.

    Args:
        prompt: anything.
        tokens: the model counts tokens, as the beta model does.
    """
    if not isinstance(prompt, str):
        return [Problem("prompt", shown(prompt), "must be text")]
    found = []
    if not prompt:
        found.append(Problem("prompt", "empty", f"must have 1 to {MAX_PROMPT:,} characters"))
    elif prompt.isspace():
        found.append(Problem("prompt", "blank", "must say something besides spaces"))
    if len(prompt) > MAX_PROMPT:
        rule = f"must have at most {MAX_PROMPT:,} characters"
        found.append(Problem("prompt", f"{len(prompt):,} characters long", rule))
    elif tokens and (fewest := fewest_tokens(prompt)) > MAX_BETA_TOKENS:
        rule = f"must have at most {MAX_BETA_TOKENS:,} tokens with this model"
        found.append(Problem("prompt", f"at least {fewest:,} tokens long, by our count", rule))
    if half := _SURROGATE.search(prompt):
        rule = "must not contain half of a surrogate pair, which cannot be sent as UTF-8"
        place = f"U+{ord(half[0]):04X} at character {half.start() + 1:,}"
        found.append(Problem("prompt", place, rule))
    return found


def token_notice(prompt: str) -> str | None:
    """Warn of a prompt that a model counting tokens may find too long; else `None`."""
    likely = likely_tokens(prompt)
    if likely <= MAX_BETA_TOKENS:
        return None
    return (
        f"The prompt has about {likely:,} tokens by our rough count; this model takes "
        f"{MAX_BETA_TOKENS:,}, and refuses longer ones without charge."
    )


def fewest_tokens(text: str) -> int:
    """A count that hardly any tokeniser undercuts.

    A word is at least one token and one for every eight letters; a run of marks is one; of
    digits at most three go into one, of dense characters two.
    """
    count = dense = 0
    for piece in _PIECES.finditer(text):
        heavy = len(_DENSE.findall(piece[0]))
        dense += heavy
        light = len(piece[0]) - heavy
        if light:
            count += -(-light // 3) if piece["digits"] else max(1, light // 8)
    return count + dense // 2


def likely_tokens(text: str) -> int:
    """About as many tokens as a common tokeniser makes, rather more than fewer.

    A word has one for every six letters begun (three outside ASCII), each mark and each dense
    character is one and an emoji two, of digits three go into one.
    """
    count = 0
    for piece in _PIECES.finditer(text):
        heavy = len(_DENSE.findall(piece[0]))
        light = len(piece[0]) - heavy
        if piece["mark"]:
            count += light
        elif light:
            count += -(-light // (6 if piece["word"] and piece[0].isascii() else 3))
        count += heavy
    return count + len(_EMOJI.findall(text))
