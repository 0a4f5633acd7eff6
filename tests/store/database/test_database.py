"""The database: made late, migrated once, shared, honest about what it can't do."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing, suppress

import pytest

from evolink_widgets.errors import StoreDamaged, StoreError, StoreFull, StoreTooNew
from evolink_widgets.store import Store
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.database.schema import MIGRATIONS
from evolink_widgets.store.journal.journal import Journal


def tables(path):
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


def test_looking_into_a_store_that_is_not_there_makes_none(store):
    assert store.journal.open_entries() == []
    assert store.journal.recall("anything") is None
    assert store.ledger.spent().total == 0
    assert not store.root.exists()


def test_the_first_write_makes_folder_and_database_in_wal_mode(store):
    store.journal.remember("a", {})
    assert store.database.path.is_file()
    assert store.database.journal_mode == "wal"


def test_what_one_store_wrote_another_reads_at_once(store):
    store.journal.remember("durations", {"a": [1, 2.5]})
    other = Store(store.root)
    assert other.journal.recall("durations") == {"a": [1, 2.5]}
    other.close()


def test_migrations_are_applied_once_and_in_order(tmp_path):
    first = ("CREATE TABLE a (x)", "INSERT INTO a VALUES (1)")
    second = ("ALTER TABLE a ADD COLUMN y", "UPDATE a SET y = x + 1")
    path = tmp_path / "x.sqlite"
    old = Database(path, migrations=[first])
    with old.write() as connection:
        connection.execute("INSERT INTO a VALUES (5)")
    old.close()
    for _ in range(2):
        new = Database(path, migrations=[first, second])
        assert [tuple(row) for row in new.rows("SELECT x, y FROM a")] == [(1, 2), (5, 6)]
        new.close()


def test_a_migration_that_fails_leaves_the_old_schema_whole(tmp_path):
    path = tmp_path / "x.sqlite"
    first = ("CREATE TABLE a (x)",)
    old = Database(path, migrations=[first])
    with old.write() as connection:
        connection.execute("INSERT INTO a VALUES (5)")
    broken = Database(path, migrations=[first, ("CREATE TABLE b (y)", "NOT EVEN SQL")])
    with pytest.raises(StoreError):
        broken.rows("SELECT * FROM a")
    assert tables(path) == {"a"}
    assert len(old.rows("SELECT * FROM a")) == 1


def test_a_newer_store_is_refused_with_a_sentence_and_not_touched(store):
    store.journal.remember("a", {})
    store.close()
    with closing(sqlite3.connect(store.database.path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = store.database.path.read_bytes()
    with pytest.raises(StoreTooNew, match="Upgrade evolink-widgets"):
        store.journal.recall("a")
    with pytest.raises(StoreTooNew):
        store.journal.remember("a", {})
    assert store.database.path.read_bytes() == before


def test_a_store_upgraded_by_another_process_is_refused_by_the_old_version(store):
    store.journal.remember("a", {"n": 1})
    newer = Database(store.database.path, migrations=[*MIGRATIONS, ("CREATE TABLE later (x)",)])
    newer.rows("SELECT * FROM later")
    with pytest.raises(StoreTooNew):
        store.journal.remember("a", {"n": 2})
    newer.close()


def test_a_row_is_changed_only_while_it_is_as_known(store):
    database = store.database
    store.journal.remember("a", {"n": 1})
    known = {"name": "a", "record": '{"n":1}'}
    assert database.change("notes", {"record": '{"n":2}'}, known)
    assert not database.change("notes", {"record": '{"n":3}'}, known)
    assert store.journal.recall("a") == {"n": 2}


def test_a_change_inside_a_transaction_is_undone_with_it(store):
    store.journal.remember("a", {"n": 1})
    with suppress(RuntimeError), store.database.write():
        assert store.database.change("notes", {"record": "[]"}, {"name": "a"})
        raise RuntimeError
    assert store.journal.recall("a") == {"n": 1}


def test_another_programs_database_is_left_alone(store):
    store.root.mkdir()
    with closing(sqlite3.connect(store.database.path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(StoreDamaged, match="another program"):
        store.journal.remember("a", {})
    assert tables(store.database.path) == {"theirs"}


@pytest.mark.parametrize("junk", [b"not a database at all, but long enough" * 30, b"\0" * 4096])
def test_a_damaged_database_is_named_and_not_overwritten(store, junk):
    store.root.mkdir()
    store.database.path.write_bytes(junk)
    with pytest.raises(StoreDamaged, match=r"evolink\.sqlite"):
        store.journal.remember("a", {})
    assert store.database.path.read_bytes() == junk


def test_a_page_damaged_by_hand_is_one_sentence(store, now):
    for number in range(50):
        store.journal.intend({"prompt": "x" * 900}, service="emulator", now=now + number)
    store.close()
    data = bytearray(store.database.path.read_bytes())
    data[4096 : len(data) - 100] = b"\xa5" * (len(data) - 4196)
    store.database.path.write_bytes(bytes(data))
    with pytest.raises(StoreDamaged):
        store.database.rows("SELECT sum(length(request)) FROM tasks")


def test_the_folder_may_be_deleted_under_a_running_kernel(store):
    store.journal.remember("a", {"n": 1})
    shutil.rmtree(store.root)
    assert store.journal.recall("a") is None
    store.journal.remember("a", {"n": 2})
    assert Store(store.root).journal.recall("a") == {"n": 2}


def test_a_failed_transaction_leaves_nothing(store):
    store.journal.remember("a", {"n": 1})

    def interrupted():
        with store.database.write() as connection:
            connection.execute("UPDATE notes SET record = '{}'")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.journal.recall("a") == {"n": 1}
    store.journal.remember("b", {})


def test_a_write_inside_a_write_is_one_transaction(store):
    def both():
        with store.database.write():
            store.journal.remember("a", {})
            store.journal.remember("b", {})
            raise StoreFull("pretend")

    with pytest.raises(StoreFull):
        both()
    assert store.journal.recall("a") is None


def test_foreign_errors_do_not_cross_the_border(store):
    with pytest.raises(StoreError) as caught, store.database.write() as connection:
        connection.execute("SELECT * FROM no_such_table")
    assert isinstance(caught.value.__cause__, sqlite3.Error)


def test_a_store_held_by_another_program_is_said_so(store):
    store.journal.remember("a", {})
    impatient = Database(store.database.path, busy_timeout=0.05)
    with closing(sqlite3.connect(store.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="held by another program"), impatient.write():
            pass
    impatient.close()


@pytest.mark.parametrize("name", ["with space", "per%20cent", "quest?ion", "ha#sh", "füchse 狐狸"])
def test_any_folder_name_will_do(tmp_path, name):
    store = Store(tmp_path / name)
    store.journal.remember("a", {"n": 1})
    assert (tmp_path / name / "evolink.sqlite").is_file()
    assert store.journal.recall("a") == {"n": 1}
    store.close()


def test_a_relative_folder_stays_where_it_was_when_the_notebook_moves(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = Store("pictures")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    store.journal.remember("a", {})
    assert (tmp_path / "pictures" / "evolink.sqlite").is_file()
    store.close()


def statements_of(store, act):
    seen = []
    store.journal.remember("open", {})
    with store.database.write() as connection:
        pass
    connection.set_trace_callback(seen.append)
    act()
    connection.set_trace_callback(None)
    return seen


def test_the_rows_around_the_post_are_flushed_to_the_disk_before_it(store, now):
    def ask():
        entry = store.journal.intend({}, service="emulator", now=now)
        store.ledger.reserve(entry.key, 1.0, now=now, service="emulator")
        store.journal.sending(entry.key, now)
        store.journal.accepted(entry.key, "task-unified-1", now)
        store.journal.ready(entry.key, ["https://x"], until=None)

    seen = [line for line in statements_of(store, ask) if "synchronous" in line or line == "COMMIT"]
    full, normal = "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"
    # Intent and reservation, then one flush that covers all three, then the id's own.
    assert seen == ["COMMIT", "COMMIT", full, "COMMIT", "COMMIT", normal, "COMMIT"]


def test_where_wal_cannot_be_had_the_delete_journal_is_used_and_every_row_is_flushed(tmp_path):
    database = Database(tmp_path / "x.sqlite", vfs="unix-dotfile")
    with database.write() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 3
        connection.execute("INSERT INTO notes VALUES ('a', '{}')")
    assert database.journal_mode == "delete"
    assert not (tmp_path / "x.sqlite-wal").exists()
    other = Database(tmp_path / "x.sqlite", vfs="unix-dotfile")
    assert len(other.rows("SELECT * FROM notes")) == 1
    database.close()
    other.close()


def test_threads_share_one_store(store):
    def write(name):
        for number in range(50):
            store.journal.remember(f"{name}-{number}", {"n": number})

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.database.rows("SELECT * FROM notes")) == 400


def test_a_fork_leaves_both_sides_a_store_that_works(tmp_path, program):
    running = program("fork_while_writing.py", tmp_path / "s")
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert out.split() == ["ok"]


def test_processes_that_open_a_new_store_at_once_migrate_it_once(tmp_path, program):
    running = [program("open_at_once.py", tmp_path / "s", number) for number in range(4)]
    for process in running:
        assert process.stdout.readline() == "ready\n"
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert len(Store(tmp_path / "s").database.rows("SELECT * FROM notes")) == 4


def test_opening_the_room_loads_no_pillow(program):
    code = "import sys, evolink_widgets.store; sys.exit('PIL' in sys.modules)"
    import sys
    from pathlib import Path

    import evolink_widgets

    root = Path(evolink_widgets.__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0


def test_what_others_write_is_noticed_and_what_is_read_is_not(tmp_path, now):
    path = tmp_path / "evolink.sqlite"
    mine, theirs = Database(path), Database(path)
    assert mine.data_version == 0
    assert not path.exists()
    Journal(theirs).remember("a", {})
    before = mine.data_version
    mine.rows("SELECT * FROM notes")
    assert mine.data_version == before > 0
    Journal(theirs).remember("b", {})
    assert mine.data_version != before
    mine.close()
    theirs.close()
