"""The teacher's page: what it shows, who may open it, and what it takes home."""

from __future__ import annotations

import asyncio
import csv
import io
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from classroom import FOX, TEACHER, Classroom
from playwright.sync_api import Browser, Page, expect

from evolink_widgets.course import server
from evolink_widgets.course.books.roster import Student
from evolink_widgets.course.rush import Rush

Course = Callable[..., Classroom]
HEAD = {"Authorization": f"Bearer {TEACHER}"}


def test_without_the_teachers_token_nothing_is_told(course: Course) -> None:
    room = course()
    for path in ("/course/state", "/course/export", "/course/pictures/task-unified-1/0"):
        assert room.client.get(path).status_code == 401
        own = {"Authorization": f"Bearer {room.tokens['Ana']}"}
        assert room.client.get(path, headers=own).status_code == 401
    assert room.client.post("/course/students/Ana", json={"barred": True}).status_code == 401


def test_the_export_has_every_ask_and_no_formula(course: Course) -> None:
    room = course()
    room.done("Ana", room.ask("Ana", {**FOX, "prompt": '=HYPERLINK("a")'}).json()["id"])
    reply = room.client.get("/course/export", headers=HEAD)
    ana, ben = csv.DictReader(io.StringIO(reply.text))
    assert (ana["student"], ana["prompt"], ana["state"]) == ("Ana", '\'=HYPERLINK("a")', "done")
    assert float(ana["credits_charged"]) == room.standing("Ana")["spent"]
    assert (ben["student"], ben["asked_at"]) == ("Ben", "")


def test_a_small_copy_of_each_picture_is_kept(course: Course) -> None:
    room = course()
    task = room.ask("Ana", {**FOX, "n": 2}).json()["id"]
    room.done("Ana", task)
    room.until(lambda: room.state()["asks"][0]["small"] == [0, 1])
    room.service.weather.play("expired links")
    reply = room.client.get(f"/course/pictures/{task}/1", headers=HEAD)
    assert reply.headers["content-type"] == "image/webp"
    assert 0 < len(reply.content) < 60_000


def test_small_copies_wait_while_a_class_asks_and_nothing_else_does(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    waits, may_end = threading.Event(), threading.Event()

    async def sleep(seconds: float) -> None:
        nonlocal now
        waits.set()
        await asyncio.to_thread(may_end.wait, 20)
        now += seconds

    monkeypatch.setattr(server, "Rush", lambda: Rush(lambda: now, sleep))
    room = course()
    task = room.ask("Ana").json()["id"]
    room.done("Ana", task)
    assert waits.wait(20)
    room.ask("Ben")
    room.until(lambda: room.standing("Ben")["done"] == 1)  # no one but the gateway has looked
    assert [one["small"] for one in room.state()["asks"]] == [[], []]
    may_end.set()
    room.until(lambda: [one["small"] for one in room.state()["asks"]] == [[0], [0]])


@pytest.fixture
def served(course: Course) -> Iterator[tuple[Classroom, str]]:
    """A course whose page a browser can open."""
    room = course(students=(Student("Ana"), Student("Ben"), Student("Chloé <b>")))
    config = uvicorn.Config(room.client.app, port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield room, f"http://127.0.0.1:{port}/course"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_page(viewport={"width": 900, "height": 800}) as one:
        yield one


def test_a_teacher_sees_pauses_and_exports(served: tuple[Classroom, str], page: Page) -> None:
    from axe_core import COLOURS, findings

    room, address = served
    room.done("Ana", room.ask("Ana").json()["id"])
    room.ask("Ben", {**FOX, "size": "3840x2160", "quality": "high", "n": 10})
    room.until(lambda: bool(room.state()["asks"][-1]["small"]))
    page.goto(f"{address}#token={TEACHER}")
    row = page.get_by_role("row", name="Ana")
    expect(row).to_contain_text("0.36")
    assert "token" not in page.url  # neither history nor a shared screen shows it
    expect(page.get_by_role("list").get_by_role("img", name="a fox").first).to_have_js_property(
        "complete", True
    )
    expect(page.get_by_role("list")).to_contain_text("the student's budget")
    assert page.locator("table b").count() == 0
    for scheme, rules in (("light", ()), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert findings(page, "main", rules=rules) == []
    page.get_by_role("button", name="Pause: Ana").press("Enter")
    again = page.get_by_role("button", name="Let ask again: Ana")
    expect(again).to_be_focused()
    assert room.ask("Ana").status_code == 403
    with page.expect_download() as told:
        page.get_by_role("button", name="Export as CSV").click()
    assert told.value.suggested_filename == "course.csv"


def test_without_its_token_the_page_says_what_to_open(
    served: tuple[Classroom, str], page: Page
) -> None:
    page.goto(served[1])
    expect(page.get_by_role("status")).to_contain_text("open the one that the gateway printed")
