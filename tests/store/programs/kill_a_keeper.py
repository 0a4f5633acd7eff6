"""Kills a process that tidies a store, again and again, and looks at what is left.

Arguments: store, rounds, seed. A child deletes pictures and brings them back, marks favourites,
saves copies, writes zips and takes in another store, in an order that the seed decides; it is
killed (SIGKILL) after a number of Python lines, or of milliseconds. After each kill this process
looks at the store through a connection of its own: every picture is at its one place, whole,
and no half file has a name. Then the other store is taken in to the end. Prints "ok <kills>
<points>": how many places in the code it was killed at.
"""

import hashlib
import io
import json
import os
import random
import signal
import sys
import time
import zipfile
from pathlib import Path

from PIL import Image

import evolink_widgets.store.gallery.gallery
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Query, Store
from evolink_widgets.store.gallery.archive import export_zip
from evolink_widgets.store.gallery.copies.embed import read_recipe

ROOT, ROUNDS, SEED = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
OTHER, COPIES = ROOT.with_name("other"), ROOT.with_name("copies")
PACKAGE = str(Path(evolink_widgets.store.gallery.gallery.__file__).parent)
NOW = 1_795_500_000.0
points: set[str] = set()


def fill(root: Path, prompts: range) -> dict[tuple[str, int], str]:
    """Put sets of two pictures into a store; return what must never be lost."""
    store, kept = Store(root), {}
    for number in prompts:
        key = f"set{number:09d}"
        recipe = Recipe(ImageRequest(f"prompt {number}", n=2), "emulator")
        for index in range(2):
            pixels = hashlib.shake_256(f"{key} {index}".encode()).digest(12 * 12 * 3)
            part = store.gallery.part_path(key, index)
            kind = ("PNG", "JPEG", "WEBP")[number % 3]
            Image.frombytes("RGB", (12, 12), pixels).save(part, kind)
            image = store.gallery.admit(key, index, part, recipe, now=NOW + number)
            kept[key, index] = image.sha256
    store.close()
    return kept


def die_after(lines: int, pipe: int) -> None:
    def count(frame, event, _):
        nonlocal lines
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        lines -= 1
        if lines <= 0:
            os.write(pipe, f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)
        return count

    sys.settrace(count)


def tidy(chance: random.Random, store: Store) -> None:
    here = [(image.task_key, image.index) for image in store.gallery.page(Query(), 0, 100)]
    gone = store.gallery.page(Query(trashed=True), 0, 100)
    some = chance.sample(here, min(len(here), 3))
    act = chance.randrange(6)
    if act == 0:
        store.gallery.trash(some, now=NOW)
    elif act == 1:
        store.gallery.restore([(image.task_key, image.index) for image in gone][:5])
    elif act == 2:
        store.gallery.favourite(some, chance.random() < 0.5)
    elif act == 3:
        for key, index in some:
            store.gallery.find(key, index).save(COPIES)
    elif act == 4:
        images = [store.gallery.find(key, index) for key, index in some]
        if images:
            export_zip(images, COPIES / "some.zip")
    else:
        store.merge(OTHER)


def act(seed: int, pipe: int) -> None:
    chance = random.Random(seed)
    store = Store(ROOT)
    store.database.rows("SELECT 1")
    os.write(pipe, b"begun\n")
    if seed % 2:
        die_after(chance.randrange(1, 9000), pipe)
    while True:
        tidy(chance, store)


def one_round(seed: int) -> None:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            act(seed, writing)
        except BaseException as exc:
            os.write(writing, f"trouble {exc!r}\n".encode())
        os._exit(1)
    os.close(writing)
    told = b""
    while b"begun" not in told and (block := os.read(reading, 4096)):
        told += block
    if seed % 2 == 0:
        time.sleep(random.Random(seed).uniform(0, 0.15))
        os.kill(pid, signal.SIGKILL)
    while block := os.read(reading, 4096):
        told += block
    os.close(reading)
    assert os.WIFSIGNALED(os.waitpid(pid, 0)[1]), told
    assert b"trouble" not in told, told
    points.update(line for line in told.decode().splitlines() if ":" in line)


def whole(path: Path) -> None:
    """A file that has a name is all there."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            assert len(json.loads(archive.read("manifest.json"))["pictures"])
    elif path.suffix == ".json":
        json.loads(path.read_text())
    elif path.suffix in (".png", ".jpg", ".webp"):
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            image.load()


def look(kept: dict[tuple[str, int], str]) -> None:
    store = Store(ROOT)
    assert store.database.rows("PRAGMA integrity_check")[0][0] == "ok"
    for row in store.database.rows("SELECT path, trashed_at FROM pictures"):
        folder = ROOT if row["trashed_at"] is None else ROOT / ".trash"
        assert (folder / row["path"]).is_file(), "a row whose file is elsewhere"
    lying = store.gallery.count(Query(trashed=True))
    assert store.gallery.count(Query()) + lying >= len(kept)
    for (key, index), sha256 in kept.items():
        image = store.gallery.find(key, index)
        assert hashlib.sha256(image.bytes).hexdigest() == sha256, f"{key} {index} is lost"
        row = store.database.rows(
            "SELECT * FROM pictures WHERE key = ? AND number = ?", (key, index)
        )[0]
        folder = ROOT if row["trashed_at"] is None else ROOT / ".trash"
        assert image.path == folder / row["path"], "a row that says another place"
    store.close()
    for folder in (ROOT, COPIES):
        for path in folder.iterdir():
            if not path.name.startswith("."):
                whole(path)
    for path in COPIES.iterdir():
        if path.suffix in (".png", ".jpg", ".webp"):
            assert read_recipe(path).request.prompt.startswith("prompt ")


def finish(kept: dict[tuple[str, int], str]) -> None:
    """Take the rest in, bring all back: each picture once, each file in its recipe file."""
    store = Store(ROOT)
    store.merge(OTHER)
    merged = store.merge(OTHER)
    assert (merged.pictures, merged.left_out) == (0, ()), merged
    trashed = store.gallery.page(Query(trashed=True), 0, 1000)
    store.gallery.restore([(image.task_key, image.index) for image in trashed])
    images = store.gallery.page(Query(), 0, 1000)
    assert sorted(image.sha256 for image in images) == sorted(kept.values())
    store.close()
    names = {image.path.name for image in images}
    left = {path.name for path in ROOT.iterdir() if path.suffix in (".png", ".jpg", ".webp")}
    assert left == names, left ^ names
    listed = set()
    for path in ROOT.glob("*.json"):
        listed |= {one["file"] for one in json.loads(path.read_text())["pictures"]}
    assert listed == names
    assert not list((ROOT / ".trash").iterdir())


mine = fill(ROOT, range(6))
theirs = fill(OTHER, range(6, 12))
COPIES.mkdir()
before = {path.name: path.read_bytes() for path in OTHER.iterdir() if path.is_file()}
for seed in range(SEED, SEED + ROUNDS):
    one_round(seed)
    look(mine)
finish({**mine, **theirs})
assert {path.name: path.read_bytes() for path in OTHER.iterdir() if path.is_file()} == before
print("ok", ROUNDS, len(points))
