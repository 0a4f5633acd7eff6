"""What costs money goes out once, and what came of it is told truly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from services import InProcess, quick

import evolink_widgets as ew
from evolink_widgets.connect import state
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.widgets.base import money

from ..conftest import Browser

FIELDS = {"prompt": "a fox", "size": "1024x640", "resolution": "1K", "quality": "low", "n": 1}


@pytest.fixture
def studio() -> ew.ImageStudio:
    return ew.ImageStudio(**FIELDS)


@pytest.fixture
def page(studio: ew.ImageStudio) -> Browser:
    return Browser(studio)


def test_a_run_that_is_asked_for_twice_under_one_id_is_one_run(
    studio: ew.ImageStudio, page: Browser
) -> None:
    ask = {"kind": "run", "id": "x1", "fields": FIELDS, **page.press()}
    page.say(ask)
    page.say(ask)
    first, second = page.answers("x1", 2)
    assert first == second
    assert len(studio.runs) == 1


def test_running_again_twice_under_one_id_is_running_again_once(
    studio: ew.ImageStudio, page: Browser
) -> None:
    task = studio.run()
    task.result(20)
    ask = {"kind": "runAgain", "id": "x2", "key": task.key, **page.press()}
    for _ in range(3):
        page.say(ask)
    page.answers("x2", 3)
    assert len(studio.runs) == 2


def test_an_unknown_outcome_offers_to_look_first_and_says_what_may_have_been_charged(
    studio: ew.ImageStudio, page: Browser
) -> None:
    # The answer is lost, and so is the list in which the task could be found.
    ew.weather("no list")
    ew.weather("reply lost")
    told, _ = page.ask("run", fields=FIELDS)
    run = page.run(told["run"]["key"], stage="unknown")
    assert run["charge"] == {"kind": "may", "text": f"Would cost up to {run['stake']}, or nothing"}
    assert run["actions"][:2] == ["lookAgain", "sendAgain"]
    ew.weather("fair")
    assert page.ask("lookAgain", key=run["key"])[0]["kind"] == "ok"
    assert page.run(run["key"], stage="done")["landed"] == [0]


def test_sending_again_is_a_persons_word_and_finds_the_first_task(
    studio: ew.ImageStudio, page: Browser
) -> None:
    ew.weather("no list")
    ew.weather("reply lost")
    told, _ = page.ask("run", fields=FIELDS)
    run = page.run(told["run"]["key"], stage="unknown")
    assert page.ask("sendAgain", key=run["key"])[0]["kind"] == "ok"
    assert page.run(run["key"], stage="done")["landed"] == [0]
    assert len(studio.runs) == 1


def test_a_budget_that_is_too_small_is_a_sentence_in_the_panel(
    studio: ew.ImageStudio, page: Browser
) -> None:
    ew.configure(budget=0.0001)
    told, _ = page.ask("run", fields=FIELDS)
    run = page.run(told["run"]["key"], stage="failed")
    assert run["title"] == "Not accepted"
    assert run["charge"]["kind"] == "not charged"
    assert "budget" in run["message"]


def test_a_setting_that_is_wrong_leaves_a_panel_that_says_so(page: Browser) -> None:
    ew.configure(mode="live")
    told, _ = page.ask("hello")
    assert told["kind"] == "welcome"
    assert told["rules"]["tiers"] == ["1K", "2K", "4K"]
    told, _ = page.ask("check", fields=FIELDS)
    assert told["price"]["high"] > 0
    assert told["obstacle"].startswith("There is no API key")
    answer, _ = page.ask("run", fields=FIELDS)
    assert answer["kind"] == "rejected"
    assert "EVOLINK_API_KEY" in answer["message"]
    assert page.state("error", lambda text: text.startswith("There is no API key"))


def test_the_balance_is_told_and_told_anew_when_a_run_has_ended(page: Browser) -> None:
    page.ask("hello")
    before = page.wait(lambda message: message.get("kind") == "balance")[0]["credits"]
    told, _ = page.ask("run", fields=FIELDS)
    page.run(told["run"]["key"], stage="done")
    page.wait(lambda message: message.get("kind") == "balance" and message["credits"] < before)
    assert page.ask("check", fields=FIELDS)[0]["balance"]["credits"] < before


def test_pictures_that_the_service_did_not_make_are_named(page: Browser) -> None:
    ew.weather("one missing")
    told, _ = page.ask("run", fields={**FIELDS, "n": 2})
    run = page.run(told["run"]["key"], stage="done")
    assert (run["n"], len(run["landed"])) == (2, 1)
    assert run["message"] == "1 of 2 pictures came."


def test_what_may_cost_more_than_a_page_buys_unasked_is_a_question_first(
    studio: ew.ImageStudio, page: Browser
) -> None:
    high = page.ask("check", fields=FIELDS)[0]["price"]["high"]
    answer, _ = page.ask("run", fields=FIELDS, most=high / 2)
    assert answer["kind"] == "rejected"
    assert answer["asks"]["yes"] == "Make", "nothing is bought from the emulator"
    assert "would cost up to" in answer["asks"]["text"]
    assert studio.runs == ()
    told, _ = page.ask("run", fields=FIELDS, most=answer["asks"]["most"])
    run = page.run(told["run"]["key"], stage="done")
    again, _ = page.ask("runAgain", key=run["key"], most=high / 2)
    assert again["asks"]["most"] == pytest.approx(high, rel=0.1), "learned from the receipt"
    assert len(studio.runs) == 1


def test_what_the_store_has_is_no_purchase_and_never_asked_about(
    studio: ew.ImageStudio, page: Browser
) -> None:
    studio.run().result(20)
    told, _ = page.ask("reuse", fields=FIELDS, most=0)
    assert page.run(told["run"]["key"], stage="done")["reused"]
    more, _ = page.ask("reuse", fields={**FIELDS, "n": 3}, most=0)
    missing = page.ask("check", fields={**FIELDS, "n": 2})[0]["price"]["high"]
    assert more["asks"]["most"] == pytest.approx(missing, rel=0.1), "of three, two are to be bought"


def test_sending_again_is_held_against_the_limit_too(studio: ew.ImageStudio, page: Browser) -> None:
    ew.weather("no list")
    ew.weather("reply lost")
    told, _ = page.ask("run", fields=FIELDS)
    run = page.run(told["run"]["key"], stage="unknown")
    refused, _ = page.ask("sendAgain", key=run["key"], most=0)
    assert refused["kind"] == "rejected"
    sent, _ = page.ask("sendAgain", key=run["key"], most=refused["asks"]["most"])
    assert sent["kind"] == "ok"
    assert page.run(run["key"], stage="done")["landed"] == [0]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.49, 0.5, "0.49 to 0.50"), (4.9, 5.6, "4.9 to 5.6"), (98, 210, "98 to 210"), (0, 0, "0"),
     (0.5, 0.5, "0.5"), (0.9, 1.2, "0.9 to 1.2")],
)  # fmt: skip
def test_the_ends_of_a_price_are_as_exact_as_one_another(
    low: float, high: float, said: str
) -> None:
    assert money.span(Estimate(low, high, "from 3 receipts")) == said


@pytest.fixture
def go_live(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Lets a service that charges be the one in use, as a key that is named does."""
    made = InProcess().session(tmp_path / "live", retry=quick(), simulated=False)

    def go() -> None:
        state.now.session = made

    yield go
    made.close()


