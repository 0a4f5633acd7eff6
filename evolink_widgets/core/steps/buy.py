"""Buying: credits reserved and an intent written down, both or nothing, before anything is sent.

This is the one place where credits are reserved; `store.ledger.caps` refuses what would pass a
cap, in the transaction that reserves them. What a kernel has bought and did not
live to send costs nothing: it is closed, and its credits are given back.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from evolink_widgets.core.money import Terms
from evolink_widgets.core.shared.lost_tasks import surely_not_accepted
from evolink_widgets.errors import BudgetExceeded, SpendingRefused, StoreError, StoreFull
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.failures import failure_record
from evolink_widgets.store.journal.journal import Entry, Step, is_free
from evolink_widgets.store.ledger.standing_caps import keep_caps

if TYPE_CHECKING:
    from evolink_widgets.core.shared.parts import SessionParts


def buy(parts: SessionParts, key: str, recipe: Recipe, terms: Terms) -> Entry:
    """Reserve the credits of a purchase and write its intent down: both, or nothing. On a worker.

    `journal.sending` makes both durable, before the POST.

    Args:
        parts: the session's parts.
        key: the purchase's local key.
        recipe: what is bought.
        terms: the caps that hold, and where it comes from.

    Raises:
        BudgetExceeded: it may cost more than is left.
        StoreError: it can't be written, or the pictures would not fit.
    """
    store = parts.store
    _check_room(recipe.request, store.root)
    now, high = parts.clock(), parts.estimate(recipe.request).high

    def reserve() -> None:
        store.ledger.reserve(
            key,
            high,
            now=now,
            service=parts.service,
            caps=terms.caps(parts.service, now, store.root),
            scopes=terms.scopes,
        )

    with store.database.write() as connection:
        try:
            reserve()
        except BudgetExceeded:
            close_unsent(parts)  # what a dead kernel has reserved must not stand in the way
            reserve()
        standing = terms.standing(parts.service, now, store.root)
        keep_caps(store.journal, terms.notebook, parts.owner, standing)
        parts.pool.note_behind(connection, key, parts.identities(recipe.request))
        return store.journal.intend(
            recipe.request.to_record(),
            key=key,
            service=parts.service,
            now=now,
            recipe=recipe.to_record(),
            identity=recipe.identity,
            estimate_high=high,
            origin=terms.notebook,
            owner=parts.owner,
        )


def never_sent() -> SpendingRefused:
    """What became of an intent whose kernel ended before it was sent."""
    return SpendingRefused(
        "The kernel ended before the request was sent.", advice="Ask again with ew.generate(...)."
    )


def close_unsent(parts: SessionParts) -> None:
    """Close what dead kernels did not send, or was refused, and give its credits back.

    Runs on a worker.
    """
    journal, now = parts.store.journal, parts.clock()
    record = failure_record(never_sent())
    refused = filter(surely_not_accepted, journal.open_entries(parts.service))
    for entry in (*journal.unsent_entries(parts.service, but=parts.owner), *refused):
        if entry.owner == parts.owner or not is_free(entry, parts.owner, now):
            continue
        with contextlib.suppress(StoreError), parts.store.database.write():
            # Its kernel may have woken up, and be sending it.
            line = journal.get(entry.key)
            if line is None or not (line.step is Step.INTENDED or surely_not_accepted(line)):
                continue
            if is_free(line, parts.owner, now):
                journal.refused(entry.key, record, now)
                parts.store.ledger.release(entry.key, now)


def _check_room(request: ImageRequest, root: Path) -> None:
    """Refuse, before anything is sent, when the pictures will hardly fit on the disk.

    Raises:
        StoreFull: with what is free and what is needed.
    """
    width, height = request.pixels or (2048, 2048)
    needed = request.n * width * height * 2 + 8 * 2**20
    while not root.exists() and root != root.parent:
        root = root.parent
    try:
        free = shutil.disk_usage(root).free
    except OSError:
        return  # unknown before; the journal's own writing will
    if free < needed:
        raise StoreFull(
            f"{root} has {free / 2**20:,.0f} MB free, and these pictures may need "
            f"{needed / 2**20:,.0f} MB.",
            advice="Free some space, or choose another folder with ew.configure(store=...).",
        )
