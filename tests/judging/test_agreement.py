"""Cohen's kappa: by hand, and as scikit-learn and statsmodels compute it."""

from __future__ import annotations

import pytest

from evolink_widgets.judging.agreement import agreement_of, agreements
from evolink_widgets.store.judging.verdicts import Judgement

WORDS = ("keep", "reject")


def verdicts(table: list[list[int]]) -> list[tuple[str, str]]:
    """Pairs of verdicts from a table: rows are the first judge's, columns the second's."""
    return [
        (WORDS[row], WORDS[column])
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]


def test_by_hand() -> None:
    # Of 50 pictures both keep 20 and both reject 15: p = 35/50. The first keeps 25 of 50, the
    # second 30 of 50: e = 0.5 * 0.6 + 0.5 * 0.4 = 0.5. (0.7 - 0.5) / (1 - 0.5) = 0.4.
    found = agreement_of(("ana", "ben"), verdicts([[20, 5], [10, 15]]))
    assert (found.both, found.same) == (50, 35)
    assert found.kappa == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("table", "kappa", "low", "high"),
    [  # sklearn.metrics.cohen_kappa_score; statsmodels.stats.inter_rater.cohens_kappa
        ([[20, 5], [10, 15]], 0.4, 0.151092290476661, 0.6489077095233389),
        ([[118, 9], [7, 66]], 0.8284182305630027, 0.7478820878458887, 0.9089543732801169),
        ([[3, 9], [8, 1]], -0.6301369863013697, -0.9503045850711407, -0.3099693875315992),
    ],
)
def test_as_others_compute_it(
    table: list[list[int]], kappa: float, low: float, high: float
) -> None:
    found = agreement_of(("ana", "ben"), verdicts(table))
    assert found.kappa == pytest.approx(kappa, abs=1e-12)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    turned = agreement_of(("ben", "ana"), [(yours, mine) for mine, yours in verdicts(table)])
    assert turned.kappa == pytest.approx(found.kappa), "in either order"


def test_there_is_none_where_nothing_tells_it_from_chance() -> None:
    always = agreement_of(("ana", "ben"), verdicts([[12, 0], [0, 0]]))
    assert (always.both, always.same, always.kappa) == (12, 12, None)
    nothing = agreement_of(("ana", "ben"), [])
    assert (nothing.both, nothing.kappa, nothing.low) == (0, None, None)


def test_full_agreement_has_no_interval() -> None:
    found = agreement_of(("ana", "ben"), verdicts([[3, 0], [0, 2]]))
    assert (found.kappa, found.low, found.high) == (1.0, None, None)


def test_one_who_always_says_the_same_agrees_as_by_chance() -> None:
    found = agreement_of(("ana", "ben"), verdicts([[6, 4], [0, 0]]))
    assert (found.kappa, found.low, found.high) == (0.0, None, None)


def test_only_what_both_have_decided_is_counted() -> None:
    keep, reject, words = Judgement("keep"), Judgement("reject"), Judgement(caption="a fox")
    said = {
        ("a", 0): {"ana": keep, "ben": keep, "cleo": words},
        ("a", 1): {"ana": reject, "ben": reject},
        ("b", 0): {"ana": keep},
        ("c", 0): {"ben": keep, "ana": words},
        ("d", 0): {"dan": keep},
    }
    found = agreements(said)
    assert [one.judges for one in found] == [("ana", "ben"), ("ana", "dan"), ("ben", "dan")]
    assert [(one.both, one.same) for one in found] == [(2, 2), (0, 0), (0, 0)]
    assert [one.kappa for one in found] == [1.0, None, None]
