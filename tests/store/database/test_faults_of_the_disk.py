"""Full and read-only: a clear error, nothing half-written, nothing lost, and it goes on after."""

from __future__ import annotations

import errno
import sqlite3

import pytest
import without_privileges

from evolink_widgets.errors import (
    Billed,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
)
from evolink_widgets.store import Store
from evolink_widgets.store.database.database import database_error
from evolink_widgets.store.safe_files import file_error


def finish(running):
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert out.split()[-1] == "ok"


def test_a_limit_on_file_sizes_is_a_full_store_and_nothing_is_half_written(tmp_path, program):
    finish(program("full_disk.py", tmp_path / "s", "limit"))


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path, program, own_mounts):
    how = "mount" if own_mounts else "limit"
    finish(program("full_disk.py", tmp_path / "s", how, before=own_mounts))


def test_a_folder_without_write_permission_is_said_and_can_still_be_looked_at(tmp_path, program):
    finish(program("read_only.py", tmp_path / "s", "bits", before=without_privileges.WORDS))


def test_a_read_only_disk_is_said_and_can_still_be_looked_at(tmp_path, program, own_mounts):
    how = "mount" if own_mounts else "bits"
    before = own_mounts or without_privileges.WORDS
    finish(program("read_only.py", tmp_path / "s", how, before=before))


def test_a_file_where_the_folder_should_be_is_said_and_left_alone(tmp_path, recipe, now):
    path = tmp_path / "evolink_images"
    path.write_text("my file")
    store = Store(path)
    acts = [
        lambda: store.journal.intend({}, service="emulator", now=now),
        lambda: store.ledger.reserve("k", 1, now=now, service="emulator"),
        lambda: store.gallery.part_path("k", 0),
    ]
    for act in acts:
        with pytest.raises(StoreReadOnly, match=r"evolink_images.*ew\.configure\(store="):
            act()
    assert store.journal.open_entries() == []
    assert path.read_text() == "my file"


def test_a_folder_where_the_database_should_be_is_said(store, now):
    store.database.path.mkdir(parents=True)
    with pytest.raises(StoreError, match=r"evolink\.sqlite"):
        store.journal.intend({}, service="emulator", now=now)


def test_copies_that_cannot_be_written_are_said(admit, tmp_path):
    image = admit()
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreReadOnly, match="taken"):
        image.save(tmp_path / "taken" / "deeper")
    with pytest.raises(StoreError, match="taken"):
        image.save(tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "a file"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StoreFull),
        (errno.EDQUOT, StoreFull),
        (errno.EFBIG, StoreFull),
        (errno.EROFS, StoreReadOnly),
        (errno.EACCES, StoreReadOnly),
        (errno.EPERM, StoreReadOnly),
        (errno.ENOTDIR, StoreReadOnly),
        (errno.EIO, StoreError),
    ],
)
def test_each_answer_of_the_operating_system_has_its_error(tmp_path, number, kind):
    error = file_error(OSError(number, "as the system says it"), tmp_path / "x.png", "written")
    assert type(error) is kind
    assert "x.png could not be written: as the system says it." in str(error)
    assert error.billed is Billed.NO


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("database is locked", StoreError),
        ("attempt to write a readonly database", StoreReadOnly),
        ("database disk image is malformed", StoreDamaged),
        ("database or disk is full", StoreFull),
        ("file is not a database", StoreDamaged),
        ("disk I/O error", StoreFull),
        ("unable to open database file", StoreError),
    ],
)
def test_sqlites_words_are_enough_where_python_gives_no_code(tmp_path, words, kind):
    # Python 3.10 has no `sqlite_errorcode`.
    error = database_error(sqlite3.OperationalError(words), tmp_path / "evolink.sqlite")
    assert type(error) is kind
    assert words in str(error)
