"""What is paid once is offered again, what is capped is said before, what is out is collected."""

from __future__ import annotations

import pytest

import evolink_widgets as ew
from evolink_widgets.core.money import Meter
from evolink_widgets.core.task import Stage
from evolink_widgets.rules.tasks.task import Credits
from evolink_widgets.widgets.base import money

from ..conftest import PATIENCE, Browser

FIELDS = {"prompt": "a fox", "size": "1024x640", "resolution": "1K", "quality": "low", "n": 2}


@pytest.fixture
def studio() -> ew.ImageStudio:
    return ew.ImageStudio(**FIELDS)


@pytest.fixture
def page(studio: ew.ImageStudio) -> Browser:
    return Browser(studio)


def used() -> float:
    """What the service has charged the account so far."""
    return ew.credits().account_used or 0.0


def test_what_is_not_in_the_store_is_not_offered(page: Browser) -> None:
    told, _ = page.ask("check", fields=FIELDS)
    assert told["reuse"] is None
    assert told["obstacle"] is None
    assert told["meters"] == []


def test_what_was_paid_for_is_offered_and_taken_for_nothing(
    studio: ew.ImageStudio, page: Browser
) -> None:
    first = ew.generate(**FIELDS).result(PATIENCE)
    spent = used()
    offered = page.ask("check", fields=FIELDS)[0]["reuse"]
    assert offered["pictures"] == 2
    assert offered["text"].startswith("2 in the store, drawn on ")
    assert "would have cost 0." in offered["text"]
    assert (offered["take"], offered["most"]) == ("Use them", 0.0)

    told, _ = page.ask("reuse", fields=FIELDS, most=0, offered=0)
    run = page.run(told["run"]["key"], stage="done")
    assert (run["title"], run["charge"]["text"]) == ("From the store", "0 credits")
    assert run["reused"] in offered["text"]
    assert [image.path for image in studio.images] == [image.path for image in first]
    assert used() == spent
    page.pictures(run["key"], 2)
    rows = dict(page.ask("facts", picture=f"{run['key']}.0")[0]["rows"])
    assert rows["From the store"] == run["reused"]
    assert not {"Charged", "Would cost"} & set(rows)


def test_an_offer_that_holds_no_longer_is_asked_about_before_it_costs(page: Browser) -> None:
    """The page has stood there for hours, and the pictures went to the trash elsewhere."""
    pictures = ew.generate(**FIELDS).result(PATIENCE)
    offered = page.ask("check", fields=FIELDS)[0]["reuse"]["most"]
    ew.session().store.gallery.trash([(one.task_key, one.index) for one in pictures], now=1.0)
    told, _ = page.ask("reuse", fields=FIELDS, most=offered, offered=offered)
    assert told["kind"] == "rejected"
    assert (
        "0 credits were shown: the store, or the price, is another by now." in told["asks"]["text"]
    )
    assert ew.spending().total.tasks == 1
    most = told["asks"]["most"]
    accepted, _ = page.ask("reuse", fields=FIELDS, most=most, offered=offered)
    assert page.run(accepted["run"]["key"], stage="done")["title"] == "Done"
    assert ew.spending().total.tasks == 2


def test_a_press_on_run_is_always_for_new_pictures(studio: ew.ImageStudio, page: Browser) -> None:
    first = studio.run().result(PATIENCE)
    told, _ = page.ask("run", fields=FIELDS)
    page.run(told["run"]["key"], stage="done")
    assert {image.path for image in studio.images[2:]}.isdisjoint(image.path for image in first)


def test_pictures_that_stand_in_the_log_are_not_offered_above_it(
    studio: ew.ImageStudio, page: Browser
) -> None:
    run = studio.run()
    run.result(PATIENCE)
    assert page.ask("check", fields=FIELDS)[0]["reuse"] is None
    assert page.ask("check", fields={**FIELDS, "n": 1})[0]["reuse"] is None
    assert (
        Browser(ew.ImageStudio(**FIELDS)).ask("check", fields=FIELDS)[0]["reuse"]["pictures"] == 2
    )
    # What is missing beside them is another thing: the offer saves what is here.
    assert page.ask("check", fields={**FIELDS, "n": 3})[0]["reuse"]["pictures"] == 2


def test_what_the_store_lacks_is_priced_before_it_is_bought(
    studio: ew.ImageStudio, page: Browser
) -> None:
    studio.run().result(PATIENCE)
    more = {**FIELDS, "n": 3}
    offered = page.ask("check", fields=more)[0]["reuse"]
    assert offered["text"].startswith("2 of 3 in the store, ")
    assert offered["take"].startswith("Use them and buy 1 for about 0.")
    told, _ = page.ask("reuse", fields=more)
    run = page.run(told["run"]["key"], stage="done")
    assert (run["title"], sorted(run["landed"])) == ("Done", [0, 1, 2])
    assert run["message"].startswith("2 of 3 from the store, drawn on ")
    assert run["charge"]["kind"] == "charged"
    assert run["charge"]["text"] != "0 credits"


def test_taking_from_the_store_twice_under_one_id_is_one_run(
    studio: ew.ImageStudio, page: Browser
) -> None:
    ask = {"kind": "reuse", "id": "x1", "fields": FIELDS, **page.press()}
    page.say(ask)
    page.say(ask)
    page.answers("x1", 2)
    assert len(studio.runs) == 1


