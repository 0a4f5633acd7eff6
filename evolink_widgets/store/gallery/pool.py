"""Finds pictures of one recipe for reuse: saved ones, and those that open tasks will bring.

How many were asked for at a time does not matter here: a pool is a row of pictures, in the
order in which they were asked for. A place in it stays the same from the intent to the file.

Libraries answer after the own store. What is bought beside pictures of theirs is noted to come
behind those (`note_behind`), so that the next run of a cell gets the same ones in the same order.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from sqlite3 import Connection, Row
from typing import NamedTuple

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.moved_files import month_of
from evolink_widgets.store.database.database import Database, dump, load_object
from evolink_widgets.store.gallery.pictures import GeneratedImage, read_image
from evolink_widgets.store.gallery.rows.rows import place_of, with_file_in_place
from evolink_widgets.store.journal.journal import Entry, Step, is_free, read_entry, read_receipt
from evolink_widgets.store.library.library import Library
from evolink_widgets.store.safe_files import is_plain

log = logging.getLogger("evolink_widgets")


class Slot(NamedTuple):
    """One picture's name: the task that it belongs to, and its number there."""

    key: str
    number: int


@dataclass(frozen=True)
class Offer:
    """One picture of a pool.

    Attributes:
        slot: its name.
        image: the picture; `None` while an open task is to bring it.
        credits: its share of what its task was charged; `None` where that was not reported.
        paid_at: Unix seconds when its task was accepted; `None` while it is not here.
        notebook: where it was asked for.
        library: the name of the library that has it; `None` where the own store does.
    """

    slot: Slot
    image: GeneratedImage | None = None
    credits: float | None = None
    paid_at: float | None = None
    notebook: str | None = None
    library: str | None = None


class _Candidate(NamedTuple):
    """A picture by its rows; its file is looked at when it is offered.

    Attributes:
        slot: its name.
        row: its row; `None` while an open task is to bring it.
        comes_again: whether its task fetches it again, should its file be gone.
        behind: pictures of libraries that come before it.
        library: whose it is; `None` is the own store's.
    """

    slot: Slot
    row: Row | None
    comes_again: bool = False
    behind: tuple[Slot, ...] = ()
    library: Library | None = None


