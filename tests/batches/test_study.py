"""A study: axes, designs that are even and fit a budget, and what comes of their cells."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from services import InProcess

import evolink_widgets as ew
from evolink_widgets.batches.study.balance import PairCounts, d_efficiency
from evolink_widgets.batches.study.designs import all_cells, fraction, latin
from evolink_widgets.batches.study.latin import most_axes
from evolink_widgets.batches.study.study import Study

SMALL = {"size": "816x816", "quality": "low"}
PROMPTS = ["a fox, {style}", "an owl, {style}", "a hare, {style}"]
STYLES = ["gouache", "woodcut", "pencil", "ink"]


@pytest.fixture
def study(use: object) -> Callable[..., Study]:
    """A study of small pictures: `study(quality=["low", "high"])`."""

    def make(prompt: Any = None, **given: Any) -> Study:
        if prompt is None:
            prompt, given = PROMPTS, {"style": STYLES, **given}
        return ew.study(prompt, **{**SMALL, **given})

    return make


# Designs, by property.

axes = st.lists(st.integers(1, 6), min_size=1, max_size=5).filter(lambda one: math.prod(one) <= 120)


@st.composite
def sizes(draw: st.DrawFn) -> tuple[list[int], int]:
    counts = draw(axes)
    return counts, draw(st.integers(1, math.prod(counts)))


@settings(deadline=None, max_examples=40)
@given(sizes(), st.integers(0, 5))
def test_each_level_is_there_equally_often(case: tuple[list[int], int], seed: int) -> None:
    counts, size = case
    cells = fraction(counts, size, seed)
    assert len(set(cells)) == len(cells) == size
    for axis, count in enumerate(counts):
        seen = Counter(cell[axis] for cell in cells)
        often = [seen[level] for level in range(count)]
        assert set(seen) <= set(range(count))
        assert max(often) - min(often) <= 1
    assert cells == fraction(counts, size, seed), "the same seed, the same cells"


@settings(deadline=None, max_examples=30)
@given(sizes())
def test_counts_of_pairs_are_kept_up(case: tuple[list[int], int]) -> None:
    """The efficiency that is told is that of the cells themselves, by a matrix of its own."""
    counts, size = case
    cells = fraction(counts, size, 1)
    rows = [[1.0, *(float(cell[axis] == level) for axis, count in enumerate(counts)
                    for level in range(1, count))] for cell in cells]  # fmt: skip
    whole = [[1.0, *(float(cell[axis] == level) for axis, count in enumerate(counts)
                     for level in range(1, count))] for cell in all_cells(counts)]  # fmt: skip
    some, every = (np.array(one).T @ np.array(one) / len(one) for one in (rows, whole))
    found = np.linalg.det(some) / np.linalg.det(every)
    wanted = 0.0 if size < len(some) or found < 1e-9 else found ** (1 / len(some))
    assert d_efficiency(PairCounts(counts, cells)) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("levels", [2, 3, 4, 5, 6, 7, 8, 9, 10, 12])
def test_a_latin_square_shows_each_pair_once(levels: int) -> None:
    for count in range(3, most_axes(levels) + 1):
        cells = latin(levels, count, seed=2)
        assert len(cells) == levels**2
        for p, q in combinations(range(count), 2):
            assert len({(cell[p], cell[q]) for cell in cells}) == levels**2
    assert d_efficiency(PairCounts([levels] * 3, latin(levels, 3))) == pytest.approx(1)


def test_a_fraction_finds_the_designs_that_are_in_books() -> None:
    """Orthogonal arrays: halves and sixteenths of two levels, mixed levels, three levels."""
    for counts, size in (
        ([2] * 4, 8),
        ([2] * 7, 8),
        ([4, 2, 2, 2, 2], 8),
        ([3] * 4, 9),
        ([2, 2, 2, 3], 12),
    ):
        assert d_efficiency(PairCounts(counts, fraction(counts, size, 0))) == pytest.approx(1)
    assert d_efficiency(PairCounts([3, 2, 4], fraction([3, 2, 4], 12, 0))) > 0.95
    # A block design: it holds together, or effects could not be told apart.
    for seed in range(10):
        assert d_efficiency(PairCounts([4, 4], fraction([4, 4], 8, seed))) > 0.8


def test_another_seed_is_another_design() -> None:
    assert len({tuple(fraction([3, 4, 5], 20, seed)) for seed in range(8)}) > 4
    assert len({tuple(latin(5, 3, seed)) for seed in range(8)}) > 4


# What is given.


def test_lists_are_axes_and_the_frame_is_tidy(study: Callable[..., Study]) -> None:
    s = study(quality=["low", "medium"], style=pd.Series([*STYLES, "gouache"]), repeats=2)
    assert list(s.axes) == ["prompt", "quality", "style"]
    assert s.axes["style"] == tuple(STYLES), "each level once"
    assert isinstance(s.frame, pd.DataFrame)
    assert list(s.frame.columns) == ["prompt", "quality", "style", "repeat"]
    assert len(s) == len(s.frame) == 3 * 2 * 4 * 2
    assert not s.frame.duplicated().any()
    said = repr(s)
    assert said.startswith("3 prompts × 2 qualities × 4 styles × 2 repeats = 48 pictures: about")
    assert "D-efficiency 100 %" in said
    assert "to buy 48: about" in said


@pytest.mark.parametrize("library", [pd, pl])
def test_the_frame_is_of_the_library_of_the_columns(
    study: Callable[..., Study], library: Any
) -> None:
    s = study("a {animal} {at}", animal=library.Series(["fox", "owl"]), at=np.array([1, 2]))
    assert isinstance(s.frame, library.DataFrame)
    frame = s.create().result(60).to_frame()
    assert isinstance(frame, library.DataFrame)
    assert set(frame["animal"]) == {"fox", "owl"}
    assert set(frame["at"]) == {1, 2}
    assert isinstance(s.left_out, library.DataFrame)


def test_what_else_may_be_an_axis(study: Callable[..., Study], tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        Image.new("RGB", (64, 64), "red" if name[0] == "a" else "blue").save(tmp_path / name)
    s = study(
        ["{mood} on {day:%A}", lambda row: f"{row['mood']} at night"],
        mood=("calm", "wild"),
        day=[date(2026, 11, 29)],
        references=["a.png", ["a.png", tmp_path / "b.png"], Image.new("RGB", (64, 64))],
    )
    assert s.axes["references"][0] == "a.png"
    assert s.axes["references"][1].startswith("a.png, ")
    assert s.axes["references"][2] == "references 3"
    assert s.axes["day"] == ("2026-11-29",)
    frame = s.create().result(60).to_frame()
    asked = {(row["image"].recipe.request.prompt, row["references"]) for row in frame}
    assert ("calm on Sunday", "a.png") in asked
    assert ("wild at night", "a.png") in asked
    many = [len(row["image"].recipe.request.references) for row in frame]
    assert sorted(Counter(many).items()) == [(1, 8), (2, 4)]


def test_what_stays_the_same_is_no_axis(study: Callable[..., Study]) -> None:
    s = study("a {animal}, {style}", animal=["fox", "owl"], style="gouache")
    assert list(s.axes) == ["animal"]
    assert [row["style"] for row in s.frame] == ["gouache"] * 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"prompt": "a fox", "style": STYLES}, "style must be an argument of a request or stand"),
        ({"prompt": "a fox, {stile}", "style": STYLES}, r"must name columns .* Nearest: \{style\}"),
        ({"prompt": "a {price:.2f}", "price": ["dear"]}, "prompt must be filled"),
        ({"prompt": "{a}", "a": ["x", None]}, "a must have a value at each place; place 1"),
        ({"prompt": []}, "prompt must have one level or more"),
        ({"prompt": "{n}", "n": [1, 2]}, "n can't be given: repeats="),
        ({"prompt": "{repeat}", "repeat": [1, 2]}, "repeat can't be an axis"),
        ({"prompt": "{a}{b}{c}", **{one: range(40) for one in "abc"}}, "at most 10,000 cells"),
        ({"prompt": "a", "repeats": 0}, "repeats must be a whole number from 1 to 100"),
        ({"prompt": ["a", "b"], "budget": 0.01}, "budget must be .* or more"),
    ],
)
def test_what_can_not_be_crossed_is_refused_at_once(
    study: Callable[..., Study], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ew.InvalidRequest, match=said):
        study(**given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"design": "half"}, 'design must be "full" or "fraction" or "latin"'),
        ({"budget": -1}, "budget must be a number greater than 0"),
        ({"seed": "x"}, "seed must be a whole number"),
    ],
)
def test_settings_are_checked(
    study: Callable[..., Study], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ew.ConfigurationError, match=said):
        study(**given)


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ({"a": 3, "b": 4, "c": 3}, "3 as, 4 bs, 3 cs"),
        ({"a": 3, "b": 3}, "needs three axes or more"),
        (dict.fromkeys("abcd", 6), "no square of 6 levels has so many axes. Take 1 away"),
        (dict.fromkeys("abcd", 10), "at most 3 axes of 10 levels"),
    ],
)
def test_where_there_is_no_latin_square_it_says_why(
    study: Callable[..., Study], axes: dict[str, int], said: str
) -> None:
    levels = {name: list(range(count)) for name, count in axes.items()}
    with pytest.raises(ew.InvalidRequest, match=said) as refused:
        study("".join(f"{{{name}}}" for name in axes), design="latin", **levels)
    assert 'design="fraction"' in str(refused.value)


# Budgets.


def published(s: Study) -> float:
    return s.estimate_of_all.high


def test_a_budget_takes_whole_repeats_first_and_then_cells(study: Callable[..., Study]) -> None:
    whole = study(repeats=3)
    price = published(whole)
    assert study(repeats=3, budget=price + 0.01).repeats == 3
    less = study(repeats=3, budget=price * 0.7)
    assert (less.repeats, less.cells, len(less.left_out)) == (2, 12, 0)
    assert "no room for 1 of 3 repeats" in repr(less)
    least = study(repeats=3, budget=price / 3 * 0.8)
    assert (least.repeats, least.cells, len(least.left_out)) == (1, 9, 3)
    said = repr(least)
    assert "no room for 2 of 3 repeats and 3 cells: " in said
    for row in least.left_out:
        assert f"{row['prompt'].partition(',')[0]}, {row['style']}" in said
    asked = {(row["prompt"], row["style"]) for row in least.frame}
    lost = {(row["prompt"], row["style"]) for row in least.left_out}
    assert len(asked | lost) == 12
    assert not asked & lost
    assert max(least.balance.levels["prompt"].values()) == 3


def test_a_fraction_keeps_its_repeats_while_effects_can_be_told_apart(
    study: Callable[..., Study],
) -> None:
    price = published(study())
    s = study(repeats=2, design="fraction", budget=price * 1.05)
    assert (s.repeats, s.cells) == (2, 6)
    few = study(repeats=2, design="fraction", budget=price * 0.6)
    assert (few.repeats, few.cells) == (1, 7)
    assert "no room for 1 of 2 repeats" in repr(few)
    assert study(design="fraction").cells == 6, "without a budget it is half"
    hint = repr(study(repeats=2, budget=price * 1.2))
    assert 'design="fraction" fits 2 repeats of 7 cells instead' in hint


# A store without receipts: what it has learned is an estimate, and no price of a design.
@pytest.mark.usefixtures("own_settings")
@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    share=st.floats(0.02, 1.2),
    repeats=st.integers(1, 3),
    design=st.sampled_from(["full", "fraction", "latin"]),
)
def test_no_design_is_above_its_budget(share: float, repeats: int, design: Any) -> None:
    given = {"prompt": "{a} {b} {size}", "a": ["x", "y", "z"], "b": [1, 2, 3],
             "size": ["1:1", "16:9", "3:1"], "resolution": "4K", "quality": "high"}  # fmt: skip
    whole = ew.study(**given, repeats=repeats)
    budget = published(whole) * share
    s = ew.study(**given, repeats=repeats, budget=budget, design=design)
    assert s.estimate.high <= budget + 1e-6
    assert s.cells * s.repeats == len(s) > 0
    if design != "fraction":
        assert s.cells + len(s.left_out) == (27 if design == "full" else 9)


def test_a_design_stays_what_it_is_when_prices_are_known_better(
    study: Callable[..., Study], service: InProcess
) -> None:
    """Run again, a notebook finds no room for more cells because receipts were lower."""
    service.service.prices = 0.5
    budget = published(study()) * 0.6
    first = study(design="fraction", budget=budget)
    first.create().result(60)
    bought = service.counts()["accepted"]
    again = study(design="fraction", budget=budget)
    assert again.frame == first.frame
    again.create().result(60)
    assert service.counts()["accepted"] == bought


# Buying.


def test_it_is_bought_as_a_batch_and_comes_back_tidy(
    study: Callable[..., Study], service: InProcess
) -> None:
    s = study(repeats=2)
    assert service.counts().get("accepted", 0) == 0, "nothing is sent before"
    run = s.create().result(60)
    frame = pd.DataFrame(run.to_frame())
    assert len(frame) == 24
    assert frame["path"].nunique() == 24
    assert (frame.groupby(["prompt", "style"])["repeat"].nunique() == 2).all()
    assert service.counts()["accepted"] == 12, "two repeats of a cell are one request"
    assert frame["credits"].sum() == pytest.approx(ew.spending().total.charged)
    first = frame.iloc[0]
    assert first["image"].recipe.request.prompt == "a fox, gouache"
    assert "24 in the store · nothing to buy" in repr(study(repeats=2))
    more = study(repeats=3).create().result(60)
    assert service.counts()["accepted"] == 24
    assert more.state.failed == 0


def test_a_run_is_held_to_the_budget_of_the_study(
    study: Callable[..., Study], service: InProcess
) -> None:
    service.service.prices = 2.0
    s = study(budget=published(study()))
    s.preview(3).result(60)
    assert "may end before" in repr(s), "receipts have taught that it is dearer"
    run = s.create().result(60)
    assert run.budget == s.budget
    assert run.state.credits <= s.budget
    assert {row["errortype"] for row in run.to_frame()} == {None, "BudgetExceeded"}


def test_the_budget_of_a_study_holds_for_whatever_begins_a_run(
    study: Callable[..., Study],
) -> None:
    s = study(budget=published(study()))
    first = s.preview(2)
    runs = [first, s.buy_cell(s.design_cells[-1]), first.create(), s.create(errors_only=True)]
    assert [run.result(60).budget for run in runs] == [s.budget] * 4
    assert s.preview(2, budget=1).budget == 1


def test_levels_of_several_kinds_are_text_in_a_frame_with_kinds(
    study: Callable[..., Study],
) -> None:
    animals = pd.Series(["fox", "owl"])
    s = study("{count} of the {animal}", animal=animals, count=[1, "many", 2.5])
    assert len(s.problems) == 0
    assert sorted(set(s.frame["count"])) == ["1", "2.5", "many"]


def test_a_level_that_breaks_a_rule_is_a_problem_of_its_rows(study: Callable[..., Study]) -> None:
    s = study("a fox", size=["1:1", "7:2"])
    assert [(one["row"], one["field"], one["nearest"]) for one in s.problems] == [
        (1, "size", "3:1")
    ]
    assert "1 with problems" in repr(s)


def test_cells_that_ask_for_the_same_get_pictures_of_their_own(
    study: Callable[..., Study],
) -> None:
    """A prompt without the style is a control: its four cells are four pictures."""
    s = study(["a fox", "a fox, {style}"], style=STYLES)
    frame = s.create().result(60).to_frame()
    assert len({row["path"] for row in frame}) == 8


def test_data_are_never_markup(study: Callable[..., Study]) -> None:
    s = study("{a}, {b}", a=["<script>", "y"], b=["<i>", "z", "w"], design="fraction", budget=1.3)
    assert "<script>" not in s._repr_html_()
    assert "<i>" not in s._repr_html_()


def test_the_dataset_says_what_was_crossed(study: Callable[..., Study], tmp_path: Path) -> None:
    run = study().create().result(60)
    folder = run.export(tmp_path / "set")
    card = (folder / "README.md").read_text("utf-8")
    assert "a fox, {style}" in card
    assert "lambda" not in card
