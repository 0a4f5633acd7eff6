"""What goes out or comes in at the same moment is written down with one flush to the disk."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from evolink_widgets.core.loop import Line, SharedFlush, Workers
from evolink_widgets.core.steps.context import TaskBooks
from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store import Store
from evolink_widgets.store.journal.journal import Step

T = TypeVar("T")

NOW = 1_795_500_000.0
KEYS = [f"task{number}" for number in range(6)]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is run on every connection from now on."""
    said: list[str] = []
    connect = sqlite3.connect

    def heard(*at: object, **how: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*at, **how)  # type: ignore[call-overload]
        connection.set_trace_callback(said.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", heard)
    return said


@pytest.fixture
def store(tmp_path: Path, statements: list[str]) -> Iterator[Store]:
    opened = Store(tmp_path / "pictures")
    for key in KEYS:
        opened.journal.intend({}, service="emulator", now=NOW, key=key, owner="me")
    statements.clear()
    yield opened
    opened.close()


@pytest.fixture
def records() -> Iterator[Workers]:
    workers = Workers("records", 1)
    yield workers
    workers.close()


async def together(records: Workers, *writing: Coroutine[Any, Any, T]) -> list[T]:
    """Let all of these wait for the database's thread, which is busy with something else."""
    free = threading.Event()
    occupied = asyncio.ensure_future(records.run(free.wait, 30))
    await asyncio.sleep(0)
    waiting = [asyncio.ensure_future(one) for one in writing]
    await asyncio.sleep(0)
    free.set()
    assert not occupied.done()
    return await asyncio.gather(*waiting)


@pytest.fixture
def depart(store: Store, records: Workers) -> Callable[..., list[Exception | None]]:
    """Say of tasks that they are sent; what became of each, `None` where it is on the disk."""
    flush = SharedFlush(store.database, records)

    async def go(lines: list[Line], *, at_once: bool) -> list[Exception | None]:
        if not at_once:
            return [await outcome(flush.write(line)) for line in lines]
        return await together(records, *(outcome(flush.write(line)) for line in lines))

    def depart(keys: list[str], *, at_once: bool = True) -> list[Exception | None]:
        return asyncio.run(go([sending(store, key) for key in keys], at_once=at_once))

    return depart


async def outcome(writing: Coroutine[Any, Any, None]) -> Exception | None:
    try:
        await writing
    except StoreError as error:
        return error
    return None


def sending(store: Store, key: str) -> Line:
    def line() -> Callable[[], None]:
        store.journal.sending(key, NOW + 1)
        return lambda: None

    return line


def step_of(store: Store, key: str) -> Step:
    found = store.journal.get(key)
    assert found is not None
    return found.step


def flushes(statements: list[str]) -> int:
    """Durable transactions: their own, or statements outside of one."""
    count, open_now = 0, False
    for sql in statements:
        if sql.startswith("BEGIN"):
            open_now, count = True, count + 1
        elif sql in ("COMMIT", "ROLLBACK"):
            open_now = False
        elif sql.startswith("UPDATE tasks") and not open_now:
            count += 1
    return count


def test_those_that_wait_together_share_a_flush(
    store: Store, depart: Callable[..., list[Exception | None]], statements: list[str]
) -> None:
    assert depart(KEYS) == [None] * 6

    assert flushes(statements) == 1
    assert "PRAGMA synchronous = FULL" in statements[: statements.index("COMMIT")]
    assert {step_of(store, key) for key in KEYS} == {Step.SENDING}


def test_one_after_the_other_is_written_at_once(
    depart: Callable[..., list[Exception | None]], statements: list[str]
) -> None:
    assert depart(KEYS[:3], at_once=False) == [None] * 3
    assert flushes(statements) == 3


def test_one_that_can_not_be_written_holds_up_nobody(
    store: Store, depart: Callable[..., list[Exception | None]]
) -> None:
    store.journal.refused(KEYS[2], {}, NOW)

    outcomes = depart(KEYS)

    assert "refused; it can't become sending" in str(outcomes.pop(2))
    assert outcomes == [None] * 5
    steps = [step_of(store, key) for key in KEYS]
    assert steps.pop(2) is Step.REFUSED
    assert set(steps) == {Step.SENDING}


def test_a_line_is_told_that_it_is_on_the_disk_only_when_it_is(
    store: Store, records: Workers
) -> None:
    """Three lines wait together and the last fails: what the others wrote was taken back."""
    flush = SharedFlush(store.database, records)
    said: list[str] = []

    def line(key: str) -> Line:
        def write() -> Callable[[], None]:
            store.journal.sending(key, NOW + 1)
            said.append(f"{key} written")
            return lambda: said.append(f"{key} kept")

        return write

    lines = [line(KEYS[0]), line(KEYS[1]), line("nobody's")]
    outcomes = asyncio.run(together(records, *(outcome(flush.write(one)) for one in lines)))

    assert [type(one) for one in outcomes] == [type(None), type(None), StoreDamaged]
    both = [f"{KEYS[0]} written", f"{KEYS[1]} written"]
    alone = [f"{key} {what}" for key in KEYS[:2] for what in ("written", "kept")]
    assert said == both + alone


@pytest.fixture
def accept(
    store: Store, records: Workers
) -> Callable[[list[str]], tuple[list[TaskBooks], list[StoreError]]]:
    """Let the service's replies to tasks come at once; returns their records, and the trouble."""
    parts: Any = SimpleNamespace(
        store=store,
        records=records,
        flush=SharedFlush(store.database, records),
        clock=lambda: NOW + 2,
    )

    async def go(keys: list[str]) -> tuple[list[TaskBooks], list[StoreError]]:
        trouble: list[StoreError] = []
        found = [
            TaskBooks(parts, key, store.journal.get(key), trouble.append, learn=lambda: None)
            for key in keys
        ]
        replies = (one.accepted(f"id of {one.line.key}", Receipt()) for one in found)
        await together(records, *replies)
        return found, trouble

    return lambda keys: asyncio.run(go(keys))


def test_replies_that_come_together_share_a_flush(
    store: Store,
    accept: Callable[[list[str]], tuple[list[TaskBooks], list[StoreError]]],
    statements: list[str],
) -> None:
    records, trouble = accept(KEYS)

    assert flushes(statements) == 1
    assert trouble == []
    for record in records:
        assert record.line == store.journal.get(record.line.key)
        assert (record.step, record.line.task_id) == (Step.ACCEPTED, f"id of {record.line.key}")


def test_a_reply_that_can_not_be_written_is_known_and_holds_up_nobody(
    store: Store, accept: Callable[[list[str]], tuple[list[TaskBooks], list[StoreError]]]
) -> None:
    store.journal.accepted(KEYS[2], "an earlier id", NOW)
    store.journal.finished(KEYS[2], NOW)

    records, trouble = accept(KEYS)

    assert ["saved; it can't become accepted" in str(one) for one in trouble] == [True]
    assert [record.step for record in records] == [Step.ACCEPTED] * 6
    steps = [step_of(store, key) for key in KEYS]
    assert steps.pop(2) is Step.SAVED
    assert set(steps) == {Step.ACCEPTED}
