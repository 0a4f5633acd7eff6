"""The rows of sets and pictures, with the files that they name: written, and checked when read.

A picture's file has a readable name that is free on the disk and in the database. Beside the
pictures of a set lies its recipe file: what was asked, and which pictures of it are there.

A process killed while it moved a file to the trash or back (`Trash`) leaves it with both names,
or, where the file system knows no links, with one that is perhaps not the row's.
`with_file_in_place` puts that right when the picture is looked at next.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Any, Literal, NamedTuple
from unicodedata import normalize

from evolink_widgets.errors import InvalidRequest, StoreDamaged, StoreError
from evolink_widgets.images.proof.check_picture import EXTENSIONS, PictureFacts
from evolink_widgets.moved_files import month_of
from evolink_widgets.rules.request.recipe import Recipe, handed_on
from evolink_widgets.rules.tasks.played import is_simulated
from evolink_widgets.store.database.database import Database, dump, insert, load_object, storable
from evolink_widgets.store.file_names import (
    KEY,
    TRASH,
    in_database,
    in_file_system,
    inside,
    search_text,
    stems,
)
from evolink_widgets.store.gallery.rows.kinds import kind_and_prompt, recounted
from evolink_widgets.store.safe_files import (
    free_names,
    guarded,
    is_plain,
    is_there,
    lasting_folder,
    place,
    remove,
    rewrite_together,
    sha256_of,
    size_of,
    take_back,
)
from evolink_widgets.store.spent_sums import uncount
from evolink_widgets.store.unwritten import check_may_write

RECIPE_FORMAT = "evolink-widgets recipe 1"

MONTHS_NOTE = "a folder a month"
"""The note of a store that has a folder for each month."""

SELECT = (
    "SELECT pictures.*, sets.recipe, sets.task_id, sets.notebook "
    "FROM pictures JOIN sets USING (key)"
)
"""Reads pictures so that `read_image` understands them; a WHERE may follow."""

_FORMS: tuple[Literal["NFD", "NFC"], ...] = ("NFD", "NFC")
_ENDINGS = frozenset(EXTENSIONS.values())
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class NewSet(NamedTuple):
    """A set's row before its first picture is in."""

    key: str
    recipe: Recipe
    task_id: str | None
    expected: int
    created_at: float
    notebook: str | None


class NewPicture(NamedTuple):
    """A checked file on its way in, and what its row says beside the file's facts."""

    number: int
    file: Path
    facts: PictureFacts
    created_at: float
    favourite: bool = False
    trashed_at: float | None = None


def recipe_of(root: Path, key: str, recipe: Any) -> Recipe:
    """Return the recipe in a set's row.

    Args:
        root: the store's folder, for the message.
        key: the set's task key, for the message.
        recipe: the column's value.

    Raises:
        StoreDamaged: it is none.
    """
    what = f"the recipe of set {key}"
    try:
        return Recipe.from_record(load_object(recipe, what))
    except InvalidRequest as exc:
        raise StoreDamaged(f"In {root}, {what} is no recipe: {exc.message}") from exc


def place_of(root: Path, row: Row) -> Path:
    """Return where a picture's file belongs: in the folder or its month's, or in the trash.

    A store of many pictures has a folder for each month (`months`). Where the file is, in the one
    or in the other, is seen on the disk alone: it may be moved at any moment. So is another
    spelling of its name, where that can't be mended, as in a library (`spell_as_in`).

    Raises:
        StoreDamaged: the row names a place outside, or a file that is no picture.
    """
    path = _lying(root, row) if row["trashed_at"] is None else inside(root / TRASH, row["path"])
    if path.name[:1] == "." or path.suffix not in _ENDINGS:
        raise StoreDamaged(f"The database names a file that is no picture: {path.name!r:.100}.")
    if path.name.isascii() or is_there(path):
        return path
    return next((found for found, _ in _spelled_otherwise(root, row)), path)


def home_of(root: Path, connection: Connection, name: str) -> Path:
    """Return the folder that new files of a set go to; it is there afterwards.

    Args:
        root: the store's folder.
        connection: to its database.
        name: the name of one of its files, or how all of them begin.

    Raises:
        NotPlain: the folder of the month is a link.
        OSError: it can't be made.
    """
    month = month_of(name)
    if month is None or not has_months(connection):
        return root
    return lasting_folder(root, month)


def has_months(connection: Connection) -> bool:
    """Tell whether the store has a folder for each month."""
    sql = "SELECT 1 FROM notes WHERE name = ?"
    return connection.execute(sql, (MONTHS_NOTE,)).fetchone() is not None


