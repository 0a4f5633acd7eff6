"""Publishes a store as a library: a clean copy for git or a shared folder, which is only read.

What is copied: pictures that are not in the trash, their recipe files, the references that they
were made from, and a database that is closed. What is not: the ledger of credits (what a task
cost goes along, in its receipt), ids and keys of the service's tasks and requests, links,
addresses that are called back, names of notebooks, marks, verdicts, presets and what the emulator
remembers. The database is built anew in one order, so that the same pictures give the same bytes,
and git sees a change only where there is one.
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection, Row

from evolink_widgets.errors import EvolinkError, StoreDamaged, StoreError, StoreFull
from evolink_widgets.moved_files import MONTH
from evolink_widgets.rules.request.links import digest_of
from evolink_widgets.rules.request.recipe import handed_on
from evolink_widgets.rules.tasks.played import is_recorded
from evolink_widgets.store.database.database import FILE, Database, dump, insert, load_object
from evolink_widgets.store.database.schema import count_pictures
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.rows.rows import (
    MONTHS_NOTE,
    SELECT,
    check_row,
    place_of,
    recipe_of,
    spell_as_in,
    spellings,
    with_file_in_place,
    write_recipe_files,
)
from evolink_widgets.store.safe_files import (
    REFERENCES,
    change_plain,
    guarded,
    is_plain,
    is_there,
    names_in,
    own_folder,
    read_plain,
    remove,
    rename,
    rewrite,
    sha256_of,
    sweep,
    temporary,
)
from evolink_widgets.store.unwritten import FORMAT, MARKER, is_published, publishing
from evolink_widgets.store.uploads import Uploads
from evolink_widgets.store.user_paths import is_same_folder
from evolink_widgets.text.printable import printable
from evolink_widgets.text.wording import counted

__all__ = ["Published", "publish"]

_SETS = ("key", "stem", "identity", "service", "simulated", "expected", "created_at", "prompt",
         "size", "quality", "model", "words")  # fmt: skip
_PICTURES = ("key", "number", "path", "format", "width", "height", "bytes_count", "sha256",
             "created_at")  # fmt: skip
_TASKS = ("key", "service", "identity", "created_at", "accepted_at")
_ONE = f"{SELECT} WHERE key = ? AND number = ?"
_LEFT = 60.0
"""Seconds after which a file that has not grown is of a process that was killed: git finds it."""
_CREDITS = ("reserved", "charged", "refunded", "billing_rule")


@dataclass(frozen=True)
class Published:
    """The result of publishing.

    Args:
        folder: the library.
        pictures: how many it has now.
        new: how many of them were not in it before.
        removed: how many were taken out of it.
        left_out: a sentence for each that could not be published.

    Example:
        >>> images = ew.generate("a fox").result()
        >>> published = ew.store.publish("library")
        >>> isinstance(published, ew.store.Published), published.pictures
        (True, 1)
    """

    folder: Path
    pictures: int
    new: int
    removed: int
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = f"{counted(self.pictures, 'picture')} in {self.folder.name}/, {self.new} new"
        if self.removed:
            said += f", {self.removed} taken out"
        if self.left_out:
            said += f"; {len(self.left_out)} left out, the first: {self.left_out[0]}"
        return printable(said)


def publish(
    root: Path,
    database: Database,
    uploads: Uploads,
    folder: Path,
    *,
    pictures: Iterable[GeneratedImage] | None,
    references: bool,
) -> Published:
    """Copy a store into a library's folder, or bring that up to date.

    Args:
        root: the store's folder.
        database: its database.
        uploads: its references.
        folder: the library's.
        pictures: these alone; `None` is all of the store.
        references: whether the bytes of references go along.

    Raises:
        StoreError: the folder is a store, or can't be written to.
    """
    if is_same_folder(folder, root):
        raise StoreError(f"{folder} is this store itself.", advice="Name another folder.")
    if any(is_same_folder(one, root) for one in Path(os.path.realpath(folder)).parents):
        raise StoreError(f"{folder} lies in this store.", advice="Name a folder beside it.")
    if is_there(folder / FILE) and not is_published(folder):
        raise StoreError(
            f"{folder} is a store, and no library that was published.",
            advice="Name a new folder, or one that ew.store.publish has made.",
        )
    only = None if pictures is None else {(one.task_key, one.index) for one in pictures}
    with publishing(folder), guarded(folder, "written"):
        folder.mkdir(parents=True, exist_ok=True)
        return _Publishing(root, database, uploads, folder).run(only, references)


class _Publishing:
    def __init__(self, root: Path, database: Database, uploads: Uploads, folder: Path) -> None:
        self._root = root
        self._database = database
        self._uploads = uploads
        self._folder = folder
        self._left_out: list[str] = []

    def run(self, only: set[tuple[str, int]] | None, references: bool) -> Published:
        if not is_plain(self._folder / MARKER):  # first: from here on nothing else writes to it
            self._mark(0)
        inside = [name for name in names_in(self._folder) if MONTH.fullmatch(name)]
        for inner in ("", *inside, REFERENCES):
            sweep(self._folder / inner, _LEFT, parts=False)
        with self._as_it_was() as before, self._database.snapshot():
            names_before = self._names_in(before)
            rows = self._rows(only)
            found = {(row["key"], row["number"]) for row in rows}
            self._left_out += [
                f"Picture {number + 1} of task {key} is not in this store, or is in its trash."
                for key, number in sorted((only or set()) - found)
            ]
            months = self._database.rows("SELECT * FROM notes WHERE name = ?", (MONTHS_NOTE,))
            with tempfile.TemporaryDirectory(prefix="evolink-") as place:
                made = Path(place) / FILE
                new, lost = self._copy_pictures(rows, before, names_before)
                rows = [row for row, _ in new]
                sets = self._sets(rows, before)
                digests = self._copy_references(rows) if references else []
                self._build(made, rows, sets, months, digests)
                with closing(Database(made)) as built, built.write() as connection:
                    keys = list(dict.fromkeys(row["key"] for row in rows))
                    write_recipe_files(self._folder, connection, keys)
                _close_for_good(made)
                gone = names_before - lost - {row["path"] for row in rows}
                gone -= {f"{row['stem']}.json" for row in sets}
                # Before the database that knows their names: killed here, they go the next time.
                self._take_out(gone)
                if not (references and lost):  # what can't be read now may need them
                    self._take_out_references(digests)
                self._put(made, self._folder / FILE)
        self._mark(len(rows))
        taken_out = sum(not name.endswith(".json") for name in gone)
        fresh = sum(is_new for _, is_new in new)
        return Published(self._folder, len(rows), fresh, taken_out, tuple(self._left_out))

    def _take_out(self, gone: Iterable[str]) -> None:
        """Remove what is in the trash by now, or not in the store any more."""
        for name in gone:
            for spelled in spellings(name):
                for path in (self._folder / spelled, self._folder / name[:7] / spelled):
                    remove(path)

    def _take_out_references(self, digests: Sequence[str]) -> None:
        for name in names_in(self._folder / REFERENCES):
            if Path(name).stem not in digests:
                remove(self._folder / REFERENCES / name)

    @contextmanager
    def _as_it_was(self) -> Iterator[Database]:
        """A copy of the library's database as it was published last; without one it has no rows."""
        with tempfile.TemporaryDirectory(prefix="evolink-") as place:
            copy = Path(place) / FILE
            if is_plain(self._folder / FILE):
                with read_plain(self._folder / FILE) as file, copy.open("wb") as target:
                    shutil.copyfileobj(file, target)
                try:
                    with closing(Database(copy)) as database:
                        if database.rows("PRAGMA quick_check(1)")[0][0] != "ok":
                            raise StoreDamaged("its pages don't hang together.")
                except StoreError as exc:  # it is made anew; what it had stays
                    self._left_out.append(
                        f"What the library had before can't be read: {exc.message}"
                    )
                    remove(copy)
            with closing(Database(copy)) as database:
                yield database

    def _names_in(self, before: Database) -> set[str]:
        """The files of the library as it was published last: what is to go is among them."""
        pictures = before.rows("SELECT path FROM pictures")
        stems = before.rows("SELECT stem FROM sets")
        names = {str(row["path"]) for row in pictures} | {f"{row['stem']}.json" for row in stems}
        return {name for name in names if Path(name).name == name}

    def _rows(self, only: set[tuple[str, int]] | None) -> list[Row]:
        rows = self._database.rows(f"{SELECT} WHERE trashed_at IS NULL ORDER BY key, number")
        return [row for row in rows if only is None or (row["key"], row["number"]) in only]

    def _copy_pictures(
        self, rows: Iterable[Row], before: Database, names_before: set[str]
    ) -> tuple[list[tuple[Row, bool]], set[str]]:
        """Copy the files that the library does not have.

        Returns:
            The rows of those that are there now, and whether each is new; and the names of files
            that are left out: where the library has them they stay, be they torn or not.
        """
        done: list[tuple[Row, bool]] = []
        lost: set[str] = set()
        for given in rows:
            try:
                done.append(self._copied(given, names_before))
            except StoreFull:  # it holds for all that come
                raise
            except EvolinkError as exc:
                known = before.rows(_ONE, (given["key"], given["number"]))
                kept = [row for row in known if self._has_copy(row)]
                done += [(row, False) for row in kept]
                if not kept:
                    self._left_out.append(exc.message)
                    lost |= {str(row["path"]) for row in (given, *known)}
                    for database in (self._database, before):
                        found = database.rows(
                            "SELECT stem FROM sets WHERE key = ?", (given["key"],)
                        )
                        lost |= {f"{row['stem']}.json" for row in found}
        return done, lost

    def _copied(self, given: Row, names_before: set[str]) -> tuple[Row, bool]:
        """Copy one picture's file; return its row, and whether the library had it not like this."""
        row = with_file_in_place(self._root, self._database, given)
        recipe_of(self._root, row["key"], row["recipe"])
        check_row(self._root, row)
        if self._has_copy(row):  # it may be the last whole one
            return row, False
        path = place_of(self._root, row)
        if not is_plain(path):
            raise StoreDamaged(f"{path.name} is not there any more.")
        target = self._folder / path.relative_to(self._root)
        if target.parent != self._folder:
            own_folder(self._folder, target.parent.name)
        if path.name not in names_before and is_there(target):
            raise StoreError(
                f"{target} is there, and is no file of this library: it stays as it is, "
                f"and {path.name} is left out."
            )
        self._put(path, target, row["sha256"])
        return row, True

    def _has_copy(self, row: Row) -> bool:
        """Whether the library has just the picture that a row tells of."""
        with suppress(StoreDamaged, OSError):
            recipe_of(self._folder, row["key"], row["recipe"])
            check_row(self._folder, row)
            spell_as_in(self._folder, row)
            copy = place_of(self._folder, row)
            return is_plain(copy) and sha256_of(copy) == row["sha256"]
        return False

    def _copy_references(self, rows: Iterable[Row]) -> list[str]:
        """Copy the bytes of the references that are here; return their SHA-256."""
        digests: dict[str, None] = {}
        for key, record in {row["key"]: row["recipe"] for row in rows}.items():
            request = recipe_of(self._root, key, record).request
            digests |= dict.fromkeys(filter(None, map(digest_of, request.references)))
        for digest in digests:
            try:
                source = self._uploads.file_of(digest)
            except StoreError as exc:
                self._left_out.append(exc.message)
                continue
            own_folder(self._folder, REFERENCES)
            self._put(source, self._folder / REFERENCES / source.name)
        return sorted(digests)

    def _put(self, source: Path, target: Path, digest: str | None = None) -> bool:
        """Give a file its place, in one step; whether it was not there like this before.

        Args:
            source: the file.
            target: its place.
            digest: the SHA-256 that its bytes have to have, where one is known.

        Raises:
            StoreDamaged: they have another; what was there stays.
        """
        if _is_same(source, target):
            return False
        with guarded(target, "written"), temporary(target.parent) as path:
            with guarded(source, "read"):
                file = read_plain(source)
            with file, change_plain(path) as written:
                shutil.copyfileobj(file, written, 1 << 20)
            if digest is not None and sha256_of(path) != digest:
                raise StoreDamaged(f"{source.name} was changed after it was saved.")
            rename(path, target)
        return True

    def _sets(self, rows: Sequence[Row], before: Database) -> list[Row]:
        """The sets of some pictures; as the library had them where the store's are damaged."""
        keys = dump(sorted({row["key"] for row in rows}))
        sql = "SELECT * FROM sets WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key"
        had = {row["key"]: row for row in before.rows(sql, (keys,))}
        found = self._database.rows(sql, (keys,))
        return [row if _is_whole(row) else had.get(row["key"], row) for row in found]

    def _build(
        self,
        path: Path,
        rows: Sequence[Row],
        sets: Sequence[Row],
        months: Sequence[Row],
        digests: Sequence[str],
    ) -> None:
        """Build the library's database of what may be known to all."""
        keys = dump([row["key"] for row in sets])
        tasks = self._database.rows(
            "SELECT * FROM tasks WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key",
            (keys,),
        )
        origins = self._database.rows(
            "SELECT * FROM origins WHERE sha256 IN (SELECT value FROM json_each(?)) "
            "ORDER BY sha256, original",
            (dump(list(digests)),),
        )
        with closing(Database(path)) as database, database.write() as connection:
            for row in sets:
                columns = {name: row[name] for name in _SETS}
                columns |= {"recipe": _public(row["recipe"]), "task_id": _public_id(row)}
                insert(connection, "sets", columns)
            for row in rows:
                insert(connection, "pictures", {name: row[name] for name in _PICTURES})
            for row in tasks:
                _add_task(connection, row)
            for row in origins:
                insert(connection, "origins", dict(row))
            for row in months:
                insert(connection, "notes", dict(row))
            count_pictures(connection)

    def _mark(self, pictures: int) -> None:
        record = {
            "format": FORMAT,
            "note": "A library of evolink-widgets: it is only read. Name it in EVOLINK_LIBRARY, or "
            "ew.configure(library=...). ew.store.publish writes it.",
            "pictures": pictures,
        }
        data = (json.dumps(record, indent=2) + "\n").encode()
        path = self._folder / MARKER
        if not (is_plain(path) and path.read_bytes() == data):
            rewrite(path, data)


