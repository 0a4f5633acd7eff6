"""Asks that come together wait little for one another, and readings for no one who writes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
from classroom import FOX, Classroom, apart, sqlite

from evolink_widgets.course import gateway
from evolink_widgets.course.books.asks import CapReached
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.books.roster import Student
from evolink_widgets.course.server import Rules
from evolink_widgets.course.upstream.turns import Turns
from evolink_widgets.runtime.deadline import deadline

Course = Callable[..., Classroom]
WRITES, READS = "evolink-course-books", "evolink-course-readings"
NOT_LOOKED_FOR = Rules(look_every=1000)


class Heard:
    """What the books are asked: transactions and statements, by the thread that has them."""

    def __init__(self) -> None:
        self.begun: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.statements: list[str] = []


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    """Listens to every connection to books in this test's folder."""
    found = Heard()

    def is_ours(connection: sql.Connection) -> bool:
        return str(tmp_path) in str(connection.engine.url)

    def begin(connection: sql.Connection) -> None:
        found.begun[threading.current_thread().name] += is_ours(connection)

    def commit(connection: sql.Connection) -> None:
        found.ended[threading.current_thread().name] += is_ours(connection)

    def execute(connection: sql.Connection, _: object, statement: str, *__: object) -> None:
        if is_ours(connection):
            found.statements.append(statement)

    listeners: list[tuple[str, Any]] = [
        ("begin", begin), ("commit", commit), ("before_cursor_execute", execute),
    ]  # fmt: skip
    for name, act in listeners:
        sql.event.listen(sql.Engine, name, act)
    yield found
    for name, act in listeners:
        sql.event.remove(sql.Engine, name, act)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with contextlib.closing(Books(sqlite(tmp_path), budget=1.0)) as found:
        apart(found.enrol([Student("Ana")], {}))
        yield found


async def held(books: Books) -> tuple[threading.Event, asyncio.Task[object]]:
    """Keep a writing transaction open until the event is set."""
    has_begun, may_end = threading.Event(), threading.Event()

    def hold(_: sql.Connection) -> bool:
        has_begun.set()
        return may_end.wait(20)

    holding = asyncio.create_task(books.run(hold))
    await asyncio.to_thread(has_begun.wait, 20)
    return may_end, holding


def test_asks_that_come_before_a_flush_share_it_and_no_cap_is_passed(
    books: Books, heard: Heard
) -> None:
    async def play() -> list[object]:
        may_end, holding = await held(books)
        asks = [
            asyncio.create_task(books.admit("Ana", f"key {one}", "hash", FOX, 0.4))
            for one in range(3)
        ]
        await asyncio.sleep(0)  # all three are handed over
        may_end.set()
        found = await asyncio.gather(*asks, return_exceptions=True)
        await holding
        return found

    flushes = heard.ended[WRITES]
    first, second, third = apart(play())
    assert heard.ended[WRITES] == flushes + 1
    assert isinstance(first, tuple)
    assert isinstance(second, tuple)
    assert isinstance(third, CapReached)
    [standing] = apart(books.standings("Ana"))
    assert (standing.reserved, standing.running, standing.refused) == (0.8, 2, 1)


def test_a_create_asks_the_books_twice_before_and_after(course: Course, heard: Heard) -> None:
    room = course(rules=NOT_LOOKED_FOR, course_budget=100)
    # The look at the beginning ends with those whose pictures are finished.
    room.until(lambda: any(one.startswith("SELECT asks.task_id") for one in heard.statements))
    heard.begun.clear()
    heard.statements.clear()
    assert room.ask("Ana").status_code == 200
    assert +heard.begun == Counter({WRITES: 2})
    said = [one.split()[0] for one in heard.statements if not one.startswith("BEGIN")]
    assert said == ["SELECT", "INSERT", "SELECT", "UPDATE"]


def test_a_reading_waits_for_no_one_who_writes(books: Books) -> None:
    async def play() -> tuple[object, bool]:
        may_end, holding = await held(books)
        try:
            return await books.standings("Ana"), holding.done()
        finally:
            may_end.set()
            await holding

    standings, had_ended = apart(play())
    assert standings
    assert not had_ended


def test_what_is_told_as_written_is_read_by_the_next(books: Books) -> None:
    async def play() -> list[bool]:
        seen = []
        for number in range(20):
            await books.bar("Ana", number % 2 == 0)
            seen.append(await books.is_barred("Ana"))
        return seen

    assert apart(play()) == [True, False] * 10


