"""The service's calls, one by one: what each gives, and what it makes of odd answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest
from services import Emulated, Scripted

from evolink_widgets import errors
from evolink_widgets.core import loop
from evolink_widgets.core.service.client import Client, Sent
from evolink_widgets.core.service.limits import Limits
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.outcome import Outcome
from evolink_widgets.rules.tasks.task import TaskStatus
from evolink_widgets.runtime.clock import ClockOffset

T = TypeVar("T")
Ask = Callable[[Client], Coroutine[Any, Any, T]]
LATELY = 1_700_000_000
KEYS = ["idempotency-key-0001", "idempotency-key-0002", "idempotency-key-0003"]


def on(service: Emulated, ask: Ask[T], **more: Any) -> T:
    """Ask one service something."""

    async def call() -> T:
        transport = service.transport()
        try:
            return await ask(Client(transport, service.base_url, Limits(), **more))
        finally:
            await transport.close()

    return loop.wait_on_loop(call(), 30)


def answering(status: int, body: bytes, headers: dict[str, str] | None = None) -> Scripted:
    """A service that answers everything alike."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        lines = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body})

    return Scripted(app)


def create(client: Client) -> Coroutine[Any, Any, Sent]:
    return client.create(ImageRequest("a fox", size="1:1"), KEYS[0])


def test_a_request_becomes_a_task_that_can_be_read_listed_and_paid(emulator: Emulated) -> None:
    async def story(client: Client) -> None:
        before = await client.credits()
        sent = await client.create(ImageRequest("a fox", size="1:1", quality="low"), KEYS[1])
        assert sent.verdict.kind is Outcome.ACCEPTED
        assert sent.snapshot is not None
        task_id = sent.snapshot.id
        assert sent.snapshot.receipt.reserved
        assert sent.snapshot.receipt.request_id
        items = await client.listing("gpt-image-2", sent.snapshot.created or 0)
        assert items is not None
        assert items[0].id == task_id
        found = await client.tasks([task_id, "task-unified-0-nobody"])
        assert found is not None
        assert list(found) == [task_id]
        for _ in range(200):
            snapshot = await client.task(task_id)
            if snapshot.status.finished:
                break
            await asyncio.sleep(0.02)
        assert snapshot.status is TaskStatus.COMPLETED
        assert len(snapshot.results) == 1
        charged, after = snapshot.receipt.charged, await client.credits()
        assert charged is not None
        assert before.account_remaining is not None
        assert before.account_remaining - (after.account_remaining or 0) == pytest.approx(charged)

    on(emulator, story)
    assert emulator.counts()["create"] == 1


def test_the_same_key_gives_the_same_task(emulator: Emulated) -> None:
    async def twice(client: Client) -> list[Sent]:
        request = ImageRequest("a fox", size="1:1", quality="low")
        return [await client.create(request, KEYS[2]) for _ in range(2)]

    first, second = on(emulator, twice)
    assert first.snapshot is not None
    assert second.snapshot is not None
    assert first.snapshot.id == second.snapshot.id
    assert emulator.counts()["accepted"] == 1


def test_an_unknown_task_and_a_wrong_id_are_told_apart(emulator: Emulated) -> None:
    with pytest.raises(errors.NotFound) as caught:
        on(emulator, lambda client: client.task("task-unified-1-nobody"))
    assert caught.value.code == "task_not_found"
    with pytest.raises(errors.RequestRefused) as refused:
        on(emulator, lambda client: client.task("a-task-of-mine"))
    assert refused.value.code == "invalid_task_id"
    with pytest.raises(errors.NotFound):  # and not the credits
        on(emulator, lambda client: client.task("../credits"))


ODD = [b"", b"null", b"[]", b'"text"', b"<html>", b"\xff\xfe\0", b'{"id": null}', b"[" * 100_000]


@pytest.mark.parametrize("body", ODD)
def test_a_2xx_that_holds_no_task_leaves_the_outcome_open(body: bytes) -> None:
    sent = on(answering(200, body, {"x-request-id": "r-1"}), create)
    assert sent.verdict.kind is Outcome.UNKNOWN
    assert sent.verdict.find
    assert isinstance(sent.error, errors.OutcomeUnknown)
    assert sent.error.request_id == "r-1"


@pytest.mark.parametrize("body", ODD)
def test_odd_answers_to_readings_are_errors_of_ours(body: bytes) -> None:
    service = answering(200, body)
    for ask in (
        lambda client: client.task("task-unified-1-a"),
        lambda client: client.credits(),
    ):
        with pytest.raises(errors.BadReply):
            on(service, ask)
    assert on(service, lambda client: client.tasks(["task-unified-1-a"])) is None
    assert on(service, lambda client: client.listing("gpt-image-2", 0)) is None


def test_the_answer_about_another_task_is_not_taken() -> None:
    body = json.dumps({"id": "task-unified-2-b", "status": "completed"}).encode()
    with pytest.raises(errors.BadReply, match="another task"):
        on(answering(200, body), lambda client: client.task("task-unified-1-a"))