def _is_same(source: Path, target: Path) -> bool:
    with suppress(OSError):  # what can't be read is written anew
        return is_plain(target) and filecmp.cmp(source, target, shallow=False)
    return False


def _is_whole(found: Row) -> bool:
    """Whether a set's row has a recipe."""
    with suppress(StoreDamaged):
        recipe_of(Path(), found["key"], found["recipe"])
        return True
    return False


def _public(recipe: str) -> str:
    return dump(handed_on(load_object(recipe, "a recipe") or {}))


def _public_id(row: Row) -> str | None:
    """A task's id where that says that it came from a cassette; those of accounts stay here."""
    found: str | None = row["task_id"]
    return found if is_recorded(row["service"], found) else None


def _public_receipt(text: str | None) -> str | None:
    """What a task cost, without the ids by which the service's support finds it."""
    try:
        record = load_object(text, "a receipt")
    except StoreDamaged:
        return None
    return None if record is None else dump({name: record.get(name) for name in _CREDITS})


def _add_task(connection: Connection, row: Row) -> None:
    """Add what says when a set was asked for, and what it cost; nothing that leads to the service.

    A store orders the pictures of a recipe by when they were asked for.
    """
    columns = {name: row[name] for name in _TASKS}
    try:
        columns["recipe"] = _public(row["recipe"])
        recipe = load_object(columns["recipe"], "a recipe") or {}
    except StoreDamaged:
        recipe, columns["recipe"] = {}, dump({})
    columns |= {
        "step": "saved",
        "task_id": _public_id(row),
        "receipt": _public_receipt(row["receipt"]),
        "request": dump(recipe.get("request") or {}),
        "idempotency_key": "published",
        "ended_at": row["ended_at"] or row["created_at"],
    }
    insert(connection, "tasks", columns)


def _close_for_good(path: Path) -> None:
    """Leave a database with no other file beside it, and nothing in it that was deleted."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")
