"""Estimates that learn: the published formula first, then what this store's receipts say.

What is learned is a ratio: credits charged to credits by the published prices, for the pixels
that came, references at their most and usual text. What a prompt may count stays a range.
Receipts of the very same kind of request say most; where they are few, receipts of more distant
kinds count too, and behind all of them stands the formula:

    formula ← same model ← same quality and references ← same pixels ← same number of pictures

Each step takes the range of the receipts that are its own, and leans on the step before the more
the fewer they are, but only where that makes the range wider. So a single receipt moves an
estimate and does not settle it, and what budgets are checked with, the upper end, comes down
slowly and goes up at once. From five receipts on the strangest tenth at either end is left out.

When prices change, the receipts from before are not thrown away: they are carried to the new
prices. Dearer is believed after two surprises in a row, cheaper after four.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from evolink_widgets.rules.pricing.pricing import (
    AUTO_HIGH,
    AUTO_LOW,
    PRICES_OF,
    Estimate,
    estimate,
    in_steps,
    picture_range,
    prompt_bytes,
    text_credits,
)
from evolink_widgets.rules.request.request import BETA, ImageRequest
from evolink_widgets.text.wording import counted

__all__ = ["Learned", "Sample", "makes_sense"]

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
    from statistics import median

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
    from statistics import median

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


class _Model:
    """The receipts of one model, at today's prices; all lists are oldest first."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.by_kind: dict[ReceiptKind, list[Line]] = {}
        for line in lines:
            self.by_kind.setdefault(line.kind, []).append(line)
        self.sizes_of_auto = [line.pixels for line in lines if line.auto][-NEWEST:]

    def beside(self, kind: ReceiptKind, *, sharp: bool) -> list[float]:
        """The newest ratios of other kinds: those that tell the price, or those that hide it."""
        others = (one for one in reversed(self.lines) if one.kind != kind)
        wanted = (one.ratio for one in others if one.kind.sharp is sharp)
        return list(islice(wanted, NEWEST))[::-1]


class Learned:
    """Prices learned from this store's receipts. Immutable.

    Example:
        >>> learned = Learned.from_samples([Sample("gpt-image-2", "low", (1024, 1024), 1, 0.47)])
        >>> learned.estimate(ImageRequest("a fox", size="1:1", quality="low")).basis
        'from 1 receipt'
    """

    def __init__(self, models: dict[str, _Model] | None = None) -> None:
        self._models = models or {}

    @classmethod
    def from_samples(cls, samples: Iterable[Sample]) -> Learned:
        """Learn from receipts; a sample that makes no sense is passed over.

        Args:
            samples: newest first, as the store gives them.
        """
        by_model: dict[str, list[Sample]] = {}
        for sample in samples:
            if makes_sense(sample):
                by_model.setdefault(sample.model, []).append(sample)
        return cls({name: _Model(at_todays_prices(all_[::-1])) for name, all_ in by_model.items()})

    def estimate(self, request: ImageRequest) -> Estimate:
        """Estimate what a request will cost, in credits, as a range with its basis."""
        model = self._models.get(request.model)
        if model is None:
            return estimate(request)
        known = Known.of(request)
        pixels = request.pixels or AUTO_LOW
        kind = known.kind(pixels)
        size = _size_range(model, request, known)
        ratio = _ratio_range(model, kind, request, known.least(pixels))
        count = len(model.by_kind.get(kind, ()))
        basis = f"from {counted(count, 'receipt')}"
        if not count:
            others = counted(len(model.lines), "receipt")
            basis = f"published prices of {PRICES_OF} and {others} of other requests"
        return Estimate(
            round(math.exp(size.low + ratio.low) * request.n, 4),
            in_steps(math.exp(size.high + ratio.high) * request.n),
            basis,
            request.n,
        )


def _size_range(model: _Model, request: ImageRequest, known: Known) -> Range:
    """Published credits of one picture between the sizes and texts that may come."""
    fewest, _, most = known.text
    if request.pixels or request.model == BETA:
        dearest = known.dearest(request.pixels or AUTO_LOW)
        return Range(math.log(dearest + fewest), math.log(dearest + most))
    came = {size: known.dearest(size) for size in {*model.sizes_of_auto, AUTO_LOW, AUTO_HIGH}}
    formula = Range(math.log(came[AUTO_LOW]), math.log(came[AUTO_HIGH]))
    found = lean(formula, [math.log(came[size]) for size in model.sizes_of_auto])
    return Range(
        math.log(math.exp(found.low) + fewest),
        math.log(math.exp(found.high) + most),
    )


def _ratio_range(model: _Model, kind: ReceiptKind, request: ImageRequest, least: float) -> Range:
    """Charged to published credits, from the most distant receipts to the nearest.

    Args:
        model: what was learned of it.
        kind: the request's.
        request: what is asked.
        least: the ratio where nothing is charged for references, as a logarithm.
    """
    formula = Range(0.0, 0.0)
    price = lean(formula, model.beside(kind, sharp=True))
    hidden = lean(formula, model.beside(kind, sharp=False))
    # However cheap other requests were: the upper end stays until this kind has shown its own.
    found = Range(least + price.low, max(price.high, hidden.high, 0.0))
    same_kind = model.by_kind.get(kind, [])
    pixels = request.pixels
    if not pixels:
        return lean(found, [line.ratio for line in same_kind])
    steps: tuple[list[float], ...] = ([], [], [])
    for line in same_kind:
        near = line.pixels == pixels
        steps[near + (near and line.pictures == request.n)].append(line.ratio)
    for ratios in steps:
        found = lean(found, ratios)
    return found
