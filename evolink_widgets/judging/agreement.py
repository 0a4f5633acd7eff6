"""How far two people agree on what to keep, beyond what chance alone would bring.

Counted are the pictures that both have kept or rejected. Cohen's kappa is (p - e) / (1 - e): p is
the share of them on which both say the same, and e the share that would come about if each said
"keep" as often as they did, but of any picture (J. Cohen, "A Coefficient of Agreement for Nominal
Scales", Educational and Psychological Measurement 20(1), 1960, p. 37-46). It is 1 where they
always agree, 0 where it is as by chance, less than 0 where it is worse. Where each has said the
same of every picture, e is 1: there is nothing that could tell agreement from chance, and no kappa.

Its interval is the large-sample one (J. L. Fleiss, J. Cohen, B. S. Everitt, "Large sample standard
errors of kappa and weighted kappa", Psychological Bulletin 72(5), 1969, p. 323-327). It is left
out where they always agree, or one of them says the same of every picture: the formula's error is
0 then, however few the pictures are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from evolink_widgets.store.judging.verdicts import Judgement, Picture

__all__ = ["Agreement", "agreement_of", "agreements"]

_Z = 1.959963984540054
"""Standard errors to either side that hold 95 % of a normal distribution."""


@dataclass(frozen=True)
class Agreement:
    """How far two judges agree.

    Attributes:
        judges: the two.
        both: how many pictures both have kept or rejected.
        same: on how many of them both say the same.
        kappa: Cohen's kappa; `None` where there is none.
        low: where its 95 % interval begins; `None` where there is none.
        high: where it ends.
    """

    judges: tuple[str, str]
    both: int
    same: int
    kappa: float | None = None
    low: float | None = None
    high: float | None = None


def agreements(said: Mapping[Picture, Mapping[str, Judgement]]) -> list[Agreement]:
    """The agreement of each two judges, in the order of their names.

    Args:
        said: the judgements by picture, and there by judge.
    """
    verdicts: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for by_judge in said.values():
        decided = [(judge, one.verdict) for judge, one in sorted(by_judge.items()) if one.verdict]
        for (first, mine), (second, yours) in combinations(decided, 2):
            verdicts.setdefault((first, second), []).append((str(mine), str(yours)))
    judges = sorted({judge for one in said.values() for judge, what in one.items() if what.verdict})
    return [agreement_of(pair, verdicts.get(pair, [])) for pair in combinations(judges, 2)]


def agreement_of(judges: tuple[str, str], verdicts: Sequence[tuple[str, str]]) -> Agreement:
    """The agreement of two judges.

    Args:
        judges: the two.
        verdicts: what they say of each picture that both have judged.
    """
    count = len(verdicts)
    same = sum(mine == yours for mine, yours in verdicts)
    if not count:
        return Agreement(judges, 0, 0)
    cells = Counter(verdicts)
    rows = _shares((mine for mine, _ in verdicts), count)
    columns = _shares((yours for _, yours in verdicts), count)
    seen = same / count
    chance = sum(share * columns.get(word, 0.0) for word, share in rows.items())
    if len(rows) == len(columns) == 1 and rows.keys() == columns.keys():
        return Agreement(judges, count, same)
    kappa = (seen - chance) / (1 - chance)
    if same == count or len(rows) == 1 or len(columns) == 1:
        return Agreement(judges, count, same, kappa)
    error = _standard_error(cells, rows, columns, kappa, chance, count)
    low, high = max(-1.0, kappa - _Z * error), min(1.0, kappa + _Z * error)
    return Agreement(judges, count, same, kappa, low, high)


def _standard_error(
    cells: Mapping[tuple[str, str], int],
    rows: Mapping[str, float],
    columns: Mapping[str, float],
    kappa: float,
    chance: float,
    count: int,
) -> float:
    """The standard error of kappa, by Fleiss, Cohen and Everitt, equation 13."""
    agreed = sum(
        number / count * (1 - (rows[mine] + columns[yours]) * (1 - kappa)) ** 2
        for (mine, yours), number in cells.items()
        if mine == yours
    )
    parted = sum(
        number / count * (columns.get(mine, 0.0) + rows.get(yours, 0.0)) ** 2
        for (mine, yours), number in cells.items()
        if mine != yours
    )
    rest = (kappa - chance * (1 - kappa)) ** 2
    variance = (agreed + (1 - kappa) ** 2 * parted - rest) / ((1 - chance) ** 2 * count)
    return math.sqrt(max(0.0, variance))


def _shares(said: Iterable[str], count: int) -> dict[str, float]:
    return {word: number / count for word, number in Counter(said).items()}
