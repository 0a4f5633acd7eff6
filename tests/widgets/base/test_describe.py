"""What a person is told of a run: title, charge and next steps, for every ending."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evolink_widgets import errors
from evolink_widgets.core.task import Stage, TaskState
from evolink_widgets.errors import Billed
from evolink_widgets.rules.pricing.pricing import Estimate, Receipt
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.widgets.base import describe

REQUEST = ImageRequest("a fox", size="16:9", n=4)
STATE = TaskState(
    stage=Stage.PROCESSING, progress=42, started_at=100.0, at=110.0, ended_at=None,
    left=(3.0, 9.0), images=(), expected=4, size=REQUEST.pixels, error=None, task_id="task-1",
    receipt=Receipt(reserved=9.7), simulated=False, note=None,
)  # fmt: skip


def told(**changes: Any) -> dict[str, Any]:
    return describe.run("k1", REQUEST, replace(STATE, **changes))


def test_a_run_on_its_way_has_all_that_is_drawn() -> None:
    assert told() == {
        "key": "k1", "prompt": "a fox", "n": 4, "ratio": [1360, 768], "stage": "processing",
        "ended": False, "progress": 42, "startedAt": 100.0, "at": 110.0, "endedAt": None,
        "left": [3.0, 9.0], "landed": [], "taskId": "task-1", "title": "Rendering",
        "message": None, "advice": None, "actions": ["stop"],
        "charge": {"kind": "reserved", "text": "9.7 credits reserved"},
        "simulated": False, "badge": "", "stake": None, "reused": None,
    }  # fmt: skip


def test_time_left_that_nobody_can_say_is_no_number_that_json_lacks() -> None:
    assert told(left=(0.0, float("inf")))["left"] in ([0.0, 0.0], None)


@pytest.mark.parametrize(
    ("stage", "error", "drawn", "title", "charge", "first"),
    [
        (Stage.FAILED, errors.TaskFailed("It gave up."),
         "failed", "Failed", "not charged", "runAgain"),
        (Stage.FAILED, errors.ContentRefused("No."),
         "refused", "Refused by content policy", "not charged", "editPrompt"),
        (Stage.FAILED, errors.DownloadFailed("No."),
         "failed", "Pictures not fetched yet", "charged", "resume"),
        (Stage.REFUSED, errors.InsufficientCredits("No."),
         "failed", "Not accepted", "not charged", "runAgain"),
        (Stage.STOPPED, errors.WaitingStopped("No.", billed=Billed.LATER),
         "stopped", "Waiting stopped", "later", "resume"),
        (Stage.UNKNOWN, errors.OutcomeUnknown("No."),
         "unknown", "Outcome unknown", "may", "lookAgain"),
    ],
)  # fmt: skip
def test_each_ending_has_its_own_face(
    stage: Stage, error: errors.EvolinkError, drawn: str, title: str, charge: str, first: str
) -> None:
    run = told(stage=stage, error=error, ended_at=120.0, left=None)
    assert (run["stage"], run["title"], run["charge"]["kind"]) == (drawn, title, charge)
    assert run["actions"][0] == first
    assert run["ended"]
    assert run["message"] == error.message
    if drawn not in ("stopped", "unknown"):
        assert run["advice"] == error.advice


@pytest.mark.parametrize(
    ("stage", "error", "button"),
    [
        (Stage.STOPPED, errors.WaitingStopped("No.", billed=Billed.LATER), "Wait again"),
        (Stage.UNKNOWN, errors.OutcomeUnknown("No."), "Look again"),
    ],
)
def test_a_panel_says_what_to_press_and_not_what_to_type(
    stage: Stage, error: errors.EvolinkError, button: str
) -> None:
    advice = told(stage=stage, error=error, ended_at=120.0, left=None)["advice"]
    assert f"Press {button}" in advice
    assert "(" not in advice


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("The prompt was refused by the content policy.", None),
        ("Violence in the second sentence.", "Violence in the second sentence."),
    ],
)
def test_a_refusal_is_said_once(said: str, message: str | None) -> None:
    error = errors.ContentRefused(f"The content policy refused the prompt or a reference: {said}")
    run = told(stage=Stage.FAILED, error=error, ended_at=120.0, left=None)
    assert (run["title"], run["message"]) == ("Refused by content policy", message)
    assert run["advice"] == error.advice


@pytest.mark.parametrize(
    ("billed", "text", "played"),
    [
        (Billed.NO, "Not charged", "Not charged"),
        (Billed.YES, "Charged", "Would cost up to 12 credits"),
        (Billed.UNKNOWN, "Up to 12 credits may have been charged",
         "Would cost up to 12 credits, or nothing"),
        (Billed.LATER, "Charged when it finishes", "Would cost up to 12 credits when it finishes"),
    ],
)  # fmt: skip
def test_what_is_at_stake_is_said_once_and_on_the_emulator_it_only_would_be(
    billed: Billed, text: str, played: str
) -> None:
    error = errors.OutcomeUnknown("No.", billed=billed)
    price = Estimate(10.0, 12.0, "as published", 4)
    state = replace(STATE, stage=Stage.UNKNOWN, error=error, ended_at=120.0, left=None)
    for simulated, wanted in ((False, text), (True, played)):
        state = replace(state, simulated=simulated)
        run = describe.run("k1", REQUEST, state, price)
        assert run["charge"]["text"] == wanted
        assert "12" not in (run["message"] or "")


def test_a_price_on_the_emulator_is_what_it_would_cost() -> None:
    done = {"stage": Stage.DONE, "ended_at": 120.0, "left": None}
    run = told(receipt=Receipt(charged=9.71), simulated=True, **done)
    assert run["charge"] == {"kind": "charged", "text": "Would cost 9.7 credits"}


def test_a_charge_that_was_not_reported_is_left_out_and_not_zero() -> None:
    done = {"stage": Stage.DONE, "ended_at": 120.0, "left": None}
    assert told(receipt=Receipt(charged=9.71), **done)["charge"]["text"] == "9.7 credits"
    assert told(receipt=Receipt(charged=0.0), **done)["charge"]["text"] == "0 credits"
    assert told(receipt=Receipt(reserved=9.7), **done)["charge"] is None
    assert told(receipt=None, **done)["charge"] is None


@pytest.mark.parametrize("billed", Billed)
def test_every_answer_to_the_question_of_money_has_words(billed: Billed) -> None:
    error = errors.TaskFailed("It gave up.", billed=billed)
    charge = told(stage=Stage.FAILED, error=error, ended_at=120.0)["charge"]
    assert charge["text"].lower() == billed.value


@pytest.mark.parametrize("n", ["", "abc", "1e3", "9" * 5000, "-1", "٣", None, 2.5, [], "²"])
def test_a_count_of_any_kind_is_checked_without_an_accident(n: object) -> None:
    found, request = describe.check({"prompt": "a fox", "n": n})
    assert request is not None or [item["field"] for item in found["problems"]] == ["n"]
