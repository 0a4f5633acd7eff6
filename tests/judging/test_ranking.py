"""Which pictures stand for a pair, whose votes count, and what is said of how it stands."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolink_widgets.errors import ConfigurationError
from evolink_widgets.judging.entries import Entries, Entry, key_of, level_of
from evolink_widgets.judging.ranking import Ranking
from evolink_widgets.judging.standing import votes_left
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import GeneratedImage, Store

NICER = "Which is nicer?"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "pictures")
    yield opened
    opened.close()


def picture(number: int) -> GeneratedImage:
    """One of a thousand; nothing here reads its file."""
    recipe = Recipe(ImageRequest(f"picture {number}"), "emulator")
    return GeneratedImage(
        path=Path(f"{number}.png"), index=0, width=8, height=8, format="png",
        task_key=f"task{number:08}", task_id=None, recipe=recipe, simulated=True, created_at=0.0,
        bytes_count=1, sha256="0" * 64,
    )  # fmt: skip


def ranking(store: Store, items: dict[Any, list[tuple[str, ...]]], **how: Any) -> Ranking:
    """Levels with a picture for each of what stands beside them."""
    numbers = iter(range(10_000))
    entries = tuple(
        Entry(picture(next(numbers)), item, beside)
        for item, pictures in items.items()
        for beside in pictures
    )
    whole = Entries(entries, "style", "", lambda columns: columns)
    settings = {"judge": "ann", "seed": 1, **how}
    return Ranking(whole, NICER, store=store, **settings)


def cast(one: Ranking, pair: tuple[GeneratedImage, GeneratedImage], outcome: str = "left") -> None:
    one.cast(key_of(pair[0]), key_of(pair[1]), outcome)  # type: ignore[arg-type]


def test_pictures_with_most_in_common_are_compared(store: Store) -> None:
    """An owl with an owl: then the style alone makes the difference."""
    animals = [("owl", "day"), ("fox", "day"), ("owl", "night")]
    one = ranking(store, {"ink": animals, "oil": animals, "chalk": animals})
    beside = {entry.picture: entry.beside for group in one._entries for entry in group}
    pairs = one.next_pairs(9)
    assert all(beside[left] == beside[right] for left, right in pairs)
    assert len({frozenset(pair) for pair in pairs}) == 9


def test_sides_are_shuffled_and_a_seed_gives_them_again(store: Store) -> None:
    items = {style: [("owl",)] * 6 for style in ("ink", "oil")}
    pairs = ranking(store, items).next_pairs(30)
    on_the_left = Counter(ranking(store, items).item_of(left) for left, _ in pairs)
    assert 8 < on_the_left["ink"] < 22
    assert ranking(store, items).next_pairs(30) == pairs
    assert ranking(store, items, seed=2).next_pairs(30) != pairs
    drawn = [ranking(store, items, seed=None).next_pairs(30) for _ in range(2)]
    assert drawn[0] != drawn[1]


def test_what_a_judge_has_seen_comes_after_everything_else(store: Store) -> None:
    items = {style: [(style,)] for style in "abcde"}
    ann, bob = ranking(store, items), ranking(store, items, judge="bob")
    seen = []
    for _ in range(10):
        [pair] = ann.next_pairs(1)
        seen.append(frozenset(pair))
        cast(ann, pair)
    assert len(set(seen)) == 10, "each of the ten pairs once"
    assert frozenset(ann.next_pairs(1)[0]) != seen[-1]
    assert len({frozenset(pair) for pair in bob.next_pairs(10)}) == 10, "bob has seen none"


def test_a_skipped_pair_waits_and_one_that_is_held_is_not_chosen_again(store: Store) -> None:
    one = ranking(store, {style: [(style,)] for style in "abcd"})
    pairs = one.next_pairs(3)
    held = [(key_of(left), key_of(right)) for left, right in pairs]
    more = one.next_pairs(3, held)
    assert len({frozenset(pair) for pair in [*pairs, *more]}) == 6
    one.skip(*held[0])
    again = one.next_pairs(5)
    assert frozenset(pairs[0]) not in {frozenset(pair) for pair in again}


def test_votes_of_all_judges_count_and_those_on_others_do_not(store: Store) -> None:
    items = {"ink": [("a",), ("b",)], "oil": [("a",)]}
    ann, bob = ranking(store, items), ranking(store, items, judge="bob")
    ink, ink_too, oil = ann.pictures
    cast(ann, (ink, oil))
    cast(bob, (oil, ink_too), "right")
    cast(bob, (ink_too, oil), "tie")
    wider = ranking(store, {**items, "chalk": [("a",)]})
    cast(wider, (wider.pictures[-1], ink))
    standing = ann.standing()
    assert (standing.votes, standing.ties, standing.judges) == (3, 1, ("ann", "bob"))
    best = standing.placed[0]
    assert (best.item, best.wins, best.ties, best.pairs) == ("ink", 2, 1, 3)
    assert ann.standing("ann").votes == 1
    assert wider.standing().votes == 4


def test_a_vote_within_one_level_is_refused_and_says_nothing(store: Store) -> None:
    one = ranking(store, {"ink": [("a",), ("b",)], "oil": [("a",)]})
    ink, ink_too, _ = one.pictures
    with pytest.raises(ConfigurationError, match="says nothing"):
        cast(one, (ink, ink_too))
    by_picture = ranking(store, {"one": [()], "two": [()], "three": [()]})
    cast(by_picture, (ink, ink_too))
    assert one.standing().votes == 0, "given elsewhere, it is no vote between levels"


def test_the_first_neighbours_that_are_not_settled_are_named(store: Store) -> None:
    one = ranking(store, {style: [(str(n),) for n in range(20)] for style in ("a", "b", "c")})
    liked = {"a": 2, "b": 1, "c": 0}
    chance = random.Random(3)
    assert one.standing().left is None, "nothing is known yet"
    for _ in range(60):
        [(left, right)] = one.next_pairs(1)
        gap = liked[one.item_of(left)] - liked[one.item_of(right)]
        sure = abs(gap) > 1 or {one.item_of(left), one.item_of(right)} == {"a", "b"}
        outcome = ("left" if gap > 0 else "right") if sure else chance.choice(["left", "right"])
        cast(one, (left, right), outcome)
    standing = one.standing()
    assert standing.placed[0].item == "a"
    assert standing.difference("a", "b").settled
    assert set(standing.open or ()) == {"b", "c"}
    assert standing.left is not None
    assert standing.left >= 1


@pytest.mark.parametrize(
    ("gap", "half", "fewest", "most"), [(0.9, 1.0, 1, 40), (0.5, 1.0, 100, 300), (0, 1.0, 600, 800)]
)
def test_fewer_votes_are_left_the_more_is_known(
    gap: float, half: float, fewest: int, most: int
) -> None:
    assert fewest <= votes_left(gap, half, 100) <= most


def test_letters_hide_the_items_the_same_way_in_every_kernel(store: Store) -> None:
    items: dict[Any, list[tuple[str, ...]]] = {number: [()] for number in range(30)}
    letters = ranking(store, items).letters()
    assert letters == ranking(store, items, seed=9, judge="bob").letters()
    assert {"A", "Z", "AA", "AD"} <= set(letters.values())
    assert list(letters.values()) != sorted(letters.values())


def test_what_can_not_be_ranked_is_refused(store: Store) -> None:
    with pytest.raises(ConfigurationError, match="two levels of style"):
        ranking(store, {"ink": [()]})
    with pytest.raises(ConfigurationError, match="up to 2,000 levels"):
        ranking(store, {number: [()] for number in range(2001)})


def test_values_of_frames_are_plain_levels() -> None:
    assert level_of(np.int64(3)) == 3
    assert type(level_of(np.int64(3))) is int
    assert level_of(("a", 1)) == "('a', 1)"
