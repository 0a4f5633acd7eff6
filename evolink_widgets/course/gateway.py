"""The service's API as students see it: their own tasks alone, paid from their own budget.

A student's notebook needs no change but the address and a token. The replies are the service's,
or in its words: what this gateway refuses comes as the 4xx that the kit explains.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evolink_widgets.core.service.client import (
    BATCH,
    CREDITS,
    EMULATOR_WEATHER,
    GENERATIONS,
    TASKS,
)
from evolink_widgets.core.service.files_api import LIST, QUOTA, UPLOAD
from evolink_widgets.core.service.transport import Reply
from evolink_widgets.course.allowed import Allowed, NotAllowed, request_of
from evolink_widgets.course.books.asks import (
    Ask,
    CapReached,
    KeyConflict,
    NoStudent,
    Paused,
    Step,
    StillDeciding,
)
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.identity import Identity
from evolink_widgets.course.rush import Rush
from evolink_widgets.course.upstream.upstream import Sent, Unanswered, Upstream
from evolink_widgets.errors import BadReply, InvalidRequest
from evolink_widgets.rules.pricing.pricing import Estimate, estimate
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.outcome import Outcome
from evolink_widgets.rules.tasks.task import read_mapping, read_task, read_text
from evolink_widgets.runtime.deadline import deadline

__all__ = ["Gateway"]

T = TypeVar("T")

log = logging.getLogger("evolink_widgets")

_MOST_JSON = 2 * 1024 * 1024
_MOST_UPLOAD = 100 * 1024 * 1024 + 64 * 1024
_MOST_IDS, _MOST_PAGE = 50, 50
_LONGEST_KEY = 200
_READ_FIRST = 64 * 1024
"""Bytes of a body that is read before it is known whose it is; of no one else more is taken in."""
_FIRST_SECONDS = 30.0
"""Seconds in which that first part has to come."""
_UPLOADS_AT_ONCE = 2
"""Uploads of one student: each holds a turn as long as the student's side takes to send it."""
_PIECE_SECONDS = 30.0
_WRITE_AGAIN = (0.1, 0.5, 1.0, *[2.0] * 20)
"""Seconds between tries to write down what the service said: a full disk, a database restarted."""
_UPLOADS = (UPLOAD, "/api/v1/files/upload/base64", "/api/v1/files/upload/url")
_HANDED_ON = ("x-request-id", "retry-after")


class Refused(Exception):
    """The gateway's own no, in the service's form.

    Args:
        status: of HTTP.
        code, message: as the service would say it.
        param: the field that is wrong.
    """

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message, "type": _TYPES[status]}
        if param is not None:
            self.error["param"] = param


_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 402: "insufficient_quota_error",
    403: "permission_error", 404: "not_found_error", 409: "invalid_request_error",
    413: "request_too_large_error", 502: "upstream_error", 503: "service_unavailable_error",
}  # fmt: skip


_OF_THE_COURSE = {
    401: (403, "course_key_refused", "The service does not take the course's key. Tell your "
          "teacher; your token is in order."),
    402: (402, "insufficient_user_quota", "The course's account has run out of credits. Tell your "
          "teacher; your own budget is not used up."),
}  # fmt: skip
"""Refusals that are about the course's key and account: a student can mend neither, and what the
service says of them is not for students."""

_NO_BOOKS = Refused(
    503, "no_available_channel", "The course's books can't be written: nothing was sent. Ask later."
)
"""The code says to a client that it may ask again."""


