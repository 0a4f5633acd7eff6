"""Prices: what pictures cost, as an `Estimate` before and a `Receipt` after.

`gpt-image-2` is billed by tokens. With q = 16, 48 or 96 by quality, l and s the long and short
edge in pixels:

    tokens = ceil(q · round(q · s / l) · (2,000,000 + w·h) / 4,000,000)

Prices are dated data (`PRICES_OF`) and change; where the service reports what it took, that
counts and not this. The formula gives exactly the two ends of the price range that the service
publishes for one picture: see the tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from evolink_widgets.rules.request.request import BETA, ImageRequest
from evolink_widgets.rules.request.sizes import RATIOS
from evolink_widgets.runtime.late_pattern import late_pattern
from evolink_widgets.text.printable import printable
from evolink_widgets.text.wording import counted

__all__ = ["AUTO_HIGH", "AUTO_LOW", "CREDITS_PER_USD", "PRICES_OF", "Estimate", "Receipt",
           "estimate", "in_steps", "output_tokens", "picture_credits", "picture_range",
           "prompt_bytes", "published", "text_credits"]  # fmt: skip

PRICES_OF = "2026-11"
CREDITS_PER_USD = 68

# US dollars for a thousand tokens, from the service's price page; text input is our assumption.
_IMAGE_OUTPUT = 0.027
_IMAGE_INPUT = 0.0072
_TEXT_INPUT = 0.0045

_TILE_BASE = {"low": 16, "medium": 48, "high": 96}
_REFERENCE_TOKENS = 1536
# `auto` is estimated as 2048×2048, the service's own caution; 1K is what it mostly makes.
AUTO_LOW, AUTO_HIGH = (1024, 1024), (2048, 2048)
_BASES, _MORE = 2, "and others"
"""How many bases of a sum are told, and what stands for the rest."""
_RECEIPTS = late_pattern(r"from ([\d,]+)(?: to ([\d,]+))? receipts?")

_BETA_PRICES = {"1K": 1.02, "2K": 1.734, "4K": 2.652}
_BETA_TIERS = ((1_700_000, "1K"), (4_400_000, "2K"))


@dataclass(frozen=True, repr=False)
class Estimate:
    """Credits before asking, as a range.

    Attributes:
        low, high: credits for all pictures together; equal where the price is fixed.
        basis: what the estimate rests on, as a phrase.
        pictures: how many pictures it is for.

    Example:
        >>> isinstance(ew.estimate("a fox", size="16:9"), ew.Estimate)
        True
    """

    low: float
    high: float
    basis: str
    pictures: int = 1

    @property
    def usd_low(self) -> float:
        """The lower end in US dollars."""
        return self.low / CREDITS_PER_USD

    @property
    def usd_high(self) -> float:
        """The upper end in US dollars."""
        return self.high / CREDITS_PER_USD

    def __add__(self, other: object) -> Estimate:
        """The estimate of both together; `sum(estimates)` adds up many."""
        if not isinstance(other, Estimate):
            return NotImplemented
        return Estimate(
            round(self.low + other.low, 4),
            round(self.high + other.high, 4),
            _both(self.basis, other.basis),
            self.pictures + other.pictures,
        )

    def __radd__(self, other: object) -> Estimate:
        return self if other == 0 else NotImplemented  # where `sum` begins

    def __repr__(self) -> str:
        return printable(f"<{self} for {counted(self.pictures, 'picture')}; {self.basis}>")

    def __str__(self) -> str:
        dollars = _usd(self.usd_low, self.usd_high)
        return printable(f"About {_span(self.low, self.high)} credits · ${dollars}")


@dataclass(frozen=True)
class Receipt:
    """Credits after, as the service reported them; `None` is "not reported", never zero.

    Example:
        >>> receipt = ew.generate("a fox").result().receipt
        >>> isinstance(receipt, ew.Receipt), str(receipt)
    """

    task_id: str | None = None
    reserved: float | None = None
    charged: float | None = None
    refunded: float | None = None
    billing_rule: str | None = None
    request_id: str | None = None

    def __str__(self) -> str:
        if self.charged is not None:
            return f"{_amount(self.charged)} credits"
        if self.reserved is not None:
            return f"{_amount(self.reserved)} credits reserved; charge not reported"
        return "charge not reported"


def output_tokens(width: int, height: int, quality: str) -> int:
    """Image output tokens of one picture of these pixels.

    Args:
        width, height: pixels.
        quality: `low`, `medium` or `high`.
    """
    base = _TILE_BASE[quality]
    short, long = sorted((width, height))
    # Half up: the dearer of the two ways to round, so that an estimate holds.
    rows = (2 * base * short + long) // (2 * long)
    return -(-base * rows * (2_000_000 + width * height) // 4_000_000)


def picture_credits(model: str, width: int, height: int, quality: str) -> float:
    """Credits for one picture without references or prompt, not yet rounded to 0.0001.

    Args:
        model: the model's name.
        width, height: pixels.
        quality: "low", "medium" or "high".
    """
    if model == BETA:
        area = width * height
        tier = next((name for limit, name in _BETA_TIERS if area <= limit), "4K")
        return _BETA_PRICES[tier]
    return _credits(output_tokens(width, height, quality), _IMAGE_OUTPUT)


def picture_range(
    model: str,
    pixels: tuple[int, int],
    quality: str,
    *,
    references: int = 0,
    prompt_bytes: int = 0,
) -> tuple[float, float]:
    """Credits for one picture of known pixels, as a range, not yet rounded to 0.0001.

    Args:
        model: one of the two.
        pixels: width and height.
        quality: `low`, `medium` or `high`.
        references: how many; each counts up to 1536 tokens, with every picture.
        prompt_bytes: the prompt's length in UTF-8, from which its tokens are guessed.
    """
    picture = picture_credits(model, *pixels, quality)
    if model == BETA:
        return picture, picture
    fewest, _, most = text_credits(prompt_bytes)
    dearest = picture + _credits(_REFERENCE_TOKENS * references, _IMAGE_INPUT)
    return picture + fewest, dearest + most


def text_credits(prompt_bytes: int) -> tuple[float, float, float]:
    """Credits for a prompt with every picture: at least, usually, at most.

    Usual text has four bytes a token; the two ends hold for unusual text too.
    """
    tokens = (prompt_bytes // 8, prompt_bytes / 4, math.ceil(prompt_bytes / 2))
    fewest, usual, most = (_credits(number, _TEXT_INPUT) for number in tokens)
    return fewest, usual, most


def published(
    request: ImageRequest,
    smallest: tuple[int, int] = AUTO_LOW,
    largest: tuple[int, int] = AUTO_HIGH,
) -> tuple[float, float]:
    """Credits for one picture of the request, as a range, not yet rounded to 0.0001.

    Args:
        request: what is asked.
        smallest, largest: the pixels between which `auto` is believed to end.
    """
    if request.model == BETA and request.size in RATIOS:
        price = _BETA_PRICES[request.resolution]
        return price, price
    if request.pixels:
        smallest = largest = request.pixels
    elif request.model == BETA:
        smallest = largest = AUTO_LOW
    facts = {"references": len(request.references), "prompt_bytes": prompt_bytes(request)}
    low, _ = picture_range(request.model, smallest, request.quality, **facts)
    _, high = picture_range(request.model, largest, request.quality, **facts)
    return low, high


def estimate(request: ImageRequest) -> Estimate:
    """Estimate a request's cost by the published prices alone; no service is asked.

    A range where something is not known before: the pixels of `auto`, the tokens of the
    prompt, and what references count (at most 1536 tokens each, billed with every picture).
    """
    low, high = published(request)
    basis = f"published prices of {PRICES_OF}"
    if request.model == BETA:
        basis = f"price per picture of {PRICES_OF}"
    elif not request.pixels:
        basis += f", auto size taken as {AUTO_LOW[0]}² to {AUTO_HIGH[0]}²"
    if request.references:
        basis += f", a reference as up to {_REFERENCE_TOKENS:,} tokens"
    return Estimate(in_steps(low * request.n), in_steps(high * request.n), basis, request.n)


def prompt_bytes(request: ImageRequest) -> int:
    """The prompt's length in UTF-8: what its tokens are guessed from."""
    return len(request.prompt.encode())


