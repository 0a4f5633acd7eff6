"""Whereto a link to a picture may lead: by its text, by DNS, by a redirect; and what is said."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from corporate import API, PICTURES, Corporate, Proxy, certificates, over_tls, proxying
from services import AGENT, KEY, Emulated, read_request, reply, server

from evolink_widgets.core import loop
from evolink_widgets.core.service.transport import LinkForbidden, NoAnswer, Transport
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import Billed, DownloadFailed
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.outcome import Event

PUBLIC = "https://8.8.8.8"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's own environment counts here."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What DNS says of each name at each look; its last answer holds for ever."""
    said: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in said:
            return real(host, port, *rest, **more)
        answer = said[name].pop(0) if len(said[name]) > 1 else said[name][0]
        found = []
        for address in answer.split():
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            end = (address, port, 0, 0) if ":" in address else (address, port)
            found.append((family, socket.SOCK_STREAM, 6, "", end))
        return found

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return said


def fetch(link: str, *apis: str) -> tuple[bytes | NoAnswer, list[bytes]]:
    """Fetch `link` with `{port}` of a server here; what came, and what the server saw."""
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_request(reader)
        seen.append(head)
        path = head.split()[1].decode()
        if path.startswith("/to/"):
            writer.write(reply(b"", "302 Found", location=path.removeprefix("/to/")))
        else:
            writer.write(reply(b"picture"))

    async def call() -> bytes | NoAnswer:
        async with server(talk) as url:
            port = url.rpartition(":")[2]
            made = Transport(Key(KEY, "a test"), apis or (PUBLIC,), agent=AGENT)
            try:
                async with made.download(link.format(port=port)) as got:
                    return b"".join([chunk async for chunk in got.chunks])
            except NoAnswer as exc:
                return exc
            finally:
                await made.close()

    return loop.wait_on_loop(call(), 30), seen


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "LOCALHOST", "0.0.0.0", "127.1", "2130706433", "0x7f000001",
        "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "10.1.2.3", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "[fd00::1]",
        "[fe80::1]", "[fd00:ec2::254]", "[64:ff9b::a9fe:a9fe]", "198.18.0.1", "224.0.0.1",
        "[2002:7f00:1::]", "[::127.0.0.1]",
    ],
)  # fmt: skip
def test_a_service_on_the_internet_leads_into_no_private_network(host: str) -> None:
    outcome, seen = fetch(f"http://{host}:{{port}}/x.png")
    assert isinstance(outcome, LinkForbidden), outcome
    assert outcome.event is Event.NOT_SENT
    assert seen == []


@pytest.mark.parametrize("host", ["LOCALHOST.", "0177.0.0.1", "127.0.0.1.", "127.0.0.1%00"])
def test_what_only_some_resolvers_or_parsers_take_is_not_asked(host: str) -> None:
    outcome, seen = fetch(f"http://{host}:{{port}}/x.png")
    assert isinstance(outcome, NoAnswer)
    assert outcome.event is Event.NOT_SENT
    assert seen == []


@pytest.mark.parametrize(
    "answer",
    ["127.0.0.1", "169.254.169.254", "10.0.0.7", "fd00::7", "::ffff:127.0.0.1", "8.8.4.4 10.0.0.7"],
)
def test_a_public_name_that_resolves_to_a_private_address_is_not_asked(
    names: dict[str, list[str]], answer: str
) -> None:
    names["pictures.example"] = [answer]
    outcome, seen = fetch("http://pictures.example:{port}/x.png")
    assert isinstance(outcome, LinkForbidden), outcome
    assert "pictures.example" in outcome.reason
    assert seen == []


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    names: dict[str, list[str]],
) -> None:
    """A name that answers otherwise at the second look (DNS rebinding) is looked at once."""
    names["pictures.example"] = ["127.0.0.1", "10.0.0.7"]
    names["api.example"] = ["127.0.0.1"]
    outcome, seen = fetch("http://pictures.example:{port}/x.png", "https://api.example")
    assert outcome == b"picture"
    assert b"host: pictures.example:" in seen[0].lower()

    names["pictures.example"] = ["10.0.0.7", "127.0.0.1"]
    outcome, seen = fetch("http://pictures.example:{port}/x.png")
    assert isinstance(outcome, LinkForbidden)
    assert len(names["pictures.example"]) == 1
    assert seen == []


def test_each_hop_of_a_redirect_is_checked() -> None:
    local = "http://127.0.0.1:8787"
    outcome, seen = fetch("http://127.0.0.1:{port}/to/http://127.0.0.1:{port}/x.png", local)
    assert (outcome, len(seen)) == (b"picture", 2)
    for goal in ("http://169.254.169.254/latest", "http://metadata.google.internal/x"):
        outcome, seen = fetch(f"http://127.0.0.1:{{port}}/to/{goal}", local)
        assert isinstance(outcome, NoAnswer)
        assert len(seen) == 1
    outcome, _ = fetch("http://127.0.0.1:{port}/to/http://169.254.169.254/latest", local)
    assert isinstance(outcome, LinkForbidden)
    assert "metadata" in outcome.reason


