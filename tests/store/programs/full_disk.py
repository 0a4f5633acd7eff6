"""Writes to a store until the disk is full, looks at it, makes room and goes on.

Arguments: store, "limit" (a limit on file sizes, in this process) or "mount" (mounts a disk of
1 MB over the store's folder; needs a mount namespace of its own). Prints "ok".
"""

import hashlib
import os
import random
import resource
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from evolink_widgets.errors import StoreFull
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Store
from evolink_widgets.store.gallery.archive import export_zip

NOW = 1_795_500_000.0
root, how = Path(sys.argv[1]), sys.argv[2]
root.mkdir(parents=True)
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
if how == "mount":
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(root)], check=True)
store = Store(root)
kept: list[str] = []
recipe = Recipe(ImageRequest("a fox in the snow", n=10), "emulator")


def fill(limit: int) -> None:
    if how == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, unlimited[1]))
        return
    with (root / ".filler").open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def write_until_full() -> None:
    for number in range(5000):
        text = f"{number} " + "x" * 2000
        kept.append(store.journal.intend({"prompt": text}, service="emulator", now=NOW).key)


def make_room() -> None:
    if how == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    else:
        (root / ".filler").unlink()


def part(index: int) -> Path:
    path = store.gallery.part_path("k3j2mnpqrstu", index)
    pixels = random.Random(index).randbytes(80 * 80 * 3)
    Image.frombytes("RGB", (80, 80), pixels).save(path, "PNG")
    return path


def seen() -> set[str]:
    return {path.name for path in root.iterdir() if path.suffix in (".png", ".jpg", ".webp")}


def whole() -> bool:
    return store.database.rows("PRAGMA integrity_check")[0][0] == "ok"


parts = [part(index) for index in range(3)]
first = store.gallery.admit("k3j2mnpqrstu", 0, parts[0], recipe, now=NOW)
fill(150_000)
with pytest.raises(StoreFull, match="Free some space") as caught:
    write_until_full()
assert isinstance(caught.value.__cause__, sqlite3.Error)
for key in kept:
    assert store.journal.get(key) is not None, "a row that was acknowledged is lost"
assert whole()
before = hashlib.sha256(parts[1].read_bytes()).digest()
fill(1)
with pytest.raises(StoreFull):
    store.gallery.admit("k3j2mnpqrstu", 1, parts[1], recipe, now=NOW)
assert seen() == {first.path.name}, seen()
assert hashlib.sha256(parts[1].read_bytes()).digest() == before, "the download is lost"
assert [image.index for image in store.gallery.images("k3j2mnpqrstu")] == [0]
with pytest.raises(StoreFull):
    first.save(root / "copies")
assert not any((root / "copies").glob("*")), "half a copy is left"
make_room()
theirs = Store(root.with_name("theirs"))
other = theirs.gallery.part_path("otherother22", 0)
Image.frombytes("RGB", (80, 80), random.Random(9).randbytes(80 * 80 * 3)).save(other, "PNG")
hare = theirs.gallery.admit("otherother22", 0, other, recipe, now=NOW)
theirs.close()
fill(1)
before_all = {path.name for path in root.iterdir()}
for act in (
    lambda: export_zip([hare], root / "out.zip"),
    lambda: first.save(root, bare=True),
    lambda: store.merge(theirs.root),
    lambda: store.gallery.trash([("k3j2mnpqrstu", 0)], now=NOW),
):
    with pytest.raises(StoreFull, match="Free some space"):
        act()
    assert {path.name for path in root.iterdir()} <= before_all | {".trash"}, "something half"
assert store.gallery.images("k3j2mnpqrstu")[0].bytes == first.bytes
make_room()
assert store.merge(theirs.root).pictures == 1
assert store.gallery.images("otherother22")[0].bytes == hare.bytes
assert store.gallery.trash([("k3j2mnpqrstu", 0)], now=NOW) == 1
assert store.gallery.restore([("k3j2mnpqrstu", 0)]) == 1
second = store.gallery.admit("k3j2mnpqrstu", 1, parts[1], recipe, now=NOW)
mine = {image.path.name for image in store.gallery.images("otherother22")}
assert seen() == {first.path.name, second.path.name} | mine
store.journal.intend({"prompt": "more"}, service="emulator", now=NOW)
assert whole()
assert [image.index for image in store.gallery.images("k3j2mnpqrstu")] == [0, 1]
store.close()
os.sync()
print("ok")
