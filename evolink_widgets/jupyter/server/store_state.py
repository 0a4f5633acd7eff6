"""What runs in a store and what was spent, as the side panel is told: plain JSON, read from disk.

A kernel writes each step of a task into the journal, so this needs no kernel: also what one has
left that has died. How far the service is between two steps is told by the time it takes alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from evolink_widgets.core.money import meter, midnight_of
from evolink_widgets.errors import EvolinkError, InvalidRequest, StoreError
from evolink_widgets.jupyter.server.found_stores import FoundStore
from evolink_widgets.rules.pricing.pricing import CREDITS_PER_USD
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.played import NOT_CHARGED, RECORDED, is_uncharged
from evolink_widgets.rules.tasks.schedule import Durations, Plan, bucket_of, expected_seconds
from evolink_widgets.runtime.clock import now as unix_now
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.journal.journal import Entry, Step, is_free
from evolink_widgets.store.ledger.spending_report import read_spending
from evolink_widgets.store.ledger.standing_caps import standing_caps
from evolink_widgets.store.store import Store

__all__ = ["state_of", "together"]

#: Tasks that are told of, the oldest first.
_MOST = 200
_LONGEST = 240
#: Nothing is called so: a lease is free for it where no living process has it.
_NOT_AN_OWNER = "0@the-server"


def state_of(found: FoundStore) -> dict[str, Any]:
    """Return what runs in one store, and what was spent; or why that can't be read."""
    told: dict[str, Any] = {"store": found.name, "folder": found.folder}
    try:
        store = found.open().store
        if found.is_library:  # nothing runs there, and what it cost was not spent here
            return told | {"tasks": [], "spending": [], "caps": []}
        tasks, spending = _tasks(found, store), _spending(found, store)
        return told | {"tasks": tasks, "spending": spending, "caps": _caps(found, store)}
    except EvolinkError as error:
        problem = " ".join(filter(None, (error.message, error.advice)))
        return told | {"problem": problem, "tasks": [], "spending": [], "caps": []}


