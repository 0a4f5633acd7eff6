"""Uses a store whose folder has become read-only.

Arguments: store, "bits" (by permission bits; root is to lay down its powers first) or "mount"
(by a mount of its own; needs a mount namespace of its own). Prints "ok".
"""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from evolink_widgets.errors import StoreReadOnly
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Query, Store
from evolink_widgets.store.gallery.archive import export_zip
from evolink_widgets.store.gallery.copies.embed import read_recipe

NOW = 1_795_500_000.0
root, how = Path(sys.argv[1]), sys.argv[2]
store = Store(root)


def close_folder() -> None:
    if how == "mount":
        subprocess.run(["mount", "--bind", str(root), str(root)], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(root)], check=True)
        return
    for path in (*root.rglob("*"), root):
        path.chmod(path.stat().st_mode & ~0o222)


def open_folder() -> None:
    if how == "mount":
        subprocess.run(["mount", "-o", "remount,bind,rw", str(root)], check=True)
        return
    for path in (root, *root.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)


recipe = Recipe(ImageRequest("a fox in the snow", n=2), "emulator")
for index in range(2):
    part = store.gallery.part_path("k3j2mnpqrstu", index)
    Image.effect_noise((64, 64), 50).save(part, "PNG")
    if index == 0:
        store.gallery.admit("k3j2mnpqrstu", 0, part, recipe, now=NOW)
store.journal.remember("durations", {"n": 1})
store.close()
elsewhere = Store(root.with_name("elsewhere"))
theirs = elsewhere.gallery.part_path("otherother22", 0)
Image.effect_noise((32, 32), 50).save(theirs, "PNG")
elsewhere.gallery.admit("otherother22", 0, theirs, recipe, now=NOW)
close_folder()


def refused(act) -> None:
    with pytest.raises(StoreReadOnly, match=r"ew\.configure\(store=") as caught:
        act()
    assert caught.value.__cause__ is not None


before = sorted(path.name for path in root.rglob("*"))
refused(lambda: store.journal.intend({}, service="emulator", now=NOW))
refused(lambda: store.ledger.reserve("k", 1, now=NOW, service="emulator"))
refused(lambda: store.gallery.admit("k3j2mnpqrstu", 1, part, recipe, now=NOW))
refused(lambda: Store(root / "new").journal.remember("a", {}))
refused(lambda: store.gallery.favourite([("k3j2mnpqrstu", 0)], True))
refused(lambda: store.gallery.trash([("k3j2mnpqrstu", 0)], now=NOW))
refused(lambda: store.gallery.restore([("k3j2mnpqrstu", 0)]))
refused(lambda: export_zip(store.gallery.images("k3j2mnpqrstu"), root / "x.zip"))
refused(lambda: store.gallery.images("k3j2mnpqrstu").save(root / "copies"))
refused(lambda: store.merge(elsewhere.root))
assert part.exists()
assert sorted(path.name for path in root.rglob("*")) == before
# What is there can still be looked at.
images = store.gallery.images("k3j2mnpqrstu")
assert [image.index for image in images] == [0]
assert len(images[0].thumbnail(32)) > 20
assert store.journal.recall("durations") == {"n": 1}
assert store.journal.open_entries() == []
assert store.gallery.count(Query(text="FOX")) == len(store.gallery.page(Query(), 0, 9)) == 1
assert read_recipe(images[0].path) == recipe
# And it can be taken into another store: reading it writes nothing.
assert elsewhere.merge(root).pictures == 1
assert elsewhere.gallery.images("k3j2mnpqrstu")[0].bytes == images[0].bytes
open_folder()
store.journal.remember("durations", {"n": 2})
assert store.journal.recall("durations") == {"n": 2}
print("ok")
