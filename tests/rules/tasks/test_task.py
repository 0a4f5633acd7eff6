"""Reading the wire: whatever comes, a task is read or is plainly none."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from steady import JSON, given

from evolink_widgets.errors import BadReply, Billed, ContentRefused, TaskCancelled, TaskFailed
from evolink_widgets.rules.tasks.task import (
    Failure,
    TaskSnapshot,
    TaskStatus,
    read_credits,
    read_task,
    read_task_list,
    task_failure,
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
        ("error", TaskStatus.UNKNOWN),  # not known to be an end, so nothing paid is given up
        ("expired", TaskStatus.UNKNOWN),
        (["completed"], TaskStatus.UNKNOWN),
        ("queued", TaskStatus.PENDING),
        ("in_progress", TaskStatus.PROCESSING),
        ("succeeded", TaskStatus.COMPLETED),
        (None, TaskStatus.UNKNOWN),
        (7, TaskStatus.UNKNOWN),
    ],
)
def test_a_word_that_nobody_knows_is_unknown(word: object, status: TaskStatus) -> None:
    assert read_task({"id": "t", "status": word}).status is status


@pytest.mark.parametrize(
    ("fields", "links"),
    [
        ({"results": ["https://m/1", None, {"url": "https://m/3"}]}, ("https://m/1", "", "https://m/3")),
        ({"results": "https://m/1"}, ("https://m/1",)),
        ({"results": {"url": "https://m/1"}}, ("https://m/1",)),
        ({"results": [{"image_url": "http://m/1", "url": None}]}, ("http://m/1",)),
        ({"result_data": [{"url": "https://m/1"}]}, ("https://m/1",)),
        ({"results": [], "result_data": ["https://m/1"]}, ("https://m/1",)),
        ({"results": [None, None]}, ("", "")),
        ({"results": ["file:///etc/passwd", "javascript:1", "https://", "https://m/\ud800"]},
         ("",) * 4),
        ({"results": []}, ()),
        ({}, ()),
    ],
)  # fmt: skip
def test_links_are_found_in_any_shape_and_keep_their_places(
    fields: dict[str, object], links: tuple[str, ...]
) -> None:
    assert read_task({"id": "t", **fields}).results == links


@pytest.mark.parametrize("task_id", ["", " ", None, True, [], {}, "two words", "x" * 201, 1.5])
def test_without_an_id_it_is_no_task(task_id: object) -> None:
    with pytest.raises(BadReply, match="no task id"):
        read_task({"id": task_id, "status": "pending"})


def test_an_id_is_never_lost_over_its_form() -> None:
    assert read_task({"id": 12345}).id == "12345"
    assert read_task({"task_id": "task-unified-1-a"}).id == "task-unified-1-a"
    assert read_task({"id": " task-unified-1-a\n"}).id == "task-unified-1-a"


@pytest.mark.parametrize(
    ("progress", "read"),
    [(45, 45), ("45", 45), ("50%", 50), (" 50 % ", 50), ("%", None), (1e308, 100), (-1e308, 0),
     (float("inf"), None), (45.9, 45), (-3, 0), (250, 100), ("half", None), (None, None),
     (True, None), (10**400, None), (float("nan"), None)],
)  # fmt: skip
def test_progress_is_a_percentage_or_not_told(progress: object, read: int | None) -> None:
    assert read_task({"id": "t", "progress": progress}).progress == read


@pytest.mark.parametrize(
    ("fields", "created"),
    [
        ({"created": 1757156493}, 1757156493),
        ({"created": "1757156493"}, 1757156493),
        ({"created": 1757156493123}, 1757156493),  # milliseconds
        ({"created": None, "created_at": 1757156493}, 1757156493),
        ({"created": 0}, None),
        ({"created": "yesterday"}, None),
        ({"created": 5}, None),  # 1970
        ({"created": 884_541_340_800}, None),  # the year 30000; as milliseconds it is 1998
        ({"created": 884_541_340_800_000}, None),
        ({"created": -1757156493}, None),
        ({"created": 1e308}, None),
    ],
)
def test_times_are_unix_seconds(fields: dict[str, object], created: int | None) -> None:
    assert read_task({"id": "t", **fields}).created == created


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_a_zero_that_is_not_settled_is_not_a_charge_of_nothing(status: str) -> None:
    document = {"id": "t", "status": status, "usage": {"credits_used": 0}}
    assert read_task(document).receipt.charged is None
    assert read_task({**document, "status": "completed"}).receipt.charged == 0


@pytest.mark.parametrize(
    ("billing", "billed"),
    [
        ({}, Billed.NO),
        ({"charged_credits": 0}, Billed.NO),
        ({"charged_credits": 3.2, "refunded_credits": 3.2}, Billed.NO),
        ({"charged_credits": 3.2, "refund_status": "refunded"}, Billed.NO),
        ({"charged_credits": 3.2, "refunded_credits": 1.0}, Billed.YES),
        ({"charged_credits": 3.2}, Billed.YES),
    ],
)
def test_a_failed_task_says_charged_only_where_the_service_does(
    billing: dict[str, object], billed: Billed
) -> None:
    document = {"id": "t", "status": "failed", "billing": billing, "error": {"code": "x"}}
    assert task_failure(read_task(document)).billed is billed


@pytest.mark.parametrize("code", ["content_policy_v2", "moderation_blocked", "SAFETY_SYSTEM"])
def test_a_policy_of_another_name_is_still_a_refusal(code: str) -> None:
    failure = Failure(code, None, None)
    error = task_failure(TaskSnapshot("t", TaskStatus.FAILED, failure=failure))
    assert type(error) is ContentRefused


def test_a_cancelled_task_is_told_as_one() -> None:
    assert type(task_failure(TaskSnapshot("t", TaskStatus.CANCELLED))) is TaskCancelled


def test_an_error_that_is_a_plain_sentence_is_read() -> None:
    found = read_task({"id": "t", "status": "failed", "error": "out of\x1b[0m paint"})
    assert found.failure == Failure(message="out of [0m paint")


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_a_task_with_an_id_is_always_read(fields: dict[str, object]) -> None:
    found = read_task({**fields, "id": "task-unified-1-a"})
    assert found.id == "task-unified-1-a"
    assert found.progress is None or 0 <= found.progress <= 100
    assert all(isinstance(link, str) for link in found.results)
    # Fit to be stored and shown, whatever came.
    str(task_failure(found)).encode("utf-8")
    repr(found).encode("utf-8")


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


def test_a_row_of_the_list_has_what_a_lost_reply_is_found_by() -> None:
    row = {
        "id": "task-unified-1-a", "status": "processing", "model": "gpt-image-2", "type": "image",
        "progress": 3, "created_at": 1757156493, "has_results": False, "credits_used": 2.5,
    }  # fmt: skip
    (found,) = read_task_list({"data": [row], "total": 1, "page": 1, "page_size": 20})
    assert (found.id, found.status) == ("task-unified-1-a", TaskStatus.PROCESSING)
    assert (found.model, found.created, found.credits_used) == ("gpt-image-2", 1757156493, 2.5)


@given(JSON)
def test_credits_are_read_or_plainly_not_told(data: object) -> None:
    try:
        found = read_credits({"data": data})
    except BadReply:
        assert not isinstance(data, dict)
    else:
        assert str(found)


def test_credits_read_as_a_sentence() -> None:
    told = {"token": {"unlimited_credits": True}, "user": {"remaining_credits": "412.6"}}
    said = str(read_credits({"data": told}))
    assert said == "this key: no limit of its own; account: 412.6 credits left"
    assert str(read_credits({"data": {}})) == "credits not reported"


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


@pytest.mark.parametrize(
    "said", [1e308, 1e9, -5, 0, None, float("nan"), "soon", True, [], 86_401, 10**400]
)
def test_an_estimated_time_that_can_not_be_is_not_told(said: object) -> None:
    assert read_task({"id": "t", "task_info": {"estimated_time": said}}).estimated_time is None
    assert read_task({"id": "t", "task_info": {"estimated_time": 86_400}}).estimated_time == 86_400


@pytest.mark.parametrize("said", [1e12, 10_000.01, -0.01, float("nan"), "free", True, [3], {}])
def test_credits_that_can_not_be_are_not_told_and_said_to_be_odd(said: object) -> None:
    snapshot = read_task({"id": "t", "status": "completed", "usage": {"credits_used": said}})
    assert snapshot.receipt.charged is None
    assert snapshot.charge_in_doubt
    (odd,) = snapshot.odd
    assert odd.endswith("credits charged")
    assert len(odd) < 60


def test_of_several_words_for_a_charge_the_first_that_can_be_counts() -> None:
    snapshot = read_task(
        {
            "id": "t",
            "status": "completed",
            "billing": {"charged_credits": -5},
            "usage": {"credits_used": 1e300, "cost": {"credits": 2.5}, "credits_reserved": 1e12},
        }
    )
    assert (snapshot.receipt.charged, snapshot.receipt.reserved) == (2.5, None)
    assert not snapshot.charge_in_doubt
    assert snapshot.odd == (
        "1e+12 credits reserved",
        "-5 credits charged",
        "1e+300 credits charged",
    )


def test_what_is_not_told_is_not_odd() -> None:
    assert read_task({"id": "t", "usage": {"credits_used": None}}).odd == ()
    assert read_task({"id": "t", "usage": {"credits_used": 0, "credits_reserved": 0}}).odd == ()


def test_no_more_links_are_taken_than_a_task_can_have_and_none_twice() -> None:
    many = [f"https://m/{number}" for number in range(300)]
    snapshot = read_task({"id": "t", "results": many})
    assert snapshot.results == tuple(many[:10])
    assert snapshot.offered == 300
    twice = read_task({"id": "t", "results": ["https://m/1", "https://m/1", None, "https://m/2"]})
    assert twice.results == ("https://m/1", "", "", "https://m/2")


@pytest.mark.parametrize("said", [1e308, 2e12, -2e12, float("nan"), "plenty"])
def test_a_balance_that_can_not_be_is_not_told(said: object) -> None:
    data = {"token": {"remaining_credits": said}, "user": {"remaining_credits": -3.5}}
    credits = read_credits({"data": data})
    assert credits.key_remaining is None
    assert credits.account_remaining == -3.5  # an account may be in debt


def test_a_failed_task_whose_charge_can_not_be_may_have_been_charged() -> None:
    snapshot = read_task({"id": "t", "status": "failed", "usage": {"credits_used": 1e12}})
    assert task_failure(snapshot).billed is Billed.UNKNOWN


def test_a_row_of_the_list_is_believed_within_the_same_bounds() -> None:
    rows = [
        {"id": "a", "created_at": 5, "credits_used": 1e12},
        {"id": "b", "created_at": 1757156493, "credits_used": 2.5},
    ]
    odd, good = read_task_list({"data": rows})
    assert (odd.created, odd.credits_used) == (None, None)
    assert (good.created, good.credits_used) == (1757156493, 2.5)
