"""Taking up what an earlier kernel left; safe from several kernels at once."""

from __future__ import annotations

import logging
from typing import Protocol

from evolink_widgets.core.shared.parts import Wiring
from evolink_widgets.core.steps.context import TaskRegistry
from evolink_widgets.core.steps.record import close_unsent
from evolink_widgets.core.steps.runner import TaskStory
from evolink_widgets.core.task import Task
from evolink_widgets.errors import InvalidRequest
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Entry

log = logging.getLogger("evolink_widgets")


class RunnerRegistry(TaskRegistry, Protocol):
    """The session, as far as recovery knows it: it starts tasks, and knows those at work."""

    def known(self) -> dict[str, TaskStory]:
        """Its tasks that are not over, by key."""

    def begin(self, runner: TaskStory) -> None:
        """Start a task, and renew its lease from now on."""


async def recover(wiring: Wiring, registry: RunnerRegistry) -> list[Task]:
    """Take up every task of this service that is paid, or may be, and not collected yet.

    Each is claimed in the journal first, so that of several kernels one collects it.

    Returns:
        The tasks, oldest first, already on their way.
    """
    found = await wiring.records.run(_claim_all, wiring)
    tasks = []
    for entry, recipe, cost in found:
        # Nothing is awaited between this look and the beginning: a task has one story.
        story = registry.known().get(entry.key)
        if story is None:
            story = TaskStory(wiring, registry, entry.key, recipe, cost, entry=entry)
            registry.begin(story)
        elif story.task.state.stage.ended and not story.over:
            story.resume()
        else:
            story.look_now()
            continue
        tasks.append(story.task)
    return tasks


async def take_up(
    wiring: Wiring,
    registry: RunnerRegistry,
    key: str,
    *,
    entry: Entry | None = None,
    to_send: bool = False,
) -> TaskStory | None:
    """The story of a task of the journal, on its way; begun here where no other ask did.

    Args:
        wiring: the session's parts.
        registry: the session.
        key: the task's local key.
        entry: its line in the journal, where that is known.
        to_send: it is a purchase of our own that was just decided.

    Returns:
        The story; `None` where the journal has no such task, or none that can be taken up.
    """
    story = registry.known().get(key)
    if story is None:
        found = await wiring.records.run(_read, wiring, key, entry)
        story = registry.known().get(key)  # another ask may have waited for it, too
        if story is None:
            if found is None:
                return None
            entry, recipe, cost = found
            story = TaskStory(wiring, registry, key, recipe, cost, entry=entry, to_send=to_send)
            registry.begin(story)
            return story
    if story.task.state.stage.ended and not story.over:
        story.resume()
    return story


Found = tuple[Entry, Recipe, Estimate]


def _claim_all(wiring: Wiring) -> list[Found]:
    """Claim what nobody collects, and close what was never sent. Runs on a worker.

    What is still reserved for tasks that have ended is settled on the way.
    """
    close_unsent(wiring)
    wiring.store.ledger.settle_ended()
    journal, now = wiring.store.journal, wiring.clock()
    entries = journal.open_entries(wiring.service)
    if entries:
        with wiring.store.database.write():  # one transaction, however many they are
            entries = [one for one in entries if journal.claim(one.key, wiring.owner, now)]
    claimed = [_read(wiring, entry.key, entry) for entry in entries]
    return [one for one in claimed if one is not None]


def _read(wiring: Wiring, key: str, entry: Entry | None) -> Found | None:
    """What a story needs to be taken up; `None` where it can't be. Runs on a worker."""
    entry = entry or wiring.store.journal.get(key)
    if entry is None:
        return None
    try:
        if entry.recipe is not None:
            recipe = Recipe.from_record(entry.recipe)
        else:
            recipe = Recipe(ImageRequest.from_record(entry.request), wiring.recipe_service)
    except InvalidRequest as error:
        log.warning("The journal's task %s can't be taken up: %s", key, error)
        return None
    return entry, recipe, wiring.estimate(recipe.request)
