"""Weather that was played for a request and not met, because the store answered instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evolink_widgets.errors import EvolinkError
from evolink_widgets.runtime.deadline import deadline

if TYPE_CHECKING:
    from evolink_widgets.core.service.client import Client

__all__ = ["faults_in", "unmet"]

LONGEST = 1.0
"""Seconds for which an answer of the store waits to hear of the weather."""

_OF_REQUESTS = ("create", "task", "any")
"""Where faults strike that a request for pictures meets, by the emulator's own names."""


async def unmet(client: Client) -> str | None:
    """What is to be told of faults that still wait for a request; `None` where there are none."""
    try:
        async with deadline(LONGEST):
            document = await client.emulator_weather()
    except (EvolinkError, TimeoutError):  # it is said if it is known
        return None
    waiting = [
        repr(fault.get("name"))
        for fault in faults_in(document)
        if isinstance(fault, dict) and fault.get("on") in _OF_REQUESTS
    ]
    if not waiting:
        return None
    names = ", ".join(dict.fromkeys(waiting))
    return f"Nothing was sent, so the weather was not met: {names} waits for the next request"


def faults_in(document: object) -> list[dict[str, Any]]:
    """The faults in play, as an emulator tells them."""
    found = document.get("weather") if isinstance(document, dict) else None
    return found if isinstance(found, list) else []
