"""What goes out at the same moment is written down with one flush to the disk, each for itself."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evolink_widgets.core.departures import Departures
from evolink_widgets.core.workers import Workers
from evolink_widgets.errors import StoreError
from evolink_widgets.store import Store
from evolink_widgets.store.journal import Entry, Step

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
def depart(store: Store) -> Iterator[Callable[..., list[Entry | BaseException]]]:
    """Let tasks go out, all of them while the database's thread is busy with something else."""
    records = Workers("records", 1)
    departures = Departures(store, records, lambda: NOW + 1)

    @contextmanager
    def busy() -> Iterator[None]:
        free = threading.Event()
        occupied = asyncio.ensure_future(records.run(free.wait, 30))
        yield
        free.set()
        assert not occupied.done()

    async def go(keys: list[str], *, at_once: bool) -> list[Entry | BaseException]:
        if not at_once:
            return [(await asyncio.gather(departures.write(key)))[0] for key in keys]
        with busy():
            await asyncio.sleep(0)
            waiting = [asyncio.ensure_future(departures.write(key)) for key in keys]
            await asyncio.sleep(0)
        return list(await asyncio.gather(*waiting, return_exceptions=True))

    yield lambda keys, at_once=True: asyncio.run(go(keys, at_once=at_once))
    records.close()


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
    store: Store, depart: Callable[..., list[Entry | BaseException]], statements: list[str]
) -> None:
    entries = depart(KEYS)
    assert [entry.key for entry in entries if isinstance(entry, Entry)] == KEYS
    assert flushes(statements) == 1
    assert "PRAGMA synchronous = FULL" in statements[: statements.index("COMMIT")]
    for key in KEYS:
        found = store.journal.get(key)
        assert found is not None
        assert (found.step, found.sent_at) == (Step.SENDING, NOW + 1)


def test_one_after_the_other_is_written_at_once(
    depart: Callable[..., list[Entry | BaseException]], statements: list[str]
) -> None:
    assert len(depart(KEYS[:3], at_once=False)) == 3
    assert flushes(statements) == 3


def test_one_that_can_not_be_written_holds_up_nobody(
    store: Store, depart: Callable[..., list[Entry | BaseException]]
) -> None:
    store.journal.refused(KEYS[2], {}, NOW)

    outcomes = depart(KEYS)

    assert isinstance(outcomes[2], StoreError)
    assert "refused; it can't become sending" in str(outcomes[2])
    for key, outcome in zip(KEYS, outcomes, strict=True):
        found = store.journal.get(key)
        assert found is not None
        if key == KEYS[2]:
            assert found.step is Step.REFUSED
        else:
            assert outcome == found
            assert found.step is Step.SENDING
