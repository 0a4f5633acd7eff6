"""What one key may have under way at once, and how fast: shared by the whole process.

The service names no figures, so nothing is slowed until it answers 429. From then on a token
bucket keeps to half of what was too much, and climbs back while all goes well. Each kind of call
has a pace of its own, so that a refused upload holds up no reading.
"""

from __future__ import annotations

import asyncio

from evolink_widgets.core import loop
from evolink_widgets.core.service.pace import Pace
from evolink_widgets.store.process_globals import lasting

POSTS = 8
"""Paid requests on their way at once."""

TASKS = 400
"""Accepted and unfinished tasks at once. What waits for room costs nothing if the kernel dies."""

DOWNLOADS = 6
"""Pictures fetched at once; each holds one connection and half a megabyte."""

LONGEST_POST = 300.0
"""Seconds that a paid request waits at most because one 429 asks for it; then it goes out again.
After `RetryPolicy.limited` seconds in all it is refused, at no cost: a purchase that goes out hours
later is not what was meant any more."""

LONGEST_READ = 30.0
"""The same for readings of tasks: they are free, and what is paid for waits for them. It is
`RetryPolicy.longest` too: no failure leaves a task unread for longer."""

LONGEST_LIST = 30.0
"""The same for the list of tasks, in which a lost reply is looked for."""

LONGEST_UPLOAD = 120.0
"""The same for the files service."""

LONGEST_CREDITS = 5.0
"""The same for the balance: a cell stands still for it."""


class Limits:
    """The room that one key has."""

    def __init__(self) -> None:
        now = loop.core_loop().time
        self.posts = asyncio.Semaphore(POSTS)
        self.tasks = asyncio.Semaphore(TASKS)
        self.downloads = asyncio.Semaphore(DOWNLOADS)
        self.post_pace = Pace(now, longest=LONGEST_POST)
        self.read_pace = Pace(now, longest=LONGEST_READ)
        self.list_pace = Pace(now, longest=LONGEST_LIST)
        self.files_pace = Pace(now, longest=LONGEST_UPLOAD)
        self.credits_pace = Pace(now, longest=LONGEST_CREDITS)

    def look_now(self) -> None:
        """Let what costs nothing through, because a person asks for it."""
        for pace in (self.read_pace, self.list_pace, self.files_pace, self.credits_pace):
            pace.let_through()


_shared: dict[tuple[int, str, str], Limits] = lasting(f"{__name__} shared", dict)


def limits_for(service: str, fingerprint: str) -> Limits:
    """The limits of this key at this service, the same object for every session."""
    name = (loop.generation(), service, fingerprint)
    found = _shared.get(name)
    if found is None:
        found = _shared.setdefault(name, Limits())
    return found
