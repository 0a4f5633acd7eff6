"""Foretells the exact credits that the service sets aside or takes for a request.

An estimate is a range, because what counts as a token of text is not told. To know a task by its
credits one amount is needed, so the parts that are not told are read off earlier amounts of the
same service: a common factor (a discount, a new price), how text is counted, and how an amount is
rounded. Without earlier amounts the published prices stand, with four bytes a token.

Where earlier amounts follow none of these rules nothing is foretold: a wrong amount would be
worse than none.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evolink_widgets.rules.pricing.learning import Sample, makes_sense
from evolink_widgets.rules.pricing.pricing import (
    AUTO_HIGH,
    AUTO_LOW,
    picture_credits,
    picture_range,
    prompt_bytes,
    text_credits,
)
from evolink_widgets.rules.request.request import BETA, ImageRequest

__all__ = ["Amount", "Tariff", "facts_of"]

_STEP = 0.0001
_SLACK = 0.000005
"""What computing in binary adds to a rounding."""
_NEAREST, _UP = (-_STEP / 2 - _SLACK, _STEP / 2 + _SLACK), (-_SLACK, _STEP + _SLACK)
_DECIMALS_OF_ONE, _DECIMALS, _SEVERAL = 2, 4, 3
"""Decimals of a factor that is believed: after one amount, and after several that agree."""


_AmountKind = tuple[bool, bool]
"""Whether the pixels are left to the service, and whether there are references."""


class _TextRule(NamedTuple):
    """How text is counted, and within what the told amount may differ from the exact one."""

    tokens: Callable[[int], int]
    within: tuple[float, float]


_RULES = tuple(
    _TextRule(tokens, within)
    for tokens, within in itertools.product(
        (
            lambda size: max(1, size // 4),
            lambda size: max(1, math.floor(size / 4 + 0.5)),
            lambda size: -(-size // 4),
            lambda size: 0,
        ),
        (_NEAREST, _UP),
    )
)
"""The first holds where no amount is known."""


@dataclass(frozen=True)
class Amount:
    """Credits for one ask.

    Attributes:
        credits: as the service would tell them.
        tells_text: whether a prompt of another length would cost something else.
        within: how far a told amount may lie below and above.
    """

    credits: float
    tells_text: bool = True
    within: tuple[float, float] = _NEAREST

    def is_told_by(self, credits: float) -> bool:
        """Whether these credits are the amount, to the fourth decimal."""
        low, high = self.within
        return low <= credits - self.credits <= high


class Tariff:
    """The prices of one service, as far as single amounts can be foretold. Immutable.

    Args:
        factor: times the published prices; `None` where nothing can be foretold.
        rule: how text is counted and amounts are rounded.
        is_learned: whether earlier amounts say so.
    """

    def __init__(
        self, factor: float | None = 1.0, rule: _TextRule = _RULES[0], *, is_learned: bool = False
    ) -> None:
        self.factor = factor
        self.is_learned = is_learned
        self._rule = rule
        self._odd_kinds: frozenset[_AmountKind] = frozenset()

    @classmethod
    def learn(cls, samples: Iterable[Sample]) -> Tariff:
        """Read the factor and the rules off earlier amounts.

        Args:
            samples: newest first; those from before a change of prices end what is used.
        """
        known = [sample for sample in samples if makes_sense(sample)]
        if not known:
            return cls()
        # What a reference counts, and what `auto` is taken for, is the service's own affair.
        plain = [sample for sample in known if _kind(sample) == (False, False)] or known
        runs = [(*_run(plain, rule), rule) for rule in _RULES]
        length, low, high, rule = max(runs, key=lambda run: run[0])
        most = _DECIMALS if length >= _SEVERAL else _DECIMALS_OF_ONE
        tariff = cls(_simplest(low, high, most), rule, is_learned=True)
        newest = {_kind(sample): sample for sample in reversed(known)}
        tariff._odd_kinds = frozenset(
            kind
            for kind, sample in newest.items()
            if (amount := tariff.amount(sample)) is None or not amount.is_told_by(sample.charged)
        )
        return tariff

    def amount(self, ask: Sample) -> Amount | None:
        """Foretell the amount for a request; `None` where it can't be foretold.

        Args:
            ask: its facts; the credits in it do not count.
        """
        if self.factor is None or _kind(ask) in self._odd_kinds:
            return None
        low, high = self._rule.within
        of_a_token = _TOKEN * self.factor * ask.pictures * (self._rule.tokens(400) > 0)
        tells_text = ask.model != BETA and of_a_token > high - low
        return Amount(_base(ask, self._rule) * self.factor, tells_text, self._rule.within)


def facts_of(request: ImageRequest, pictures: int | None = None) -> Sample:
    """Return the facts that a request's credits rest on; `auto` is set aside at its most.

    Args:
        request: what is asked.
        pictures: how many are counted; default: all that are asked for.
    """
    pixels = request.pixels or (AUTO_LOW if request.model == BETA else AUTO_HIGH)
    return Sample(
        model=request.model,
        quality=request.quality,
        pixels=pixels,
        pictures=request.n if pictures is None else pictures,
        charged=0.0,
        auto=request.pixels is None,
        references=len(request.references),
        prompt_bytes=prompt_bytes(request),
    )


def _kind(ask: Sample) -> _AmountKind:
    return ask.auto, ask.references > 0


_TOKEN = text_credits(4)[1]


def _base(ask: Sample, rule: _TextRule) -> float:
    """Credits by the published prices, not rounded."""
    if ask.model == BETA:
        return picture_credits(ask.model, *ask.pixels, ask.quality) * ask.pictures
    picture = picture_range(ask.model, ask.pixels, ask.quality, references=ask.references)[1]
    return (picture + rule.tokens(ask.prompt_bytes) * _TOKEN) * ask.pictures


def _run(samples: Sequence[Sample], rule: _TextRule) -> tuple[int, float, float]:
    """How many of the newest amounts one factor explains, and between what it lies."""
    least, most = 0.0, math.inf
    for count, sample in enumerate(samples):
        base = _base(sample, rule)
        low = max(least, (sample.charged - rule.within[1]) / base)
        high = min(most, (sample.charged - rule.within[0]) / base)
        if low > high:
            return count, least, most
        least, most = low, high
    return len(samples), least, most


def _simplest(low: float, high: float, most: int) -> float | None:
    """The number with the fewest decimals between two; `None` where it has more than `most`."""
    for decimals in range(most + 1):
        found = math.ceil(low * 10**decimals)
        if found <= high * 10**decimals and found > 0:
            return float(found / 10**decimals)
    return None