def test_a_prompt_that_is_not_written_yet_has_a_price_and_no_offer(page: Browser) -> None:
    told, _ = page.ask("check", fields={**FIELDS, "prompt": ""})
    assert told["price"]["high"] > 0
    assert "reuse" not in told


def test_a_cap_has_its_meter_and_says_before_that_something_does_not_fit(
    studio: ew.ImageStudio, page: Browser
) -> None:
    ew.configure(budget=1.0)
    [meter] = page.ask("check", fields=FIELDS)[0]["meters"]
    assert (meter["name"], meter["limit"], meter["spent"]) == ("Budget", 1.0, 0.0)
    assert meter["text"] == "0 spent, 0 reserved, 1 of 1 credits left"

    studio.run().result(PATIENCE)
    told, _ = page.ask("check", fields=FIELDS)
    assert 0 < told["meters"][0]["spent"] < 1
    assert told["obstacle"] is None
    told, _ = page.ask("check", fields={**FIELDS, "n": 10})
    assert told["obstacle"].startswith("This may cost ")
    assert "the budget of 1 has 0." in told["obstacle"]
    # What is missing may not be bought either, so it is not offered.
    assert told["reuse"]["take"] is None


def test_with_spending_switched_off_run_says_why_and_the_store_still_answers(
    page: Browser,
) -> None:
    ew.generate(**FIELDS).result(PATIENCE)
    ew.configure(spend="never")
    told, _ = page.ask("check", fields=FIELDS)
    assert told["obstacle"] == money.SWITCHED_OFF
    assert told["reuse"]["take"] == "Use them"
    run, _ = page.ask("reuse", fields=FIELDS)
    assert page.run(run["run"]["key"], stage="done")["title"] == "From the store"
    assert page.ask("check", fields={**FIELDS, "n": 3})[0]["reuse"]["take"] is None


def test_an_outcome_that_is_not_known_says_what_is_at_stake(page: Browser) -> None:
    ew.weather("no list")
    ew.weather("reply lost")
    told, _ = page.ask("run", fields=FIELDS)
    run = page.run(told["run"]["key"], stage="unknown")
    # On the emulator it would have been; and the amount is said once.
    assert run["charge"]["text"] == f"Would cost up to {run['stake']}, or nothing"
    assert run["stake"] not in run["message"]
    assert run["advice"].startswith("Press Look again")
    ew.weather("fair")


def test_what_another_kernel_left_is_told_and_collected_here() -> None:
    task = ew.generate(**FIELDS)
    told = task.subscribe(lambda state: state.task_id and task.stop())
    with pytest.raises(ew.WaitingStopped):
        task.result(PATIENCE)
    told()
    ew.session().close()
    ew.configure(mode="emulator")  # another session, as in another kernel

    page = Browser(ew.ImageStudio())
    page.ask("hello")
    event, _ = page.wait(lambda message: message.get("kind") == "outstanding")
    assert event["tasks"] == 1
    assert event["text"].startswith("1 paid task from ")
    assert page.ask("recover")[0]["tasks"] == 1
    assert len(page.run(task.key, stage="done")["landed"]) == 2
    assert page.ask("recover")[0]["tasks"] == 0


def test_where_nothing_is_out_nothing_is_said(page: Browser) -> None:
    page.ask("hello")
    page.wait(lambda message: message.get("kind") == "balance")
    page.ask("recover")
    assert not [m for m, _ in page.line.messages if m.get("kind") == "outstanding"]


@pytest.mark.parametrize(
    ("credits", "parts"),
    [
        (
            Credits(key_remaining=20, account_remaining=412.6),
            [["This key", "20.0 credits"], ["account", "412.6 credits"]],
        ),
        (Credits(account_remaining=412.6), [["Balance", "412.6 credits"]]),
        (Credits(key_remaining=20), [["Balance", "20.0 credits"]]),
        (
            Credits(key_unlimited=True, key_remaining=0, account_remaining=412.6),
            [["Balance", "412.6 credits"]],
        ),
    ],
)
def test_the_keys_allowance_and_the_accounts_balance_are_told_apart(
    credits: Credits, parts: list[list[str]]
) -> None:
    told = money.balance(credits)
    assert told is not None
    assert told["parts"] == parts
    assert told["credits"] == credits.spendable


def test_a_balance_that_is_not_reported_is_not_zero() -> None:
    assert money.balance(Credits()) is None
    assert money.balance(None) is None


def test_the_upper_end_of_a_price_has_to_fit_under_every_cap() -> None:
    estimate = ew.estimate("a fox", size="auto", n=4)
    caps = [Meter("today's budget", 50, 40.25, 9.0), Meter("the budget", 500, 0, 0)]
    assert estimate.high > caps[0].left
    cost = f"This may cost {money.amount(estimate.high)} credits"
    assert (
        money.obstacle(estimate, caps, True) == f"{cost}, and today's budget of 50 has 0.75 left."
    )
    assert money.obstacle(estimate, caps[1:], True) is None
    assert money.obstacle(estimate, [], False) == money.SWITCHED_OFF


def test_stages_that_end_are_the_five_that_are_drawn() -> None:
    assert {stage.value for stage in Stage if stage.ended} == {
        "done", "failed", "refused", "stopped", "unknown"
    }  # fmt: skip
