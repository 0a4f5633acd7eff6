"""What was paid for already answers again: whose pools are looked in, and what has been taken.

Within one execution of a cell each ask of a recipe takes the next pictures of its pool, so a
loop of four gives four different sets. The next execution begins at the front again: running
the cell once more gives the same four, for 0 credits.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from evolink_widgets.core.stored import Stored
from evolink_widgets.rules.recipe import Recipe
from evolink_widgets.rules.request import ImageRequest
from evolink_widgets.store.pool import Offer, Slot

REMEMBERED = 256
"""Executions whose takings are remembered; an older cell that still asks begins anew."""


@dataclass
class Execution:
    """One run of a cell, and the pictures that its asks have taken; used under its lock."""

    taken: set[Slot] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


_lock = threading.Lock()
_executions: OrderedDict[Hashable, Execution] = OrderedDict()


def _forget_after_fork() -> None:
    """A child is an execution of its own, and has locks of its own."""
    global _lock, _executions
    _lock = threading.Lock()
    _executions = OrderedDict()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


def execution_of(name: Hashable | None) -> Execution:
    """The execution of this name, the same for all sessions of the process; `None` is a new one."""
    if name is None:
        return Execution()
    with _lock:
        found = _executions.setdefault(name, Execution())
        _executions.move_to_end(name)
        while len(_executions) > REMEMBERED:
            _executions.popitem(last=False)
        return found


def identities_of(request: ImageRequest, service: str, stand_ins: Sequence[str]) -> list[str]:
    """The pools that may answer a request, in the order in which they are looked at.

    Args:
        request: what is asked.
        service: the service's name in recipes.
        stand_ins: services whose pictures are as good or better. An emulator has some: pictures
            that were really paid for; a real service has none.
    """
    services = dict.fromkeys((*stand_ins, service))
    return [Recipe(request, one).identity for one in services]


def stored_of(offers: Sequence[Offer]) -> Stored | None:
    """What the pictures that are here cost, in one statement; `None` where none is."""
    here = [(offer, offer.image) for offer in offers if offer.image is not None]
    if not here:
        return None
    shares = [offer.credits for offer, _ in here]
    known = [share for share in shares if share is not None]
    notebooks = {offer.notebook for offer, _ in here}
    return Stored(
        pictures=len(here),
        credits=sum(known) if len(known) == len(shares) else None,
        paid_at=max(offer.paid_at or 0.0 for offer, _ in here),
        notebook=notebooks.pop() if len(notebooks) == 1 else None,
        simulated=all(image.simulated for _, image in here),
    )
