"""Asking for pictures: what is taken, what is refused and how."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolink_widgets.emulator.contract.read_request import read_request
from evolink_widgets.emulator.http.app import API_URL, create_app
from evolink_widgets.emulator.service.service import Service

from ..conftest import Ask, Caller


def test_a_request_is_answered_with_its_task_at_once(ask: Ask) -> None:
    reply = ask(n=2)
    task = reply.json
    assert reply.status == 200
    assert task["id"].startswith("task-unified-")
    assert (task["status"], task["progress"], task["type"]) == ("pending", 0, "image")
    assert task["task_info"]["estimated_time"] > 0
    assert task["usage"]["credits_reserved"] > 0
    assert reply.headers["x-request-id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", ""), ("prompt", None), ("prompt", 7), ("prompt", "x" * 32_001),
        ("model", "gpt-image-9"), ("size", "16:10"), ("size", "1000x1000"), ("size", "4000x1600"),
        ("size", "640x640"), ("size", "1600x512"), ("size", 7), ("resolution", "8K"),
        ("quality", "best"), ("n", 0), ("n", 11), ("n", 1.5), ("n", True), ("image_urls", []),
        ("image_urls", ["x"]), ("image_urls", ["https://a.b/c.gif"]),
        ("image_urls", ["https://a.b/c.png"] * 17), ("callback_url", "http://a.b/"),
        ("callback_url", "https://127.0.0.1/"), ("callback_url", "https://a.b/" + "c" * 2048),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_a_400_that_names_the_field(
    ask: Ask, field: str, value: object
) -> None:
    reply = ask(**{field: value})
    assert reply.status == 400
    assert reply.error["param"] == field
    assert reply.error["type"] == "invalid_request_error"
    assert ask().status == 200  # and nothing was reserved for it


EDGES = st.integers(1, 240).map(lambda steps: steps * 16)
PIXELS = st.tuples(EDGES, EDGES).filter(
    lambda edge: 655_360 <= edge[0] * edge[1] <= 8_294_400 and max(edge) <= 3 * min(edge)
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(prompt=TEXT, edges=PIXELS, sign=st.sampled_from("xX×"), n=st.integers(1, 10))
def test_every_legal_size_and_prompt_is_taken_as_it_is(
    prompt: str, edges: tuple[int, int], sign: str, n: int
) -> None:
    size = f"{edges[0]}{sign}{edges[1]}"
    ask = read_request({"model": "gpt-image-2", "prompt": prompt, "size": size, "n": n})
    assert (ask.width, ask.height, ask.prompt, ask.n) == (*edges, prompt, n)


@pytest.mark.parametrize("prompt", [" ", "\x00", "🦊" * 32_000, "</script>", "\u202eabc"])
def test_odd_prompts_are_counted_in_code_points_and_taken(ask: Ask, prompt: str) -> None:
    assert ask(prompt=prompt).status == 200


@pytest.mark.parametrize(
    "field",
    ["model", "prompt", "size", "resolution", "quality", "n", "image_urls", "callback_url"],
)
def test_null_is_no_value(ask: Ask, field: str) -> None:
    assert ask(**{field: None}).error["param"] == field


def test_half_a_surrogate_pair_and_a_missing_model_are_refused(call: Caller) -> None:
    for body, field in (
        (b'{"model": "gpt-image-2", "prompt": "\\ud800"}', "prompt"),
        (b'{"prompt": "a fox"}', "model"),
    ):
        reply = call("POST", "/v1/images/generations", body=body)
        assert (reply.status, reply.error["param"]) == (400, field)


def test_a_body_that_is_too_large_is_a_413(call: Caller) -> None:
    reply = call("POST", "/v1/images/generations", body=b'"' + b"x" * 2**21 + b'"')
    assert (reply.status, reply.error["type"]) == (413, "request_too_large_error")


@pytest.mark.parametrize("body", [b'{"n": NaN}', b"\xff", b"", b"{", b"[]", b"null", b"[" * 5000])
def test_a_body_that_is_no_request_is_a_400(call: Caller, body: bytes) -> None:
    assert call("POST", "/v1/images/generations", body=body).status == 400


@pytest.mark.parametrize(
    ("size", "resolution", "pixels"),
    [
        ("16:9", "1K", (1360, 768)),
        ("9:21", "1k", (672, 1568)),
        ("16:9", "4K", (3840, 2160)),
        ("1:1", "4k", (2880, 2880)),
        ("1280×720", "4K", (1280, 720)),
    ],
)
def test_sizes_come_out_as_the_contracts_table_has_them(
    ask: Ask, service, size: str, resolution: str, pixels: tuple[int, int]
) -> None:
    ask(size=size, resolution=resolution)
    (record,) = service.all()
    assert (record.ask.width, record.ask.height) == pixels


def test_no_key_is_a_401(ask: Ask) -> None:
    reply = ask(key=None)
    assert (reply.status, reply.error["type"]) == (401, "authentication_error")


def test_the_beta_model_makes_one_picture_at_the_price_of_its_tier(ask: Ask, service) -> None:
    assert ask(model="gpt-image-2-beta", n=2).status == 400
    task = ask(model="gpt-image-2-beta", size="2048x2048").json
    assert task["usage"] == {
        "billing_rule": "per_call",
        "credits_reserved": 1.734,
        "user_group": "default",
    }


def test_a_repeat_under_its_idempotency_key_is_the_first_task(ask: Ask, service) -> None:
    first = ask(idempotency="the-same-key-0001")
    again = ask(idempotency="the-same-key-0001")
    assert again.json["id"] == first.json["id"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert service.counts["accepted"] == 1


def test_a_different_request_under_a_used_key_is_a_conflict(ask: Ask) -> None:
    ask(idempotency="the-same-key-0001")
    reply = ask(idempotency="the-same-key-0001", n=2)
    assert (reply.status, reply.error["code"]) == (409, "idempotency_conflict")


def test_a_repeat_while_the_first_is_being_decided_is_told_so(ask: Ask, service) -> None:
    service.begin("the-same-key-0001")
    reply = ask(idempotency="the-same-key-0001")
    assert (reply.status, reply.error["code"]) == (409, "paid_outcome_unknown")


def test_a_repeat_while_the_first_is_slow_is_not_a_second_task(clock, service) -> None:
    async def story() -> tuple[list[int], dict]:
        begun, gate = asyncio.Event(), asyncio.Event()

        async def slow(seconds: float) -> None:
            begun.set()
            await gate.wait()

        service.weather.play("slow")
        transport = httpx.ASGITransport(create_app(service, sleep=slow))
        headers = {"authorization": "Bearer k", "idempotency-key": "the-same-key-0001"}
        async with httpx.AsyncClient(
            transport=transport, base_url=API_URL, headers=headers
        ) as http:

            async def ask() -> httpx.Response:
                body = {"model": "gpt-image-2", "prompt": "a fox"}
                return await http.post("/v1/images/generations", json=body)

            first = asyncio.create_task(ask())
            await begun.wait()
            second = await ask()
            gate.set()
            replies = [await first, second, await ask()]
        return [reply.status_code for reply in replies], second.json()

    statuses, told = asyncio.run(story())
    assert statuses == [200, 409, 200]
    assert told["error"]["code"] == "paid_outcome_unknown"
    assert (service.counts["accepted"], service.counts["replayed"]) == (1, 1)


def test_a_request_that_was_refused_leaves_its_idempotency_key_free(ask: Ask, service) -> None:
    service.weather.play("500 before")
    assert ask(idempotency="the-same-key-0001").status == 500
    assert ask(idempotency="the-same-key-0001", n=0).status == 400
    assert ask(idempotency="the-same-key-0001").status == 200


@pytest.mark.parametrize("key", ["short", "x" * 97, "a key with blanks", "ключ-ключ-ключ-ключ"])
def test_an_idempotency_key_of_another_form_is_refused(ask: Ask, key: str) -> None:
    reply = ask(idempotency=key)
    assert (reply.status, reply.error["param"]) == (400, "Idempotency-Key")


def test_the_same_seed_gives_the_same_service_and_none_gives_another_each_time(clock) -> None:
    def record(seed: int | None):
        service = Service(clock=clock, seed=seed)
        return service.create({"model": "gpt-image-2", "prompt": "a fox"})[0]

    assert record(1) == record(1)
    assert record(1).id != record(2).id
    assert record(None).id != record(None).id


def test_too_many_requests_are_told_when_to_come_again(clock, call: Caller) -> None:
    limited = Caller(create_app(Service(clock=clock, rate=(2.0, 3.0))))
    assert [limited("GET", "/v1/credits").status for _ in range(4)] == [200, 200, 200, 429]
    reply = limited("GET", "/v1/credits")
    clock.now += float(reply.headers["retry-after"])
    assert limited("GET", "/v1/credits").status == 200