def check_key(key: object) -> str:
    """Return a task's key.

    Raises:
        StoreDamaged: it is none; a file can't be named after it.
    """
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise StoreDamaged(f"{key!r:.100} is no task's key.")
    return key


def in_reach(key: str, number: int) -> bool:
    """Tell whether SQLite can be asked for this picture: UTF-8, and 63 bits."""
    return storable(key) == key and 0 <= number < 1 << 63


def is_digest(value: object) -> bool:
    """Tell whether a value is a SHA-256 in hex, as file names hold it."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def check_row(root: Path, row: Row) -> None:
    """Check a row of `SELECT`: what a file's name does not say.

    Raises:
        StoreDamaged: the row is not what this package writes.
    """
    wrong = [
        name
        for name, fits in (
            ("number", _count(row["number"], 0)),
            ("width", _count(row["width"], 1)),
            ("height", _count(row["height"], 1)),
            ("bytes_count", _count(row["bytes_count"], 1)),
            ("format", row["format"] in EXTENSIONS),
            ("created_at", _time(row["created_at"])),
            ("sha256", is_digest(row["sha256"])),
            ("task_id", _text_or_none(row["task_id"])),
            ("notebook", _text_or_none(row["notebook"])),
        )
        if not fits
    ]
    if wrong:
        raise StoreDamaged(
            f"In {root}, the row of picture {row['number']!r} of task {row['key']} is damaged: "
            f"{', '.join(wrong)}."
        )


def find_row(connection: Connection, key: str, number: int) -> Row | None:
    """Return the row of one picture; `None` where there is none."""
    found: Row | None = connection.execute(
        f"{SELECT} WHERE key = ? AND number = ?", (key, number)
    ).fetchone()
    return found


def facts_of(row: Row) -> PictureFacts:
    """Return what a row says of its picture's file."""
    return PictureFacts(
        row["format"], row["width"], row["height"], row["bytes_count"], row["sha256"]
    )


def with_file_in_place(root: Path, database: Database, row: Row) -> Row:
    """Return a picture's row as it is once its file lies where the row says.

    Nearly always that is the row as it was given: only a process killed in the middle of a
    move leaves anything to do.

    Args:
        root: the store's folder.
        database: its database.
        row: a row of `SELECT`.
    """
    other = _other_place(root, row)
    if not is_plain(other) or _is_strangers(other, place_of(root, row)):
        spell_as_in(root, row)
        return row
    with suppress(StoreError), database.write() as connection:
        # Under the lock no other process is moving it.
        fresh = find_row(connection, row["key"], row["number"])
        if fresh is None:
            return row
        _put_right(root, connection, fresh)
        return find_row(connection, row["key"], row["number"]) or row
    return row


def spell_as_in(root: Path, row: Row) -> None:
    """Give a picture's file the row's spelling of its name, where it came with another one.

    Macs' older disks, and archives made there, take letters and their marks apart (NFD).
    """
    if str(row["path"]).isascii() or any(map(is_there, _places(root, row))):
        return
    for found, path in _spelled_otherwise(root, row):
        with suppress(OSError):
            check_may_write(path.parent)  # before its bytes are read
            if _same_bytes(found, facts_of(row)):
                place(found, path)
                remove(found)
                return


def spellings(name: str) -> Iterator[str]:
    """Yield a file's name, and how other systems spell it: letters and marks apart, or in one."""
    yield from dict.fromkeys((name, *(normalize(form, name) for form in _FORMS)))


def add_picture(
    root: Path, connection: Connection, about: NewSet, picture: NewPicture
) -> tuple[Path, bool]:
    """Give a picture its readable name, and write its row; the set's row too, where it is new.

    Args:
        root: the store's folder.
        connection: inside a transaction.
        about: the picture's set.
        picture: the picture; where the file system has links its file keeps its old name too.

    Returns:
        The picture's place, and whether it was put there now: it may have been there already,
        from a process that was killed before it wrote the row. Its folder is to be flushed
        before the transaction ends.
    """
    stem = _stem_of(root, connection, about)
    here = home_of(root, connection, stem)
    folder = here if picture.trashed_at is None else root / TRASH
    target = inside(folder, f"{stem}_{picture.number + 1}{EXTENSIONS[picture.facts.format]}")
    slot = (about.key, picture.number)
    path = already_there(connection, target, picture.facts, slot)
    placed = path is None
    if path is None:
        if picture.trashed_at is not None:
            lasting_folder(root, TRASH)
        path = place_free(connection, picture.file, target, slot)
    try:
        _write_row(connection, about.key, picture, in_database(path.name))
    except BaseException:
        if placed:
            take_back(picture.file, path)
        raise
    return path, placed


