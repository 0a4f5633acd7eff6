"""Check the key, the rate and the weather, and word errors, around every handler of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from evolink_widgets.emulator.contract.refusal import FileRefusal, Refusal
from evolink_widgets.emulator.http.request_values import BrokenOff, key_of
from evolink_widgets.emulator.service import account, rate_limit
from evolink_widgets.emulator.service.faults import Fault, When
from evolink_widgets.emulator.service.service import Service, owner_of

__all__ = ["Handler", "RequestGate", "Sleep", "refuse_route", "refused"]

Handler = Callable[[Request], Awaitable[Response]]
Sleep = Callable[[float], Awaitable[None]]

_SAY = {500: "internal_error", 502: "upstream_error", 503: "service_unavailable"}
_SLOW_SECONDS = 3.0
_RETRY_SECONDS = 1.0


class RequestGate:
    """Checks a request before its handler: the key, the rate, the weather; words the errors.

    Args:
        service: the state; counts every request at its place.
        sleep: waits, for slow replies.
    """

    def __init__(self, service: Service, sleep: Sleep) -> None:
        self._service = service
        self._sleep = sleep

    def api(self, place: str, handler: Handler) -> Handler:
        """A handler of the image API."""

        async def endpoint(request: Request) -> Response:
            try:
                return await self._pass(place, handler, request)
            except Refusal as refusal:
                return refused(refusal)

        return endpoint

    def files(self, handler: Handler) -> Handler:
        """A handler of the files API, which words its errors differently."""

        async def endpoint(request: Request) -> Response:
            try:
                return await self._pass("files", handler, request)
            except Refusal as refusal:
                return refused(FileRefusal.of(refusal))
            except FileRefusal as refusal:
                return refused(refusal)

        return endpoint

    async def linger(self, place: str) -> None:
        """Be slow, where the weather says so."""
        if fault := self.strike(place, "during"):
            await self._sleep(_SLOW_SECONDS if fault.seconds is None else fault.seconds)

    def turn_away(self, place: str) -> None:
        """Refuse the request unread, where the weather says so.

        Raises:
            Refusal: as the fault words it.
        """
        if fault := self.strike(place, "before"):
            raise _refusal(fault)

    def strike(self, place: str, when: When) -> Fault | None:
        """The fault that strikes here and now, counted."""
        fault = self._service.weather.strike(place, when)
        if fault:
            self._service.counts[f"fault {fault.name}"] += 1
        return fault

    async def _pass(self, place: str, handler: Handler, request: Request) -> Response:
        self._service.counts[place] += 1
        key = key_of(request)
        if key is None:
            raise Refusal(401, "invalid_api_key", "No key was sent.")
        request.state.owner = owner_of(key)
        if not self._service.takes(request.state.owner):
            raise _not_valid()
        try:
            self._service.buckets.take(request.state.owner)
        except Refusal:
            self._service.counts["rate limited"] += 1
            raise
        if fault := self.strike(place, "before"):
            if fault.name == "request lost":
                return BrokenOff()
            raise _refusal(fault)
        if place != "create":  # that one is slow while it decides
            await self.linger(place)
        reply = await handler(request)
        fault = self.strike(place, "after")
        return reply if fault is None else _spoiled(fault)


def refused(refusal: Refusal | FileRefusal) -> Response:
    """The reply that says no."""
    return JSONResponse(refusal.body, refusal.status, headers=refusal.headers)


async def refuse_route(request: Request, error: Exception) -> Response:
    """The reply for an address or method that there is not."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else "The emulator broke down."
    headers = error.headers if isinstance(error, HTTPException) else None
    code = {404: "not_found", 405: "method_not_allowed", 500: "internal_error"}.get(status)
    refusal = Refusal(status, code or "invalid_request", detail, headers=headers)
    of_files = request.url.path.startswith(("/api/v1/files", "/files/"))
    return refused(FileRefusal.of(refusal) if of_files else refusal)


def _refusal(fault: Fault) -> Refusal:
    name = fault.name
    if name == "429":
        return rate_limit.too_many(None)
    if name == "429 retry-after":
        return rate_limit.too_many(_RETRY_SECONDS if fault.seconds is None else fault.seconds)
    if name == "402 key":
        return account.key_is_empty()
    if name == "402 account":
        return account.account_is_empty()
    if name == "401":
        return _not_valid()
    if name == "403":
        return Refusal(403, "key_model_not_allowed", "This key may not use the model.")
    if name == "400":
        return Refusal(400, "invalid_request", "Something is wrong with that.")
    if name == "404":
        return Refusal(404, "task_not_found", "There is no such task.", param="task_id")
    if name in ("no batch", "no list"):
        return Refusal(404, "not_found", "There is no such address.")
    return _breakdown(name, "The service is having a bad day.")


def _not_valid() -> Refusal:
    return Refusal(401, "invalid_api_key", "The key is not valid.")


def _breakdown(name: str, message: str) -> Refusal:
    status = int(name.split()[0])
    return Refusal(status, _SAY[status], message)


def _spoiled(fault: Fault) -> Response:
    """What comes instead of the reply to a request that was accepted."""
    if fault.name == "reply lost":
        return BrokenOff()
    if fault.name == "malformed json":
        return PlainTextResponse("<html><body>Bad gateway</body></html>")
    if fault.name == "no task":
        return JSONResponse({"success": True, "data": None})
    return refused(_breakdown(fault.name, "The service broke down while answering."))
