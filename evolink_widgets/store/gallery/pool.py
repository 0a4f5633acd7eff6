"""Finds pictures of one recipe for reuse: saved ones, and those that open tasks will bring.

How many were asked for at a time does not matter here: a pool is a row of pictures, in the
order in which they were asked for. A place in it stays the same from the intent to the file.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from sqlite3 import Row
from typing import NamedTuple

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.gallery.pictures import GeneratedImage, read_image
from evolink_widgets.store.gallery.rows.rows import place_of, with_file_in_place
from evolink_widgets.store.journal.journal import Entry, Step, is_free, read_entry, read_receipt
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
    """

    slot: Slot
    image: GeneratedImage | None = None
    credits: float | None = None
    paid_at: float | None = None
    notebook: str | None = None


class Pool:
    """Reads the pools of one store. Safe from any thread; every method blocks for a moment."""

    def __init__(self, root: Path, database: Database) -> None:
        self._root = root
        self._database = database

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
        stored, open_tasks = (
            self._by_identity(_STORED, names),
            self._by_identity(_OPEN, names, service),
        )

        def first(n: int, identities: Sequence[str]) -> list[Offer]:
            offers = (
                offer
                for one in identities
                for offer in self._offers(stored[one], open_tasks[one], taken, now)
            )
            return list(islice(offers, n))

        return [first(n, identities) for n, identities in named]

    def counts(self) -> dict[str, int]:
        """Return how many pictures there are of each recipe; their files are not looked at."""
        return {row["identity"]: row["pictures"] for row in self._database.rows(_COUNTS)}

    def gone(self, identities: Iterable[str]) -> list[str]:
        """Return the names of pictures that were paid for and are not there any more.

        Neither in the folder nor in its trash, and no open task fetches them again; oldest first.
        """
        found: list[tuple[float, str, str]] = []
        for identity in identities:
            for row in self._by_identity(_STORED, [identity])[identity]:
                with suppress(StoreDamaged):
                    if not row["is_open"] and self._place(row) is None:
                        found.append((row["asked_at"], row["key"], row["path"]))
        return [name for _, _, name in sorted(found)]

    def _by_identity(
        self, sql: str, identities: Sequence[str], *more: object
    ) -> dict[str, list[Row]]:
        """The rows of each recipe."""
        found: dict[str, list[Row]] = {one: [] for one in identities}
        for start in range(0, len(identities), _NAMED):
            some = identities[start : start + _NAMED]
            marks = ", ".join("?" * len(some))
            for row in self._database.rows(sql.replace("(?)", f"({marks})"), (*some, *more)):
                found[row["identity"]].append(row)
        return found

    def _offers(
        self, stored: Iterable[Row], open_tasks: Iterable[Row], taken: Set[Slot], now: float
    ) -> Iterator[Offer]:
        """The pictures of one recipe, those that open tasks are to bring among them."""
        expected, unsure = self._expected(open_tasks, now)
        here: list[tuple[tuple[float, str], Slot, Row | None]] = []
        for row in stored:
            here.append(((row["asked_at"], row["key"]), Slot(row["key"], row["number"]), row))
        landed = {slot for _, slot, row in here}
        for entry in expected:
            order = (entry.created_at, entry.key)
            here += [(order, slot, None) for slot in _slots(entry) if slot not in landed]
        here.sort(key=lambda one: (one[0], one[1]))
        again = {entry.key for entry in expected}
        for _, slot, found in here:
            if slot in taken:
                continue
            offer = Offer(slot) if found is None else self._stored(slot, found)
            if offer is None and slot.key in again:  # its file is gone; its task fetches it again
                offer = Offer(slot)
            if offer is not None:
                yield offer
        # A task that may never have been accepted comes last: what is here needs no answer.
        for entry in unsure:
            yield from (Offer(slot) for slot in _slots(entry) if slot not in taken | landed)

    @staticmethod
    def _expected(rows: Iterable[Row], now: float) -> tuple[list[Entry], list[Entry]]:
        """The open tasks of a recipe: those that will bring pictures, and those that may."""
        sure: list[Entry] = []
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
            (unsure if lost else sure).append(entry)
        return sure, unsure

    def _stored(self, slot: Slot, row: Row) -> Offer | None:
        try:
            place = self._place(row)
            if place is None:
                return None
            image = replace(read_image(self._root, row), path=place)
            receipt = read_receipt(row["receipt"])
        except StoreDamaged as exc:
            log.warning("%s", exc)
            return None
        charged = None if receipt is None else receipt.charged
        if charged is None and row["charged"] is not None:
            charged = row["charged"] / 1_000_000
        share = None if charged is None else charged / max(1, row["together"])
        return Offer(slot, image, share, row["paid_at"], row["notebook"])

    def _place(self, row: Row) -> Path | None:
        """Where a picture's file is; one that a killed move left elsewhere is put right first."""
        place = place_of(self._root, row)
        if not is_plain(place):
            row = with_file_in_place(self._root, self._database, row)
            place = place_of(self._root, row)
        return place if row["trashed_at"] is None and is_plain(place) else None


_NAMED = 500
"""Recipes that one query names; SQLite before 3.32 takes at most 999 values."""

# The plus keeps SQLite from reading all pictures that are not in the trash: few have the recipe.
_STORED = """
SELECT pictures.*, sets.identity, sets.recipe, sets.task_id, sets.notebook, tasks.receipt,
    CASE ledger.state WHEN 'settled' THEN ledger.charged END AS charged,
    coalesce(tasks.created_at, sets.created_at) AS asked_at,
    coalesce(tasks.accepted_at, sets.created_at) AS paid_at,
    (tasks.key IS NOT NULL AND tasks.ended_at IS NULL) AS is_open,
    (SELECT count(*) FROM pictures AS others WHERE others.key = sets.key) AS together
FROM sets JOIN pictures USING (key) LEFT JOIN tasks USING (key) LEFT JOIN ledger USING (key)
WHERE sets.identity IN (?) AND +pictures.trashed_at IS NULL
"""

_COUNTS = """
SELECT sets.identity, count(*) AS pictures FROM sets JOIN pictures USING (key)
WHERE pictures.trashed_at IS NULL GROUP BY sets.identity
"""

_OPEN = (
    "SELECT * FROM tasks WHERE identity IN (?) AND service = ? AND ended_at IS NULL "
    "AND step IN ('intended', 'sending', 'accepted', 'ready', 'unknown') ORDER BY created_at, key"
)


def _slots(entry: Entry) -> list[Slot]:
    """The pictures that a task is to bring: as many as asked for, or as the service made."""
    n = entry.request.get("n")
    asked = n if isinstance(n, int) and 0 < n <= 100 else 1
    if entry.results:
        return [Slot(entry.key, number) for number, link in enumerate(entry.results) if link]
    return [Slot(entry.key, number) for number in range(asked)]
