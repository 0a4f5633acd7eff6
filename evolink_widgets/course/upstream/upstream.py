"""The service as the gateway sees it: the course's key, fair turns, and each call's outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from evolink_widgets.core.service.client import (
    BATCH,
    CREDITS,
    EMULATOR_WEATHER,
    GENERATIONS,
    TASKS,
)
from evolink_widgets.core.service.transport import NoAnswer, Reply, Transport
from evolink_widgets.course.upstream.recordings import Recordings
from evolink_widgets.course.upstream.turns import Turns
from evolink_widgets.errors import BadReply
from evolink_widgets.rules.request.service_address import is_loopback
from evolink_widgets.rules.tasks.outcome import Event, Outcome, Verdict, judge, retry_after
from evolink_widgets.rules.tasks.task import (
    TaskListItem,
    TaskSnapshot,
    read_mapping,
    read_task,
    read_task_list,
    read_text,
)

__all__ = ["Sent", "Unanswered", "Upstream"]

BATCH_SIZE = 50
PAGE_SIZE = 50
_TRIES = 5
"""How often a call that the service answers with 429 goes out, before the student hears of it."""
_GATEWAY = "the gateway itself"
"""Whose turn it is where no student has asked."""


class Unanswered(Exception):
    """The service did not answer; `reason` is a phrase without the key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Sent:
    """What became of a request that costs money.

    Attributes:
        verdict: whether it was accepted.
        reply: the service's, where there is one.
        snapshot: the task, where it was accepted.
        reason: what broke, where there is no reply.
    """

    verdict: Verdict
    reply: Reply | None = None
    snapshot: TaskSnapshot | None = None
    reason: str = ""


