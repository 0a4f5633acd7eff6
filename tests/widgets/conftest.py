"""A browser's end of the line: what a widget sends is recorded, and it can be spoken to."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import comm
import comm.base_comm
import pytest
from ipywidgets import Widget

import evolink_widgets as ew
from evolink_widgets.widgets.base.messages import PAID

from .declared import declared

PATIENCE = 20.0
Message = tuple[dict[str, Any], list[bytes]]


class Line(comm.base_comm.BaseComm):
    """A comm whose other end is a test."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.news = threading.Condition()
        self.messages: list[Message] = []
        self.states: list[dict[str, Any]] = []
        super().__init__(*args, **kwargs)

    def publish_msg(self, msg_type: str, data: Any = None, *_: Any, **fields: Any) -> None:
        data = data or {}
        with self.news:
            if data.get("method") == "custom":
                buffers = [bytes(part) for part in fields.get("buffers") or ()]
                self.messages.append((data["content"], buffers))
            elif "state" in data:
                self.states.append(data["state"])
            self.news.notify_all()


class Browser:
    """Speaks to one widget."""

    _ids = itertools.count()

    def __init__(self, widget: Widget) -> None:
        self.line: Line = widget.comm

    def tell(self, kind: str, **fields: Any) -> str:
        """Send a request; returns its id."""
        name = f"r{next(self._ids)}"
        self.say({"kind": kind, "id": name, **fields})
        return name

    def say(self, content: dict[str, Any]) -> None:
        """Send a message as it stands."""
        self._send({"method": "custom", "content": content})

    def set(self, **traits: Any) -> None:
        """Set traits, as the controls do."""
        self._send({"method": "update", "state": traits, "buffer_paths": []})

    def state(self, name: str, fits: Callable[[Any], Any] = lambda value: True) -> Any:
        """Wait for a value of a trait that fits, and return the newest such."""

        def found() -> list[Any]:
            told = [state[name] for state in self.line.states if name in state]
            return [value for value in told if fits(value)]

        with self.line.news:
            values = self.line.news.wait_for(found, PATIENCE)
        assert values, self.line.states
        return values[-1]

    def answers(self, name: str, count: int) -> list[dict[str, Any]]:
        """Wait for several answers to one id."""

        def found() -> list[dict[str, Any]]:
            return [content for content, _ in self.line.messages if content.get("id") == name]

        with self.line.news:
            assert self.line.news.wait_for(lambda: len(found()) >= count, PATIENCE)
            return found()

    def _send(self, data: dict[str, Any]) -> None:
        self.line.handle_msg({"content": {"comm_id": "", "data": data}, "buffers": []})

    def press(self, seen: list[str] | None = None) -> dict[str, Any]:
        """Press a button that buys: what goes with the purchase, once the kernel is ready.

        Args:
            seen: keys of the runs that the page shows then; all that it was told of by default.
        """
        if seen is None:
            told = [content for content, _ in self.line.messages]
            seen = [content["run"]["key"] for content in told if content.get("run")]
        press = f"p{next(self._ids)}"
        ready, _ = self.ask("press", press=press, seen=seen)
        assert ready["kind"] == "ready", ready
        return {"press": press, "ticket": ready["ticket"]}

    def ask(self, kind: str, **fields: Any) -> Message:
        """Send a request and wait for its answer; what costs money has a press of its own."""
        if kind in PAID and "press" not in fields:
            fields |= self.press()
        name = self.tell(kind, **fields)
        return self.wait(lambda message: message.get("id") == name)

    def wait(self, fits: Callable[[dict[str, Any]], Any]) -> Message:
        """The first message that fits, which may have come already."""

        def find() -> Message | None:
            return next((m for m in self.line.messages if fits(m[0])), None)

        with self.line.news:
            found = self.line.news.wait_for(find, PATIENCE)
        assert found is not None, [m[0].get("kind") for m in self.line.messages]
        return found

    def run(self, key: str, **wanted: Any) -> dict[str, Any]:
        """Wait until a run looks as wanted."""

        def fits(message: dict[str, Any]) -> bool:
            run = message.get("run") if message.get("kind") == "run" else None
            return bool(run) and run["key"] == key and wanted.items() <= run.items()

        return self.wait(fits)[0]["run"]

    def pictures(self, key: str, count: int) -> list[Message]:
        """Wait for the thumbnails of a run."""

        def found() -> list[Message]:
            kinds = [m for m in self.line.messages if m[0].get("kind") == "picture"]
            return [m for m in kinds if m[0]["key"] == key]

        with self.line.news:
            assert self.line.news.wait_for(lambda: len(found()) >= count, PATIENCE)
            return found()


@pytest.fixture(autouse=True)
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every widget of the test gets a line of its own, and says only what `types.d.ts` declares."""
    opened: list[Line] = []

    def create(*args: Any, **kwargs: Any) -> Line:
        opened.append(Line(*args, **kwargs))
        return opened[-1]

    monkeypatch.setattr(comm, "create_comm", create)
    yield
    said = (message for line in opened for message, _ in line.messages)
    assert [wrong for message in said for wrong in declared().wrong_message(message)] == []


@pytest.fixture(autouse=True)
def quick_emulator(own_settings: None, tmp_path: Path) -> None:
    """The public functions on an emulator 300 times as fast, in a folder of their own."""
    ew.configure(mode="emulator", store=tmp_path / "evolink_images", speed=300)


@pytest.fixture
def browser() -> Callable[[Widget], Browser]:
    return Browser
