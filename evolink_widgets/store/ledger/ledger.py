"""The record of credits: reserved before the POST, settled by the receipt.

A reservation is held against the caps first (`store.ledger.caps`). It counts in full until it is
settled or released, so that an unknown outcome keeps its credits. What was settled teaches later
estimates (`samples`).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from contextlib import suppress
from sqlite3 import Connection, Row

from evolink_widgets.errors import Billed, StoreDamaged, StoreError
from evolink_widgets.rules.pricing.learning import Sample
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store.database.database import Database, insert, load_object
from evolink_widgets.store.journal.journal import Step, read_receipt
from evolink_widgets.store.ledger.caps import (
    MILLION,
    MOST,
    Cap,
    Spent,
    check_caps,
    millionths,
    spent_under,
)
from evolink_widgets.store.spent_sums import pictures_made, uncount

log = logging.getLogger("evolink_widgets")

_ENDED = """SELECT ledger.key, tasks.step, tasks.ended_at, tasks.receipt, tasks.failure
FROM ledger JOIN tasks USING (key)
WHERE ledger.state = 'reserved' AND tasks.ended_at IS NOT NULL"""

# The newest are found in the ledger alone: its rows are narrow, those of the tasks are not.
_SAMPLES = """WITH newest AS (
    SELECT key, charged, settled_at FROM ledger
    WHERE state = 'settled' AND charged > 0 AND service = ?
    ORDER BY settled_at DESC, key LIMIT ?
)
SELECT newest.key, newest.charged, tasks.request, tasks.results, (
    SELECT width || 'x' || height FROM pictures WHERE pictures.key = newest.key LIMIT 1
) AS pixels, (SELECT count(*) FROM pictures WHERE pictures.key = newest.key) AS kept
FROM newest JOIN tasks USING (key)
ORDER BY newest.settled_at DESC, newest.key"""


class Ledger:
    """The credits of one store. Safe from any thread and process.

    Example:
        >>> ledger = ew.session().store.ledger
        >>> isinstance(ledger, ew.store.Ledger), ledger.spent().tasks
        (True, 0)
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(
        self,
        key: str,
        credits: float,
        *,
        now: float,
        service: str,
        caps: Sequence[Cap] = (),
        scopes: Sequence[str] = (),
    ) -> None:
        """Set credits aside for a task, if every cap allows it: all or nothing.

        It is on the disk when `journal.sending` is, before the POST.

        A second reservation under the same key replaces the first, while that is not settled.

        Args:
            key: the task's local key.
            credits: the upper end of its estimate.
            now: Unix seconds.
            service: "emulator" or the API's host.
            caps: limits to keep; checked and reserved in one transaction.
            scopes: names under which caps find this row again.

        Raises:
            BudgetExceeded: a cap stands in the way; nothing was reserved.
        """
        with self._database.write() as connection:
            self._forget(connection, key)
            check_caps(connection, caps, credits)
            columns = {"key": key, "service": service, "state": "reserved"}
            insert(
                connection,
                "ledger",
                {**columns, "reserved": millionths(credits, math.ceil), "reserved_at": now},
            )
            connection.executemany(
                "INSERT OR IGNORE INTO ledger_scopes (scope, key) VALUES (?, ?)",
                [(scope, key) for scope in dict.fromkeys(scopes)],
            )

    def raise_to(self, key: str, credits: float, now: float) -> None:
        """Raise a reservation to what the service has set aside; it is never lowered.

        A task without a reservation (its database was deleted meanwhile) gets its row now.

        Args:
            key: the task's local key.
            credits: what the service reports as reserved.
            now: Unix seconds.
        """
        units = _reported(credits)
        found = self._database.rows("SELECT reserved, state FROM ledger WHERE key = ?", (key,))
        if found and (found[0]["state"] != "reserved" or found[0]["reserved"] >= units):
            return
        with self._database.write() as connection:
            uncount(connection, key)
            connection.execute(
                "INSERT INTO ledger (key, service, state, reserved, reserved_at) VALUES "
                "(?1, coalesce((SELECT service FROM tasks WHERE key = ?1), ''), 'reserved', ?2, "
                "?3) ON CONFLICT (key) DO UPDATE SET reserved = max(reserved, excluded.reserved) "
                "WHERE state = 'reserved'",
                (key, units, now),
            )

    def lower_to(self, key: str, credits: float) -> None:
        """Bring a reservation back to what was reserved before another's task had raised it.

        Args:
            key: the task's local key.
            credits: the upper end of its estimate.
        """
        with self._database.write() as connection:
            uncount(connection, key)
            connection.execute(
                "UPDATE ledger SET reserved = ? WHERE key = ? AND state = 'reserved'",
                (millionths(credits, math.ceil), key),
            )

    def settle(self, key: str, receipt: Receipt, now: float) -> None:
        """Put what the service charged in place of what was reserved.

        Where it reported no charge the reserved credits go on counting. A task without a
        reservation (found again, or its database was deleted meanwhile) gets its row now.

        Args:
            key: the task's local key.
            receipt: what the service reported.
            now: Unix seconds.
        """
        units = None if receipt.charged is None else _reported(receipt.charged)
        with self._database.write() as connection:
            uncount(connection, key)
            connection.execute(
                "INSERT INTO ledger (key, service, state, reserved, charged, reserved_at, "
                "settled_at) VALUES (?1, coalesce((SELECT service FROM tasks WHERE key = ?1), ''), "
                "'settled', ?2, ?3, ?4, ?4) ON CONFLICT (key) DO UPDATE SET state = 'settled', "
                "charged = coalesce(excluded.charged, charged), settled_at = excluded.settled_at",
                (key, _reported(receipt.reserved or 0.0), units, now),
            )

    def release(self, key: str, now: float) -> None:
        """Give reserved credits back: the task was surely not charged.

        What is settled stays so; where nothing is reserved, nothing happens.
        """
        with self._database.write() as connection:
            uncount(connection, key)
            connection.execute(
                "UPDATE ledger SET state = 'released', charged = 0, settled_at = ? "
                "WHERE key = ? AND state = 'reserved'",
                (now, key),
            )

    def settle_ended(self) -> int:
        """Settle or release what is still reserved for tasks whose end the journal knows.

        What writes an end does both at once; older versions did not, and might be killed in
        between. Repeatable, and safe from several processes.

        Returns:
            How many rows were put right.
        """
        if not self._database.rows(f"{_ENDED} LIMIT 1"):
            return 0
        with self._database.write() as connection:
            found = connection.execute(_ENDED).fetchall()
            for row in found:
                if _is_free(row):
                    self.release(row["key"], row["ended_at"])
                else:
                    self.settle(row["key"], _receipt_of(row), row["ended_at"])
        return len(found)

    def spent(
        self,
        *,
        since: float | None = None,
        scope: str | None = None,
        service: str | None = None,
    ) -> Spent:
        """Return what is spent and reserved, over the rows that fit.

        Args:
            since: Unix seconds; `None` is from the beginning.
            scope: only rows reserved under this scope.
            service: only rows of this service.
        """
        cap = Cap(0.0, scope=scope, since=since, service=service)
        return spent_under(self._database, cap)

    def moved(self, service: str, since: float, *, but: str) -> bool:
        """Tell whether credits were reserved or settled since a Unix second.

        Args:
            service: whose credits.
            since: Unix seconds.
            but: the key of a task that does not count.
        """
        sql = "SELECT 1 FROM ledger WHERE service = ? AND key != ? AND "
        later = "(reserved_at >= ? OR settled_at >= ?) LIMIT 1"
        return bool(self._database.rows(sql + later, (service, but, since, since)))

    def _forget(self, connection: Connection, key: str) -> None:
        found = connection.execute("SELECT state FROM ledger WHERE key = ?", (key,)).fetchone()
        if found is None:  # nearly always, and its scopes can't be looked up by the key alone
            return
        if found["state"] == "settled":
            raise StoreError(
                f"Task {key} is settled in {self._database.path}; it can't be reserved again.",
                advice="Ask anew: a new request has a new key.",
            )
        uncount(connection, key)
        connection.execute("DELETE FROM ledger WHERE key = ?", (key,))
        connection.execute("DELETE FROM ledger_scopes WHERE key = ?", (key,))


