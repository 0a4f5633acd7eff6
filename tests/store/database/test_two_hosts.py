"""Two machines on one network folder: leases are believed, and moves never meet in the middle."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing

import pytest

from evolink_widgets.store import Query, Store
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.gallery.gallery import StoredPictures
from evolink_widgets.store.journal.process_name import surely_gone, this_process

KEY = "k3j2mnpqrstu"


@pytest.mark.parametrize(
    "owner",
    ["999999999@other-0a1b2c3d", f"{os.getpid()}@other-0a1b2c3d"],
    ids=["no process here", "this process's number"],
)
def test_a_lease_of_another_machine_is_believed_until_it_runs_out(store, now, owner):
    """Its process numbers say nothing here: 999999999 runs nowhere on this one."""
    entry = store.journal.intend({}, service="emulator", now=now)
    store.journal.sending(entry.key, now)
    assert store.journal.claim(entry.key, owner, now, lease_s=60)
    assert not surely_gone(owner)
    assert not store.journal.claim(entry.key, store.owner, now + 59)
    assert store.journal.claim(entry.key, store.owner, now + 61)
    assert not store.journal.claim(entry.key, owner, now + 62), "it comes back, and sees it"


def test_a_process_of_this_machine_that_is_gone_frees_its_task_at_once(store, now):
    host = this_process().partition("@")[2]
    entry = store.journal.intend({}, service="emulator", now=now)
    store.journal.sending(entry.key, now)
    assert store.journal.claim(entry.key, f"999999999@{host}", now)
    assert store.journal.claim(entry.key, store.owner, now + 1)


def meet(acts) -> list[BaseException]:
    """Run acts at the same time, each in a thread; return what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(acts))

    def run(act) -> None:
        try:
            start.wait()
            act()
        except BaseException as exc:
            raised.append(exc)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.parametrize("vfs", [None, "unix-dotfile"], ids=["WAL", "DELETE, as on a network"])
def test_two_that_delete_and_restore_the_same_pictures_lose_none(admit, store, now, visible, vfs):
    slots = [(admit(index=index, n=4).task_key, index) for index in range(4)]
    data = {index: store.gallery.find(KEY, index).bytes for index in range(4)}
    before = visible(store)
    store.close()
    if vfs is not None:  # it knows no WAL: the file must not be in that mode
        with closing(sqlite3.connect(store.database.path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    hosts = [
        StoredPictures(store.root, Database(store.database.path, vfs=vfs, busy_timeout=30))
        for _ in range(3)
    ]

    def to_and_fro(gallery: StoredPictures) -> None:
        for _ in range(6):
            gallery.trash(slots, now=now)
            gallery.page(Query(), 0, 9)
            gallery.restore(slots)

    assert meet([lambda gallery=gallery: to_and_fro(gallery) for gallery in hosts]) == []
    hosts[0].restore(slots)
    images = hosts[0].page(Query(), 0, 9)
    assert {image.index: image.bytes for image in images} == data
    for host in hosts:
        host._database.close()
    assert visible(store) == before
    assert not list((store.root / ".trash").iterdir())


def test_two_that_merge_the_same_store_at_once_take_each_picture_in_once(
    tmp_path, store, picture, recipe, now, visible
):
    other = Store(tmp_path / "other")
    for number in range(4):
        part = other.gallery.part_path(f"key{number}", 0)
        part.write_bytes(picture(seed=number))
        other.gallery.admit(f"key{number}", 0, part, recipe(f"fox {number}"), now=now)
    stores = [Store(store.root) for _ in range(3)]
    assert meet([lambda one=one: one.merge(other.root) for one in stores]) == []
    assert store.gallery.count(Query()) == 4
    assert len([name for name in visible(store) if name.endswith(".png")]) == 4
    for one in [*stores, other]:
        one.close()
