"""Compares receipts with published prices, and carries old ones to today's prices.

When prices change, the receipts from before are not thrown away: they are carried to the new
prices. Dearer is believed after two surprises in a row, cheaper after four.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from evolink_widgets.rules.pricing.pricing import picture_range, prompt_bytes, text_credits
from evolink_widgets.rules.request.request import BETA, ImageRequest

__all__ = [
    "NEWEST",
    "Known",
    "Line",
    "Range",
    "ReceiptKind",
    "Sample",
    "at_todays_prices",
    "lean",
    "makes_sense",
]  # fmt: skip

NEWEST = 30
"""How many receipts of a kind say what is usual: enough for a tenth to be three of them."""
_SHARP = math.log(1.03)
"""A published range narrower than this tells the price; a wider one hides it."""
_ROUNDING = 0.005
"""What charges are rounded by, and then some."""
_SURPRISE, _ENOUGH = math.log(1.05), 3
"""How far outside the usual a charge is a surprise, and how many make what is usual."""
_DEARER, _CHEAPER = 2, 4
"""How many surprises in a row are a new price."""


@dataclass(frozen=True)
class Sample:
    """One receipt, as far as it teaches what things cost.

    Attributes:
        model, quality: as asked.
        pixels: width and height of the pictures that came.
        pictures: how many came.
        charged: credits that the service reported for all of them together.
        auto: whether the pixels were left to the service.
        references: how many were sent.
        prompt_bytes: the prompt's length in UTF-8.
    """

    model: str
    quality: str
    pixels: tuple[int, int]
    pictures: int
    charged: float
    auto: bool = False
    references: int = 0
    prompt_bytes: int = 0


class ReceiptKind(NamedTuple):
    """The kind of a receipt: within one kind the ratio should be one and the same."""

    quality: str
    references: int
    sharp: bool


class Range(NamedTuple):
    """Two ends, as logarithms."""

    low: float
    high: float


@dataclass(frozen=True)
class Known:
    """The facts that a published price rests on, apart from the pixels."""

    model: str
    quality: str
    references: int
    prompt_bytes: int

    @classmethod
    def of(cls, request: ImageRequest) -> Known:
        """Take the facts of a request."""
        return cls(request.model, request.quality, len(request.references), prompt_bytes(request))

    @property
    def text(self) -> tuple[float, float, float]:
        """Credits for the prompt: at least, usually, at most."""
        return (0.0, 0.0, 0.0) if self.model == BETA else text_credits(self.prompt_bytes)

    def dearest(self, pixels: tuple[int, int]) -> float:
        """Credits for one picture with its references at their most, without the prompt."""
        asked = (self.model, pixels, self.quality)
        return picture_range(*asked, references=self.references)[1]

    def least(self, pixels: tuple[int, int]) -> float:
        """The ratio to that if references count nothing, as a logarithm."""
        fewest, _, _ = self.text
        plain, _ = picture_range(self.model, pixels, self.quality)
        return math.log((plain + fewest) / (self.dearest(pixels) + fewest))

    def kind(self, pixels: tuple[int, int]) -> ReceiptKind:
        """Which receipts it can be compared with."""
        if self.model == BETA:  # it has one price for all of them
            return ReceiptKind("", 0, True)
        fewest, _, most = self.text
        dearest = self.dearest(pixels)
        text = math.log((dearest + most) / (dearest + fewest))
        return ReceiptKind(self.quality, self.references, text - self.least(pixels) < _SHARP)


@dataclass
class Line:
    """A receipt as a ratio, as a logarithm, at today's prices."""

    ratio: float
    kind: ReceiptKind
    pixels: tuple[int, int]
    pictures: int
    auto: bool


def lean(before: Range, values: Sequence[float]) -> Range:
    """The range of the newest values, as wide as their number demands.

    Args:
        before: the range where there are no values; few values lean on it.
        values: oldest first.
    """
    ordered = sorted(values[-NEWEST:])
    count = len(ordered)
    if not count:
        return before
    strange = max(1, count // 10) if count >= 5 else 0
    low, high = ordered[strange], ordered[-1 - strange]
    # What came so far is not all that can come.
    middle, unseen = median(ordered), 1 / math.sqrt(count)
    low -= (middle - low) * unseen + _ROUNDING
    high += (high - middle) * unseen + _ROUNDING
    weight = count**2 / (count**2 + 1)  # one receipt: a half; three: nine tenths
    return Range(
        min(low, weight * low + (1 - weight) * before.low),
        max(high, weight * high + (1 - weight) * before.high),
    )


def at_todays_prices(samples: Sequence[Sample]) -> list[Line]:
    """Receipts as ratios, oldest first; those from before a change of prices carried along."""
    lines: list[Line] = []
    seen: dict[tuple[ReceiptKind, tuple[int, int]], list[Line]] = {}
    run: list[tuple[Line, float]] = []  # surprises in a row, and by how much
    start = 0  # where in the lines the run begins
    for line in map(_line, samples):
        lines.append(line)
        alike = seen.setdefault((line.kind, line.pixels), [])
        # The kind's own receipts judge; those under suspicion are no judges yet.
        judged = line.kind.sharp and len(alike) >= _ENOUGH
        surprise = _surprise(line, alike) if judged else 0.0
        if judged and run and run[0][1] * surprise <= 0:
            _acquit(run, seen)
        if not surprise:
            alike.append(line)
            continue
        start = start if run else len(lines) - 1
        run.append((line, surprise))
        if len(run) >= (_DEARER if surprise > 0 else _CHEAPER):
            change = min((by for _, by in run), key=abs)  # what all of them agree on
            for earlier in lines[:start]:
                earlier.ratio += change
            _acquit(run, seen)
    return lines


def _acquit(
    run: list[tuple[Line, float]], seen: dict[tuple[ReceiptKind, tuple[int, int]], list[Line]]
) -> None:
    """End a run of surprises: from now on they belong to what is usual."""
    for line, _ in run:
        seen[line.kind, line.pixels].append(line)
    run.clear()


def _surprise(line: Line, alike: Sequence[Line]) -> float:
    """By how much a ratio differs from what is usual; 0 where it does not."""
    if abs(line.ratio - alike[-1].ratio) <= _SURPRISE:
        return 0.0
    usual = [other.ratio for other in alike[-NEWEST:]]
    low, high = lean(Range(math.inf, -math.inf), usual)
    if low - _SURPRISE <= line.ratio <= high + _SURPRISE:
        return 0.0
    return line.ratio - median(usual)


def _line(sample: Sample) -> Line:
    known = Known(sample.model, sample.quality, sample.references, sample.prompt_bytes)
    usual = known.dearest(sample.pixels) + known.text[1]
    ratio = math.log(sample.charged / sample.pictures / usual)
    kind = known.kind(sample.pixels)
    return Line(ratio, kind, sample.pixels, sample.pictures, sample.auto)


def makes_sense(sample: Sample) -> bool:
    """Whether something can be learned from it; its values may come from a damaged store."""
    return (
        sample.quality in ("low", "medium", "high")
        and min(sample.pixels) > 0
        and 0 < sample.pictures <= 100
        and sample.references >= 0
        and sample.prompt_bytes >= 0
        and 0 < sample.charged < 1e9
    )
