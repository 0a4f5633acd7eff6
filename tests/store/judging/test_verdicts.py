"""Verdicts are kept by picture and judge; the later one stays, and what is taken back, too."""

from __future__ import annotations

import pytest

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.store import Store
from evolink_widgets.store.judging.judges import judge_in
from evolink_widgets.store.judging.verdicts import Change, Judgement

FOX, OWL = ("k3j2mnpqrstu", 0), ("k3j2mnpqrstu", 1)
FAR = 10_000.0


def test_a_verdict_is_read_changed_and_taken_back(store: Store) -> None:
    verdicts = store.verdicts
    assert verdicts.of([FOX]) == {}
    assert not store.root.exists(), "nothing is made by looking"
    verdicts.judge("ana", [Change(FOX, 1.0, "keep"), Change(OWL, 2.0, "reject")], FAR)
    assert verdicts.of([FOX, OWL]) == {
        FOX: {"ana": Judgement("keep", at=1.0)},
        OWL: {"ana": Judgement("reject", at=2.0)},
    }
    verdicts.judge("ana", [Change(FOX, 3.0, "reject"), Change(OWL, 4.0, None)], FAR)
    assert verdicts.of([FOX, OWL]) == {FOX: {"ana": Judgement("reject", at=3.0)}}


def test_verdict_and_caption_are_changed_one_by_one(store: Store) -> None:
    store.verdicts.judge("ana", [Change(FOX, 1.0, "keep")], FAR)
    store.verdicts.judge("ana", [Change(FOX, 2.0, caption="a fox, “at night”")], FAR)
    assert store.verdicts.of([FOX])[FOX]["ana"] == Judgement("keep", "a fox, “at night”", 2.0)
    store.verdicts.judge("ana", [Change(FOX, 3.0, None)], FAR)
    assert store.verdicts.of([FOX])[FOX]["ana"].caption == "a fox, “at night”"
    store.verdicts.judge("ana", [Change(FOX, 4.0, caption="")], FAR)
    assert store.verdicts.of([FOX]) == {}


def test_each_judge_has_a_verdict(store: Store) -> None:
    store.verdicts.judge("ana", [Change(FOX, 1.0, "keep")], FAR)
    store.verdicts.judge("ben", [Change(FOX, 2.0, "reject")], FAR)
    found = store.verdicts.of([FOX])[FOX]
    assert {judge: one.verdict for judge, one in found.items()} == {
        "ana": "keep",
        "ben": "reject",
    }


def test_what_is_told_late_takes_the_place_of_nothing_newer(store: Store) -> None:
    store.verdicts.judge("ana", [Change(FOX, 5.0, "keep")], FAR)
    late = [Change(FOX, 4.0, "reject"), Change(OWL, 4.0, "reject")]
    for _ in range(2):  # told twice: its answer was lost
        store.verdicts.judge("ana", late, FAR)
    found = store.verdicts.of([FOX, OWL])
    assert (found[FOX]["ana"].verdict, found[OWL]["ana"].verdict) == ("keep", "reject")


def test_a_clock_that_was_wrong_locks_no_verdict(store: Store) -> None:
    store.verdicts.judge("ana", [Change(FOX, 5000.0, "keep")], now=5000.0)
    store.verdicts.judge("ana", [Change(FOX, 100.0, "reject")], now=100.0)
    assert store.verdicts.of([FOX])[FOX]["ana"] == Judgement("reject", at=100.0)
    store.verdicts.judge("ana", [Change(FOX, 9999.0, "keep")], now=101.0)
    assert store.verdicts.of([FOX])[FOX]["ana"].at == 101.0, "nothing is said later than now"


def test_many_are_read_at_once(store: Store) -> None:
    pictures = [(f"key{number}", number % 3) for number in range(1_000)]
    changes = [Change(one, 1.0, "keep") for one in pictures]
    store.verdicts.judge("ana", changes, FAR)
    assert len(store.verdicts.of(pictures)) == 1_000
    assert len(store.verdicts.of(pictures[:10])) == 10


@pytest.mark.parametrize(
    ("column", "value"),
    [("verdict", "maybe"), ("verdict", b"keep"), ("judge", "a\nb"), ("judge", "x" * 90),
     ("caption", "x" * 5_000), ("caption", b"\xff"), ("at", "later")],
)  # fmt: skip
def test_a_row_damaged_by_hand_hides_no_other(store: Store, column: str, value: object) -> None:
    store.verdicts.judge("ana", [Change(FOX, 1.0, "keep"), Change(OWL, 1.0, "keep")], FAR)
    with store.database.write() as connection:
        connection.execute(f"UPDATE verdicts SET {column} = ? WHERE number = 0", (value,))
    assert list(store.verdicts.of([FOX, OWL])) == [OWL]


@pytest.mark.parametrize(
    ("wrong", "field"), [({"verdict": "maybe"}, "verdict"), ({"caption": "x" * 4_001}, "caption")]
)
def test_what_is_no_verdict_is_refused(wrong: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidRequest, match=field):
        Change(FOX, 1.0, **wrong)


def test_a_store_has_a_judge_of_its_own(store: Store, tmp_path) -> None:
    own = judge_in(store.database)
    assert own == judge_in(store.database)
    assert own.startswith("judge-")
    store.close()
    assert judge_in(Store(store.root).database) == own, "the folder goes along, and the name"
    assert judge_in(store.database, "  Ana M.  ") == "Ana M."


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 81, 7])
def test_a_judge_has_a_name(store: Store, name: object) -> None:
    with pytest.raises(InvalidRequest, match="judge must be a name"):
        judge_in(store.database, name)  # type: ignore[arg-type]
