"""What is still out: said once and quietly, collected once, whoever collects it."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from services import InProcess, Scripted, quick, until

import evolink_widgets as ew
from evolink_widgets import api, errors
from evolink_widgets.core.money import Budget
from evolink_widgets.core.recovery import outstanding
from evolink_widgets.core.recovery.outstanding import Outstanding
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage
from evolink_widgets.notebook import notices
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Entry, Journal, Step
from evolink_widgets.store.store import Store

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]

HOUR = 3600.0


def left_out(session: Session, emulator: InProcess, requests: list[ImageRequest]) -> None:
    """Leave tasks behind, as a kernel does that ends."""
    emulator.play("stuck", times=len(requests))
    tasks = [session.submit(request) for request in requests]
    until(lambda: all(task.id for task in tasks))
    session.close()


def test_what_an_earlier_kernel_left_is_counted_until_somebody_collects_it(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    begun = time.time()
    left_out(open_session(in_process), in_process, [small("a fox"), small("a hare")])
    session = open_session(in_process)
    found = session.outstanding()
    assert found is not None
    assert (found.tasks, found.unknown) == (2, 0)
    assert begun <= found.since <= time.time()
    assert found.links_until is not None
    assert 23 * HOUR < found.links_until - time.time() <= 24 * HOUR
    assert str(found).startswith("2 paid tasks from ")
    assert str(found).endswith("are still yours, links end in 23 h")

    tasks = session.recover()
    assert session.outstanding() is None
    assert open_session(in_process).outstanding() is None  # the first is at work on them
    in_process.play("fair")
    assert [len(task.result(20)) for task in tasks] == [1, 1]
    assert session.outstanding() is None
    assert open_session(in_process, store="another").outstanding() is None


def test_what_may_be_paid_is_told_apart(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    first = open_session(in_process)
    in_process.play("no list")
    in_process.play("reply lost")
    with pytest.raises(errors.OutcomeUnknown):
        first.submit(small()).result(20)
    session = open_session(in_process)
    found = session.outstanding()
    assert found is not None
    assert (found.tasks, found.unknown, found.links_until) == (1, 1, None)
    assert str(found).startswith("1 perhaps paid task from ")
    left_out(first, in_process, [small("a hare")])
    assert "2 paid tasks from " in str(session.outstanding())
    assert "(1 perhaps paid)" in str(session.outstanding())


NOON = time.mktime((2026, 11, 25, 12, 0, 0, 0, 0, -1))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Outstanding(3, NOON - HOUR, NOON + 21.5 * HOUR), "3 paid tasks from 11:00 are still "
         "yours, links end in 21 h"),
        (Outstanding(1, NOON - 30 * HOUR, NOON + 600), "1 paid task from 24 November, 06:00 is "
         "still yours, links end in 10 min"),
        (Outstanding(1, NOON - 400 * 24 * HOUR, NOON - 1), "1 paid task from 21 October 2025, "
         "12:00 is still yours, links may have ended"),
    ],
)  # fmt: skip
def test_it_is_said_as_people_say_it(
    found: Outstanding, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outstanding, "unix_now", lambda: NOON)
    assert str(found) == said


def test_four_kernels_at_once_collect_each_task_once_and_settle_it(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    left_out(
        open_session(in_process), in_process, [small(f"fox {number}", n=2) for number in range(6)]
    )
    in_process.play("fair")
    sessions = [open_session(in_process) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        taken = [task for found in threads.map(Session.recover, sessions) for task in found]
    assert len({task.key for task in taken}) == len(taken) == 6
    assert [len(task.result(60)) for task in taken] == [2] * 6
    assert in_process.counts()["downloads"] == 12
    assert in_process.counts()["create"] == 6
    until(lambda: sessions[0].store.ledger.spent().reserved == 0)
    spent = sessions[0].store.ledger.spent().charged
    assert spent == pytest.approx(in_process.service.account.used)


def test_an_ask_for_what_an_earlier_kernel_paid_for_collects_it(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    left_out(open_session(in_process), in_process, [small()])
    in_process.play("fair")
    session = open_session(in_process)
    assert len(session.submit(small(), fresh=False).result(20)) == 1
    assert in_process.counts()["create"] == 1
    assert session.outstanding() is None


def test_a_task_is_taken_up_with_the_address_that_is_told_of_its_end(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    hook = "https://hooks.example.org/secret"
    requests = [small("a fox").replace(callback_url=hook), small("an owl")]
    left_out(open_session(in_process), in_process, requests)
    session = open_session(in_process)
    with session.store.database.write() as connection:  # one is damaged, and kept nothing back
        connection.execute(
            "UPDATE tasks SET request = json_set(request, '$.callback_url', 'none') "
            "WHERE request LIKE '%an owl%'"
        )
    tasks = session.recover()
    assert [task.request.callback_url for task in tasks] == [hook, None]
    in_process.play("fair")
    assert [len(task.result(20)) for task in tasks] == [1, 1]


def test_a_half_download_is_fetched_anew_by_the_next_kernel_and_leaves_nothing_behind(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    first = open_session(in_process)
    in_process.play("truncated download", times=None, after=1)
    with pytest.raises(errors.DownloadFailed):
        first.submit(small(n=2)).result(20)
    first.close()
    parts = list((first.store.root / ".parts").iterdir())
    assert len(parts) == 1
    in_process.play("fair")
    session = open_session(in_process)
    assert str(session.outstanding()).startswith("1 paid task from ")
    (task,) = session.recover()
    assert len(task.result(20)) == 2
    assert list((first.store.root / ".parts").iterdir()) == []


def test_a_set_of_which_a_picture_is_still_out_has_its_recipe_file(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("truncated download", times=None, after=1)
    task = session.submit(small(n=2))
    with pytest.raises(errors.DownloadFailed):
        task.result(20)

    def named() -> list[str]:
        (path,) = session.store.root.glob("*.json")
        return [one["file"] for one in json.loads(path.read_text("utf-8"))["pictures"]]

    assert named() == [image.path.name for image in task.images]
    assert len(named()) == 1
    in_process.play("fair")
    task.resume()
    images = task.result(20)
    assert named() == [image.path.name for image in images]
    assert len(named()) == 2


def test_a_task_that_the_service_no_longer_knows_is_told_truly_and_not_bought_again(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    left_out(open_session(in_process), in_process, [small()])
    emptied = InProcess()
    session = open_session(emptied)
    (task,) = session.recover()
    with pytest.raises(errors.NotFound) as caught:
        task.result(20)
    assert task.state.stage is Stage.STOPPED
    assert "ew.recover()" in caught.value.advice
    ask = session.submit(small(), fresh=False)
    with pytest.raises(errors.NotFound) as again:
        ask.result(20)
    assert "fresh=True" in again.value.advice
    assert emptied.counts().get("create", 0) == 0
    assert len(session.submit(small(), fresh=True).result(20)) == 1


def test_pictures_that_nothing_can_bring_any_more_are_said_to_be_lost_and_no_longer_out(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    first = open_session(in_process)
    in_process.play("truncated download", times=None)
    with pytest.raises(errors.DownloadFailed):
        first.submit(small()).result(20)
    first.close()
    emptied = InProcess()
    early = open_session(emptied)
    (task,) = early.recover()
    with pytest.raises(errors.LinkExpired):
        task.result(20)
    assert early.outstanding() is not None  # another key may know the task
    early.close()

    late = open_session(emptied, clock=lambda: time.time() + 25 * HOUR)
    (task,) = late.recover()
    with pytest.raises(errors.LinkExpired) as caught:
        task.result(20)
    assert caught.value.billed is errors.Billed.YES
    assert late.outstanding() is None
    assert late.recover() == []
    until(lambda: late.store.ledger.spent().charged > 0)
    assert len(late.submit(small(), fresh=False).result(20)) == 1


def test_two_recoveries_of_one_session_at_once_collect_each_task_once(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    left_out(open_session(in_process), in_process, [small(f"fox {number}") for number in range(4)])
    in_process.play("fair")
    session = open_session(in_process)
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(session.submit, small("fox 1"), fresh=False)]
        found = [threads.submit(session.recover) for _ in range(5)]
        tasks = {id(task): task for each in found for task in each.result()}
    assert [len(task.result(20)) for task in tasks.values()].count(1) == len(tasks) <= 4
    assert len(asked[0].result().result(20)) == 1
    until(lambda: session.store.journal.open_entries() == [])
    assert in_process.counts()["downloads"] == 4
    assert in_process.counts()["create"] == 4


class Interleaved(Journal):
    """A journal beside which another kernel acts once, right after a list was read from it."""

    name: str
    acts: list[Callable[[], object]]

    def unsent_entries(self, service: str | None = None, *, but: str | None = None) -> list[Entry]:
        found = super().unsent_entries(service, but=but)
        self.act("unsent")
        return found

    def open_entries(self, service: str | None = None) -> list[Entry]:
        found = super().open_entries(service)
        self.act("open")
        return found

    def act(self, name: str) -> None:
        if name == self.name and self.acts:
            self.acts.pop()()


def interleave(session: Session, name: str, meanwhile: Callable[[], object]) -> None:
    """Let another kernel act right after this one has read its "unsent" or "open" entries."""
    journal = session.store.journal
    journal.__class__ = Interleaved
    journal.name, journal.acts = name, [meanwhile]  # type: ignore[attr-defined]


def test_what_another_kernel_sends_at_that_moment_is_not_closed_as_never_sent(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    sleeper, session = Store(open_session(in_process).store.root), open_session(in_process)
    record = {"request": small().to_record(), "service": "emulator", "now": time.time() - 600}
    entry = sleeper.journal.intend(**record, owner="1@another machine", lease_s=60)
    sleeper.ledger.reserve(entry.key, 1.0, now=time.time(), service="emulator")
    interleave(session, "unsent", lambda: sleeper.journal.sending(entry.key, time.time()))
    session.recover()
    found = sleeper.journal.get(entry.key)
    assert found is not None
    assert found.ended_at is None
    assert found.step is not Step.REFUSED
    assert sleeper.ledger.spent().reserved == 1.0


def test_what_another_kernel_ends_at_that_moment_is_not_taken_up(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    left_out(open_session(in_process), in_process, [small()])
    session = open_session(in_process)
    other = Store(session.store.root).journal
    (entry,) = other.open_entries()
    interleave(session, "open", lambda: other.finished(entry.key, time.time()))
    assert session.recover() == []
    found = other.get(entry.key)
    assert found is not None
    assert (found.step, found.owner) == (Step.SAVED, None)


# The balance, where the service can't be asked which tasks it has.


def lost(
    session: Session, emulator: InProcess, request: ImageRequest, fault: str = "reply lost"
) -> str:
    """What is said of a request whose reply is lost, at a service without a list."""
    emulator.play(fault)
    emulator.play("no list")
    with pytest.raises(errors.OutcomeUnknown) as caught:
        session.submit(request).result(20)
    return str(caught.value)


@pytest.mark.parametrize("refusal", ["402 key", "429", "401"])
def test_a_refusal_of_the_second_post_says_nothing_of_the_first(
    refusal: str, in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process, retry=quick(limited=1.0))
    in_process.play("no list")
    in_process.play("reply lost")
    task = session.submit(small())
    with pytest.raises(errors.OutcomeUnknown):
        task.result(20)

    in_process.play(refusal, times=50)
    task.send_again()
    with pytest.raises(errors.OutcomeUnknown, match="is still not known"):
        task.result(20)
    reserved = session.store.ledger.spent().reserved
    assert reserved > 0

    in_process.play("fair")
    assert [len(one.result(20)) for one in open_session(in_process).recover()] == [1]
    assert in_process.counts()["accepted"] == 1
    spent = session.store.ledger.spent()
    assert (spent.reserved, spent.unreported) == (0, 0)
    assert spent.charged > 0


def test_what_another_kernel_found_out_is_known_to_the_first(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    first = open_session(in_process)
    in_process.play("no list")
    in_process.play("reply lost")
    task = first.submit(small())
    with pytest.raises(errors.OutcomeUnknown):
        task.result(20)
    assert task.id is None

    in_process.play("fair")
    in_process.play("truncated download", times=100)
    second = open_session(in_process)
    (found,) = second.recover()
    until(lambda: found.id is not None)
    second.close()
    in_process.play("fair")
    task.look_again()

    (image,) = task.result(20)
    assert (task.id, image.task_id) == (found.id, found.id)
    assert first.store.ledger.spent().unreported == 0


def test_an_unknown_outcome_says_what_it_would_cost(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    said = lost(session, in_process, small(n=2))
    assert "If it was accepted, it would cost about 0.63 credits." in said
    assert "balance" not in said  # nobody read it before


def test_a_balance_that_fell_is_a_hint_where_there_is_no_list(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    session.credits()
    said = lost(session, in_process, small(n=2))
    assert "The balance fell by 0.6" in said
    assert "before the request: that fits a charge (a hint, no proof)." in said


def test_a_balance_that_did_not_fall_speaks_for_no_charge(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    session.credits()
    said = lost(session, in_process, small(n=2), "503 before")
    assert "that speaks for no charge (a hint, no proof)." in said


def test_what_other_tasks_cost_is_not_taken_for_a_hint(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    session.credits()
    session.submit(small("an owl")).result(20)
    assert "other tasks had a part in it" in lost(session, in_process, small(n=2))


def test_many_who_ask_what_became_of_the_balance_share_a_reading(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    session.credits()
    in_process.play("reply lost", times=20)
    in_process.play("no list")
    tasks = [session.submit(small(f"fox {number}")) for number in range(20)]
    until(lambda: all(task.state.stage is Stage.UNKNOWN for task in tasks))
    session.close()
    before = in_process.counts()["credits"]
    found = open_session(in_process).recover()
    until(lambda: all(task.state.stage is Stage.UNKNOWN for task in found))
    assert len(found) == 20
    # Those that ask while one is on its way share it; how many come later is the machine's.
    assert in_process.counts()["credits"] - before < 10


def test_the_balance_from_before_outlives_the_kernel(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    first = open_session(in_process)
    first.credits()
    lost(first, in_process, small(n=2))
    first.close()
    (task,) = open_session(in_process).recover()
    with pytest.raises(errors.OutcomeUnknown) as caught:
        task.result(20)
    assert "The balance fell by 0.6" in caught.value.message


def test_a_real_service_is_asked_once_before_the_first_purchase(
    open_session: Open, small: Small
) -> None:
    emulator = InProcess()
    session = open_session(emulator, simulated=False, service="api.evolink.ai")
    for number in range(3):
        session.submit(small(f"fox {number}")).result(20)
    assert emulator.counts()["credits"] == 1
    assert "The balance fell by" in lost(session, emulator, small(n=2))


def test_a_balance_that_can_not_be_read_keeps_nothing_back(
    open_session: Open, small: Small, in_process: InProcess
) -> None:
    from evolink_widgets.emulator.http.app import create_app

    app = create_app(in_process.service)

    async def no_credits(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/v1/credits":
            scope["extensions"]["evolink.drop"]()
            return
        await app(scope, receive, send)

    service = Scripted(no_credits)
    service.base_url = in_process.base_url
    session = open_session(service, simulated=False)
    assert len(session.submit(small()).result(20)) == 1


# The one quiet line.


@pytest.fixture
def here(own_settings: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(api, "_told", set())
    ew.configure(speed=300)
    return tmp_path


ASK: dict[str, Any] = {"size": "816x816", "quality": "low"}


def leave(count: int) -> None:
    ew.weather("stuck", times=count)
    session = ew.session()
    tasks = [session.submit(ImageRequest(f"fox {number}", **ASK)) for number in range(count)]
    until(lambda: all(task.id for task in tasks))
    for task in tasks:
        task.stop()
    until(lambda: all(entry.owner is None for entry in session.store.journal.open_entries()))
    ew.weather("fair")


def test_the_first_use_says_once_what_is_still_out(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(2)
    ew.generate("an owl", **ASK).result(30)
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("2 paid tasks from ")
    assert line.endswith("are still yours, links end in 23 h: ew.recover() collects them.")
    ew.generate("a hare", **ASK).result(30)
    assert capsys.readouterr().err == ""
    assert [len(task.result(30)) for task in ew.recover()] == [1, 1]
    assert capsys.readouterr().err == ""


def test_recovering_at_once_says_what_is_collected(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(1)
    (task,) = ew.recover()
    task.result(30)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Collecting: 1 paid task from ")


def test_where_nothing_is_out_nothing_is_said(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ew.generate("an owl", **ASK).result(30)
    assert ew.recover() == []
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_store_that_is_damaged_or_a_stream_that_is_closed_stops_no_notice_from_keeping_quiet(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "damaged").mkdir()
    (here / "damaged" / "evolink.sqlite").write_bytes(b"this is no database" * 1000)
    ew.configure(store="damaged")
    notices.tell_outstanding(ew.session())
    assert capsys.readouterr().err == ""
    ew.configure(store=None)
    leave(1)
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr("sys.stderr", closed)
    notices.tell_outstanding(ew.session())


def test_a_request_that_a_dead_kernel_saw_refused_is_no_paid_task_and_frees_its_credits(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    dead = open_session(in_process)
    high, journal = dead.estimate(small()).high, dead.store.journal
    entry = journal.intend(
        small().to_record(), service=dead.service, now=time.time(), owner="a dead kernel",
        lease_s=0.0,
    )  # fmt: skip
    dead.store.ledger.reserve(entry.key, high, now=time.time(), service=dead.service)
    journal.sending(entry.key, time.time())
    journal.unknown(entry.key, {"accepted": False, "status": 429, "message": "Too often."})
    session = open_session(in_process, budget=Budget(1.5 * high, per="store"))
    assert session.outstanding() is None
    assert len(session.submit(small()).result(30)) == 1
    closed = session.store.journal.get(entry.key)
    assert closed is not None
    assert closed.step is Step.REFUSED
