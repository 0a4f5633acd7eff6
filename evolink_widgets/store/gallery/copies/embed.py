"""Copies that know where they come from: the recipe and the mark for AI-made pictures, inside.

The pixels and everything else in the file stay byte for byte what the service sent. (Only a
signature over the whole file, such as C2PA's, no longer fits a copy that says more.)
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.images.metadata import xmp, xmp_in_files
from evolink_widgets.images.proof.check_picture import sniff
from evolink_widgets.moved_files import where_it_lies
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.database.copy_aside import open_aside
from evolink_widgets.store.database.database import FILE, dump, load_object
from evolink_widgets.store.file_names import in_database
from evolink_widgets.store.safe_files import guarded, is_plain, store_of
from evolink_widgets.store.user_paths import path_of

_LARGEST_PICTURE = 256_000_000
_LARGEST_RECORD = 8_000_000
_NUMBERED = re.compile(r"(.+)_\d+(-\d+)?")
_RECIPE = f"{xmp.OURS} Recipe"
_CONTINUED = f"{xmp.NOTE} HasExtendedXMP"


def embedded(data: bytes, record: Mapping[str, Any], *, simulated: bool, path: Path) -> bytes:
    """Return a picture file with its recipe and the IPTC's mark for AI-made pictures in its XMP.

    Args:
        data: the picture's file, a PNG, JPEG or WebP.
        record: what the copy says of itself: its recipe, and when and how it was made.
        simulated: whether an emulator drew it.
        path: where the file lies, for what an error says.

    Raises:
        StoreDamaged: it is no whole picture.
    """
    mark, carrying = xmp.mark(simulated=simulated), xmp.carrying(dump(record))
    try:
        there = xmp_in_files.packets(data).main
        packet = xmp.packet(mark, carrying, into=there)
        if sniff(data[:16]) != "jpeg" or len(packet) <= xmp_in_files.JPEG_MOST:
            return xmp_in_files.with_packet(data, packet)
        extension = xmp.tree(carrying)
        packet = xmp.packet(mark, xmp.continued(xmp_in_files.guid(extension)), into=there)
        if len(packet) > xmp_in_files.JPEG_MOST:  # a stranger's own fills it
            packet = xmp.packet(mark, xmp.continued(xmp_in_files.guid(extension)))
        return xmp_in_files.with_packet(data, packet, extension)
    except xmp_in_files.BadContainer as exc:
        raise StoreDamaged(
            f"{path} is damaged: {exc}.",
            advice="image.save(..., bare=True) copies it as it is.",
        ) from exc


def read_recipe(path: str | Path) -> Recipe:
    """Return the recipe of a picture file, or in a recipe file.

    Args:
        path: a copy made by `save`; a recipe file; or a picture in a store's folder.

    Raises:
        StoreError: there is no such file, or it carries no recipe.
        StoreDamaged: it carries one that can't be read.
        InvalidRequest: what it carries asks for something the service does not take.
    """
    source = where_it_lies(path_of(path, "path"))
    data = _bytes(source)
    if sniff(data[:16]) is None:
        return _from_record(_object(data, source), source)
    carried = _carried(data, source)
    if carried is not None:
        return _from_record(load_object(carried, f"The recipe in {source}"), source)
    beside = _beside(source)
    if beside is not None:
        return _from_record(beside, source)
    stored = _stored(source)
    if stored is not None:
        return Recipe.from_record(load_object(stored, f"The recipe of {source}"))
    raise StoreError(
        f"{source} carries no recipe.",
        advice="Copies made with image.save(...) do; look for the recipe file it came with.",
    )


def _bytes(source: Path) -> bytes:
    with guarded(source, "read"):
        try:
            there = source.is_file()
        except ValueError:  # a NUL in the name, on some versions of Python
            there = False
        if not there:
            raise StoreError(f"There is no file {str(source)!r}.", advice="Check its name.")
        with source.open("rb") as file:
            data = file.read(_LARGEST_RECORD + 1)
            if sniff(data[:16]) is not None:
                data += file.read(_LARGEST_PICTURE + 1 - len(data))
    most = _LARGEST_RECORD if sniff(data[:16]) is None else _LARGEST_PICTURE
    if len(data) > most:
        raise StoreDamaged(
            f"{source} has more than {most:,} bytes; no file with a recipe is so large.",
            advice="Choose a picture saved by image.save(...), or its recipe file.",
        )
    return data


def _carried(data: bytes, source: Path) -> str | None:
    try:
        found = xmp_in_files.packets(data)
        if found.main is None:
            return None
        recipe = xmp.read(found.main, _RECIPE)
        if recipe is None and found.extensions:
            extension = found.extensions.get(xmp.read(found.main, _CONTINUED) or "")
            recipe = xmp.read(extension, _RECIPE) if extension is not None else None
        return recipe
    except (xmp_in_files.BadContainer, xmp.BadPacket) as exc:
        raise StoreDamaged(
            f"{source} can't be read: {exc}.",
            advice="Copy it again, or look for its recipe file.",
        ) from exc


def _beside(source: Path) -> dict[str, Any] | None:
    """Return the recipe file beside a picture in a store's folder."""
    named = _NUMBERED.fullmatch(source.stem)
    if named is None:
        return None
    path = where_it_lies(source.with_name(f"{named[1]}.json"))
    if not is_plain(path):  # in a stranger's folder it may lead elsewhere
        return None
    record = _object(_bytes(path), path)
    pictures = record.get("pictures")
    listed = pictures if isinstance(pictures, list) else []
    files = [one.get("file") for one in listed if isinstance(one, dict)]
    return record if in_database(source.name) in files else None


def _stored(source: Path) -> str | None:
    """Return what the database of the store says that `source` lies in; it is only read."""
    path = store_of(source) / FILE
    if not path.is_file():
        return None
    with ExitStack() as stack:
        with guarded(path, "copied aside"):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="evolink-"))
        rows = open_aside(path, Path(folder), stack).rows(
            "SELECT recipe FROM pictures JOIN sets USING (key) WHERE path = ?",
            (in_database(source.name),),
        )
    return rows[0]["recipe"] if rows else None


def _object(data: bytes, source: Path) -> dict[str, Any]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise StoreDamaged(
            f"{source} is neither a picture nor a recipe file.",
            advice="Choose a PNG, JPEG or WebP, or a recipe file (.json).",
        ) from exc
    return load_object(text, str(source)) or {}


def _from_record(record: dict[str, Any] | None, source: Path) -> Recipe:
    if record is None or not isinstance(record.get("recipe"), dict):
        raise StoreDamaged(f"{source} holds no recipe.", advice="Choose another file.")
    return Recipe.from_record(record["recipe"])
