"""One press, one purchase, on the kernel's side: twice, late, in a burst, and out of sight."""

from __future__ import annotations

import contextlib
import re
import threading
from pathlib import Path
from typing import Any

import pytest

import evolink_widgets as ew
from evolink_widgets.errors import EvolinkError
from evolink_widgets.widgets.base import assets
from evolink_widgets.widgets.base.messages import PAID
from evolink_widgets.widgets.base.press_tickets import FRESH, MOMENT, PressTickets

from ..conftest import PATIENCE, Browser

FIELDS = {"prompt": "a fox", "size": "1024x640", "resolution": "1K", "quality": "low", "n": 1}


def test_what_the_browser_buys_is_what_the_kernel_takes_a_press_for() -> None:
    """A paid action of a run that one side does not know would be sent without a press."""
    bought = set(re.findall(r'"(\w+)"', front_end("purchase", r"BUYS = \[([^]]*)\]")))
    table = front_end("log/actions", r"ACTIONS = \{([^}]*)\}")
    actions = set(re.findall(r"^  (\w+):", table, re.M))
    assert {"stop", "runAgain"} <= actions
    assert bought == set(PAID) & actions
    assert set(PAID) <= set().union(
        *(one._handlers for one in (ew.ImageStudio, ew.BatchView, ew.StudyView))
    )


def front_end(module: str, pattern: str) -> str:
    """What a pattern finds in a module of the widgets' common front end."""
    source = (Path(assets.__file__).parent / "static" / f"{module}.js").read_text("utf-8")
    found = re.search(pattern, source)
    assert found is not None
    return found[1]


class Time:
    """Two clocks: one that only goes forward, and the wall's."""

    def __init__(self) -> None:
        self.forward = self.wall = 1000.0

    def pass_(self, seconds: float) -> None:
        self.forward += seconds
        self.wall += seconds

    def presses(self) -> PressTickets:
        return PressTickets((lambda: self.forward, lambda: self.wall))


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def studio() -> ew.ImageStudio:
    return ew.ImageStudio(**FIELDS)


@pytest.fixture
def page(studio: ew.ImageStudio) -> Browser:
    return Browser(studio)


def refused(page: Browser, kind: str, **fields: Any) -> str:
    answer, _ = page.ask(kind, **fields)
    assert answer["kind"] == "rejected", answer
    return str(answer["message"])


# -- a press and its ticket --------------------------------------------------------------------


def test_a_press_is_used_up_by_its_purchase(time: Time) -> None:
    presses = time.presses()
    first, second = presses.expect("p", []), presses.expect("p", [])
    presses.redeem("p", first)
    for ticket in (first, second):
        with pytest.raises(EvolinkError, match="asked already: nothing more was asked for"):
            presses.redeem("p", ticket)


@pytest.mark.parametrize(
    ("press", "ticket"), [("p", None), (None, None), ("p", "made up"), (1, [])]
)
def test_a_purchase_without_a_ticket_is_refused(time: Time, press: object, ticket: object) -> None:
    with pytest.raises(EvolinkError, match="does not know this press"):
        time.presses().redeem(press, ticket)


def test_a_ticket_is_for_its_own_press_alone(time: Time) -> None:
    presses = time.presses()
    ticket = presses.expect("p", [])
    with pytest.raises(EvolinkError, match="does not know this press"):
        presses.redeem("q", ticket)


@pytest.mark.parametrize("late", ["both clocks", "asleep", "the wall's clock set back"])
def test_a_purchase_that_is_delivered_minutes_later_buys_nothing(time: Time, late: str) -> None:
    presses = time.presses()
    ticket = presses.expect("p", [])
    if late != "asleep":  # while a machine sleeps, the clock that goes forward may stand
        time.forward += 300
    time.wall += -3600 if "back" in late else 300
    with pytest.raises(EvolinkError, match="late: nothing was asked for"):
        presses.redeem("p", ticket)


def test_the_ticket_of_a_late_question_does_not_make_an_old_purchase_fresh(time: Time) -> None:
    presses = time.presses()
    ticket = presses.expect("p", [])
    time.pass_(300)
    # A connection that is back delivers all at once: the question's second try, the purchase.
    presses.expect("p", [])
    with pytest.raises(EvolinkError, match="late"):
        presses.redeem("p", ticket)


def test_a_slow_line_has_time_enough(time: Time) -> None:
    presses = time.presses()
    ticket = presses.expect("p", [])
    time.pass_(FRESH)
    presses.redeem("p", ticket)


def test_presses_that_never_buy_are_forgotten(time: Time) -> None:
    presses = time.presses()
    oldest = presses.expect("p", [])
    for number in range(2000):
        presses.expect(f"p{number}", [])
    assert len(presses._tickets) < 1000
    with pytest.raises(EvolinkError, match="does not know"):
        presses.redeem("p", oldest)


# -- the same twice ----------------------------------------------------------------------------


class Asked:
    """Stands where a task does: only its key is looked at."""

    def __init__(self, key: str) -> None:
        self.key = key


