"""Keys: each has its own allowance and its own rate; none is needed where none belongs."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from evolink_widgets.emulator.http.app import API_URL, FILES_URL, MEDIA_URL, create_app
from evolink_widgets.emulator.service.service import Service

from ..conftest import Ask, Caller, Clock

DOORS = [
    ("POST", "/v1/images/generations"), ("GET", "/v1/tasks"), ("POST", "/v1/tasks/batch"),
    ("GET", "/v1/tasks/task-unified-1-a"), ("GET", "/v1/credits"),
]  # fmt: skip
FILE_DOORS = [
    ("POST", "/upload/stream"), ("POST", "/upload/base64"), ("POST", "/upload/url"),
    ("GET", "/list"), ("GET", "/quota"), ("DELETE", "/file-1"),
]  # fmt: skip


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 40, 40)).save(out, "PNG")
    return out.getvalue()


PICTURE = _picture()


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


@pytest.fixture
def apart(clock: Clock) -> Caller:
    """An emulator on which each key is an account of its own."""
    service = Service(clock=clock, seed=1, balance=10.0, allowance=None, accounts=True)
    return Caller(create_app(service, sleep=clock.sleep))


BODY = {"model": "gpt-image-2", "prompt": "a fox", "size": "1:1"}


def taken(caller: Caller, key: str, idempotency: str | None = None, **fields: object) -> str:
    """The id of a task that was accepted, or why it was not."""
    named = {"idempotency_key": idempotency} if idempotency else {}
    body = {**BODY, **fields}
    reply = caller("POST", "/v1/images/generations", json_body=body, key=key, **named)
    return str(reply.json["id"] if reply.status == 200 else reply.error["code"])


def test_accounts_apart_do_not_see_each_others_tasks(apart: Caller, clock: Clock) -> None:
    mine, yours = taken(apart, "a"), taken(apart, "b")
    for key, own, other in (("a", mine, yours), ("b", yours, mine)):
        assert apart("GET", f"/v1/tasks/{own}", key=key).status == 200
        missing = apart("GET", f"/v1/tasks/{other}", key=key)
        assert (missing.status, missing.error["code"]) == (404, "task_not_found")
        ids = {"task_ids": [own, other]}
        batch = apart("POST", "/v1/tasks/batch", json_body=ids, key=key).json["data"]
        listed = apart("GET", "/v1/tasks", key=key).json
        assert [task["id"] for task in batch] == [task["id"] for task in listed["data"]] == [own]
        assert listed["total"] == 1
    assert apart("GET", "/v1/tasks", key="c").json["total"] == 0


def test_accounts_apart_have_their_own_credits(apart: Caller, clock: Clock) -> None:
    assert [taken(apart, "a")[:4] for _ in range(4)] == ["task"] * 3 + ["insu"]
    assert taken(apart, "b").startswith("task-")
    clock.now += 3600

    def account(key: str) -> dict[str, float]:
        return dict(apart("GET", "/v1/credits", key=key).json["data"]["user"])

    one = account("b")["used_credits"]
    assert account("a")["used_credits"] == pytest.approx(3 * one)
    assert account("c") == {"remaining_credits": 10.0, "used_credits": 0}
    charged = apart("GET", "/emulator/counts", key=None).json["charged credits"]
    assert charged == pytest.approx(4 * one)


def test_accounts_apart_may_use_the_same_idempotency_key(apart: Caller) -> None:
    name = "the-same-name-for-all"
    mine, yours = taken(apart, "a", name), taken(apart, "b", name, prompt="a hare")
    assert mine != yours
    assert taken(apart, "a", name) == mine
    assert taken(apart, "b", name) == "idempotency_conflict"


def test_accounts_apart_do_not_see_each_others_files(apart: Caller, clock: Clock) -> None:
    at = f"{FILES_URL}/api/v1/files"

    def upload(key: str) -> dict[str, str]:
        body = {"base64_data": base64.b64encode(PICTURE).decode()}
        return dict(apart("POST", f"{at}/upload/base64", json_body=body, key=key).json["data"])

    mine, yours = upload("a"), upload("b")
    for key, own, other in (("a", mine, yours), ("b", yours, mine)):
        listed = apart("GET", f"{at}/list", key=key).json["data"]
        assert [file["file_id"] for file in listed["files"]] == [own["file_id"]]
        assert apart("GET", f"{at}/quota", key=key).json["data"]["used_files"] == 1
        assert apart("DELETE", f"{at}/{other['file_id']}", key=key).status == 404
    # A link is all that is needed to fetch a file: whoever was given it may use it.
    assert apart("GET", mine["file_url"], key=None).body == PICTURE
    assert apart("DELETE", f"{at}/{mine['file_id']}", key="a").status == 200


def test_accounts_stay_apart_in_the_next_process(clock: Clock, tmp_path: Path) -> None:
    def started() -> Caller:
        service = Service(clock=clock, memory=tmp_path / "memory.jsonl", accounts=True)
        return Caller(create_app(service))

    first = started()
    mine = taken(first, "a", "a-name-for-this-request")
    second = started()
    assert second("GET", f"/v1/tasks/{mine}", key="b").status == 404
    assert second("GET", f"/v1/tasks/{mine}", key="a").status == 200
    assert taken(second, "a", "a-name-for-this-request") == mine


def test_only_the_given_keys_open_a_door(clock: Clock) -> None:
    caller = Caller(create_app(Service(clock=clock, keys=["k", "other"])))
    for method, path in DOORS:
        assert caller(method, path, key="nobody's").status == 401
        assert caller(method, path, key="k").status != 401
    for method, path in FILE_DOORS:
        at = f"{FILES_URL}/api/v1/files{path}"
        refused = caller(method, at, key="nobody's")
        assert (refused.status, refused.json["success"]) == (401, False)
        assert caller(method, at, key="other").status != 401


def test_all_keys_are_one_account_unless_told_otherwise(ask: Ask, call: Caller) -> None:
    task_id = ask(key="a").json["id"]
    assert call("GET", f"/v1/tasks/{task_id}", key="b").status == 200
    assert call("GET", "/v1/tasks", key="c").json["total"] == 1
