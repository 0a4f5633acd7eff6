"""Each fault strikes where and as often as it was asked to, and nowhere else."""

from __future__ import annotations

import io

import pytest
from PIL import Image, UnidentifiedImageError

from evolink_widgets.emulator.http.app import FILES_URL
from evolink_widgets.emulator.service.faults import FAULTS, Weather
from evolink_widgets.emulator.service.service import Service

from ..conftest import Ask, Caller, Clock
from .test_tasks import finish, read


def play(call: Caller, name: str, **how: object) -> None:
    assert call("POST", "/emulator/weather", json_body={"play": name, **how}).status == 200


@pytest.mark.parametrize(
    ("fault", "status", "code", "accepted"),
    [
        ("401", 401, "invalid_api_key", 0),
        ("402 key", 402, "insufficient_token_quota", 0),
        ("402 account", 402, "insufficient_user_quota", 0),
        ("403", 403, "key_model_not_allowed", 0),
        ("429", 429, "rate_limit_exceeded", 0),
        ("429 retry-after", 429, "rate_limit_exceeded", 0),
        ("500 before", 500, "internal_error", 0),
        ("502 before", 502, "upstream_error", 0),
        ("503 before", 503, "service_unavailable", 0),
        ("500 after", 500, "internal_error", 1),
        ("502 after", 502, "upstream_error", 1),
        ("503 after", 503, "service_unavailable", 1),
    ],
)
def test_a_request_is_refused_before_or_after_it_is_accepted(
    ask: Ask, call: Caller, service: Service, fault: str, status: int, code: str, accepted: int
) -> None:
    play(call, fault)
    reply = ask()
    assert (reply.status, reply.error["code"]) == (status, code)
    assert service.counts["accepted"] == accepted
    assert service.counts[f"fault {fault}"] == 1
    assert ask().status == 200  # once, and over


def test_retry_after_is_there_only_where_it_was_asked_for(ask: Ask, call: Caller) -> None:
    play(call, "429")
    assert "retry-after" not in ask().headers
    play(call, "429 retry-after", seconds=2.5)
    assert ask().headers["retry-after"] == "2.5"


def test_a_lost_reply_breaks_the_connection_after_acceptance(
    ask: Ask, call: Caller, service: Service
) -> None:
    play(call, "reply lost")
    reply = ask()
    assert (reply.broken, reply.body) == (True, b"")
    assert service.counts["accepted"] == 1


def test_replies_that_hold_no_task(ask: Ask, call: Caller, service: Service) -> None:
    play(call, "malformed json")
    with pytest.raises(ValueError, match="Expecting value"):
        _ = ask().json
    play(call, "no task")
    assert "id" not in ask().json
    assert service.counts["accepted"] == 2


def test_slow_replies_take_the_seconds_they_are_given(ask: Ask, call: Caller, clock: Clock) -> None:
    play(call, "slow", seconds=12)
    assert ask().status == 200
    assert 12 in clock.slept


def test_a_stuck_task_stands_at_95_until_the_weather_is_fair(
    ask: Ask, call: Caller, clock: Clock
) -> None:
    play(call, "stuck")
    stuck, free = ask().json["id"], ask().json["id"]
    clock.now += 3600
    assert read(call, free)["status"] == "completed"
    assert (read(call, stuck)["status"], read(call, stuck)["progress"]) == ("processing", 95)
    play(call, "fair")
    assert read(call, stuck)["status"] == "completed"


@pytest.mark.parametrize(
    ("fault", "code"),
    [("policy refusal", "content_policy_violation"), ("task failed", "service_error")],
)
def test_a_failed_task_gives_its_credits_back(
    ask: Ask, call: Caller, service: Service, clock: Clock, fault: str, code: str
) -> None:
    play(call, fault)
    task_id = ask().json["id"]
    finish(service, clock)
    task = read(call, task_id)
    assert (task["status"], task["error"]["code"]) == ("failed", code)
    assert "results" not in task
    assert task["usage"]["credits_used"] == 0
    user = call("GET", "/v1/credits").json["data"]["user"]
    assert (user["used_credits"], user["remaining_credits"]) == (0, 10_000)


