"""Computes a task's credits by the contract's formula: this side's own reading of it.

Output tokens of one picture, with q = 16, 48 or 96 by quality, l and s the long and short edge:

    ceil(q · round(q · s / l) · (2,000,000 + w·h) / 4,000,000)

References and the prompt count as input tokens, once for every picture. Prices change, so each
task is paid at the prices of its day: `factor` times the published ones.
"""

from __future__ import annotations

import math

from evolink_widgets.emulator.contract.read_request import CheckedRequest

__all__ = ["cost", "output_tokens", "reserve", "usd"]

_CREDITS_PER_DOLLAR = 68
_DOLLARS_PER_TOKEN = {"output": 0.027 / 1000, "image": 0.0072 / 1000, "text": 0.0045 / 1000}
_TILES = {"low": 16, "medium": 48, "high": 96}
_REFERENCE_TOKENS, _MOST_REFERENCE_TOKENS = 1024, 1536
"""What a reference comes to here, and the most that the contract says it counts."""
_BETA_PRICE = {"1K": 1.02, "2K": 1.734, "4K": 2.652}
_AUTO_PIXELS = (2048, 2048)
"""What is set aside for `auto`, whose pixels are known only afterwards."""


def output_tokens(width: int, height: int, quality: str) -> int:
    """Tokens of one picture.

    Args:
        width, height: pixels.
        quality: "low", "medium" or "high".
    """
    q = _TILES[quality]
    short, long = sorted((width, height))
    rows = math.floor(q * short / long + 0.5)
    return math.ceil(q * rows * (2_000_000 + width * height) / 4_000_000)


def cost(ask: CheckedRequest, pictures: int, factor: float = 1.0) -> float:
    """Credits for the pictures that were delivered, in steps of 0.0001.

    Args:
        ask: what was asked.
        pictures: how many were delivered.
        factor: times the published prices.
    """
    if ask.beta:
        return round(_beta_price(ask) * pictures * factor, 4)
    tokens = output_tokens(ask.width, ask.height, ask.quality)
    return round(_credits(ask, tokens, _REFERENCE_TOKENS) * pictures * factor, 4)


def reserve(ask: CheckedRequest, factor: float = 1.0) -> float:
    """Credits that are set aside when the request is accepted: the most it can come to."""
    if ask.beta:
        return cost(ask, ask.n, factor)
    width, height = _AUTO_PIXELS if ask.auto else (ask.width, ask.height)
    tokens = output_tokens(width, height, ask.quality)
    return round(_credits(ask, tokens, _MOST_REFERENCE_TOKENS) * ask.n * factor, 4)


def usd(credits: float) -> float:
    """Convert credits to US dollars."""
    return round(credits / _CREDITS_PER_DOLLAR, 6)


def _credits(ask: CheckedRequest, output: int, per_reference: int) -> float:
    text = max(1, len(ask.prompt.encode()) // 4)
    dollars = (
        output * _DOLLARS_PER_TOKEN["output"]
        + per_reference * len(ask.references) * _DOLLARS_PER_TOKEN["image"]
        + text * _DOLLARS_PER_TOKEN["text"]
    )
    return dollars * _CREDITS_PER_DOLLAR


def _beta_price(ask: CheckedRequest) -> float:
    area = ask.width * ask.height
    tier = "1K" if ask.auto or area <= 1_700_000 else "2K" if area <= 4_400_000 else "4K"
    return _BETA_PRICE[tier]
