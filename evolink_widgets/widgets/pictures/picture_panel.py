"""A panel's pictures and what can be done with them: the same in the studio, the grid, the gallery.

Star, copy, save, code, reference, edit, compare, ask again, facts, trash: the page has one list of
them (`static/picture_work.js`), and here is what each asks of Python.
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

from evolink_widgets.connect.current import session
from evolink_widgets.core.loop import Workers, run_on_loop
from evolink_widgets.core.task import TaskState
from evolink_widgets.errors import EvolinkError
from evolink_widgets.runtime.clock import now
from evolink_widgets.store.gallery import marks
from evolink_widgets.store.gallery.gallery import StoredPictures
from evolink_widgets.store.gallery.marks import Picture
from evolink_widgets.store.gallery.pictures import GeneratedImage, in_place
from evolink_widgets.store.process_globals import process_global
from evolink_widgets.store.store import Store
from evolink_widgets.text.wording import counted
from evolink_widgets.widgets.base import describe
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.base.panel import Panel, described
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.base.transfers.zip_files import ZipFiles
from evolink_widgets.widgets.compare.compare import ImageCompare
from evolink_widgets.widgets.pictures.taking_home import WholeStores

__all__ = ["HANDOVER", "PicturePanel", "composers", "names_in"]

#: A zip file takes as long as it takes; the small pictures need not wait for it.
_packers = Workers("evolink-packing", 1)
#: Seconds in which a page with a composer says that it has taken pictures.
HANDOVER = 3.0

composers: weakref.WeakSet[PicturePanel] = process_global(f"{__name__} composers", weakref.WeakSet)
"""The panels that make references of pictures: other panels hand theirs to the last one in use."""


class PicturePanel(Panel):
    """A panel whose pictures can be marked, saved, compared, deleted and gone on from."""

    _handlers: ClassVar[dict[str, str]] = {
        **Panel._handlers,
        "code": "_on_code",
        "facts": "_on_facts",
        "favourite": "_on_favourite",
        "trash": "_on_trash",
        "restore": "_on_restore",
        "zip": "_on_zip",
        "home": "_on_home",
        "price": "_on_price",
        "compare": "_on_compare",
        "compared": "_on_compared",
        "refer": "_on_refer",
        "referred": "_on_referred",
    }
    _forms: ClassVar[tuple[str, ...]] = (*Panel._forms, "zip", "home")
    #: Whether what is packed stays beside the notebook.
    _keeps_zips: ClassVar[bool] = False

    def __init__(self, **traits: Any) -> None:
        self._zip_files = ZipFiles(lambda name: self._find(name)[0], keep=self._keeps_zips)
        self._whole_stores = WholeStores()
        self._comparison: ImageCompare | None = None
        #: Set once a page has taken what was handed to it; and when a person was last here.
        self._has_taken = threading.Event()
        self._used_at = 0.0
        super().__init__(**traits)
        self._leave.append(marks.watch(self._marked))

    # -- what is marked ------------------------------------------------------------------------

    def _marked(self, root: Path, pictures: frozenset[Picture]) -> None:
        """Marks of pictures have changed, here or elsewhere; on any thread."""
        shown = [
            (name, image) for name, image in self._named() if _name_of(image) in pictures
            and image._root == root
        ]  # fmt: skip
        if shown:
            run_on_loop(outgoing_pictures.workers.run(self._tell_marks, root, shown))

    def _tell_marks(self, root: Path, shown: list[tuple[str, GeneratedImage]]) -> None:
        with closing(Store(root)) as store:
            found = store.gallery.marks(_name_of(image) for _, image in shown)
        told = [
            {"id": name, **found[_name_of(image)]._asdict()}
            for name, image in shown
            if _name_of(image) in found
        ]
        self.send({"kind": "marks", "pictures": told})

    def _find(self, name: object) -> tuple[GeneratedImage, TaskState]:
        image, state = super()._find(name)
        if not image.path.exists():  # it went to the trash, or came back under another name
            with contextlib.suppress(EvolinkError):
                image = in_place(image)
        return image, state

    def _named(self) -> Iterator[tuple[str, GeneratedImage]]:
        """Each picture that is shown, with its id in the page."""
        for key, place, image in self._landed(list(self._tasks.values())):
            yield f"{key}.{place}", image

    def _on_favourite(self, content: dict[str, Any]) -> Answer:
        is_on = content.get("on") is True
        return self._later(content, "ok", self._mark, names_in(content), is_on)

    def _mark(self, names: list[str], on: bool) -> dict[str, Any]:
        return self._change(names, lambda gallery, pictures: gallery.favourite(pictures, on))

    def _on_trash(self, content: dict[str, Any]) -> Answer:
        return self._later(content, "ok", self._trash, names_in(content))

    def _trash(self, names: list[str]) -> dict[str, Any]:
        return self._change(names, lambda gallery, pictures: gallery.trash(pictures, now=now()))

    def _on_restore(self, content: dict[str, Any]) -> Answer:
        return self._later(content, "ok", self._restore, names_in(content))

    def _restore(self, names: list[str]) -> dict[str, Any]:
        return self._change(names, lambda gallery, pictures: gallery.restore(pictures))

    def _change(
        self, names: list[str], change: Callable[[StoredPictures, list[Picture]], int]
    ) -> dict[str, Any]:
        """Change pictures of however many stores; answer how many."""
        by_root: dict[Path, list[Picture]] = {}
        for name in names:
            image = self._find(name)[0]
            by_root.setdefault(image._root, []).append(_name_of(image))
        count = 0
        for root, pictures in by_root.items():
            with closing(Store(root)) as store:
                count += change(store.gallery, pictures)
        return {"count": count}

    # -- what is told and handed out -----------------------------------------------------------

    def _on_code(self, content: dict[str, Any]) -> Answer:
        return self._later(content, "code", self._code, content.get("picture"))

    def _code(self, name: object) -> dict[str, Any]:
        return {"text": self._find(name)[0].as_code()}

    def _on_facts(self, content: dict[str, Any]) -> Answer:
        return self._later(content, "facts", self._facts, content.get("picture"))

    def _facts(self, name: object) -> dict[str, Any]:
        return {"rows": describe.facts(*self._find(name))}

    def _on_zip(self, content: dict[str, Any]) -> Answer:
        return self._later(
            content, "zip", self._zip_files.pack, names_in(content), workers=_packers
        )

    def _home(self) -> Path:
        """The folder of the store that goes home from here."""
        return session().store.root

    def _on_home(self, content: dict[str, Any]) -> Answer:
        return self._later(content, "home", self._begin_home)

    def _begin_home(self) -> dict[str, Any]:
        return self._whole_stores.begin(self._home())

    def _piece(self, picture: object, what: str, offset: int) -> tuple[dict[str, Any], bytes]:
        if what == "home":
            return self._whole_stores.piece(picture, offset)
        if what == "zip":
            return self._zip_files.piece(picture, offset)
        return super()._piece(picture, what, offset)

    # -- what is asked for once more -----------------------------------------------------------

    def _on_price(self, content: dict[str, Any]) -> Answer:
        return self._later(content, "price", self._price, content.get("picture"))

    def _price(self, name: object) -> dict[str, Any]:
        current, request = session(), self._find(name)[0].recipe.request
        pictures, price = counted(request.n, "picture"), str(current.estimate(request)).lower()
        if current.simulated:
            return {"text": f"Ask again for {pictures}: would cost {price}. Nothing is charged."}
        self._asked_live.add(str(name))  # this is the question
        return {"text": f"Ask again for {pictures}: {price}."}

    def _on_run_again(self, content: dict[str, Any]) -> Answer:
        if "picture" not in content:
            return super()._on_run_again(content)
        return self._later(content, "accepted", self._ask_again, content)

    def _ask_again(self, content: dict[str, Any]) -> dict[str, Any]:
        image = self._find(content["picture"])[0]
        self._check_live(content, image)
        request = image.recipe.request
        return {"run": described(self._buy(content, request))}

    # -- what leads to other panels ------------------------------------------------------------

    def _on_compare(self, content: dict[str, Any]) -> Answer:
        """Make a comparison, which the page shows in this panel: one at a time."""
        images = [self._find(name)[0] for name in names_in(content)]
        if len(images) == 1:  # before and after
            images = [*images[0].parents[:1], *images]
        if len(images) < 2:
            raise EvolinkError(
                "There is nothing to compare it with.", advice="Select another picture, too."
            )
        made = ImageCompare(images)
        self._end_comparison()
        self._comparison = made
        lines = [f"    {_line_of(image)}," for image in images]
        code = "\n".join(("ew.ImageCompare(", *lines, ")"))
        return "comparison", {"model": made.model_id, "code": code}

    def _on_compared(self, content: dict[str, Any]) -> Answer:
        self._end_comparison()
        return "ok", {}

    def _end_comparison(self) -> None:
        made, self._comparison = self._comparison, None
        if made is not None:
            made.close()

    def _on_refer(self, content: dict[str, Any]) -> Answer:
        edits = content.get("edits") is True
        return self._later(content, "handed", self._hand_over, names_in(content), edits)

    def _hand_over(self, names: list[str], edits: bool) -> dict[str, Any]:
        """Give pictures to the studio in use; where there is none, tell what to type."""
        images = [self._find(name)[0] for name in names]
        open_ones = [one for one in composers if one._pages and one.comm is not None]
        for one in sorted(open_ones, key=lambda one: one._used_at, reverse=True):
            if one._take_pictures(images, edits=edits):
                edited = "The studio asks what is to change."
                return {"text": edited if edits else "In the studio's tray.", "code": None}
        lines = ", ".join(map(_line_of, images))
        call = f"{_line_of(images[0])}.edit(" if edits else "ew.generate("
        rest = f", references=[{lines}]" if not edits else ""
        code = f'{call}"…"{rest})'
        return {"text": "No studio is open: its line of code is copied. Paste it into a cell.",
                "code": code}  # fmt: skip

    def _take_pictures(self, images: list[GeneratedImage], *, edits: bool) -> bool:
        """Take pictures of another panel; whether a page has. A composer does."""
        return False

    def _on_referred(self, content: dict[str, Any]) -> Answer:
        self._has_taken.set()
        return "ok", {}

    def close(self) -> None:
        """Take the view away; pictures and tasks stay."""
        if self.comm is not None:  # one that refused its arguments has made none
            self._end_comparison()
        super().close()


def names_in(content: dict[str, Any]) -> list[str]:
    """The ids of the pictures that a message is about."""
    given = content.get("pictures")
    return [str(name) for name in given] if isinstance(given, list) else []


def _name_of(image: GeneratedImage) -> Picture:
    return image.task_key, image.index


def _line_of(image: GeneratedImage) -> str:
    """The line that gives the picture."""
    return image.as_code().rpartition("\n")[2]
