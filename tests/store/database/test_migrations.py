"""A store of an older version opens, is brought up to date once, and keeps everything."""

from __future__ import annotations

import json
import shutil
import sqlite3
import unicodedata
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from evolink_widgets.errors import StoreTooNew
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Query, Step, Store
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.database.schema import MIGRATIONS

FOXES = "foxaaaaaaaaa"
OLD = Path(__file__).parent / "schema_1"


@pytest.fixture
def old(tmp_path) -> Path:
    """A folder that version 1 of the schema wrote: three tasks, three pictures."""
    root = tmp_path / "evolink_images"
    root.mkdir()
    for path in OLD.iterdir():
        if path.suffix in (".png", ".json"):
            # Git on some systems changes the form of letters in names.
            shutil.copy(path, root / unicodedata.normalize("NFC", path.name))
    with closing(sqlite3.connect(root / "evolink.sqlite")) as connection:
        connection.executescript((OLD / "evolink.sql").read_text(encoding="utf-8"))
    return root


def version(root: Path) -> int:
    with closing(sqlite3.connect(root / "evolink.sqlite")) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def test_a_store_of_schema_1_opens_and_keeps_everything(old):
    assert version(old) == 1
    store = Store(old)
    foxes = store.gallery.images("foxaaaaaaaaa")
    assert [image.index for image in foxes] == [0, 1]
    assert all(image.bytes and image.pil.size == (16, 12) for image in foxes)
    assert foxes.receipt.charged == 7.5
    assert foxes.recipe.request.prompt == "A Fox in the snow, 100%\x00 wild"
    assert (foxes[0].favourite, foxes[0].notebook) == (False, "winter.ipynb")
    assert store.journal.get("nachtbbbbbbb").step is Step.SAVED
    assert [entry.key for entry in store.journal.open_entries()] == ["lostcccccccc"]
    spent = store.ledger.spent()
    assert (spent.charged, spent.reserved, spent.tasks) == (15.0, 9.0, 3)
    assert store.ledger.spent(scope="day 2026-11-24").tasks == 3
    assert store.journal.recall("durations") == {"n": 1}
    store.close()
    assert version(old) == len(MIGRATIONS)
    again = Store(old)
    assert again.gallery.count(Query()) == 3
    again.close()


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        (Query(text="fox 100%"), {"foxaaaaaaaaa"}),
        (Query(text="STRASSE nacht"), {"nachtbbbbbbb"}),
        (Query(size="1280x720", model="gpt-image-2-beta"), {"nachtbbbbbbb"}),
        (Query(quality="high", notebook="winter.ipynb"), {"foxaaaaaaaaa"}),
        (Query(simulated=False), {"nachtbbbbbbb"}),
    ],
)
def test_what_was_stored_before_is_found_by_the_new_columns(old, query, keys):
    store = Store(old)
    assert {image.task_key for image in store.gallery.page(query, 0, 10)} == keys
    store.close()


HOSTILE = [
    b"{",
    b"[" * 100_000,
    b'{"request": {"prompt": 5, "size": ["16:9"]}}',
    b'{"request": {"prompt": "a \\ud800 b", "size": "16:9"}}',
    b'{"request": "x"}',
    b"5",
    b"\xff\xfe not UTF-8",
    b'{"request": {"prompt": "' + b"x" * 1_200_000 + b'"}}',
    b"",
]


@pytest.mark.parametrize("record", HOSTILE, ids=[str(record[:30]) for record in HOSTILE])
def test_a_damaged_recipe_does_not_stop_the_migration(old, record):
    with closing(sqlite3.connect(old / "evolink.sqlite")) as connection:
        connection.execute(
            "UPDATE sets SET recipe = CAST(? AS TEXT) WHERE key = 'nachtbbbbbbb'", (record,)
        )
        connection.commit()
    store = Store(old)
    found = store.gallery.page(Query(), 0, 10)
    assert {image.task_key for image in found} == {"foxaaaaaaaaa"}
    assert store.database.rows("PRAGMA integrity_check")[0][0] == "ok"
    kept = store.database.rows("SELECT CAST(recipe AS BLOB) FROM sets WHERE key = 'nachtbbbbbbb'")
    assert kept[0][0] == record
    store.close()


def test_an_older_program_that_has_the_store_open_is_refused_once_it_is_migrated(old):
    older = Database(old / "evolink.sqlite", migrations=MIGRATIONS[:1])
    with older.write() as connection:
        connection.execute("INSERT INTO notes VALUES ('before', '{}')")
    newer = Store(old)
    assert newer.gallery.count(Query()) == 3
    with pytest.raises(StoreTooNew, match="Upgrade evolink-widgets"), older.write() as connection:
        connection.execute("INSERT INTO notes VALUES ('after', '{}')")
    assert not older.change("notes", {"record": "[]"}, {"name": "before"})
    assert newer.journal.recall("before") == {}
    assert newer.journal.recall("after") is None
    newer.close()
    older.close()


def test_two_new_programs_migrate_an_old_store_once(old, program):
    running = [program("open_at_once.py", old, number) for number in range(3)]
    for process in running:
        assert process.stdout.readline() == "ready\n"
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    store = Store(old)
    assert store.gallery.count(Query()) == 3
    store.close()


def test_killed_at_each_line_of_the_schema_a_store_is_as_it_was_or_up_to_date(
    old, tmp_path, program
):
    running = program("kill_a_migration.py", old, tmp_path / "copy")
    out, err = running.communicate(timeout=170)
    assert running.returncode == 0, err
    done, kills = out.split()
    assert done == "ok"
    assert int(kills) > 40


def test_a_service_that_was_written_in_another_spelling_has_its_one_name(old):
    request = ImageRequest("a fox in the snow", size="16:9")
    spelled = Recipe(request, "API.evolink.ai:443")
    plain = replace(spelled, service="api.evolink.ai")
    older = Database(old / "evolink.sqlite", migrations=MIGRATIONS[:4])
    with older.write() as connection:
        for table in ("tasks", "sets"):
            connection.execute(
                f"UPDATE {table} SET service = ?, recipe = ?, identity = ? WHERE key = ?",
                (spelled.service, json.dumps(spelled.to_record()), spelled.identity, FOXES),
            )
        connection.execute("UPDATE tasks SET service = 'LocalHost:8000' WHERE key LIKE 'lost%'")
        before = connection.execute("SELECT count(*), sum(reserved) FROM ledger").fetchone()
        connection.execute("UPDATE ledger SET service = 'api.evolink.ai.'")
    older.close()

    store = Store(old)
    assert store.gallery.images("foxaaaaaaaaa").recipe == plain
    assert store.journal.get("foxaaaaaaaaa").service == "api.evolink.ai"
    assert store.journal.get("foxaaaaaaaaa").identity == plain.identity
    assert [one.key for one in store.journal.open_entries("127.0.0.1:8000")] == ["lostcccccccc"]
    ledger = store.database.rows("SELECT service, count(*), sum(reserved) FROM ledger GROUP BY 1")
    assert [tuple(row) for row in ledger] == [("api.evolink.ai", *before)]
    store.close()
