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
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import islice

from evolink_widgets.rules.pricing.pricing import (
    AUTO_HIGH,
    AUTO_LOW,
    PRICES_OF,
    Estimate,
    estimate,
    in_steps,
)
from evolink_widgets.rules.pricing.receipt_ratios import (
    NEWEST,
    Known,
    Line,
    Range,
    ReceiptKind,
    Sample,
    at_todays_prices,
    lean,
    makes_sense,
)
from evolink_widgets.rules.request.request import BETA, ImageRequest
from evolink_widgets.text import counted

__all__ = ["Learned", "Sample"]


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
