"""Taking up what an earlier kernel left; safe from several kernels at once."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from typing import Protocol

from evolink_widgets.core.shared.parts import SessionParts
from evolink_widgets.core.steps.buy import close_unsent
from evolink_widgets.core.steps.context import TaskRegistry
from evolink_widgets.core.steps.runner import TaskRunner
from evolink_widgets.core.task import Task
from evolink_widgets.errors import InvalidRequest, SpendingRefused
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Entry

log = logging.getLogger("evolink_widgets")


class RunnerRegistry(TaskRegistry, Protocol):
    """The session, as far as recovery knows it: it starts tasks, and knows those at work."""

    def known(self) -> dict[str, TaskRunner]:
        """Its tasks that are not over, by key."""

    def begin(self, runner: TaskRunner) -> None:
        """Start a task, and renew its lease from now on."""


async def recover(parts: SessionParts, registry: RunnerRegistry) -> list[Task]:
    """Take up every task of this service that is paid, or may be, and not collected yet.

    Each is claimed in the journal first, so that of several kernels one collects it.

    Returns:
        The tasks, oldest first, already on their way.
    """
    found = await parts.database_thread.run(_claim_all, parts)
    tasks = []
    for entry, recipe, cost in found:
        # Nothing is awaited between this look and the beginning: a task has one runner.
        runner = registry.known().get(entry.key)
        if runner is None:
            runner = TaskRunner(parts, registry, entry.key, recipe, cost, entry=entry)
            registry.begin(runner)
        elif runner.task.state.stage.ended and not runner.over:
            try:
                runner.resume()
            except SpendingRefused as refusal:  # it stays as it is, for a later look
                log.warning("Task %s is not taken up now: %s", entry.key, refusal.message)
                await runner.books.quietly(parts.store.journal.release, entry.key, parts.owner)
                continue
        else:
            runner.look_now()
            continue
        tasks.append(runner.task)
    return tasks


async def take_up(
    parts: SessionParts,
    registry: RunnerRegistry,
    key: str,
    *,
    entry: Entry | None = None,
    to_send: bool = False,
) -> TaskRunner | None:
    """Return the runner of a task of the journal, at work; begun here where no other ask did.

    Args:
        parts: the session's parts.
        registry: the session.
        key: the task's local key.
        entry: its line in the journal, where that is known.
        to_send: it is a purchase of our own that was just decided.

    Returns:
        The runner; `None` where the journal has no such task, or none that can be taken up.
    """
    runner = registry.known().get(key)
    if runner is None:
        found = await parts.database_thread.run(_read, parts, key, entry)
        runner = registry.known().get(key)  # another ask may have waited for it, too
        if runner is None:
            if found is None:
                return None
            entry, recipe, cost = found
            runner = TaskRunner(parts, registry, key, recipe, cost, entry=entry, to_send=to_send)
            registry.begin(runner)
            return runner
    if runner.task.state.stage.ended and not runner.over:
        runner.resume()
    return runner


Found = tuple[Entry, Recipe, Estimate]


def _claim_all(parts: SessionParts) -> list[Found]:
    """Claim what no kernel collects, and close what was never sent. Runs on a worker.

    What is still reserved for tasks that have ended is settled on the way.
    """
    close_unsent(parts)
    parts.store.ledger.settle_ended()
    journal, now = parts.store.journal, parts.clock()
    entries = journal.open_entries(parts.service)
    if entries:
        with parts.store.database.write():  # one transaction, however many they are
            entries = [one for one in entries if journal.claim(one.key, parts.owner, now)]
    claimed = [_read(parts, entry.key, entry) for entry in entries]
    return [one for one in claimed if one is not None]


def _read(parts: SessionParts, key: str, entry: Entry | None) -> Found | None:
    """What a runner needs to take a task up; `None` where it can't be. Runs on a worker."""
    entry = entry or parts.store.journal.get(key)
    if entry is None:
        return None
    try:
        if entry.recipe is not None:
            recipe = _called_back(Recipe.from_record(entry.recipe), entry)
        else:
            recipe = Recipe(ImageRequest.from_record(entry.request), parts.recipe_service)
    except InvalidRequest as error:
        log.warning("The journal's task %s can't be taken up: %s", key, error)
        return None
    return entry, recipe, parts.estimate(recipe.request)


def _called_back(recipe: Recipe, entry: Entry) -> Recipe:
    """The recipe with the address that is told of the end, which the request's line alone has."""
    with contextlib.suppress(InvalidRequest):  # a damaged one must not keep pictures away
        request = recipe.request.replace(callback_url=entry.request.get("callback_url"))
        return replace(recipe, request=request)
    return recipe