def place_free(
    connection: Connection, source: Path, target: Path, picture: tuple[str, int]
) -> Path:
    """Give `source` the first free name like `target`, in one step; return that name.

    Args:
        connection: inside the transaction that writes the row.
        source: the file; where the file system has links it keeps its old name too.
        target: the wished name. Another one is taken where a file has it, or where the row of
            another picture does: that one may lie in the trash and come back.
        picture: whose file it is: task key and place in the task.
    """
    for candidate in free_names(target):
        if _belongs_to_another(connection, in_database(candidate.name), picture):
            continue
        try:
            place(source, candidate)
            return candidate
        except FileExistsError:
            continue
    raise AssertionError("free_names has no end")


def already_there(
    connection: Connection, target: Path, facts: PictureFacts, picture: tuple[str, int]
) -> Path | None:
    """Return the file like `target` that holds just these bytes and is no other picture's.

    A process killed after the file got its name and before its row was written leaves it so.

    Args:
        connection: to the store's database.
        target: the name that the file was to get.
        facts: of the bytes.
        picture: the picture's task key and number.
    """
    for candidate in free_names(target):
        if not is_there(candidate):
            return None
        if _belongs_to_another(connection, in_database(candidate.name), picture):
            continue
        if is_plain(candidate) and _same_bytes(candidate, facts):
            return candidate
    return None


def write_recipe_file(root: Path, connection: Connection, key: str) -> None:
    """Write a set's recipe file anew, after its rows; without pictures there is none.

    Args:
        root: the store's folder.
        connection: inside the transaction that changes the rows.
        key: the set's key.

    Raises:
        StoreError: it can't be written; the one before is still there.
    """
    write_recipe_files(root, connection, [key])


def write_recipe_files(
    root: Path, connection: Connection, keys: Iterable[str], folders: Sequence[Path] = ()
) -> None:
    """Write the recipe files of several sets anew, flushed to the disk together.

    Args:
        root: the store's folder.
        connection: inside the transaction that changes the rows.
        keys: the sets' keys.
        folders: whose names are put on the disk with them.

    Raises:
        StoreError: one can't be written.
    """
    files: dict[Path, bytes] = {}
    stale: list[Path] = []
    with guarded(root, "written"):
        for key in keys:
            found = connection.execute("SELECT * FROM sets WHERE key = ?", (key,)).fetchone()
            if found is None:
                continue
            pictures = connection.execute(
                "SELECT * FROM pictures WHERE key = ? AND trashed_at IS NULL ORDER BY number",
                (key,),
            ).fetchall()
            name = f"{found['stem']}.json"
            path = inside(home_of(root, connection, name), name)
            if pictures:
                files[path] = _readable(_record(found, pictures))
            stale += [one for one in _both_places(root, name) if one not in files]
    with guarded(next(iter(files), root), "written"):
        rewrite_together(files, folders)
        for path in stale:
            remove(path)


def utc_time(when: float) -> str | None:
    """Return Unix seconds as people read them, in UTC; `None` where no calendar has them."""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))
    except (OverflowError, OSError, ValueError):  # a clock that was far off
        return None


def _put_right(root: Path, connection: Connection, row: Row) -> None:
    path, picture = place_of(root, row), (row["key"], row["number"])
    other = _other_place(root, row)
    with guarded(path, "put in its place"):
        if is_plain(path):  # it has both names
            if is_plain(other) and not _is_strangers(other, path):
                _write_recipe(root, connection, row["key"])
                remove(other)
            return
        found = already_there(connection, other, facts_of(row), picture)
        if found is None:
            return
        if path.parent != root:
            lasting_folder(root, path.parent.name)
        placed = place_free(connection, found, path, picture)
        connection.execute(
            "UPDATE pictures SET path = ? WHERE key = ? AND number = ?",
            (in_database(placed.name), *picture),
        )
        _write_recipe(root, connection, row["key"])
        remove(found)


def _other_place(root: Path, row: Row) -> Path:
    return inside(root / TRASH, row["path"]) if row["trashed_at"] is None else _lying(root, row)


def _lying(root: Path, row: Row) -> Path:
    """Where the file of a picture is that is not in the trash: in its month's folder, or not."""
    *months, flat = _both_places(root, row["path"])
    for path in months:
        # Where the file system knows no links, a process killed in a move leaves it empty.
        if not is_there(flat) or (is_plain(path) and size_of(path) == row["bytes_count"]):
            return path if is_there(path) else flat
    return flat


