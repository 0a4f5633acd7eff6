"""Wherever one looks after a bad day, the key is not there, nor six characters of it in a row."""

from __future__ import annotations

import base64
import contextlib
import gc
import html
import json
import logging
import pickle
import re
import socket
import threading
import traceback
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from services import AGENT, KEY, Emulated, InProcess, OnPort, Scripted, quick

from evolink_widgets import errors
from evolink_widgets.core.service.transport import Timeouts, Transport
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.core.task import Task, TaskState
from evolink_widgets.emulator.http.app import create_app
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.ledger.spending_report import read_spending

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


def test_logs_stay_without_it_when_an_earlier_session_of_the_same_key_is_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="httpx")
    earlier, later = Key(KEY, "configure"), Key(KEY, "configure")
    assert earlier == later
    first = Transport(earlier, ("http://localhost:9",), agent=AGENT)
    second = Transport(later, ("http://localhost:9",), agent=AGENT)
    del first, earlier
    gc.collect()
    logging.getLogger("httpx").debug("the service said %s", KEY)
    assert leaks(caplog.text) == []
    del second


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


def every(form: str) -> str:
    return "".join(form.format(ord(character)) for character in KEY)


QUOTES = {
    "plain": KEY,
    "masked": f"{KEY[:13]}***{KEY[-9:]}",
    "JSON escapes": every("\\u{:04x}"),
    "percent escapes": every("%{:02X}"),
    "entities": every("&#{};"),
    "capitals": KEY.upper(),
    "base64": base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    "hex": KEY.encode().hex(),
}

STATUSES = ("of a failed task", 302, 400, 401, 402, 403, 404, 409, 500, 503, 429)

#: What is looked for: runs of the key in each form in which it was said.
TOLD = {*PIECES, *(piece.upper() for piece in PIECES)}
for _quote in (QUOTES["base64"][14:-2], QUOTES["hex"][14:], *map(QUOTES.get, ("percent escapes",))):
    TOLD |= {str(_quote)[at : at + 14] for at in range(len(str(_quote)) - 13)}


def found(text: str) -> list[str]:
    plain = decoded(text)
    return [piece for piece in TOLD if piece in text or piece in plain]


def decoded(text: str) -> str:
    text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda hit: chr(int(hit[1], 16)), text)
    return html.unescape(urllib.parse.unquote(text))


class Quoting(Emulated):
    """A service on a port that puts the key into everything it says.

    It does so in headers, fields, names, links and the reason phrase, in each status in turn.
    """

    name = "127.0.0.1:1"

    def __init__(self, url: str, quote: str, inner: InProcess) -> None:
        self.url = url
        self.quote = quote
        self.inner = inner
        self.status = 200

    @property
    def base_url(self) -> str:
        return self.url

    def transport(self, timeouts: Timeouts | None = None) -> Transport:
        return Transport(Key(KEY, "a test"), (self.url,), agent=AGENT, timeouts=timeouts)

    def quoted(self, value: Any) -> Any:
        """A document with the key in every text that is not read as a word of the contract."""
        if isinstance(value, dict):
            kept = {name: self.quoted(item) for name, item in value.items()}
            if isinstance(kept.get("message"), str):
                kept["message"] += f" {self.quote}"
            return {**kept, "note": self.quote, self.quote: self.quote}
        if isinstance(value, list):
            return [self.quoted(item) for item in value]
        return value


