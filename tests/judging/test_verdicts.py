"""What several judges say of a picture, as one verdict and as columns of a frame."""

from __future__ import annotations

import pytest

from evolink_widgets.judging.verdicts import is_wanted, judgement_columns, together
from evolink_widgets.store.judging.verdicts import Judgement


def said(*verdicts: str | None) -> dict[str, Judgement]:
    return {f"judge {number}": Judgement(one) for number, one in enumerate(verdicts)}


@pytest.mark.parametrize(
    ("verdicts", "verdict", "agreement"),
    [
        ((), None, None),
        ((None,), None, None),
        (("keep",), "keep", 1.0),
        (("keep", "keep", "reject"), "keep", 2 / 3),
        (("keep", "reject"), None, 0.5),
        (("reject", None, None), "reject", 1.0),
    ],
)
def test_the_verdict_is_what_most_say(
    verdicts: tuple[str | None, ...], verdict: str | None, agreement: float | None
) -> None:
    found = together(said(*verdicts))
    assert found.verdict == verdict
    assert found.agreement == (None if agreement is None else pytest.approx(agreement))


def test_the_last_caption_stands() -> None:
    found = together(
        {"ana": Judgement(caption="early", at=1), "ben": Judgement("keep", "late", at=2),
         "cleo": Judgement("keep", at=3)}
    )  # fmt: skip
    assert found.caption == "late"


def test_columns_are_there_where_something_is_said() -> None:
    pictures = [("a", 0), None, ("b", 0)]
    assert judgement_columns(pictures, {}) == {}
    assert judgement_columns(pictures, {("z", 9): said("keep")}) == {}, "of another picture"
    one = {("a", 0): {"ana": Judgement("keep", "a fox")}}
    assert judgement_columns(pictures, one) == {
        "verdict": ["keep", None, None],
        "caption": ["a fox", None, None],
    }
    two = {**one, ("b", 0): {"ben": Judgement("reject")}}
    assert judgement_columns(pictures, two)["agreement"] == [1.0, None, 1.0]


@pytest.mark.parametrize(
    ("verdict", "kept", "not_rejected"),
    [("keep", True, True), (None, False, True), ("reject", False, False)],
)
def test_pictures_are_asked_for_by_their_verdict(
    verdict: str | None, kept: bool, not_rejected: bool
) -> None:
    assert is_wanted(verdict, "kept") is kept
    assert is_wanted(verdict, "not rejected") is not_rejected
    assert is_wanted(verdict, None) is True