def _both_places(root: Path, name: object) -> list[Path]:
    """The places that a file may have: in the folder of its month, and in the store's."""
    flat = inside(root, name)
    month = month_of(flat.name)
    return [flat] if month is None else [inside(root / month, name), flat]


def _places(root: Path, row: Row) -> list[Path]:
    """The places that a picture's file may have, as its row spells its name."""
    trashed = row["trashed_at"] is not None
    return [inside(root / TRASH, row["path"])] if trashed else _both_places(root, row["path"])


def _spelled_otherwise(root: Path, row: Row) -> Iterator[tuple[Path, Path]]:
    """Files that have the name of a picture in another spelling, each with the place it is for."""
    for path in _places(root, row):
        for spelled in spellings(row["path"]):
            found = path.with_name(in_file_system(spelled))
            if found != path and is_plain(found):
                yield found, path


def _is_strangers(other: Path, path: Path) -> bool:
    """Tell whether `other` is a file of its own beside the picture that is in its place."""
    with suppress(OSError):
        return is_plain(path) and not other.samefile(path)
    return False


def _write_recipe(root: Path, connection: Connection, key: str) -> None:
    with suppress(StoreDamaged):  # a set without a recipe has no recipe file to follow
        write_recipe_file(root, connection, key)


def _stem_of(root: Path, connection: Connection, about: NewSet) -> str:
    key, recipe = about.key, about.recipe
    found = connection.execute("SELECT stem FROM sets WHERE key = ?", (key,)).fetchone()
    if found is not None:
        return str(found["stem"])
    # Four letters of the key are enough nearly always; all of them always.
    for letters in (4, 8, len(key)):
        name = next(stems(root, recipe.request.prompt, key[:letters], about.created_at))
        if not connection.execute("SELECT 1 FROM sets WHERE stem = ?", (name,)).fetchone():
            break
    columns = {
        "key": key,
        "stem": name,
        "recipe": dump(recipe.to_record()),
        "identity": recipe.identity,
        "service": recipe.service,
        "simulated": is_simulated(recipe.service, about.task_id),
        "task_id": storable(about.task_id),
        "expected": about.expected,
        "created_at": about.created_at,
        "prompt": storable(recipe.request.prompt),
        "size": recipe.request.size,
        "quality": recipe.request.quality,
        "model": recipe.request.model,
        "notebook": storable(about.notebook),
        "words": search_text(recipe.request.prompt),
    }
    insert(connection, "sets", columns)
    return name


def _write_row(connection: Connection, key: str, picture: NewPicture, name: str) -> None:
    number, facts = picture.number, picture.facts
    uncount(connection, key)
    kind, prompt = kind_and_prompt(connection, key)
    columns = {
        "key": key,
        "number": number,
        "path": name,
        "format": facts.format,
        "width": facts.width,
        "height": facts.height,
        "bytes_count": facts.bytes_count,
        "sha256": facts.sha256,
        "created_at": picture.created_at,
        "favourite": int(picture.favourite),
        "trashed_at": picture.trashed_at,
        "kind": kind,
        "prompt": prompt,
    }
    with recounted(connection, key):
        connection.execute("DELETE FROM pictures WHERE key = ? AND number = ?", (key, number))
        insert(connection, "pictures", columns)


def _belongs_to_another(connection: Connection, name: str, picture: tuple[str, int]) -> bool:
    found = connection.execute(
        "SELECT key, number FROM pictures WHERE path = ?", (name,)
    ).fetchone()
    return found is not None and (found["key"], found["number"]) != picture


def _same_bytes(path: Path, facts: PictureFacts) -> bool:
    return path.stat().st_size == facts.bytes_count and sha256_of(path) == facts.sha256


def _record(found: Row, pictures: list[Row]) -> dict[str, object]:
    return {
        "format": RECIPE_FORMAT,
        "made": utc_time(found["created_at"]),
        "task": {"key": found["key"], "id": found["task_id"]},
        "simulated": bool(found["simulated"]),
        "recipe": handed_on(
            load_object(found["recipe"], f"the recipe of set {found['key']}") or {}
        ),
        "pictures": [
            {
                "file": row["path"],
                "index": row["number"],
                "width": row["width"],
                "height": row["height"],
                "sha256": row["sha256"],
            }
            for row in pictures
        ],
    }


def _readable(record: object) -> bytes:
    try:
        return (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # a lone surrogate in the prompt
        return (json.dumps(record, indent=2) + "\n").encode()


def _count(value: object, least: int) -> bool:
    return isinstance(value, int) and value >= least


def _time(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)