@contextlib.contextmanager
def quoting(quote: str) -> Iterator[Quoting]:
    """The quoting service, on a loopback port in a thread of its own."""
    inner = InProcess()
    made = Quoting("", quote, inner)
    holder: dict[str, Any] = {}

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        said = quote.encode()
        headers = [(b"x-request-id", b"req-" + said), (b"x-" + b"key", said), (b"etag", said)]
        if made.status != 200 or scope["path"].startswith("/none"):
            error = {"message": f"{quote} is wrong", "code": quote, "param": quote, "type": quote}
            body = json.dumps({"error": {**error, "fallback_suggestion": quote}, quote: quote})
            status = made.status
            if status in (301, 302):
                headers.append((b"location", b"http://127.0.0.1:1/?" + said))
            start = {"type": "http.response.start", "status": status, "headers": headers}
            await send(start)
            await send({"type": "http.response.body", "body": body.encode()})
            return
        parts: list[bytes] = []
        begun: dict[str, Any] = {}

        async def take(message: Any) -> None:
            if message["type"] == "http.response.start":
                begun.update(message)
            else:
                parts.append(message.get("body", b""))

        await holder["app"](scope, receive, take)
        body = b"".join(parts)
        with contextlib.suppress(ValueError):
            body = json.dumps(made.quoted(json.loads(body))).replace("\\\\u", "\\u").encode()
        dropped = (b"content-length", b"x-request-id", b"etag")
        kept = [pair for pair in begun["headers"] if pair[0] not in dropped]
        await send({**begun, "headers": [*kept, *headers]})
        await send({"type": "http.response.body", "body": body})

    listeners = [socket.socket(), socket.socket()]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    made.url, media = (f"http://127.0.0.1:{one.getsockname()[1]}" for one in listeners)
    holder["app"] = create_app(inner.service, files_url=made.url, media_url=media)
    config = uvicorn.Config(answer, log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    running = threading.Thread(target=server.run, kwargs={"sockets": listeners}, daemon=True)
    running.start()
    try:
        yield made
    finally:
        server.should_exit = True
        running.join(10)


@pytest.mark.parametrize("quote", QUOTES)
def test_a_service_that_quotes_it_everywhere_leaves_no_trace(
    quote: str, open_session: Callable[..., Session], small: Callable[..., ImageRequest],
    caplog: pytest.LogCaptureFixture, tmp_path: Path,
) -> None:  # fmt: skip
    """Each place that keeps or shows anything is searched, and counted."""
    caplog.set_level(logging.DEBUG)
    places: dict[str, str] = {}

    def look(name: str, text: str) -> None:
        places[f"{len(places)} {name}"] = text

    with quoting(QUOTES[quote]) as service:
        session = open_session(service, retry=quick(limited=0.1))
        task = session.submit(small())
        task.subscribe(lambda state: look("a state", repr(state)))
        images = task.result(30)
        look("the set", repr(images) + images._repr_html_())
        look("an image", repr(images[0]) + repr(images[0]._repr_mimebundle_()))
        look("a recipe", repr(task.recipe) + task.recipe.as_code())
        look("a receipt", repr(task.receipt) + repr(vars(task)))
        look("the price of all", repr(session.credits()) + repr(session.meters()))
        look("what is spent", read_spending(session.store.database, simulated=True)._repr_html_())
        look("the session", repr(session) + repr(vars(session)))
        look("the emulator's own page", repr(session.emulator()))
        service.inner.play("policy refusal", times=1)
        for status in STATUSES if quote == "plain" else ("of a failed task", 401, 500):
            service.status = status if isinstance(status, int) else 200
            task = session.submit(small(f"a fox, {status}"))
            error = failure(task)
            look(f"the error of {status}", str(error) + error.message + str(error.advice))
            look(f"its repr, {status}", repr(error) + repr(vars(error)))
            look(f"its pickle, {status}", pickle.dumps(error).decode("latin-1"))
            look(f"its traceback, {status}", told(error))
            look(f"what led to it, {status}", chain(error))
            with contextlib.suppress(EvolinkError):
                session.credits()
            with contextlib.suppress(EvolinkError):
                session.emulator({"play": QUOTES[quote]})
        service.status = 200
        session.close()
    for record in caplog.records:
        look("a line of a log", record.getMessage() + repr(vars(record)))
    for name, text in files(tmp_path):
        look(f"file {Path(name).name}", text)
    assert any("evolink.sqlite" in name for name in places)
    assert any(record.name.startswith("httpcore") for record in caplog.records)
    assert len(places) > (150 if quote == "plain" else 80)
    hits = {name: found(text) for name, text in places.items()}
    assert {name: hit for name, hit in hits.items() if hit} == {}


def failure(task: Task) -> EvolinkError:
    """How a task ended; what leads to it begins here, and not in a test that quotes the key."""
    try:
        task.result(20)
    except EvolinkError as error:
        return error
    raise AssertionError("it was made")


def chain(error: BaseException) -> str:
    """All exceptions behind one, suppressed or not, with the local variables of their frames."""
    shown, todo, seen = [], [error], set()
    while todo:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        shown.append(repr(one) + repr(one.args))
        for frame, _ in traceback.walk_tb(one.__traceback__):
            shown += [repr(value) for value in frame.f_locals.values()]
        todo += [one.__cause__, one.__context__]
    return "".join(shown)


def test_no_object_of_the_session_carries_it_as_text(
    own_port: OnPort, open_session: Callable[..., Session], small: Callable[..., ImageRequest]
) -> None:
    session = open_session(own_port, retry=quick())
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