class Gateway:
    """The handlers.

    Args:
        books: reserve, and know whose each task is.
        upstream: the service under the course's key.
        identity: knows students by their tokens.
        allowed: what may be asked.
        price: what a request may cost; its upper end is reserved.
        rush: hears of each request that costs money.
    """

    def __init__(
        self,
        books: Books,
        upstream: Upstream,
        identity: Identity,
        allowed: Allowed | None = None,
        price: Callable[[ImageRequest], Estimate] = estimate,
        rush: Rush | None = None,
    ) -> None:
        self._books = books
        self._upstream = upstream
        self._identity = identity
        self._allowed = allowed or Allowed()
        self._price = price
        self._rush = rush or Rush()
        self._in_hand: set[str] = set()
        self._uploads: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(_UPLOADS_AT_ONCE)
        )

    def routes(self) -> list[Route]:
        """Its addresses: the service's own."""
        routes: list[tuple[str, _Handler, str]] = [
            (BATCH, self._read_many, "POST"),
            (TASKS, self._list, "GET"),
            (TASKS + "/{task_id}", self._read, "GET"),
            (CREDITS, self._credits, "GET"),
            (LIST, self._list_files, "GET"),
            (QUOTA, self._file_quota, "GET"),
            *((path, self._upload_to(path), "POST") for path in _UPLOADS),
        ]
        if self._upstream.may_be_played:
            routes += [
                (EMULATOR_WEATHER, self._emulator, "GET"),
                (EMULATOR_WEATHER, self._play, "POST"),
            ]
        create = Route(GENERATIONS, self._first(self._in_words(self._create)), methods=["POST"])
        return [
            create,
            *(Route(path, self._for(act), methods=[method]) for path, act, method in routes),
        ]

    def _for(self, act: _Handler) -> _Endpoint:
        """The handler for a request with a student's token."""

        async def endpoint(request: Request) -> Response:
            return await act(request, await self._student(request))

        return self._in_words(endpoint)

    def _in_words(self, act: _Endpoint) -> _Endpoint:
        """A handler whose refusals are put into words."""

        async def endpoint(request: Request) -> Response:
            try:
                return await act(request)
            except Refused as refused:
                return JSONResponse({"error": refused.error}, refused.status)
            except ClientDisconnect:  # before it had said what it wants
                return Response(status_code=400)
            except Unanswered as error:
                said = {"code": "upstream_error", "type": "upstream_error"}
                said["message"] = f"The service did not answer the course gateway: {error.reason}."
                return JSONResponse({"error": said}, 502)
            except SQLAlchemyError:
                log.exception("The course's books can't be read or written")
                return JSONResponse({"error": _NO_BOOKS.error}, _NO_BOOKS.status)

        return endpoint

    def _first(self, act: _Endpoint) -> _Endpoint:
        """A handler for which what can wait does."""

        async def endpoint(request: Request) -> Response:
            self._rush.goes_on()
            try:
                return await act(request)
            finally:
                self._rush.goes_on()

        return endpoint

    async def still_sending(self) -> None:
        """Say in the books that what this gateway has in hand is on its way."""
        if self._in_hand:
            await self._books.still_sending(tuple(self._in_hand))

    async def _student(self, request: Request) -> str:
        name = await self._identity.student(_token(request))
        if name is None:
            raise _no_student()
        return name

    # What costs money.

    async def _create(self, request: Request) -> Response:
        """A request that costs money. One transaction says whose it is, and reserves its price."""
        try:
            body = await self._body(request)
            sent_under = _sent_under(request)
            asked = _read(body)
        except Refused:
            await self._student(request)  # of no one's request it is not told what is wrong
            raise
        who = await self._identity.claim(_token(request))
        if who is None:
            raise _no_student()
        body_hash = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        to_send = asked.payload()
        try:
            try:
                self._check(asked)
            except Refused as no:
                await self._books.turn_away(who, sent_under, body_hash, to_send, str(no))
                raise
            price = self._price(asked).high
            pauses = self._books.pauses
            ask, is_new = await self._books.admit(who, sent_under, body_hash, to_send, price)
        except NoStudent:
            raise _no_student() from None
        except Paused as paused:
            raise _paused(paused) from None
        except CapReached as cap:
            raise _cap_reached(cap) from None
        except KeyConflict:
            message = "This Idempotency-Key was used for another request."
            raise Refused(409, "idempotency_conflict", message) from None
        except StillDeciding:
            message = "The same request is on its way; whether it was accepted is not known yet."
            raise Refused(409, "paid_outcome_unknown", message) from None
        if not is_new:
            return JSONResponse(ask.document, headers={"Idempotency-Replayed": "true"})
        self._in_hand.add(ask.key)
        try:
            return await self._send(request, ask, pauses)
        finally:
            self._in_hand.discard(ask.key)

    async def _body(self, request: Request) -> Mapping[str, Any]:
        """The body of a create; of no one's more than `_READ_FIRST` bytes are taken in.

        Whose it is, is asked of the books before they are read only where they may be more: a
        length that is told beside an encoding counts for nothing.

        Raises:
            Refused: it is no JSON object, is too large, or has not come in time.
        """
        length = request.headers.get("content-length", "")
        is_told = length.isdigit() and "transfer-encoding" not in request.headers
        if not is_told or int(length) > _READ_FIRST:
            await self._student(request)
            return await _json(request)
        try:
            async with deadline(_FIRST_SECONDS):
                return await _json(request, lambda: self._student(request))
        except TimeoutError:
            message = "The request did not arrive in time: nothing was sent. Ask again."
            raise Refused(503, "no_available_channel", message) from None

    def _check(self, asked: ImageRequest) -> None:
        try:
            self._allowed.check(asked)
        except NotAllowed as no:
            if no.field == "model":
                raise Refused(403, "key_model_not_allowed", no.message, no.field) from None
            raise Refused(400, "not_in_this_course", no.message, no.field) from None

    async def _send(self, request: Request, ask: Ask, pauses: int) -> Response:
        """Send what was admitted when there had been so many pauses."""

        async def may_go(has_waited: bool) -> None:
            if await request.is_disconnected():
                raise Refused(
                    503, "no_available_channel", "The notebook had gone: nothing was sent."
                )
            # One that has not waited was admitted a moment ago, and not paused then.
            has_waited = has_waited or pauses != self._books.pauses
            if has_waited and await self._books.is_barred(ask.student):
                raise _paused(Paused())

        try:
            sent = await self._upstream.create(ask.student, ask.key, ask.request, may_go)
        except (Refused, SQLAlchemyError) as no:  # of `may_go`: it has not gone out
            said = no.error["message"] if isinstance(no, Refused) else _NO_BOOKS.error["message"]
            if not await self._written(lambda: self._books.refused(ask.key, said)):
                raise _not_known() from None
            raise
        except BaseException:  # this gateway ends
            with contextlib.suppress(SQLAlchemyError):  # the books take it for lost one day
                if self._upstream.is_out(ask.key):
                    await self._books.lost(ask.key)
                else:
                    await self._books.refused(ask.key, "the gateway was ended before it was sent")
            raise
        kind = sent.verdict.kind
        if sent.reply is not None and sent.reply.status in _OF_THE_COURSE:
            log.error("The service refuses the course's key: %s", _why(sent))
        if sent.snapshot is not None and sent.reply is not None:
            document = read_mapping(sent.reply.document())
            snapshot = sent.snapshot
            if await self._written(lambda: self._books.accepted(ask.key, snapshot, document)):
                return _passed_on(sent.reply)
            kind = Outcome.UNKNOWN  # the service answers with a task that another ask has
        if kind in (Outcome.REFUSED, Outcome.NOT_SENT):
            if not await self._written(lambda: self._books.refused(ask.key, _why(sent))):
                raise _not_known()
            if sent.reply is None:  # a code by which a client knows that it may ask again
                message = f"The course gateway could not reach the service: {sent.reason}."
                raise Refused(503, "no_available_channel", message)
            if sent.reply.status in _OF_THE_COURSE:
                raise Refused(*_OF_THE_COURSE[sent.reply.status])
            return _passed_on(sent.reply)
        await self._written(lambda: self._books.lost(ask.key))
        raise _not_known()

    async def _written(self, write: Callable[[], Awaitable[T]]) -> T:
        """Write down what became of a request; again for a while, where the books can't be.

        Raises:
            Refused: they can't be for so long; the books take the ask for lost one day.
        """
        for pause in _WRITE_AGAIN:
            try:
                return await write()
            except SQLAlchemyError as error:
                log.warning("The course's books can't be written (%s)", type(error).__name__)
                await asyncio.sleep(pause)
        raise _not_known()

    # What is free.

    async def _read(self, request: Request, student: str) -> Response:
        ask = await self._own(request.path_params["task_id"], student)
        if ask.step in (Step.DONE, Step.FAILED) and ask.document is not None:
            return JSONResponse(ask.document)
        reply = await self._upstream.task(student, ask.task_id or "")
        if reply.status == 200:
            await self._note(ask, reply.document())
        if reply.status in _OF_THE_COURSE:  # it may be told again once the key is mended
            raise Refused(503, "service_unavailable", _OF_THE_COURSE[reply.status][2])
        return _passed_on(reply)

    async def _note(self, ask: Ask, document: object) -> None:
        """Write down a reading, where it says anything new that matters."""
        try:
            snapshot = read_task(document)
        except BadReply:
            return
        if snapshot.id != ask.task_id:  # another student's, maybe
            raise Unanswered("it told of another task")
        if snapshot.status.finished:
            await self._books.saw([(snapshot, read_mapping(document))])

    async def _own(self, task_id: str, student: str) -> Ask:
        # Not every database takes a NUL.
        ask = await self._books.ask_of_task(task_id) if task_id.isprintable() else None
        if ask is None or ask.student != student:
            raise Refused(404, "task_not_found", "There is no such task of yours.", "task_id")
        return ask

    async def _read_many(self, request: Request, student: str) -> Response:
        ids = (await _json(request)).get("task_ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= _MOST_IDS:
            message = f"task_ids must be a list of 1 to {_MOST_IDS} ids."
            raise Refused(400, "invalid_request", message, "task_ids")
        wanted = [one for one in ids if isinstance(one, str) and one.isprintable()]
        own = await self._books.asks_of(student, wanted)
        found = {
            str(ask.task_id): ask.document
            for ask in own
            if ask.step in (Step.DONE, Step.FAILED) and ask.document is not None
        }
        rest = [str(ask.task_id) for ask in own if ask.task_id not in found]
        if rest:
            readings = await self._upstream.batch(rest, student)
            if readings is None:
                raise Refused(404, "not_found", "The service reads one task at a time.")
            readings = [one for one in readings if one[0].id in rest]
            await self._books.saw([one for one in readings if one[0].status.finished])
            found |= {snapshot.id: document for snapshot, document in readings}
        return JSONResponse({"data": [found[one] for one in dict.fromkeys(wanted) if one in found]})

    async def _list(self, request: Request, student: str) -> Response:
        query = request.query_params
        page, size = _whole(query.get("page"), 1), _whole(query.get("page_size"), 20)
        size = min(size, _MOST_PAGE)
        rows = [
            row
            for ask in await self._books.asks_of(student)
            if ask.task_id is not None
            for row in [_row(ask)]
            if query.get("model") in (None, "", row["model"])
            and query.get("status") in (None, "", row["status"])
        ]
        part = rows[(page - 1) * size : page * size]
        return JSONResponse({"data": part, "total": len(rows), "page": page, "page_size": size})

    async def _credits(self, _: Request, student: str) -> Response:
        [standing] = await self._books.standings(student)
        course = await self._books.course_left()
        token = {
            "remaining_credits": standing.left,
            "used_credits": standing.spent,
            "unlimited_credits": False,
        }
        user = {"remaining_credits": standing.left if course is None else course}
        data = {"token": token, "user": user}
        return JSONResponse({"success": True, "message": "", "data": data})

    # Practice: an emulator in the place of the service.

    async def _emulator(self, _: Request, student: str) -> Response:
        """Whether an emulator plays the service: students' pictures are "Simulated" then.

        The kit asks where its gateway is on its own machine, and nowhere else. A service that
        does not answer may be the real one behind a tunnel: "Simulated" is not said of money.
        """
        reply = await self._upstream.emulator(student)
        document = reply.document()
        if reply.status != 200 or not isinstance(document, dict):
            # What the real one says to such a question may be about the course's key.
            raise Refused(404, "not_found", "The service is no emulator.")
        return JSONResponse({"weather": document.get("weather", [])})

    async def _play(self, _: Request, student: str) -> Response:
        """Its weather is everybody's: a fault that one student plays would hit another."""
        message = "The weather of the course's emulator is the teacher's to play."
        raise Refused(403, "not_in_this_course", message)

    # Files.

    def _upload_to(self, path: str) -> _Handler:
        """The handler of one kind of upload. The path is ours: a request's may say anything."""

        async def upload(request: Request, student: str) -> Response:
            async with self._uploads[student]:
                return await self._upload(request, student, path)

        return upload

    async def _upload(self, request: Request, student: str, path: str) -> Response:
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            return _no_file(411, "The length of the upload has to be told.")
        if int(length) > _MOST_UPLOAD:
            return _no_file(413, "The file is larger than the service takes.")
        headers = {"content-length": length}
        if kind := request.headers.get("content-type"):
            headers["content-type"] = kind
        reply = await self._upstream.files(
            student, "POST", path, stream=_handed_through(request), headers=headers
        )
        data = read_mapping(read_mapping(reply.document()).get("data"))
        if reply.status == 200 and (file_id := read_text(data.get("file_id"), 200)):
            await self._books.own_file(file_id, student)
        return _passed_on(reply)

    async def _list_files(self, request: Request, student: str) -> Response:
        """The account's list with this student's files alone; the pages stay the service's."""
        reply = await self._upstream.files(
            student, "GET", LIST, query=_named(request, "page", "pageSize", "page_size")
        )
        document = read_mapping(reply.document())
        data = read_mapping(document.get("data"))
        if reply.status != 200 or not isinstance(data.get("files"), list):
            return _passed_on(reply)
        own = await self._books.files_of(student)
        files = [one for one in data["files"] if read_mapping(one).get("file_id") in own]
        return JSONResponse({**document, "data": {**data, "files": files}})

    async def _file_quota(self, _: Request, student: str) -> Response:
        """How full the account is, in figures; its name and group are not the student's."""
        reply = await self._upstream.files(student, "GET", QUOTA)
        document = read_mapping(reply.document())
        data = read_mapping(document.get("data"))
        if reply.status != 200 or not data:
            return _passed_on(reply)
        figures = {name: data[name] for name in _QUOTA if isinstance(data.get(name), int)}
        return JSONResponse({"success": True, "code": 200, "msg": "", "data": figures})


_QUOTA = ("used_files", "max_files", "remain_files")


def _named(request: Request, *names: str) -> dict[str, str]:
    """These parameters of an address; any other is not the student's to choose."""
    query = request.query_params
    return {name: query[name] for name in names if name in query}


_Handler = Callable[[Request, str], Awaitable[Response]]
_Endpoint = Callable[[Request], Awaitable[Response]]


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refused(401, "invalid_api_key", "No token of the course was sent.")
    return token.strip()


def _no_student() -> Refused:
    return Refused(401, "invalid_api_key", "This token is not one of the course's.")


def _paused(paused: Paused) -> Refused:
    return Refused(403, "key_disabled", str(paused))


def _sent_under(request: Request) -> str:
    key = request.headers.get("idempotency-key") or _unnamed()
    if len(key) > _LONGEST_KEY:
        message = f"Idempotency-Key has {len(key)} characters; {_LONGEST_KEY} at most."
        raise Refused(400, "invalid_request", message, "Idempotency-Key")
    return key


async def _json(
    request: Request, is_large: Callable[[], Awaitable[object]] | None = None
) -> Mapping[str, Any]:
    """A body as JSON; `is_large` is asked once as it passes `_READ_FIRST`, and may refuse it."""
    size, pieces = 0, []
    async for piece in request.stream():
        size += len(piece)
        if size > _READ_FIRST and is_large is not None:
            await is_large()
            is_large = None
        if size > _MOST_JSON:
            raise Refused(413, "request_too_large", f"The body has more than {_MOST_JSON} bytes.")
        pieces.append(piece)
    try:
        found = json.loads(b"".join(pieces))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(400, "invalid_json", "The body is no JSON object.", "body")
    return found


def _read(body: Mapping[str, Any]) -> ImageRequest:
    try:
        return request_of(body)
    except InvalidRequest as wrong:
        raise Refused(400, "invalid_request", wrong.message) from None


async def _handed_through(request: Request) -> AsyncIterator[bytes]:
    pieces = request.stream()
    while True:
        try:
            async with deadline(_PIECE_SECONDS):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        if piece:
            yield piece


def _not_known() -> Refused:
    message = "Whether the service accepted the request is not known. It is being looked for."
    return Refused(502, "paid_outcome_unknown", message)


def _passed_on(reply: Reply) -> Response:
    headers = {name: reply.headers[name] for name in _HANDED_ON if name in reply.headers}
    if reply.headers.get("idempotency-replayed"):
        headers["Idempotency-Replayed"] = "true"
    kind = reply.headers.get("content-type", "application/json")
    return Response(reply.body, reply.status, headers=headers, media_type=kind)


def _no_file(status: int, message: str) -> Response:
    return JSONResponse({"success": False, "code": status, "msg": message}, status)


def _row(ask: Ask) -> dict[str, Any]:
    """A task as the service's list shows it."""
    document = ask.document or {}
    created = document.get("created")
    return {
        "id": ask.task_id,
        "status": document.get("status", "processing"),
        "model": ask.request.get("model"),
        "type": "image",
        "progress": document.get("progress"),
        "created_at": created if isinstance(created, (int, float)) else int(ask.asked_at),
        "has_results": bool(document.get("results")),
        "has_error": bool(document.get("error")),
        "credits_used": ask.charged,
    }


def _cap_reached(cap: CapReached) -> Refused:
    if cap.whose == "student":
        message = (
            f"Your budget in this course has {cap.left:.4g} credits left; this may cost "
            f"{cap.needed:.4g}. Ask for less, or ask your teacher."
        )
        return Refused(402, "insufficient_token_quota", message)
    message = (
        f"The course's budget has {cap.left:.4g} credits left for all; this may cost "
        f"{cap.needed:.4g}. Ask your teacher."
    )
    return Refused(402, "insufficient_user_quota", message)


def _why(sent: Sent) -> str:
    if sent.reply is None:
        return f"not sent: {sent.reason}"
    error = read_mapping(read_mapping(sent.reply.document()).get("error"))
    return read_text(error.get("message")) or f"HTTP {sent.reply.status}"


def _whole(text: str | None, usual: int) -> int:
    with contextlib.suppress(ValueError):
        return max(1, int(text or usual))
    return usual


def _unnamed() -> str:
    """A name for an ask that came without an idempotency key."""
    return f"unnamed-{secrets.token_hex(12)}"
