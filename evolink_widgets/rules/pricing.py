"""What pictures cost: an `Estimate` before, a `Receipt` after.

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

from evolink_widgets.rules.request import BETA, ImageRequest
from evolink_widgets.rules.sizes import RATIOS

__all__ = ["CREDITS_PER_USD", "PRICES_OF", "Estimate", "Receipt", "estimate", "output_tokens",
           "picture_credits"]  # fmt: skip

PRICES_OF = "2026-11"
CREDITS_PER_USD = 68

# US dollars for a thousand tokens, from the service's price page; text input is our assumption.
_IMAGE_OUTPUT = 0.027
_IMAGE_INPUT = 0.0072
_TEXT_INPUT = 0.0045

_TILE_BASE = {"low": 16, "medium": 48, "high": 96}
_REFERENCE_TOKENS = 1536
# `auto` is estimated as 2048×2048, the service's own caution; 1K is what it mostly makes.
_AUTO_LOW, _AUTO_HIGH = (1024, 1024), (2048, 2048)

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

    def __repr__(self) -> str:
        count = f"{self.pictures} picture{'' if self.pictures == 1 else 's'}"
        return f"<{self} for {count}; {self.basis}>"

    def __str__(self) -> str:
        return f"About {_span(self.low, self.high)} credits · ${_usd(self.usd_low, self.usd_high)}"


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
    """Credits for one picture without references or prompt, not yet rounded to 0.0001."""
    if model == BETA:
        area = width * height
        tier = next((name for limit, name in _BETA_TIERS if area <= limit), "4K")
        return _BETA_PRICES[tier]
    return _credits(output_tokens(width, height, quality), _IMAGE_OUTPUT)


def estimate(request: ImageRequest) -> Estimate:
    """What the request will cost, asking nobody.

    A range where something is not known before: the pixels of `auto`, and what references
    count (at most 1536 tokens each, billed with every picture). The prompt is counted at its
    most on both ends: its share is small.
    """
    if request.model == BETA:
        return _estimate_beta(request)
    pixels = request.pixels
    small, large = (pixels, pixels) if pixels else (_AUTO_LOW, _AUTO_HIGH)
    text = _credits(_most_text_tokens(request.prompt), _TEXT_INPUT)
    low = text + picture_credits(request.model, *small, request.quality)
    high = text + picture_credits(request.model, *large, request.quality)
    high += _credits(_REFERENCE_TOKENS * len(request.references), _IMAGE_INPUT)
    basis = f"published prices of {PRICES_OF}"
    if not pixels:
        basis += f", auto size taken as {_AUTO_LOW[0]}² to {_AUTO_HIGH[0]}²"
    if request.references:
        basis += f", a reference as up to {_REFERENCE_TOKENS:,} tokens"
    return Estimate(_round(low * request.n), _round(high * request.n), basis, request.n)


def _estimate_beta(request: ImageRequest) -> Estimate:
    if request.size in RATIOS:
        price = _BETA_PRICES[request.resolution]
    else:
        price = picture_credits(BETA, *(request.pixels or _AUTO_LOW), request.quality)
    return Estimate(price, price, f"price per picture of {PRICES_OF}", 1)


def _most_text_tokens(prompt: str) -> int:
    """More tokens than any usual text has: one for two bytes of UTF-8 (half of that is usual)."""
    return math.ceil(len(prompt.encode("utf-8")) / 2)


def _credits(tokens: int, usd_per_thousand: float) -> float:
    return tokens * usd_per_thousand * CREDITS_PER_USD / 1000


def _round(credits: float) -> float:
    """Charges come in steps of 0.0001 credit; the step above, so that a cap holds."""
    return math.ceil(credits * 10_000 - 1e-6) / 10_000


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
