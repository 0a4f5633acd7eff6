"""The tray of reference pictures: uploads from the browser become files of the store.

What a request needs of a reference is its name: a link, or `evolink-ref:` and the hash of kept
bytes. The trait `references` holds those names, in their order. Everything else here is the way
there: a file comes in pieces, a picture of the log is named, a link is typed; a worker makes it
ready and answers with a card.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import traitlets

from evolink_widgets.connect.current import session
from evolink_widgets.core.loop import run_on_loop, spawn
from evolink_widgets.errors import EvolinkError, InvalidRequest, StoreDamaged
from evolink_widgets.images.proof.check_picture import EXTENSIONS
from evolink_widgets.problem import Problem, shown
from evolink_widgets.references.read import prepare, read_one
from evolink_widgets.references.ready import make_ready
from evolink_widgets.references.secret_links import name_of
from evolink_widgets.references.source import Ready, Source
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.link_secrets import without_secret
from evolink_widgets.rules.request.links import digest_of, nearest_link, reference_rule
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.thumbs import thumbnail
from evolink_widgets.store.uploads import FOLDER
from evolink_widgets.widgets.base import describe, money
from evolink_widgets.widgets.base.messages import WRONG, Answer
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.base.transfers.incoming_files import IncomingFiles
from evolink_widgets.widgets.pictures.picture_panel import HANDOVER, PicturePanel, composers

__all__ = ["TrayPanel", "added"]

log = logging.getLogger("evolink_widgets")

#: The longest edge of a card's small picture, in pixels.
_EDGE = 192
#: Answers that are remembered for who asks for them twice.
_ANSWERS = 64
#: How `Source` names a file of the browser; its own name stands on the card.
_NAMED = "this file"


class References(traitlets.Any):
    """Reference pictures: set to anything `generate(references=)` takes, read as their names."""

    default_value = ()

    def validate(self, obj: Any, value: Any) -> tuple[str, ...]:
        """Make them ready; raises `InvalidRequest` with all their problems."""
        names: tuple[str, ...] = obj._names_of(value)
        return names


@dataclass(frozen=True)
class _Told:
    """What a card says of a picture beside its size."""

    name: str
    notices: tuple[str, ...] = ()


class TrayPanel(PicturePanel):
    """A panel with a tray of reference pictures.

    Traits:
        references: the names of the pictures, in their order. Set it to a list of anything
            that `generate(references=)` takes; they are made ready at once.
    """

    references = References().tag(sync=True)

    _handlers: ClassVar[dict[str, str]] = {
        **PicturePanel._handlers,
        "put": "_on_put",
        "take": "_on_take",
        "cancel": "_on_cancel",
        "asked": "_on_asked",
    }

    def __init__(self, **traits: Any) -> None:
        self._told: dict[str, _Told] = {}
        self._arrivals = IncomingFiles(lambda: session().store.root / FOLDER)
        #: Answers about files, made or in the making; only the core's own thread looks at it.
        self._answers: dict[str, asyncio.Task[tuple[str, dict[str, Any], bytes]]] = {}
        super().__init__(**traits)
        composers.add(self)

    def close(self) -> None:
        """Take the view away; the tasks go on, files on their way do not."""
        self._arrivals.close()
        super().close()

    # -- what Python sets ----------------------------------------------------------------------

    def _names_of(self, given: object) -> tuple[str, ...]:
        """The names of whatever was given, its bytes kept in the store."""
        ready = prepare(given, self._keep)
        missing = [
            Problem(f"references[{at}]", name, "must be in this store: give the picture itself")
            for at, name in enumerate(ready.references)
            if (digest := digest_of(name)) and not session().store.uploads.has(digest)
        ]
        if broken := [*ready.problems, *missing]:
            raise InvalidRequest(broken)
        return ready.references

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take traits from the browser: of references their names, never a file's path."""
        given = sync_data.get("references", ())
        if not (isinstance(given, (list, tuple)) and all(map(_is_name, given))):
            sync_data = {name: sync_data[name] for name in sync_data if name != "references"}
        super().set_state(sync_data)

    def _keep(self, ready: Ready, name: str | None = None) -> None:
        original = ready.original
        session().store.uploads.keep(ready.data, ready.sha256, ready.format, original.sha256)
        self._told[ready.name] = _Told(name or _title(original.named), ready.notices)

    def _take_pictures(self, images: list[GeneratedImage], *, edits: bool) -> bool:
        """Hand another panel's pictures to the page, which says when it has put them in."""
        self._has_taken.clear()
        names = list(self._names_of(images))
        for name, image in zip(names, images, strict=True):
            self._told[name] = replace(self._told[name], name=_words(image))
        fields = _asked(images[0]) if edits else None
        self.send({"kind": "refer", "references": names, "fields": fields})
        return self._has_taken.wait(HANDOVER)

    # -- what the browser says -----------------------------------------------------------------

    def _receive(self, widget: object, content: Any, buffers: Any) -> None:
        if isinstance(content, dict):
            content = {**content, "piece": buffers[0] if buffers else b""}
        super()._receive(widget, content, buffers)

    def _on_put(self, content: dict[str, Any]) -> Answer:
        name, offset, piece = content.get("upload"), content.get("offset"), content["piece"]
        if not isinstance(name, str) or not 0 < len(name) <= 64 or type(offset) is not int:
            raise EvolinkError("A piece has no name or no place.", advice="Add the file again.")
        try:
            return "put", {"at": self._arrivals.put(name, offset, memoryview(piece).cast("B"))}
        except EvolinkError as error:
            return "rejected", {"message": describe.trouble(error)}

    def _on_cancel(self, content: dict[str, Any]) -> Answer:
        self._arrivals.end(str(content.get("upload")))
        return "ok", {}

    def _on_asked(self, content: dict[str, Any]) -> Answer:
        return "asked", {"fields": _asked(self._find(content.get("picture"))[0])}

    def _on_take(self, content: dict[str, Any]) -> Answer:
        run_on_loop(self._take({**content, "piece": None}))
        return None

    async def _take(self, content: dict[str, Any]) -> None:
        """Answer with a card. A file is made ready once, however often that is asked."""
        name = content.get("upload")
        if name is None:
            made = spawn(
                outgoing_pictures.workers.run(self._made, content), name="evolink-reference"
            )
        else:
            known = self._answers.get(str(name))
            made = known or spawn(outgoing_pictures.workers.run(self._made, content))
            self._answers[str(name)] = made
            while len(self._answers) > _ANSWERS:
                del self._answers[next(iter(self._answers))]
        kind, fields, small = await asyncio.shield(made)
        await outgoing_pictures.send_rate.room(len(small))
        self.send({"kind": kind, "id": content.get("id"), **fields}, [small] if small else [])

    def _made(self, content: dict[str, Any]) -> tuple[str, dict[str, Any], bytes]:
        """The card of what was given, or why there is none. Runs on a worker."""

        try:
            told, small = self._card(self._name(content))
            return "taken", {"card": told}, small
        except EvolinkError as error:
            return "rejected", {"message": describe.trouble(error)}, b""
        except Exception:
            log.exception("A reference could not be made ready")
            return "rejected", {"message": WRONG}, b""
        finally:
            if content.get("upload") is not None:
                self._arrivals.end(str(content["upload"]))

    def _name(self, content: dict[str, Any]) -> str:
        """The name of what was given: a file that has arrived, a picture of ours, or text."""
        name, upload = None, content.get("upload")
        source: Source | str | Problem
        if upload is not None:
            path = self._arrivals.whole(str(upload), content.get("total"), content.get("crc"))
            source = Source("references", _NAMED, path)
            name = one_line(str(content.get("name") or "Pasted picture"), 80)
        elif "picture" in content:
            image = self._find(content["picture"])[0]
            source, name = read_one(image, "references"), _words(image)
        else:
            source = _of_text(str(content.get("reference")))
        if isinstance(source, str):
            return name_of(source)
        if isinstance(source, Problem):
            raise EvolinkError(_sentence(source), advice="")
        try:
            ready = make_ready(source)
        except InvalidRequest as error:
            raise EvolinkError(_sentence(error.problems[0]), advice="") from error
        if upload is not None and not self._arrivals.has(str(upload)):
            raise EvolinkError("It was cancelled.", advice="")
        self._keep(ready, name)
        return ready.name

    def _card(self, reference: str) -> tuple[dict[str, Any], bytes]:
        """What the browser shows of a reference, and its small picture; of a link its words."""
        digest = digest_of(reference)
        told = self._told.get(reference)
        if digest is None:
            link = {"name": one_line(reference, 120), "facts": "A link", "notices": []}
            return {"reference": reference, **link}, b""
        store = session().store
        path = store.uploads.file_of(digest)
        small = thumbnail(path, _EDGE, cache=store.root / ".thumbs", name=digest)
        return {
            "reference": reference,
            "name": told.name if told else f"Picture {digest[:8]}",
            "facts": _facts(path),
            "notices": list(told.notices) if told else [],
        }, small.data


