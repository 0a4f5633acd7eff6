"""Applies a fault to a task: to its links, its numbers, its pixels.

What is counted is counted by the task's readings, so that the first may lie and the next be true.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from starlette.responses import PlainTextResponse, Response

from evolink_widgets.emulator.contract.read_request import CheckedRequest

__all__ = [
    "NOWHERE",
    "apply_task_fault",
    "dead_reply",
    "drawn_as",
    "issue",
    "links_lead_nowhere",
    "more_links",
]

NOWHERE = "http://nowhere.invalid"
"""A host that no name server knows; in process, one that breaks every connection off."""
_DEAD = "dead links "
_LINKS = 300
_PICTURES = 10
_WILD: tuple[object, ...] = (0, 80, -5, "50%", 1e308, 10, None, "half", 99, 3)
"""What a task says of its progress when it is out of its mind."""
_TOO_SOON = {"code": "service_error", "message": "The provider seems to have given up."}


class FaultyTask(Protocol):
    """A task as the service keeps it, as far as its fault concerns it."""

    ask: CheckedRequest
    fate: str
    issue: int
    readings: int
    endings: int


def links_lead_nowhere(record: FaultyTask) -> bool:
    """Whether the links of the last reading lead to no host."""
    return record.fate == f"{_DEAD}host" and record.issue == 0


def issue(record: FaultyTask) -> int:
    """Which links are given: those of the first reading may be dead, the next are good."""
    return int(record.fate.startswith(_DEAD) and record.endings > 0)


def dead_reply(record: FaultyTask) -> Response | None:
    """Return the reply of a dead link; `None` where the picture is served."""
    if record.issue or not record.fate.startswith(_DEAD):
        return None
    way = record.fate.removeprefix(_DEAD)
    if way == "page":
        return Response("<!doctype html><title>Parked</title>", media_type="text/html")
    if way == "bytes":
        return Response(b"\x89PNG no more than its name" * 200, media_type="image/png")
    return PlainTextResponse("Not here", int(way)) if way.isdecimal() else None


def drawn_as(record: FaultyTask) -> CheckedRequest:
    """Return the request to draw by: with other pixels where the fault says so."""
    ask = record.ask
    if record.fate != "other pixels":
        return ask
    edge = 1024 if (ask.width, ask.height) != (1024, 1024) else 816
    return replace(ask, width=edge, height=edge)


def more_links(record: FaultyTask, made: int) -> int:
    """How many pictures there are where `made` were to be."""
    return _PICTURES if record.fate == "many results" else made


def apply_task_fault(record: FaultyTask, told: dict[str, Any], link: str) -> None:
    """Change a task's reply as its fault demands.

    Args:
        record: the task, with its readings so far.
        told: what is told of it, changed in place.
        link: one that leads to no picture.
    """
    if record.fate == "wild progress":
        told["progress"] = _WILD[record.readings % len(_WILD)]
        told["task_info"]["estimated_time"] = 1e308
        told["created"] = 5
    elif record.fate == "absurd credits":
        told["usage"]["credits_reserved"] = 1e12
        if "billing" in told:
            told["usage"]["credits_used"] = "free"
            told["billing"] |= {"charged_credits": -5, "refunded_credits": 1e300}
    elif record.fate == "many results" and "results" in told:
        told["results"] += [f"{link}&more={number}" for number in range(_LINKS - _PICTURES)]
    elif record.fate == "failed too soon" and "results" in told and not record.endings:
        del told["results"], told["billing"]
        told["usage"] |= {"credits_used": 0, "cost": {"credits": 0, "usd": 0}}
        told |= {"status": "failed", "error": dict(_TOO_SOON), "progress": 99}
