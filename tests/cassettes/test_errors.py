"""What a cassette replays costs nothing now: its errors say so, wherever they are shown."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from lessons import SMALL
from services import until

import evolink_widgets as ew
from evolink_widgets.core.at_exit import _kind
from evolink_widgets.errors import Billed
from evolink_widgets.notebook.display import stage_line
from evolink_widgets.widgets.base.panel import described

SAID = "Recorded, not charged"
ASK = {"model": "gpt-image-2", "n": 1, "size": "1024x640", "resolution": "1K", "quality": "low"}
ACCEPTED = {"status": "pending", "progress": 0, "usage": {"credits_reserved": 3.5}}
FAILED = {"status": "failed", "error": {"code": "internal_error", "message": "It broke."}}
KEPT = {**FAILED, "billing": {"charged_credits": 3.5}}


def said(status: int, code: str) -> list[dict[str, Any]]:
    error = {"code": code, "message": "No.", "type": "invalid_request_error"}
    return [{"answer": status, "took": 0, "said": {"error": error}}]


def task(*readings: dict[str, Any], after: float = 0.1) -> list[dict[str, Any]]:
    first = {"answer": 200, "took": 0, "task": ACCEPTED}
    return [first, *({"after": after, "task": one} for one in readings)]


#: What was recorded, by its prompt, and whether it was charged then.
TAKES: dict[str, tuple[list[dict[str, Any]], Billed]] = {
    "refused": (said(400, "content_policy_violation"), Billed.NO),
    "no credits": (said(402, "insufficient_quota"), Billed.NO),
    "failed": (task(FAILED), Billed.NO),
    "kept for it": (task(KEPT), Billed.YES),
    "lost": ([{"answer": "lost", "took": 0}], Billed.UNKNOWN),
    "goes on": (task(FAILED, after=3600), Billed.LATER),
}


@pytest.fixture
def tape(own_settings: None, tmp_path: Path) -> Path:
    lines: list[dict[str, Any]] = [{"cassette": 1}]
    for take, (prompt, (replies, _)) in enumerate(TAKES.items(), 1):
        lines.append({"take": take, "ask": {**ASK, "prompt": prompt}})
        lines += [{"take": take, **reply} for reply in replies]
    path = tmp_path / "lesson.cassette"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def ended(prompt: str) -> ew.Task:
    asked = ew.generate(prompt, **SMALL)
    if prompt == "goes on":
        until(lambda: asked.id is not None)
        asked.stop()
    with pytest.raises(ew.EvolinkError):
        asked.result(timeout=100)
    return asked


@pytest.mark.parametrize("prompt", TAKES)
def test_an_error_that_is_replayed_says_recorded_not_charged(prompt: str, tape: Path) -> None:
    with ew.replay(tape, speed=1 if prompt == "goes on" else 0):
        asked = ended(prompt)
        error, run = asked.error, described(asked)
        assert error is not None
        assert error.billed is TAKES[prompt][1]  # what a program asks is what was true then
        for one in (error, copy.copy(error), pickle.loads(pickle.dumps(error))):
            assert f" {SAID}. " in str(one)
        assert run["charge"] == {"kind": "not charged", "text": SAID}
        for one in (str(error), stage_line(asked, asked.state), error._render_traceback_()[0]):
            assert "charged" not in one.lower().replace(SAID.lower(), "")
        assert _kind([asked]) == "recorded task"
        assert [row.state for row in ew.spending()] != []
        table = repr(ew.spending()) + ew.spending()._repr_html_()
        for word in ("perhaps charged", "  not charged", ">not charged"):
            assert word not in table


def test_what_is_not_recorded_is_said_as_ever(tape: Path) -> None:
    with ew.replay(tape, speed=0):
        with pytest.raises(ew.errors.RequestRefused, match=r"no such request.* Not charged\."):
            ew.generate("an owl", **SMALL).result(timeout=100)
        with ew.budget(0.01), pytest.raises(ew.BudgetExceeded, match=r"Not charged\."):
            ew.generate("failed", **SMALL).result(timeout=100)
    ew.weather("task failed")
    with pytest.raises(ew.TaskFailed, match=r"Not charged\."):  # the emulator's own
        ew.generate("failed", fresh=True, **SMALL).result(timeout=100)


def test_a_batch_that_is_replayed_says_it_of_each_row(tape: Path) -> None:
    rows = [{"what": prompt} for prompt in ("refused", "failed", "kept for it")]
    with ew.replay(tape, speed=0):
        run = ew.batch(rows, prompt="{what}", **SMALL).create()
        with pytest.raises(ew.WaitTimeout, match=SAID):
            run.result(timeout=0)
        frame = run.result(timeout=100).to_frame()
        assert [SAID in row["errormsg"] for row in frame] == [True] * 3
        assert {group.charged for group in run.failures} == {SAID.lower()}
        assert f"3.5 credits ({SAID.lower()})" in run.state.money
        view = ew.BatchView(run)
        assert all(SAID in group["text"] for group in view._failures(run.state))
        view.close()


def test_what_a_dead_kernel_left_of_a_replay_is_not_called_paid(tape: Path) -> None:
    with ew.replay(tape):
        ended("goes on")
        out = ew.session().outstanding()
        assert str(out).startswith("1 recorded task from ")
        assert "paid" not in str(out)
