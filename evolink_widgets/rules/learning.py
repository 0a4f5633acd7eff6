"""Estimates that learn: the published formula first, then what this store's receipts say.

What is learned is a ratio: credits charged to credits by the published prices, for the pixels
that came. Receipts of the very same kind of request say most; where they are few, receipts of
more distant kinds count too, and behind all of them stands the formula:

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
from statistics import median
from typing import NamedTuple

from evolink_widgets.rules.pricing import (
    AUTO_HIGH,
    AUTO_LOW,
    PRICES_OF,
    Estimate,
    estimate,
    in_steps,
    picture_range,
    prompt_bytes,
    published,
)
from evolink_widgets.rules.request import BETA, ImageRequest

__all__ = ["Learned", "Sample"]

#: How many receipts of a kind say what is usual: enough for a tenth to be three of them.
_NEWEST = 30
#: A published range narrower than this tells the price; a wider one hides it.
_SHARP = math.log(1.05)
#: What charges are rounded by, and then some.
_ROUNDING = 0.005
#: How far outside the usual a charge is a surprise, and how many make what is usual.
_SURPRISE, _ENOUGH = math.log(1.05), 3
#: How many surprises in a row are a new price.
_DEARER, _CHEAPER = 2, 4


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


class _Kind(NamedTuple):
    """What makes receipts comparable: for these the ratio should be one and the same."""

    quality: str
    references: int
    sharp: bool


class _Range(NamedTuple):
    """Two ends, as logarithms."""

    low: float
    high: float


@dataclass
class _Line:
    """A receipt as a ratio, as a logarithm, at today's prices."""

    ratio: float
    kind: _Kind
    pixels: tuple[int, int]
    pictures: int
    auto: bool


class _Model:
    """The receipts of one model, at today's prices; all lists are oldest first."""

    def __init__(self, lines: Sequence[_Line]) -> None:
        self.lines = lines
        self.by_kind: dict[_Kind, list[_Line]] = {}
        for line in lines:
            self.by_kind.setdefault(line.kind, []).append(line)
        self.sizes_of_auto = [line.pixels for line in lines if line.auto][-_NEWEST:]

    def prices_beside(self, kind: _Kind) -> list[float]:
        """The newest ratios of other kinds, as far as they tell the price."""
        others = (one.ratio for one in reversed(self.lines) if one.kind.sharp and one.kind != kind)
        return list(islice(others, _NEWEST))[::-1]