def test_whoever_has_gone_holds_up_no_one_else(books: Books) -> None:
    """A loop may end before what was asked on it is written; it is written all the same."""
    may_end = threading.Event()

    async def leave() -> None:
        holding = asyncio.create_task(books.run(lambda _: may_end.wait(20)))
        leaving = asyncio.create_task(books.admit("Ana", "key", "hash", FOX, 0.4))
        await asyncio.sleep(0)
        holding.cancel()
        leaving.cancel()

    apart(leave())
    may_end.set()
    assert apart(books.is_barred("Ana")) is False
    apart(books.still_sending([]))  # behind the two
    assert [ask.cost for ask in apart(books.asks_of("Ana"))] == [0.4]


def test_what_is_wrong_is_told_to_students_alone(course: Course) -> None:
    room = course()
    room.tokens["Eve"] = "evc-" + "x" * 32
    path = "/v1/images/generations"
    for body in (b"[", b"{}", b'{"prompt": "a", "n": -1}', b" " * 3_000_000):
        assert room.call("Eve", "POST", path, content=body).status_code == 401
        assert room.client.post(path, content=body).status_code == 401
        assert room.call("Ana", "POST", path, content=body).status_code in (400, 413)
    assert room.state()["asks"] == []


def test_books_that_are_closed_say_so(books: Books) -> None:
    books.close()

    async def play() -> None:
        async with deadline(20):
            for asked in (books.is_barred("Ana"), books.lost("key")):
                with pytest.raises(sql.exc.SQLAlchemyError, match="closed"):
                    await asked

    apart(play())


async def posted(room: Classroom, name: str, how: dict[str, str], body: Any) -> list[Any]:
    """What is said to a create whose body comes as `body` gives it."""
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    head = {"Authorization": f"Bearer {room.tokens[name]}", **how}
    scope = {
        "type": "http", "method": "POST", "path": "/v1/images/generations", "query_string": b"",
        "headers": [(one.lower().encode(), value.encode()) for one, value in head.items()],
    }  # fmt: skip
    await room.client.app(scope, body, send)
    return said


@pytest.mark.parametrize(("how", "most"), [
    ({"Content-Length": "1000000"}, 0), ({"Transfer-Encoding": "chunked"}, 0),
    ({"Content-Length": "1", "Transfer-Encoding": "chunked"}, 0), ({"Content-Length": "1"}, 7),
])  # fmt: skip
def test_a_large_body_of_no_one_is_not_read(course: Course, how: dict[str, str], most: int) -> None:
    room = course()
    room.tokens["Eve"] = "evc-" + "x" * 32
    read = 0

    async def body() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b" " * 10_000, "more_body": read < 200}

    assert apart(posted(room, "Eve", how, body))[0]["status"] == 401
    assert read == most
    read = 0
    assert apart(posted(room, "Ana", how, body))[0]["status"] == 400  # all of it, and no JSON
    assert read == 200


