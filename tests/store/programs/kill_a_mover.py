"""Kills a process that moves pictures into their months' folders, at every line that it runs.

Arguments: a folder. A small store of one folder is copied for each kill; a child moves its files
and is killed (SIGKILL) as it comes to a line: to each the first time, and the last time. After
each kill this process looks: every picture is found and whole, by its old name too, in its set's
recipe file, once in the gallery; then the move is taken to its end. With a second argument the
file system knows no links. Prints "ok <kills> <points>".
"""

import errno
import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image

import evolink_widgets.store.gallery.moves.months
from evolink_widgets.moved_files import where_it_lies
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Query, Store
from evolink_widgets.store.gallery.copies.embed import read_recipe
from evolink_widgets.store.gallery.moves.months import move_some

PLACE = Path(sys.argv[1])
NO_LINKS = len(sys.argv) > 2
TEMPLATE, ROOT = PLACE / "template", PLACE / "evolink_images"
PACKAGE = str(Path(evolink_widgets.store.gallery.moves.months.__file__).parents[2])
MODULES = ("months.py", "safe_files.py")
NOW = 1_795_500_000.0
points: set[str] = set()


def fill() -> dict[tuple[str, int], tuple[str, str]]:
    """Two months, three sets, one picture in the trash; return names and digests."""
    store = Store(TEMPLATE)
    for number in range(3):
        recipe = Recipe(ImageRequest(f"prompt {number}", n=2), "emulator")
        for index in range(2):
            part = store.gallery.part_path(f"set{number:09}", index)
            Image.new("RGB", (12, 12), (number, index, 9)).save(part, "PNG")
            at = NOW + number * 86_400 * 5
            store.gallery.admit(f"set{number:09}", index, part, recipe, now=at)
    store.gallery.trash([("set000000001", 1)], now=NOW)
    rows = store.database.rows("SELECT key, number, path, sha256 FROM pictures")
    kept = {(row["key"], row["number"]): (row["path"], row["sha256"]) for row in rows}
    store.close()
    return kept


def anew() -> None:
    shutil.rmtree(ROOT, ignore_errors=True)
    shutil.copytree(TEMPLATE, ROOT)


def move() -> None:
    store, after = Store(ROOT), ""
    while (last := move_some(ROOT, store.database, after)) is not None:
        after = last
    store.close()


def refuse(*_: object, **__: object) -> None:
    raise OSError(errno.EPERM, "no links here")


def trace(act: Callable[[str], None]) -> None:
    def count(frame, event, _):
        name = frame.f_code.co_filename
        if not name.startswith(PACKAGE) or not name.endswith(MODULES):
            return None
        act(f"{Path(name).name}:{frame.f_lineno}")
        return count

    sys.settrace(count)


def die_after(lines: int, pipe: int) -> None:
    def count(place: str) -> None:
        nonlocal lines
        lines -= 1
        if lines < 0:
            os.write(pipe, place.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    trace(count)


def moments() -> list[int]:
    """How many lines are run before each line is come to first, and last."""
    passed: list[str] = []
    anew()
    trace(passed.append)
    move()
    sys.settrace(None)
    last = {place: at for at, place in enumerate(passed)}
    first = {place: at for at, place in reversed(list(enumerate(passed)))}
    return sorted({*first.values(), *last.values()})


def killed_after(lines: int) -> bool:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            die_after(lines, writing)
            move()
            os._exit(0)
        except BaseException as exc:
            os.write(writing, f"trouble {exc!r}".encode())
        os._exit(1)
    os.close(writing)
    told = os.read(reading, 4096).decode()
    os.close(reading)
    status = os.waitpid(pid, 0)[1]
    assert "trouble" not in told, told
    points.add(told)
    return os.WIFSIGNALED(status)


def look(kept: dict[tuple[str, int], tuple[str, str]]) -> None:
    store = Store(ROOT)
    assert store.gallery.count(Query()) == len(kept) - 1 == len(store.gallery.page(Query(), 0, 99))
    for (key, number), (name, sha256) in kept.items():
        image = store.gallery.find(key, number)
        assert hashlib.sha256(image.bytes).hexdigest() == sha256, f"{name} is lost"
        assert image._root == ROOT
        if image.path.parent.name != ".trash":
            # What a notebook or a frame has written down.
            for written in (ROOT / name, ROOT / name[:7] / name):
                assert where_it_lies(written).samefile(image.path), f"{written} leads nowhere"
    store.close()


def finish(kept: dict[tuple[str, int], tuple[str, str]]) -> None:
    move()
    look(kept)
    left = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    left -= {"evolink.sqlite", "evolink.sqlite-wal", "evolink.sqlite-shm"}
    assert left == {"2026-11", "2026-12"}, left
    listed = set()
    for path in ROOT.glob("2026-*/*.json"):
        listed |= {path.with_name(one["file"]) for one in json.loads(path.read_text())["pictures"]}
    assert listed == set(ROOT.glob("2026-*/*.png"))
    assert len(listed) == len(kept) - 1


mine = fill()
if NO_LINKS:
    os.link = refuse
kills = 0
for moment in moments():
    anew()
    kills += killed_after(moment)
    look(mine)
    finish(mine)
for name, _ in mine.values():
    if where_it_lies(ROOT / name).is_file():
        assert read_recipe(ROOT / name).request.prompt.startswith("prompt ")
print("ok", kills, len(points))
