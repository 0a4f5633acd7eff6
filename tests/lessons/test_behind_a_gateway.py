"""Lessons as a student runs them behind the gateway: what they say and check holds there."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from classroom import TEACHER, Emulated, apart, sqlite
from lesson_runs import answer_of, exercises, read, run, text_of
from nbclient.exceptions import CellExecutionError
from services import KEY, InProcess
from starlette.types import Receive, Scope, Send

import evolink_widgets as ew
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.books.roster import Student, new_token, token_hash
from evolink_widgets.course.server import create_app
from evolink_widgets.emulator.http.app import API_URL, FILES_URL
from evolink_widgets.emulator.http.app import create_app as emulator_app
from evolink_widgets.emulator.http.server import bind
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.rules.request.service_address import service_name

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FOX = ew.ImageRequest("a fox", size="1024x1024", quality="low")

ON_THE_EMULATOR = ("Simulated", "simulated", "would cost")


@dataclass
class Room:
    """A gateway on a port, and the service that it stands before."""

    address: str
    tokens: dict[str, str]
    service: Service

    def standing(self, name: str) -> dict[str, Any]:
        """How a student stands, on the teacher's page."""
        [found] = [one for one in self.state()["students"] if one["name"] == name]
        return dict(found)

    def state(self) -> dict[str, Any]:
        """What the teacher's page shows."""
        headers = {"Authorization": f"Bearer {TEACHER}"}
        return dict(httpx.get(f"{self.address}/course/state", headers=headers).json())


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A gateway as a kernel reaches it. Its service is on no port: to a kit it is a live one."""
    service = Service(speed=60, seed=1, rate=None, keys=[KEY])
    gate, media = bind("127.0.0.1", 0), bind("127.0.0.1", 0)
    ports = [one.getsockname()[1] for one in (gate, media)]
    played = emulator_app(service, media_url=f"http://127.0.0.1:{ports[1]}")
    students = (Student("Ana"), Student("Ben", 0.6))
    tokens = {one.name: new_token() for one in students}
    books = Books(sqlite(tmp_path), budget=20)
    apart(books.enrol(students, {name: token_hash(token) for name, token in tokens.items()}))
    course = create_app(books, Emulated(API_URL, FILES_URL, Key(KEY, "a test"), played), TEACHER)

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        is_picture = scope["type"] == "http" and scope["server"][1] == ports[1]
        await (played if is_picture else course)(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(both, log_level="error"))
    thread = threading.Thread(target=server.run, args=([gate, media],))
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield Room(f"http://127.0.0.1:{ports[0]}", tokens, service)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def sits_down(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets a student work from now on: in a folder of its own, with an address and a token."""

    def sit(name: str) -> Path:
        monkeypatch.setenv("EVOLINK_BASE_URL", room.address)
        monkeypatch.setenv("EVOLINK_API_KEY", room.tokens[name])
        folder = tmp_path / name
        folder.mkdir()
        return folder

    return sit


def said_by(name: str, folder: Path) -> str:
    """What a lesson says whose exercises are solved; every check of it passes."""
    lesson = read(name)
    for exercise, check in exercises(lesson):
        exercise.source = answer_of(check)
    run(lesson, folder)
    for _, check in exercises(lesson):
        assert text_of(check).startswith("Done:"), text_of(check)
    return "\n".join(text_of(cell) for cell in lesson.cells if cell.cell_type == "code")


def test_lessons_cost_what_they_say_and_the_teacher_sees_the_same(
    own_settings: None, room: Room, sits_down: Any
) -> None:
    folder = sits_down("Ana")
    prices = said_by("02-what-it-costs.ipynb", folder)
    for word in ("credits charged", "charged  not reported", "from the store", "· new",
                 "this block's budget of 5", "spending is switched off"):  # fmt: skip
        assert word in prices, word
    assert not [word for word in ON_THE_EMULATOR if word in prices]
    asks = room.state()["asks"]
    assert {one["quality"] for one in asks} == {"low"}, "as the guide for teachers says"

    before = room.service.counts["create"]
    faults = said_by("03-when-things-go-wrong.ipynb", folder)
    for word in ("would cost", "May have been charged", "ContentRefused", "accepted"):
        assert word in faults, word
    assert room.service.counts["create"] == before, "it turns to the emulator by itself"

    edits = said_by("04-from-one-picture-to-the-next.ipynb", folder)
    for word in ("make it night", "It was a GIF", "from the store", "Did you mean 'poster'?"):
        assert word in edits, word
    assert not [word for word in ON_THE_EMULATOR if word in edits]

    ew.configure(store=folder / "evolink_images")
    charged = sum(row.charged or 0 for row in ew.spending() if not row.simulated)
    standing = room.standing("Ana")
    assert charged == pytest.approx(standing["spent"])
    assert ew.credits().key_remaining == pytest.approx(20 - charged)
    assert [standing[name] for name in ("reserved", "lost", "refused")] == [0, 0, 0]


def test_a_lesson_ends_where_the_budget_does_and_says_whose_it_is(
    room: Room, sits_down: Any
) -> None:
    folder = sits_down("Ben")
    lesson = read("02-what-it-costs.ipynb")
    with pytest.raises(CellExecutionError) as told:
        run(lesson, folder)
    assert "InsufficientCredits" in str(told.value)
    assert "Your budget in this course has" in str(told.value)
    assert "Not charged" in str(told.value)
    assert room.service.counts["create"] == 1, "the pair of boats, and not the third"
    assert 0 < room.standing("Ben")["spent"] < 0.6


def test_what_the_teacher_bought_at_evolink_answers_the_class_and_nothing_stands_in_for_it(
    own_settings: None, room: Room, tmp_path: Path
) -> None:
    """By who is said to have answered; each store has one fox, which an emulator drew here."""

    def bought_at(service: str) -> Path:
        drawn = InProcess()
        store = tmp_path / service.replace(":", "-")
        with closing(drawn.session(store, service=service, simulated=service == "emulator")) as one:
            one.submit(FOX, execution=None).result(60)
        return store

    def answers(store: Path, base_url: str | None, key: str | None) -> bool:
        ew.configure(base_url=base_url, api_key=key, mode="live", store="empty", library=store,
                     spend="never")  # fmt: skip
        try:
            task = ew.session().submit(FOX, execution=None)
            return task.result(60)[0].path.is_relative_to(store) and task.receipt is None
        except ew.SpendingRefused:
            return False

    elsewhere = "https://course.example.org"
    token = room.tokens["Ana"]
    own, course, played = map(bought_at, ("api.evolink.ai", service_name(elsewhere), "emulator"))
    assert answers(own, room.address, token)
    assert answers(own, elsewhere, None)
    assert answers(own, None, KEY)
    assert answers(course, elsewhere, token)
    assert answers(course, elsewhere, None), "for who has left the course"
    assert not answers(course, room.address, token)
    assert not answers(course, None, KEY), "any server could say that it is EvoLink's"
    assert not answers(played, room.address, token)
    assert not answers(played, None, KEY)
    assert room.service.counts["create"] == 0
