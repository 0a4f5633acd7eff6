"""Wherever one looks after a bad day, the key is not there, nor six characters of it in a row."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from services import KEY, OnPort, Scripted, quick

from evolink_widgets import errors
from evolink_widgets.core.session import Session
from evolink_widgets.core.state import TaskState
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.request import ImageRequest

PIECES = [KEY[at : at + 6] for at in range(len("sk-evo-"), len(KEY) - 5)]


def leaks(text: str) -> list[str]:
    return [piece for piece in PIECES if piece in text]


def told(error: BaseException) -> str:
    """All that a traceback with local variables shows, causes and contexts included."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(shown.format(chain=True)) + repr(error) + str(vars(error))


def files(root: Path) -> Iterator[tuple[str, str]]:
    for path in root.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes().decode("latin-1")


FAULTS = ["fair", "401", "402 account", "429", "500 before", "reply lost", "policy refusal",
          "truncated download", "expired links"]  # fmt: skip


def test_after_every_fault_nothing_that_is_kept_or_said_holds_it(
    own_port: OnPort,
    open_session: Callable[..., Session],
    small: Callable[..., ImageRequest],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    session = open_session(own_port)
    said: list[str] = []

    def listen(state: TaskState) -> None:
        said.append(repr(state))

    for fault in FAULTS:
        own_port.play(fault)
        task = session.submit(small(f"a fox on a day of {fault}"))
        task.subscribe(listen)
        try:
            said.append(repr(task.result(30)))
        except EvolinkError as error:
            said.append(told(error))
        said += [repr(task), repr(vars(task)), repr(task.receipt), repr(task.recipe)]
    said += [repr(session), repr(vars(session)), str(session.credits()), caplog.text]
    for record in caplog.records:
        said.append(repr(vars(record)))

    assert caplog.records
    assert leaks("".join(said)) == []
    assert [name for name, text in files(tmp_path) if leaks(text)] == []
    assert b"authorization" not in b"".join(Path(n).read_bytes() for n, _ in files(tmp_path))


def test_a_service_that_quotes_it_is_not_repeated(
    open_session: Callable[..., Session], small: Callable[..., ImageRequest]
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        said = dict(scope["headers"])[b"authorization"].decode()
        body = f'{{"error": {{"message": "{said} ({said[7:-4]}…) is wrong", "code": "{said}"}}}}'
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": body.encode()})

    session = open_session(Scripted(app))
    task = session.submit(small())
    with pytest.raises(errors.AuthenticationError) as caught:
        task.result(20)
    with pytest.raises(errors.AuthenticationError) as again:
        session.credits()
    assert leaks(told(caught.value) + told(again.value) + repr(task.state)) == []


def test_no_object_of_the_session_carries_it_as_text(
    own_port: OnPort, open_session: Callable[..., Session], small: Callable[..., ImageRequest]
) -> None:
    session = open_session(own_port, patience=quick())
    session.submit(small()).result(20)
    seen: set[int] = set()

    def walk(thing: object, depth: int) -> Iterator[str]:
        if id(thing) in seen or depth > 6:
            return
        seen.add(id(thing))
        if isinstance(thing, (str, bytes)):
            yield thing if isinstance(thing, str) else thing.decode("latin-1")
            return
        parts: list[object] = []
        if isinstance(thing, dict):
            parts = [*thing.keys(), *thing.values()]
        elif isinstance(thing, (list, tuple, set, frozenset)):
            parts = list(thing)
        elif type(thing).__module__.startswith("evolink_widgets") and hasattr(thing, "__dict__"):
            parts = list(vars(thing).values())
        for part in parts:
            yield from walk(part, depth + 1)

    gc.collect()
    assert leaks(" ".join(walk(session, 0))) == []