def in_steps(credits: float) -> float:
    """Charges come in steps of 0.0001 credit; the step above, so that a cap holds."""
    return math.ceil(credits * 10_000 - 1e-6) / 10_000


def _both(one: str, other: str) -> str:
    """The basis of two estimates together; of many different ones the first and how it goes on."""
    if (few := _RECEIPTS.fullmatch(one)) and (many := _RECEIPTS.fullmatch(other)):
        counts = {int(count.replace(",", "")) for count in few.groups() + many.groups() if count}
        least, most = min(counts), max(counts)
        return one if least == most else f"from {least:,} to {most:,} receipts"
    said = one.split("; ")
    if other in said or said[-1] == _MORE:
        return one
    return f"{one}; {other if len(said) < _BASES else _MORE}"


def _credits(tokens: float, usd_per_thousand: float) -> float:
    return tokens * usd_per_thousand * CREDITS_PER_USD / 1000


def _amount(credits: float) -> str:
    if credits >= 100:
        return f"{credits:,.0f}"
    return f"{credits:.1f}" if credits >= 1 else f"{credits:.2g}"


def _span(low: float, high: float) -> str:
    return _range(low, high, _amount)


def _usd(low: float, high: float) -> str:
    return _range(low, high, lambda dollars: f"{dollars:{'.2f' if dollars >= 0.02 else '.2g'}}")


def _range(low: float, high: float, text: Callable[[float], str]) -> str:
    # A range narrower than a fiftieth is not worth two numbers.
    if high - low < high / 50 or text(low) == text(high):
        return text(high)
    return f"{text(low)} to {text(high)}"