def together(states: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the states of several stores as one message.

    Simulated credits and real ones are never added up: where there are real ones, those count.
    """
    told = list(states)
    rows = [row for state in told for row in state.get("spending", ())]
    is_simulated = all(row["simulated"] for row in rows)
    counted = [row for row in rows if row["simulated"] == is_simulated]
    charges = [row["charged"] for row in counted if row["charged"] is not None]
    charged = round(sum(charges), 6)
    return {
        "kind": "state",
        "at": unix_now(),
        "stores": [
            {name: state.get(name) for name in ("store", "folder", "problem")} for state in told
        ],
        "tasks": [task for state in told for task in state.get("tasks", ())],
        "spending": {
            "simulated": is_simulated,
            "badge": next((row["badge"] for row in counted), ""),
            "charged": charged,
            "usd": None if is_simulated else round(charged / CREDITS_PER_USD, 4),
            "unreported": round(sum(row["unreported"] for row in counted), 6),
            "out": round(sum(row["reserved"] for row in counted), 6),
            "caps": [cap for state in told for cap in state.get("caps", ())],
            "notebooks": [
                {name: row[name] for name in ("notebook", "path", "charged", "reserved")}
                for row in counted
            ],
        },
    }


def _tasks(found: FoundStore, store: Store) -> list[dict[str, Any]]:
    journal = store.journal
    entries = sorted(
        (*journal.open_entries(), *journal.unsent_entries()), key=lambda entry: entry.created_at
    )
    at = unix_now()
    durations: dict[str, Durations] = {}
    told = []
    for entry in entries[:_MOST]:
        is_left = is_free(entry, _NOT_AN_OWNER, at)
        if entry.step is Step.INTENDED and is_left:
            continue  # it was never sent, and its kernel is gone: it costs nothing
        if entry.service not in durations:
            durations[entry.service] = _learned(store, entry.service)
        told.append(_task(found, store, entry, is_left, at, durations[entry.service]))
    return told


def _task(
    found: FoundStore, store: Store, entry: Entry, is_left: bool, at: float, learned: Durations
) -> dict[str, Any]:
    request = _request(entry)
    unknown = entry.step is Step.UNKNOWN or (entry.step is Step.SENDING and is_left)
    prompt = entry.request.get("prompt")
    n = entry.request.get("n")
    return {
        "key": f"{found.name}~{entry.key}",
        "store": found.name,
        "prompt": one_line(prompt if isinstance(prompt, str) else "", _LONGEST),
        "notebook": entry.origin,
        "folder": found.folder,
        "stage": _stage(entry, unknown),
        "title": _title(entry, unknown, is_left),
        "may": _may(entry) if unknown else None,
        # What needs a person: a lost outcome, or a paid task that no kernel collects.
        "needs": unknown or is_left,
        "since": entry.accepted_at or entry.created_at,
        "at": at,
        "left": _left(entry, request, at, learned) if not (unknown or is_left) else None,
        "n": n if isinstance(n, int) and 0 < n <= 10 else 1,
        "pictures": _landed(found, store, entry.key),
        "simulated": _is_simulated(entry),
    }


def _may(entry: Entry) -> str:
    """What is said of the money for an outcome that is not known."""
    return NOT_CHARGED if entry.service == RECORDED else "May have been charged"


def _is_simulated(entry: Entry) -> bool:
    return is_uncharged(entry.service, (entry.recipe or {}).get("service"))


def _stage(entry: Entry, unknown: bool) -> str:
    if unknown:
        return "unknown"
    return {
        Step.INTENDED: "queued",
        Step.SENDING: "sending",
        Step.ACCEPTED: "processing",
        Step.READY: "saving",
    }.get(entry.step, "queued")


def _title(entry: Entry, unknown: bool, is_left: bool) -> str:
    if unknown:
        return "Outcome unknown"
    if is_left:
        return "Paid, and no kernel collects it"
    return {
        Step.INTENDED: "Waiting to be sent",
        Step.SENDING: "Sending",
        Step.ACCEPTED: "Rendering",
        Step.READY: "Saving pictures",
    }.get(entry.step, "Waiting")


def _request(entry: Entry) -> ImageRequest | None:
    if entry.recipe is not None:
        with suppress(InvalidRequest):
            return Recipe.from_record(entry.recipe).request
    return None


def _learned(store: Store, service: str) -> Durations:
    try:
        return Durations.from_record(store.journal.recall(f"durations {service}"))
    except StoreError:
        return Durations()


def _left(
    entry: Entry, request: ImageRequest | None, at: float, learned: Durations
) -> list[float] | None:
    if request is None or entry.accepted_at is None or entry.step is not Step.ACCEPTED:
        return None
    plan = Plan(learned, bucket_of(request), expected_seconds(request))
    return [round(end, 1) for end in plan.remaining(at - entry.accepted_at)]


def _landed(found: FoundStore, store: Store, key: str) -> list[str]:
    """The pictures of a task that are here already, by their names."""
    try:
        images = store.gallery.images(key)
    except StoreError:
        return []
    return [f"{found.name}~{image.task_key}.{image.index}" for image in images]


def _spending(found: FoundStore, store: Store) -> list[dict[str, Any]]:
    """Today's, by notebook, newest first; simulated rows and real ones apart."""
    midnight = midnight_of(unix_now())
    rows = []
    for simulated in (False, True):
        # What is read to be shown writes nothing: it would be a change to be shown again.
        spent = read_spending(
            store.database, by="notebook", since=midnight, simulated=simulated, counting=False
        )
        rows += [
            {
                "notebook": row.notebook,
                "path": _path(found, row.notebook),
                "charged": row.charged,
                "unreported": row.unreported,
                "reserved": row.reserved,
                "simulated": row.simulated,
                "badge": spent.badge,
            }
            for row in spent
        ]
    return rows


def _caps(found: FoundStore, store: Store) -> list[dict[str, Any]]:
    """What is left of the caps that kernels of this store are under."""
    told = []
    for notebook, cap in standing_caps(store.database, midnight_of(unix_now())):
        now = meter(store.ledger, cap)
        told.append(
            {
                "name": cap.name,
                "path": _path(found, notebook),
                "limit": now.limit,
                "least": max(0.0, now.left),
                "most": max(0.0, now.limit - now.spent),
            }
        )
    return told


def _path(found: FoundStore, notebook: str | None) -> str:
    """A notebook from the root: beside the store."""
    return "/".join(filter(None, (found.folder.rpartition("/")[0], notebook or "")))
