"""One user's work in a folder that a group shares, in a process of that user.

Arguments: store, user id, group id, umask (octal), and what to do: "fill" it, "use" what another
has filled, "use_again" what the second has left, or only "look" from outside. Started by root,
it becomes that user first; started by anybody else it stays who it is. Prints "ok", or the
names of what it could read when it looks.
"""

import importlib
import io
import os
import pkgutil
import sys
import time
from pathlib import Path

from PIL import Image

import evolink_widgets
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Cap, Query, Store
from evolink_widgets.store.gallery.archive import export_zip
from evolink_widgets.store.gallery.thumbnails.thumbs import thumbnail

NOW = time.time()
BODY = {"model": "gpt-image-2", "prompt": "a fox", "size": "816x816", "quality": "low"}
root, uid, gid, umask, what = Path(sys.argv[1]), *map(int, sys.argv[2:4]), sys.argv[4], sys.argv[5]


def become() -> None:
    os.umask(int(umask, 8))
    if os.geteuid() == 0:
        os.setgroups([gid])
        os.setgid(uid)  # a group of one's own; the shared one comes with the folder
        os.setuid(uid)
        os.environ["HOME"] = str(root.parent)


def picture(seed: int, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((48, 48), 10 + seed).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


def buy(store: Store, key: str, kind: str = "PNG") -> None:
    """A task from the intent to its files, its small copies and its charge."""
    recipe = Recipe(ImageRequest(f"a fox {key}", n=2), "emulator")
    store.journal.intend(recipe.request.to_record(), service="emulator", now=NOW, key=key,
                         recipe=recipe.to_record(), identity=recipe.identity)  # fmt: skip
    store.ledger.reserve(key, 2.0, now=NOW, service="emulator", caps=[Cap(100.0)])
    store.journal.sending(key, NOW)
    store.journal.accepted(key, f"task-{key}", NOW)
    for index in range(2):
        part = store.gallery.part_path(key, index)
        part.write_bytes(picture(index, kind))
        store.gallery.admit(key, index, part, recipe, now=NOW).small()
    store.journal.finished(key, NOW)


def fill() -> None:
    store = Store(root)
    for key, kind in (("first", "PNG"), ("second", "JPEG"), ("third", "PNG")):
        buy(store, key, kind)
    store.gallery.trash([("third", 0), ("third", 1)], now=NOW)
    store.uploads.keep(picture(7), "0" * 64, "png")
    service = Service(memory=root / ".emulator.jsonl", speed=500)
    service.create(BODY)
    service.files.put(picture(8))
    open_task(store, "left")
    # Killed, so that its -wal and -shm stay for the other one.
    print("ok", flush=True)
    sys.stdin.readline()
    os._exit(0)


def open_task(store: Store, key: str) -> None:
    recipe = Recipe(ImageRequest("a hare"), "emulator")
    store.journal.intend(recipe.request.to_record(), service="emulator", now=NOW, key=key,
                         recipe=recipe.to_record(), identity=recipe.identity)  # fmt: skip
    store.journal.sending(key, NOW)
    store.journal.accepted(key, f"task-{key}", NOW)
    store.gallery.part_path(key, 0).write_bytes(picture(1)[:400])


def use() -> None:
    """Everything that the first one may do, with what the first one has made."""
    store = Store(root)
    assert len(store.gallery.page(Query(), 0, 50)) == 4
    assert store.journal.claim("left", "me", NOW)
    part = store.gallery.part_path("left", 0)
    part.write_bytes(picture(1))
    recipe = Recipe(ImageRequest("a hare"), "emulator")
    store.gallery.admit("left", 0, part, recipe, now=NOW)
    buy(store, "mine")
    for image in store.gallery.page(Query(), 0, 50):
        assert image.bytes
        assert image.small().data
    assert store.gallery.trash([("first", 0)], now=NOW) == 1
    assert store.gallery.restore([("third", 0), ("first", 0)]) == 2
    assert store.gallery.empty_trash(before=NOW + 9).pictures == 1
    store.gallery.favourite([("second", 0)], True)
    store.uploads.keep(picture(7) + b"more", "0" * 64, "png")
    store.presets["poster"] = {"n": 2}
    export_zip(list(store.gallery.images("second")), root / "both.zip")
    assert store.gallery.part_path("left", 0).parent.iterdir() is not None
    service = Service(memory=root / ".emulator.jsonl", speed=500)
    assert len(service.all()) == 1
    service.create(BODY)
    (upload,) = service.files.all()
    assert service.files.read(upload.id)[0]
    service.files.put(picture(9))
    store.close()
    print("ok")


def use_again() -> None:
    """The first one goes on with what the second one has made."""
    store = Store(root)
    assert len(store.gallery.page(Query(), 0, 50)) == 8
    buy(store, "again")
    assert store.gallery.trash([("mine", 0), ("left", 0)], now=NOW) == 2
    assert store.gallery.empty_trash(before=NOW + 9).pictures == 2
    assert len(Service(memory=root / ".emulator.jsonl").all()) == 2
    store.close()
    print("ok")


def look() -> None:
    """What somebody else can read of it: names of files, one a line."""
    for path in (root, *root.rglob("*")):
        try:
            if path.is_file() and path.open("rb").read(1):
                print(path.name)
        except OSError:
            continue


if __name__ == "__main__":
    # Python itself may lie where only the one who starts this can read.
    Image.init()
    server = "evolink_widgets.jupyter."  # needs Jupyter's, which need not be here
    for module in pkgutil.walk_packages(evolink_widgets.__path__, "evolink_widgets."):
        if not module.name.endswith("__main__") and not module.name.startswith(server):
            importlib.import_module(module.name)
    thumbnail(picture(0), 16)
    become()
    {"fill": fill, "use": use, "use_again": use_again, "look": look}[what]()
