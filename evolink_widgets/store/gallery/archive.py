"""Exports pictures as one zip: copies with their recipes inside, and a manifest."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Row
from typing import Any

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.images.proof.check_picture import EXTENSIONS
from evolink_widgets.store.file_names import DEFAULT_FOLDER, one_line
from evolink_widgets.store.gallery.copies.copies import to_hand_on
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.rows.rows import utc_time
from evolink_widgets.store.journal.journal import read_receipt
from evolink_widgets.store.library.database_in import database_in
from evolink_widgets.store.safe_files import free_names, guarded, place_new, store_of, temporary
from evolink_widgets.store.user_paths import path_of

FORMAT = "evolink-widgets archive 1"
_UNFIT = re.compile(r"[^\w-]+")
_AT_ONCE = 500

log = logging.getLogger("evolink_widgets")


def export_zip(images: Sequence[GeneratedImage], target: str | Path) -> Path:
    """Write pictures into a zip file; return its path. Nothing is overwritten.

    Each is a copy with its recipe and the mark for AI-made pictures inside, as `image.save`
    makes it, and stands in `manifest.json` with its recipe, size, SHA-256 and what its task was
    charged, where the service reported that. Pictures are not packed: they are already.

    Args:
        images: the pictures, of one task or of many.
        target: the zip file, or a folder for it; where another file has the name, "-2" is
            added to it.

    Raises:
        StoreError: there is nothing to export, or it can't be written; no file is left then.
        StoreDamaged: not one of the pictures can be read.
    """
    if not images:
        raise StoreError("There are no pictures to export.", advice="Select some first.")
    target = path_of(target, "target")
    with guarded(target, "written"):
        if target.is_dir():
            target = target / f"{DEFAULT_FOLDER}.zip"
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary(target.parent) as path:
            _write(images, path)
            return place_new(path, target)


def _write(images: Sequence[GeneratedImage], path: Path) -> None:
    members: list[dict[str, Any]] = []
    missing: list[dict[str, Any]] = []
    used = {"manifest.json"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for image in images:
            try:
                data = to_hand_on(image)
            except StoreError as exc:  # one lost picture must not keep the others
                log.warning("%s", exc)
                missing.append({"file": image.path.name, "reason": exc.message})
                continue
            name = _member(image, used)
            archive.writestr(zipfile.ZipInfo(name, _zip_time(image.created_at)), data)
            members.append(_entry(image, name, data))
        if not members:
            raise StoreDamaged(f"Not one of the pictures can be read: {missing[0]['reason']}")
        manifest = {
            "format": FORMAT,
            "pictures": members,
            "tasks": _tasks(images),
            "missing": missing,
        }
        newest = max(image.created_at for image in images)
        text = json.dumps(manifest, indent=2) + "\n"
        archive.writestr(zipfile.ZipInfo("manifest.json", _zip_time(newest)), text)


def _entry(image: GeneratedImage, name: str, data: bytes) -> dict[str, Any]:
    return {
        "file": name,
        "task": image.task_key,
        "index": image.index,
        "made": utc_time(image.created_at),
        "simulated": image.simulated,
        "recorded": image.recorded,
        "format": image.format,
        "width": image.width,
        "height": image.height,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "original": {"bytes": image.bytes_count, "sha256": image.sha256},
        "recipe": image.recipe.to_record(),
    }


def _tasks(images: Sequence[GeneratedImage]) -> list[dict[str, Any]]:
    """Return each task with its charge; `null` is "not reported"."""
    tasks: dict[str, dict[str, Any]] = {}
    for image in images:
        fresh = {"task": image.task_key, "credits": None}
        tasks.setdefault(image.task_key, fresh)
    roots = {store_of(image.path) for image in images}
    keys = list(tasks)
    for root in roots:
        for start in range(0, len(keys), _AT_ONCE):
            for key, credits in _charges(root, keys[start : start + _AT_ONCE]):
                tasks[key]["credits"] = credits
    return list(tasks.values())


def _charges(root: Path, keys: list[str]) -> list[tuple[str, float]]:
    database = database_in(root)
    marks = ", ".join("?" * len(keys))
    sql = f"SELECT key, receipt FROM tasks WHERE key IN ({marks}) AND receipt IS NOT NULL"
    try:
        return [found for row in database.rows(sql, keys) if (found := _charge(row)) is not None]
    except StoreError as exc:
        log.warning("%s", exc)
        return []
    finally:
        database.close()


def _charge(row: Row) -> tuple[str, float] | None:
    try:
        receipt = read_receipt(row["receipt"])
    except StoreError as exc:  # damaged: not reported
        log.warning("%s", exc)
        return None
    charged = None if receipt is None else receipt.charged
    return None if charged is None else (row["key"], charged)


def _member(image: GeneratedImage, used: set[str]) -> str:
    # A name that every unpacker takes; two may differ in capitals alone.
    base = _UNFIT.sub("-", one_line(image.path.stem, 100)).strip("-") or "picture"
    for candidate in free_names(Path(base + EXTENSIONS[image.format])):
        if candidate.name.casefold() not in used:
            used.add(candidate.name.casefold())
            return candidate.name
    raise AssertionError("free_names has no end")


def _zip_time(when: float) -> tuple[int, int, int, int, int, int]:
    # A zip knows the years 1980 to 2107.
    try:
        there = time.localtime(when)
    except (OverflowError, OSError, ValueError):
        return (1980, 1, 1, 0, 0, 0)
    if not 1980 <= there.tm_year <= 2107:
        return (1980, 1, 1, 0, 0, 0)
    return there[:6]