def small_batch() -> ew.BatchView:
    fields = {name: value for name, value in FIELDS.items() if name not in ("prompt", "n")}
    return ew.BatchView(ew.batch([{"animal": "fox"}], "a {animal}", **fields))


def small_study() -> ew.StudyView:
    return ew.study(prompt=["a fox", "an owl"], size="816x816", quality="low").grid()


@pytest.mark.parametrize(
    ("make", "kind", "asked"),
    [
        (lambda: ew.ImageStudio(**FIELDS), "run", {"fields": FIELDS}),
        (lambda: ew.ImageStudio(**FIELDS), "reuse", {"fields": FIELDS}),
        (small_batch, "create", {}),
        (small_batch, "preview", {}),
        (small_study, "buyCell", {"place": 0}),
    ],
)
def test_what_was_shown_as_uncharged_is_asked_about_once_the_service_is_live(
    make: Callable[[], Any], kind: str, asked: dict[str, Any], go_live: Callable[[], None]
) -> None:
    """The page stands there from before the key was named, and says that nothing is charged."""
    page = Browser(make())
    page.ask("hello")
    go_live()
    told, _ = page.ask(kind, **asked)
    assert "The service is live now" in told["asks"]["text"]
    assert (told["asks"]["most"], told["asks"]["yes"]) == (None, "Buy")
    page.wait(lambda message: message["kind"] == "anew")
    assert ew.spending().total.tasks == 0
    assert page.ask(kind, **asked)[0]["kind"] in ("ok", "accepted"), "a person has said yes"


def test_a_page_that_shows_the_live_service_is_not_asked(
    page: Browser, go_live: Callable[[], None]
) -> None:
    assert page.ask("hello")[0]["simulated"]
    go_live()
    page.ask("check", fields=FIELDS)  # it has come back to the panel
    page.wait(lambda message: message["kind"] == "anew")
    assert not page.ask("hello")[0]["simulated"]
    assert page.ask("run", fields=FIELDS)[0]["kind"] == "accepted"


def test_a_simulated_run_is_asked_again_of_a_live_service_once_a_person_has_said_so(
    go_live: Callable[[], None],
) -> None:
    task = ew.generate(**FIELDS)
    images = task.result(20)
    page, picture = Browser(ew.ImageGrid(task)), {"picture": f"{images.key}.0"}
    assert "Nothing is charged" in page.ask("price", **picture)[0]["text"]
    go_live()
    for again in (picture, {"key": task.key}):
        told, _ = page.ask("runAgain", **again)
        assert "The service is live now" in told["asks"]["text"]
    assert ew.spending().total.tasks == 0
    assert page.ask("runAgain", key=task.key)[0]["kind"] == "accepted"


def test_a_price_of_the_live_service_is_question_enough(go_live: Callable[[], None]) -> None:
    images = ew.generate(**FIELDS).result(20)
    page, picture = Browser(ew.ImageGrid(images)), f"{images.key}.0"
    go_live()
    assert "Nothing is charged" not in page.ask("price", picture=picture)[0]["text"]
    assert page.ask("runAgain", picture=picture)[0]["kind"] == "accepted"
