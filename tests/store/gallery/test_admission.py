"""Pictures that arrive together are taken in together; each stands or falls alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evolink_widgets.errors import DownloadFailed, StoreError
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store import GeneratedImage, Store
from evolink_widgets.store.gallery.admission.admission import Arrival, NewSet

Arrive = Callable[..., Arrival]


@pytest.fixture
def arrive(
    store: Store, recipe: Callable[..., Recipe], picture: Callable[..., bytes], now: float
) -> Arrive:
    """A picture that has been fetched: `arrive("key", 0, n=2)`."""

    def make(
        key: str, index: int = 0, *, n: int = 1, data: bytes | None = None, more: bool = False
    ) -> Arrival:
        part = store.gallery.part(key, index, is_new=True)
        bytes_of_it = picture(seed=f"{key} {index}") if data is None else data
        for at in range(0, len(bytes_of_it), 1000):
            part.hold(bytes_of_it[at : at + 1000])
        about = NewSet(key, recipe(f"a fox named {key}", n=n), None, n, now, None)
        return Arrival(about, index, part, now, more)

    return make


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is put on the disk from now on, as the names that it has at that moment."""
    names: list[str] = []
    fsync = os.fsync

    def seen(handle: int) -> None:
        names.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", seen)
    return names


def taken(outcome: GeneratedImage | Exception) -> GeneratedImage:
    assert isinstance(outcome, GeneratedImage), outcome
    return outcome


def names_in_recipe(store: Store, stem: str) -> list[str]:
    record = json.loads((store.root / f"{stem}.json").read_text(encoding="utf-8"))
    return [one["file"] for one in record["pictures"]]


def test_nothing_is_on_the_disk_before_a_small_picture_is_taken_in(
    store: Store, arrive: Arrive
) -> None:
    arrive("k3j2mnpqrstu")
    assert not store.root.exists()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="names of handles are Linux's")
@pytest.mark.parametrize("count", [1, 2, 9])
def test_they_share_a_flush_of_the_folder_and_a_transaction(
    store: Store, arrive: Arrive, flushed: list[str], count: int
) -> None:
    keys = [f"task{number:08}" for number in range(count)]
    arrivals = [arrive(key) for key in keys]
    store.journal.remember("the database is there", {})
    flushed.clear()
    statements: list[str] = []
    with store.database.write() as connection:
        connection.set_trace_callback(statements.append)

    images = [taken(one) for one in store.gallery.admit_together(arrivals)]

    assert statements.count("COMMIT") - 1 == 1  # the first is that of the lines above
    kinds = [Path(name).suffix for name in flushed]
    assert kinds.count(".part") == count
    assert kinds.count(".tmp") == count  # each set's recipe, before it has its name
    assert flushed.count(store.root.name) == 1
    assert len(flushed) == 2 * count + 1
    assert [image.task_key for image in images] == keys
    assert not list((store.root / ".parts").iterdir())


def test_one_recipe_file_is_written_for_a_set_with_its_last_picture(
    store: Store, arrive: Arrive, visible: Callable[[Store], list[str]]
) -> None:
    key = "k3j2mnpqrstu"
    first = store.gallery.admit_together([arrive(key, 0, n=3, more=True)])
    assert not [name for name in visible(store) if name.endswith(".json")]

    rest = [arrive(key, 1, n=3, more=True), arrive(key, 2, n=3)]
    images = [taken(one) for one in (*first, *store.gallery.admit_together(rest))]

    stem = images[0].path.stem.removesuffix("_1")
    assert names_in_recipe(store, stem) == [image.path.name for image in images]


def test_a_set_whose_other_pictures_never_come_has_its_recipe_file(
    store: Store, arrive: Arrive
) -> None:
    key = "k3j2mnpqrstu"
    image = taken(*store.gallery.admit_together([arrive(key, 0, n=3, more=True)]))
    store.gallery.write_recipe(key)
    assert names_in_recipe(store, image.path.stem.removesuffix("_1")) == [image.path.name]


def test_one_that_is_no_picture_holds_up_no_other(store: Store, arrive: Arrive) -> None:
    arrivals = [
        arrive("task00000001"),
        arrive("task00000002", data=b"<!doctype html>expired"),
        arrive("task00000003", data=b""),
        arrive("task00000004"),
    ]
    one, page, nothing, other = store.gallery.admit_together(arrivals)
    assert taken(one).path.exists()
    assert taken(other).path.exists()
    assert isinstance(page, DownloadFailed)
    assert "a web page" in page.message
    assert isinstance(nothing, DownloadFailed)
    assert "it is empty" in nothing.message
    assert arrivals[1].part.size == 0


def test_one_that_can_not_be_placed_holds_up_no_other_and_leaves_nothing_half(
    store: Store, arrive: Arrive, visible: Callable[[Store], list[str]]
) -> None:
    arrivals = [store.gallery.examine(arrive(f"task{number:08}")) for number in range(3)]
    arrivals[1].part.path.unlink()  # after it was seen to be whole

    first, gone, last = store.gallery.admit_together(arrivals)

    assert isinstance(gone, StoreError)
    here = {taken(first).path.name, taken(last).path.name}
    assert {name for name in visible(store) if name.endswith(".png")} == here
    assert len([name for name in visible(store) if name.endswith(".json")]) == 2
    assert len(store.database.rows("SELECT * FROM pictures")) == 2


def test_a_favourite_that_is_fetched_once_more_stays_one(store, admit, picture):
    data = picture(seed=3)
    image = admit(data=data)
    assert store.gallery.favourite([(image.task_key, 0), ("gone", 0)], True) == 1, "of those here"
    image.path.unlink()
    assert admit(data=data).favourite
    image.path.unlink()
    assert not admit(data=picture(seed=4)).favourite, "another picture in its place"
