"""Votes outlive the kernel, are there once, and stay taken back; a stranger's harm nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evolink_widgets.errors import ConfigurationError, InvalidRequest
from evolink_widgets.store import Store
from evolink_widgets.store.judging.votes import Vote, new_name, plain_question

NICER = "Which is nicer?"
FOX, OWL = ("k3j2mnpqrstu", 0), ("k3j2mnpqrstu", 1)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "other")
    yield opened
    opened.close()


def vote(**changes: Any) -> Vote:
    fresh = Vote(new_name(), NICER, "ann", FOX, OWL, "left", 1000.0)
    return replace(fresh, **changes)


def test_a_vote_is_read_by_its_question_oldest_first(store: Store) -> None:
    late, early = vote(at=2000.0, outcome="tie"), vote(at=1000.0)
    for one in (late, early, vote(question="Which is sharper?")):
        store.votes.put(one)
    assert store.votes.of(NICER) == [early, late]
    assert store.votes.questions() == {NICER: 2, "Which is sharper?": 1}
    again = Store(store.root)
    assert again.votes.of(NICER) == [early, late], "in the next kernel, too"
    again.close()


def test_a_vote_told_twice_is_there_once(store: Store) -> None:
    one = vote()
    store.votes.put(one)
    store.votes.put(replace(one, outcome="right"))
    assert store.votes.of(NICER) == [one]


def test_one_taken_back_stays_and_counts_no_more(store: Store) -> None:
    one = vote()
    store.votes.put(one)
    store.votes.take_back(one.name)
    store.votes.put(one)
    assert store.votes.of(NICER) == []
    [row] = store.database.rows("SELECT * FROM votes")
    assert row["withdrawn"] == 1


def test_what_is_taken_back_before_it_arrives_never_counts(store: Store) -> None:
    one = vote()
    store.votes.put(replace(one, withdrawn=True))
    store.votes.put(one)
    assert store.votes.of(NICER) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "short"},
        {"name": "../../etc"},
        {"question": ""},
        {"question": "a\x1b[2J"},
        {"question": "x" * 501},
        {"judge": "j" * 81},
        {"outcome": "both"},
        {"left": ("a b", 0)},
        {"left": OWL},
        {"right": (FOX[0], -1)},
        {"at": float("nan")},
        {"at": "now"},
    ],
)
def test_what_is_no_vote_is_neither_kept_nor_believed(
    store: Store, other: Store, wrong: dict[str, Any]
) -> None:
    bad, good = vote(**wrong), vote()
    with pytest.raises(ConfigurationError, match="can't be kept"):
        store.votes.put(bad)
    assert store.votes.questions() == {}
    other.votes.put(good)
    columns = (bad.name, bad.question, bad.judge, *bad.left, *bad.right, bad.outcome)
    at = None if bad.at != bad.at else bad.at  # SQLite keeps no NaN
    with other.database.write() as connection:
        connection.execute(
            "INSERT INTO votes VALUES (?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, 1e999), 0)",
            (*columns, at),
        )
    assert other.votes.of(NICER) == [good]
    merged = store.merge(other.root)
    assert store.votes.of(NICER) == [good]
    assert merged.votes == 1
    assert len(merged.left_out) == (0 if len(str(bad.question)) > 500 else 1)


def test_two_stores_votes_come_together_once(store: Store, other: Store) -> None:
    mine, theirs = vote(), vote(judge="bob", at=2000.0)
    store.votes.put(mine)
    other.votes.put(theirs)
    merged = store.merge(other.root)
    assert merged.votes == 1
    assert "1 vote taken over" in str(merged)
    assert store.votes.of(NICER) == [mine, theirs]
    assert store.merge(other.root).votes == 0


@pytest.mark.parametrize("there", [True, False])
def test_what_was_taken_back_in_either_store_counts_in_neither(
    store: Store, tmp_path: Path, there: bool
) -> None:
    one = vote()
    store.votes.put(one)
    store.close()
    copy = Store(Path(shutil.copytree(store.root, tmp_path / "copy")))
    (copy if there else store).votes.take_back(one.name)
    store.merge(copy.root)
    assert store.votes.of(NICER) == []
    copy.merge(store.root)
    assert copy.votes.of(NICER) == []
    copy.close()


def test_a_vote_follows_a_picture_that_has_another_name_here(
    store: Store, other: Store, admit: Any, picture: Any, recipe: Any
) -> None:
    """Both bought the same bytes, each under a key of its own."""
    here = [admit("ours00000000", index, data=picture(seed=index)) for index in (0, 1)]
    for index in (0, 1):
        part = other.gallery.part_path("theirs000000", index)
        part.write_bytes(picture(seed=index))
        other.gallery.admit("theirs000000", index, part, recipe(n=2), now=1000.0)
    left, right = ("theirs000000", 0), ("theirs000000", 1)
    other.votes.put(vote(left=left, right=right))
    store.merge(other.root)
    [taken] = store.votes.of(NICER)
    assert [taken.left, taken.right] == [(one.task_key, one.index) for one in here]


def test_a_question_is_a_short_plain_text() -> None:
    assert plain_question("  Which is nicer?  ") == NICER
    for wrong in ("", "  ", None, 3, "a\nb", "x" * 501):
        with pytest.raises(InvalidRequest, match="question must be a text of 1 to 500 printable"):
            plain_question(wrong)
