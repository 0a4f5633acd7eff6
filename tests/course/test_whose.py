"""A student sees what is the student's own, and nothing of the key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from classroom import FOX, Classroom
from services import KEY

Course = Callable[..., Classroom]
PARTS = [KEY[place : place + 6] for place in range(8, len(KEY) - 5)]


def test_a_token_of_no_one_is_refused(course: Course) -> None:
    room = course()
    room.tokens["Eve"] = "evc-" + "x" * 32
    assert room.ask("Eve").status_code == 401
    room.tokens["Eve"] = KEY
    assert room.ask("Eve").status_code == 401
    assert room.client.get("/v1/credits").status_code == 401


def test_tasks_of_others_are_not_there(course: Course) -> None:
    room = course()
    hers, his = (room.ask(name).json()["id"] for name in ("Ana", "Ben"))
    assert room.read("Ana", his).status_code == 404
    assert room.read("Ana", "task-unified-1-unknown").status_code == 404
    listed = room.call("Ana", "GET", "/v1/tasks").json()
    assert [row["id"] for row in listed["data"]] == [hers]
    many = room.call("Ana", "POST", "/v1/tasks/batch", json={"task_ids": [his, hers]}).json()
    assert [task["id"] for task in many["data"]] == [hers]


def test_an_ended_task_is_told_without_asking_the_service_again(course: Course) -> None:
    room = course()
    task = room.ask("Ana").json()
    told = room.done("Ana", task["id"])
    reads = room.service.counts["read"]
    assert room.read("Ana", task["id"]).json() == told
    assert room.service.counts["read"] == reads


def test_credits_are_the_students_own_and_the_courses(course: Course) -> None:
    room = course(budget=20, course_budget=30)
    room.done("Ana", room.ask("Ana").json()["id"])
    data = room.call("Ana", "GET", "/v1/credits").json()["data"]
    spent = data["token"]["used_credits"]
    assert 0 < spent < 1
    assert data["token"]["remaining_credits"] == 20 - spent
    assert data["user"]["remaining_credits"] == 30 - spent


def test_uploads_are_the_students_own(course: Course) -> None:
    room = course()
    picture, _ = room.service.drawn.draw(
        "t", 0, type("Ask", (), {"width": 256, "height": 256})(), "seed"
    )
    files = {"file": ("fox.png", picture, "image/png")}
    stored = room.call("Ana", "POST", "/api/v1/files/upload/stream", files=files).json()
    link = stored["data"]["file_url"]
    ids = {
        name: [
            one["file_id"]
            for one in room.call(name, "GET", "/api/v1/files/list").json()["data"]["files"]
        ]
        for name in ("Ana", "Ben")
    }
    assert ids == {"Ana": [stored["data"]["file_id"]], "Ben": []}
    task = room.ask("Ana", {**FOX, "image_urls": [link]})
    assert room.done("Ana", task.json()["id"])["status"] == "completed"


def test_no_six_characters_of_the_key_are_in_any_reply(course: Course) -> None:
    room = course()
    task = room.ask("Ana").json()["id"]
    room.done("Ana", task)
    room.service.weather.play("401")
    replies = [
        room.ask("Ana"),
        room.read("Ana", task),
        room.call("Ana", "GET", "/v1/tasks"),
        room.call("Ana", "GET", "/v1/credits"),
        room.call("Ana", "GET", "/api/v1/files/quota"),
        room.client.get("/course"),
        room.client.get("/course/state"),
    ]
    said = [reply.text + str(reply.headers) for reply in replies] + [str(room.state())]
    assert not [part for part in PARTS for text in said if part in text]


@pytest.mark.parametrize(("fault", "status", "code"), [
    ("401", 403, "course_key_refused"), ("402 account", 402, "insufficient_user_quota"),
])  # fmt: skip
def test_what_is_wrong_with_the_courses_key_is_not_told_as_the_tokens_fault(
    course: Course, fault: str, status: int, code: str
) -> None:
    room = course()
    room.service.weather.play(fault)
    reply = room.ask("Ana")
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert "Tell your teacher" in reply.json()["error"]["message"]
    assert room.standing("Ana")["reserved"] == 0
    assert room.ask("Ana").status_code == 200


def test_the_accounts_name_and_group_are_not_the_students(course: Course) -> None:
    reply = course().call("Ana", "GET", "/api/v1/files/quota")
    assert set(reply.json()["data"]) == {"used_files", "max_files", "remain_files"}
