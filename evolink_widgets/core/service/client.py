"""The service: a coroutine for each endpoint, and the download of a picture from its link.

`Client.create` is the only code that spends money: it sends its request once and says what became
of it. All the other calls cost nothing and may be tried again.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

from evolink_widgets.core.service.limits import LONGEST_READ, Limits, Pace
from evolink_widgets.core.service.transport import (
    NoAnswer,
    Reply,
    Transport,
)
from evolink_widgets.errors import (
    BadReply,
    EvolinkError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceError,
    ServiceUnavailable,
    Unreachable,
)
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.batch_call import NOT_OFFERED, BatchCall, is_answer
from evolink_widgets.rules.tasks.outcome import Event, Verdict, judge, service_error
from evolink_widgets.rules.tasks.task import (
    Credits,
    TaskListItem,
    TaskSnapshot,
    read_credits,
    read_task,
    read_task_list,
)
from evolink_widgets.runtime.clock import ClockOffset, now

GENERATIONS = "/v1/images/generations"
TASKS = "/v1/tasks"
BATCH = "/v1/tasks/batch"
CREDITS = "/v1/credits"
EMULATOR_WEATHER = "/emulator/weather"

PAGES = 4
"""Pages of the task list that are searched, newest first."""

PATIENT = 2.0
"""Seconds for which tasks are held back until it is known how they are to be read."""

Told = TaskSnapshot | EvolinkError
"""What a reading of a task gave, or why it gave nothing."""


@dataclass(frozen=True)
class Sent:
    """What became of a request that costs money.

    Attributes:
        verdict: whether it was accepted, and what may be done next.
        snapshot: the task, when it was accepted.
        error: why not, in all other cases.
    """

    verdict: Verdict
    snapshot: TaskSnapshot | None = None
    error: EvolinkError | None = None


class Client:
    """One service under one key. Nothing but an `EvolinkError` leaves these coroutines.

    Args:
        transport: the connections.
        base_url: the API's address, without a slash at its end.
        limits: the room of the key, shared with all other clients that have it.
        clock: Unix seconds.
    """

    batch_size = 50
    page_size = 50

    def __init__(
        self,
        transport: Transport,
        base_url: str,
        limits: Limits,
        *,
        clock: Callable[[], float] = now,
    ) -> None:
        self._transport = transport
        self._base_url = base_url
        self._limits = limits
        self._clock = clock
        self._batches = BatchCall(LONGEST_READ)
        self._in_doubt = asyncio.Lock()
        self.host = None if transport.in_process else urlsplit(base_url).hostname
        """Where the service is; `None` in this process."""
        self.clock_offset: ClockOffset | None = None
        """By how much the service's clock is ahead of ours; `None` until a reply tells a time."""

    async def create(
        self, request: ImageRequest, idempotency_key: str, callback_url: str | None = None
    ) -> Sent:
        """Ask for pictures: one POST, never repeated here and never raised from.

        What follows from it is in `Sent.verdict`, out of the one table of outcomes. The
        caller has waited for room and for the pace: from here on nothing holds it up.

        Args:
            request: what is asked.
            idempotency_key: the task's.
            callback_url: our own server's address, where the request names none.
        """
        sent_at = self._clock()
        own = {} if callback_url is None else {"callback_url": callback_url}
        try:
            reply = await self._transport.call(
                "POST",
                self._base_url + GENERATIONS,
                paid=True,
                body=own | request.payload(),
                headers={"idempotency-key": idempotency_key},
            )
        except NoAnswer as exc:
            verdict = judge("POST", exc.event)
            if exc.lasting:  # the same would happen again
                verdict = replace(verdict, resend=False)
            if verdict.find:
                lost = f"The request went out and its answer was lost ({exc.reason})."
                return Sent(verdict, error=OutcomeUnknown(lost))
            return Sent(verdict, error=_unreachable(exc))
        self._note_time(reply, sent_at)
        return self._read_sent(reply)

    def _read_sent(self, reply: Reply) -> Sent:
        document = reply.document()
        snapshot = _task_or_none(document, reply)
        if snapshot is not None and 200 <= reply.status < 300:
            self._limits.post_pace.accepted()
            return Sent(judge("POST", Event.ANSWERED, reply.status, is_task=True), snapshot)
        error = self._error(reply, document, "POST")
        self._report_to(self._limits.post_pace, error)
        verdict = judge("POST", Event.ANSWERED, reply.status, code=error.code)
        if verdict.find:
            return Sent(
                verdict,
                error=OutcomeUnknown(
                    f"The request went out and got no usable answer. {error.message}",
                    code=error.code,
                    status=error.status,
                    request_id=error.request_id,
                ),
            )
        return Sent(verdict, error=error)

    async def task(self, task_id: str) -> TaskSnapshot:
        """Read one task."""
        if not task_id.strip("."):  # the way to another address of the service
            raise NotFound(f"{task_id!r} is no task's id.", task_id=task_id)
        try:
            document = await self._read_tasks("GET", f"{TASKS}/{quote(task_id, safe='')}")
        except ServiceError as error:
            self._batches.read_singly(self._clock(), error)
            raise
        self._batches.read_singly(self._clock())
        snapshot = read_task(document)
        if snapshot.id != task_id:
            raise BadReply(f"The service answered with another task than {task_id}.")
        return snapshot

    @property
    def reads_batches(self) -> bool:
        """Whether the service may have the call that reads many tasks at once."""
        return self._batches.is_open(self._clock())

    async def tasks(self, task_ids: Sequence[str]) -> Mapping[str, Told] | None:
        """Read up to `batch_size` tasks at once; `None` where they are to be read one by one.

        That is so where the service has no such call, refuses it or fails at it again and again
        (`rules.tasks.batch_call`). Where it may be that only this call is answered 429, some of
        these tasks are read singly before it.

        Returns:
            What was read of each; for one that was, or is, to be read singly and could not be, the
            error in its place. Tasks that the service left out are absent.
        """
        if not self._batches.is_in_doubt:
            return await self._batch(task_ids)
        async with self._in_doubt:  # one finds it out for all
            return await self._doubtful_batch(task_ids)

    async def _doubtful_batch(self, task_ids: Sequence[str]) -> Mapping[str, Told] | None:
        told: dict[str, Told] = {}
        refusal = await self._find_out(task_ids, told)
        if refusal is not None:
            return {**dict.fromkeys(task_ids, refusal), **told}
        return told or None

    async def _find_out(
        self, task_ids: Sequence[str], told: dict[str, Told]
    ) -> ServiceError | None:
        """Read tasks, and find out whether it is only this call that is answered 429.

        Args:
            task_ids: the tasks.
            told: what was read of each is put here.

        Returns:
            Why the others could not be read now; `None` where they are to be read one by one.
        """
        batches = self._batches
        while self.reads_batches and (others := [one for one in task_ids if one not in told]):
            for one in others[: batches.singly_first]:
                try:
                    told[one] = await self.task(one)
                except ServiceError as error:
                    if not is_answer(error):
                        return error
                    told[one] = error
            rest = batches.rest_left(self._clock())
            left = [one for one in others if one not in told]
            if not left:  # a batch of none would be refused, and say that there is no such call
                break
            if rest > PATIENT:
                return batches.refusal
            await asyncio.sleep(rest)
            try:
                told |= await self._batch(left) or {}
                break
            except RateLimited as error:
                if not batches.is_in_doubt or self._limits.read_pace.wait > PATIENT:
                    return error
            except ServiceError as error:
                return error
        return None

    async def _batch(self, task_ids: Sequence[str]) -> dict[str, TaskSnapshot] | None:
        batches = self._batches
        before = batches.refusals
        try:
            body = {"task_ids": list(task_ids)}
            document = await self._read_tasks("POST", BATCH, body=body, slows=False)
        except RateLimited as error:
            if batches.limited(self._clock(), error, before):
                return None
            self._report_to(self._limits.read_pace, error)  # it may hold for all readings
            raise
        except Unreachable:  # it holds for all calls
            raise
        except ServiceError as error:
            if batches.failed(self._clock(), error):
                return None
            raise
        items = document.get("data") if isinstance(document, dict) else None
        if not isinstance(items, list):
            batches.not_offered(self._clock())
            return None
        batches.worked()
        wanted = set(task_ids)
        found = (_task_or_none(item) for item in items)
        return {task.id: task for task in found if task is not None and task.id in wanted}

    async def listing(self, model: str, since: float) -> tuple[TaskListItem, ...] | None:
        """The account's newest tasks of a model; `None` where the service has no list.

        Args:
            model: only tasks of this model.
            since: Unix seconds of the service's clock; older tasks are not looked for.
        """
        found: list[TaskListItem] = []
        for page in range(1, PAGES + 1):
            query = {
                "type": "image",
                "model": model,
                "page": str(page),
                "page_size": str(self.page_size),
            }
            try:
                document = await self._read("GET", TASKS, query=query, pace=self._limits.list_pace)
                items = read_task_list(document)
            except ServiceError as error:
                if error.status in NOT_OFFERED or (isinstance(error, BadReply) and page == 1):
                    return None
                raise
            found += items
            oldest = min((item.created for item in items if item.created is not None), default=0)
            if len(items) < self.page_size or oldest < since:
                break
        return tuple({item.id: item for item in found}.values())

    async def credits(self) -> Credits:
        """What is left, on this key and on the account."""
        return read_credits(await self._read("GET", CREDITS, pace=self._limits.credits_pace))

    async def emulator_weather(self, body: object = None, limit: float | None = None) -> object:
        """What an emulator on a port says of its weather; `body` changes it.

        Args:
            body: the weather to play.
            limit: seconds to wait at most.
        """
        method = "GET" if body is None else "POST"
        return await self._read(method, EMULATOR_WEATHER, body=body, limit=limit)

    def _read_tasks(
        self, method: str, path: str, body: object = None, *, slows: bool = True
    ) -> Coroutine[Any, Any, object]:
        """Ask how tasks are getting on."""
        pace = self._limits.read_pace
        return self._read(method, path, body=body, pace=pace, slows=slows, about_task=True)

    async def _read(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        pace: Pace | None = None,
        slows: bool = True,
        about_task: bool = False,
        limit: float | None = None,
    ) -> object:
        """A call that costs nothing, once; the caller decides about another try.

        Args:
            method: the HTTP method.
            path: the address at the API.
            body: sent as JSON.
            query: parameters of the address.
            pace: what it waits for; `None` where nothing holds it up.
            slows: whether a 429 slows that pace; else the caller sees to it.
            about_task: it asks how tasks are getting on, and a refusal says so.
            limit: seconds to wait at most; by default as for any call.
        """
        if pace is not None:
            await pace.turn()
        sent_at = self._clock()
        try:
            reply = await self._transport.call(
                method, self._base_url + path, body=body, query=query, limit=limit
            )
        except NoAnswer as exc:
            raise _unreachable(exc) from None
        self._note_time(reply, sent_at)
        document = reply.document()
        if 200 <= reply.status < 300:
            if pace is not None:
                pace.accepted()
            if document is None:
                raise BadReply(
                    "The service's answer is not JSON.",
                    status=reply.status,
                    request_id=reply.headers.get("x-request-id"),
                )
            return document
        # To the table of outcomes only the paid call is a "POST"; this one is free, whatever it is.
        error = self._error(reply, document, "GET", about_task=about_task)
        if pace is not None and (slows or not isinstance(error, RateLimited)):
            self._report_to(pace, error)
        raise error

    def _error(
        self, reply: Reply, document: object, method: str, *, about_task: bool = False
    ) -> ServiceError:
        return service_error(
            reply.status,
            document,
            reply.headers,
            method=method,
            now=self._clock(),
            about_task=about_task,
        )

    @staticmethod
    def _report_to(pace: Pace, error: EvolinkError) -> None:
        if isinstance(error, RateLimited):
            pace.refused(error.retry_after)
        else:
            pace.accepted()

    def _note_time(self, reply: Reply, sent_at: float) -> None:
        try:
            said = _seconds(reply.headers["date"])
        except (KeyError, ValueError, TypeError, OverflowError):
            return
        self.clock_offset = ClockOffset.told(
            said, sent=sent_at, received=self._clock(), known=self.clock_offset
        )


@functools.lru_cache(maxsize=8)
def _seconds(date: str) -> float:
    """A Date header as Unix seconds; all replies of a second have the same."""
    return parsedate_to_datetime(date).timestamp()


def _task_or_none(document: object, reply: Reply | None = None) -> TaskSnapshot | None:
    request_id = None if reply is None else reply.headers.get("x-request-id")
    try:
        return read_task(document, request_id=request_id)
    except BadReply:
        return None


def _unreachable(exc: NoAnswer) -> ServiceError:
    if exc.event is Event.NOT_SENT:
        return Unreachable(f"The service can't be reached ({exc.reason}).", advice=exc.advice)
    return ServiceUnavailable(f"The service's answer did not come ({exc.reason}).")
