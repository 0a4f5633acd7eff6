"""Reads another store's folder: moved, copied, of an older schema, or not to be trusted.

Its database is copied aside with its WAL and opened (and brought up to date) there, so that
nothing is written beside it, not even a lock. Where there is none that can be read, the recipe
files beside the pictures are enough. Everything is checked as if a stranger had written it:
what does not fit is left out, with a sentence.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row
from typing import Any

from evolink_widgets.errors import EvolinkError, StoreDamaged, StoreError
from evolink_widgets.images.proof.check_picture import NotAPicture
from evolink_widgets.moved_files import MONTH, where_it_lies
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.database.copy_aside import open_aside
from evolink_widgets.store.database.database import FILE, Database, load_object
from evolink_widgets.store.file_names import KEY, inside
from evolink_widgets.store.gallery.rows.rows import RECIPE_FORMAT, is_digest, place_of, recipe_of
from evolink_widgets.store.journal.journal import Entry, read_entry
from evolink_widgets.store.judging.verdicts import SHORT, Judgement
from evolink_widgets.store.judging.votes import LONGEST_QUESTION, Vote, read_vote
from evolink_widgets.store.merging import untrusted_values
from evolink_widgets.store.safe_files import guarded
from evolink_widgets.store.saved_presets import LONGEST, read_preset

_LARGEST_RECORD = 8_000_000
_LARGEST_PICTURE = 256_000_000
_LARGEST_TEXT = 1_000_000
_MOST_SENTENCES = 1000
_MOST_PRESETS = 1000
_MOST_VERDICTS = 10_000
_MOST_VOTES = 200_000

_BLOCK = 1 << 20
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

log = logging.getLogger("evolink_widgets")


@dataclass(frozen=True)
class TheirPicture:
    """A picture as their row or recipe file says; its file has not been looked at."""

    number: int
    file: Path
    sha256: str
    created_at: float
    favourite: bool = False
    trashed_at: float | None = None


@dataclass(frozen=True)
class TheirSet:
    """A set that can be taken in."""

    key: str
    recipe: Recipe
    task_id: str | None
    expected: int
    created_at: float
    notebook: str | None
    pictures: tuple[TheirPicture, ...]


@dataclass(frozen=True)
class TheirCredits:
    """A row of their ledger, and the scopes that find it."""

    key: str
    columns: dict[str, object]
    scopes: tuple[str, ...]


class ForeignStore:
    """Another store's folder, to read from.

    Attributes:
        root: its folder.
        left_out: a sentence for each thing that was left out so far.
    """

    def __init__(self, root: Path, database: Database | None) -> None:
        self.root = root
        self.left_out: list[str] = []
        self._database = database

    def copy_file(self, source: Path, target: Path) -> None:
        """Copy a picture's file out of the folder: no link, no device, nothing huge.

        Args:
            source: the file.
            target: an empty file of our own.

        Raises:
            NotAPicture: it is no plain file of that folder, or it is not there.
        """
        if source.parent != self.root and source.parent.is_symlink():
            raise NotAPicture("its folder is a link")
        try:
            if not stat.S_ISREG(source.lstat().st_mode):
                raise NotAPicture("it is no plain file")
            handle = os.open(source, os.O_RDONLY | _NO_LINK)
        except FileNotFoundError as exc:
            raise NotAPicture("it is not there any more") from exc
        except OSError as exc:
            raise NotAPicture(f"it can't be read ({exc.strerror})") from exc
        with os.fdopen(handle, "rb") as file, target.open("wb") as copy:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):  # put in its place since
                raise NotAPicture("it is no plain file")
            if found.st_size > _LARGEST_PICTURE:
                raise NotAPicture(f"it has {found.st_size:,} bytes")
            shutil.copyfileobj(file, copy, _BLOCK)

    def leave_out(self, sentence: str) -> None:
        """Note, and log, that something is left out."""
        if len(self.left_out) < _MOST_SENTENCES:
            log.warning("%s", sentence)
            self.left_out.append(sentence)

    def sets(self) -> Iterator[TheirSet]:
        """Yield the sets of the database, then those that only a recipe file knows."""
        known: set[str] = set()
        for [key] in self._rows("SELECT key FROM sets ORDER BY created_at, key"):
            try:
                found = self._set(key)
            except EvolinkError as exc:
                self.leave_out(f"Set {key!r:.80} of {self.root} is damaged: {exc.message}")
                continue
            known.add(key)
            yield found
        for path in _recipe_files(self.root):
            try:
                from_file = self._set_of_file(path, known)
            except EvolinkError as exc:
                self.leave_out(f"{path} is no recipe file to go by: {exc.message}")
                continue
            if from_file is not None:
                yield from_file

    def task(self, key: str) -> Entry | None:
        """Return their journal's entry of a task; `None` where there is none to take over."""
        try:
            rows = self._rows(f"SELECT * FROM tasks WHERE key = ? AND {_SHORT}", key)
            return untrusted_values.task(read_entry(rows[0])) if rows else None
        except EvolinkError as exc:
            self.leave_out(f"Task {key!r:.80} of {self.root} is damaged: {exc.message}")
            return None

    def picture_numbers(self, key: str) -> set[int]:
        """Return the numbers of the pictures of a task that their gallery has."""
        return {
            row["number"] for row in self._rows("SELECT number FROM pictures WHERE key = ?", key)
        }

    def task_keys(self) -> list[str]:
        """Return the keys of all tasks in their journal."""
        return self._keys("tasks")

    def credits(self, key: str) -> TheirCredits | None:
        """Return their ledger's row of a task; `None` where there is none to take over."""
        rows = self._rows("SELECT * FROM ledger WHERE key = ?", key)
        if not rows:
            return None
        columns = {name: rows[0][name] for name in untrusted_values.LEDGER}
        if not untrusted_values.is_ledger_row(columns):
            self.leave_out(f"The ledger's row {key!r:.80} of {self.root} is damaged.")
            return None
        scopes = self._rows("SELECT scope FROM ledger_scopes WHERE key = ? LIMIT 100", key)
        names = tuple(row["scope"] for row in scopes if isinstance(row["scope"], str))
        return TheirCredits(key, columns, names)

    def originals(self, digest: str) -> list[str]:
        """Return the SHA-256 of what a kept reference was made from."""
        rows = self._rows("SELECT original FROM origins WHERE sha256 = ? LIMIT 100", digest)
        return [row["original"] for row in rows if is_digest(row["original"])]

    def presets(self) -> dict[str, dict[str, Any]]:
        """Return their presets, by name."""
        found: dict[str, dict[str, Any]] = {}
        for row in self._rows("SELECT * FROM presets WHERE length(record) <= ?", LONGEST):
            try:
                found[row["name"]] = read_preset(row["name"], row["record"])
            except EvolinkError as exc:
                self.leave_out(f"Preset {row['name']!r:.80} of {self.root}: {exc.message}")
            if len(found) == _MOST_PRESETS:
                self.leave_out(f"{self.root} has more presets; {_MOST_PRESETS} are looked at.")
                break
        return found

    def verdicts(self, key: str, now: float) -> Iterator[tuple[int, str, Judgement]]:
        """Yield what is said of the pictures of a task: number, judge and judgement.

        Args:
            key: the task's.
            now: Unix seconds.
        """
        rows = self._rows(
            f"SELECT * FROM verdicts WHERE key = ? AND {SHORT} LIMIT ?", key, _MOST_VERDICTS
        )
        for row in rows:
            try:
                yield row["number"], row["judge"], untrusted_values.judgement(row, now)
            except StoreDamaged as exc:
                self.leave_out(f"A verdict on a picture of {key} is left out: {exc.message}")

    def votes(self) -> Iterator[Vote]:
        """Yield their votes, those that were taken back, too."""
        rows = self._rows(
            "SELECT * FROM votes WHERE length(question) <= ? ORDER BY at, vote LIMIT ?",
            LONGEST_QUESTION,
            _MOST_VOTES + 1,
        )
        for row in rows[:_MOST_VOTES]:
            try:
                yield read_vote(row)
            except StoreDamaged as exc:
                self.leave_out(f"Vote {row['vote']!r:.80} of {self.root}: {exc.message}")
        if len(rows) > _MOST_VOTES:
            self.leave_out(f"{self.root} has more votes; {_MOST_VOTES:,} are looked at.")

    def credit_keys(self) -> list[str]:
        """Return the keys of all rows in their ledger."""
        return self._keys("ledger")

    def _keys(self, table: str) -> list[str]:
        keys = [row["key"] for row in self._rows(f"SELECT key FROM {table} ORDER BY key")]
        return [key for key in keys if isinstance(key, str) and KEY.fullmatch(key)]

    def _rows(self, sql: str, *values: object) -> list[Row]:
        if self._database is None:
            return []
        try:
            return self._database.rows(sql, values)
        except StoreError as exc:
            said = exc.message.replace(str(self._database.path), str(self.root / FILE))
            self.leave_out(f"The database in {self.root} is damaged: {said}")
            return []

    def _set(self, key: object) -> TheirSet:
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise StoreDamaged(f"its key is {key!r:.80}.")
        rows = self._rows(
            "SELECT * FROM sets WHERE key = ? AND length(recipe) <= ?", key, _LARGEST_TEXT
        )
        if not rows:
            raise StoreDamaged("its recipe is too long.")
        row = rows[0]
        recipe = recipe_of(self.root, key, row["recipe"])
        pictures = self._rows(
            "SELECT * FROM pictures WHERE key = ? ORDER BY number LIMIT ?",
            key,
            untrusted_values.MOST_PICTURES,
        )
        found = [picture for one in pictures if (picture := self._picture(one)) is not None]
        return TheirSet(
            key,
            recipe,
            untrusted_values.text(row["task_id"]),
            untrusted_values.expected(row["expected"], recipe),
            untrusted_values.moment(row["created_at"]),
            untrusted_values.text(row["notebook"]),
            tuple(found),
        )

    def _picture(self, row: Row) -> TheirPicture | None:
        try:
            number = row["number"]
            if not isinstance(number, int) or not 0 <= number < untrusted_values.MOST_PICTURES:
                raise StoreDamaged(f"its number is {number!r:.40}.")
            if not is_digest(row["sha256"]):
                raise StoreDamaged("its SHA-256 is none.")
            trashed_at = (
                None if row["trashed_at"] is None else untrusted_values.moment(row["trashed_at"])
            )
            return TheirPicture(
                number,
                place_of(self.root, row),
                row["sha256"],
                untrusted_values.moment(row["created_at"]),
                row["favourite"] == 1,
                trashed_at,
            )
        except StoreDamaged as exc:
            self.leave_out(f"A picture of set {row['key']!r:.80} is left out: {exc.message}")
            return None

    def _set_of_file(self, path: Path, known: set[str]) -> TheirSet | None:
        record = load_object(_text_of(path), str(path)) or {}
        if record.get("format") != RECIPE_FORMAT:
            return None  # a file of the user's own
        task = record.get("task")
        key = task.get("key") if isinstance(task, dict) else None
        if key in known:
            return None
        recipe = Recipe.from_record(record.get("recipe"))
        if not isinstance(key, str) or not KEY.fullmatch(key):
            key = hashlib.sha256(f"{recipe.identity} {path.stem}".encode()).hexdigest()[:12]
        made = untrusted_values.read_moment(record.get("made"), path)
        listed = record.get("pictures")
        pictures: dict[int, TheirPicture] = {}
        for one in listed[: untrusted_values.MOST_PICTURES] if isinstance(listed, list) else []:
            picture = self._listed(one, made, path)
            if picture is not None:
                pictures.setdefault(picture.number, picture)
        if not pictures:
            return None
        task_id = untrusted_values.text(task.get("id")) if isinstance(task, dict) else None
        return TheirSet(
            key, recipe, task_id, recipe.request.n, made, None, tuple(pictures.values())
        )

    def _listed(self, one: Any, made: float, path: Path) -> TheirPicture | None:
        try:
            number = one["index"]
            whole = isinstance(number, int) and not isinstance(number, bool)
            if (
                not whole
                or not 0 <= number < untrusted_values.MOST_PICTURES
                or not is_digest(one["sha256"])
            ):
                raise StoreDamaged("its number or its SHA-256 is none.")
            return TheirPicture(
                number, where_it_lies(inside(path.parent, one["file"])), one["sha256"], made
            )
        except (KeyError, TypeError, StoreDamaged) as exc:
            reason = exc.message if isinstance(exc, StoreDamaged) else "something is missing."
            self.leave_out(f"A picture that {path} lists is left out: {reason}")
            return None


