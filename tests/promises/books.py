"""Comparing the two sides' books: the service's own record, and the store's."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from promises.machine import Count
from promises.signed import mark

from evolink_widgets.emulator.contract.task_record import TaskRecord
from evolink_widgets.store.store import Store

#: Refusals after which a request goes out again by itself: it was surely not accepted.
RESENT = ("fault 429", "fault 429 retry-after")


def sent_once(root: Path, counts: dict[str, float], unsent: int = 0) -> Count:
    """Count the POSTs: exactly one for each request that went out.

    Args:
        root: the store's folder.
        counts: what the service counted.
        unsent: how many kernels may have died between the journal's line and the POST.
    """
    store = Store(root)
    rows = store.database.rows("SELECT count(*) FROM tasks WHERE sent_at IS NOT NULL")
    store.close()
    count = Count(intended=rows[0][0] if rows else 0)
    count.posts = round(counts.get("create", 0) - sum(counts.get(name, 0) for name in RESENT))
    count.duplicates = max(0, count.posts - count.intended)
    if not count.intended - unsent <= count.posts <= count.intended:
        said = f"{count.posts} POSTs for {count.intended} requests of which {unsent} never left"
        count.problems.append(said)
    return count


def compare(
    root: Path,
    accepted: Iterable[TaskRecord],
    counts: dict[str, float],
    *,
    cap: float = float("inf"),
    shared: Mapping[str, int] | None = None,
) -> Count:
    """Count what was paid twice, lost, or spent over the cap, when all has been collected.

    Args:
        root: the store's folder.
        accepted: what the service accepted.
        counts: what the service counted.
        cap: credits that may be spent in this store.
        shared: how many pictures may be bought of prompts that are asked for more than once;
            every other prompt is bought once.
    """
    store = Store(root)
    accepted = list(accepted)
    rows = store.database.rows("SELECT * FROM tasks ORDER BY created_at, key")
    count = Count(duplicates=_paid_twice(accepted, shared or {}))
    _pictures(store, accepted, count)
    _journal(rows, accepted, count)
    _credits(store, accepted, counts, cap, count)
    store.close()
    return count


def _paid_twice(accepted: list[TaskRecord], shared: Mapping[str, int]) -> int:
    """Purchases beyond one of each prompt, and pictures beyond what a pool may have."""
    tasks = Counter(record.ask.prompt for record in accepted)
    pictures: Counter[str] = Counter()
    for record in accepted:
        pictures[record.ask.prompt] += min(record.ask.n, len(record.delivered))
    beyond = [times - 1 for prompt, times in tasks.items() if prompt not in shared]
    beyond += [pictures[prompt] - most for prompt, most in shared.items()]
    return sum(max(0, number) for number in beyond)


def _pictures(store: Store, accepted: list[TaskRecord], count: Count) -> None:
    """Each picture that the service made is a file, whole, and stands under its own task."""
    here: defaultdict[str | None, set[int]] = defaultdict(set)
    for row in store.database.rows("SELECT p.*, s.task_id FROM pictures p JOIN sets s USING (key)"):
        path = store.root / row["path"]
        if not path.is_file():
            continue
        data = path.read_bytes()
        whole = hashlib.sha256(data).hexdigest() == row["sha256"]
        if whole and mark(str(row["task_id"]), row["number"]) in data:
            here[row["task_id"]].add(row["number"])
    for record in accepted:
        count.delivered += len(record.delivered)
        missing = len(record.delivered) - len(here[record.id])
        if missing:
            count.lost += max(0, missing)
            count.problems.append(f"{missing} pictures of {record.ask.prompt!r} are not here")


def _journal(rows: list[object], accepted: list[TaskRecord], count: Count) -> None:
    ids = Counter(row["task_id"] for row in rows if row["task_id"])  # type: ignore[index]
    twice = [task for task, times in ids.items() if times > 1]
    unknown = {record.id for record in accepted} - set(ids)
    strange = set(ids) - {record.id for record in accepted}
    for what, tasks in (("twice", twice), ("not", unknown), ("without a task", strange)):
        if tasks:
            count.problems.append(f"in the journal {what}: {', '.join(tasks)}")


def _credits(
    store: Store, accepted: list[TaskRecord], counts: dict[str, float], cap: float, count: Count
) -> None:
    spent = store.ledger.spent()
    charged = counts["charged credits"]
    count.over_cap = round(max(0.0, charged - cap, spent.total - cap), 6)
    if abs(spent.charged - charged) > 1e-6:
        said = f"the ledger says {spent.charged} credits, the service took {charged}"
        count.problems.append(said)
    if spent.unreported:
        count.problems.append(f"{spent.unreported} credits are not reported")
    out = store.database.rows(
        "SELECT count(*) FROM ledger LEFT JOIN tasks USING (key) "
        "WHERE ledger.state = 'reserved' AND coalesce(tasks.step, '') != 'unknown'"
    )
    if out and out[0][0]:
        count.problems.append(f"{out[0][0]} reservations are left for nothing")
