"""Deleting is moving: undone by one call, never over another file, consistent when killed."""

from __future__ import annotations

import errno
import json
import os
import shutil

import pytest
from refusing import refuse

from evolink_widgets.errors import StoreDamaged, StoreError, StoreReadOnly
from evolink_widgets.store import Freed, Query, Store, empty_trash, in_use

KEY = "k3j2mnpqrstu"
ALL = [(KEY, 0), (KEY, 1)]


@pytest.fixture(params=[True, False], ids=["links", "no links"])
def _links(request, monkeypatch):
    """File systems with and without hard links (FAT, some network folders)."""

    def no_links(*_args, **_more):
        raise OSError(errno.EPERM, "Operation not permitted")

    if not request.param:
        monkeypatch.setattr(os, "link", no_links)


def in_trash(store: Store) -> list[str]:
    folder = store.root / ".trash"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.usefixtures("_links")
def test_a_picture_goes_to_the_trash_and_comes_back(admit, store, visible, now):
    images = [admit(index=index) for index in range(2)]
    before, data = visible(store), images[0].bytes
    assert store.gallery.trash([(KEY, 0)], now=now) == 1
    assert in_trash(store) == [images[0].path.name]
    assert visible(store) == [name for name in before if name != images[0].path.name]
    assert [image.index for image in store.gallery.images(KEY)] == [1]
    assert store.gallery.count(Query()) == store.gallery.count(Query(trashed=True)) == 1
    lying = store.gallery.page(Query(trashed=True), 0, 5)[0]
    assert (lying.bytes, lying.path.parent.name) == (data, ".trash")
    assert lying.thumbnail(32)
    assert in_trash(store) == [images[0].path.name], "its small copies are kept where all are"
    assert store.gallery.restore([(KEY, 0)]) == 1
    assert (visible(store), in_trash(store)) == (before, [])
    assert store.gallery.images(KEY)[0] == images[0]
    assert store.gallery.images(KEY)[0].bytes == data


def test_the_recipe_file_lists_what_is_there(admit, store, now):
    image = admit(index=0)
    admit(index=1)
    record = image.path.with_name(image.path.name.replace("_1.png", ".json"))

    def listed():
        return [one["index"] for one in json.loads(record.read_text())["pictures"]]

    store.gallery.trash([(KEY, 0)], now=now)
    assert listed() == [1]
    store.gallery.trash([(KEY, 1)], now=now)
    assert not record.exists()
    store.gallery.restore(ALL)
    assert listed() == [0, 1]


def test_what_is_there_already_or_nowhere_is_not_counted(admit, store, now):
    admit()
    assert store.gallery.trash([(KEY, 0), (KEY, 0), (KEY, 7), ("nobody", 0)], now=now) == 1
    assert store.gallery.trash([(KEY, 0)], now=now) == 0
    assert store.gallery.restore([(KEY, 0), (KEY, 7), ("\ud800", 0), (KEY, 1 << 80)]) == 1
    assert store.gallery.restore([(KEY, 0)]) == 0


@pytest.mark.usefixtures("_links")
def test_no_name_is_overwritten_on_either_side(admit, store, now):
    image = admit(n=1)
    data = image.bytes
    theirs = store.root / ".trash" / image.path.name
    theirs.parent.mkdir()
    theirs.write_bytes(b"somebody's")
    store.gallery.trash([(KEY, 0)], now=now)
    assert theirs.read_bytes() == b"somebody's"
    image.path.write_bytes(b"my own file")
    mine = store.root / store.gallery.find(KEY, 0).path.name
    mine.write_bytes(b"my other file")
    store.gallery.restore([(KEY, 0)])
    back = store.gallery.images(KEY)[0]
    assert back.bytes == data
    assert (image.path.read_bytes(), mine.read_bytes()) == (b"my own file", b"my other file")


def test_a_name_in_the_trash_is_kept_for_its_picture(admit, store, now, picture):
    first = admit(n=1)
    store.gallery.trash([(KEY, 0)], now=now)
    with store.database.write() as connection:
        connection.execute("UPDATE sets SET stem = 'other' WHERE key = ?", (KEY,))
    second = admit("k3j2zzzzzzzz", n=1, data=picture(seed=9))
    store.gallery.restore([(KEY, 0)])
    assert store.gallery.images(KEY)[0].path == first.path
    assert second.path != first.path
    assert store.gallery.images("k3j2zzzzzzzz")[0].bytes == picture(seed=9)


def test_a_picture_in_the_trash_is_not_taken_in_again(admit, store, now, visible):
    image = admit(n=1)
    store.gallery.trash([(KEY, 0)], now=now)
    again = admit(n=1)
    assert again.path == store.root / ".trash" / image.path.name
    assert visible(store) == []