def added(price: Estimate, bare: Estimate, count: int) -> str:
    """What references add to a price, in a sentence.

    Args:
        price: of the request.
        bare: of the same without references.
        count: how many there are.
    """
    most = price.high - bare.high
    if most <= 0:
        return ""
    return f"{'They add' if count > 1 else 'It adds'} up to {money.amount(most)} credits."


def _asked(image: GeneratedImage) -> dict[str, str]:
    """How a picture was asked for: its edit is asked for in the same way."""
    request = image.recipe.request
    return {name: getattr(request, name) for name in ("size", "resolution", "quality")}


def _words(image: GeneratedImage) -> str:
    """What a picture of ours is called on its card: its file's name would say less."""
    return one_line(image.recipe.request.prompt, 80)


def _is_name(given: object) -> bool:
    if not isinstance(given, str):
        return False
    return digest_of(given) is not None or reference_rule(given) is None


def _of_text(text: str) -> Source | str | Problem:
    """A link or a kept name as it is, a data URL's picture; never a file of this machine."""
    text = text.strip()
    if text[:5].lower() == "data:":
        return read_one(text, "references")
    if digest_of(text) is not None or (rule := reference_rule(text)) is None:
        return text
    near = nearest_link(text, reference_rule)
    return Problem("references", shown(without_secret(text)), rule, near)


def _sentence(problem: Problem) -> str:
    """Why it is refused, as it stands on its card."""
    why = problem.value.partition(": ")[2]
    said = f"It {problem.rule}"
    if why:
        said += f"; {why if why.startswith('it ') else f'it is {why}'}"
    if problem.nearest:
        said += f". Nearest: {problem.nearest}"
    return f"{said}."


def _title(named: str) -> str:
    """What was given in Python, as a card's name: of a path its end."""
    if named[:1] in ("'", '"'):
        named = re.split(r"[\\/]", named.strip("'\""))[-1]
    return one_line(named[:1].upper() + named[1:] if " " in named else named, 80)


def _facts(path: Path) -> str:
    """Pixels and bytes in words."""
    from PIL import Image

    try:
        with Image.open(path, formats=[kind.upper() for kind in EXTENSIONS]) as image:
            width, height = image.size
    except Exception as exc:  # Pillow's readers raise many kinds on broken bytes
        raise StoreDamaged(f"{path} can't be decoded ({exc}).") from exc
    size = path.stat().st_size
    count = f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"
    return f"{width:,} × {height:,} px · {count}"
