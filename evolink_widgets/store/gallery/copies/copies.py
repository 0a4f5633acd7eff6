"""Plans and writes copies of pictures: all names and formats are settled before the first file."""

from __future__ import annotations

import builtins
import string
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.images.proof.check_picture import EXTENSIONS
from evolink_widgets.problem import shown
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.file_names import slug
from evolink_widgets.store.safe_files import change_plain, guarded, place_new, temporary

__all__ = [
    "FIELDS",
    "PlannedCopy",
    "SavedPicture",
    "ending_format",
    "file_copy",
    "folder_copies",
    "to_hand_on",
    "with_recipe",
    "write",
]

FIELDS = ("number", "prompt", "date", "name")
"""What a template of names may hold."""

_FORMATS = {**{kind: kind for kind in EXTENSIONS}, "jpg": "jpeg"}
_NAMED = "PNG, JPEG or WebP"
_LONGEST = 255


class SavedPicture(Protocol):
    """What a copy needs of a picture; a `GeneratedImage` has it."""

    @property
    def path(self) -> Path:
        """Its file."""

    @property
    def index(self) -> int:
        """Its place in the task, from 0."""

    @property
    def format(self) -> str:
        """ "png", "jpeg" or "webp"."""

    @property
    def bytes(self) -> builtins.bytes:
        """The file's bytes."""

    @property
    def sha256(self) -> str:
        """Of the file's bytes, in hex."""

    @property
    def recipe(self) -> Recipe:
        """What made it."""

    @property
    def simulated(self) -> bool:
        """Drawn by the emulator."""

    @property
    def recorded(self) -> bool:
        """From a cassette."""

    @property
    def created_at(self) -> float:
        """When it was saved, Unix seconds."""


@dataclass(frozen=True)
class PlannedCopy:
    """One copy that is to be written.

    Attributes:
        image: the picture.
        target: the file; where another has the name, "-2" is added to it.
        format: "png", "jpeg" or "webp".
    """

    image: SavedPicture
    target: Path
    format: str


def ending_format(name: str) -> str | None:
    """Return the format that a file name's ending says; `None` where it is no picture's."""
    return _FORMATS.get(Path(name).suffix.lower().removeprefix("."))


def file_copy(image: SavedPicture, target: Path, *, format: object, bare: bool) -> PlannedCopy:
    """Plan one copy under a file's name.

    Args:
        image: the picture.
        target: the file.
        format: what the copy is to be; `None` leaves it to the ending.
        bare: the bytes are copied untouched.

    Raises:
        StoreError: the ending is no picture's or another format's; or `bare` forbids it.
    """
    wished, named = _format(format), ending_format(target.name)
    if named is None:
        stem = target.name.removesuffix(target.suffix) or "picture"
        raise StoreError(
            f"{target.name} would be named {target.suffix!r}; copies are {_NAMED}.",
            advice=f"Name it {stem}{EXTENSIONS[wished or image.format]}, or make the folder "
            f"{target.name} first.",
        )
    if wished not in (None, named):
        raise StoreError(
            f"{target.name} would be named {target.suffix!r}, and format is {format!r}.",
            advice="Leave format away, or name the file without an ending in a folder.",
        )
    return _checked(PlannedCopy(image, target, named), bare)


def folder_copies(
    images: Sequence[SavedPicture],
    folder: Path,
    *,
    numbers: Iterable[int] = (1,),
    name: object = None,
    format: object = None,
    bare: bool = False,
) -> list[PlannedCopy]:
    """Plan copies into a folder, under the pictures' own names or by a template.

    Args:
        images: the pictures.
        folder: where they go.
        numbers: what `{number}` stands for, one for each picture.
        name: the template; `None` keeps the pictures' own names.
        format: what the copies are to be; `None` leaves it to the template's ending, or keeps
            each picture's own.
        bare: the bytes are copied untouched.

    Raises:
        StoreError: the template or the format can't be used, or `bare` forbids it.
    """
    wished = _format(format)
    found = []
    for image, number in zip(images, numbers, strict=True):
        kind = wished or image.format
        if name is None:
            own = EXTENSIONS[image.format] if kind == image.format else EXTENSIONS[kind]
            called = image.path.name.removesuffix(image.path.suffix) + own
        else:
            called = _filled(name, image, number)
            kind = wished or ending_format(called) or image.format
            if ending_format(called) not in (None, kind):
                raise StoreError(
                    f"name ends in {Path(called).suffix!r}, and format is {format!r}.",
                    advice="Leave one of them away.",
                )
            if ending_format(called) is None:
                called += EXTENSIONS[kind]
        found.append(_checked(PlannedCopy(image, folder / called, kind), bare))
    return found


