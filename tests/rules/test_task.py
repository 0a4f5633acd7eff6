"""Reading the wire: whatever comes, a task is read or is plainly none."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.errors import BadReply, Billed, ContentRefused, TaskCancelled, TaskFailed
from evolink_widgets.rules.task import (
    Failure,
    TaskSnapshot,
    TaskStatus,
    read_credits,
    read_task,
    read_task_list,
    task_failure,
)

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = (
    "status", "progress", "created", "model", "results", "error", "usage", "billing", "task_info",
    "duration", "type", "surprise",
)  # fmt: skip


def test_the_documented_reply_is_read() -> None:
    found = read_task(
        {
            "created": 1757156493,
            "id": "task-unified-1757156493-imcg5zqt",
            "model": "gpt-image-2",
            "object": "image.generation.task",
            "progress": 0,
            "status": "pending",
            "task_info": {"can_cancel": True, "estimated_time": 100},
            "type": "image",
            "usage": {"billing_rule": "per_call", "credits_reserved": 2.5, "user_group": "x"},
        },
        request_id="req-1",
    )
    assert found.status is TaskStatus.PENDING
    assert (found.progress, found.created, found.estimated_time) == (0, 1757156493, 100)
    assert (found.receipt.reserved, found.receipt.charged) == (2.5, None)
    assert found.receipt.request_id == "req-1"


@pytest.mark.parametrize(
    ("usage", "billing", "charged"),
    [
        ({"credits_used": 3.5}, {}, 3.5),
        ({"cost": {"credits": 4.5, "usd": 1}}, {}, 4.5),
        ({"credits_used": 3.5}, {"charged_credits": 3.4}, 3.4),
        ({"credits_used": 0}, {}, 0.0),
        ({}, {}, None),
        ({"credits_used": "many"}, {}, None),
        ({"credits_used": True}, {}, None),
    ],
)
def test_the_charge_is_found_wherever_it_is_told(
    usage: dict[str, object], billing: dict[str, object], charged: float | None
) -> None:
    assert read_task({"id": "t", "usage": usage, "billing": billing}).receipt.charged == charged


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("completed", TaskStatus.COMPLETED),
        ("COMPLETED ", TaskStatus.COMPLETED),
        ("canceled", TaskStatus.CANCELLED),
        ("cancelled", TaskStatus.CANCELLED),
        ("painting", TaskStatus.UNKNOWN),
        (None, TaskStatus.UNKNOWN),
        (7, TaskStatus.UNKNOWN),
    ],
)
def test_a_word_that_nobody_knows_is_unknown(word: object, status: TaskStatus) -> None:
    assert read_task({"id": "t", "status": word}).status is status


def test_a_missing_link_keeps_the_places_of_the_others() -> None:
    results = ["https://m/1", None, {"url": "https://m/3"}]
    assert read_task({"id": "t", "results": results}).results == ("https://m/1", "", "https://m/3")


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_a_task_with_an_id_is_always_read(fields: dict[str, object]) -> None:
    found = read_task({**fields, "id": "task-unified-1-a"})
    assert found.id == "task-unified-1-a"
    assert found.progress is None or 0 <= found.progress <= 100
    assert all(isinstance(link, str) for link in found.results)
    task_failure(found)


@given(JSON)
def test_anything_else_is_a_bad_reply(document: object) -> None:
    has_id = isinstance(document, dict) and (document.get("id") or document.get("task_id"))
    if not has_id:
        with pytest.raises(BadReply):
            read_task(document)


@given(st.lists(JSON))
def test_a_list_is_read_around_its_nonsense(rows: list[object]) -> None:
    found = read_task_list({"data": [*rows, {"id": "t", "status": "failed"}]})
    assert found[-1].id == "t"


def test_no_list_is_a_bad_reply() -> None:
    with pytest.raises(BadReply):
        read_task_list({"data": None})


def test_the_keys_allowance_and_the_accounts_balance_are_told_apart() -> None:
    found = read_credits(
        {
            "success": True,
            "data": {
                "token": {"remaining_credits": 5, "used_credits": 1, "unlimited_credits": False},
                "user": {"remaining_credits": 90.5, "used_credits": 9},
            },
        }
    )
    assert (found.key_remaining, found.account_remaining, found.spendable) == (5, 90.5, 5)
    unlimited = read_credits({"data": {"token": {"unlimited_credits": True}, "user": {}}})
    assert unlimited.spendable is None


@pytest.mark.parametrize(
    ("code", "kind", "advice"),
    [
        ("content_policy_violation", ContentRefused, "Change the prompt"),
        ("invalid_parameters", TaskFailed, "Correct"),
        ("image_processing_error", TaskFailed, "another reference"),
        ("image_dimension_mismatch", TaskFailed, "Resize"),
        ("request_cancelled", TaskCancelled, "Ask again"),
        ("generation_failed_no_content", TaskFailed, "another prompt"),
        ("service_error", TaskFailed, "Ask again"),
        ("generation_timeout", TaskFailed, "Ask again"),
        ("resource_exhausted", TaskFailed, "Ask again"),
        ("quota_exceeded", TaskFailed, "Ask again"),
        ("service_unavailable", TaskFailed, "Ask again"),
        ("resource_not_found", TaskFailed, "expired"),
        ("unknown_error", TaskFailed, "Ask again"),
        ("brand_new_code", TaskFailed, "do as the service says"),
    ],
)
def test_each_code_of_a_failed_task_says_what_to_do(
    code: str, kind: type[TaskFailed], advice: str
) -> None:
    failure = Failure(code, "because.", "do as the service says")
    error = task_failure(TaskSnapshot("t", TaskStatus.FAILED, failure=failure))
    assert type(error) is kind
    assert advice in error.advice
    assert (error.code, error.billed, error.task_id) == (code, Billed.NO, "t")
    assert "because" in error.message
