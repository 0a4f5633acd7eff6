"""A task's life by the clock: progress, pictures, credits, links."""

from __future__ import annotations

import ast
import io
import itertools
import json
from pathlib import Path

import pytest
from PIL import Image

from evolink_widgets.emulator.contract.task_record import LINK_SECONDS
from evolink_widgets.emulator.http.app import create_app
from evolink_widgets.emulator.service.service import Service

from ..conftest import Ask, Caller, Clock

MODEL = "gpt-image-2"
ROOT = Path(__file__).parents[2]


def finish(service: Service, clock: Clock) -> None:
    clock.now = max(service.ends_at(record) or 0 for record in service.all()) + 0.01


def read(call: Caller, task_id: str) -> dict:
    return call("GET", f"/v1/tasks/{task_id}").json


def test_progress_is_uneven_but_never_goes_back_nor_ends_early(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    task_id = ask(quality="high").json["id"]
    begun, ends = clock.now, service.ends_at(service.find(task_id))
    seen = []
    for step in range(60):
        clock.now = begun + (ends - begun) * step / 60
        seen.append(read(call, task_id))
    steps = [task["progress"] for task in seen]
    assert seen[0]["status"] == "pending"
    assert steps == sorted(steps)
    assert max(steps) <= 99
    assert any(a == b for a, b in itertools.pairwise(steps))
    assert {task["status"] for task in seen[20:]} == {"processing"}
    clock.now = ends
    assert read(call, task_id)["status"] == "completed"


@pytest.mark.parametrize(
    ("quick", "slow"),
    [
        ({"quality": "low"}, {"quality": "high"}),
        ({"n": 1}, {"n": 8}),
        ({"size": "1:1"}, {"size": "1:1", "resolution": "4K"}),
    ],
)
def test_more_takes_longer(ask: Ask, quick: dict, slow: dict) -> None:
    times = [ask(**fields).json["task_info"]["estimated_time"] for fields in (quick, slow)]
    assert times[0] < times[1]


def test_a_default_ask_takes_about_five_seconds_in_a_notebook(clock: Clock) -> None:
    from evolink_widgets.emulator import NOTEBOOK_SPEED

    service = Service(clock=clock, seed=3, speed=NOTEBOOK_SPEED)
    for _ in range(20):
        service.create({"model": MODEL, "prompt": "a fox"})
    times = sorted(service.ends_at(r) - r.created for r in service.all())
    assert 3.5 < times[10] < 6.5


def test_the_quickstarts_picture_takes_less_than_three_seconds_in_a_notebook(clock: Clock) -> None:
    from evolink_widgets.emulator import NOTEBOOK_SPEED

    cells = json.loads((ROOT / "notebooks" / "01-quickstart.ipynb").read_text("utf-8"))["cells"]
    code = ast.parse("".join(next(c for c in cells if c["cell_type"] == "code")["source"]))
    calls = (node for node in ast.walk(code) if isinstance(node, ast.Call))
    ask = max((ast.literal_eval(ast.Dict([ast.Constant(k.arg) for k in call.keywords],
                                         [k.value for k in call.keywords])) for call in calls),
              key=len)  # fmt: skip
    service = Service(clock=clock, seed=3, speed=NOTEBOOK_SPEED)
    for _ in range(20):
        service.create({"model": MODEL, **ask})
    times = sorted(service.ends_at(r) - r.created for r in service.all())
    assert times[10] < 3


def test_the_pictures_are_real_files_of_the_right_size(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    task_id = ask(n=2, quality="low").json["id"]
    finish(service, clock)
    links = read(call, task_id)["results"]
    pictures = [call("GET", link, key=None) for link in links]
    for reply in pictures:
        with Image.open(io.BytesIO(reply.body)) as image:
            assert image.size == (1024, 640)
            assert Image.MIME[image.format or ""] == reply.headers["content-type"]
        assert int(reply.headers["content-length"]) == len(reply.body)
    assert pictures[0].body != pictures[1].body
    again = call("GET", links[0], key=None)
    assert again.body == pictures[0].body


def test_the_same_prompt_asked_again_gives_another_picture(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    ids = [ask(quality="low").json["id"] for _ in range(2)]
    finish(service, clock)
    links = [read(call, task_id)["results"][0] for task_id in ids]
    assert len({call("GET", link, key=None).body for link in links}) == 2


def test_the_media_host_refuses_a_key_and_links_that_it_did_not_make(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    task_id = ask(quality="low").json["id"]
    finish(service, clock)
    (link,) = read(call, task_id)["results"]
    assert call("GET", link, key="k").status == 403
    assert service.counts["keys sent to the media host"] == 1
    assert call("GET", link.replace("mark=", "mark=0"), key=None).status == 403
    assert call("GET", link.replace("expires=1", "expires=9"), key=None).status == 403


def test_a_download_goes_on_from_where_it_stopped(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    task_id = ask(quality="low").json["id"]
    finish(service, clock)
    (link,) = read(call, task_id)["results"]
    whole = call("GET", link, key=None).body
    rest = call("GET", link, key=None, range="bytes=1000-")
    assert (rest.status, rest.body) == (206, whole[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole) - 1}/{len(whole)}"


def test_links_live_for_a_day(ask: Ask, call: Caller, service: Service, clock: Clock) -> None:
    task_id = ask(quality="low").json["id"]
    finish(service, clock)
    (link,) = read(call, task_id)["results"]
    clock.now += LINK_SECONDS - 2
    assert call("GET", link, key=None).status == 200
    clock.now += 4
    assert call("GET", link, key=None).status == 403
    (fresh,) = read(call, task_id)["results"]
    assert call("GET", fresh, key=None).status in (403, 404)


def test_credits_are_reserved_then_settled(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    def left() -> float:
        return float(call("GET", "/v1/credits").json["data"]["user"]["remaining_credits"])

    before = left()
    task = ask(n=2, image_urls=["https://a.b/c.png"]).json
    reserved = task["usage"]["credits_reserved"]
    assert left() == pytest.approx(before - reserved)
    finish(service, clock)
    charged = read(call, task["id"])["usage"]["credits_used"]
    assert 0 < charged < reserved
    assert left() == pytest.approx(before - charged)
    read(call, task["id"])
    assert left() == pytest.approx(before - charged)


def test_the_published_prices_are_charged(
    ask: Ask, call: Caller, service: Service, clock: Clock
) -> None:
    task_id = ask(size="3:1", quality="low", prompt="x").json["id"]
    finish(service, clock)
    charged = read(call, task_id)["usage"]["credits_used"]
    assert charged == pytest.approx(0.1138 + 0.0003, abs=0.0002)


def test_keys_allowance_and_accounts_balance_run_out_apart(clock: Clock) -> None:
    body = {"model": MODEL, "prompt": "a", "size": "1:1"}
    for fields, code in (
        ({"allowance": 1.0}, "insufficient_token_quota"),
        ({"balance": 1.0, "allowance": None}, "insufficient_user_quota"),
    ):
        caller = Caller(create_app(Service(clock=clock, **fields)))
        reply = caller("POST", "/v1/images/generations", json_body=body)
        assert (reply.status, reply.error["code"]) == (402, code)


def test_a_wrong_id_and_an_unknown_one_are_told_apart(call: Caller) -> None:
    wrong, unknown = call("GET", "/v1/tasks/abc"), call("GET", "/v1/tasks/task-unified-1-a")
    assert (wrong.status, wrong.error["code"]) == (400, "invalid_task_id")
    assert (unknown.status, unknown.error["code"]) == (404, "task_not_found")


def test_many_tasks_are_read_at_once(ask: Ask, call: Caller) -> None:
    ids = [ask().json["id"] for _ in range(3)]
    asked = [*ids, "task-unified-1-unknown", "nonsense"]
    found = call("POST", "/v1/tasks/batch", json_body={"task_ids": asked}).json["data"]
    assert [task["id"] for task in found] == ids
    for bad in ([], ["x"] * 51, [7], "x", None):
        assert call("POST", "/v1/tasks/batch", json_body={"task_ids": bad}).status == 400


def test_the_list_is_newest_first_in_pages_without_links(
    ask: Ask, call: Caller, clock: Clock, service: Service
) -> None:
    ids = []
    for _ in range(5):
        ids.append(ask().json["id"])
        clock.now += 1
    page = call("GET", "/v1/tasks?page=2&page_size=2").json
    assert [row["id"] for row in page["data"]] == ids[::-1][2:4]
    assert (page["total"], page["page"], page["page_size"]) == (5, 2, 2)
    finish(service, clock)
    done = call("GET", "/v1/tasks?status=completed&type=image&model=gpt-image-2").json["data"]
    assert len(done) == 5
    assert all(row["has_results"] and "results" not in row for row in done)
    assert call("GET", "/v1/tasks?status=processing").json["total"] == 0
    assert call("GET", "/v1/tasks?page=0").status == 400


def test_tasks_outlive_the_process_in_the_memory_file(tmp_path: Path, clock: Clock) -> None:
    memory = tmp_path / "deep" / "memory.jsonl"
    first = Service(clock=clock, memory=memory)
    body = {"model": MODEL, "prompt": "a fox", "n": 2}
    record, _ = first.create(body, "an-idempotency-key")
    with memory.open("a") as file:
        file.write("not json\n{}\n[1]\n")
    second = Service(clock=clock, memory=memory)
    assert second.find(record.id) == record
    again, replayed = second.create(body, "an-idempotency-key")
    assert (again.id, replayed) == (record.id, True)
    later, _ = second.create({"model": MODEL, "prompt": "a hare"})
    assert first.find(later.id) == later  # two processes share one file
    assert first.ends_at(record) == second.ends_at(record)