def write(copies: Sequence[PlannedCopy], *, bare: bool) -> list[Path]:
    """Write copies, each whole before the first gets its name; return their paths.

    Raises:
        StoreError: one of them can't be made or written.
    """
    with ExitStack() as stack:
        parts = []
        for copy in copies:
            folder = copy.target.parent
            with guarded(copy.target, "written"):
                folder.mkdir(parents=True, exist_ok=True)
                part = stack.enter_context(temporary(folder))
                data = copy.image.bytes if bare else _converted(copy)
                with change_plain(part) as file:
                    file.write(data)
            parts.append((part, copy.target))
        done = []
        for part, target in parts:
            with guarded(target, "written"):
                done.append(place_new(part, target))
        return done


def with_recipe(image: SavedPicture, data: bytes | None = None) -> bytes:
    """Return a picture's file with its recipe, and the mark for AI-made pictures, in its XMP.

    Args:
        image: the picture.
        data: the file in another format; the picture's own by default.

    Raises:
        StoreDamaged: the file is gone, or no longer a whole picture.
    """
    from evolink_widgets.store.gallery.copies.embed import embedded
    from evolink_widgets.store.gallery.rows.rows import RECIPE_FORMAT, utc_time

    record = {
        "format": RECIPE_FORMAT,
        "made": utc_time(image.created_at),
        "simulated": image.simulated,
        "recorded": image.recorded,
        "index": image.index,
        "sha256": image.sha256,
        "recipe": image.recipe.to_record(),
    }
    file = image.bytes if data is None else data
    return embedded(file, record, simulated=image.simulated, path=image.path)


def to_hand_on(image: SavedPicture) -> bytes:
    """Return what a person is given of a picture: `with_recipe`, or a damaged one as it lies there.

    Raises:
        StoreDamaged: the file is gone.
    """
    try:
        return with_recipe(image)
    except StoreDamaged:
        return image.bytes


def _converted(copy: PlannedCopy) -> bytes:
    if copy.format == copy.image.format:
        return with_recipe(copy.image)
    from evolink_widgets.images.pixels.convert import converted
    from evolink_widgets.images.scan_result import Broken

    try:
        data = converted(copy.image.bytes, copy.format)
    except Broken as exc:
        raise StoreDamaged(
            f"{copy.image.path} can't be converted: {exc}.",
            advice="image.save(..., bare=True) copies it as it is.",
        ) from exc
    return with_recipe(copy.image, data)


def _checked(copy: PlannedCopy, bare: bool) -> PlannedCopy:
    if bare and copy.format != copy.image.format:
        raise StoreError(
            f"{copy.target.name} would be converted, and bare=True copies the bytes of a "
            f"{copy.image.format.upper()} untouched.",
            advice=f"Name it {copy.target.stem}{EXTENSIONS[copy.image.format]}, "
            "or leave bare away.",
        )
    return copy


def _format(given: object) -> str | None:
    if given is None:
        return None
    found = _FORMATS.get(given.lower().removeprefix(".")) if isinstance(given, str) else None
    if found is None:
        raise StoreError(
            f"format must be 'png', 'jpeg' or 'webp'; it is {shown(given)}.",
            advice="For other formats use image.pil.save(...).",
        )
    return found


def _filled(template: object, image: SavedPicture, number: int) -> str:
    """The name that a template gives a picture."""
    fields: dict[str, Any] = {
        "number": number,
        "prompt": slug(image.recipe.request.prompt),
        "date": _day(image.created_at),
        "name": image.path.stem,
    }
    allowed = ", ".join(f"{{{field}}}" for field in FIELDS)
    advice = 'For instance "fox-{number}" or "{prompt}-{number:02}".'
    try:
        if not isinstance(template, str):
            raise TypeError
        used = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
        if not used <= fields.keys():
            raise KeyError
        called = template.format(**fields).strip()
    except (TypeError, KeyError, ValueError, IndexError):
        raise StoreError(
            f"name must be text with no field but {allowed}; it is {shown(template)}.",
            advice=advice,
        ) from None
    if not called.strip(".") or set(called) & set('/\\:\0\n\r\t<>"|?*'):
        raise StoreError(
            f"name must give a file's name, with no folder in it; it gives {shown(called)}.",
            advice=f"The folder goes into dest. {advice}",
        )
    if len(called.encode("utf-8", "replace")) + len(".jpeg") > _LONGEST:
        raise StoreError(f"name gives more than {_LONGEST - 5} bytes.", advice=advice)
    return called


def _day(seconds: float) -> str:
    try:
        return date.fromtimestamp(seconds).isoformat()
    except (OverflowError, OSError, ValueError):  # a clock that jumped
        return "0000-00-00"
