"""`BatchView`: a run as the browser is told of it, its orders, and the copy that stays."""

from __future__ import annotations

from typing import Any

import pytest

import evolink_widgets as ew
from evolink_widgets.batches.run import BatchRun
from evolink_widgets.notebook import batch_display
from evolink_widgets.store.gallery.thumbnails.static_copy import html
from evolink_widgets.widgets.batch.batch_view import spread

from .conftest import Browser

SMALL = {"size": "816x816", "quality": "low"}


def begun(count: int = 3, **how: Any) -> BatchRun:
    rows = [{"animal": f"fox {number}"} for number in range(count)]
    return ew.batch(rows, "a {animal}", **SMALL).create(**how)


def ended(news: dict[str, Any]) -> bool:
    return news.get("kind") == "news" and bool(news["state"]["ended"])


def test_a_batch_is_looked_at_before_it_is_bought_and_bought_by_presses() -> None:
    rows = [{"animal": f"fox {number}"} for number in range(12)] + [{"animal": None}]
    b = ew.batch(rows, "a {animal}", **SMALL)
    view = ew.BatchView(b)
    page = Browser(view)
    told, _ = page.ask("hello")
    assert told["state"]["title"] == "13 rows"
    assert (told["plan"]["buy"], told["plan"]["few"]) == ("Make 12", "Preview 8")
    assert told["plan"]["problems"][0][:2] == ["12", "prompt"]
    assert told["cells"] == ""
    assert "<table" in view._static_html()
    assert "12 distinct" in repr(view)
    assert page.ask("cell", place=0)[0]["kind"] == "rejected"
    plain = page.tell("create", press="p", ticket="t")
    assert page.answers(plain, 1)[0]["kind"] == "rejected", "no purchase without a press"
    asked, _ = page.ask("create", most=0)
    assert asked["asks"]["most"] >= b.estimate.high

    assert page.ask("preview", most=asked["asks"]["most"])[0]["kind"] == "ok"
    news, _ = page.wait(lambda told: ended(told) and told["plan"] is not None)
    assert news["state"]["head"].startswith("8 of 8 pictures")
    assert news["plan"]["buy"] == "Make 4"
    assert news["plan"]["problems"] == []
    assert page.ask("create", budget=0.001)[0]["kind"] == "ok"
    page.wait(lambda told: ended(told) and told["state"]["title"] == "Budget reached")
    assert page.ask("create")[0]["kind"] == "ok"
    last, _ = page.wait(lambda told: ended(told) and told["state"]["head"].startswith("12 of 12"))
    assert last["plan"] is None
    assert view._static_html().count("<img") == 12
    assert ew.spending().total.tasks == 12


@pytest.mark.parametrize("budget", [0, -5, "50", True, float("nan"), float("inf")])
def test_a_budget_that_is_none_is_no_purchase_without_one(budget: object) -> None:
    page = Browser(ew.BatchView(ew.batch([{"animal": "fox"}], "a {animal}", **SMALL)))
    for kind in ("create", "preview"):
        told, _ = page.ask(kind, budget=budget)
        assert told["kind"] == "rejected"
        assert "budget must be a number above 0" in told["message"]
    assert ew.spending().total.tasks == 0


def test_what_costs_more_than_stood_beside_its_button_is_asked_about() -> None:
    b = ew.batch([{"animal": "fox"}, {"animal": "owl"}], "a {animal}", **SMALL)
    page = Browser(ew.BatchView(b))
    shown = page.ask("hello")[0]["plan"]["most"]
    assert shown == b.estimate.high
    for kind in ("create", "preview"):
        asked, _ = page.ask(kind, most=shown / 4, offered=shown / 4)
        assert "credits were shown" in asked["asks"]["text"]
    assert ew.spending().total.tasks == 0
    assert page.ask("create", most=shown, offered=shown)[0]["kind"] == "ok"


def test_repeats_are_told_of_their_cell() -> None:
    b = ew.batch([{"animal": "fox"}, {"animal": "owl"}], "a {animal}", repeats=2, **SMALL)
    page = Browser(ew.BatchView(b.create().result(60)))
    assert page.ask("hello")[0]["pips"] == "22"
    assert Browser(ew.BatchView(begun().result(60))).ask("hello")[0]["pips"] == ""


def test_a_batch_whose_run_goes_on_is_not_bought_beside_it() -> None:
    ew.weather("stuck")
    view = ew.BatchView(ew.batch([{"animal": "fox"}], "a {animal}", **SMALL))
    page = Browser(view)
    assert page.ask("create")[0]["kind"] == "ok"
    assert "goes on" in page.ask("create")[0]["message"]
    ew.weather("fair")
    view._run.result(60)


def test_a_page_is_told_all_and_then_what_changes() -> None:
    run = begun()
    page = Browser(ew.BatchView(run))
    welcome, _ = page.ask("hello")
    assert len(welcome["cells"]) == 3
    assert welcome["state"]["badge"] == "Simulated"
    run.result(60)
    news, _ = page.wait(ended)
    assert news["state"]["title"] == "Done"
    assert news["state"]["head"].startswith("3 of 3 pictures")
    counts = {part["word"]: part["count"] for part in news["state"]["parts"]}
    assert (counts["New"], sum(counts.values())) == (3, 3)
    assert news["failures"] == []
    again, _ = page.ask("hello")
    assert again["cells"] == "nnn"


