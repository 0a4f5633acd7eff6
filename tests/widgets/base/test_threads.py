"""Traits and messages from any thread: nothing waits for an observer, nothing is lost."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest
import traitlets

import evolink_widgets as ew

from ..conftest import Browser

FIELDS = {"prompt": "a fox", "size": "1024x640", "quality": "low", "n": 2}
PATIENCE = 20.0


@pytest.fixture
def studio() -> ew.ImageStudio:
    return ew.ImageStudio(**FIELDS)


def changes(studio: ew.ImageStudio, name: str) -> SimpleQueue[Any]:
    """The values of a trait, as an observer hears of them."""
    heard: SimpleQueue[Any] = SimpleQueue()
    studio.observe(lambda change: heard.put(change.new), name)
    return heard


def test_what_a_waiting_cell_reads_is_not_older_than_what_it_waited_for(
    studio: ew.ImageStudio,
) -> None:
    for count in (2, 4, 6):
        studio.run().result(PATIENCE)
        assert (len(studio.images), studio.busy, studio.error) == (count, False, "")


def test_an_observer_that_does_not_return_stops_no_task(studio: ew.ImageStudio) -> None:
    entered, may_go = threading.Event(), threading.Event()

    def dawdle(_change: object) -> None:
        entered.set()
        assert may_go.wait(PATIENCE)

    studio.observe(dawdle, "images")
    studio.run()
    assert entered.wait(PATIENCE)
    assert len(ew.generate("an owl", size="1024x640", quality="low").result(PATIENCE)) == 1
    page = Browser(studio)
    assert page.ask("check", fields=FIELDS)[0]["kind"] == "checked"
    may_go.set()


def test_an_observer_may_wait_for_another_task(studio: ew.ImageStudio) -> None:
    came: SimpleQueue[int] = SimpleQueue()

    def ask_more(_change: object) -> None:
        studio.unobserve_all("busy")
        came.put(len(ew.generate("an owl", size="1024x640", quality="low").result(PATIENCE)))

    studio.observe(ask_more, "busy")
    studio.run()
    assert came.get(timeout=PATIENCE) == 1


def test_an_observer_that_raises_spoils_no_other_trait(
    studio: ew.ImageStudio, caplog: pytest.LogCaptureFixture
) -> None:
    busy = changes(studio, "busy")

    def break_down(_change: object) -> None:
        raise ValueError("not today")

    studio.observe(break_down, "images")
    studio.run()
    assert [busy.get(timeout=PATIENCE) for _ in range(2)] == [True, False]
    assert "not today" in caplog.text


def test_observers_are_told_of_each_trait_that_follows_from_the_tasks(
    studio: ew.ImageStudio,
) -> None:
    busy, error = changes(studio, "busy"), changes(studio, "error")
    ew.weather("task failed")
    studio.run()
    assert [busy.get(timeout=PATIENCE) for _ in range(2)] == [True, False]
    assert "gave" in error.get(timeout=PATIENCE) or studio.error
    studio.run()
    assert error.get(timeout=PATIENCE) == ""


def test_what_is_typed_is_taken_while_an_observer_dawdles(studio: ew.ImageStudio) -> None:
    entered, may_go = threading.Event(), threading.Event()

    def dawdle(_change: object) -> None:
        entered.set()
        assert may_go.wait(PATIENCE)

    studio.observe(dawdle, "images")
    studio.run()
    assert entered.wait(PATIENCE)
    Browser(studio).set(prompt="a hare")
    assert studio.prompt == "a hare"
    may_go.set()


def test_controls_take_what_is_a_whole_number_and_nothing_else(studio: ew.ImageStudio) -> None:
    studio.n = np.int64(3)
    assert studio.n == 3
    assert type(studio.n) is int
    for wrong in (2.5, True, np.True_, "3", None):
        with pytest.raises(traitlets.TraitError):
            studio.n = wrong
    assert studio.n == 3


def test_half_a_character_is_refused_with_a_reason_and_from_the_page_told_as_a_problem(
    studio: ew.ImageStudio,
) -> None:
    with pytest.raises(traitlets.TraitError, match="surrogate"):
        studio.prompt = "half \ud83d"
    page = Browser(studio)
    page.set(prompt="half \ud83d", quality="high")
    assert (studio.prompt, studio.quality) == ("a fox", "high")
    told, _ = page.ask("check", fields={**FIELDS, "prompt": "half \ud83d"})
    assert [problem["field"] for problem in told["problems"]] == ["prompt"]


def test_a_value_that_breaks_a_rule_is_kept_shown_and_raised_only_by_run(
    studio: ew.ImageStudio,
) -> None:
    studio.size = "1000x300"
    told, _ = Browser(studio).ask("check", fields={"size": "1000x300", "prompt": "a fox"})
    (problem,) = told["problems"]
    assert problem["field"] == "size"
    assert problem["nearest"]
    with pytest.raises(ew.InvalidRequest):
        studio.run()


def test_a_slip_in_an_argument_is_told_at_once() -> None:
    with pytest.raises(TypeError, match="promt"):
        ew.ImageStudio(promt="a fox")
