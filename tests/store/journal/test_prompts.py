"""What was asked for last: each prompt once, newest first, whatever else is in the journal."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Store


@pytest.fixture
def ask(store, now):
    """Write down that a prompt was asked for: `ask("a fox", 3)`, three seconds later."""

    def intend(prompt, when=0.0, **request):
        record = {**ImageRequest("-", **request).to_record(), "prompt": prompt}
        return store.journal.intend(record, service="emulator", now=now + when).key

    return intend


def test_each_prompt_is_there_once_the_newest_first(store, ask):
    for when, prompt in enumerate(["a fox", "a hare", "a fox", "an owl", "a fox "]):
        ask(prompt, when, n=1 + when)
    assert store.prompts() == ["a fox ", "an owl", "a fox", "a hare"]
    assert store.prompts(2) == ["a fox ", "an owl"]
    assert store.prompts(0) == []


def test_without_a_store_there_are_none_and_none_is_made(store):
    assert store.prompts() == []
    assert not store.root.exists()


def test_what_another_kernel_has_asked_for_is_there_too(store, ask, now):
    ask("a fox")
    other = Store(store.root)
    other.journal.intend({"prompt": "a hare"}, service="api.example", now=now + 1)
    other.close()
    assert store.prompts() == ["a hare", "a fox"]


def test_they_are_a_hundred_at_most_and_100_kb_of_text(store, ask):
    for when in range(130):
        ask(f"fox {when}", when)
    assert store.prompts() == [f"fox {when}" for when in range(129, 29, -1)]
    long = ["狐" * 16_000, "兎" * 16_000, "x" * 3_000, "y" * 2_000]
    for when, prompt in enumerate(long):
        ask(prompt, 200 + when)
    assert store.prompts() == [long[3], long[2], long[1]]
    ask("熊" * 32_000 + "🐻" * 8_000, 300)
    assert len(store.prompts()) == 1, "the newest is there, however long"


def test_one_thing_asked_for_thousands_of_times_hides_the_others_but_costs_no_time(store, now):
    ImageRequest("-")
    store.journal.intend({"prompt": "a hare"}, service="emulator", now=now)
    with store.database.write() as connection:
        connection.executemany(
            "INSERT INTO tasks (key, step, service, request, idempotency_key, created_at) "
            "VALUES (?, 'saved', 'emulator', '{\"prompt\": \"a fox\"}', '-', ?)",
            [(f"k{number}", now + 1 + number) for number in range(2_100)],
        )
    assert store.prompts() == ["a fox"]
    plan = store.database.rows(
        "EXPLAIN QUERY PLAN SELECT request FROM tasks ORDER BY created_at DESC, key LIMIT 50"
    )
    assert "tasks_by_time" in plan[0]["detail"]


DAMAGED = [
    b"{",
    b"5",
    b'"a fox"',
    b"[" * 100_000,
    b"\xff\xfe not UTF-8",
    b'{"prompt": 5}',
    b'{"prompt": ""}',
    b'{"prompt": " \\n"}',
    b'{"prompt": "half \\ud83e of a pair"}',
    b'{"prompt": "' + b"x" * 1_000_001 + b'"}',
    b"{}",
]


@pytest.mark.parametrize("record", DAMAGED, ids=[str(one[:24]) for one in DAMAGED])
def test_a_damaged_row_is_passed_over(store, ask, record):
    ask("a fox")
    key = ask("a hare", 1)
    ask("a\x00 wild <b>owl</b>\u202e\n", 2)
    with closing(sqlite3.connect(store.root / "evolink.sqlite")) as connection:
        connection.execute(
            "UPDATE tasks SET request = CAST(? AS TEXT) WHERE key = ?", (record, key)
        )
        connection.execute("UPDATE tasks SET created_at = 'long ago' WHERE key = ?", (key,))
        connection.commit()
    assert store.prompts() == ["a\x00 wild <b>owl</b>\u202e\n", "a fox"]
