"""A reply that is lost between the gateway and the service costs once, and finds its student."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from classroom import FOX, Classroom, apart, classroom, emulator, sqlite

from evolink_widgets.course.books.asks import Step
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.books.roster import Student, new_token

Course = Callable[..., Classroom]
UNDER = "under-this-very-key"


def test_the_task_of_a_lost_reply_is_found_and_given_to_its_student(course: Course) -> None:
    room = course()
    room.service.weather.play("reply lost")
    reply = room.ask("Ana", {**FOX, "prompt": "a fox that was lost in the reply"})
    assert reply.status_code == 502
    assert reply.json()["error"]["code"] == "paid_outcome_unknown"
    room.until(lambda: room.call("Ana", "GET", "/v1/tasks").json()["total"] == 1)
    [row] = room.call("Ana", "GET", "/v1/tasks").json()["data"]
    assert room.done("Ana", row["id"])["status"] == "completed"
    assert room.call("Ben", "GET", "/v1/tasks").json()["total"] == 0
    assert room.service.counts["create"] == 1


def test_lost_asks_of_two_students_are_not_mixed_up(course: Course) -> None:
    room = course()
    room.service.weather.play("reply lost", times=2)
    prompts = {"Ana": "short", "Ben": "a prompt of quite another length, so that its price differs"}
    for name, prompt in prompts.items():
        assert room.ask(name, {**FOX, "prompt": prompt}).status_code == 502
    room.until(lambda: all(one["lost"] == 0 for one in room.state()["students"]))
    asked = {one["student"]: one["prompt"] for one in room.state()["asks"]}
    assert asked == prompts
    for name, prompt in prompts.items():
        [row] = room.call(name, "GET", "/v1/tasks").json()["data"]
        record = room.service.find(row["id"], owner=_owner())
        assert record.ask.prompt == prompt


def test_sent_again_under_its_key_it_is_the_same_task(course: Course) -> None:
    room = course()
    first = room.ask("Ana", key=UNDER).json()
    again = room.ask("Ana", key=UNDER)
    assert again.json()["id"] == first["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert room.service.counts["create"] == 1
    other = room.ask("Ana", {**FOX, "prompt": "a hare"}, key=UNDER)
    assert other.json()["error"]["code"] == "idempotency_conflict"
    # The same word of another student's is another key.
    assert room.ask("Ben", key=UNDER).json()["id"] != first["id"]


def test_sent_again_after_a_loss_it_is_charged_once(course: Course, tmp_path: Path) -> None:
    from evolink_widgets.course.server import Rules

    room = course(rules=Rules(look_every=1000))  # nothing is found meanwhile
    room.service.weather.play("reply lost")
    assert room.ask("Ana", key=UNDER).status_code == 502
    assert room.standing("Ana")["lost"] == 1
    task = room.ask("Ana", key=UNDER).json()
    charged = room.done("Ana", task["id"])["usage"]["credits_used"]
    room.until(lambda: room.standing("Ana")["spent"] == charged)
    assert len(room.service.rows(status=None, model=None, owner=_owner())) == 1


def test_a_service_that_asks_for_patience_is_asked_again(course: Course) -> None:
    room = course()
    room.service.weather.play("429 retry-after", seconds=0.1, times=2)
    assert room.ask("Ana").status_code == 200
    assert room.service.counts["create"] == 3


def test_a_gateway_that_was_killed_while_sending_finds_what_it_sent(tmp_path: Path) -> None:
    """It died between the reservation and the service's reply: as after `kill -9`."""
    service = emulator()
    tokens = {"Ana": new_token()}
    students = (Student("Ana"),)
    url = sqlite(tmp_path)
    with classroom(url, service=service, students=students, tokens=tokens) as room:
        body = {**FOX, "prompt": "a fox whose gateway dies"}
        sent = room.ask("Ana", body, key=UNDER).json()
    books = Books(url, budget=20)
    try:
        ask = apart(books.ask_of_task(sent["id"]))
        assert ask is not None
        _forget(books, ask.key)
    finally:
        books.close()
    with classroom(url, service=service, students=students, tokens=tokens) as room:
        assert room.standing("Ana")["reserved"] > 0
        room.until(lambda: room.standing("Ana")["running"] == 0)
        room.until(lambda: room.standing("Ana")["done"] == 1)
        assert room.done("Ana", sent["id"])["status"] == "completed"
    assert service.counts["create"] == 1


def _forget(books: Books, key: str) -> None:
    """Put the row back to how it was before the reply came, some minutes ago."""
    import sqlalchemy as sql

    from evolink_widgets.course.books.tables import ASKS

    back = {"step": Step.SENDING.value, "task_id": None, "document": None, "charged": None,
            "ended_at": None, "asked_at": ASKS.c.asked_at - 200,
            "sent_at": ASKS.c.sent_at - 200}  # fmt: skip
    change = sql.update(ASKS).where(ASKS.c.key == key).values(back)
    apart(books.run(lambda connection: connection.execute(change).rowcount))


def _owner() -> str:
    from services import KEY

    from evolink_widgets.emulator.service.service import owner_of

    return owner_of(KEY)