def samples(database: Database, service: str, *, limit: int = 2_000) -> list[Sample]:
    """Return the newest receipts of a service, as `Learned.from_samples` takes them.

    Args:
        database: the store's.
        service: as the ledger names it.
        limit: how many at most.
    """
    found = []
    for row in database.rows(_SAMPLES, (service, limit)):
        try:
            sample = _sample(row)
        except (StoreDamaged, ValueError, TypeError, KeyError, OverflowError) as exc:
            log.warning("The receipt of task %s is left out: %s", row["key"], exc)
            continue
        if sample is not None:
            found.append(sample)
    return found


def _sample(row: Row) -> Sample | None:
    request = load_object(row["request"], f"the request of task {row['key']}") or {}
    pictures = pictures_made(row)
    if not pictures or row["pixels"] is None:
        return None  # what came is not known, so neither is what one picture cost
    if row["results"] in (None, "[]") and pictures != request.get("n"):
        return None  # of a merged store, and some may have been deleted there
    width, _, height = row["pixels"].partition("x")
    return Sample(
        model=str(request["model"]),
        quality=str(request["quality"]),
        pixels=(int(width), int(height)),
        pictures=pictures,
        charged=row["charged"] / MILLION,
        auto=request["size"] == "auto",
        references=len(request["references"]),
        prompt_bytes=len(str(request["prompt"]).encode("utf-8", "replace")),
    )


def _is_free(row: Row) -> bool:
    """Tell whether an ended task surely cost nothing; where that can't be read it may have."""
    if row["step"] == Step.REFUSED.value:
        return True
    with suppress(StoreDamaged):
        failure = load_object(row["failure"], f"the failure of task {row['key']}") or {}
        return row["step"] == Step.FAILED.value and failure.get("billed") == Billed.NO.name
    return False


def _receipt_of(row: Row) -> Receipt:
    with suppress(StoreDamaged):
        found = read_receipt(row["receipt"])
        charged = None if found is None else found.charged
        if isinstance(charged, (int, float)) and math.isfinite(charged):
            return Receipt(charged=charged)
    return Receipt()


def _reported(credits: float) -> int:
    return millionths(min(credits, MOST))
