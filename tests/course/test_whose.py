"""A student sees what is the student's own, and nothing of the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from classroom import FOX, Classroom, emulator
from services import KEY
from starlette.responses import JSONResponse

from evolink_widgets.emulator.http.app import create_app as emulator_app

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


async def _refusing(scope: Any, receive: Any, send: Any) -> None:
    text = "The key of the account of Prof. Roe has expired"
    await JSONResponse({"error": {"code": "invalid_api_key", "message": text}}, 401)(
        scope, receive, send
    )


async def _silent(*_: Any) -> None:
    raise httpx.ConnectError("no one listens")


def test_only_a_service_that_says_so_is_an_emulator(course: Course, tmp_path: Path) -> None:
    """On this machine a tunnel may lead to the real one: what it says is not for students."""
    services = {200: emulator_app(emulator()), 404: _refusing, 502: _silent}
    for status, app in services.items():
        room = course(app=app, url=f"sqlite:///{tmp_path / str(status)}")
        reply = room.call("Ana", "GET", "/emulator/weather")
        assert reply.status_code == status
        assert (reply.json() == {"weather": []}) is (status == 200)
        assert "Roe" not in reply.text


def test_the_accounts_name_and_group_are_not_the_students(course: Course) -> None:
    reply = course().call("Ana", "GET", "/api/v1/files/quota")
    assert set(reply.json()["data"]) == {"used_files", "max_files", "remain_files"}
