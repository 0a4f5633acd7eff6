"""What is asked: `ImageRequest`, valid once it exists, and every rule it has to keep.

`problems()` lists all faults at once and never raises; the panel shows them while typing, and
creating an `ImageRequest` raises them as one `InvalidRequest`. The rules are the service's
(reference and documentation); its own words are beside each of them.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.rules import sizes
from evolink_widgets.rules.addresses import callback_rule, reference_rule

__all__ = ["BETA", "MAX_N", "MAX_PROMPT", "MAX_REFERENCES", "MODELS", "QUALITIES",
           "ImageRequest", "Problem", "problems"]  # fmt: skip

BETA = "gpt-image-2-beta"
MODELS: tuple[str, ...] = ("gpt-image-2", BETA)
QUALITIES: tuple[str, ...] = ("low", "medium", "high")
MAX_PROMPT = 32_000
MAX_BETA_TOKENS = 2_000
MAX_N = 10
MAX_REFERENCES = 16


@dataclass(frozen=True)
class Problem:
    """One broken rule.

    Attributes:
        field: the argument's name.
        value: what was given, shortened and safe to show.
        rule: what the service asks for, as a phrase after the field's name.
        nearest: the nearest legal value as text, where there is one.
    """

    field: str
    value: str
    rule: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f" Nearest: {self.nearest}." if self.nearest is not None else ""
        return f"{self.field} {self.rule}; it is {self.value}.{hint}"


@dataclass(frozen=True)
class ImageRequest:
    """What is asked. Immutable, and valid once it exists.

    Args:
        prompt: 1 to 32,000 Unicode code points, kept exactly.
        model: `gpt-image-2` (default) or `gpt-image-2-beta`, a cheaper channel that makes one
            picture, knows no quality and takes prompts of about 2,000 tokens.
        size: `auto` (default), one of 15 ratios such as `16:9`, or pixels such as `1280x720`.
        resolution: the tier that goes with a ratio: `1K` (default), `2K`, `4K`, in any case.
        quality: `low`, `medium` (default) or `high`.
        n: how many pictures, 1 (default) to 10; each is billed.
        references: 0 to 16 links to jpeg, png or webp pictures.
        callback_url: a public https address that is told when the task ends.

    Raises:
        InvalidRequest: with all problems at once.

    Example:
        >>> ew.ImageRequest("a fox", size="16:9").pixels
        (1360, 768)
    """

    prompt: str
    model: str = "gpt-image-2"
    size: str = sizes.AUTO
    resolution: str = "1K"
    quality: str = "medium"
    n: int = 1
    references: tuple[str, ...] = ()
    callback_url: str | None = None

    def __post_init__(self) -> None:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
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
        """What is legal and has no effect, one sentence each."""
        found = []
        if self.resolution != "1K" and not _tier_applies(self.size):
            found.append(
                f"resolution {self.resolution} has no effect with size {self.size}; "
                "it goes with a ratio."
            )
        if self.model == BETA and self.quality != "medium":
            found.append(f"quality {self.quality} has no effect with {BETA}.")
        return tuple(found)

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
        """A copy with some fields changed; checked again."""
        return ImageRequest(**{**self.to_record(), **changes})

    def to_record(self) -> dict[str, Any]:
        """All fields as JSON-safe values."""
        record = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**record, "references": list(self.references)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ImageRequest:
        """The request that `to_record` wrote; unknown fields are ignored.

        Raises:
            InvalidRequest: the record is not a legal request.
        """
        known = {field.name for field in fields(cls)}
        return cls(**{"prompt": "", **{k: v for k, v in record.items() if k in known}})


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
    """All broken rules of a request that need not exist yet. Takes any values; never raises."""
    found = [
        *_prompt_problems(prompt, model),
        *_choice("model", model, MODELS),
        *_size_problems(size),
        *_choice("resolution", resolution, sizes.TIERS),
        *_choice("quality", quality, QUALITIES),
        *_n_problems(n, model),
        *_reference_problems(references),
        *_callback_problems(callback_url),
    ]
    return tuple(found)


def _prompt_problems(prompt: object, model: object) -> Iterable[Problem]:
    if not isinstance(prompt, str):
        yield Problem("prompt", _short(prompt), "must be text")
        return
    if not prompt.strip():
        yield Problem("prompt", "empty", f"must have 1 to {MAX_PROMPT:,} characters")
    elif len(prompt) > MAX_PROMPT:
        yield Problem(
            "prompt", f"{len(prompt):,} characters long", f"must have at most {MAX_PROMPT:,}",
            f"its first {MAX_PROMPT:,} characters",
        )  # fmt: skip
    elif model == BETA and (tokens := _fewest_tokens(prompt)) > MAX_BETA_TOKENS:
        yield Problem(
            "prompt", f"at least {tokens:,} tokens long",
            f"must have at most {MAX_BETA_TOKENS:,} tokens with {BETA}", "use gpt-image-2",
        )  # fmt: skip
    for index, character in enumerate(prompt):
        if "\ud800" <= character <= "\udfff":
            rule = "must not contain half of a surrogate pair, which cannot be sent as UTF-8"
            yield Problem("prompt", f"U+{ord(character):04X} at character {index + 1}", rule)
            break


def _fewest_tokens(prompt: str) -> int:
    """A count that no tokeniser undercuts by much: the prompt is refused only when surely long.

    Common English words are one token at about 6 letters with their space; Chinese, Japanese
    and Korean characters pack at most about two to a token.
    """
    dense = sum(1 for character in prompt if ord(character) >= 0x2E80)
    return (len(prompt) - dense) // 8 + dense // 2


def _choice(field: str, value: object, legal: tuple[str, ...]) -> Iterable[Problem]:
    given = value if isinstance(value, str) else None
    if field == "resolution" and given is not None:
        given = given.upper()
    if given in legal:
        return
    folded = given.strip().lower() if given is not None else ""
    near = next((item for item in legal if folded and item.lower().startswith(folded)), None)
    yield Problem(field, _short(value), f"must be one of {', '.join(legal)}", near or legal[0])


def _size_problems(size: object) -> Iterable[Problem]:
    if isinstance(size, str):
        if size == sizes.AUTO or size in sizes.RATIOS:
            return
        exact = sizes.parse_pixels(size)
        if exact:
            if broken := _broken_pixel_rules(*exact):
                width, height = sizes.nearest_pixels(*exact)
                rule = f"must have {' and '.join(broken)}"
                yield Problem("size", _short(size), rule, f"{width}x{height}")
            return
    rule = f"must be auto, a ratio ({', '.join(sizes.RATIOS)}) or pixels such as 1280x720"
    yield Problem("size", _short(size), rule, _near_ratio(size))


def _broken_pixel_rules(width: int, height: int) -> list[str]:
    short, long = sorted((width, height))
    broken = []
    if width % sizes.STEP or height % sizes.STEP:
        broken.append(f"both edges in multiples of {sizes.STEP}")
    if short < sizes.MIN_EDGE or long > sizes.MAX_EDGE:
        broken.append(f"edges of {sizes.MIN_EDGE} to {sizes.MAX_EDGE}")
    if not sizes.MIN_AREA <= width * height <= sizes.MAX_AREA:
        broken.append(f"{sizes.MIN_AREA:,} to {sizes.MAX_AREA:,} pixels in all")
    if long > sizes.MAX_RATIO * short:
        broken.append(f"a long edge of at most {sizes.MAX_RATIO} times the short one")
    return broken


def _near_ratio(size: object) -> str:
    if isinstance(size, str) and size.strip().lower() == sizes.AUTO:
        return sizes.AUTO
    try:
        a, b = (float(part) for part in str(size).replace("/", ":").split(":"))
        return sizes.nearest_ratio(a, b)
    except (ValueError, ArithmeticError):
        return "1:1"


def _n_problems(n: object, model: object) -> Iterable[Problem]:
    most = 1 if model == BETA else MAX_N
    count = _whole(n)
    if count is None:
        yield Problem("n", _short(n), f"must be a whole number from 1 to {most}", "1")
    elif not 1 <= count <= most:
        rule = "must be 1 with " + BETA if most == 1 else f"must be from 1 to {most}"
        yield Problem("n", _short(n), rule, str(min(max(count, 1), most)))


def _reference_problems(references: object) -> Iterable[Problem]:
    if isinstance(references, (str, bytes)) or not isinstance(references, Iterable):
        yield Problem("references", _short(references), "must be a list of links")
        return
    links = list(references)
    if len(links) > MAX_REFERENCES:
        rule = f"must be at most {MAX_REFERENCES}"
        yield Problem("references", f"{len(links)} links", rule, f"the first {MAX_REFERENCES}")
    for position, link in enumerate(links, 1):
        rule_or_none = reference_rule(link) if isinstance(link, str) else "must be a link (text)"
        if rule_or_none:
            yield Problem("references", f"number {position}, {_short(link)}", rule_or_none)


def _callback_problems(callback_url: object) -> Iterable[Problem]:
    if callback_url is None:
        return
    rule = callback_rule(callback_url) if isinstance(callback_url, str) else "must be text"
    if rule:
        yield Problem("callback_url", _short(callback_url), rule)


def _normal(given: Mapping[str, Any]) -> dict[str, Any]:
    exact = sizes.parse_pixels(given["size"])
    return {
        "size": f"{exact[0]}x{exact[1]}" if exact else given["size"],
        "resolution": given["resolution"].upper(),
        "n": operator.index(given["n"]),
        "references": tuple(given["references"]),
    }


def _tier_applies(size: str) -> bool:
    return size in sizes.RATIOS


def _whole(value: object) -> int | None:
    """An integer of any library; not a bool, which is a slip of the hand here."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def _short(value: object) -> str:
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."
