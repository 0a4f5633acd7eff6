"""Reads `references=[…]`: paths, bytes, arrays, figures, links, into fixed bytes or links.

Taken are paths, links, bytes, open files, pictures of Pillow's, NumPy arrays, Matplotlib figures
and axes, pictures of this package, data URLs, and references that the store keeps. What may
change later (an array, a figure) is copied now; a file is read when it is made ready.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.images.pixels.pixels import orientation_of
from evolink_widgets.images.reference_limits import LIMITS, ReferenceLimits
from evolink_widgets.images.scan_result import Broken, claimed
from evolink_widgets.images.scans.png import scan_png
from evolink_widgets.problem import Problem, shown
from evolink_widgets.references.arrays import NotAPictureArray, described, is_array, picture_of
from evolink_widgets.references.from_text import read_path, read_text
from evolink_widgets.references.ready import make_ready
from evolink_widgets.references.source import Ready, Source
from evolink_widgets.rules.request.request import MAX_REFERENCES

__all__ = ["Prepared", "prepare", "read", "read_one"]

_LISTS = (list, tuple, Set, Mapping)


@dataclass(frozen=True)
class Prepared:
    """References, ready to stand in a request.

    Attributes:
        references: links, and the names of pictures that were kept, in the given order.
        notices: what was done to them: "references[1]: It was a TIFF; it is sent as PNG."
        problems: why some can't be taken; there are no references then.
    """

    references: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def prepare(
    references: object,
    keep: Callable[[Ready], object],
    *,
    keep_metadata: bool = False,
    limits: ReferenceLimits = LIMITS,
    known: Callable[[Source], str | None] | None = None,
) -> Prepared:
    """Make all references ready, one after the other. Blocks; never raises for what was given.

    Args:
        references: 0 to 16 of what `read` takes.
        keep: is given each picture once it is ready, and keeps its bytes: only one of them is
            in memory at a time.
        keep_metadata: leave Exif, XMP, comments and the like in them, the position too.
        limits: what is read and sent at most.
        known: may give a picture's name, without its being made ready; it raises
            `InvalidRequest` for what can't be taken.
    """
    names: list[str] = []
    notices: list[str] = []
    problems: list[Problem] = []
    for item in _read(references, limits):
        if isinstance(item, Problem):
            problems.append(item)
        elif isinstance(item, str):
            names.append(item)
        else:
            try:
                if known is not None and (name := known(item)) is not None:
                    names.append(name)
                    continue
                ready = make_ready(item, keep_metadata=keep_metadata, limits=limits)
            except InvalidRequest as exc:
                problems += exc.problems
                continue
            if not problems:
                keep(ready)
            names.append(ready.name)
            notices += [f"{item.place}: {sentence}" for sentence in ready.notices]
    if problems:
        return Prepared(problems=tuple(problems))
    return Prepared(tuple(names), tuple(notices))


def read(references: object, *, limits: ReferenceLimits = LIMITS) -> tuple[Source | str, ...]:
    """The references in their order: a link stays text, everything else becomes a `Source`.

    Args:
        references: a list of 0 to 16.
        limits: what is read at most.

    Raises:
        InvalidRequest: with all problems at once, each naming its place: "references[2]".
    """
    items = _read(references, limits)
    if problems := [item for item in items if isinstance(item, Problem)]:
        raise InvalidRequest(problems)
    return tuple(item for item in items if not isinstance(item, Problem))


def _read(references: object, limits: ReferenceLimits) -> list[Source | str | Problem]:
    rule = "must be a list of pictures, files or links"
    if isinstance(references, (Mapping, Set)):  # without an order, or no list
        return [Problem("references", shown(references), rule)]
    single = _single(references)
    if single is not None:
        return [Problem("references", _named(references), rule, single)]
    try:
        # One more than is legal tells too many; a list without an end is not read on.
        given = list(islice(iter(references), MAX_REFERENCES + 1))  # type: ignore[call-overload]
    except Exception:  # whatever a stranger's iterator raises
        return [Problem("references", shown(references), rule)]
    if len(given) > MAX_REFERENCES:
        rule = f"must be at most {MAX_REFERENCES}"
        return [Problem("references", f"more than {MAX_REFERENCES}", rule)]
    return [read_one(item, f"references[{at}]", limits=limits) for at, item in enumerate(given)]


def read_one(
    given: object, place: str, *, limits: ReferenceLimits = LIMITS
) -> Source | str | Problem:
    """One reference, whatever it is.

    Args:
        given: the item.
        place: how messages name it.
        limits: what is read at most.
    """
    for fits, reader in _READERS:
        if _fits(fits, given):
            return reader(given, place, limits)
    rule = "must be a path, link, bytes, picture, array or figure"
    if isinstance(given, _LISTS):
        rule = "must be one picture, and not a list of them: put them into the outer list"
    return Problem(place, _named(given), rule)


def _fits(fits: Callable[[object], bool], given: object) -> bool:
    try:
        return fits(given)
    except Exception:  # a stranger's attributes raise what they like
        return False


def _single(references: object) -> str | None:
    """How to write the list, where one picture was given in the place of the list."""
    if isinstance(references, str):
        return f"[{shown(references)}]"
    if isinstance(references, (list, tuple)):
        return None
    return "[…]" if any(_fits(fits, references) for fits, _ in _READERS) else None


def _is_picture(given: object) -> bool:
    if not type(given).__module__.startswith("PIL.") and not hasattr(given, "tobytes"):
        return False
    from PIL import Image as pillow

    return isinstance(given, pillow.Image)


def _is_own(given: object) -> bool:
    return isinstance(getattr(given, "path", None), Path) and hasattr(given, "recipe")


def _is_file(given: object) -> bool:
    return callable(getattr(given, "read", None))


def _from_text(given: Any, place: str, limits: ReferenceLimits) -> Source | str | Problem:
    return read_text(str.__str__(given), place, limits)


def _from_bytes(given: Any, place: str, limits: ReferenceLimits) -> Source | Problem:
    try:
        length = memoryview(given).nbytes
    except ValueError:
        return Problem(place, "a memoryview that was released", "must be bytes that are there")
    named = f"{length:,} bytes"
    if length > limits.read_bytes:
        return Problem(place, named, f"must have at most {limits.read_bytes:,} bytes")
    return Source(place, named, bytes(given))


def _from_path(given: Any, place: str, limits: ReferenceLimits) -> Source | Problem:
    return read_path(given, place)


def _from_own(given: Any, place: str, limits: ReferenceLimits) -> Source | Problem:
    return read_path(given.path, place)


def _from_file(given: Any, place: str, limits: ReferenceLimits) -> Source | Problem:
    """An open file, from its beginning where it can be wound back; it is left where it was."""
    name = getattr(given, "name", None)
    named = f"an open file ({shown(name)})" if isinstance(name, str) else "an open file"
    pieces: list[bytes] = []
    left = limits.read_bytes + 1
    try:
        before = given.tell() if _can_seek(given) else None
        if before:
            given.seek(0)
        while left > 0 and (piece := given.read(min(left, 1 << 20))):
            if isinstance(piece, str):
                return Problem(place, named, "must be opened for bytes: open(…, 'rb')")
            pieces.append(bytes(piece))
            left -= len(piece)
        if before is not None:
            given.seek(before)
    except Exception as exc:  # a stranger's file raises what it likes
        return Problem(place, f"{named}: {type(exc).__name__}", "must be a file that can be read")
    if left <= 0:
        return Problem(place, named, f"must have at most {limits.read_bytes:,} bytes")
    return Source(place, named, b"".join(pieces))


def _can_seek(given: Any) -> bool:
    try:
        return bool(given.seekable())
    except Exception:
        return False


def _from_picture(given: Any, place: str, limits: ReferenceLimits) -> Source | Problem:
    try:
        named = f"a picture of {given.width}×{given.height} ({given.mode})"
        claimed(given.width, given.height, limits.decoded_pixels)
        orientation = orientation_of(given)
        copy = given.copy()
        if given.format == "TIFF":  # Pillow has turned it while it was loaded
            orientation = 1
    except Broken as exc:
        return Problem(place, f"a picture: {exc}", "must be a picture of a sane size")
    except Exception as exc:  # a file that is loaded only now, and is broken
        said = " ".join(str(exc).split())[:80] or type(exc).__name__
        return Problem(place, f"a picture that can't be loaded ({said})", "must be a whole picture")
    return Source(place, named, copy, orientation)


def _from_array(given: Any, place: str, limits: ReferenceLimits) -> Source | Problem:
    try:
        return Source(place, described(given), picture_of(given, limits))
    except NotAPictureArray as exc:
        return Problem(place, described(given), exc.rule, exc.nearest)
    except MemoryError:
        return Problem(place, described(given), "must fit into memory")
    except ImportError:
        return Problem(place, described(given), "must be a NumPy array: pip install numpy")


def _from_figure(given: Any, place: str, limits: ReferenceLimits) -> Source | Problem:
    named = f"a figure ({type(given).__name__})"
    try:
        return Source(place, named, _picture_file_of(given))
    except Exception as exc:  # whatever drawing it raises
        said = " ".join(str(exc).split())[:80] or type(exc).__name__
        return Problem(place, f"{named}: {said}", "must be a figure that can be drawn")


def _is_figure(given: object) -> bool:
    """Whether it can save itself as a picture (Matplotlib's can), or belongs to what can."""
    return _figure_of(given) is not None


def _picture_file_of(given: object) -> bytes:
    """The figure as a PNG, at its own resolution; drawn on this thread, as Matplotlib wants it."""
    figure = _figure_of(given)
    out = io.BytesIO()
    figure.savefig(out, format="png")
    # The name of the program that drew it is of no use here.
    return scan_png(out.getvalue(), LIMITS).clean


def _figure_of(given: object) -> Any:
    if isinstance(given, type):
        return None
    for owner in (given, getattr(given, "figure", None)):
        if callable(getattr(owner, "savefig", None)):
            return owner
    return None


def _named(given: object) -> str:
    return described(given) if is_array(given) else shown(given)


_Reader = Callable[[Any, str, ReferenceLimits], "Source | str | Problem"]

_READERS: tuple[tuple[Callable[[object], bool], _Reader], ...] = (
    (lambda given: isinstance(given, str), _from_text),
    (lambda given: isinstance(given, (bytes, bytearray, memoryview)), _from_bytes),
    (_is_own, _from_own),
    (lambda given: isinstance(given, os.PathLike), _from_path),
    (_is_picture, _from_picture),
    (is_array, _from_array),
    (_is_figure, _from_figure),
    (_is_file, _from_file),
)
"""How each kind of thing is known, and read.

The order matters: a picture of Pillow's is also an array to NumPy, a picture of ours is also a
path and an array.
"""