def test_emptying_deletes_what_is_old_and_nothing_else(admit, store, now):
    for index in range(3):
        admit(index=index, n=3).thumbnail()
    store.gallery.trash([(KEY, 0)], now=now)
    store.gallery.trash([(KEY, 1)], now=now + 100)
    (store.root / ".trash" / "a note of mine.txt").write_text("mine")
    sha = store.gallery.find(KEY, 0).sha256
    assert list((store.root / ".thumbs").glob(f"{sha[:32]}*"))
    assert store.gallery.empty_trash(before=now + 50).pictures == 1
    assert not list((store.root / ".thumbs").glob(f"{sha[:32]}*"))
    assert [image.index for image in store.gallery.page(Query(trashed=True), 0, 9)] == [1]
    assert store.gallery.empty_trash(before=now + 1000).pictures == 1
    assert in_trash(store) == ["a note of mine.txt"]
    assert store.gallery.restore([(KEY, 0), (KEY, 1)]) == 0
    assert [image.index for image in store.gallery.images(KEY)] == [2]


@pytest.mark.parametrize("value", ["../../mine.txt", "/mine", "..", "a/b"])
def test_a_damaged_row_moves_and_deletes_nothing_outside(admit, store, now, tmp_path, value):
    for index in range(2):
        admit(index=index)
    (tmp_path / "mine.txt").write_text("mine")
    store.gallery.trash(ALL, now=now)
    with store.database.write() as connection:
        connection.execute("UPDATE pictures SET path = ? WHERE number = 0", (value,))
        connection.execute("UPDATE pictures SET sha256 = '../../*' WHERE number = 1")
    with pytest.raises(StoreDamaged, match="outside the store"):
        store.gallery.restore([(KEY, 0)])
    assert store.gallery.empty_trash(before=now + 1).pictures == 1
    assert (tmp_path / "mine.txt").read_text() == "mine"


def killed_in_between(store: Store, now: float, into_trash: bool) -> None:
    """Leave the store as a process does that moved the file and never committed the row."""
    [picture] = store.database.rows("SELECT * FROM pictures")
    name, trash = picture["path"], store.root / ".trash"
    trash.mkdir(exist_ok=True)
    if into_trash:
        (store.root / name).rename(trash / name)
    else:
        (trash / name).rename(store.root / name)


def test_killed_while_moving_the_next_look_finds_it_in_its_place(admit, store, now, visible):
    image = admit(n=1)
    killed_in_between(store, now, into_trash=True)
    assert store.gallery.images(KEY)[0] == image
    assert (image.path.is_file(), in_trash(store)) == (True, [])
    killed_in_between(store, now, into_trash=True)
    assert store.gallery.trash([(KEY, 0)], now=now) == 1
    killed_in_between(store, now, into_trash=False)
    assert store.gallery.page(Query(trashed=True), 0, 1)[0].path.is_file()
    assert [name for name in visible(store) if name.endswith(".png")] == []
    killed_in_between(store, now, into_trash=False)
    assert store.gallery.restore([(KEY, 0)]) == 1
    assert store.gallery.find(KEY, 0) == image


def test_both_names_left_by_a_killed_process_are_one_picture(admit, store, now, visible):
    image = admit(n=1)
    (store.root / ".trash").mkdir()
    os.link(image.path, store.root / ".trash" / image.path.name)
    assert store.gallery.images(KEY)[0] == image
    assert store.gallery.trash([(KEY, 0)], now=now) == 1
    assert in_trash(store) == [image.path.name]
    assert not image.path.exists()


def test_a_move_that_fails_is_undone(admit, store, now, visible):
    for index in range(2):
        admit(index=index)
    before = visible(store)
    (store.root / ".trash").write_text("a file where the folder should be")
    with pytest.raises(StoreReadOnly):
        store.gallery.trash(ALL, now=now)
    assert visible(store) == before
    (store.root / ".trash").unlink()
    # The database refuses the second row, as a full disk would.
    with store.database.write() as connection:
        refuse(
            connection,
            "CREATE TRIGGER full BEFORE UPDATE ON pictures WHEN NEW.number = 1 "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
        )
    with pytest.raises(StoreError):
        store.gallery.trash(ALL, now=now)
    assert (visible(store), in_trash(store)) == (before, [])
    assert store.database.rows("SELECT count(*) FROM pictures WHERE trashed_at")[0][0] == 0


def test_a_picture_deleted_by_hand_is_not_counted(admit, store, now):
    admit(index=0)
    admit(index=1).path.unlink()
    assert store.gallery.trash(ALL, now=now) == 1
    shutil.rmtree(store.root / ".trash")
    assert store.gallery.restore(ALL) == 0
    assert store.gallery.empty_trash(before=now + 1).pictures == 1


def test_emptying_says_what_it_has_freed_and_the_public_function_asks_nothing(
    admit, store, now, monkeypatch
):
    monkeypatch.setattr(in_use, "choice", in_use.StoreInUse(named=store.root))
    for index in range(2):
        admit(index=index, n=2).thumbnail()
    store.gallery.trash([(KEY, 0)], now=now)

    def on_disk() -> int:
        files = [one for name in (".trash", ".thumbs") for one in (store.root / name).iterdir()]
        return sum(file.stat().st_size for file in files)

    before = on_disk()
    freed = empty_trash()
    assert (freed.pictures, freed.bytes) == (1, before - on_disk())
    assert str(freed).startswith("1 picture deleted, 0.0")
    assert in_trash(store) == []
    assert [image.index for image in store.gallery.images(KEY)] == [1]
    assert empty_trash() == Freed()
