"""Nobody's budget, nor the course's, is ever passed; what was not bought is given back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from classroom import FOX, FOX_COSTS, Classroom

from evolink_widgets.course.allowed import Allowed
from evolink_widgets.course.books.roster import Student
from evolink_widgets.course.server import Rules

Course = Callable[..., Classroom]


def test_a_charge_takes_the_place_of_what_was_reserved(course: Course) -> None:
    room = course(budget=20)
    task = room.ask("Ana").json()
    reserved = room.standing("Ana")["reserved"] + room.standing("Ana")["spent"]
    assert 0 < reserved < 1
    charged = room.done("Ana", task["id"])["usage"]["credits_used"]
    assert room.standing("Ana")["spent"] == pytest.approx(charged)
    assert room.standing("Ana")["reserved"] == 0
    assert room.standing("Ben")["left"] == 20


def test_an_ask_beyond_the_students_budget_reaches_no_service(course: Course) -> None:
    room = course(budget=0.1)
    reply = room.ask("Ana")
    assert reply.status_code == 402
    assert reply.json()["error"]["code"] == "insufficient_token_quota"
    assert "0.1 credits left" in reply.json()["error"]["message"]
    assert room.service.counts["create"] == 0
    assert room.standing("Ana")["refused"] == 1


def test_a_budget_of_the_list_holds_before_the_usual_one(course: Course) -> None:
    room = course(budget=0.1, students=(Student("Ana", budget=5), Student("Ben")))
    assert room.ask("Ana").status_code == 200
    assert room.ask("Ben").status_code == 402


def test_the_course_has_a_budget_too_and_says_whose_it_is(course: Course) -> None:
    room = course(budget=20, course_budget=0.6)
    assert room.ask("Ana").status_code == 200
    reply = room.ask("Ben")
    assert reply.json()["error"]["code"] == "insufficient_user_quota"
    assert "course's budget" in reply.json()["error"]["message"]


def test_forty_asks_at_once_never_pass_a_cap(course: Course) -> None:
    room = course(budget=3, course_budget=5)
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda n: room.ask("Ana" if n % 2 else "Ben"), range(40)))
    accepted = sum(reply.status_code == 200 for reply in replies)
    assert {reply.status_code for reply in replies} == {200, 402}
    room.until(lambda: all(one["reserved"] == 0 for one in room.state()["students"]))
    spent = [one["spent"] for one in room.state()["students"]]
    assert max(spent) <= 3
    assert sum(spent) <= 5
    assert room.service.counts["create"] == accepted


def test_what_fails_at_the_service_costs_nothing(course: Course) -> None:
    room = course(budget=20)
    room.service.weather.play("policy refusal")
    task = room.ask("Ana").json()
    assert room.done("Ana", task["id"])["status"] == "failed"
    standing = room.standing("Ana")
    assert (standing["left"], standing["failed"]) == (20, 1)


def test_what_the_service_refuses_gives_its_reservation_back(course: Course) -> None:
    room = course(budget=20)
    room.service.weather.play("403")
    assert room.ask("Ana").status_code == 403
    assert room.standing("Ana")["left"] == 20


def test_where_the_service_sets_more_aside_than_expected_that_counts(course: Course) -> None:
    from classroom import emulator

    room = course(budget=20, service=emulator(prices=4.0, speed=0.001))
    reserved = room.ask("Ana").json()["usage"]["credits_reserved"]
    assert reserved > 1
    assert room.standing("Ana")["reserved"] == pytest.approx(reserved)


def test_prices_are_learned_from_the_courses_own_receipts(course: Course) -> None:
    from classroom import emulator

    room = course(budget=2.9, service=emulator(prices=4.0))
    room.done("Ana", room.ask("Ana").json()["id"])  # about 1.9 credits, for which 0.5 was reserved
    room.until(lambda: room.ask("Ana").status_code == 402)
    assert room.standing("Ana")["spent"] < 2.9


def test_a_course_may_allow_less_than_the_service(course: Course) -> None:
    allowed = Allowed(models=["gpt-image-2"], qualities=["low"], pixels=1024 * 1024, pictures=2)
    room = course(rules=Rules(allowed=allowed, look_every=0.1))
    for field, value, status in (
        ("model", "gpt-image-2-beta", 403),
        ("quality", "high", 400),
        ("size", "2048x2048", 400),
        ("size", "auto", 400),
        ("n", 3, 400),
    ):
        reply = room.ask("Ana", {**FOX, field: value})
        assert reply.status_code == status, field
        assert reply.json()["error"]["param"] == field
    assert room.service.counts["create"] == 0
    assert room.ask("Ana", {**FOX, "n": 2}).status_code == 200


def test_a_paused_student_asks_no_more_and_what_runs_goes_on(course: Course) -> None:
    from classroom import TEACHER

    room = course()
    task = room.ask("Ana").json()
    head = {"Authorization": f"Bearer {TEACHER}"}
    assert room.client.post("/course/students/Ana", json={"barred": True}, headers=head).is_success
    assert room.ask("Ana").status_code == 403
    assert room.done("Ana", task["id"])["status"] == "completed"
    assert room.ask("Ben").status_code == 200
    room.client.post("/course/students/Ana", json={"barred": False}, headers=head)
    assert room.ask("Ana").status_code == 200


def test_credits_that_cannot_be_true_change_no_budget(course: Course) -> None:
    room = course()
    room.service.weather.play("absurd credits")
    task = room.ask("Ana").json()["id"]
    room.done("Ana", task)
    room.until(lambda: room.standing("Ana")["done"] == 1)
    assert 0 < room.standing("Ana")["spent"] < FOX_COSTS
    assert room.ask("Ana").status_code == 200