def test_thumbnails_come_for_what_is_in_view() -> None:
    run = begun().result(60)
    page = Browser(ew.BatchView(run))
    page.ask("want", view="v", places=[2, 0])
    told, parts = page.wait(lambda message: message.get("kind") == "thumbs")
    assert told["pictures"][0] == {"id": "2"}
    assert all(len(part) < 8_000 for part in parts)
    cell, _ = page.ask("cell", place=1)
    assert cell["text"].startswith("Row 1 · a fox 1 · ")
    assert cell["picture"] == {"width": 816, "height": 816, "alt": "a fox 1, simulated"}
    piece, (part,) = page.ask("bytes", picture="1", what="preview", offset=0)
    assert piece["total"] >= len(part) > 0
    assert "ew.store.picture" in page.ask("code", picture="1")[0]["text"]
    assert ["Prompt", "a fox 1"] in page.ask("facts", picture="1")[0]["rows"]


@pytest.mark.parametrize("place", [-9, 99, "x", None])
def test_a_page_can_ask_for_no_picture_that_is_not_there(place: object) -> None:
    page = Browser(ew.BatchView(begun().result(60)))
    assert page.ask("cell", place=place)[0]["kind"] == "rejected"
    assert page.ask("bytes", picture=place, what="thumb", offset=0)[0]["kind"] == "rejected"


def test_what_failed_is_grouped_and_retried_by_a_press() -> None:
    ew.weather("policy refusal", times=1)
    ew.weather("task failed", times=1, after=1)
    run = begun(4).result(60)
    page = Browser(ew.BatchView(run))
    groups = {group["kind"]: group for group in page.ask("hello")[0]["failures"]}
    assert groups["ContentRefused"]["retry"] is False, "it would be refused again"
    assert groups["TaskFailed"]["retry"] is True
    assert groups["TaskFailed"]["rows"] == "1 row"
    cells = page.ask("hello")[0]["cells"]
    assert {cells.count(group["letter"]) for group in groups.values()} == {1}, "a letter a reason"
    assert "Not charged" in groups["TaskFailed"]["text"]
    plain = page.tell("retry", errortype="TaskFailed", press="p", ticket="t")
    assert page.answers(plain, 1)[0]["kind"] == "rejected", "no purchase without a press"
    asked, _ = page.ask("retry", errortype="TaskFailed", most=0)
    assert "would cost up to" in asked["asks"]["text"], "over a page's limit a person is asked"
    assert run.state.failed == 2
    agreed = page.ask("retry", errortype="TaskFailed", most=asked["asks"]["most"])
    assert agreed[0]["kind"] == "ok"
    run.result(60)
    assert [group.kind for group in run.failures] == ["ContentRefused"]
    assert (run.state.new, run.state.failed) == (3, 1)
    frame = run.to_frame()
    paid = sum(row["credits"] for row in frame)
    assert paid == pytest.approx(ew.spending().total.charged) == pytest.approx(run.state.credits)


def test_it_is_paused_goes_on_and_is_ended_from_the_page() -> None:
    ew.weather("429 retry-after", times=1, seconds=3600)
    run = begun(20)
    page = Browser(ew.BatchView(run))
    page.ask("hello")
    assert page.ask("pause")[0]["kind"] == "ok"
    page.wait(lambda told: told.get("kind") == "news" and told["state"]["paused"])
    assert page.ask("stop")[0]["kind"] == "ok"
    page.wait(lambda told: told.get("kind") == "news" and not told["state"]["unsent"])


def test_a_run_that_goes_on_is_not_retried() -> None:
    ew.weather("stuck")
    run = begun(1)
    page = Browser(ew.BatchView(run))
    rejected, _ = page.ask("retry")
    assert "has not ended" in rejected["message"]
    ew.weather("fair")
    run.result(60)


def test_a_contact_sheet_stays() -> None:
    run = begun().result(60)
    view = ew.BatchView(run)
    copy = view._static_html()
    assert copy.count("<img") == 3
    assert "Done: 3 of 3 pictures" in copy
    assert view._static_picture()["image/jpeg"]
    images = list(run.images) * 30
    few = spread(images)
    assert (len(few), few[0], few[-1]) == (24, images[0], images[-1])
    assert len(html(few)) < 24 * 12_000


def test_its_pictures_are_reviewed_from_the_page() -> None:
    run = begun().result(60)
    page = Browser(ew.BatchView(run))
    first, _ = page.ask("review")
    assert first["kind"] == "reviewed"
    assert page.ask("review")[0]["model"] == first["model"], "one at a time"


def test_a_terminal_is_told_a_line_now_and_then_and_all_at_the_end() -> None:
    ew.weather("task failed", times=1)
    lines: list[str] = []
    batch_display.follow_lines(begun(), lines.append, every=0.05)
    assert lines[-1].startswith("Done: 2 of 3 pictures")
    assert "1 row, TaskFailed:" in lines[-1]
    assert all("pictures" in line for line in lines)
