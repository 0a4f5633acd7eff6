"""Caps: checked before the request goes out, in one transaction, and never passed by a race."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from services import InProcess, OnPort, until

import evolink_widgets as ew
from evolink_widgets import errors
from evolink_widgets.connect import state
from evolink_widgets.core.loop import call_on_loop
from evolink_widgets.core.money import Budget
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import Billed
from evolink_widgets.rules.request.request import ImageRequest

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]
Program = Callable[..., "subprocess.Popen[str]"]

ASK: dict[str, Any] = {"size": "816x816", "quality": "low"}


@pytest.fixture
def here(own_settings: None, tmp_path: Path) -> Path:
    """The package as a user has it, in a folder of its own."""
    ew.configure(speed=300)
    return tmp_path


def price_of(session: Session, request: ImageRequest) -> float:
    return session.estimate(request).high


def outcome(ask: Callable[[], Any]) -> str:
    try:
        ask()
    except errors.BudgetExceeded as error:
        return f"refused, {error.billed.value}"
    return "done"


def test_a_cap_that_is_set_for_good_is_kept_for_others_to_show_and_a_blocks_is_not(
    here: Path,
) -> None:
    from evolink_widgets.store.ledger.standing_caps import standing_caps

    def kept() -> list[float]:
        return [one.cap.limit for one in standing_caps(ew.session().store.database, 0.0)]

    ew.configure(budget=50, per="day")
    with ew.budget(credits=30):
        ew.generate("a fox", **ASK).result(60)
    assert kept() == [50]
    ew.configure(budget=None)
    ew.generate("a hare", **ASK).result(60)
    assert kept() == []


def test_thirty_two_threads_never_pass_a_cap(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    price = price_of(open_session(in_process), small("fox 10"))
    session = open_session(in_process, budget=price * 5.5)
    start = threading.Barrier(32)

    def one(number: int) -> str:
        start.wait()
        return outcome(lambda: session.submit(small(f"fox {number}")).result(60))

    with ThreadPoolExecutor(32) as threads:
        outcomes = list(threads.map(one, range(32)))

    # Prices are learned and charges come back while they race: a sixth may fit in the end.
    assert outcomes.count("done") == in_process.counts()["create"]
    assert outcomes.count("done") >= 5
    until(lambda: session.store.ledger.spent().reserved == 0)
    assert in_process.service.account.used <= price * 5.5
    (meter,) = session.meters()
    assert meter.spent == pytest.approx(in_process.service.account.used)
    assert meter.left == pytest.approx(price * 5.5 - meter.spent)


def test_processes_never_pass_the_cap_of_their_store(
    own_port: OnPort, program: Program, tmp_path: Path, open_session: Open, small: Small
) -> None:
    price = price_of(open_session(own_port), small("fox 1 of process 1"))
    cap, store = price * 6.5, tmp_path / "pictures"
    spending = [
        program("spender.py", store, own_port.api, own_port.media, cap, f"process {number}")
        for number in range(4)
    ]
    said = [process.communicate(timeout=120) for process in spending]
    assert [process.returncode for process in spending] == [0] * 4, said
    done = sum(int(out) for out, _ in said)
    assert done == own_port.counts()["accepted"]
    assert 6 <= done < 32
    used = open_session(own_port, store="other").credits().account_used
    assert used is not None
    assert 0 < used <= cap


def test_a_refusal_names_cap_spent_reserved_and_asked(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    price = price_of(open_session(in_process), small(n=2))
    session = open_session(in_process, budget=price * 1.5)
    in_process.play("stuck")
    first = session.submit(small(n=2))
    until(lambda: first.id is not None)
    task = session.submit(small("an owl", n=2))
    with pytest.raises(errors.BudgetExceeded) as caught:
        task.result(20)
    said = caught.value.message
    assert f"{price * 1.5:g}" in said
    assert f"{price:.4g} reserved" in said
    assert "0 spent" in said
    assert task.state.stage is Stage.REFUSED
    in_process.play("fair")
    first.result(20)
    assert in_process.counts()["create"] == 1


def test_only_what_the_store_lacks_counts(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    open_session(in_process).submit(small(n=3)).result(20)
    price = price_of(open_session(in_process), small(n=1))
    session = open_session(in_process, budget=price * 1.01)
    assert len(session.submit(small(n=4), execution=None).result(20)) == 4


def test_what_was_not_charged_is_given_back_and_what_is_unknown_is_not(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    price = price_of(open_session(in_process), small())
    session = open_session(in_process, budget=price * 1.2)
    in_process.play("policy refusal")
    with pytest.raises(errors.ContentRefused):
        session.submit(small()).result(20)
    until(lambda: session.meters()[0].left == session.meters()[0].limit)
    in_process.play("no list")
    in_process.play("reply lost")
    with pytest.raises(errors.OutcomeUnknown):
        session.submit(small()).result(20)
    assert session.meters()[0].reserved == pytest.approx(price)
    with pytest.raises(errors.BudgetExceeded):
        session.submit(small(), fresh=True).result(20)


def test_emulated_credits_do_not_count_as_real_ones(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    emulated = open_session(in_process)
    emulated.submit(small(n=4)).result(20)
    until(lambda: emulated.store.ledger.spent().charged > 0)
    budget = Budget(price_of(emulated, small()) * 1.5, "store")
    live = open_session(InProcess(), simulated=False, service="api.evolink.ai", budget=budget)
    assert live.meters()[0].spent == 0
    live.submit(small()).result(20)
    with pytest.raises(errors.BudgetExceeded, match="this store's budget"):
        live.submit(small("an owl")).result(20)


def test_a_day_a_notebook_and_a_store_are_counted_apart(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    yesterday = time.time() - 26 * 3600
    earlier = open_session(in_process, clock=lambda: yesterday)
    price = price_of(earlier, small())
    earlier.submit(small(), notebook="a.ipynb").result(20)
    until(lambda: earlier.store.ledger.spent().charged > 0)
    left = {
        per: open_session(in_process, budget=Budget(price * 2, per)).meters("a.ipynb")[0].left
        for per in ("day", "notebook", "store")
    }
    charged = earlier.store.ledger.spent().charged
    assert left["day"] == pytest.approx(price * 2)
    assert left["notebook"] == left["store"] == pytest.approx(price * 2 - charged)
    other = open_session(in_process, budget=Budget(price * 1.5, "notebook"))
    assert other.meters("b.ipynb")[0].spent == 0
    with pytest.raises(errors.BudgetExceeded, match="this notebook's budget"):
        other.submit(small("an owl"), notebook="a.ipynb").result(20)
    other.submit(small("an owl"), notebook="b.ipynb").result(20)


# As a user has it.


def test_blocks_nest_hold_for_threads_and_end(here: Path) -> None:
    price = ew.estimate("a fox", **ASK).high
    refused: list[str] = []
    with ew.budget(credits=price * 10) as outer:
        with ew.budget(credits=price * 1.5) as inner:
            ew.generate("a fox", **ASK).result(30)
            thread = threading.Thread(
                target=lambda: refused.append(
                    outcome(lambda: ew.generate("a hare", **ASK).result(30))
                )
            )
            thread.start()
            thread.join()
            assert [meter.name for meter in ew.session().meters()] == ["this block's budget"] * 2
        assert refused == ["refused, not charged"]
        ew.generate("a hare", **ASK).result(30)
        until(lambda: outer.reserved == 0)
        assert outer.spent > inner.spent > 0
        assert outer.left == pytest.approx(price * 10 - outer.spent)
        assert "spent" in repr(outer)
    assert ew.session().meters() == ()


def test_what_is_asked_inside_a_block_is_under_it_however_late_it_is_sent(here: Path) -> None:
    with ew.budget(credits=0.001):
        task = ew.generate("a fox", **ASK)
    with pytest.raises(ew.BudgetExceeded, match="this block's budget"):
        task.result(30)


def test_a_block_does_not_stand_in_the_way_of_the_store(here: Path) -> None:
    session = ew.session()
    session.submit(ImageRequest("a fox", **ASK), fresh=True).result(30)
    with ew.budget(credits=0.001):
        assert len(ew.generate("a fox", **ASK).result(30)) == 1


def test_a_budget_goes_on_when_other_settings_change_and_can_be_lifted(here: Path) -> None:
    price = ew.estimate("a fox", **ASK).high
    ew.configure(budget=price * 1.5)
    ew.generate("a fox", **ASK).result(30)
    ew.configure(speed=400)
    with pytest.raises(ew.BudgetExceeded):
        ew.generate("a hare", **ASK).result(30)
    ew.configure(per="store")
    assert ew.session().meters()[0].name == "this store's budget"
    with pytest.raises(ew.BudgetExceeded, match="this store's budget"):
        ew.generate("a hare", **ASK).result(30)
    ew.configure(budget=None)
    assert ew.session().meters() == ()
    ew.generate("a hare", **ASK).result(30)


def test_per_needs_a_budget(here: Path) -> None:
    with pytest.raises(ew.ConfigurationError, match="there is none") as caught:
        ew.configure(per="day")
    assert "budget=50" in caught.value.advice
    with pytest.raises(ew.ConfigurationError):
        ew.configure(budget=5, per="week")  # type: ignore[arg-type]
    with pytest.raises(ew.ConfigurationError, match="credits"):
        ew.budget(credits=0)


def test_none_takes_every_setting_back(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOLINK_STORE", str(here / "from the shell"))
    ew.configure(store=here / "told", mode="emulator", spend="never", budget=3, per="day")
    assert ew.session().store.root == here / "told"
    ew.configure(store=None, mode=None, spend=None, budget=None, speed=None, api_key=None)
    assert state.now.settings == state.Settings()
    assert ew.session().store.root == here / "from the shell"


# No purchase at all.


def test_spend_never_makes_every_purchase_an_error(here: Path) -> None:
    first = ew.generate("a fox", n=2, **ASK)
    first.result(30)
    ew.configure(spend="never")
    again = ew.session().submit(first.request, execution=None)
    assert [image.path for image in again.result(30)] == [image.path for image in first.images]
    # Another set, a panel's Run, fresh pictures, and more than there is.
    for ask in (
        lambda: ew.session().submit(first.request),
        lambda: ew.session().submit(first.request, fresh=True, execution=None),
        lambda: ew.generate("a fox", n=2, fresh=True, **ASK),
        lambda: ew.session().submit(ImageRequest("a fox", n=3, **ASK), execution=None),
        lambda: ew.generate("a hare", **ASK),
    ):
        with pytest.raises(errors.SpendingRefused, match='spend="never"') as caught:
            ask().result(30)
        assert 'spend="allow"' in caught.value.advice
        assert caught.value.billed is Billed.NO
    assert ew.session().store.journal.open_entries() == []
    ew.configure(spend="allow")
    ew.generate("a hare", **ASK).result(30)


def test_spend_never_says_how_much_is_missing(here: Path) -> None:
    ew.generate("a fox", n=2, **ASK).result(30)
    ew.configure(spend="never")
    task = ew.session().submit(ImageRequest("a fox", n=5, **ASK), execution=None)
    with pytest.raises(errors.SpendingRefused, match="3 of 5 pictures are not in the store"):
        task.result(30)


def test_spend_never_stops_sending_again(here: Path) -> None:
    ew.weather("no list")
    ew.weather("reply lost")
    task = ew.generate("a fox", **ASK)
    with pytest.raises(ew.OutcomeUnknown):
        task.result(60)
    ew.configure(spend="never")
    with pytest.raises(errors.SpendingRefused):
        task.send_again()
    assert task.state.stage is Stage.UNKNOWN
    call_on_loop(task.send_again)  # as a panel's button does
    until(lambda: task.error is not None and "switched off" in task.error.message)
    assert isinstance(task.error, ew.OutcomeUnknown)
    assert 'spend="allow"' in task.error.advice
    posts = ew.session().store.journal.open_entries()
    assert [entry.sent_at for entry in posts] == [posts[0].sent_at]


def test_spend_never_from_the_environment_needs_no_key(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVOLINK_SPEND", "never")
    with pytest.raises(errors.SpendingRefused, match="not in the store"):
        ew.generate("a fox", **ASK).result(30)
    ew.configure(mode="live")
    with pytest.raises(errors.SpendingRefused, match="not in the store"):
        ew.generate("a fox", **ASK).result(30)
    with pytest.raises(errors.AuthenticationError, match="no API key"):
        ew.credits()
    ew.configure(spend="allow")
    with pytest.raises(errors.ConfigurationError, match="no API key"):
        ew.generate("a fox", **ASK)
    ew.configure(mode=None, spend=None)
    monkeypatch.setenv("EVOLINK_SPEND", "sometimes")
    with pytest.raises(errors.ConfigurationError, match="EVOLINK_SPEND"):
        ew.generate("a fox", **ASK)
    monkeypatch.delenv("EVOLINK_SPEND")
