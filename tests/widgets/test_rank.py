"""`RankView`: pairs, votes and standings as the browser is told of them, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas
import polars
import pyarrow
import pytest

import evolink_widgets as ew
from evolink_widgets.batches.run import BatchRun
from evolink_widgets.widgets.rank import rank_copy
from evolink_widgets.widgets.rank.rank_view import RankView

from .conftest import Browser

SMALL = {"size": "816x816", "quality": "low"}
NICER = "Which is nicer?"
STYLES = ("ink", "oil", "gouache")
ANIMALS = ("fox", "owl")
Told = dict[str, Any]


def finished(count: int = 6) -> BatchRun:
    rows = [{"style": style, "animal": animal} for style in STYLES for animal in ANIMALS]
    return ew.batch(rows[:count], "a {animal}, {style}", **SMALL).create().result(60)


def ranked(**how: Any) -> RankView:
    return finished().rank(NICER, **{"by": "style", "judge": "ann", "seed": 1, **how})


def vote(page: Browser, pair: Told, outcome: str = "left", name: str = "", **more: Any) -> Told:
    sides = {"left": pair["left"]["id"], "right": pair["right"]["id"]}
    said = {"vote": name or "v" * 10, "outcome": outcome, "withdrawn": False, **sides, **more}
    return page.ask("vote", **said)[0]


def counted(votes: int) -> Callable[[Told], bool]:
    return lambda told: told.get("kind") == "standing" and told["standing"]["votes"] == votes


@pytest.mark.parametrize(
    ("value", "said"), [(0.86, "+0.86"), (-0.12, "−0.12"), (0.0, "+0.00"), (-0.004, "+0.00")]
)
def test_a_score_has_a_sign_and_nothing_has_a_minus(value: float, said: str) -> None:
    assert rank_copy.signed(value) == said


def test_a_page_has_pairs_ready_without_names_in_sight() -> None:
    page = Browser(ranked())
    welcome, _ = page.ask("hello")
    assert (welcome["question"], welcome["about"]) == (NICER, "blind, by style")
    assert welcome["badge"] == "Simulated"
    assert len(welcome["pairs"]) == 12
    for pair in welcome["pairs"]:
        assert pair["left"]["name"] != pair["right"]["name"]
    letters = {row["letter"] for row in welcome["standing"]["rows"]}
    assert letters == {"A", "B", "C"}
    ids = [pair[side]["id"] for pair in welcome["pairs"][:2] for side in ("left", "right")]
    assert page.ask("want", view="v", pictures=ids)[0]["kind"] == "ok"
    thumbs, parts = page.wait(lambda told: told.get("kind") == "thumbs")
    assert thumbs["pictures"][0]["id"] == ids[0]
    assert all(part[:4] == b"RIFF" for part in parts)


def test_a_vote_is_kept_before_it_is_answered_and_once() -> None:
    view = ranked()
    page = Browser(view)
    pair = page.ask("hello")[0]["pairs"][0]
    for _ in range(2):  # the first answer was lost
        assert vote(page, pair, "right")["kind"] == "ok"
    [kept] = view.votes()
    assert (kept["judge"], kept["outcome"]) == ("ann", "right")
    assert (kept["left"], kept["right"]) == (pair["left"]["name"], pair["right"]["name"])
    told, _ = page.wait(counted(1))
    first = told["standing"]["rows"][0]
    assert first["name"] == pair["right"]["name"]
    assert first["won"] == "won 1 of 1"
    assert told["standing"]["title"] == f"{first['name']} is ahead"


def test_one_taken_back_counts_no_more_also_where_it_comes_late() -> None:
    view = ranked()
    page = Browser(view)
    first, second = page.ask("hello")[0]["pairs"][:2]
    vote(page, first, name="first-vote")
    vote(page, first, name="first-vote", withdrawn=True)
    vote(page, second, name="second-vote", withdrawn=True)
    vote(page, second, name="second-vote")
    assert view.votes() == []
    assert page.ask("undo")[0]["pair"] is None
    vote(page, second, name="third-vote")
    undone, _ = page.ask("undo")
    assert undone["pair"] == second
    assert view.votes() == []


def test_what_is_no_vote_of_this_ranking_is_told_and_not_kept() -> None:
    view = ranked()
    page = Browser(view)
    pair = page.ask("hello")[0]["pairs"][0]
    stray = {"left": {"id": "somewhere.0"}, "right": pair["right"]}
    assert "has no picture" in vote(page, stray)["text"], "it is not told again and again"
    assert "can't be kept" in vote(page, pair, name="x")["text"]
    assert "says nothing" in vote(page, {"left": pair["left"], "right": pair["left"]})["text"]
    assert vote(page, pair, "both")["kind"] == "rejected"
    assert page.ask("pairs", held=[["a.0"]])[0]["kind"] == "rejected"
    assert page.ask("bytes", picture="a.0", what="thumb", offset=0)[0]["kind"] == "rejected"
    assert view.votes() == []


def test_more_pairs_come_after_those_that_are_held() -> None:
    page = Browser(ranked())
    pairs = page.ask("hello")[0]["pairs"]
    held = [[pair["left"]["id"], pair["right"]["id"]] for pair in pairs[2:]]
    more = page.ask("pairs", held=held)[0]["pairs"]
    assert len(more) == 2
    names = [{pair[side]["name"] for side in ("left", "right")} for pair in [pairs[-1], *more]]
    assert names[0] != names[1] != names[2], "no two items twice in a row"
    one = pairs[0]
    asked = {"left": one["left"]["id"], "right": one["right"]["id"]}
    assert page.ask("skip", **asked)[0]["kind"] == "ok"


def test_another_kernel_and_another_judge_go_on_with_the_votes() -> None:
    run = finished()
    first = run.rank(NICER, by="style", judge="ann", seed=1)
    for _ in range(5):
        first.vote("left")
    again = run.rank(NICER, by="style", judge="bob")
    again.vote("tie")
    standing = again.standing
    assert (standing.votes, standing.ties, standing.judges) == (6, 1, ("ann", "bob"))
    assert sum(row["pairs"] for row in again.to_frame(judge="bob")) == 2
    assert ew.session().store.votes.questions() == {NICER: 6}
    assert run.rank("Which is sharper?").votes() == []


def test_a_rule_that_votes_ends_in_its_own_order() -> None:
    ranking = ranked()
    liked = {"gouache": 2, "ink": 1, "oil": 0}
    for _ in range(30):
        left, right = ranking.pair
        better = liked[ranking.item_of(left)] > liked[ranking.item_of(right)]
        ranking.vote("left" if better else "right")
    frame = ranking.to_frame()
    assert [row["item"] for row in frame] == ["gouache", "ink", "oil"]
    assert list(frame[0]) == ["item", "rating", "low", "high", "wins", "ties", "pairs"]
    assert all(row["low"] < row["rating"] < row["high"] for row in frame)
    assert sum(row["rating"] for row in frame) == pytest.approx(0, abs=1e-3)
    assert ranking.difference("gouache", "oil").settled
    with pytest.raises(ew.ConfigurationError, match="no item 'water'"):
        ranking.difference("gouache", "water")
    ranking.undo()
    assert len(ranking.votes()) == 29


def test_any_pictures_are_ranked_each_for_itself_or_by_levels() -> None:
    images = ew.generate("a fox", n=3, **SMALL).result(60)
    each = ew.RankView(images, NICER)
    _, right = each.pair
    each.vote("right")
    assert each.to_frame()[0]["item"] == str(right)
    by_number = ew.RankView(images, NICER, by=[1, 2, 2])
    assert {row["item"] for row in by_number.to_frame()} == {1, 2}
    mixed = ew.RankView(images, NICER, by=[1, "two", 2])
    assert {row["item"] for row in mixed.to_frame()} == {"1", "two", "2"}
    with pytest.raises(ew.ConfigurationError, match="it has 2"):
        ew.RankView(images, NICER, by=[1, 2])
    with pytest.raises(ew.ConfigurationError, match="two levels"):
        ew.RankView(images, NICER, by=lambda image: image.format)
    with pytest.raises(ew.ConfigurationError, match="saved pictures"):
        ew.RankView("fox.png", NICER)
    with pytest.raises(ew.InvalidRequest, match="question must be"):
        ew.RankView(images, " ")


def test_what_has_no_picture_is_left_out_and_said() -> None:
    ew.weather("policy refusal", times=1)
    run = finished()
    ranking = run.rank(NICER, by="style")
    assert ranking.left_out == "1 row left out: 1 ContentRefused."
    assert "1 row left out" in ranking._static_html()
    page = Browser(ranking)
    assert page.ask("hello")[0]["leftOut"] == ranking.left_out
    with pytest.raises(ew.ConfigurationError, match="Did you mean 'style'"):
        run.rank(NICER, by="stile")
    run.images[0].path.unlink()
    assert "1 the file is gone" in run.rank(NICER).left_out


def test_one_picture_can_not_stand_for_two() -> None:
    rows = [{"animal": "fox", "group": group} for group in "ab"]
    run = ew.batch(rows, "a {animal}", **SMALL).create().result(60)
    with pytest.raises(ew.ConfigurationError, match="stands for both"):
        run.rank(NICER, by="group")


def test_a_table_and_a_text_stay() -> None:
    ranking = ranked()
    assert "No votes yet" in ranking._static_html()
    for _ in range(9):
        ranking.vote("left")
    copy = ranking._static_html()
    assert copy.count("<tr>") == 4
    assert copy.count("<img") == 3
    assert "9 votes" in copy
    assert len(copy) < 3 * 12_000
    text = repr(ranking)
    assert "1. " in text
    assert "won " in text
    assert NICER in text


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_frame_of_the_callers_kind_comes_back(kind: str) -> None:
    rows = {"style": list(STYLES), "size": ["816x816"] * 3}
    given = {
        "pandas": lambda: pandas.DataFrame(rows),
        "polars": lambda: polars.DataFrame(rows),
        "pyarrow": lambda: pyarrow.table(rows),
    }[kind]()
    run = ew.batch(given, "a fox, {style}", size="{size}", quality="low").create().result(60)
    ranking = run.rank(NICER, by="style", seed=1)
    ranking.vote("left")
    frame = ranking.to_frame()
    assert type(frame) is type(given)
    assert set(frame["item"].to_pylist() if kind == "pyarrow" else frame["item"]) == set(STYLES)
    assert type(ranking.votes()) is type(given)
    assert len(run.rank("Which is sharper?").votes()) == 0


def test_without_numpy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    run = finished()
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ew.ConfigurationError, match="pip install numpy"):
        run.rank(NICER)