def test_a_body_that_never_comes_holds_up_no_connection(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_FIRST_SECONDS", 0.01)
    room = course()
    room.tokens["Eve"] = "evc-" + "x" * 32

    async def body() -> dict[str, Any]:
        await asyncio.sleep(20)
        return {"type": "http.disconnect"}

    how = {"Content-Length": "65536"}
    assert apart(posted(room, "Eve", how, body))[0]["status"] == 401
    status, told = apart(posted(room, "Ana", how, body))
    assert status["status"] == 503
    assert b"nothing was sent" in told["body"]
    assert room.state()["asks"] == []


def test_what_ends_with_its_gateway_is_lost_only_if_it_had_left(course: Course) -> None:
    room = course(rules=Rules(at_once=1, look_every=1000))
    room.service.weather.play("slow", seconds=60)
    said = {"type": "http.request", "body": json.dumps(FOX).encode(), "more_body": False}

    async def whole() -> dict[str, Any]:
        return said

    async def begin() -> list[asyncio.Task[list[Any]]]:
        how = {"Content-Length": "100"}
        return [asyncio.create_task(posted(room, "Ana", how, whole)) for _ in range(2)]

    async def end(asks: list[asyncio.Task[list[Any]]]) -> None:
        await room.books.still_sending(())  # whoever was admitted before has heard of it
        for one in asks:
            one.cancel()
        await asyncio.gather(*asks, return_exceptions=True)

    portal = room.client.portal
    assert portal is not None
    asks = portal.call(begin)
    room.until(lambda: room.standing("Ana")["running"] == 2 and bool(room.service.counts["create"]))
    portal.call(end, asks)
    standing = room.standing("Ana")
    assert (standing["lost"], standing["refused"]) == (1, 1)


def test_who_leaves_in_the_middle_of_a_request_has_asked_nothing(course: Course) -> None:
    room = course()

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    # An error would be told in the log, and raised.
    said = apart(posted(room, "Ana", {"Content-Length": "100"}, gone))
    assert said[0]["status"] == 400
    assert room.state()["asks"] == []


def test_a_paused_students_ask_is_in_the_books_as_refused(course: Course) -> None:
    from classroom import TEACHER

    room = course()
    head = {"Authorization": f"Bearer {TEACHER}"}
    room.client.post("/course/students/Ana", json={"barred": True}, headers=head)
    assert room.ask("Ana").json()["error"]["code"] == "key_disabled"
    assert room.ask("Ana", {**FOX, "n": 2}).status_code == 403
    assert [one["step"] for one in room.state()["asks"]] == ["refused"] * 2
    assert "paused" in room.state()["asks"][0]["said"]
    assert room.service.counts["create"] == 0


def test_a_pause_in_the_commit_of_an_ask_holds_for_it(course: Course, heard: Heard) -> None:
    """One call wakes whoever shares a commit: the teacher hears no sooner than the asks."""
    room = course(rules=Rules(at_once=5, look_every=1000))
    room.until(lambda: any(one.startswith("SELECT asks.task_id") for one in heard.statements))
    transactions = room.books._transactions
    may_end = threading.Event()
    holding = transactions.submit(lambda _: may_end.wait(20))
    with ThreadPoolExecutor(3) as threads:
        replies = [threads.submit(room.ask, "Ana") for _ in range(2)]
        room.until(lambda: transactions._waiting.qsize() == 2)
        pausing = threads.submit(room.pause, "Ana")
        room.until(lambda: transactions._waiting.qsize() == 3)
        may_end.set()
        assert pausing.result().is_success
        assert [reply.result().status_code for reply in replies] == [403] * 2
    assert holding.result()
    assert room.service.counts["create"] == 0
    assert room.standing("Ana")["reserved"] == 0


def test_what_the_log_holds_is_put_into_the_file_when_it_is_quiet(
    course: Course, tmp_path: Path
) -> None:
    """A class's rush does not wait for it, and a teacher may copy the one file afterwards."""
    room = course(rules=NOT_LOOKED_FOR)
    assert room.ask("Ana").status_code == 200
    copy = tmp_path / "copy.sqlite"

    def is_there() -> bool:
        shutil.copy(tmp_path / "course.sqlite", copy)
        with contextlib.closing(sqlite3.connect(copy)) as alone, contextlib.suppress(sqlite3.Error):
            return bool(alone.execute("SELECT count(task_id) FROM asks").fetchone()[0])
        return False

    room.until(is_there)


# Turns go round: a student with many calls keeps none from one with a single call.


def order_of(calls: list[str], at_once: int = 1) -> list[str]:
    async def play() -> list[str]:
        turns, served = Turns(at_once), []

        async def call(student: str) -> None:
            async with turns.turn(student):
                served.append(student)
                await asyncio.sleep(0)

        await asyncio.gather(*map(call, calls))
        return served

    return apart(play())


def test_one_call_waits_for_one_of_the_others_and_not_for_all() -> None:
    assert order_of(["a"] * 5 + ["b"]) == ["a", "a", "b", "a", "a", "a"]


def test_three_take_turns_whatever_each_has_waiting() -> None:
    served = order_of(["a"] * 4 + ["b"] * 2 + ["c"])
    assert served == ["a", "a", "b", "c", "a", "b", "a"]


def test_all_wait_as_long_as_the_service_asks() -> None:
    async def play() -> float:
        turns = Turns()
        loop = asyncio.get_running_loop()
        began = loop.time()
        turns.pause(0.05)
        async with turns.turn("a"), turns.turn("b"):
            return loop.time() - began

    assert apart(play()) >= 0.05


def test_a_call_that_is_given_up_gives_its_turn_back() -> None:
    async def play() -> int:
        turns = Turns(1)
        async with turns.turn("a"):
            waits = asyncio.create_task(_take(turns, "b"))
            await asyncio.sleep(0)
            waits.cancel()
            await asyncio.gather(waits, return_exceptions=True)
        async with asyncio.timeout(5) if hasattr(asyncio, "timeout") else turns.turn("c"):
            pass
        await asyncio.wait_for(_take(turns, "d"), 5)
        return turns.waiting

    assert apart(play()) == 0


async def _take(turns: Turns, student: str) -> None:
    async with turns.turn(student):
        pass
