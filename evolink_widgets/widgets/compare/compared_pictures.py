"""Reads the pictures of a comparison: saved ones as they are, all others checked first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from evolink_widgets.core.task import Task
from evolink_widgets.errors import EvolinkError, InvalidRequest
from evolink_widgets.problem import Problem, shown
from evolink_widgets.references.read import read_one
from evolink_widgets.references.ready import make_ready
from evolink_widgets.references.source import Ready
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.thumbs import Thumb, thumbnail
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.compare.labels import labels_of

__all__ = ["FEWEST", "MOST", "ComparedPicture", "read_all"]

FEWEST, MOST = 2, 9
_NAME = 80


@dataclass(frozen=True)
class ComparedPicture:
    """One picture of a comparison.

    Attributes:
        label: what it is called on screen.
        source: a saved picture, or one that was read and made ready.
    """

    label: str
    source: GeneratedImage | Ready
    _small: dict[tuple[int, int | None], Thumb] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def width(self) -> int:
        """Pixels."""
        return self.source.width

    @property
    def height(self) -> int:
        """Pixels."""
        return self.source.height

    @property
    def sha256(self) -> str:
        """Of its bytes, in hex."""
        return self.source.sha256

    @property
    def recipe(self) -> Recipe | None:
        """What made it, where that is known."""
        return self.source.recipe if isinstance(self.source, GeneratedImage) else None

    @property
    def recorded(self) -> bool:
        """Whether it came from a cassette."""
        return isinstance(self.source, GeneratedImage) and self.source.recorded

    @property
    def simulated(self) -> bool:
        """Drawn by the emulator."""
        return isinstance(self.source, GeneratedImage) and self.source.simulated

    @property
    def path(self) -> Path:
        """Its file; of what has none, a name for one."""
        if isinstance(self.source, GeneratedImage):
            return self.source.path
        return Path(Path(self.label).stem or "picture").with_suffix(f".{self.source.format}")

    @property
    def alt(self) -> str:
        """What a screen reader says of it, beside its label."""
        if isinstance(self.source, GeneratedImage):
            return self.source.alt
        return one_line(self.source.original.named.strip("'"), _NAME)

    def small(self, edge: int = 320, *, limit: int | None = None) -> Thumb:
        """A small WebP copy; see `GeneratedImage.small`."""
        if isinstance(self.source, GeneratedImage):
            return self.source.small(edge, limit=limit)
        key = (edge, limit)
        if key not in self._small:
            self._small[key] = thumbnail(self.source.data, edge, limit=limit)
        return self._small[key]

    def told(self) -> tuple[dict[str, Any], bytes]:
        """What the browser is told when it is there, and its thumbnail. Runs on a worker."""
        if isinstance(self.source, GeneratedImage):
            told, thumb = outgoing_pictures.told_of(self.source)
            return {"alt": told["alt"]}, thumb
        return {"alt": self.alt}, self.small(outgoing_pictures.EDGES["thumb"]).data

    def piece(self, what: str, offset: int) -> tuple[dict[str, Any], bytes]:
        """One piece of its bytes; see `outgoing_pictures.piece`. Runs on a worker."""
        if isinstance(self.source, GeneratedImage):
            return outgoing_pictures.piece(self.source, what, offset)
        form, data = self.source.format, self.source.data
        if what in outgoing_pictures.EDGES:
            form, data = "webp", self.small(outgoing_pictures.EDGES[what]).data
        told = {"total": len(data), "offset": offset, "type": f"image/{form}"}
        return {**told, "name": self.path.name}, data[offset : offset + outgoing_pictures.CHUNK]

    def code(self) -> str:
        """The line that gives the picture; see `GeneratedImage.as_code`.

        Raises:
            EvolinkError: it was not made here.
        """
        if not isinstance(self.source, GeneratedImage):
            raise EvolinkError(
                f"{self.label} was not made here: no line of code gives it.",
                advice="Save it instead.",
            )
        return self.source.as_code()


def read_all(given: Iterable[object], labels: Sequence[str] | None) -> tuple[ComparedPicture, ...]:
    """Read what is to be compared. Blocks while files are read and checked.

    Args:
        given: pictures, or lists of them: saved ones, and all that a reference may be but links.
        labels: what they are called; by default what differs between saved ones, and the names
            of the others.

    Raises:
        InvalidRequest: too few, too many, or something is no picture; all problems at once.
    """
    items = list(islice(_flat(given), MOST + 1))
    rule = f"must be {FEWEST} to {MOST}"
    if not FEWEST <= len(items) <= MOST:
        count = f"more than {MOST}" if len(items) > MOST else str(len(items) or "none")
        raise InvalidRequest([Problem("pictures", count, rule)])
    if labels is not None and len(labels) != len(items):
        rule = f"must be as many as the pictures, {len(items)}"
        raise InvalidRequest([Problem("labels", str(len(labels)), rule)])
    saved = [item for item in items if isinstance(item, GeneratedImage)]
    told = dict(zip(map(id, saved), labels_of(saved) if saved else (), strict=True))
    found: list[ComparedPicture] = []
    problems: list[Problem] = []
    for at, item in enumerate(items):
        one = _read(item, at)
        if isinstance(one, ComparedPicture):
            name = told.get(id(item), one.label) if labels is None else str(labels[at])
            found.append(replace(one, label=one_line(name, _NAME) or f"Picture {at + 1}"))
        else:
            problems += one
    if problems:
        raise InvalidRequest(problems)
    return tuple(found)


def _flat(given: Iterable[object]) -> Iterator[object]:
    for item in given:
        if isinstance(item, Sequence) and not isinstance(item, (str, bytes, bytearray, memoryview)):
            yield from item
        else:
            yield item


def _read(item: object, at: int) -> ComparedPicture | tuple[Problem, ...]:
    place = f"pictures[{at}]"
    if isinstance(item, GeneratedImage):
        return ComparedPicture(item.path.name, item)
    if isinstance(item, Task):
        rule = "must be a picture, and not the task that makes it"
        return (Problem(place, shown(item), rule, "task.result()"),)
    source = read_one(item, place)
    if isinstance(source, str):
        rule = "must be a picture on this machine: links are not fetched here"
        return (Problem(place, shown(item), rule),)
    if isinstance(source, Problem):
        return (replace(source, rule=source.rule.replace("path, link, ", "path, ")),)
    try:
        ready = make_ready(source)
    except InvalidRequest as error:
        return error.problems
    named = source.data if isinstance(source.data, Path) else getattr(item, "filename", None)
    return ComparedPicture(Path(named).name if named else f"Picture {at + 1}", ready)
