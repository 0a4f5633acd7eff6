"""Several kernels, threads and processes at once: one collects, and no cap is passed."""

from __future__ import annotations

import json
import threading
from collections import Counter

import pytest

from evolink_widgets.errors import BudgetExceeded
from evolink_widgets.store import Cap, Store


def together(count, act):
    start = threading.Barrier(count)
    troubles = []

    def run(number):
        start.wait()
        try:
            act(number)
        except BaseException as exc:
            troubles.append(exc)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []


@pytest.mark.parametrize("one_store", [True, False], ids=["one store", "a store a thread"])
def test_of_eight_threads_exactly_one_gets_each_task(store, now, one_store):
    keys = [store.journal.intend({}, service="emulator", now=now).key for _ in range(20)]
    stores = [store if one_store else Store(store.root) for _ in range(8)]
    won = []

    def act(number):
        for key in keys:
            if stores[number].journal.claim(key, f"owner-{number}", now):
                won.append(key)

    together(8, act)
    assert Counter(won) == Counter(keys)
    for opened in stores:
        opened.close()


@pytest.mark.parametrize("one_store", [True, False], ids=["one store", "a store a thread"])
def test_eight_threads_never_pass_a_cap_and_use_all_of_it(store, now, one_store):
    stores = [store if one_store else Store(store.root) for _ in range(8)]
    granted = []

    def act(number):
        for turn in range(10):
            try:
                stores[number].ledger.reserve(
                    f"{number}-{turn}", 0.3, now=now, service="emulator", caps=[Cap(10)]
                )
            except BudgetExceeded:
                continue
            granted.append(number)

    together(8, act)
    assert len(granted) == 33
    assert store.ledger.spent().total == pytest.approx(9.9)
    for opened in stores:
        opened.close()


def test_four_processes_share_tasks_and_a_cap(store, program, now):
    for number in range(25):
        store.journal.intend({}, service="emulator", now=now, key=f"task-{number}")
    store.close()
    running = [program("race.py", store.root, me, 2, 25, 15, 50) for me in range(4)]
    for process in running:
        assert process.stdout.readline() == "ready\n"
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = []
    for process in running:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        told.append(json.loads(out))
    assert [one["troubles"] for one in told] == [[]] * 4
    claimed = Counter(key for one in told for key in one["claimed"])
    assert claimed == Counter(f"task-{number}" for number in range(25))
    granted = [key for one in told for key in one["granted"]]
    assert len(granted) == 33, "1.5 credits each: 33 fit under a cap of 50"
    assert store.ledger.spent().total == 49.5


def test_the_same_picture_admitted_by_many_at_once_is_there_once(
    store, recipe, picture, now, visible
):
    data = picture("png", 120, 90)
    stores = [Store(store.root) for _ in range(6)]
    admitted = []

    def act(number):
        part = stores[number].gallery.part_path("k3j2mnpqrstu", 0).with_suffix(f".{number}")
        part.write_bytes(data)
        gallery = stores[number].gallery
        admitted.append(gallery.admit("k3j2mnpqrstu", 0, part, recipe(), now=now))

    together(6, act)
    assert len({image.path for image in admitted}) == 1
    assert len(visible(store)) == 2
    assert admitted[0].bytes == data
    for opened in stores:
        opened.close()


def test_the_pictures_of_a_set_may_land_at_once_and_in_any_order(store, admit):
    together(8, lambda number: admit("k3j2mnpqrstu", 7 - number, n=8))
    images = store.gallery.images("k3j2mnpqrstu")
    assert [image.index for image in images] == list(range(8))
    (record,) = store.root.glob("*.json")
    listed = json.loads(record.read_text())["pictures"]
    assert [entry["file"] for entry in listed] == [image.path.name for image in images]