class Pool:
    """Reads the pools of one store. Safe from any thread; every method blocks for a moment.

    Args:
        root: the store's folder.
        database: its database.
        libraries: stores that answer where this one has no more, one after the other.
    """

    def __init__(self, root: Path, database: Database, libraries: Sequence[Library] = ()) -> None:
        self._root = root
        self._database = database
        self._libraries = tuple(libraries)

    def choose(
        self,
        n: int,
        identities: Iterable[str],
        *,
        service: str,
        taken: Set[Slot] = frozenset(),
        now: float,
    ) -> list[Offer]:
        """Return the first pictures that are not taken; fewer where the pool has no more.

        Args:
            n: how many.
            identities: whose pools to look in, one after the other.
            service: the service whose open tasks can be waited for.
            taken: what is not to be offered.
            now: Unix seconds.
        """
        return self.choose_each([(n, identities)], service=service, taken=taken, now=now)[0]

    def choose_each(
        self,
        asks: Sequence[tuple[int, Iterable[str]]],
        *,
        service: str,
        taken: Set[Slot] = frozenset(),
        now: float,
    ) -> list[list[Offer]]:
        """Return what `choose` does, for each of many asks: the database is read once for all.

        Args:
            asks: how many pictures, and whose pools to look in; each as if it were alone.
            service: the service whose open tasks can be waited for.
            taken: what is not to be offered.
            now: Unix seconds.
        """
        named = [(n, tuple(identities)) for n, identities in asks]
        names = list(dict.fromkeys(one for _, identities in named for one in identities))
        stored = self._by_identity(self._database.rows, _STORED, names)
        open_tasks = self._by_identity(self._database.rows, _OPEN, names, service)
        lent = self._of_libraries(names)

        def first(n: int, identities: Sequence[str]) -> list[Offer]:
            own: list[_Candidate] = []
            doubtful: list[Slot] = []
            for one in identities:
                sure, unsure = self._candidates(stored[one], open_tasks[one], now)
                own += sure
                doubtful += unsure
            twins = {one.slot: one for one in _beside([], lent, identities)}
            found = (
                self._offer(candidate, twins.get(candidate.slot))
                for candidate in _in_order(own, _beside(own, lent, identities))
                if candidate.slot not in taken
            )
            # A task that may never have been accepted comes last: what is here needs no answer.
            last = (Offer(slot) for slot in doubtful if slot not in taken)
            return list(islice(chain(filter(None, found), last), n))

        return [first(n, identities) for n, identities in named]

    def note_behind(self, connection: Connection, key: str, identities: Sequence[str]) -> None:
        """Note that what is bought now comes behind the pictures that libraries have of it.

        Args:
            connection: in the transaction that writes the purchase down.
            key: the purchase's local key.
            identities: the pools that might have answered.
        """
        lent = self._of_libraries(identities)
        slots = [one.slot for one in _beside([], lent, identities)][:_MOST_BEHIND]
        if slots:
            values = (f"{BEHIND} {key}", dump({"slots": slots}))
            connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", values)

    def counts(self, identities: Iterable[str]) -> dict[str, int]:
        """Return how many pictures there are of some recipes: those that `choose` would offer.

        Of a picture no more is looked at than whether its file is there.

        Args:
            identities: the recipes; those of which there is none are left out.
        """
        names = list(dict.fromkeys(identities))
        here: dict[str, set[Slot]] = {}
        sources: list[tuple[Path, Database, Callable[..., list[Row]]]] = [
            (self._root, self._database, self._database.rows),
            *((one.root, one.database, one.rows) for one in self._libraries),
        ]
        for root, database, read in sources:
            for identity, rows in self._by_identity(read, _FILES, names).items():
                for row in rows:
                    if row["is_open"] or _has_file(root, database, row):
                        here.setdefault(identity, set()).add(Slot(row["key"], row["number"]))
        return {identity: len(slots) for identity, slots in here.items()}

    def gone(self, identities: Iterable[str]) -> list[str]:
        """Return the names of pictures that were paid for and are not there any more.

        Neither in the folder nor in its trash, and no open task fetches them again; oldest first.
        """
        found: list[tuple[float, str, str]] = []
        for identity in identities:
            rows = self._by_identity(self._database.rows, _STORED, [identity])[identity]
            for row in rows:
                with suppress(StoreDamaged):
                    if not row["is_open"] and _place(self._root, self._database, row) is None:
                        found.append((row["asked_at"], row["key"], row["path"]))
        return [name for _, _, name in sorted(found)]

    def _by_identity(
        self, read: Callable[..., list[Row]], sql: str, identities: Sequence[str], *more: object
    ) -> dict[str, list[Row]]:
        """The rows of each recipe."""
        found: dict[str, list[Row]] = {one: [] for one in identities}
        for start in range(0, len(identities), _NAMED):
            some = identities[start : start + _NAMED]
            marks = ", ".join("?" * len(some))
            for row in read(sql.replace("(?)", f"({marks})"), (*some, *more)):
                found[row["identity"]].append(row)
        return found

    def _of_libraries(self, identities: Sequence[str]) -> list[dict[str, list[_Candidate]]]:
        """What each library has of each recipe, in the order in which it was asked for there."""
        found = []
        for library in self._libraries:
            rows = self._by_identity(library.rows, _STORED, identities)
            found.append(
                {
                    one: [
                        _Candidate(Slot(row["key"], row["number"]), row, library=library)
                        for row in sorted(rows[one], key=_asked)
                    ]
                    for one in identities
                }
            )
        return found

    def _candidates(
        self, stored: Iterable[Row], open_tasks: Iterable[Row], now: float
    ) -> tuple[list[_Candidate], list[Slot]]:
        """The pictures of one recipe, those that open tasks are to bring among them.

        Beside them are those of tasks that may never have been accepted.
        """
        expected, unsure = self._expected(open_tasks, now)
        again = {entry.key for entry, _ in expected}
        here: list[tuple[tuple[float, str], _Candidate]] = []
        for row in stored:
            slot = Slot(row["key"], row["number"])
            # Its file may be gone; then its task fetches it again.
            found = _Candidate(slot, row, slot.key in again, _slots_in(row["behind"]))
            here.append(((row["asked_at"], row["key"]), found))
        landed = {found.slot for _, found in here}
        for entry, behind in expected:
            order = (entry.created_at, entry.key)
            here += [
                (order, _Candidate(slot, None, behind=behind))
                for slot in _slots(entry)
                if slot not in landed
            ]
        here.sort(key=lambda one: (one[0], one[1].slot))
        doubtful = [slot for entry in unsure for slot in _slots(entry) if slot not in landed]
        return [found for _, found in here], doubtful

    @staticmethod
    def _expected(
        rows: Iterable[Row], now: float
    ) -> tuple[list[tuple[Entry, tuple[Slot, ...]]], list[Entry]]:
        """The open tasks of a recipe: those that will bring pictures, and those that may."""
        sure: list[tuple[Entry, tuple[Slot, ...]]] = []
        unsure: list[Entry] = []
        for row in rows:
            try:
                entry = read_entry(row)
            except StoreDamaged as exc:
                log.warning("%s", exc)
                continue
            given_up = is_free(entry, "", now)
            if entry.step is Step.INTENDED and given_up:
                continue  # it will never be sent, and nothing was paid
            lost = entry.step in (Step.SENDING, Step.UNKNOWN) and given_up
            if lost:
                unsure.append(entry)
            else:
                sure.append((entry, _slots_in(row["behind"])))
        return sure, unsure

    def _offer(self, candidate: _Candidate, twin: _Candidate | None) -> Offer | None:
        """What is offered of a candidate; nothing where its file is gone for good.

        Args:
            candidate: the picture.
            twin: the same in a library, which may have its file still.
        """
        offer = Offer(candidate.slot)
        if candidate.row is None:
            return offer
        stored = self._stored(candidate, candidate.row)
        if stored is None and candidate.comes_again:
            return offer
        if stored is None and twin is not None and twin.row is not None:
            return self._stored(twin, twin.row)
        return stored

    def _stored(self, candidate: _Candidate, row: Row) -> Offer | None:
        library = candidate.library
        root = self._root if library is None else library.root
        database = self._database if library is None else library.database
        try:
            place = _place(root, database, row)
            if place is None:
                return None
            image = replace(read_image(root, row), path=place)
            receipt = read_receipt(row["receipt"])
        except StoreDamaged as exc:
            log.warning("%s", exc)
            return None
        charged = None if receipt is None else receipt.charged
        if charged is None and row["charged"] is not None:
            charged = row["charged"] / 1_000_000
        share = None if charged is None else charged / max(1, row["together"])
        name = None if library is None else library.name
        return Offer(candidate.slot, image, share, row["paid_at"], row["notebook"], name)