def buy(presses: PressTickets, press: str, seen: list[str], key: str) -> Any:
    presses.redeem(press, presses.expect(press, seen))
    return presses.buy(press, "a fox", lambda: Asked(key))  # type: ignore[arg-type, return-value]


def test_the_same_ask_out_of_sight_of_the_first_is_a_double_press(time: Time) -> None:
    presses = time.presses()
    buy(presses, "p", [], "run1")
    time.pass_(MOMENT)
    with pytest.raises(EvolinkError, match=r"before it could be seen.*nothing more"):
        buy(presses, "q", [], "run2")


def test_the_same_ask_is_a_new_one_once_the_first_was_seen(time: Time) -> None:
    presses = time.presses()
    buy(presses, "p", [], "run1")
    assert buy(presses, "q", ["run1"], "run2").key == "run2"
    with pytest.raises(EvolinkError, match="before it could be seen"):
        buy(presses, "r", ["run1"], "run3")


def test_a_page_that_never_heard_of_the_first_is_refused_for_a_moment_only(time: Time) -> None:
    presses = time.presses()
    buy(presses, "p", [], "run1")
    time.pass_(MOMENT + 0.1)
    assert buy(presses, "q", [], "run2").key == "run2"


def test_an_ask_that_could_not_be_made_does_not_stand_in_the_way(time: Time) -> None:
    presses = time.presses()

    def fails() -> Any:
        raise EvolinkError("The store is read-only.")

    presses.redeem("p", presses.expect("p", []))
    with pytest.raises(EvolinkError, match="read-only"):
        presses.buy("p", "a fox", fails)
    assert buy(presses, "q", [], "run1").key == "run1"


def test_of_presses_on_several_threads_at_once_one_buys(time: Time) -> None:
    presses, bought, start = time.presses(), list[str](), threading.Barrier(8)

    def press(number: int) -> None:
        start.wait()
        with contextlib.suppress(EvolinkError):
            bought.append(buy(presses, f"p{number}", [], f"run{number}").key)

    threads = [threading.Thread(target=press, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bought) == 1


# -- through a panel ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["run", "reuse"])
def test_presses_that_a_blocked_kernel_finds_together_are_one_purchase(
    studio: ew.ImageStudio, page: Browser, kind: str
) -> None:
    # Two views of the panel, or two people: neither could see what the other had pressed.
    presses = [page.press(seen=[]) for _ in range(3)]
    names = [page.tell(kind, fields=FIELDS, **press) for press in presses]
    told = [page.answers(name, 1)[0] for name in names]
    assert [answer["kind"] for answer in told] == ["accepted", "rejected", "rejected"]
    assert "asked for a moment ago" in told[1]["message"]
    assert "Not charged. Press again if you want it twice." in told[1]["message"]
    assert len(studio.runs) == 1


def test_a_press_after_the_first_became_visible_buys_again(
    studio: ew.ImageStudio, page: Browser
) -> None:
    for _ in range(3):
        page.run(page.ask("run", fields=FIELDS)[0]["run"]["key"])
    assert len(studio.runs) == 3


def test_another_ask_and_another_panel_are_no_double_press(page: Browser) -> None:
    other = Browser(ew.ImageStudio(**FIELDS))
    for browser, prompt in ((page, "a fox"), (page, "a hare"), (other, "a fox")):
        told, _ = browser.ask("run", fields={**FIELDS, "prompt": prompt}, **browser.press(seen=[]))
        assert told["kind"] == "accepted"


def test_a_second_purchase_under_one_press_is_refused_whatever_it_asks_for(
    studio: ew.ImageStudio, page: Browser
) -> None:
    press = page.press()
    key = page.ask("run", fields=FIELDS, **press)[0]["run"]["key"]
    more = {**FIELDS, "prompt": "a hare"}
    assert "asked already" in refused(page, "run", fields=more, **press)
    assert "asked already" in refused(page, "runAgain", key=key, **press)
    assert len(studio.runs) == 1


@pytest.mark.parametrize("kind", ["run", "reuse", "runAgain", "sendAgain"])
def test_what_costs_money_needs_a_press(studio: ew.ImageStudio, page: Browser, kind: str) -> None:
    task = studio.run()
    task.result(PATIENCE)
    said = refused(page, kind, fields=FIELDS, key=task.key, press="p", ticket="made up")
    assert said.startswith("The kernel does not know this press: nothing was asked for.")
    assert len(studio.runs) == 1


def test_running_again_and_run_are_the_same_ask_where_the_request_is(
    studio: ew.ImageStudio, page: Browser
) -> None:
    task = studio.run()
    task.result(PATIENCE)
    both = [page.press(seen=[task.key]), page.press(seen=[task.key])]
    assert page.ask("runAgain", key=task.key, **both[0])[0]["kind"] == "accepted"
    assert "a moment ago" in refused(page, "run", fields=FIELDS, **both[1])
    assert len(studio.runs) == 2


def test_a_loop_in_a_cell_is_no_press_and_buys_each_time(studio: ew.ImageStudio) -> None:
    assert len({studio.run().key for _ in range(4)}) == 4