STATUSES = {
    400: (errors.RequestRefused, Outcome.REFUSED),
    401: (errors.AuthenticationError, Outcome.REFUSED),
    402: (errors.InsufficientCredits, Outcome.REFUSED),
    403: (errors.PermissionDenied, Outcome.REFUSED),
    404: (errors.NotFound, Outcome.REFUSED),
    413: (errors.RequestTooLarge, Outcome.REFUSED),
    418: (errors.RequestRefused, Outcome.REFUSED),
    429: (errors.RateLimited, Outcome.REFUSED),
    301: (errors.OutcomeUnknown, Outcome.UNKNOWN),
    408: (errors.OutcomeUnknown, Outcome.UNKNOWN),
    500: (errors.OutcomeUnknown, Outcome.UNKNOWN),
    502: (errors.OutcomeUnknown, Outcome.UNKNOWN),
    503: (errors.OutcomeUnknown, Outcome.UNKNOWN),
    599: (errors.OutcomeUnknown, Outcome.UNKNOWN),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": {"code": 7, "message": "no"}}'])
def test_every_status_has_its_error_and_its_verdict(status: int, body: bytes) -> None:
    kind, verdict = STATUSES[status]
    sent = on(answering(status, body, {"retry-after": "2"}), create)
    assert type(sent.error) is kind
    assert sent.verdict.kind is verdict
    assert sent.error.status == status
    assert sent.verdict.resend is (status == 429)
    if isinstance(sent.error, errors.RateLimited):
        assert sent.error.retry_after == 2.0


def test_an_admission_refusal_under_503_is_no_unknown_outcome() -> None:
    body = b'{"error": {"code": "no_available_channel", "message": "none is free"}}'
    sent = on(answering(503, body), create)
    assert type(sent.error) is errors.ServiceUnavailable
    assert sent.verdict.kind is Outcome.REFUSED
    assert sent.verdict.resend


def test_a_429_slows_all_that_have_the_key() -> None:
    async def story(client: Client) -> tuple[float, float]:
        await create(client)
        limits = client._limits
        return limits.post_pace.wait, limits.read_pace.wait

    posts, reads = on(answering(429, b"", {"retry-after": "5"}), story)
    assert posts == pytest.approx(5, abs=1)
    assert reads == 0


@pytest.mark.parametrize("status", [404, 405, 501, 400])
def test_a_service_without_batch_is_asked_again_only_later(status: int) -> None:
    now = [1000.0]

    async def story(client: Client) -> list[bool]:
        seen = [client.reads_batches]
        assert await client.tasks(["task-unified-1-a", "task-unified-1-b"]) is None
        seen.append(client.reads_batches)
        now[0] += 601
        return [*seen, client.reads_batches]

    assert on(answering(status, b""), story, clock=lambda: now[0]) == [True, False, True]


@pytest.mark.parametrize("status", [401, 402, 403, 408, 413, 415, 422, 451])
def test_a_refused_batch_speaks_for_no_task_and_rests_once_it_is_refused_again(status: int) -> None:
    now = [1000.0]

    async def story(client: Client) -> list[bool]:
        seen = []
        for _ in range(3):
            seen.append(client.reads_batches)
            assert await client.tasks(["task-unified-1-a", "task-unified-1-b"]) is None
        seen.append(client.reads_batches)
        now[0] += 61
        return [*seen, client.reads_batches]

    seen = on(answering(status, b""), story, clock=lambda: now[0])
    assert seen == [True, True, True, False, True]


def test_the_list_is_read_page_by_page_until_it_is_older_than_needed() -> None:
    pages: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        query = dict(part.split("=") for part in scope["query_string"].decode().split("&"))
        pages.append(query["page"])
        first = int(query["page"]) * 1000
        rows = [
            {"id": f"task-unified-{at}-x", "created_at": LATELY + 9000 - at, "status": "new"}
            for at in range(first, first + 50)
        ]
        body = json.dumps({"data": rows, "total": 999}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    items = on(Scripted(app), lambda client: client.listing("gpt-image-2", LATELY + 6990))
    assert items is not None
    assert pages == ["1", "2"]
    assert len(items) == 100
    pages.clear()
    on(Scripted(app), lambda client: client.listing("gpt-image-2", 0))
    assert pages == ["1", "2", "3", "4"]


def test_the_services_clock_is_read_from_its_answers() -> None:
    service = answering(404, b"", {"date": "Tue, 24 Nov 2026 12:05:00 GMT"})
    noon = 1795521600.0

    async def story(client: Client) -> ClockOffset | None:
        await create(client)
        return client.clock_offset

    assert on(service, story, clock=lambda: noon) == pytest.approx((300, 301))
    times = iter([noon + 300.5, *[noon + 304.0] * 9])  # 3.5 s on its way: it may be as old as that
    assert on(service, story, clock=lambda: next(times)) == pytest.approx((-4, 0.5))