def _place(root: Path, database: Database, row: Row) -> Path | None:
    """Where a picture's file is; one that a killed move left elsewhere is put right first."""
    place = place_of(root, row)
    if not is_plain(place) or place.name != row["path"]:
        row = with_file_in_place(root, database, row)
        place = place_of(root, row)
    return place if row["trashed_at"] is None and is_plain(place) else None


def _has_file(root: Path, database: Database, row: Row) -> bool:
    """Tell whether a picture's file is there; the many that are in their places at once."""
    name = str(row["path"])
    month = month_of(name)
    if name == Path(name).name:
        folders = (f"{root}",) if month is None else (f"{root}/{month}", f"{root}")
        with suppress(OSError, ValueError):
            if any(os.path.lexists(f"{folder}/{name}") for folder in folders):
                return True
    with suppress(StoreDamaged):
        return _place(root, database, row) is not None
    return False


def _beside(
    own: Sequence[_Candidate],
    lent: Sequence[Mapping[str, Sequence[_Candidate]]],
    identities: Sequence[str],
) -> list[_Candidate]:
    """What libraries have beside the own store, one library after the other; each picture once."""
    seen = {one.slot for one in own}
    found = []
    for library in lent:
        for one in (candidate for identity in identities for candidate in library[identity]):
            if one.slot not in seen:
                seen.add(one.slot)
                found.append(one)
    return found


