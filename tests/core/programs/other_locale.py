"""Asks for pictures in a locale that has few letters: store, and what to do.

"ask": ask for pictures whose prompts have letters of other scripts, leave one behind, and collect
it as the next kernel does. "read": show, move, copy and pack what a kernel with another locale
has filed, and ask for the same again. "refused": as "ask", where the file system refuses such
names (a mount for another system).
Prints one line of JSON: the names of the files, what was paid, and the encoding of file names.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from pathlib import Path

from services import InProcess, quick, until

from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Query
from evolink_widgets.store.gallery.archive import export_zip
from evolink_widgets.store.gallery.copies.embed import read_recipe

PROMPTS = ("a fox in the snow \u96ea", "d\xe9j\xe0 vu", "\u6ce8\u610f \U0001f98a", "plain")


def refuse(event: str, args: tuple[object, ...]) -> None:
    """Answer as a file system does that takes names in ASCII alone."""
    if event == "open" and isinstance(args[0], str) and not args[0].isascii():
        raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ), args[0])


def main(folder: str, what: str) -> None:
    store = Path(folder)
    emulator = InProcess(memory=store / ".emulator.jsonl")
    session = emulator.session(store, retry=quick())
    if what == "refused":
        sys.addaudithook(refuse)
    small = {"size": "816x816", "quality": "low"}
    for prompt in PROMPTS:
        assert len(session.submit(ImageRequest(prompt, **small), fresh=False).result(60)) == 1
    if what == "read":
        gallery = session.store.gallery
        images = gallery.page(Query(), 0, 50)
        for image in images:
            assert image.bytes
            assert read_recipe(image.path) == image.recipe
            assert read_recipe(image.save(store / "copies")) == image.recipe
            assert image.thumbnail(64)
            repr(image)
        export_zip(images, store / "all.zip")
        both = [(image.task_key, image.index) for image in images]
        assert gallery.trash(both, now=time.time()) == gallery.restore(both) == len(images)
        for image in gallery.page(Query(), 0, 50):
            assert image.bytes
    else:
        emulator.play("stuck")
        left = session.submit(ImageRequest("left behind \u96ea", **small))
        until(lambda: left.id is not None)
        session.close()
        emulator.play("fair")
        session = emulator.session(store, retry=quick())
        (task,) = session.recover()
        assert len(task.result(60)) == 1
    names = [os.fsencode(path.name).decode("utf-8", "backslashreplace") for path in
             sorted(store.glob("*.png")) + sorted(store.glob("*.webp"))]  # fmt: skip
    recipes = [json.loads(path.read_bytes().decode("utf-8"))["recipe"]["request"]["prompt"]
               for path in store.glob("*.json")]  # fmt: skip
    told = {"names": names, "prompts": sorted(recipes), "encoding": sys.getfilesystemencoding(),
            "asked": emulator.counts().get("create", 0)}  # fmt: skip
    session.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
