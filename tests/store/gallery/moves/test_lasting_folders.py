"""A folder that keeps pictures has its own name on the disk before anything rests on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evolink_widgets.store import GeneratedImage, Store
from evolink_widgets.store.gallery.moves.months import move_some

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="names of handles are Linux's"
)

MONTH, KEY = "2026-11", "k3j2mnpqrstu"
Admit = Callable[..., GeneratedImage]


@pytest.fixture
def acts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is put on the disk and what is removed from now on, in its order."""
    told: list[str] = []
    fsync, unlink = os.fsync, os.unlink

    def flushes(handle: int) -> None:
        told.append(f"flush {Path(f'/proc/self/fd/{handle}').readlink().name}")
        fsync(handle)

    def removes(path: str | Path, *, dir_fd: int | None = None) -> None:
        told.append(f"remove {Path(path).name}")
        unlink(path, dir_fd=dir_fd)

    monkeypatch.setattr(os, "fsync", flushes)
    monkeypatch.setattr(os, "unlink", removes)
    return told


def commits(store: Store, acts: list[str]) -> None:
    """Tell of commits among the acts."""
    with store.database.write() as connection:
        connection.set_trace_callback(lambda said: said == "COMMIT" and acts.append("commit"))
    acts.clear()


def test_a_new_store_is_on_the_disk_before_the_first_line_of_its_journal(
    tmp_path: Path, acts: list[str]
) -> None:
    store = Store(tmp_path / "of a friend" / "evolink_images")
    store.root.mkdir(parents=True)  # by a process that was killed right then
    store.journal.remember("a line", {})
    assert "flush of a friend" in acts
    store.close()


def test_a_months_folder_is_on_the_disk_before_the_row_of_a_picture_in_it(
    store: Store, admit: Admit, acts: list[str]
) -> None:
    assert move_some(store.root, store.database) is None  # a folder a month, from now on
    (store.root / MONTH).mkdir()  # by a process that was killed right then
    commits(store, acts)
    image = admit(KEY, 0, n=1)
    assert image.path.parent.name == MONTH
    before = acts[: acts.index("commit")]
    assert {f"flush {store.root.name}", f"flush {MONTH}"} <= set(before)
    commits(store, acts)
    admit("m4k3npqrstuv", 0, n=1)
    assert f"flush {store.root.name}" not in acts, "once in a process is enough"


def test_a_months_folder_is_on_the_disk_before_an_old_name_is_gone(
    store: Store, admit: Admit, acts: list[str]
) -> None:
    name = admit(KEY, 0, n=1).path.name
    (store.root / MONTH).mkdir()
    commits(store, acts)
    move_some(store.root, store.database)
    before = acts[: acts.index(f"remove {name}")]
    assert {f"flush {store.root.name}", f"flush {MONTH}"} <= set(before)


def test_the_trash_is_on_the_disk_before_a_row_names_it(
    store: Store, admit: Admit, acts: list[str]
) -> None:
    admit(KEY, 0, n=1)
    (store.root / ".trash").mkdir()
    commits(store, acts)
    store.gallery.trash([(KEY, 0)], now=1.0)
    before = acts[: acts.index("commit")]
    assert {f"flush {store.root.name}", "flush .trash"} <= set(before)