class Upstream:
    """One service under the course's key.

    Args:
        transport: the connections; it takes the key out of every reply.
        base_url, files_url: of the service, without a slash at their ends.
        turns: share the rate among students.
        recordings: hear what these students ask.

    Attributes:
        may_be_played: whether the service is on this very machine: only there it may be an
            emulator.
    """

    def __init__(
        self,
        transport: Transport,
        base_url: str,
        files_url: str,
        turns: Turns,
        recordings: Recordings | None = None,
    ) -> None:
        self.recordings = recordings or Recordings()
        self.may_be_played = is_loopback(base_url)
        self._out: set[str] = set()
        self._transport = transport
        self._base_url = base_url
        self._files_url = files_url
        self._turns = turns

    async def create(
        self,
        student: str,
        key: str,
        body: Mapping[str, Any],
        may_go: Callable[[bool], Awaitable[None]],
    ) -> Sent:
        """Send a request that costs money. It goes out again after a 429 only, or if it never left.

        Args:
            student: whose turn it takes.
            key: the idempotency key, the same for every try.
            body: of the request.
            may_go: is asked when its turn has come, and told whether it was waited for, as
                minutes may have passed then; what it raises keeps the request here. Nothing was
                accepted in that case.
        """
        headers = {"Idempotency-Key": key}
        sent = Sent(judge("POST", Event.NOT_SENT))
        for again in range(_TRIES):
            async with self._turns.turn(student) as has_waited:
                await may_go(has_waited or again > 0)
                self.recordings.asked(student, key, body)
                self._out.add(key)
                try:
                    reply = await self._transport.call(
                        "POST", self._base_url + GENERATIONS, paid=True, body=body, headers=headers
                    )
                except NoAnswer as error:
                    self._out.discard(key)
                    sent = Sent(judge("POST", error.event), reason=error.reason)
                    self.recordings.unanswered(student, key, error)
                    if error.lasting:
                        return sent
                else:
                    sent = _judged(reply)
                    self._out.discard(key)
                    self.recordings.answered(student, key, reply)
                if sent.verdict.resend and again + 1 < _TRIES:
                    self._pause(sent.reply)  # before the turn ends, and the next one goes out
            if not sent.verdict.resend:
                return sent
        return sent

    def is_out(self, key: str) -> bool:
        """Whether what goes under this key is on its way, or was when its call was cut off."""
        return key in self._out

    async def task(self, student: str, task_id: str) -> Reply:
        """Read one task.

        Raises:
            Unanswered: the service did not answer.
        """
        return await self._read(student, "GET", f"{TASKS}/{quote(task_id, safe='')}")

    async def batch(
        self, task_ids: Sequence[str], student: str = _GATEWAY
    ) -> list[tuple[TaskSnapshot, Mapping[str, Any]]] | None:
        """Read up to 50 tasks at once; `None` where the service has no such call.

        Raises:
            Unanswered: the service did not answer.
        """
        body = {"task_ids": list(task_ids)}
        reply = await self._read(student, "POST", BATCH, body=body)
        data = read_mapping(reply.document()).get("data")
        return None if reply.status != 200 or not isinstance(data, list) else _readable(data)

    async def page(self, number: int) -> tuple[TaskListItem, ...] | None:
        """A page of the service's list, newest first; `None` where it has none.

        Raises:
            Unanswered: the service did not answer.
        """
        query = {"type": "image", "page": str(number), "page_size": str(PAGE_SIZE)}
        reply = await self._read(_GATEWAY, "GET", TASKS, query=query)
        if reply.status != 200:
            return None
        try:
            return tuple(read_task_list(reply.document()))
        except BadReply:
            return None

    async def credits(self) -> Reply:
        """The account's balance.

        Raises:
            Unanswered: the service did not answer.
        """
        return await self._read(_GATEWAY, "GET", CREDITS)

    async def emulator(self, student: str) -> Reply:
        """Ask the service whether it is an emulator: one answers with its weather.

        Raises:
            Unanswered: the service did not answer.
        """
        return await self._read(student, "GET", EMULATOR_WEATHER)

    async def files(
        self,
        student: str,
        method: str,
        path: str,
        *,
        stream: AsyncIterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Reply:
        """A call of the files service; a body is handed through as it comes, once.

        Raises:
            Unanswered: the service did not answer.
        """
        async with self._turns.turn(student):
            heard = self.recordings.upload(student, path, stream, headers)
            try:
                reply = await self._transport.call(
                    method,
                    self._files_url + path,
                    stream=stream if heard is None else heard.heard(stream),
                    headers=headers,
                    query=query,
                )
            except NoAnswer as error:
                raise Unanswered(error.reason) from None
            if heard is not None:
                self.recordings.uploaded(student, heard, reply)
            return reply

    async def close(self) -> None:
        """Close the connections; what is recorded by then is all."""
        await self.recordings.close(self._transport)
        await self._transport.close()

    async def _read(self, student: str, method: str, path: str, **how: Any) -> Reply:
        for again in range(_TRIES):
            async with self._turns.turn(student):
                try:
                    reply = await self._transport.call(method, self._base_url + path, **how)
                except NoAnswer as error:
                    raise Unanswered(error.reason) from None
                if reply.status == 429 and again + 1 < _TRIES:
                    self._pause(reply)
            if reply.status != 429 or again + 1 == _TRIES:
                if reply.status == 200:
                    self.recordings.read(reply.document())
                return reply
        raise AssertionError  # the loop returns

    def _pause(self, reply: Reply | None) -> None:
        asked = None if reply is None else retry_after(reply.headers.get("retry-after"))
        self._turns.pause(asked)


def _judged(reply: Reply) -> Sent:
    document = reply.document()
    try:
        snapshot = read_task(document, request_id=reply.headers.get("x-request-id"))
    except BadReply:
        snapshot = None
    code = read_text(read_mapping(read_mapping(document).get("error")).get("code"))
    verdict = judge("POST", Event.ANSWERED, reply.status, code=code, is_task=snapshot is not None)
    return Sent(verdict, reply, snapshot if verdict.kind is Outcome.ACCEPTED else None)


def _readable(documents: Sequence[object]) -> list[tuple[TaskSnapshot, Mapping[str, Any]]]:
    found = []
    for document in documents:
        try:
            found.append((read_task(document), read_mapping(document)))
        except BadReply:
            continue
    return found


async def gather_tasks(
    upstream: Upstream, task_ids: Sequence[str]
) -> list[tuple[TaskSnapshot, Mapping[str, Any]]]:
    """Read many tasks: fifty at once where the service can, else one after another.

    Raises:
        Unanswered: the service did not answer.
    """
    found: list[tuple[TaskSnapshot, Mapping[str, Any]]] = []
    singly = False
    for first in range(0, len(task_ids), BATCH_SIZE):
        part = task_ids[first : first + BATCH_SIZE]
        read = None if singly else await upstream.batch(part)
        if read is None:
            singly = True
            replies = await asyncio.gather(*(upstream.task(_GATEWAY, one) for one in part))
            read = _readable([reply.document() for reply in replies if reply.status == 200])
        found += read
    return found
