"""Merges another store into this one: pictures, recipes, tasks, credits, presets, judgements.

Each comes in once. Verdicts and votes are about the pictures, wherever those stand here.

With a recipe come the references that it needs, by their content. All else stays where it is:
what the other's emulator keeps beside its pictures, say.

A set comes in whole, in one transaction, or not at all. Merging again goes on where a merge was
stopped, and finds what is there already by its key and its SHA-256. A picture of ours whose file
was lost is brought back: so a copy of a store mends it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from sqlite3 import Connection, Row
from unicodedata import normalize

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.images.proof.check_picture import NotAPicture, check_picture
from evolink_widgets.moved_files import where_it_lies
from evolink_widgets.runtime.clock import now
from evolink_widgets.store.database.database import Database, insert
from evolink_widgets.store.file_names import TRASH
from evolink_widgets.store.gallery.rows.rows import (
    NewPicture,
    NewSet,
    add_picture,
    find_row,
    place_of,
    with_file_in_place,
    write_recipe_file,
)
from evolink_widgets.store.journal.journal import Entry, columns_of
from evolink_widgets.store.judging.verdicts import Picture, put_newer
from evolink_widgets.store.ledger.taken_in import taken_in
from evolink_widgets.store.merging.other_store import ForeignStore, TheirPicture, TheirSet, opened
from evolink_widgets.store.merging.reference_files import ReferenceMerge
from evolink_widgets.store.merging.their_votes import take_votes
from evolink_widgets.store.safe_files import (
    PARTS,
    flush,
    flush_folder,
    guarded,
    is_plain,
    own_folder,
    read_plain,
    store_of,
    sweep,
    take_back,
    temporary,
)
from evolink_widgets.store.saved_presets import Presets
from evolink_widgets.store.spent_sums import uncount
from evolink_widgets.store.user_paths import is_same_folder
from evolink_widgets.text.printable import printable
from evolink_widgets.text.wording import counted

_AT_ONCE = 200


@dataclass(frozen=True)
class Merged:
    """The result of a merge: what came in, and what was left out.

    Args:
        pictures: how many were taken in.
        tasks: how many tasks were taken over.
        already: how many pictures were here before.
        left_out: a sentence for each thing that could not be taken over.
        presets: how many presets were taken over.
        verdicts: how many verdicts were taken over.
        votes: how many votes have come in, or were taken back.

    Example:
        >>> images = ew.generate("a fox").result()
        >>> packed = ew.store.pack("home.zip")
        >>> ew.configure(store="elsewhere")
        >>> merged = ew.store.merge("home.zip")
        >>> isinstance(merged, ew.store.Merged), merged.pictures
        (True, 1)
    """

    pictures: int = 0
    tasks: int = 0
    already: int = 0
    left_out: tuple[str, ...] = ()
    presets: int = 0
    verdicts: int = 0
    votes: int = 0

    def __add__(self, other: Merged) -> Merged:
        mine, theirs = astuple(self), astuple(other)
        return Merged(*(a + b for a, b in zip(mine, theirs, strict=True)))

    def __str__(self) -> str:
        said = [f"{counted(self.pictures, 'picture')} and {counted(self.tasks, 'task')} taken over"]
        if self.presets:
            said.append(f"{counted(self.presets, 'preset')} taken over")
        if self.verdicts:
            said.append(f"{counted(self.verdicts, 'verdict')} taken over")
        if self.votes:
            said.append(f"{counted(self.votes, 'vote')} taken over")
        if self.already:
            were = "was" if self.already == 1 else "were"
            said.append(f"{counted(self.already, 'picture')} {were} here already")
        if self.left_out:
            left = counted(len(self.left_out), "thing")
            said.append(f"{left} left out, the first: {self.left_out[0]}")
        return printable("; ".join(said))


def merge(root: Path, database: Database, other: Path) -> Merged:
    """Take in what the folder `other` holds; it is only read.

    Args:
        root: our folder.
        database: our database.
        other: their folder.

    Raises:
        StoreError: `other` is no store, or this one; or ours can't be written to: what came in
            before that is in, and merging again goes on from there.
    """
    if is_same_folder(other, root):
        raise StoreError(f"{other} is this store itself.", advice="Name another folder.")
    sweep(root / PARTS)
    with opened(other) as theirs:
        return _Merge(root, database, theirs).run()


class _Merge:
    def __init__(self, root: Path, database: Database, theirs: ForeignStore) -> None:
        self.root = root
        self.database = database
        self.theirs = theirs
        self.pictures = self.tasks = self.already = 0
        #: Where their pictures stand here, by their names.
        self.places: dict[Picture, Picture] = {}
        self.references = ReferenceMerge(root, database, theirs)
        self.needed: list[str] = []

    def run(self) -> Merged:
        for one in self.theirs.sets():
            try:
                self._take_set(one)
            except StoreDamaged as exc:
                self.theirs.leave_out(f"Set {one.key} is left out: {exc.message}")
        for keys in _some(self.theirs.task_keys()):
            with self.database.write() as connection:
                for key in keys:
                    self._take_task(connection, key)
            self.references.take(self.needed)
            self.needed.clear()
        for keys in _some(self.theirs.credit_keys()):
            with self.database.write() as connection:
                for key in keys:
                    self._take_credits(connection, key)
        taken_in[self.database.path] += 1
        verdicts, presets = self._take_verdicts(), self._take_presets()
        votes = take_votes(self.database, self.theirs, self.places)
        left_out = tuple(self.theirs.left_out)
        return Merged(self.pictures, self.tasks, self.already, left_out, presets, verdicts, votes)

    def _take_verdicts(self) -> int:
        """Take over what is said of pictures that are here, where it is newer than ours."""
        taken, moment = 0, now()
        for keys in _some(sorted({key for key, _ in self.places})):
            found = [
                (place, judge, said)
                for key in keys
                for number, judge, said in self.theirs.verdicts(key, moment)
                if (place := self.places.get((key, number))) is not None
            ]
            if not found:
                continue
            with self.database.write() as connection:
                taken += sum(put_newer(connection, *one) and bool(one[-1]) for one in found)
        return taken

    def _take_presets(self) -> int:
        taken = 0
        theirs = self.theirs.presets()
        with self.database.write() if theirs else nullcontext():
            ours = Presets(lambda: self.database)
            for name, fields in theirs.items():
                if ours.put(name, fields, replace=False):
                    taken += 1
                elif ours.get(name) != fields:
                    self.theirs.leave_out(
                        f"The preset {name!r} is another one here than in {self.theirs.root}; "
                        "ours stays."
                    )
        return taken

    def _take_set(self, theirs: TheirSet) -> None:
        key = self._key_for(theirs)
        wanted = []
        for picture in theirs.pictures:
            if self._is_gone(key, picture):
                wanted.append(picture)
            elif self._ours("sha256 = ?", picture.sha256):
                self.already += 1
            elif self._ours("key = ? AND number = ?", key, picture.number):
                self.theirs.leave_out(
                    f"Picture {picture.number + 1} of set {key} is another one here than in "
                    f"{self.theirs.root}; ours stays."
                )
            else:
                wanted.append(picture)
        with ExitStack() as stack:
            ready = [new for one in wanted if (new := self._fetch(one, stack)) is not None]
            if theirs.pictures:
                self.references.take(theirs.recipe.request.references)
            self._add(theirs, key, ready)
        self.pictures += len(ready)
        for picture in theirs.pictures:
            if (place := self._place(key, picture)) is not None:
                self.places[theirs.key, picture.number] = place

    def _ours(self, condition: str, *values: object) -> bool:
        """Whether we have such a picture; looked up one by one, as ours may be a million."""
        return bool(self.database.rows(f"SELECT 1 FROM pictures WHERE {condition} LIMIT 1", values))

    def _is_gone(self, key: str, picture: TheirPicture) -> bool:
        """Whether it is one of ours whose file is neither in its place nor in the trash."""
        rows = self.database.rows(
            "SELECT * FROM pictures WHERE key = ? AND number = ? AND sha256 = ? "
            "AND trashed_at IS NULL",
            (key, picture.number, picture.sha256),
        )
        return any(not _has_file(self.root, self.database, row) for row in rows)

    def _place(self, key: str, picture: TheirPicture) -> Picture | None:
        """Where the content of a picture of theirs stands here: under its own name, if it does."""
        found = self.database.rows(
            "SELECT key, number FROM pictures WHERE sha256 = ? "
            "ORDER BY key = ? AND number = ? DESC LIMIT 1",
            (picture.sha256, key, picture.number),
        )
        return (found[0]["key"], found[0]["number"]) if found else None

    def _add(self, theirs: TheirSet, key: str, ready: list[NewPicture]) -> None:
        about = NewSet(
            key,
            theirs.recipe,
            theirs.task_id,
            theirs.expected,
            theirs.created_at,
            theirs.notebook,
        )
        placed: list[tuple[Path, Path]] = []
        folders: set[Path] = set()
        try:
            with self.database.write() as connection, guarded(self.root, "written"):
                for picture in ready:
                    ours = find_row(connection, key, picture.number)
                    if ours is not None and ours["sha256"] == picture.facts.sha256:
                        if is_plain(place_of(self.root, ours)):  # another merge was quicker
                            continue
                        picture = _as_ours(picture, ours)
                    path, new = add_picture(self.root, connection, about, picture)
                    folders.add(path.parent)
                    if new:
                        placed.append((picture.file, path))
                for folder in folders:
                    flush_folder(folder)
                if ready:
                    write_recipe_file(self.root, connection, key)
                if key == theirs.key:
                    self._take_task(connection, key)
                    self._take_credits(connection, key)
        except BaseException:
            for source, path in placed:
                with suppress(OSError):
                    take_back(source, path)
            with suppress(StoreError), self.database.write() as connection:
                write_recipe_file(self.root, connection, key)
            raise

    def _key_for(self, theirs: TheirSet) -> str:
        """Return their key, or one made from it where we have another recipe under it."""
        ours = self.database.rows(
            "SELECT identity FROM sets WHERE key = ?1 UNION ALL "
            "SELECT identity FROM tasks WHERE key = ?1",
            (theirs.key,),
        )
        if all(row["identity"] == theirs.recipe.identity for row in ours):
            return theirs.key
        text = f"{theirs.key} {theirs.recipe.identity}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _fetch(self, theirs: TheirPicture, stack: ExitStack) -> NewPicture | None:
        """Copy a picture into our folder of parts, and check the copy."""
        with guarded(self.root / PARTS, "made"):
            folder = own_folder(self.root, PARTS)
            path = stack.enter_context(temporary(folder))
        try:
            with guarded(path, "written"):
                self.theirs.copy_file(self._place_of(theirs), path)
                flush(path)
            with read_plain(path) as file:
                facts = check_picture(file)
            if facts.sha256 != theirs.sha256:
                raise NotAPicture("its bytes were changed")
        except NotAPicture as exc:
            self.theirs.leave_out(f"{theirs.file} is left out: {exc}.")
            return None
        return NewPicture(
            theirs.number, path, facts, theirs.created_at, theirs.favourite, theirs.trashed_at
        )

    def _place_of(self, theirs: TheirPicture) -> Path:
        # Moved meanwhile, or killed while it was moved, a file lies at another of its places.
        here, name = store_of(theirs.file), theirs.file.name
        apart = normalize("NFD", name)  # as Macs' older disks, and archives made there, spell it
        others = [
            place
            for spelled in dict.fromkeys((name, apart))
            for place in (where_it_lies(here / spelled), here / TRASH / spelled)
        ]
        return next((one for one in (theirs.file, *others) if one.is_file()), theirs.file)

    def _take_task(self, connection: Connection, key: str) -> None:
        theirs = self.theirs.task(key)
        if theirs is None:
            return
        if theirs.recipe is not None:  # copied later: no caller waits for files to be written here
            self.needed += theirs.recipe["request"].get("references") or ()
        ours = connection.execute("SELECT * FROM tasks WHERE key = ?", (key,)).fetchone()
        if ours is None:
            if (
                theirs.task_id is None
                or not connection.execute(
                    "SELECT 1 FROM tasks WHERE service = ? AND task_id = ?",
                    (theirs.service, theirs.task_id),
                ).fetchone()
            ):
                uncount(connection, key)
                insert(connection, "tasks", columns_of(theirs))
                self.tasks += 1
        elif _is_further(ours, theirs) and self._has_pictures(connection, key):
            uncount(connection, key)
            columns = {**columns_of(theirs), "key": key}
            names = ", ".join(f"{name} = ?" for name in columns)
            connection.execute(f"UPDATE tasks SET {names} WHERE key = ?", (*columns.values(), key))
            connection.execute("DELETE FROM ledger WHERE key = ? AND state = 'reserved'", (key,))
            self._take_credits(connection, key)

    def _has_pictures(self, connection: Connection, key: str) -> bool:
        """Tell whether all pictures that they have of a task are here already."""
        rows = connection.execute("SELECT number FROM pictures WHERE key = ?", (key,))
        return self.theirs.picture_numbers(key) <= {row["number"] for row in rows}

    def _take_credits(self, connection: Connection, key: str) -> None:
        theirs = self.theirs.credits(key)
        if theirs is None:
            return
        if connection.execute("SELECT 1 FROM ledger WHERE key = ?", (key,)).fetchone():
            return
        insert(connection, "ledger", theirs.columns)
        connection.executemany(
            "INSERT OR IGNORE INTO ledger_scopes (scope, key) VALUES (?, ?)",
            [(scope, key) for scope in theirs.scopes],
        )


def _has_file(root: Path, database: Database, row: Row) -> bool:
    """Tell whether a picture's file is there; one whose row is damaged is not looked for."""
    try:
        if is_plain(place_of(root, row)):
            return True
        row = with_file_in_place(root, database, row)  # a killed move may have left it elsewhere
        return row["trashed_at"] is not None or is_plain(place_of(root, row))
    except StoreDamaged:
        return True


def _as_ours(picture: NewPicture, ours: Row) -> NewPicture:
    """A file that comes back, with what our row says beside it."""
    return picture._replace(
        created_at=ours["created_at"],
        favourite=bool(ours["favourite"]),
        trashed_at=ours["trashed_at"],
    )


def _is_further(ours: Row, theirs: Entry) -> bool:
    """Tell whether theirs is our own task, ended there and still out here.

    Only a copy of our own store knows its Idempotency-Key.
    """
    same = (
        theirs.task_id is not None
        and ours["task_id"] == theirs.task_id
        and ours["service"] == theirs.service
        and ours["idempotency_key"] == theirs.idempotency_key
    )
    return same and ours["ended_at"] is None and theirs.ended_at is not None


def _some(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
