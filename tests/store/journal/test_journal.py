"""The journal: every step of a task, who collects it, and what is still out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store import Step, Store
from evolink_widgets.store.journal.journal import is_found

HARD_TEXTS = [
    "</script><b>bold</b>",
    "\x00 and \ud800 and \udfff",
    "مرحبا \u202e reversed",
    "👩‍👩‍👧‍👦 狐狸",
    '"quotes" and \\ and \n',
]


@pytest.fixture
def journal(store):
    return store.journal


@pytest.fixture
def begun(journal, now):
    def begin(step=Step.ACCEPTED, **fields):
        entry = journal.intend({"prompt": "a fox"}, service="emulator", now=now, **fields)
        if step is not Step.INTENDED:
            entry = journal.sending(entry.key, now + 1)
        if step in (Step.ACCEPTED, Step.READY, Step.SAVED, Step.FAILED):
            entry = journal.accepted(entry.key, f"task-unified-{entry.key}", now + 2)
        if step is Step.READY:
            entry = journal.ready(entry.key, ["https://x/1"], until=now + 86_400)
        if step is Step.SAVED:
            entry = journal.finished(entry.key, now + 9)
        if step is Step.FAILED:
            entry = journal.failed(entry.key, {"code": "service_error"}, now + 9)
        if step is Step.REFUSED:
            entry = journal.refused(entry.key, {"code": "insufficient_quota"}, now + 9)
        if step is Step.UNKNOWN:
            entry = journal.unknown(entry.key, {"message": "no answer"})
        assert entry.step is step
        return entry

    return begin


def test_a_task_is_written_down_from_intent_to_saved(journal, now, store):
    receipt = Receipt(task_id="task-unified-1", reserved=9.7, charged=None)
    entry = journal.intend(
        {"prompt": "a fox", "n": 2},
        service="api.evolink.ai",
        now=now,
        recipe={"version": 1},
        identity="abc",
        estimate_high=12.5,
        origin="notebook.ipynb",
        owner=store.owner,
    )
    assert (entry.step, entry.created_at, entry.lease_until) == (Step.INTENDED, now, now + 60)
    assert journal.sending(entry.key, now + 1).sent_at == now + 1
    accepted = journal.accepted(entry.key, "task-unified-1", now + 2, receipt=receipt)
    assert (accepted.task_id, accepted.accepted_at, accepted.receipt) == (
        "task-unified-1",
        now + 2,
        receipt,
    )
    ready = journal.ready(entry.key, ["https://x/1", "https://x/2"], until=now + 86_400)
    assert (ready.results, ready.links_until) == (("https://x/1", "https://x/2"), now + 86_400)
    done = journal.finished(entry.key, now + 30)
    assert (done.step, done.ended_at, done.receipt) == (Step.SAVED, now + 30, receipt)
    assert (done.request, done.recipe, done.identity) == (
        {"prompt": "a fox", "n": 2},
        {"version": 1},
        "abc",
    )
    assert (done.estimate_high, done.origin) == (12.5, "notebook.ipynb")
    assert journal.get(entry.key) == done


def test_a_new_process_finds_what_is_paid_or_perhaps_paid(begun, store):
    out = [begun(step) for step in (Step.SENDING, Step.ACCEPTED, Step.READY, Step.UNKNOWN)]
    for step in (Step.INTENDED, Step.SAVED, Step.FAILED, Step.REFUSED):
        begun(step)
    fresh = Store(store.root).journal
    assert {entry.key for entry in fresh.open_entries()} == {entry.key for entry in out}
    assert fresh.open_entries("api.evolink.ai") == []
    assert len(fresh.open_entries("emulator")) == 4


def test_what_was_never_sent_is_listed_apart(begun, journal):
    entry = begun(Step.INTENDED)
    begun(Step.SENDING)
    assert [found.key for found in journal.unsent_entries()] == [entry.key]


def test_what_is_saved_stays_saved(begun, journal, now):
    key = begun(Step.SAVED).key
    moves = [
        lambda: journal.sending(key, now),
        lambda: journal.accepted(key, "task-unified-2", now),
        lambda: journal.ready(key, [], until=None),
        lambda: journal.failed(key, {}, now),
        lambda: journal.refused(key, {}, now),
        lambda: journal.unknown(key),
    ]
    for move in moves:
        with pytest.raises(StoreError, match="is saved"):
            move()
    assert journal.get(key).step is Step.SAVED


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.SAVED])
def test_a_task_id_is_written_down_whatever_was_believed_before(begun, journal, now, step):
    entry = journal.accepted(begun(step).key, "task-unified-9", now)
    assert (entry.step, entry.task_id, entry.ended_at, entry.failure) == (
        Step.ACCEPTED,
        "task-unified-9",
        None,
        None,
    )


@pytest.mark.parametrize("step", [Step.ACCEPTED, Step.READY, Step.FAILED, Step.REFUSED])
def test_nothing_is_sent_again_once_its_fate_is_known(begun, journal, now, step):
    with pytest.raises(StoreError, match="can't become sending"):
        journal.sending(begun(step).key, now)


def test_an_unknown_outcome_may_be_sent_again_under_its_own_key(begun, journal, now):
    entry = begun(Step.UNKNOWN)
    again = journal.sending(entry.key, now + 100)
    assert (again.step, again.idempotency_key) == (Step.SENDING, entry.idempotency_key)


def test_keys_are_safe_in_names_and_addresses_and_never_repeat(journal, now):
    entries = [journal.intend({}, service="emulator", now=now) for _ in range(200)]
    assert len({entry.key for entry in entries}) == 200
    assert all(len(entry.key) == 12 and entry.key.isalnum() for entry in entries)
    assert all(entry.key == entry.key.lower() for entry in entries)
    assert len({entry.idempotency_key for entry in entries}) == 200
    assert all(16 <= len(entry.idempotency_key) <= 96 for entry in entries)


@pytest.mark.parametrize("text", HARD_TEXTS)
def test_any_text_comes_out_as_it_went_in(journal, now, text, store):
    entry = journal.intend({"prompt": text}, service="emulator", now=now)
    journal.sending(entry.key, now)
    journal.unknown(entry.key, {"message": text})
    found = Store(store.root).journal.get(entry.key)
    assert (found.request, found.failure) == ({"prompt": text}, {"message": text})


def test_a_strange_task_id_is_still_written_down(begun, journal, now):
    entry = journal.accepted(begun(Step.SENDING, origin="\udc80").key, "task-\ud800", now)
    assert entry.task_id == "task-?"


def test_the_known_task_ids_are_this_services_own(begun, journal, now):
    mine = begun(Step.ACCEPTED).task_id
    other = journal.intend({}, service="api.evolink.ai", now=now)
    journal.accepted(other.key, "task-unified-live", now)
    assert journal.known_task_ids("emulator") == {mine}
    assert journal.known_task_ids("api.evolink.ai") == {"task-unified-live"}


def test_one_found_task_is_given_to_one_lost_reply_only(begun, journal, now):
    first, second = begun(Step.UNKNOWN), begun(Step.UNKNOWN)
    assert journal.adopt(first.key, "task-unified-7", now)
    assert not journal.adopt(second.key, "task-unified-7", now)
    assert journal.adopt(first.key, "task-unified-7", now)
    assert not journal.adopt(first.key, "task-unified-8", now)
    assert journal.get(first.key).task_id == "task-unified-7"
    assert journal.get(second.key).step is Step.UNKNOWN


def test_one_kernel_collects_and_the_others_see_it(begun, journal, now):
    key = begun().key
    assert journal.claim(key, "100@here", now)
    assert not journal.claim(key, "200@there", now + 59)
    assert journal.claim(key, "100@here", now + 50), "its own lease may be renewed"
    assert not journal.claim(key, "200@there", now + 100)
    assert journal.claim(key, "200@there", now + 111), "a lease that ran out frees the task"
    assert journal.get(key).owner == "200@there"


@pytest.mark.parametrize("step", [Step.SAVED, Step.FAILED, Step.REFUSED])
def test_what_has_ended_meanwhile_is_nobodys_to_collect(begun, journal, now, store, step):
    key = begun(Step.UNKNOWN if step is Step.REFUSED else Step.ACCEPTED, owner="1@here").key
    others = Store(store.root).journal
    stale = [entry.key for entry in others.open_entries()]
    assert stale == [key]
    end = {
        Step.SAVED: lambda: journal.finished(key, now),
        Step.FAILED: lambda: journal.failed(key, {}, now),
        Step.REFUSED: lambda: journal.refused(key, {}, now),
    }
    end[step]()
    ended = journal.get(key)
    assert not others.claim(key, "2@here", now)
    assert not journal.claim(key, "1@here", now), "not even a lease is renewed"
    assert not others.adopt(key, "task-unified-9", now)
    assert journal.get(key) == ended


def test_an_end_is_written_once_whoever_comes_to_it_first(begun, journal, now, store):
    key = begun(Step.ACCEPTED).key
    saved = journal.finished(key, now, links=["https://x/1"], receipt=Receipt(charged=1.0))
    others = Store(store.root).journal
    assert others.finished(key, now + 60, links=[], receipt=Receipt()) == saved
    assert journal.get(key) == saved


def test_a_find_is_taken_back_whole_and_not_made_again(begun, journal, now, store):
    lost = begun(Step.UNKNOWN)
    assert journal.adopt(lost.key, "task-unified-7", now)
    found = journal.get(lost.key)
    assert is_found(found)
    journal.ready(lost.key, ["https://x/1"], until=now + 60, receipt=Receipt(charged=2.0))
    assert not journal.disown(lost.key, "task-unified-8", "another id")
    assert journal.disown(lost.key, "task-unified-7", "pictures of another size")
    again = Store(store.root).journal.get(lost.key)
    assert again.failure == {
        **(lost.failure or {}),
        "ruled_out": {"task-unified-7": "pictures of another size"},
    }
    assert replace(again, failure=lost.failure) == lost
    assert not journal.disown(lost.key, "task-unified-7", "once more")
    assert not journal.adopt(lost.key, "task-unified-7", now)
    assert journal.adopt(lost.key, "task-unified-8", now)


def test_what_came_by_reply_or_has_ended_is_not_taken_back(begun, journal, now):
    replied = begun(Step.ACCEPTED)
    assert not is_found(replied)
    assert not journal.disown(replied.key, replied.task_id, "no reason")
    lost = begun(Step.UNKNOWN)
    journal.adopt(lost.key, "task-unified-7", now)
    journal.finished(lost.key, now)
    assert not journal.disown(lost.key, "task-unified-7", "too late")
    assert journal.get(lost.key).step is Step.SAVED


def test_a_reply_that_comes_late_makes_a_find_certain(begun, journal, now):
    lost = begun(Step.UNKNOWN)
    journal.adopt(lost.key, "task-unified-7", now)
    journal.accepted(lost.key, "task-unified-7", now)
    assert not is_found(journal.get(lost.key))


def test_what_another_kernel_found_out_meanwhile_is_not_forgotten(begun, journal, now, store):
    entry = begun(Step.UNKNOWN, owner="1@here", lease_s=10)
    others = Store(store.root).journal
    assert others.claim(entry.key, "2@here", now + 20)
    others.sending(entry.key, now + 21)
    others.unknown(entry.key, {"doubt_since": now + 21})
    others.release(entry.key, "2@here")

    assert journal.claim(entry.key, "1@here", now + 30)
    again = journal.sending(entry.key, now + 31)

    assert again.failure == {"doubt_since": now + 21}
    assert again == others.get(entry.key)


@pytest.mark.parametrize("step", [Step.ACCEPTED, Step.READY])
def test_a_step_that_another_kernel_has_taken_is_seen(begun, journal, now, store, step):
    entry = begun(step, owner="1@here", lease_s=10)
    others = Store(store.root).journal
    assert others.claim(entry.key, "2@here", now + 20)
    others.finished(entry.key, now + 21)
    with pytest.raises(StoreError, match=f"{entry.key} is saved"):
        journal.ready(entry.key, [], until=None)
    assert journal.finished(entry.key, now + 22).step is Step.SAVED


def test_the_end_brings_the_links_that_were_not_written_before(begun, journal, now):
    entry = begun(Step.ACCEPTED)
    saved = journal.finished(entry.key, now + 9, links=["https://x/1"], until=now + 86_400)
    assert (saved.results, saved.links_until) == (("https://x/1",), now + 86_400)
    assert journal.get(entry.key) == saved


def test_a_released_task_is_free_at_once_and_only_its_owner_releases_it(begun, journal, now):
    key = begun().key
    journal.claim(key, "100@here", now)
    journal.release(key, "200@there")
    assert not journal.claim(key, "200@there", now)
    journal.release(key, "100@here")
    assert journal.claim(key, "200@there", now)


def test_a_dead_process_of_this_machine_frees_its_tasks_at_once(begun, journal, now, store):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host = store.owner.partition("@")[2]
    key = begun().key
    assert journal.claim(key, f"{gone.pid}@{host}#a session", now, lease_s=3000)
    assert journal.claim(key, f"{store.owner}#one", now + 1)
    assert not journal.claim(key, f"{store.owner}#another", now + 2)
    assert not journal.claim(key, f"{os.getppid()}@{host}", now + 2)


def test_a_lease_from_a_clock_that_jumped_ahead_does_not_lock_a_task_for_good(begun, journal, now):
    key = begun().key
    journal.claim(key, "100@there", now + 10 * 86_400)
    assert journal.claim(key, "200@there", now)


def test_nobody_claims_a_task_that_is_not_there(journal, now):
    journal.remember("a", {})
    assert not journal.claim("nowhere", "100@here", now)


def test_small_records_are_kept_by_name_in_place_of_the_one_before(journal):
    assert journal.recall("durations") is None
    journal.remember("durations", {"high": [1.0]})
    journal.remember("durations", {"high": [1.0, 2.0]})
    assert journal.recall("durations") == {"high": [1.0, 2.0]}


def test_a_task_that_is_out_survives_the_deletion_of_the_folder(begun, journal, now, store):
    entry = begun(Step.SENDING)
    shutil.rmtree(store.root)
    accepted = journal.accepted(entry.key, "task-unified-3", now)
    assert (accepted.request, accepted.task_id) == (entry.request, "task-unified-3")
    assert Store(store.root).journal.open_entries() == [accepted]
    shutil.rmtree(store.root)
    assert journal.claim(entry.key, "100@here", now)


def test_a_key_that_nobody_wrote_is_an_error(journal, now):
    with pytest.raises(StoreDamaged, match="has no task nowhere"):
        journal.sending("nowhere", now)


@pytest.mark.parametrize(
    ("column", "value"),
    [("step", "dancing"), ("request", "{"), ("request", "[1]"), ("results", "7"), ("receipt", "1")],
)
def test_one_row_damaged_by_hand_hides_no_other_task(begun, journal, store, caplog, column, value):
    good, bad = begun(Step.ACCEPTED), begun(Step.ACCEPTED)
    with store.database.write() as connection:
        connection.execute(f"UPDATE tasks SET {column} = ? WHERE key = ?", (value, bad.key))
    assert [entry.key for entry in journal.open_entries()] == [good.key]
    if column != "step":
        assert bad.key in caplog.text or "receipt" in caplog.text
    with pytest.raises(StoreDamaged):
        journal.get(bad.key)


def test_a_receipt_from_a_newer_version_is_read_as_far_as_it_is_known(begun, journal, store):
    key = begun().key
    record = {"charged": 1.5, "currency": "new"}
    with store.database.write() as connection:
        connection.execute("UPDATE tasks SET receipt = ? WHERE key = ?", (json.dumps(record), key))
    assert journal.get(key).receipt == Receipt(charged=1.5)
