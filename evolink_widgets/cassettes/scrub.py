"""What of a request and of its replies is kept on a tape: what is named here, and nothing else.

A list of what to leave out would miss the field that the service adds tomorrow. So ids, account
names, groups, balances, headers, addresses and whatever is unknown are not on a tape because no
line here names them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from evolink_widgets.rules.tasks.task import read_mapping, read_text

__all__ = ["ask_of", "kept_of", "refusal_of", "task_of"]

_ASK = ("model", "prompt", "size", "resolution", "quality", "n")
_TASK: dict[str, Any] = {
    "model": None, "object": None, "type": None, "status": None, "progress": None,
    "duration": None,
    "task_info": ("can_cancel", "estimated_time"),
    "usage": ("billing_rule", "credits_reserved", "credits_used", "cost"),
    "billing": ("charge_status", "refund_status", "reserved_credits", "charged_credits",
                "refunded_credits"),
}  # fmt: skip
_COST = ("credits", "usd")
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
_MOST = 2**53
_ERROR = ("code", "type", "param")
_ERROR_TEXTS = ("message", "suggestion", "fallback_suggestion")

_ABOUT_THE_KEY = frozenset({401, 402, 403, 429})
"""Refusals whose words may tell of the key, its account and what is left on it: the code stays."""

_PRIVATE = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<link>\bhttps?://[^\s\"'<>]+)"
    r"|(?P<id>\b(?=[\w-]*\d)[\w-]{12,})"
)


def ask_of(body: Mapping[str, Any], uploads: Mapping[str, str]) -> dict[str, Any]:
    """A request's body as a tape keeps it, and as asks are compared.

    A reference that was uploaded is known by its bytes, any other by its link without what may
    be secret in it. Addresses that are called back are not kept.

    Args:
        body: as it was sent.
        uploads: the digests of uploaded files, by their links.
    """
    kept = {name: body[name] for name in _ASK if isinstance(body.get(name), (str, int))}
    links = body.get("image_urls")
    if isinstance(links, list):
        kept["image_urls"] = [
            uploads.get(link) or _plain(link) for link in links if isinstance(link, str)
        ]
    return kept


def _plain(link: str) -> str:
    """A link without its user, and with a digest in the place of its query."""
    if link.startswith("sha256:"):
        return link
    try:
        parts = urlsplit(link)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "sha256:" + hashlib.sha256(link.encode("utf-8", "replace")).hexdigest()
    query = parts.query
    if query and not re.fullmatch(r"sha256-[0-9a-f]{12}", query):
        query = "sha256-" + hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()[:12]
    return urlunsplit((parts.scheme, host, parts.path, query, ""))


def task_of(document: object, pictures: int) -> dict[str, Any]:
    """A task's record as a tape keeps it; its links become their number.

    Args:
        document: as the service sent it.
        pictures: how many links it gave.
    """
    record = read_mapping(document)
    kept: dict[str, Any] = {}
    for name, inner in _TASK.items():
        value = record.get(name)
        if inner is None:
            if (plain := _value(value)) is not None:
                kept[name] = plain
        elif isinstance(value, Mapping):
            told = {one: _value(value.get(one)) for one in inner}
            if isinstance(cost := value.get("cost"), Mapping):
                told["cost"] = {one: _value(cost.get(one)) for one in _COST}
            kept[name] = {one: said for one, said in told.items() if said is not None}
    if pictures:
        kept["results"] = pictures
    if record.get("error"):
        kept["error"] = _error(record["error"], 200)
    return kept


def refusal_of(document: object, status: int) -> dict[str, Any]:
    """A refusal as a tape keeps it."""
    record = read_mapping(document)
    return {"error": _error(record.get("error", record), status)}


def kept_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """A task's record from a tape, without what no recorder writes: it may be a stranger's."""
    count = document.get("results")
    pictures = count if isinstance(count, int) and not isinstance(count, bool) else 0
    return task_of(document, min(10, max(0, pictures)))


def _error(error: object, status: int) -> dict[str, Any]:
    if not isinstance(error, Mapping):
        error = {"message": error}
    kept = {name: value for name in _ERROR if (value := _value(error.get(name))) is not None}
    if status not in _ABOUT_THE_KEY:
        for name in _ERROR_TEXTS:
            if text := read_text(error.get(name), 300):
                text = text.encode("utf-8", "replace").decode()
                kept[name] = _PRIVATE.sub(lambda found: f"[{found.lastgroup}]", text)
    return kept


def _value(value: object) -> Any:
    """A number, a truth or a single word; anything else may be about a person."""
    if isinstance(value, (bool, int, float)):
        return value if abs(value) <= _MOST else None  # NaN is no number that JSON has
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None
