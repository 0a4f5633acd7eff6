"""Callbacks: the task as GET gives it, with the documented retries, to public addresses."""

from __future__ import annotations

import pytest

from evolink_widgets.emulator.contract.public_hosts import host_is_public
from evolink_widgets.emulator.service.service import Service

from ..conftest import Ask, Caller, Clock
from .test_weather import play

HOOK = "https://example.com/hook"


def test_the_task_is_posted_when_it_ends(
    ask: Ask, call: Caller, posted: list, service: Service
) -> None:
    task = ask(callback_url=HOOK).json
    ((url, document),) = posted
    assert url == HOOK
    assert (document["id"], document["status"]) == (task["id"], "completed")
    assert document["results"]


def test_a_failed_task_is_told_too(ask: Ask, call: Caller, posted: list) -> None:
    play(call, "task failed")
    ask(callback_url=HOOK)
    assert posted[0][1]["error"]["code"] == "service_error"


@pytest.mark.parametrize(
    ("receiver", "attempts", "waits"),
    [
        ([], 1, []),
        ([204], 1, []),
        ([500], 2, [1.0]),
        ([302, 404], 3, [1.0, 2.0]),
        ([0, 0, 0, 0, 0], 4, [1.0, 2.0, 4.0]),
    ],
)
def test_anything_but_2xx_is_tried_again_after_1_2_and_4_seconds(
    ask: Ask, posted: list, answers: list[int], clock: Clock, receiver: list[int],
    attempts: int, waits: list[float],
) -> None:  # fmt: skip
    answers.extend(receiver)
    ask(callback_url=HOOK)
    assert len(posted) == attempts
    assert [pause for pause in clock.slept if pause in (1.0, 2.0, 4.0)][-len(waits) or 9 :] == waits


def test_a_repeat_is_not_called_back_again(ask: Ask, posted: list) -> None:
    for _ in range(2):
        ask(idempotency="the-same-key-0001", callback_url=HOOK)
    assert len(posted) == 1


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "::1", "localhost", "10.0.0.1"]
)
def test_private_addresses_are_found_by_what_they_resolve_to(host: str) -> None:
    assert not host_is_public(host)


def test_a_public_host_is_public() -> None:
    assert host_is_public("8.8.8.8")
