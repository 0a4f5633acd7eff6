"""What a hostile student, or a bad moment, tries: no cap is passed, and no other's is touched."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
from classroom import FOX, TEACHER, Classroom, apart, classroom, emulator, sqlite
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from evolink_widgets.course.books.asks import StillDeciding
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.books.roster import Student, new_token, token_hash
from evolink_widgets.course.books.tables import ASKS, STUDENTS
from evolink_widgets.course.identity import Tokens
from evolink_widgets.course.server import Rules, read_user

Course = Callable[..., Classroom]
UNDER = "under-this-very-key"
NOT_LOOKED_FOR = Rules(look_every=1000)
BY_HAND = {"Content-Type": "application/json"}


def test_a_refusal_of_the_second_proves_nothing_of_a_lost_first(course: Course) -> None:
    room = course(rules=NOT_LOOKED_FOR)
    room.service.weather.play("reply lost")
    assert room.ask("Ana", key=UNDER).status_code == 502
    reserved = room.standing("Ana")["reserved"]
    room.service.weather.play("403")
    again = room.ask("Ana", key=UNDER)
    assert again.json()["error"]["code"] == "paid_outcome_unknown"
    assert room.standing("Ana")["reserved"] == reserved > 0
    assert room.standing("Ana")["lost"] == 1


def test_what_was_lost_is_sent_again_once(course: Course) -> None:
    """The service promises no idempotency: a loop of repeats would buy each time."""
    room = course(rules=NOT_LOOKED_FOR)
    room.service.weather.play("reply lost", times=2)
    codes = [room.ask("Ana", key=UNDER).json()["error"]["code"] for _ in range(5)]
    assert set(codes) == {"paid_outcome_unknown"}
    assert room.service.counts["create"] == 2


def test_a_task_of_the_first_try_is_found_after_a_second_that_was_lost(tmp_path: Path) -> None:
    clock = [1000.0]
    books = Books(sqlite(tmp_path), budget=5, clock=lambda: clock[0])
    try:
        apart(books.enrol([Student("Ana")], {}))
        ask, _ = apart(books.admit("Ana", UNDER, "hash", FOX, 0.5))
        apart(books.lost(ask.key))
        clock[0] += 600
        again, is_new = apart(books.admit("Ana", UNDER, "hash", FOX, 0.5))
        apart(books.lost(again.key))
        [kept] = apart(books.unfinished())
    finally:
        books.close()
    assert is_new
    assert (kept.key, kept.asked_at, kept.lost_at) == (ask.key, 1000, 1600)


def test_a_task_on_its_way_to_one_student_is_not_given_to_another(tmp_path: Path) -> None:
    """Ana's request never arrived. Ben's task is made, and his gateway has yet to hear of it."""
    service, tokens = emulator(), {"Ana": new_token(), "Ben": new_token()}
    url = sqlite(tmp_path)
    with classroom(url, service=service, tokens=tokens, rules=NOT_LOOKED_FOR) as room:
        for name, fault in (("Ana", "request lost"), ("Ben", "reply lost")):
            room.service.weather.play(fault)
            assert room.ask(name).status_code == 502
    books = Books(url, budget=20)
    try:
        on_its_way = sql.update(ASKS).where(ASKS.c.student == "Ben").values(step="sending")
        apart(books.run(lambda connection: connection.execute(on_its_way).rowcount))
        [bens] = apart(books.asks_of("Ben"))
        with classroom(url, service=service, tokens=tokens) as room:
            looks = room.service.counts["list"]
            room.until(lambda: room.service.counts["list"] > looks + 2)
            assert room.call("Ana", "GET", "/v1/tasks").json()["total"] == 0
            assert room.standing("Ana")["lost"] == 1
            # Ben's gateway hears of nothing: now both could be the one whose task it is.
            apart(books.lost(bens.key))
            looks = room.service.counts["list"]
            room.until(lambda: room.service.counts["list"] > looks + 2)
            assert room.standing("Ana")["lost"] == 1
    finally:
        books.close()


def test_an_ask_whose_gateway_lives_is_not_taken_for_lost(tmp_path: Path) -> None:
    """It may wait for its turn for minutes; a second one under its key would be sent beside it."""
    clock = [1000.0]
    books = Books(sqlite(tmp_path), budget=5, clock=lambda: clock[0])
    try:
        apart(books.enrol([Student("Ana")], {}))
        ask, _ = apart(books.admit("Ana", UNDER, "hash", FOX, 0.5))
        for _ in range(4):
            clock[0] += 100
            apart(books.still_sending([ask.key]))
        assert apart(books.unfinished()) == []
        with pytest.raises(StillDeciding):
            apart(books.admit("Ana", UNDER, "hash", FOX, 0.5))
        clock[0] += 200  # not heard of any more
        assert len(apart(books.unfinished())) == 1
    finally:
        books.close()


def test_what_waits_for_its_turn_is_not_sent_once_the_student_is_paused(course: Course) -> None:
    room = course(rules=Rules(at_once=1, look_every=1000))
    room.service.weather.play("429 retry-after", seconds=1.0)
    with ThreadPoolExecutor(6) as threads:
        replies = [threads.submit(room.ask, "Ana") for _ in range(6)]
        room.until(lambda: room.standing("Ana")["running"] == 6)
        room.client.post(
            "/course/students/Ana", json={"barred": True},
            headers={"Authorization": f"Bearer {TEACHER}"},
        )  # fmt: skip
        codes = [reply.result().status_code for reply in replies]
    assert codes == [403] * 6
    assert room.service.counts["accepted"] == 0
    assert room.standing("Ana")["reserved"] == 0


def test_the_path_of_an_upload_is_not_the_students_to_choose(course: Course) -> None:
    room = course()
    for host in ("x/v1/images/generations?", "x/emulator/weather?", "x/v1/images/generations#"):
        room.call("Ana", "POST", "/api/v1/files/upload/base64", json=FOX, headers={"Host": host})
    assert room.service.counts["create"] == 0
    assert room.service.counts["files"] == 3


def test_under_a_hub_an_upload_goes_to_the_services_own_path(course: Course) -> None:
    room = course()
    behind = Starlette(routes=[Mount("/services/evolink", app=room.client.app)])
    reply = TestClient(behind).post(
        "/services/evolink/api/v1/files/upload/base64", json={"base64_data": 1},
        headers={"Authorization": f"Bearer {room.tokens['Ana']}"},
    )  # fmt: skip
    assert reply.status_code == 400  # the service's word on it, and not its 404
    assert room.service.counts["files"] == 1


@pytest.mark.parametrize("ids", [[[1]], [{}], [None], [True], ["\ud83d"], [1e9]])
def test_odd_ids_are_no_tasks(course: Course, ids: list[Any]) -> None:
    body = json.dumps({"task_ids": ids})
    reply = course().call("Ana", "POST", "/v1/tasks/batch", content=body, headers=BY_HAND)
    assert (reply.status_code, reply.json()) == (200, {"data": []})


@pytest.mark.parametrize(
    "body",
    ["[" * 100_000, '{"prompt": "a", "n": NaN}', '{"prompt": "a", "n": 1e400}',
     '{"prompt": "a", "n": %s}' % ("9" * 9000), '{"prompt": "a", "n": -1}',
     '{"prompt": {"a": 1}}', '{"prompt": "a", "size": [1]}', '{"prompt": "a \\ud83d"}',
     '{"prompt": "a", "image_urls": [[1]]}', '{"prompt": "a", "callback_url": "https://10.0.0.1/"}',
     "\xff", '"prompt"', ""],
)  # fmt: skip
def test_a_hostile_body_is_refused_before_anything_is_reserved(course: Course, body: str) -> None:
    room = course()
    path = "/v1/images/generations"
    reply = room.call("Ana", "POST", path, content=body.encode("latin-1"), headers=BY_HAND)
    assert reply.status_code == 400
    assert room.state()["asks"] == []
    assert room.service.counts["create"] == 0


def test_a_key_without_end_is_refused(course: Course) -> None:
    room = course()
    reply = room.ask("Ana", key="k" * 5000)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "Idempotency-Key")


def test_a_renewed_token_is_void_at_once(tmp_path: Path) -> None:
    books = Books(sqlite(tmp_path), budget=5)
    old, new = new_token(), new_token()
    try:
        tokens = Tokens(books)
        apart(books.enrol([Student("Ana")], {"Ana": token_hash(old)}))
        assert apart(tokens.student(old)) == "Ana"
        apart(books.enrol([Student("Ana")], {"Ana": token_hash(new)}))
        assert apart(tokens.student(old)) is None
        assert apart(tokens.student(new)) == "Ana"
    finally:
        books.close()


def test_one_change_that_fails_fails_alone_and_leaves_nothing(tmp_path: Path) -> None:
    """Of those that share its commit, one may be the reply to a paid request."""

    def fail(connection: sql.Connection) -> None:
        connection.execute(sql.insert(STUDENTS).values(name="Ana", barred=False))
        raise ZeroDivisionError

    books = Books(sqlite(tmp_path), budget=5)
    gate = threading.Event()
    try:
        submit = books._transactions.submit
        first = submit(lambda _: gate.wait(10))  # the next four wait, and share a commit
        good = submit(lambda connection: connection.scalar(sql.text("SELECT 1")))
        bad = submit(lambda connection: connection.execute(sql.text("SELECT * FROM nowhere")))
        odd = submit(fail)
        other = submit(lambda connection: connection.scalar(sql.text("SELECT 2")))
        gate.set()
        assert first.result(10)
        assert (good.result(10), other.result(10)) == (1, 2)
        assert isinstance(bad.exception(10), sql.exc.SQLAlchemyError)
        assert isinstance(odd.exception(10), ZeroDivisionError)
        assert apart(books.standings()) == []
    finally:
        books.close()


def test_a_reply_is_written_down_once_the_books_can_be_again(
    course: Course, tmp_path: Path
) -> None:
    room = course(rules=NOT_LOOKED_FOR)
    room.service.weather.play("slow", seconds=1.5)
    with ThreadPoolExecutor(1) as threads:
        reply = threads.submit(room.ask, "Ana")
        room.until(lambda: room.service.counts["create"] == 1)
        lock = sqlite3.connect(tmp_path / "course.sqlite")
        try:
            lock.execute("BEGIN EXCLUSIVE")
            lock.execute("ALTER TABLE asks RENAME TO elsewhere")
            lock.execute("COMMIT")
            room.until(lambda: room.service.counts["accepted"] == 1)
            time.sleep(1.0)  # the reply is there; the table is not
            lock.execute("ALTER TABLE elsewhere RENAME TO asks")
        finally:
            lock.close()
        assert reply.result().status_code == 200
    assert room.read("Ana", reply.result().json()["id"]).status_code == 200


def test_without_books_nothing_is_sent_and_a_client_may_ask_again(
    course: Course, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    room = course(rules=NOT_LOOKED_FOR)
    with sqlite3.connect(tmp_path / "course.sqlite") as other:
        other.execute("ALTER TABLE asks RENAME TO elsewhere")
    client = TestClient(room.client.app, raise_server_exceptions=False)
    head = {"Authorization": f"Bearer {room.tokens['Ana']}"}
    reply = client.post("/v1/images/generations", json=FOX, headers=head)
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "no_available_channel")
    assert "no such table" in caplog.text
    assert token_hash(room.tokens["Ana"]) not in caplog.text
    assert room.service.counts["create"] == 0


def test_a_second_task_of_one_ask_is_the_students_and_counts(tmp_path: Path) -> None:
    """Where a service pays no heed to the key, both are paid: neither may be lost."""
    from evolink_widgets.rules.tasks.task import read_task

    def document(name: str) -> dict[str, Any]:
        return {"id": f"task-unified-1-{name}", "status": "processing", "created": 1, "model": "m"}

    books = Books(sqlite(tmp_path), budget=5)
    try:
        apart(books.enrol([Student("Ana")], {}))
        ask, _ = apart(books.admit("Ana", UNDER, "hash", FOX, 0.5))
        for name in ("one", "two", "one", "two"):  # the last as a commit that was told as failed
            told = document(name)
            assert apart(books.accepted(ask.key, read_task(told), told))
        assert {one.task_id for one in apart(books.asks_of("Ana"))} == {
            "task-unified-1-one", "task-unified-1-two",
        }  # fmt: skip
        told = document("three")
        with pytest.raises(sql.exc.SQLAlchemyError):  # books of a copy; the gateway tries again
            apart(books.accepted("no key of theirs", read_task(told), told))
        assert apart(books.standings("Ana"))[0].reserved == 1.0
    finally:
        books.close()


def test_a_service_of_the_hub_is_no_student(monkeypatch: pytest.MonkeyPatch) -> None:
    import http.server

    said = [{"kind": "service", "name": "ana"}, {"kind": "user", "name": "ana"},
            {"kind": "user", "name": "a\x00na"}, ["ana"]]  # fmt: skip

    class Hub(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(said.pop(0)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # it would get the tokens
    with http.server.HTTPServer(("127.0.0.1", 0), Hub) as hub:
        thread = threading.Thread(target=hub.serve_forever)
        thread.start()
        try:
            api = f"http://127.0.0.1:{hub.server_address[1]}/hub/api"
            assert [read_user(api, "t") for _ in range(4)] == [None, "ana", None, None]
        finally:
            hub.shutdown()
            thread.join()
