"""Taking up what an earlier kernel left; safe from several kernels at once."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Set
from typing import Protocol

from evolink_widgets.core.failures import failure_record
from evolink_widgets.core.story import TaskStory
from evolink_widgets.core.task import Task
from evolink_widgets.core.wiring import Wiring
from evolink_widgets.errors import InvalidRequest, SpendingRefused, StoreError
from evolink_widgets.rules.pricing import estimate
from evolink_widgets.rules.recipe import Recipe
from evolink_widgets.rules.request import ImageRequest
from evolink_widgets.store.journal import Entry

log = logging.getLogger("evolink_widgets")


class Keeper(Protocol):
    """The session, as far as recovery knows it."""

    def known(self) -> dict[str, TaskStory]:
        """Its stories that are not over, by key."""

    def begin(self, story: TaskStory) -> None:
        """Set a story going."""


async def recover(wiring: Wiring, keeper: Keeper) -> list[Task]:
    """Take up every task of this service that is paid, or may be, and not collected yet.

    Each is claimed in the journal first, so that of several kernels one collects it.

    Returns:
        The tasks, oldest first, already on their way.
    """
    known = keeper.known()
    entries = await wiring.records.run(_claim_all, wiring, known.keys())
    tasks = []
    for entry in entries:
        story = known.get(entry.key)
        if story is None:
            story = _story_of(wiring, entry)
            if story is None:
                continue
            keeper.begin(story)
        elif story.task.state.stage.ended and not story.over:
            story.resume()
        else:
            continue
        tasks.append(story.task)
    return tasks


def _claim_all(wiring: Wiring, known: Set[str]) -> list[Entry]:
    """Claim what nobody collects, and close what was never sent. Runs on a worker."""
    journal, now = wiring.store.journal, wiring.clock()
    never_sent = SpendingRefused(
        "The kernel ended before the request was sent.", advice="Ask again with ew.generate(...)."
    )
    for entry in journal.unsent_entries(wiring.service):
        if entry.key not in known and journal.claim(entry.key, wiring.owner, now):
            with contextlib.suppress(StoreError):
                journal.refused(entry.key, failure_record(never_sent), now)
                wiring.store.ledger.release(entry.key, now)
    return [
        entry
        for entry in journal.open_entries(wiring.service)
        if journal.claim(entry.key, wiring.owner, now)
    ]


def _story_of(wiring: Wiring, entry: Entry) -> TaskStory | None:
    try:
        if entry.recipe is not None:
            recipe = Recipe.from_record(entry.recipe)
        else:
            recipe = Recipe(ImageRequest.from_record(entry.request), wiring.recipe_service)
    except InvalidRequest as error:
        log.warning("The journal's task %s can't be taken up: %s", entry.key, error)
        return None
    return TaskStory(wiring, entry.key, recipe, estimate(recipe.request), entry)