class Learned:
    """What this store's receipts teach about prices. Immutable.

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
            if _makes_sense(sample):
                by_model.setdefault(sample.model, []).append(sample)
        return cls({name: _Model(_at_todays_prices(all_[::-1])) for name, all_ in by_model.items()})

    def estimate(self, request: ImageRequest) -> Estimate:
        """What the request will cost, in credits, as a range with its basis."""
        model = self._models.get(request.model)
        if model is None:
            return estimate(request)
        size = _size_range(model, request)
        low, high = published(request, AUTO_LOW, AUTO_LOW)
        kind = _kind(request.model, request.quality, len(request.references), low, high)
        ratio = _ratio_range(model, kind, request, math.log(low / high))
        count = len(model.by_kind.get(kind, ()))
        basis = f"from {_receipts(count)}"
        if not count:
            others = _receipts(len(model.lines))
            basis = f"published prices of {PRICES_OF} and {others} of other requests"
        return Estimate(
            round(math.exp(size.low + ratio.low) * request.n, 4),
            in_steps(math.exp(size.high + ratio.high) * request.n),
            basis,
            request.n,
        )


def _size_range(model: _Model, request: ImageRequest) -> _Range:
    """Published credits of one picture, dearest guess, between the sizes that may come."""
    ends = (published(request, size, size)[1] for size in (AUTO_LOW, AUTO_HIGH))
    formula = _Range(*map(math.log, ends))
    if formula.low == formula.high:
        return formula
    facts = {"references": len(request.references), "prompt_bytes": prompt_bytes(request)}
    dearest = {
        pixels: math.log(picture_range(request.model, pixels, request.quality, **facts)[1])
        for pixels in set(model.sizes_of_auto)
    }
    return _lean(formula, [dearest[pixels] for pixels in model.sizes_of_auto])


def _ratio_range(model: _Model, kind: _Kind, request: ImageRequest, least: float) -> _Range:
    """Charged to published credits, from the most distant receipts to the nearest.

    Args:
        model: what was learned of it.
        kind: the request's.
        request: what is asked.
        least: the ratio of the published range's lower end to its upper end.
    """
    price = _lean(_Range(0.0, 0.0), model.prices_beside(kind))
    # However cheap other requests were: the upper end stays until this kind has shown its own.
    found = _Range(least + price.low, max(price.high, 0.0))
    same_kind = model.by_kind.get(kind, [])
    if not request.pixels:
        return _lean(found, [line.ratio for line in same_kind])
    steps: tuple[list[float], ...] = ([], [], [])
    for line in same_kind:
        near = line.pixels == request.pixels
        steps[near + (near and line.pictures == request.n)].append(line.ratio)
    for ratios in steps:
        found = _lean(found, ratios)
    return found


def _lean(before: _Range, values: Sequence[float]) -> _Range:
    """The range of the newest values, as wide as their number demands.

    Args:
        before: the range where there are no values; few values lean on it.
        values: oldest first.
    """
    ordered = sorted(values[-_NEWEST:])
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
    return _Range(
        min(low, weight * low + (1 - weight) * before.low),
        max(high, weight * high + (1 - weight) * before.high),
    )


def _at_todays_prices(samples: Sequence[Sample]) -> list[_Line]:
    """Receipts as ratios, oldest first; those from before a change of prices carried along."""
    lines: list[_Line] = []
    seen: dict[tuple[_Kind, tuple[int, int]], list[_Line]] = {}
    run: list[tuple[_Line, float]] = []  # surprises in a row, and by how much
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
    run: list[tuple[_Line, float]], seen: dict[tuple[_Kind, tuple[int, int]], list[_Line]]
) -> None:
    """End a run of surprises: from now on they belong to what is usual."""
    for line, _ in run:
        seen[line.kind, line.pixels].append(line)
    run.clear()


def _surprise(line: _Line, alike: Sequence[_Line]) -> float:
    """By how much a ratio differs from what is usual; 0 where it does not."""
    if abs(line.ratio - alike[-1].ratio) <= _SURPRISE:
        return 0.0
    usual = [other.ratio for other in alike[-_NEWEST:]]
    low, high = _lean(_Range(math.inf, -math.inf), usual)
    if low - _SURPRISE <= line.ratio <= high + _SURPRISE:
        return 0.0
    return line.ratio - median(usual)


def _line(sample: Sample) -> _Line:
    low, high = picture_range(
        sample.model,
        sample.pixels,
        sample.quality,
        references=sample.references,
        prompt_bytes=sample.prompt_bytes,
    )
    kind = _kind(sample.model, sample.quality, sample.references, low, high)
    ratio = math.log(sample.charged / sample.pictures / high)
    return _Line(ratio, kind, sample.pixels, sample.pictures, sample.auto)


def _kind(model: str, quality: str, references: int, low: float, high: float) -> _Kind:
    if model == BETA:  # it has one price for all of them
        return _Kind("", 0, True)
    return _Kind(quality, references, math.log(high / low) < _SHARP)


def _makes_sense(sample: Sample) -> bool:
    return (
        sample.quality in ("low", "medium", "high")
        and min(sample.pixels) > 0
        and 0 < sample.pictures <= 100
        and sample.references >= 0
        and sample.prompt_bytes >= 0
        and 0 < sample.charged < 1e9
    )


def _receipts(count: int) -> str:
    return f"{count:,} receipt{'' if count == 1 else 's'}"
