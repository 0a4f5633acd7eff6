"""Files of the store: none of them leads elsewhere, and none is made for one user alone."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from evolink_widgets.errors import BudgetExceeded, DownloadFailed, StoreDamaged
from evolink_widgets.store import Cap, Store, safe_files, thumbnail
from evolink_widgets.store.file_names import in_database, in_file_system, inside, stems

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and pipes are POSIX's")

KEY = "k3j2mnpqrstu"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere.txt"
    path.write_text("mine")
    return path


@pytest.mark.parametrize("name", ["a.txt", ".parts/a.txt"])
def test_a_link_is_neither_read_nor_written_nor_made_anew(tmp_path, elsewhere, name):
    (tmp_path / ".parts").mkdir()
    path = tmp_path / name
    path.symlink_to(elsewhere)
    with pytest.raises(safe_files.NotPlain, match="it is a link"):
        safe_files.read_plain(path)
    with pytest.raises(safe_files.NotPlain, match="it is a link"):
        safe_files.change_plain(path)
    with pytest.raises(FileExistsError):
        safe_files.make_new(path)
    assert not safe_files.is_plain(path)
    assert safe_files.size_of(path) == 0
    safe_files.remove(path)
    assert elsewhere.read_text() == "mine"
    assert not path.is_symlink()


def test_a_hidden_folder_that_is_a_link_is_not_gone_into(tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    (there / "x.tmp").write_text("mine")
    folder = tmp_path / safe_files.PARTS
    folder.symlink_to(there)
    for act in (
        lambda: safe_files.make_new(folder / "new"),
        lambda: safe_files.read_plain(folder / "x.tmp"),
        lambda: safe_files.remove(folder / "x.tmp"),
        lambda: safe_files.rename(folder / "x.tmp", tmp_path / "y"),
        lambda: safe_files.link(folder / "x.tmp", tmp_path / "y"),
        lambda: safe_files.own_folder(tmp_path, safe_files.PARTS),
    ):
        with pytest.raises(safe_files.NotPlain, match="it is a link"):
            act()
    assert safe_files.names_in(folder) == []
    assert [path.name for path in there.iterdir()] == ["x.tmp"]


def test_a_pipe_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for act in (safe_files.read_plain, safe_files.change_plain):
        with pytest.raises(safe_files.NotPlain, match="no plain file"):
            act(tmp_path / "pipe")


def test_what_has_a_second_name_is_not_changed(tmp_path, elsewhere):
    os.link(elsewhere, tmp_path / "second")
    with pytest.raises(safe_files.NotPlain, match="second name"):
        safe_files.change_plain(tmp_path / "second")


def test_the_stores_own_folder_may_be_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "evolink_images").symlink_to(tmp_path / "disk")
    store = Store(tmp_path / "evolink_images")
    store.journal.remember("a", {"n": 1})
    assert store.journal.recall("a") == {"n": 1}
    assert store.gallery.part_path(KEY, 0).parent.is_dir()
    store.close()


def test_a_users_own_picture_may_be_a_link(tmp_path, picture):
    (tmp_path / "mine.png").write_bytes(picture())
    (tmp_path / "link.png").symlink_to(tmp_path / "mine.png")
    assert thumbnail(tmp_path / "link.png", 16).width == 16


def test_a_part_has_a_name_that_nobody_can_guess_and_what_lay_there_goes(store, elsewhere):
    folder = store.root / ".parts"
    folder.mkdir(parents=True)
    (folder / f"{KEY}_1.part").symlink_to(elsewhere)
    (folder / f"{KEY}_1_guess.part").write_text("a killed kernel's")
    (folder / f"{KEY}_10_other.part").write_text("another picture's")
    first = store.gallery.part_path(KEY, 0)
    assert store.gallery.part_path(KEY, 0) == first
    assert Store(store.root).gallery.part_path(KEY, 0) != first
    assert [path.name for path in folder.iterdir()] == [f"{KEY}_10_other.part"]
    assert elsewhere.read_text() == "mine"


def test_a_part_that_became_a_link_is_no_picture_and_goes(store, recipe, picture, now, tmp_path):
    (tmp_path / "theirs.png").write_bytes(picture())
    part = store.gallery.part_path(KEY, 0)
    part.symlink_to(tmp_path / "theirs.png")
    with pytest.raises(DownloadFailed):
        store.gallery.admit(KEY, 0, part, recipe(), now=now)
    assert not part.is_symlink()
    assert (tmp_path / "theirs.png").read_bytes() == picture()


@pytest.mark.parametrize("key", ["../../x", "a/b", "", ".", "x" * 65, "é"])
def test_a_key_that_leads_elsewhere_names_no_part(store, key):
    with pytest.raises(StoreDamaged, match="no task's key"):
        store.gallery.part_path(key, 0)


def test_a_picture_that_became_a_link_is_not_shown_or_copied(admit, tmp_path, picture):
    image = admit()
    (tmp_path / "theirs.png").write_bytes(picture(seed="theirs"))
    image.path.unlink()
    image.path.symlink_to(tmp_path / "theirs.png")
    for act in (lambda: image.bytes, lambda: image.pil, lambda: image.save(tmp_path / "out")):
        with pytest.raises(StoreDamaged, match="link"):
            act()


def test_amounts_below_nothing_make_no_room_under_a_cap(store, now):
    store.ledger.reserve("a", 7.5, now=now, service="x")
    with store.database.write() as connection:
        for key, amount in (("b", -9_000_000), ("c", "many"), ("d", -(1 << 63))):
            connection.execute(
                "INSERT INTO ledger (key, service, state, reserved, charged, reserved_at, "
                "settled_at) VALUES (?, 'x', 'settled', 0, ?, 1.0, 1.0)",
                (key, amount),
            )
    assert store.ledger.spent().total == 7.5
    with pytest.raises(BudgetExceeded):
        store.ledger.reserve("e", 1.0, now=now, service="x", caps=[Cap(8.0)])


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
def test_what_is_made_has_the_permissions_that_the_umask_leaves(tmp_path, umask):
    before = os.umask(umask)
    try:
        safe_files.make_new(tmp_path / "new").close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("field", ["key", "idempotency_key", "created_at", "results"])
def test_a_row_that_is_not_of_our_making_is_left_out_and_the_others_stay(store, now, field):
    for key in ("first", "second"):
        store.journal.intend({"prompt": "a"}, service="x", now=now, key=key)
        store.journal.sending(key, now)
    value = {"key": "../x", "idempotency_key": "a\r\nb: c", "created_at": "soon", "results": "7"}
    with store.database.write() as connection:
        connection.execute(f"UPDATE tasks SET {field} = ? WHERE key = 'first'", (value[field],))
    assert [entry.key for entry in Store(store.root).journal.open_entries()] == ["second"]


def test_names_are_the_same_bytes_in_every_locale(tmp_path):
    name = "2026-11-24_雪-é_k3j2_1.png"
    assert in_database(in_file_system(name)) == name
    assert os.fsencode(inside(tmp_path, name).name) == name.encode()


def test_a_name_that_the_disk_takes_is_kept_and_nothing_is_left_of_the_trial(tmp_path, now):
    found = list(stems(tmp_path, "déjà vu 雪", "k3j2", now))
    assert [name.split("_")[1] for name in found] == ["déjà-vu-雪", "deja-vu"]
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_at_this_moment_is_swept_by_no_clock_that_is_fast(tmp_path, monkeypatch):
    """A file server writes the times down by its own clock."""
    growing, left = safe_files.new_temporary(tmp_path), safe_files.new_temporary(tmp_path)
    os.utime(left, (1e9, 1e9))
    here = time.time
    monkeypatch.setattr(time, "time", lambda: here() + 7_200)
    safe_files.sweep(tmp_path, 3_600)
    assert list(tmp_path.iterdir()) == [growing]
