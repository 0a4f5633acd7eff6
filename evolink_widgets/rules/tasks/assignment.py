"""Assigns tasks that have no owner to lost requests, all at once, where nothing else can be true.

Every ask may have one task and every task belongs to one ask at most. Of all the ways to give
tasks to as many asks as possible, what they have in common is decided: a task that each of them
gives to the same ask, or to asks that are interchangeable. Everything else stays open.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

__all__ = ["certain_assignments"]


def certain_assignments(
    edges: Mapping[str, Mapping[str, bool]], groups: Mapping[str, Hashable]
) -> dict[str, str]:
    """Which ask gets which task, where nothing else can be.

    Args:
        edges: for each ask the tasks that could be its, and whether that is proven. Those who
            come first are served first where asks are interchangeable.
        groups: equal for asks that are interchangeable.

    Returns:
        Ask to task. Never one that is not proven, never one that a swap would do as well.
    """
    owner = _largest(edges)
    found = {}
    for task, ask in owner.items():
        if edges[ask][task] and _must_be(edges, groups, owner, task):
            found[ask] = task
    return found


def _largest(edges: Mapping[str, Mapping[str, bool]]) -> dict[str, str]:
    """One of the largest matchings: task to ask."""
    owner: dict[str, str] = {}
    for ask in edges:
        _augment(edges, owner, [ask])
    return owner


def _must_be(
    edges: Mapping[str, Mapping[str, bool]],
    groups: Mapping[str, Hashable],
    owner: Mapping[str, str],
    task: str,
) -> bool:
    """Whether every largest matching gives this task to this group."""
    group = groups[owner[task]]
    without = {
        ask: {one: proven for one, proven in tasks.items() if one != task or groups[ask] != group}
        for ask, tasks in edges.items()
    }
    left = {one: ask for one, ask in owner.items() if one != task}
    served = set(left.values())
    return not _augment(without, left, [ask for ask in edges if ask not in served])


def _augment(
    edges: Mapping[str, Mapping[str, bool]], owner: dict[str, str], asks: Sequence[str]
) -> bool:
    """Serve one more ask, from the first of `asks` that can be; others may change their task."""
    seen: set[str] = set()
    return any(_serve(edges, owner, ask, seen) for ask in asks)


def _serve(
    edges: Mapping[str, Mapping[str, bool]], owner: dict[str, str], ask: str, seen: set[str]
) -> bool:
    # Breadth first, without recursion: a chain of asks may be as long as there are asks.
    came: dict[str, str] = {}
    queue = [ask]
    for one in queue:
        for task in edges[one]:
            if task in seen:
                continue
            seen.add(task)
            came[task] = one
            if task not in owner:
                _pass_on(owner, came, task, ask)
                return True
            queue.append(owner[task])
    return False


def _pass_on(owner: dict[str, str], came: Mapping[str, str], task: str, first: str) -> None:
    """Give each ask on the way the task that leads on, from the free one backwards."""
    held = {ask: one for one, ask in owner.items()}
    while True:
        ask = came[task]
        before = held.get(ask)
        owner[task] = ask
        if ask == first or before is None:
            return
        task = before
