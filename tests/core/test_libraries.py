"""A library answers beside the own store, costs nothing, and is left as it is to the last byte."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import without_privileges
from PIL import Image
from services import environment

import evolink_widgets as ew
from evolink_widgets import errors
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.database.schema import MIGRATIONS
from evolink_widgets.store.judging.verdicts import Change

pytestmark = pytest.mark.usefixtures("own_settings")

SMALL = {"size": "816x816", "quality": "low"}
SCHEMA_1 = Path(__file__).parents[1] / "store/database/schema_1"

STUDENT = """
import json, sys
import evolink_widgets as ew
ask = lambda: ew.generate("a fox", size="816x816", quality="low")
cell = [ask(), ask()]
first, second = [task.result(60)[0] for task in cell]
again = ew.session().submit(cell[0].request, execution="the next run").result(60)[0]
try:
    ask().result(60)
    refused = None
except ew.SpendingRefused as error:
    refused = str(error)
ew.store.favourite(second)
gallery = ew.Gallery(favourite=True)
print(json.dumps({
    "files": [str(first.path), str(second.path), str(again.path)],
    "said": str(cell[0].state.reused),
    "refused": refused,
    "spent": len(list(ew.spending())),
    "stored": str(ew.session().stored(cell[0].request)),
    "counts": ew.session().stored_counts([cell[0].request]),
    "marked": [first.favourite, second.favourite],
    "starred": [image.path.name for image in gallery.images],
    "small": len(second.thumbnail(100)),
    "named": ew.picture(second.path.name) == second == ew.store.picture(second.task_key, 1),
    "by path": ew.picture(second.path) == second,
    "recipe": ew.recipe(first.save("out/")).request.prompt,
    "merged": str(ew.store.merge(first.path.parent)),
    "after": ew.session().stored_counts([cell[0].request]),
}))
"""


def tree(root: Path) -> dict[str, Any]:
    """All that is in a folder: the bytes and times of files, and which folders there are."""
    return {
        path.relative_to(root).as_posix(): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None,
        )
        for path in sorted([root, *root.rglob("*")])
    }


@contextlib.contextmanager
def only_read(root: Path) -> Iterator[None]:
    """A folder that can't be written to (root can), and that is the same afterwards."""
    before = tree(root)
    paths = [root, *root.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert tree(root) == before


def made(store: Path, *prompts: str, close: bool = True) -> Path:
    """A store with a picture of each prompt."""
    ew.configure(store=store, library=[], spend="allow", speed=1000)
    for prompt in prompts:
        ew.generate(prompt, fresh=True, **SMALL).result(60)
    if close:
        ew.session().close()
    return store


def left(store: Path, library: Path) -> Path:
    """A copy of a store that is in use, as a kernel leaves it that is killed: with its WAL."""
    with contextlib.closing(sqlite3.connect(store / "evolink.sqlite")) as reading:
        reading.execute("SELECT count(*) FROM tasks").fetchone()
        ew.session().close()  # this one writes no more, and what it wrote stays in the WAL
        shutil.copytree(store, library)
    assert (library / "evolink.sqlite-wal").stat().st_size
    return library


def student(
    folder: Path, libraries: str, before: Sequence[str] = without_privileges.WORDS, **more: str
) -> dict[str, Any]:
    """What a process of a student's tells, who may buy nothing."""
    folder.mkdir(exist_ok=True)
    more = {"EVOLINK_SPEND": "never", "EVOLINK_LIBRARY": libraries, **more}
    run = subprocess.run(
        [*(before or without_privileges.WORDS), sys.executable, "-c", STUDENT],
        cwd=folder, env=environment() | more, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert run.stdout, run.stderr
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def test_a_class_gets_the_library_s_pictures_and_leaves_no_trace(tmp_path: Path) -> None:
    library = made(tmp_path / "course/evolink_images", "a fox", "a fox", "an owl")
    assert not (library / "evolink.sqlite-wal").exists()
    with only_read(library):
        told = student(tmp_path / "ana", str(library))
    first, second, again = map(Path, told["files"])
    assert first.parent == second.parent == library
    assert first == again != second
    assert told["said"].startswith("from the library course, drawn on ")
    assert "nor in the library course" in told["refused"]
    assert "Not charged" in told["refused"]
    assert told["spent"] == 0
    assert told["stored"] == told["said"]
    assert told["marked"] == [False, True]
    assert told["starred"] == [second.name]
    assert told["small"]
    assert told["named"]
    assert told["by path"]
    assert told["recipe"] == "a fox"
    assert told["merged"].startswith("3 pictures and 3 tasks taken over")
    assert (told["counts"], told["after"]) == ([2], [2])  # each picture once, also when in both
    assert list((tmp_path / "ana/evolink_images/.thumbs").iterdir())


def test_one_that_was_not_closed_or_is_at_work_is_read_from_a_copy(tmp_path: Path) -> None:
    library = made(tmp_path / "course", "a fox", close=False)
    old = left(library, tmp_path / "left open")
    with only_read(old):
        told = student(tmp_path / "ana", str(old), EVOLINK_SPEND="allow")
    assert told["files"][0].startswith(str(old))
    assert told["refused"] is None  # the third was bought
    # A kernel that reads it sees what the teacher makes while both run.
    made(library, "a wolf", close=False)
    teacher = ew.session()
    assert (library / "evolink.sqlite-wal").stat().st_size
    ew.configure(store=tmp_path / "ben", library=library, spend="never")
    assert ew.generate("a fox", **SMALL).result(60)[0].path.parent == library
    with pytest.raises(errors.SpendingRefused):
        ew.generate("an owl", **SMALL).result(60)
    ew.configure(spend="allow")
    request = ew.ImageRequest("an owl", **SMALL)
    teacher.submit(request, fresh=True).result(60)
    ew.configure(spend="never")
    assert ew.generate(request).result(60)[0].path.parent == library
    teacher.close()


def test_what_is_bought_beside_a_library_stays_behind_its_pictures(tmp_path: Path) -> None:
    library = made(tmp_path / "course", "a fox", "a fox")
    ew.configure(store=tmp_path / "mine", library=[library])
    request = ew.ImageRequest("a fox", n=3, **SMALL)

    def run(name: str) -> list[Path]:
        return [image.path for image in ew.session().submit(request, execution=name).result(60)]

    first = run("first")
    assert [path.parent.name for path in first] == ["course", "course", "mine"]
    assert run("again") == first
    ew.session().submit(request.replace(n=1), fresh=True).result(60)
    assert run("after a fresh one") == first
    # Another library that comes later has its place behind what was there.
    other = made(tmp_path / "other", "a fox")
    ew.configure(store=tmp_path / "mine", library=[library, other])
    assert run("with another") == first
    five = ew.session().submit(request.replace(n=5), execution="five").result(60)
    assert [one.path.parent.name for one in five] == ["course", "course", "mine", "mine", "other"]
    assert ew.session().stored_counts([request]) == [5]


def test_a_library_answers_for_a_picture_whose_own_file_is_gone(tmp_path: Path) -> None:
    request = ew.ImageRequest("a fox", n=2, **SMALL)
    ew.configure(store=tmp_path / "mine", speed=200)
    own = [image.path for image in ew.session().submit(request, execution="one").result(60)]
    ew.store.publish(tmp_path / "shared")
    own[0].unlink()
    ew.configure(library=tmp_path / "shared", spend="never")
    assert ew.session().stored_counts([request]) == [2]
    again = ew.session().submit(request, execution="two").result(60)
    assert [image.path.parent.name for image in again] == ["shared", "mine"]
    assert [image.path.name for image in again] == [path.name for path in own]


def test_the_own_store_answers_first_then_each_library_in_order(tmp_path: Path) -> None:
    one, two = made(tmp_path / "one", "a fox"), made(tmp_path / "two", "a fox", "an owl")
    own = made(tmp_path / "mine", "a fox")
    named = os.pathsep.join(map(str, (two, one)))
    with pytest.MonkeyPatch.context() as patch, only_read(one), only_read(two):
        patch.setenv("EVOLINK_LIBRARY", f" {named}{os.pathsep}")
        ew.configure(store=own, library=None, spend="never")
        ew.configure()
        batch = ew.batch([{"prompt": "a fox"}, {"prompt": "an owl"}], repeats=1, **SMALL)
        assert "2 in the store" in str(batch) or "2 in the store" in repr(batch)
        rows = batch.create().result().to_frame()
        assert [row["reused"] for row in rows] == [True, True]
        images = ew.generate("a fox", n=3, **SMALL).result(60)
    assert [image.path.parent.name for image in images] == ["mine", "two", "one"]
    reused = ew.session().stored(ew.ImageRequest("a fox", n=3, **SMALL))
    assert str(reused).startswith("from the store and the libraries two and one, drawn on")


@pytest.mark.parametrize("order", ["it is used, then named", "it is named, then used"])
@pytest.mark.parametrize("how", ["a link", "a link above it", "dots", "a link, not there yet"])
def test_the_own_store_is_no_library_however_its_path_is_spelled(
    how: str, order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "real/mine"
    spelled = {
        "a link": tmp_path / "link",
        "a link above it": tmp_path / "above/mine",
        "dots": tmp_path / "real/../real/mine",
        "a link, not there yet": tmp_path / "above/mine",
    }[how]
    if how == "a link, not there yet":
        own.parent.mkdir()
        ew.configure(speed=1000)
    else:
        made(own, "a fox")
    (tmp_path / "link").symlink_to(own)
    (tmp_path / "above").symlink_to(tmp_path / "real")
    if order == "it is used, then named":
        ew.configure(store=own, library=None)
        monkeypatch.setenv("EVOLINK_LIBRARY", str(spelled))
    else:
        monkeypatch.setenv("EVOLINK_LIBRARY", str(spelled))
        ew.configure(store=own, library=None)
    ew.configure()  # the environment is read again
    owl = ew.generate("an owl", **SMALL).result(60)[0]
    assert ew.session().store.libraries == ()
    ew.store.favourite(owl)
    assert owl.favourite
    # By that spelling it is a store, too.
    store = ew.store.Store(spelled)
    assert store.gallery.trash([(owl.task_key, 0)], now=1.0) == 1
    store.close()
    ew.configure(store=spelled, library=own)
    assert ew.session().store.libraries == ()
    assert ew.generate("a hare", **SMALL).result(60)[0].path.parent.samefile(own)


def test_a_folder_that_both_variables_name_is_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = made(tmp_path / "mine", "a fox")
    (tmp_path / "link").symlink_to(store)
    [fox] = ew.store.Store(store).gallery.page(ew.store.Query(), 0, 1)
    code = (  # as the server does it, which has no store of its own
        "import sys, evolink_widgets as ew\n"
        "store = ew.store.Store(sys.argv[1])\n"
        f"print(store.gallery.trash([({fox.task_key!r}, 0)], now=1.0))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(store)], capture_output=True, text=True, timeout=60,
        env=environment() | {"EVOLINK_STORE": str(store), "EVOLINK_LIBRARY": f"{tmp_path}/link"},
    )  # fmt: skip
    assert run.stdout == "1\n", run.stderr


def test_a_library_is_left_alone_and_counted_once_by_each_of_its_names(tmp_path: Path) -> None:
    library = made(tmp_path / "course", "a fox")
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(library)
    with only_read(library):
        ew.configure(store=tmp_path / "mine", library=[tmp_path / "one", library])
        assert [one.name for one in ew.session().store.libraries] == ["one"]
        fox = ew.generate("a fox", n=1, **SMALL).result(60)[0]
        assert ew.picture(tmp_path / "two" / fox.path.name) == fox
        for spelled in (library, tmp_path / "two", tmp_path / "two/../course"):
            with pytest.raises(errors.StoreReadOnly, match="only read"):
                ew.store.Store(spelled).gallery.trash([(fox.task_key, 0)], now=1.0)


def test_an_edit_of_a_library_s_picture_knows_its_parent(tmp_path: Path) -> None:
    library = made(tmp_path / "course", "a fox")
    with only_read(library):
        ew.configure(store=tmp_path / "mine", library=library)
        fox = ew.generate("a fox", **SMALL).result(60)[0]
        night = fox.edit("make it night").result(60)[0]
        assert night.path.parent == tmp_path / "mine"
        assert night.parents == (fox,)
    # The edit, published with its reference, can be asked for anew by who has neither.
    published = ew.store.publish(tmp_path / "edits")
    assert (published.pictures, published.left_out) == (1, ())
    ew.configure(store=tmp_path / "ben", library=tmp_path / "edits")
    with only_read(tmp_path / "edits"):
        other = ew.generate(ew.picture(night.path.name), fresh=True).result(60)[0]
    assert other.path.parent == tmp_path / "ben"
    # The same edit of the same picture is answered, too.
    ew.configure(store=tmp_path / "chloe", library=[library, tmp_path / "edits"], spend="never")
    fox = ew.generate("a fox", **SMALL).result(60)[0]
    assert fox.edit("make it night").result(60)[0] == ew.picture(night.path.name)


def test_a_picture_that_is_handed_to_another_process_leaves_its_library_alone(
    tmp_path: Path,
) -> None:
    library = made(tmp_path / "course", "a fox")
    code = (
        "import pickle, sys\n"
        "image = pickle.load(sys.stdin.buffer)\n"
        "print(image.favourite, image.trashed, len(image.thumbnail(64)) > 0, image.parents)"
    )
    [fox] = ew.store.Store(library).gallery.page(ew.store.Query(), 0, 1)
    with only_read(library):
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, input=pickle.dumps(fox),
            env=environment() | {"EVOLINK_LIBRARY": str(library)}, capture_output=True, timeout=60,
        )  # fmt: skip
        assert run.stdout == b"False False True ()\n", run.stderr


def test_what_would_change_a_library_is_refused_or_kept_in_the_own_store(tmp_path: Path) -> None:
    library = made(tmp_path / "course", "a fox", "a hare")
    with only_read(library):
        ew.configure(store=tmp_path / "mine", library=library, spend="never")
        fox = ew.generate("a fox", **SMALL).result(60)[0]
        hare = ew.generate("a hare", **SMALL).result(60)[0]
        with pytest.raises(errors.StoreReadOnly, match=r"library in .* can't be deleted"):
            ew.store.Store(library).gallery.trash([(fox.task_key, 0)], now=1.0)
        with pytest.raises(errors.StoreReadOnly, match="it is only read"):
            ew.store.Store(library).presets["poster"] = {"size": "2:3"}
        gallery = ew.Gallery([fox, hare])
        with pytest.raises(errors.StoreReadOnly, match="can't be deleted"):
            gallery._trash([f"{fox.task_key}.0"])
        gallery._mark([f"{hare.task_key}.0"], True)
        # What judges say is kept in the own store, of the own pictures and a library's together.
        ew.configure(spend="allow")
        owl = ew.generate("an owl", **SMALL).result(60)[0]
        review = ew.ReviewView([fox, hare, owl], judge="ana")
        change = Change((fox.task_key, 0), at=1.0, verdict="keep", caption="sly")
        review._review.decide([change])
        assert review.kept == (fox,)
    assert (fox.favourite, hare.favourite, fox.trashed) == (False, True, False)


@pytest.mark.parametrize("how", ["missing", "damaged", "newer", "a link"])
def test_a_library_that_cannot_be_read_is_told_once_and_the_rest_goes_on(
    how: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = made(tmp_path / "good", "a fox")
    bad = tmp_path / "bad"
    if how == "damaged":
        bad.mkdir()
        (bad / "evolink.sqlite").write_bytes(b"no database" * 1000)
        os.utime(bad / "evolink.sqlite", (1e9, 1e9))
    elif how == "newer":
        shutil.copytree(good, bad)
        with contextlib.closing(sqlite3.connect(bad / "evolink.sqlite")) as connection:
            connection.execute("PRAGMA user_version = 99")
    elif how == "a link":
        bad.mkdir()
        (bad / "evolink.sqlite").symlink_to(good / "evolink.sqlite")
    ew.configure(store=tmp_path / "mine", library=[bad, good], spend="never")
    capfd.readouterr()
    for _ in range(2):
        assert ew.generate("a fox", **SMALL).result(60)[0].path.parent == good
        with pytest.raises(errors.SpendingRefused, match="The library bad is left out: "):
            ew.generate("an owl", **SMALL).result(60)
    fox = ew.ImageRequest("a fox", **SMALL)
    assert list(ew.session().stored_counts([fox])) == [1], "a batch goes on, too"
    told = capfd.readouterr()
    assert (told.out + told.err).count("The library bad is left out: ") == 1


def test_a_library_of_an_older_version_is_read(tmp_path: Path) -> None:
    library = tmp_path / "old"
    shutil.copytree(SCHEMA_1, library)
    with contextlib.closing(sqlite3.connect(library / "evolink.sqlite")) as connection:
        connection.executescript((library / "evolink.sql").read_text(encoding="utf-8"))
        [key] = connection.execute("SELECT key FROM pictures").fetchone()
        [version] = connection.execute("PRAGMA user_version").fetchone()
    assert version < len(MIGRATIONS)
    with only_read(library):
        ew.configure(store=tmp_path / "mine", library=library, spend="never")
        image = ew.store.picture(key, 1)
        assert image.path.is_relative_to(library)
        assert image in ew.Gallery().images[:10]


def test_a_folder_that_is_published_is_never_anybody_s_store(tmp_path: Path) -> None:
    made(tmp_path / "mine", "a fox")
    ew.store.publish("evolink_images")
    with only_read(tmp_path / "evolink_images"):
        with pytest.raises(errors.ConfigurationError, match="is a library: it is only read"):
            ew.configure(store="evolink_images")
        ew.configure(store=None)
        with pytest.raises(errors.ConfigurationError, match="library="):
            ew.session()
        # Whatever opens it, as the server does, leaves it as it is.
        code = (
            "import evolink_widgets as ew, sys; from evolink_widgets.store.store import Store\n"
            "store = Store(sys.argv[1]); print(len(store.gallery.page(ew.store.Query(), 0, 9)))"
        )
        run = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "evolink_images")],
            env=environment(), capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert run.stdout == "1\n", run.stderr


def test_what_is_published_says_nothing_but_the_pictures_and_is_the_same_again(
    tmp_path: Path,
) -> None:
    store = made(tmp_path / "mine", "a fox", "an owl")
    rows = Database(store / "evolink.sqlite").rows("SELECT * FROM tasks")
    ew.store.favourite(ew.picture(next(store.glob("*fox*_1.*")).name))
    said = str(ew.store.publish("library"))
    before = tree(tmp_path / "library")
    assert said == "2 pictures in library/, 2 new"
    assert str(ew.store.publish("library")) == "2 pictures in library/, 0 new"
    after = tree(tmp_path / "library")
    assert {name: digest for name, (_, digest) in before.items()} == {
        name: digest for name, (_, digest) in after.items()
    }
    everything = b"".join(p.read_bytes() for p in (tmp_path / "library").rglob("*") if p.is_file())
    for row in rows:
        for secret in (row["idempotency_key"], json.loads(row["results"])[0]):
            assert secret.encode() not in everything
    [[favourites]] = Database(tmp_path / "library/evolink.sqlite").rows(
        "SELECT sum(favourite) FROM pictures"
    )
    assert favourites == 0
    ew.store.Store(store).gallery.trash([(row["key"], 0) for row in rows[:1]], now=1.0)
    assert str(ew.store.publish("library")) == "1 picture in library/, 0 new, 1 taken out"
    assert len(list((tmp_path / "library").glob("20*_1.*"))) == 1
    assert len(list((tmp_path / "library").glob("20*.json"))) == 1
    with pytest.raises(errors.StoreError, match="this store itself"):
        ew.store.publish(store)
    other = made(tmp_path / "other", "a hare")
    with pytest.raises(errors.StoreError, match="is a store, and no library"):
        ew.store.Store(store).publish(other)


def test_publishing_takes_nothing_away_that_it_has_not_put_there(tmp_path: Path) -> None:
    colleague = made(tmp_path / "theirs", "a hare")
    mine = made(tmp_path / "mine", "a fox")
    (tmp_path / "link").symlink_to(mine)
    before = tree(colleague), tree(mine)
    ew.configure(store=mine, library=colleague)  # only named as one: it was never published
    for folder, why in {
        colleague: "is a store, and no library",
        tmp_path / "link": "is this store itself",
        mine / ".trash": "lies in this store",
        tmp_path / "link/course": "lies in this store",
    }.items():
        with pytest.raises(errors.StoreError, match=why):
            ew.store.publish(folder)
    assert (tree(colleague), tree(mine)) == before
    # A file of that name that was there before is a person's: a copy that was painted over, say.
    [fox] = ew.Gallery(library="the own store").images
    painted = tmp_path / "course" / fox.path.name
    painted.parent.mkdir()
    painted.write_bytes(b"painted over")
    said = str(ew.store.publish(painted.parent))
    assert said.startswith("0 pictures in course/, 0 new; 1 left out")
    assert painted.name in said
    painted.rename(tmp_path / "painted.png")
    assert str(ew.store.publish(painted.parent)) == "1 picture in course/, 1 new"
    painted.write_bytes(b"torn")  # now it is the library's, and is mended
    assert str(ew.store.publish(painted.parent)) == "1 picture in course/, 1 new"
    assert painted.read_bytes() == fox.bytes


KILLED = """
import os, signal, sys
import evolink_widgets as ew
from evolink_widgets.store import publishing
store = ew.store.Store(sys.argv[1])
real, left = getattr(publishing, sys.argv[4]), [int(sys.argv[3])]
def mortal(*names):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    real(*names)
setattr(publishing, sys.argv[4], mortal)
store.publish(sys.argv[2])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here")
def test_publishing_that_is_killed_leaves_a_library_that_answers_and_nothing_for_git(
    tmp_path: Path,
) -> None:
    mine, library = made(tmp_path / "mine", "a fox"), tmp_path / "course"
    ew.store.publish(library)
    first = ew.ImageRequest("a fox", **SMALL)
    made(mine, "an owl")
    for files in (1, 2):  # the new picture's; the database's
        command = [sys.executable, "-c", KILLED, str(mine), str(library), str(files), "rename"]
        run = subprocess.run(command, env=environment(), capture_output=True, timeout=60)
        assert run.returncode == -signal.SIGKILL, run.stderr
        ew.configure(store=tmp_path / "theirs", library=library, spend="never")
        assert ew.session().stored_counts([first]) == [1]
        task = ew.session().submit(first, execution=f"after {files}")
        assert task.result(60)[0].path.parent == library
    torn = list(library.glob(".*.tmp"))
    assert len(torn) == 2
    for path in (*torn, library / "notes.tmp", library / "a.part"):
        path.touch()
        os.utime(path, (1e9, 1e9))
    ew.configure(store=mine, library=[])
    assert ew.store.publish(library).pictures == 2
    assert {path.name for path in library.iterdir() if path.suffix in (".tmp", ".part")} == {
        "a.part", "notes.tmp",
    }  # fmt: skip
    # What is in the trash by now goes, also where the first try to take it out was killed.
    [owl] = [one for one in ew.Gallery().images if one.recipe.request.prompt == "an owl"]
    ew.session().store.gallery.trash([(owl.task_key, 0)], now=1.0)
    command = [sys.executable, "-c", KILLED, str(mine), str(library), "1", "remove"]
    run = subprocess.run(command, env=environment(), capture_output=True, timeout=60)
    assert run.returncode == -signal.SIGKILL, run.stderr
    ew.store.publish(library)
    assert [path.name for path in library.glob("*owl*")] == []


FULL = """
import resource, sys
import evolink_widgets as ew
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
try:
    print(ew.store.Store(sys.argv[1]).publish(sys.argv[2]))
except ew.errors.StoreFull:
    print("full")
"""


@pytest.mark.skipif(os.name == "nt", reason="limits on files are POSIX's")
def test_a_full_disk_ends_publishing_and_the_library_stays_as_it_was(tmp_path: Path) -> None:
    store, library = made(tmp_path / "mine", "a fox"), tmp_path / "course"
    ew.store.publish(library)
    pictures = ew.session().store.gallery
    fox = next(iter(ew.Gallery().images))
    for index in range(2):  # noise takes 480 kB
        part = pictures.part_path("abcdefghijkl", index)
        Image.frombytes("RGB", (400, 400), os.urandom(480_000)).save(part, "PNG")
        pictures.admit("abcdefghijkl", index, part, fox.recipe, now=1.0)
    before = tree(library)
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(store), str(library)],
        env=environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.stdout == "full\n", run.stderr
    after = tree(library)
    assert {name: of for name, of in after.items() if name != "."} == {
        name: of for name, of in before.items() if name != "."
    }
    assert ew.store.publish(library).pictures == 3


def test_a_library_keeps_the_last_copy_of_a_picture_whose_file_is_gone(tmp_path: Path) -> None:
    made(tmp_path / "mine", "a fox")
    [fox] = ew.Gallery().images
    data = fox.bytes
    ew.store.publish(tmp_path / "course")
    fox.path.unlink()
    assert str(ew.store.publish(tmp_path / "course")) == "1 picture in course/, 0 new"
    copy = tmp_path / "course" / fox.path.name
    assert copy.read_bytes() == data
    copy.write_bytes(b"torn")  # that is none
    assert ew.store.publish(tmp_path / "course").left_out


def test_what_is_damaged_in_the_store_stays_whole_in_the_library(tmp_path: Path) -> None:
    store, library = tmp_path / "mine", tmp_path / "course"
    made(store, "a fox", "an owl", "a hare", "a wolf", "a bear")
    found = {image.recipe.request.prompt: image for image in ew.Gallery().images}
    data = {prompt: image.bytes for prompt, image in found.items()}
    copies = {prompt: library / image.path.name for prompt, image in found.items()}
    assert ew.store.publish(library).pictures == 5
    found["a fox"].path.write_bytes(b"torn")
    found["an owl"].path.unlink()
    found["a hare"].path.write_bytes(data["a hare"] + b"painted over")
    copies["a hare"].unlink()
    copies["a wolf"].write_bytes(b"torn")
    with Database(store / "evolink.sqlite").write() as connection:
        change = "UPDATE sets SET recipe = '{' WHERE key IN (?, ?)"
        connection.execute(change, [found[name].task_key for name in ("an owl", "a wolf")])
        change = "UPDATE pictures SET width = 0 WHERE key = ?"
        connection.execute(change, [found["a bear"].task_key])
    published = ew.store.publish(library)
    assert (published.pictures, published.new, published.removed) == (3, 0, 0)
    assert len(published.left_out) == 2, "the hare and the wolf"
    assert f"{found['a hare'].path.name} was changed" in " ".join(published.left_out)
    assert not copies["a hare"].exists()
    assert copies["a wolf"].read_bytes() == b"torn", "what may be mended by hand is not removed"
    assert copies["a wolf"].with_name(f"{copies['a wolf'].stem[:-2]}.json").exists()
    again = ew.store.publish(library)
    assert (again.pictures, again.removed) == (3, 0)
    ew.configure(store=tmp_path / "theirs", library=library, spend="never")
    for prompt in ("a fox", "an owl", "a bear"):
        assert ew.generate(prompt, **SMALL).result(60)[0].bytes == data[prompt]
        assert copies[prompt].read_bytes() == data[prompt]


def test_a_library_whose_names_a_mac_has_spelled_answers_and_is_brought_up_to_date(
    tmp_path: Path,
) -> None:
    prompts = ("größe", "Käuzchen", "Tür")
    made(tmp_path / "mine", *prompts)
    found = {image.recipe.request.prompt: image for image in ew.Gallery().images}
    data = {prompt: image.bytes for prompt, image in found.items()}
    library = tmp_path / "course"
    ew.store.publish(library)
    for prompt, image in found.items():
        whole = library / image.path.name
        whole.rename(library / unicodedata.normalize("NFD", whole.name))
        assert not whole.exists(), f"{prompt}: this disk takes both spellings for one"
    with only_read(library):
        ew.configure(store=tmp_path / "theirs", library=library, spend="never")
        for prompt in prompts:
            image = ew.generate(prompt, **SMALL).result(60)[0]
            assert image.bytes == data[prompt]
            assert ew.store.picture(image.task_key, 1).bytes == data[prompt]
        assert len(list(ew.Gallery().images)) == 3
    # The library has the last copy of one; another is taken out of it.
    ew.configure(store=tmp_path / "mine", library=[], spend="allow")
    found["größe"].path.unlink()
    ew.session().store.gallery.trash([(found["Tür"].task_key, 0)], now=1.0)
    assert str(ew.store.publish(library)) == "2 pictures in course/, 0 new, 1 taken out"
    assert {path.name for path in library.glob("20*_1.*")} == {
        found[prompt].path.name for prompt in ("größe", "Käuzchen")
    }
    assert (library / found["größe"].path.name).read_bytes() == data["größe"]


def test_a_store_in_a_published_folder_is_written_to(tmp_path: Path) -> None:
    made(tmp_path / "mine", "a fox")
    ew.store.publish(tmp_path / "course")
    hidden = tmp_path / "course/.images"
    ew.configure(store=hidden, library=tmp_path / "course")
    assert ew.generate("an owl", **SMALL).result(60)[0].path.parent == hidden
    assert ew.generate("a fox", **SMALL).result(60)[0].path.parent == tmp_path / "course"


def test_a_chosen_picture_that_is_not_in_the_store_is_named(tmp_path: Path) -> None:
    library = made(tmp_path / "library", "a fox")
    ew.configure(store=tmp_path / "mine", library=library, spend="never")
    [fox] = ew.generate("a fox", **SMALL).result(60)
    published = ew.store.publish(tmp_path / "mine too", pictures=[fox])
    assert f"Picture 1 of task {fox.task_key} is not in this store" in published.left_out[0]


def test_the_address_that_was_called_back_is_not_published(tmp_path: Path) -> None:
    ew.configure(store=tmp_path / "own", mode="emulator", speed=200)
    address = "https://hooks.example.org/a-secret-path"
    images = ew.generate("a fox", size="1024x640", quality="low", callback_url=address).result(
        timeout=60
    )
    ew.store.publish(tmp_path / "library")
    files = [path for path in (tmp_path / "library").rglob("*") if path.is_file()]
    assert len(files) == 4  # the picture, its recipe, the database and the library's mark
    assert [path.name for path in files if b"a-secret-path" in path.read_bytes()] == []
    ew.configure(store=tmp_path / "reader", library=tmp_path / "library")
    again = ew.generate("a fox", size="1024x640", quality="low", callback_url=address)
    assert again.result(timeout=60)[0].sha256 == images[0].sha256


def git(folder: Path, *args: str) -> str:
    """What git says."""
    names = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for who in ("AUTHOR", "COMMITTER"):
        names |= {f"GIT_{who}_NAME": "teacher", f"GIT_{who}_EMAIL": "teacher@example.org"}
    run = subprocess.run(
        ["git", *args], cwd=folder, env=os.environ | names, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_a_pull_conflicts_with_nothing_and_a_running_kernel_sees_it(tmp_path: Path) -> None:
    teacher, course, clone = tmp_path / "teacher", tmp_path / "course", tmp_path / "clone"
    made(teacher, "a fox")
    course.mkdir()
    git(course, "init", "-q", "-b", "main")
    ew.store.publish(course / "pictures")
    git(course, "add", "-A")
    git(course, "commit", "-qm", "First lesson")
    git(tmp_path, "clone", "-q", str(course), str(clone))
    ew.configure(store=clone / "mine", library=clone / "pictures", spend="never")
    ben = ew.session()
    fox = ben.submit(ew.ImageRequest("a fox", **SMALL)).result(60)[0]
    ew.store.favourite(fox)
    fox.thumbnail()
    assert git(clone, "status", "--porcelain", "pictures") == ""
    made(teacher, "an owl")
    ew.store.publish(course / "pictures")
    git(course, "add", "-A")
    git(course, "commit", "-qm", "Second lesson")
    git(clone, "pull", "-q", "--ff-only")
    assert git(clone, "status", "--porcelain", "pictures") == ""
    ew.configure(store=clone / "mine", library=clone / "pictures", spend="never")
    for prompt in ("an owl", "a fox"):
        request = ew.ImageRequest(prompt, **SMALL)
        image = ben.submit(request, execution=None).result(60)[0]
        assert image.path.parent == clone / "pictures"
    assert fox.favourite
    # What git replaces is not there for a moment, and half written for another.
    path = clone / "pictures/evolink.sqlite"
    whole = path.read_bytes()
    path.unlink()
    assert ben.stored(ew.ImageRequest("an owl", **SMALL)) is not None
    path.write_bytes(whole[: len(whole) // 2])
    assert ben.stored(ew.ImageRequest("an owl", **SMALL)) is not None
    path.write_bytes(whole)
    assert ben.stored(ew.ImageRequest("an owl", **SMALL)) is not None
    ben.close()


def test_a_gallery_shows_the_store_and_libraries_and_says_where_from(tmp_path: Path) -> None:
    library = made(tmp_path / "course", "a fox", "a fox", "an owl")
    made(tmp_path / "mine", "a hare")
    ew.configure(store=tmp_path / "mine", library=library)
    with only_read(library):
        gallery = ew.Gallery()
        assert [image.path.parent.name for image in gallery.images] == ["mine", *["course"] * 3]
        assert [len(gallery.images[at : at + 2]) for at in (0, 2, 4)] == [2, 2, 0]
        looked = gallery._backend.look(gallery.query)
        assert (looked["count"], looked["facets"]["library"]) == (4, ("the own store", "course"))
        newest = gallery.images[1]
        rows = gallery._backend.facts(f"{newest.task_key}.{newest.index}")["rows"]
        assert ["Library", "course"] in rows
        gallery.text, gallery.library = "FOX", "course"
        assert len(gallery.images) == 2
        gallery.library = "the own store"
        assert len(gallery.images) == 0
        gallery.text, gallery.library, gallery.trashed = "", None, True
        assert len(gallery.images) == 0
        gallery.trashed = False
        # What was taken over is seen once, and is the user's to delete.
        assert ew.store.merge(library).pictures == 3
        assert [image.path.parent.name for image in gallery.images] == ["mine"] * 4
        assert gallery._backend.look(gallery.query)["count"] == 4
        gallery._trash([f"{newest.task_key}.{newest.index}"])
        assert len(gallery.images) == 3
        assert "mine and the library course" in gallery._static_html()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
@pytest.mark.parametrize("how", ["published", "left open"])
def test_a_class_reads_one_library_at_once(how: str, tmp_path: Path) -> None:
    store, library = (
        made(tmp_path / "mine", "a fox", "an owl", "an owl", close=False),
        tmp_path / how,
    )
    if how == "published":
        ew.store.publish(library)
    else:
        left(store, library)
    (tmp_path / "temporary").mkdir()
    readers = Path(__file__).parent / "programs/readers.py"
    command = [*without_privileges.WORDS, sys.executable, readers, library, tmp_path / "class"]
    env = environment() | {"TMPDIR": str(tmp_path / "temporary")}
    with only_read(library):
        run = subprocess.run(
            [*map(str, command), "12", "4"], env=env, capture_output=True, text=True, timeout=120
        )
    assert run.returncode == 0, run.stderr
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(told) == 12
    for one in told:
        assert [name.split("_")[1] for name in one["names"]] == ["a-fox", "an-owl"]
        assert one["names"] == told[0]["names"]
        assert (one["small"], one["marked"]) == ([True, True], [True, False])
        assert (one["seen"], one["refused"]) == (3, True)
    assert list((tmp_path / "temporary").iterdir()) == []


MOUNTED = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'


@pytest.mark.parametrize("how", ["published", "left open", "closed"])
def test_a_library_on_a_mount_that_is_read_only_answers(
    how: str, tmp_path: Path, own_mounts: tuple[str, ...]
) -> None:
    store, library = made(tmp_path / "mine", "a fox", "a fox", close=False), tmp_path / "course"
    if how == "published":
        ew.store.publish(library)
    elif how == "left open":
        left(store, library)
    else:
        ew.session().close()
        store.rename(library)
    before = [*own_mounts, "sh", "-c", MOUNTED, "-", str(library)] if own_mounts else []
    if before and subprocess.run([*before, "true"], capture_output=True).returncode:
        before = []  # this machine mounts nothing: permission bits are what is left
    with only_read(library):
        told = student(tmp_path / "ana", str(library), before=before)
        if before:
            code = f"open({str(library / 'new')!r}, 'w')"
            run = subprocess.run([*before, sys.executable, "-c", code], capture_output=True)
            assert b"Read-only file system" in run.stderr
    assert {Path(name).parent for name in told["files"]} == {library}
    assert told["said"].startswith("from the library course, drawn on ")
    assert told["small"]
    assert told["spent"] == 0
    assert told["merged"].startswith("2 pictures and 2 tasks taken over")
