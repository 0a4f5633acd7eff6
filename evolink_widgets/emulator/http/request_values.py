"""Reads keys, JSON and numbers from requests; breaks a reply off."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from evolink_widgets.emulator.contract.refusal import Refusal, bad

__all__ = ["BrokenOff", "break_off", "idempotency_key", "key_of", "limited", "read_json", "whole"]

MAX_JSON = 2 * 1024 * 1024
"""Bytes of a JSON body; the longest legal request has about a tenth of it."""


def key_of(request: Request) -> str | None:
    """The API key; any that is not empty will do."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return (key.strip() or None) if scheme.lower() == "bearer" else None


def idempotency_key(request: Request) -> str | None:
    """The Idempotency-Key.

    Raises:
        Refusal: 400: it has another form than the documented one.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not re.fullmatch(r"[A-Za-z0-9._-]{16,96}", key):
        raise bad("Idempotency-Key", "Idempotency-Key must be 16 to 96 of A-Z a-z 0-9 . _ -")
    return key


async def limited(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The body in pieces.

    Raises:
        Refusal: 413: it has more bytes than `most`.
    """
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise Refusal(413, "request_too_large", f"The body has more than {most} bytes.")
        yield piece


async def read_json(request: Request, most: int = MAX_JSON) -> Any:
    """The body as JSON.

    Raises:
        Refusal: 400 no JSON, 413 too large.
    """
    body = b"".join([piece async for piece in limited(request, most)])
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refusal(400, "invalid_json", "The body is not JSON.", param="body") from None


def whole(text: str | None, name: str, *, usual: int, most: int) -> int:
    """A whole number of the query, from 1 on.

    Args:
        text: as it stands in the query; `None` where it is missing.
        name: the field, for the refusal.
        usual: the number where it is missing.
        most: the largest number.

    Raises:
        Refusal: 400.
    """
    if text is None:
        return usual
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= most:
        raise bad(name, f"{name} must be a whole number from 1 to {most}.")
    return int(text)


async def break_off(scope: Scope, receive: Receive) -> None:
    """Break the connection, after what was sent so far.

    Raises:
        RuntimeError: the server offers no way to do that.
    """
    drop = (scope.get("extensions") or {}).get("evolink.drop")
    if drop is None:
        raise RuntimeError("this server offers no evolink.drop, so it cannot lose a reply")
    drop()
    # To leave before the server has noticed would look like a fault of the application's.
    while (await receive())["type"] != "http.disconnect":
        pass


class BrokenOff(Response):
    """No reply at all: the connection breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Break it."""
        await break_off(scope, receive)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
