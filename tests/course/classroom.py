"""A course with its service, its gateway and its students, in this process."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from services import KEY, SHELF
from starlette.testclient import TestClient

from evolink_widgets.connect.connections import LiveService
from evolink_widgets.core.service.transport import Timeouts, Transport
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.books.roster import Student, new_token, token_hash
from evolink_widgets.course.server import Rules, create_app
from evolink_widgets.emulator.http.app import API_URL, FILES_URL
from evolink_widgets.emulator.http.app import create_app as emulator_app
from evolink_widgets.emulator.service.service import Service

T = TypeVar("T")

TEACHER = "the-teacher's-token"
FOX = {"model": "gpt-image-2", "prompt": "a fox", "size": "1024x1024", "quality": "low"}
FOX_COSTS = 0.5
"""Credits that it is sure to cost less than."""


@dataclass(frozen=True)
class Emulated(LiveService):
    """The emulator, in this process."""

    app: Any = None

    def transport(self) -> Transport:
        """Connections to it."""
        return Transport(
            self.key,
            (self.base_url, self.files_url),
            agent="evolink-widgets/test",
            app=self.app,
            timeouts=Timeouts(paid=5.0),
        )


class Classroom:
    """A course that runs.

    Attributes:
        service: the emulator behind the gateway; counts what reaches it.
        client: speaks to the gateway.
        tokens: by the student's name.
        books: the gateway's own.
    """

    def __init__(
        self, client: TestClient, service: Service, tokens: dict[str, str], books: Books
    ) -> None:
        self.client = client
        self.books = books
        self.service = service
        self.tokens = tokens

    def ask(
        self, name: str, body: dict[str, Any] | None = None, *, key: str | None = None
    ) -> httpx.Response:
        """POST a request as a student."""
        headers = {} if key is None else {"Idempotency-Key": key}
        path = "/v1/images/generations"
        return self.call(name, "POST", path, json=body or FOX, headers=headers)

    def read(self, name: str, task_id: str) -> httpx.Response:
        """GET a task as a student."""
        return self.call(name, "GET", f"/v1/tasks/{task_id}")

    def done(self, name: str, task_id: str) -> dict[str, Any]:
        """The task, once it has ended."""
        end = time.monotonic() + 20
        while (task := self.read(name, task_id).json())["status"] not in ("completed", "failed"):
            assert time.monotonic() < end
            time.sleep(0.01)
        return dict(task)

    def call(self, name: str, method: str, path: str, **how: Any) -> httpx.Response:
        """Any call as a student."""
        headers = {**how.pop("headers", {}), "Authorization": f"Bearer {self.tokens[name]}"}
        return self.client.request(method, path, headers=headers, **how)

    def pause(self, name: str) -> httpx.Response:
        """Let a student ask no more, as the teacher."""
        head = {"Authorization": f"Bearer {TEACHER}"}
        path = f"/course/students/{name}"
        return self.client.post(path, json={"barred": True}, headers=head)

    def state(self) -> dict[str, Any]:
        """What the teacher's page shows."""
        reply = self.client.get("/course/state", headers={"Authorization": f"Bearer {TEACHER}"})
        return dict(reply.json())

    def standing(self, name: str) -> dict[str, Any]:
        """How a student stands, on that page."""
        [found] = [one for one in self.state()["students"] if one["name"] == name]
        return dict(found)

    def until(self, holds: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait for a state."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"it did not come to hold in {seconds:g} s"
            time.sleep(0.02)


def emulator(**options: Any) -> Service:
    """A quick emulator with pictures made beforehand, which knows the course's key alone."""
    service = Service(**{"speed": 200, "rate": None, "balance": 1e6, "keys": [KEY], **options})
    service.drawn = SHELF  # type: ignore[assignment]
    return service


@contextlib.contextmanager
def classroom(
    url: str,
    *,
    service: Service | None = None,
    students: tuple[Student, ...] = (Student("Ana"), Student("Ben")),
    tokens: dict[str, str] | None = None,
    budget: float = 20.0,
    course_budget: float | None = None,
    rules: Rules | None = None,
    cassettes: dict[str, Path] | None = None,
    app: Any = None,
) -> Iterator[Classroom]:
    """Serve a course as long as the block lasts; `app` answers, as a service on this machine."""
    service = service or emulator()
    books = Books(url, budget=budget, course_budget=course_budget)
    tokens = tokens or {one.name: new_token() for one in students}
    hashes = {name: token_hash(token) for name, token in tokens.items()}
    apart(books.enrol(students, hashes))
    address = API_URL if app is None else "http://127.0.0.1:8787"
    live = Emulated(address, FILES_URL, Key(KEY, "a test"), app or emulator_app(service))
    rules = rules or Rules(look_every=0.1)
    app = create_app(books, live, TEACHER, rules, cassettes=cassettes)
    with TestClient(app) as client:
        yield Classroom(client, service, tokens, books)


def apart(coro: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns; on a thread of its own, as a browser's loop may run in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coro).result()


def sqlite(folder: Path) -> str:
    """The address of books in a file."""
    return f"sqlite:///{folder / 'course.sqlite'}"
