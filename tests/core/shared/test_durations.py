"""How long tasks take is kept for the next kernel, and seldom written."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from services import until

from evolink_widgets.core.loop import Workers, wait_on_loop
from evolink_widgets.core.shared.watcher import LearnedDurations
from evolink_widgets.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "pictures")


def test_many_tasks_that_end_together_are_written_once_and_the_rest_at_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evolink_widgets.core.shared.watcher.WRITTEN_APART", 3600.0)
    database_thread = Workers("evolink-records", 1)
    learned = LearnedDurations(store.journal, "emulator", database_thread)

    def teach(kind: str) -> None:
        learned.known.learn(kind, 0.5, {})
        learned.learned()

    async def drained() -> None:
        for _ in range(3):  # the write is spawned, then queued, then run
            await database_thread.run(lambda: None)

    def kept() -> str:
        return str(store.journal.recall("durations emulator"))

    async def story() -> None:
        teach("first")
        await drained()
        assert "first" in kept()

        for number in range(20):
            teach(f"kind {number}")
            await drained()
        assert "kind 0" not in kept()

        await learned.keep()
        assert "kind 19" in kept()

    wait_on_loop(story())
    database_thread.close()
    assert "kind 19" in str(
        LearnedDurations(store.journal, "emulator", database_thread).known.to_record()
    )


def test_what_was_learned_during_the_pause_is_written_after_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evolink_widgets.core.shared.watcher.WRITTEN_APART", 0.05)
    database_thread = Workers("evolink-records", 1)
    learned = LearnedDurations(store.journal, "emulator", database_thread)

    async def story() -> None:
        for kind in ("first", "second"):
            learned.known.learn(kind, 0.5, {})
            learned.learned()
            await asyncio.sleep(0)  # the first write takes what is known by then

    wait_on_loop(story())
    until(lambda: "second" in str(store.journal.recall("durations emulator")))
    database_thread.close()


def test_a_store_that_cannot_be_read_teaches_nothing_and_stops_nobody(store: Store) -> None:
    store.root.mkdir()
    store.database.path.write_bytes(b"no database, " * 400)
    learned = LearnedDurations(store.journal, "emulator", Workers("evolink-records", 1))
    assert learned.known.to_record()["kinds"] == {}
