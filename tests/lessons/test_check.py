"""A lesson's check says what holds, folds hint and answer, never fails, and can't buy."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from services import until

import evolink_widgets as ew
from evolink_widgets.lessons import Checked

SMALL: dict[str, Any] = {"size": "816x816", "quality": "low"}


@pytest.fixture
def service(own_settings: None) -> Iterator[None]:
    ew.configure(mode="emulator", speed=200)
    yield
    ew.weather("fair")


def check(works: dict[str, Callable[[], object]], **words: str) -> Checked:
    return ew.lessons.check(works, **{"hint": "think", "answer": "x = 1", **words})


def test_a_solved_exercise_is_true_and_folds_nothing() -> None:
    found = check({"One is one": lambda: 1 == 1, "There is something": lambda: [0]})
    assert found
    assert found.passed
    assert repr(found) == "Done: 2 of 2.\n  yes      One is one\n  yes      There is something"
    assert "<details" not in found.to_html()


def test_what_is_not_done_yet_is_said_with_its_reason_in_one_line() -> None:
    unfilled: Any = ...

    def half_done() -> object:
        raise ValueError("a long story\nin two lines " + "x" * 500)

    found = check(
        {
            "It has a name": lambda: nameless,  # type: ignore[name-defined]  # noqa: F821
            "It has a length": lambda: len(unfilled) == 2,
            "It is what it is": lambda: unfilled,
            "It is three": lambda: [] == [3],
            "It tells its story": half_done,
        },
        hint="Look at `n`.",
    )
    assert not found
    assert [finding.holds for finding in found.findings] == [False] * 5
    reasons = [finding.reason for finding in found.findings]
    assert reasons[:4] == [
        "nameless has no value yet",
        "the cell still holds ...",
        "the cell still holds ...",
        None,
    ]
    assert str(reasons[4]).startswith("ValueError: a long story in two lines xxx")
    assert len(str(reasons[4])) <= 200
    text = repr(found).splitlines()
    assert text[0] == "Not yet: 0 of 5."
    assert text[1] == "  not yet  It has a name (nameless has no value yet)"
    assert text[-1] == "Hint: Look at `n`."
    assert "x = 1" not in repr(found), "the answer is folded, also in a terminal"
    assert found.answer == "x = 1"


def test_the_view_is_read_without_colour_and_by_a_screen_reader() -> None:
    found = check(
        {"One <b>is</b> one": lambda: True, "Two is one": lambda: False},
        hint="`a < b` is <i>less</i>",
        answer="a = '</pre><script>'",
    )
    page = Tree()
    page.feed(found.to_html())
    assert page.open == []
    assert page.said["div role=status"].split("\n") == [
        *("Not yet: 1 of 2.", "yes", "One <b>is</b> one", "not yet", "Two is one")
    ]
    assert page.said["details"].split("\n") == [
        *("Hint", "a < b", "is <i>less</i>", "Answer", "a = '</pre><script>'")
    ]
    assert "open" not in page.attributes, "both are folded"
    assert "script" not in page.names
    assert "color:" not in found.to_html(), "the host's own colours, in light and dark"
    assert len(found.to_html()) < 2_500


class Tree(HTMLParser):
    """What a page says, by the elements that say it; signs that are hidden are not said."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: dict[str, str] = {}
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "br":
            return
        given = dict(attrs)
        role = f" role={given['role']}" if given.get("role") == "status" else ""
        self.open.append("hidden" if given.get("aria-hidden") == "true" else f"{tag}{role}")

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and "hidden" not in self.open:
            for name in set(self.open):
                self.said[name] = "\n".join(filter(None, (self.said.get(name), data.strip())))


def test_an_interrupt_and_an_exit_go_through() -> None:
    def interrupted() -> object:
        raise KeyboardInterrupt

    def leaving() -> object:
        raise SystemExit(3)

    for end, holds in ((KeyboardInterrupt, interrupted), (SystemExit, leaving)):
        with pytest.raises(end):
            check({"It goes on": holds})


def test_a_check_that_would_have_to_be_awaited_is_never_true() -> None:
    async def later() -> bool:
        return True

    found = check({"It comes later": later})
    assert not found
    assert "awaited" in str(found.findings[0].reason)


def test_what_is_no_check_is_refused_with_all_that_is_wrong() -> None:
    anything: Any = {"": len, "It is a function": 3}
    with pytest.raises(ew.InvalidRequest) as refused:
        check(anything, hint=" ")
    fields = [problem.field for problem in refused.value.problems]
    assert fields == ["works", "works['It is a function']", "hint"]
    with pytest.raises(ew.InvalidRequest, match="at least one sentence"):
        check({})