@contextmanager
def opened(root: Path) -> Iterator[ForeignStore]:
    """Give another store's folder to read from; nothing in it is changed.

    Raises:
        StoreError: there is no such folder, or nothing of a store in it.
        StoreTooNew: a newer version of this package wrote it.
    """
    if not root.is_dir():
        raise StoreError(f"There is no folder {str(root)!r:.300}.", advice="Name a store's folder.")
    path = root / FILE
    if not path.exists() and not _recipe_files(root):
        raise StoreError(
            f"{root} is no store: it has neither {FILE} nor recipe files.",
            advice="Name the folder that has the pictures in it.",
        )
    with ExitStack() as stack:
        with guarded(root, "copied aside"):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evolink-")))
        found = ForeignStore(root, None)
        if path.exists():
            try:
                found = ForeignStore(root, open_aside(path, folder, stack))
            except StoreDamaged as exc:
                if not _recipe_files(root):
                    raise
                found.leave_out(f"{exc.message} Only what the recipe files say is taken over.")
        yield found


def _recipe_files(root: Path) -> list[Path]:
    """The recipe files of a store: in its folder, and in those of its months."""
    months = [path for path in root.glob("????-??") if MONTH.fullmatch(path.name)]
    folders = [root, *(path for path in months if path.is_dir() and not path.is_symlink())]
    return sorted(path for folder in folders for path in folder.glob("*.json"))


def _text_of(path: Path) -> str:
    with guarded(path, "read"):
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise StoreDamaged("it is no plain file.")
        if found.st_size > _LARGEST_RECORD:
            raise StoreDamaged(f"it has {found.st_size:,} bytes.")
        try:
            return path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as exc:
            raise StoreDamaged("it is no text.") from exc


_SHORT = (
    "length(request) + coalesce(length(recipe), 0) + length(results) + "
    f"coalesce(length(failure), 0) + coalesce(length(receipt), 0) <= {4 * _LARGEST_TEXT}"
)