def _in_order(own: Sequence[_Candidate], lent: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """The own pictures in their order, each behind those of libraries that it was bought beside."""
    left = {one.slot: one for one in lent}
    for one in own:
        yield from [left.pop(slot) for slot in one.behind if slot in left]
        yield one
    yield from left.values()


def _asked(row: Row) -> tuple[float, str, int]:
    return row["asked_at"], row["key"], row["number"]


def _slots_in(record: object) -> tuple[Slot, ...]:
    """The slots in a note of `note_behind`."""
    try:
        found = load_object(record if isinstance(record, str) else None, "a note") or {}
    except StoreDamaged:
        return ()
    listed = found.get("slots")
    return tuple(
        Slot(*one)
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, list) and len(one) == 2
        if isinstance(one[0], str) and isinstance(one[1], int)
    )


BEHIND = "behind"
"""How notes begin that say behind which pictures of libraries a purchase comes."""

_MOST_BEHIND = 1000
"""Pictures that one such note names."""

_NAMED = 500
"""Recipes that one query names; SQLite before 3.32 takes at most 999 values."""

# The plus keeps SQLite from reading all pictures that are not in the trash: few have the recipe.
_STORED = """
SELECT pictures.*, sets.identity, sets.recipe, sets.task_id, sets.notebook, tasks.receipt,
    CASE ledger.state WHEN 'settled' THEN ledger.charged END AS charged,
    coalesce(tasks.created_at, sets.created_at) AS asked_at,
    coalesce(tasks.accepted_at, sets.created_at) AS paid_at,
    (tasks.key IS NOT NULL AND tasks.ended_at IS NULL) AS is_open,
    (SELECT count(*) FROM pictures AS others WHERE others.key = sets.key) AS together,
    (SELECT record FROM notes WHERE name = 'behind ' || sets.key) AS behind
FROM sets JOIN pictures USING (key) LEFT JOIN tasks USING (key) LEFT JOIN ledger USING (key)
WHERE sets.identity IN (?) AND +pictures.trashed_at IS NULL
"""

_FILES = """
SELECT pictures.*, sets.identity,
    (tasks.key IS NOT NULL AND tasks.ended_at IS NULL) AS is_open
FROM sets JOIN pictures USING (key) LEFT JOIN tasks USING (key)
WHERE sets.identity IN (?) AND +pictures.trashed_at IS NULL
"""

_OPEN = (
    "SELECT *, (SELECT record FROM notes WHERE name = 'behind ' || tasks.key) AS behind "
    "FROM tasks WHERE identity IN (?) AND service = ? AND ended_at IS NULL "
    "AND step IN ('intended', 'sending', 'accepted', 'ready', 'unknown') ORDER BY created_at, key"
)


def _slots(entry: Entry) -> list[Slot]:
    """The pictures that a task is to bring: as many as asked for, or as the service made."""
    n = entry.request.get("n")
    asked = n if isinstance(n, int) and 0 < n <= 100 else 1
    if entry.results:
        return [Slot(entry.key, number) for number, link in enumerate(entry.results) if link]
    return [Slot(entry.key, number) for number in range(asked)]
