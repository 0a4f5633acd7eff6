"""Taking up what an earlier kernel left; safe from several kernels at once."""

from __future__ import annotations

import logging

from evolink_widgets.core.record import close_unsent
from evolink_widgets.core.story import TaskStory
from evolink_widgets.core.task import Task
from evolink_widgets.core.wiring import Keeper, Wiring
from evolink_widgets.errors import InvalidRequest
from evolink_widgets.rules.recipe import Recipe
from evolink_widgets.rules.request import ImageRequest
from evolink_widgets.store.journal import Entry

log = logging.getLogger("evolink_widgets")


async def recover(wiring: Wiring, keeper: Keeper) -> list[Task]:
    """Take up every task of this service that is paid, or may be, and not collected yet.

    Each is claimed in the journal first, so that of several kernels one collects it.

    Returns:
        The tasks, oldest first, already on their way.
    """
    known = keeper.known()
    entries = await wiring.records.run(_claim_all, wiring)
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


async def take_up(
    wiring: Wiring, key: str, *, entry: Entry | None = None, to_send: bool = False
) -> TaskStory | None:
    """The story of a task of the journal, on its way; begun here where nobody else did.

    Args:
        wiring: the session's parts.
        key: the task's local key.
        entry: its line in the journal, where that is known.
        to_send: it is a purchase of our own that was just decided.

    Returns:
        The story; `None` where the journal has no such task, or none that can be taken up.
    """
    story = wiring.keeper.known().get(key)
    if story is None:
        entry = entry or await wiring.records.run(wiring.store.journal.get, key)
        story = wiring.keeper.known().get(key)  # somebody else may have waited for it, too
    if story is None:
        story = None if entry is None else _story_of(wiring, entry, to_send=to_send)
        if story is not None:
            wiring.keeper.begin(story)
    elif story.task.state.stage.ended and not story.over:
        story.resume()
    return story


def _claim_all(wiring: Wiring) -> list[Entry]:
    """Claim what nobody collects, and close what was never sent. Runs on a worker."""
    close_unsent(wiring)
    journal, now = wiring.store.journal, wiring.clock()
    return [
        entry
        for entry in journal.open_entries(wiring.service)
        if journal.claim(entry.key, wiring.owner, now)
    ]


def _story_of(wiring: Wiring, entry: Entry, *, to_send: bool = False) -> TaskStory | None:
    try:
        if entry.recipe is not None:
            recipe = Recipe.from_record(entry.recipe)
        else:
            recipe = Recipe(ImageRequest.from_record(entry.request), wiring.recipe_service)
    except InvalidRequest as error:
        log.warning("The journal's task %s can't be taken up: %s", entry.key, error)
        return None
    cost = wiring.estimate(recipe.request)
    return TaskStory(wiring, entry.key, recipe, cost, entry=entry, to_send=to_send)