def test_one_missing_picture_is_not_charged(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    play(call, "one missing")
    ids = [ask(n=3).json["id"] for _ in range(2)]
    finish(service, clock)
    short, whole = (read(call, task_id) for task_id in ids)
    assert [len(task["results"]) for task in (short, whole)] == [2, 3]
    charges = [task["usage"]["credits_used"] for task in (short, whole)]
    assert charges[0] == pytest.approx(charges[1] * 2 / 3, abs=0.001)


@pytest.mark.parametrize("agent", ["python-httpx/0.28", "curl/8", "Python-urllib/3.13", ""])
def test_robots_are_turned_away_from_the_pictures_by_weather_alone(
    ask: Ask, call: Caller, service: Service, clock: Clock, agent: str
) -> None:
    task_id = ask(quality="low").json["id"]
    finish(service, clock)
    (link,) = read(call, task_id)["results"]

    def fetched(name: str) -> int:
        return call("GET", link, key=None, user_agent=name).status

    assert fetched(agent) == 200
    play(call, "turns robots away")
    assert [fetched(agent), fetched("a-client/1"), fetched(agent)] == [403, 200, 403]
    assert call("GET", "/v1/credits", user_agent=agent).status == 200
    play(call, "fair")
    assert fetched(agent) == 200


def test_downloads_come_truncated_corrupt_or_as_a_web_page_once(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    task_id = ask(quality="low").json["id"]
    finish(service, clock)
    (link,) = read(call, task_id)["results"]
    whole = call("GET", link, key=None).body

    play(call, "truncated download")
    cut = call("GET", link, key=None)
    assert cut.broken
    assert int(cut.headers["content-length"]) == len(whole)
    assert whole.startswith(cut.body)
    assert 0 < len(cut.body) < len(whole)

    play(call, "corrupt download")
    wrong = call("GET", link, key=None).body
    assert len(wrong) == len(whole)
    with pytest.raises((OSError, SyntaxError)):
        Image.open(io.BytesIO(wrong)).load()

    play(call, "wrong type download")
    page = call("GET", link, key=None)
    assert page.headers["content-type"].startswith("text/html")
    with pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(page.body))

    assert call("GET", link, key=None).body == whole


def test_an_expired_link_stays_expired_and_the_task_gives_a_new_one(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    task_id = ask(quality="low").json["id"]
    finish(service, clock)
    (link,) = read(call, task_id)["results"]
    play(call, "expired links")
    assert [call("GET", link, key=None).status for _ in range(2)] == [403, 403]
    (fresh,) = read(call, task_id)["results"]
    assert call("GET", fresh, key=None).status == 200


def test_batch_and_list_are_missing_until_the_weather_is_fair(ask: Ask, call: Caller) -> None:
    ids = {"task_ids": [ask().json["id"]]}
    play(call, "no batch")
    play(call, "no list")
    for _ in range(3):
        assert call("POST", "/v1/tasks/batch", json_body=ids).status == 404
        assert call("GET", "/v1/tasks").status == 404
    play(call, "fair")
    assert call("POST", "/v1/tasks/batch", json_body=ids).status == 200
    assert call("GET", "/v1/tasks").status == 200


def test_a_fault_can_be_counted_delayed_and_aimed_elsewhere(ask: Ask, call: Caller) -> None:
    task_id = ask().json["id"]
    play(call, "500 before", times=2, on="read", after=1)
    statuses = [call("GET", f"/v1/tasks/{task_id}").status for _ in range(4)]
    assert statuses == [200, 500, 500, 200]


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_can_be_played_and_is_told(call: Caller, name: str) -> None:
    play(call, name)
    assert [fault["name"] for fault in call("GET", "/emulator/weather").json["weather"]] == [name]


@pytest.mark.parametrize(
    "wish",
    [{"play": "frogs"}, {}, {"play": "429", "times": 0}, {"play": "stuck", "on": "list"},
     {"play": "429", "color": "red"}, {"play": "429", "times": True}, {"play": 429}, [], None,
     {"play": "429", "after": -1}, {"play": "429", "after": "soon"}, {"play": "429", "on": []},
     {"play": "slow", "seconds": "long"}, {"play": "slow", "seconds": -1},
     {"play": "reply lost", "on": "download"}, {"play": "no batch", "on": "any"}],
)  # fmt: skip
def test_weather_that_there_is_not_is_refused_with_what_there_is(
    call: Caller, wish: dict[str, object]
) -> None:
    reply = call("POST", "/emulator/weather", json_body=wish)
    assert reply.status == 400
    assert reply.error["message"]


def test_a_fault_after_acceptance_waits_for_a_request_that_is_accepted(
    ask: Ask, call: Caller, service: Service
) -> None:
    play(call, "reply lost")
    assert ask(n=0).status == 400
    assert call("GET", "/v1/credits").status == 200
    assert ask().broken
    assert not ask().broken


def test_a_fault_on_any_call_spares_tasks_and_pictures(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    task_id = ask(quality="low").json["id"]
    finish(service, clock)
    (link,) = read(call, task_id)["results"]
    play(call, "503 before", on="any", times=None)
    assert ask().status == 503
    assert call("GET", "/v1/credits").status == 503
    files = call("GET", f"{FILES_URL}/api/v1/files/quota")
    assert (files.status, files.json["success"]) == (503, False)
    assert call("GET", link, key=None).status == 200


def test_the_picture_host_has_bad_days_too(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    task_id = ask(quality="low").json["id"]
    finish(service, clock)
    (link,) = read(call, task_id)["results"]
    play(call, "503 before", on="download")
    play(call, "slow", on="download", seconds=7)
    assert [call("GET", link, key=None).status for _ in range(2)] == [503, 200]
    assert 7 in clock.slept


def test_a_fault_can_be_meant_for_the_nth_task(ask: Ask, call: Caller, clock: Clock) -> None:
    play(call, "policy refusal", after=2)
    ids = [ask().json["id"] for _ in range(4)]
    clock.now += 3600
    told = [read(call, task_id)["status"] for task_id in ids]
    assert told == ["completed", "completed", "failed", "completed"]


def test_a_policy_refusal_comes_soon_and_its_bar_stays_where_it_was(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    play(call, "policy refusal")
    task_id = ask(quality="high").json["id"]
    clock.now += 3.1
    first = read(call, task_id)
    clock.now += 3600
    assert read(call, task_id) == first
    assert first["status"] == "failed"
    assert first["progress"] < 100


def test_all_links_of_a_task_end_together(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    task_id = ask(quality="low", n=2).json["id"]
    finish(service, clock)
    old = read(call, task_id)["results"]
    assert read(call, task_id)["results"] == old
    play(call, "expired links")
    assert [call("GET", link, key=None).status for link in old] == [403, 403]
    new = read(call, task_id)["results"]
    assert [call("GET", link, key=None).status for link in new] == [200, 200]


def test_faults_strike_in_the_order_they_were_asked_for() -> None:
    weather = Weather()
    for name in ("429", "500 before", "reply lost"):
        weather.play(name)
    struck = [weather.strike("create", when) for when in ("before", "before", "after", "after")]
    assert [fault and fault.name for fault in struck] == ["429", "500 before", "reply lost", None]
