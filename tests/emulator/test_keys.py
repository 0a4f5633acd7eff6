"""Keys: each has its own allowance and its own rate; none is needed where none belongs."""

from __future__ import annotations

import pytest

from evolink_widgets.emulator.app import API_URL, FILES_URL, MEDIA_URL, create_app
from evolink_widgets.emulator.service import Service

from .conftest import Ask, Caller, Clock

DOORS = [
    ("POST", "/v1/images/generations"), ("GET", "/v1/tasks"), ("POST", "/v1/tasks/batch"),
    ("GET", "/v1/tasks/task-unified-1-a"), ("GET", "/v1/credits"),
]  # fmt: skip
FILE_DOORS = [
    ("POST", "/upload/stream"), ("POST", "/upload/base64"), ("POST", "/upload/url"),
    ("GET", "/list"), ("GET", "/quota"), ("DELETE", "/file-1"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), DOORS)
@pytest.mark.parametrize("scheme", ["", "Bearer", "Bearer   ", "Basic k", "k"])
def test_no_door_of_the_api_opens_without_a_key(
    call: Caller, method: str, path: str, scheme: str
) -> None:
    reply = call(method, path, key=None, authorization=scheme)
    assert (reply.status, reply.error["type"]) == (401, "authentication_error")


@pytest.mark.parametrize(("method", "path"), FILE_DOORS)
def test_no_door_of_the_files_api_opens_without_a_key(call: Caller, method: str, path: str) -> None:
    reply = call(method, f"{FILES_URL}/api/v1/files{path}", key=None)
    assert reply.status == 401
    assert (reply.json["success"], reply.json["code"]) == (False, 401)


def test_an_allowance_belongs_to_a_key_and_the_balance_to_the_account(clock: Clock) -> None:
    caller = Caller(create_app(Service(clock=clock, balance=30.0, allowance=10.0)))
    body = {"model": "gpt-image-2", "prompt": "a fox", "size": "1:1"}

    def ask(key: str) -> str:
        reply = caller("POST", "/v1/images/generations", json_body=body, key=key)
        return "taken" if reply.status == 200 else reply.error["code"]

    told = {key: [ask(key) for _ in range(5)] for key in "abcdef"}
    assert told["a"] == ["taken"] * 3 + ["insufficient_token_quota"] * 2
    assert told["b"][0] == "taken"
    assert told["f"][0] == "insufficient_user_quota"
    left = caller("GET", "/v1/credits", key="f").json["data"]
    assert left["token"]["remaining_credits"] == 10
    assert left["user"]["remaining_credits"] < 10


def test_a_rate_belongs_to_a_key(clock: Clock) -> None:
    caller = Caller(create_app(Service(clock=clock, rate=(0.5, 2.0))))
    statuses = [caller("GET", "/v1/credits", key=key).status for key in "aaabba"]
    assert statuses == [200, 200, 429, 200, 200, 429]
    assert caller("GET", "/v1/credits", key="a").headers["retry-after"] == "2"
    files = caller("GET", f"{FILES_URL}/api/v1/files/quota", key="a")
    assert (files.status, files.json["success"]) == (429, False)


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", f"{API_URL}/v1/credits", 200),
        ("GET", f"{FILES_URL}/v1/credits", 404),
        ("GET", f"{API_URL}/api/v1/files/quota", 404),
        ("GET", f"{MEDIA_URL}/v1/credits", 403),
        ("GET", f"{API_URL}/nothing", 404),
        ("DELETE", f"{API_URL}/v1/credits", 405),
        ("POST", f"{MEDIA_URL}/a.png", 405),
    ],
)
def test_each_host_serves_its_own_and_names_every_call(
    call: Caller, method: str, url: str, status: int
) -> None:
    replies = [call(method, url) for _ in range(2)]
    assert {reply.status for reply in replies} == {status}
    assert len({reply.headers["x-request-id"] for reply in replies}) == 2


def test_requests_are_counted_by_what_they_asked_for(ask: Ask, call: Caller) -> None:
    task_id = ask().json["id"]
    ask(n=0)
    call("GET", f"/v1/tasks/{task_id}")
    counts = call("GET", "/emulator/counts", key=None).json
    assert (counts["create"], counts["accepted"], counts["read"]) == (2, 1, 1)
    assert counts["charged credits"] == 0