def test_a_check_is_answered_by_the_store_and_buys_nothing(service: None) -> None:
    ew.generate("an owl", **SMALL).result(60)
    spent = ew.spending().total
    left_alone: list[ew.Task] = []

    def owl_again() -> object:
        owl = ew.ImageRequest("an owl", **SMALL)
        return ew.session().submit(owl, execution=None).result(60)  # as in another cell

    def elsewhere() -> object:
        thread = threading.Thread(target=ask_and_go)
        thread.start()
        thread.join()
        return True

    def ask_and_go() -> object:
        left_alone.append(ew.generate("a snail", fresh=True, **SMALL))
        return True

    found = check(
        {
            "The owl is here": owl_again,
            "A fox is here": lambda: ew.generate("a fox", **SMALL).result(60),
            "One that is not waited for": ask_and_go,
            "One from another thread": elsewhere,
        }
    )
    assert [finding.holds for finding in found.findings] == [True, False, True, True]
    assert "a check buys nothing" in str(found.findings[1].reason)
    for task in left_alone:  # decided later, and refused all the same
        with pytest.raises(ew.SpendingRefused):
            task.result(60)
    assert ew.spending().total == spent
    assert len(left_alone) == 2
    assert ew.session().may_spend
    assert len(ew.generate("a fox", **SMALL).result(60)) == 1, "afterwards all is as it was"


def test_a_check_does_not_send_again_what_may_be_paid(service: None) -> None:
    ew.weather("no list")
    ew.weather("reply lost")
    unclear = ew.generate("a snail", **SMALL)
    with pytest.raises(ew.OutcomeUnknown):
        unclear.result(60)
    found = check({"It is sent again": lambda: unclear.send_again() or True})  # type: ignore[func-returns-value]
    assert not found
    assert unclear.state.stage is ew.Stage.UNKNOWN


def test_a_check_takes_no_task_up_that_would_buy(service: None) -> None:
    """It waited for what was asked for before: where that does not come, it buys."""
    ew.weather("stuck")
    first = ew.generate("a snail", **SMALL)
    until(lambda: first.id is not None)
    with pytest.raises(ew.WaitTimeout):
        first.result(timeout=0.01)
    second = ew.generate("a snail", **SMALL)  # which takes the first one up
    until(lambda: second.state.stage is first.state.stage)
    second.stop()
    assert second.state.stage is ew.Stage.STOPPED
    before = ew.spending().total
    found = check(
        {
            "It goes on": lambda: second.resume() or True,  # type: ignore[func-returns-value]
            "It is looked for": lambda: second.look_again() or True,  # type: ignore[func-returns-value]
        }
    )
    assert [finding.holds for finding in found.findings] == [False] * 2
    assert second.state.stage is ew.Stage.STOPPED
    assert ew.spending().total == before
    ew.weather("fair")
    second.resume()
    assert len(second.result(60)) == 1, "afterwards all is as it was"


def test_a_check_does_not_let_a_batch_go_on(service: None) -> None:
    ew.weather("task failed", times=2)
    run = ew.batch([{"what": "a newt"}, {"what": "a toad"}], prompt="{what}", **SMALL).create()
    run.result(60)
    before = ew.spending().total
    found = check(
        {
            "It is asked again": run.retry,
            "It goes on": lambda: run.resume() or True,  # type: ignore[func-returns-value]
            "It is bought anew": lambda: run.create(errors_only=True).result(60).images,
        }
    )
    assert [finding.holds for finding in found.findings] == [False] * 3
    assert [finding.reason for finding in found.findings[:2]] == [
        "this would have to be bought, and a check buys nothing"
    ] * 2
    assert ew.spending().total == before
    assert len(run.retry().result(60).images) == 2


def test_a_program_that_a_check_starts_buys_nothing(service: None) -> None:
    lines = (
        "import evolink_widgets as ew\n"
        "try:\n"
        "    ew.generate('a wren').result(60)\n"
        "except ew.SpendingRefused:\n"
        "    print('refused')\n"
    )
    said: list[str] = []

    def started() -> object:
        said.append(subprocess.check_output([sys.executable, "-c", lines], text=True))
        again = ew.session().submit(owl, execution=None)  # which is not switched off here
        return len(again.result(60)) == 1

    owl = ew.ImageRequest("an owl", **SMALL)
    ew.generate(owl).result(60)
    assert check({"It is started": started}), said
    assert said == ["refused\n"]
    assert "EVOLINK_SPEND" not in os.environ


def test_a_purchase_under_way_goes_on_while_a_check_runs(service: None) -> None:
    before = ew.generate("a whale", **SMALL)
    assert check({"It came": lambda: before.result(60)})


def test_it_works_while_a_loop_runs(service: None) -> None:
    async def cell() -> Checked:
        images = await ew.generate("a bee", **SMALL)
        return check({"There is one": lambda: len(images) == 1})

    assert asyncio.run(cell())