@pytest.mark.parametrize(
    ("api", "answer", "link", "is_fetched"),
    [
        ("http://127.0.0.1:1", None, "127.0.0.1", True),
        ("http://localhost:1", None, "127.0.0.1", True),
        ("http://[::1]:1", None, "127.0.0.1", True),
        ("https://gateway.example", "127.0.0.1", "127.0.0.1", True),
        ("https://gateway.example", "10.0.0.7", "127.0.0.1", False),
        ("https://10.0.0.7", None, "127.0.0.1", False),
        ("https://gateway.example", "169.254.169.254", "127.0.0.1", False),
        ("https://nowhere.invalid", None, "127.0.0.1", False),
    ],
)
def test_a_link_is_fetched_where_the_api_itself_is(
    names: dict[str, list[str]], api: str, answer: str | None, link: str, is_fetched: bool
) -> None:
    if answer:
        names["gateway.example"] = [answer]
    outcome, seen = fetch(f"http://{link}:{{port}}/x.png", api)
    assert (outcome == b"picture") is is_fetched
    assert bool(seen) is is_fetched


def test_an_address_that_is_silent_does_not_hold_up_the_next(
    names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    names["pictures.example"] = ["127.0.0.9 127.0.0.1"]
    outcome, seen = fetch("http://pictures.example:{port}/x.png", "http://127.0.0.1:1")
    assert (outcome, len(seen)) == (b"picture", 1)
    names["pictures.example"] = ["127.0.0.9"]
    outcome, seen = fetch("http://pictures.example:{port}/x.png", "http://127.0.0.1:1")
    assert isinstance(outcome, NoAnswer)
    assert outcome.event is Event.NOT_SENT


Open = Callable[..., Session]
Small = Callable[..., ImageRequest]


class Misleading(Corporate):
    """A service whose readings name another picture host, as often as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.misleads = 0
        self.goal = "http://10.0.0.7"
        inner = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            async def misled(message: Any) -> None:
                body = message.get("body", b"")
                if self.misleads and PICTURES.encode() in body:
                    self.misleads -= 1
                    body = body.replace(PICTURES.encode(), self.goal.encode())
                if "body" in message:
                    message = {**message, "body": body}
                elif message["type"] == "http.response.start":
                    kept = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                    message = {**message, "headers": kept}
                await send(message)

            await inner(scope, receive, misled)

        self.app = app


@pytest.fixture
def misleading(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Misleading]:
    """The misleading service behind its proxy."""
    made = Misleading()
    ca, host, key = certificates(tmp_path_factory.mktemp("certificates"))
    with over_tls(made.app, host, key) as port, proxying(Proxy(port)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(ca))
        yield made


@pytest.mark.parametrize(
    "goal",
    ["http://10.0.0.7", "http://127.0.0.1:1", "https://169.254.169.254", "https://localhost",
     "https://vault.internal", "https://2130706433", "https://[::1]"],
)  # fmt: skip
def test_a_refused_link_is_told_and_the_paid_task_stays_open(
    misleading: Misleading, open_session: Open, small: Small, goal: str, tmp_path: Path
) -> None:
    misleading.misleads, misleading.goal = 10**6, goal
    session = open_session(misleading)
    task = session.submit(small())
    with pytest.raises(DownloadFailed, match="A picture is not fetched") as caught:
        task.result(30)
    assert caught.value.billed is Billed.YES
    assert len(session.store.journal.open_entries()) == 1
    assert misleading.counts()["accepted"] == 1

    misleading.misleads = 0  # a later reading brings a link that is good
    (again,) = session.recover()
    assert len(again.result(30)) == 1
    assert again.state.stage is Stage.DONE
    assert misleading.counts()["accepted"] == 1


def test_a_refused_link_is_asked_for_anew_by_itself(
    misleading: Misleading, open_session: Open, small: Small
) -> None:
    misleading.misleads = 1
    assert len(open_session(misleading).submit(small()).result(30)) == 1
    assert misleading.misleads == 0


def test_the_emulator_in_this_process_is_fetched_from_as_before(
    in_process: Emulated, open_session: Open, small: Small
) -> None:
    assert len(open_session(in_process).submit(small()).result(30)) == 1


def test_behind_a_proxy_the_api_s_own_kind_of_name_is_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The proxy resolves; a company's own gateway has pictures on its own hosts."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    for link, api, is_forbidden in (
        ("https://pictures.corp.internal/x", "https://gateway.corp.internal", False),
        ("https://pictures.corp.internal/x", API, True),
        ("https://127.0.0.1/x", "https://gateway.corp.internal", True),
        ("https://0x7f.1/x", "https://gateway.corp.internal", True),
    ):
        outcome, _ = fetch(link, api)
        assert isinstance(outcome, LinkForbidden) is is_forbidden, link
