"""A picture's link that leads elsewhere: followed by hand, as a careful browser would."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping

import pytest
from services import AGENT, KEY, read_request, server

from evolink_widgets.core import loop
from evolink_widgets.core.service.transport import (
    REDIRECTS,
    SKIPPED,
    LinkForbidden,
    NoAnswer,
    Timeouts,
    Transport,
)
from evolink_widgets.core.settings.keys import Key

Routes = Mapping[str, str]
"""What is said at a path: a status and headers, a line each; without one it is the picture."""

PICTURE = b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\npicture"


class Host:
    """A host that keeps its connections open and says what stands in its routes."""

    def __init__(self, routes: Routes) -> None:
        self.routes = routes
        self.connections = 0
        self.seen: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = 0  # what asks nothing is a stranger's, who looks for a free port
        while True:
            self.seen.append((await read_request(reader)).decode().lower())
            asked += 1
            self.connections += asked == 1
            here = "http://{}:{}".format(*writer.get_extra_info("sockname"))
            said = self.routes.get(self.seen[-1].split()[1])
            if said is None:
                writer.write(PICTURE)
                continue
            said, _, body = said.format(here=here, port=here.rpartition(":")[2]).partition("\n\n")
            head = f"HTTP/1.1 {said}\ncontent-length: {len(body)}\n\n".replace("\n", "\r\n")
            writer.write(head.encode("latin-1") + body.encode())

    def paths(self) -> list[str]:
        """What was asked for."""
        return [request.split()[1] for request in self.seen]

    def header(self, number: int, name: str) -> str | None:
        """What a request said in a header; `None` where it has none."""
        lines = self.seen[number].split("\r\n")
        return next((one[len(name) + 2 :] for one in lines if one.startswith(f"{name}: ")), None)


def fetch(
    routes: Routes, link: str = "{here}/a", more: Mapping[str, str] | None = None
) -> tuple[bytes | int | NoAnswer, Host]:
    """Fetch a link: the picture, the status where it is another than 200, or why nothing came."""
    host = Host(routes)

    async def call() -> bytes | int | NoAnswer:
        async with server(host) as here:
            goal = link.format(here=here, at=here.removeprefix("http://"))
            brief = Timeouts(connect=20, read=20)
            made = Transport(Key(KEY, "a test"), (here,), agent=AGENT, timeouts=brief)
            try:
                async with made.download(goal, more) as got:
                    came = b"".join([chunk async for chunk in got.chunks])
                    return came if got.status == 200 else got.status
            except NoAnswer as exc:
                return exc
            finally:
                await made.close()

    return loop.wait_on_loop(call(), 60), host


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_a_get_stays_one_and_says_again_what_it_said(status: str) -> None:
    got, host = fetch({"/a": f"{status}\nlocation: /b?x=1"}, more={"range": "bytes=5-"})
    assert got == b"picture"
    assert host.paths() == ["/a", "/b?x=1"]
    for number in range(2):
        assert host.seen[number].startswith("get /")
        assert host.header(number, "accept-encoding") == "identity"
        assert host.header(number, "range") == "bytes=5-"
        assert host.header(number, "user-agent") == AGENT
        assert host.header(number, "authorization") is None
        assert host.header(number, "content-length") is None
    assert host.connections == 1


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/b", "/b"),
        ("b", "/pictures/b"),
        ("../b", "/b"),
        ("?y=2", "/pictures/a?y=2"),
        ("{here}/b", "/b"),
        ("//127.0.0.1:{port}/b", "/b"),
        ("HTTP://127.0.0.1:{port}/b", "/b"),
        ("{here}/b#part", "/b"),
        ("{here}/a b", "/a%20b"),
        ("{here}/ä", "/%c3%a4"),
        ("{here}", "/"),
        ("{here}/b\nlocation: /c", "/b,%20/c"),
    ],
)
def test_whereto_a_location_leads(location: str, path: str) -> None:
    got, host = fetch({"/pictures/a": f"302 Found\nlocation: {location}"}, "{here}/pictures/a#top")
    assert got == b"picture"
    assert host.paths() == ["/pictures/a", path]


@pytest.mark.parametrize("status", ["300 Many", "302 Found", "304 Same", "307 Nowhere"])
def test_a_redirect_that_leads_nowhere_is_the_answer(status: str) -> None:
    got, host = fetch({"/a": status})
    assert got == int(status[:3])
    assert len(host.seen) == 1


@pytest.mark.parametrize("location", ["http://[::1", "http://x:99999999/", "", "http://a b/"])
def test_a_location_that_is_none_ends_it(location: str) -> None:
    got, host = fetch({"/a": f"302 Found\nlocation: {location}"})
    assert isinstance(got, NoAnswer)
    assert set(host.paths()) == {"/a"}


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/b", "file:///etc/passwd", "data:,x"])
def test_only_the_web_is_followed_to(location: str) -> None:
    got, host = fetch({"/a": f"302 Found\nlocation: {location}"})
    assert isinstance(got, NoAnswer)
    assert "web" in got.reason or location.startswith("data")
    assert len(host.seen) == 1


def test_five_redirects_are_followed_and_no_more() -> None:
    chain = {f"/{at}": f"302 Found\nlocation: /{at + 1}" for at in range(REDIRECTS)}
    got, host = fetch(chain, "{here}/0")
    assert (got, len(host.seen)) == (b"picture", REDIRECTS + 1)

    got, host = fetch({"/a": "302 Found\nlocation: /a"})
    assert isinstance(got, NoAnswer)
    assert "redirects" in got.reason
    assert len(host.seen) == REDIRECTS + 1
    assert host.connections == 1


def test_user_and_password_of_a_link_go_to_its_own_host_alone() -> None:
    basic = "basic " + base64.b64encode(b"me:secret").decode().lower()
    routes = {"/a": "302 F\nlocation: /b", "/b": "302 F\nlocation: http://localhost:{port}/c"}
    got, host = fetch(routes, "http://me:secret@{at}/a")
    assert got == b"picture"
    assert [host.header(at, "authorization") for at in range(3)] == [basic, basic, None]
    assert host.header(2, "host") == f"localhost:{host.header(0, 'host').rpartition(':')[2]}"

    got, host = fetch({"/a": "302 F\nlocation: http://me:secret@127.0.0.1:{port}/b"})
    assert got == b"picture"
    assert [host.header(at, "authorization") for at in range(2)] == [None, None]


def test_a_link_or_a_redirect_that_holds_the_key_is_not_followed() -> None:
    for link, routes, asked in (
        (f"{{here}}/a?k={KEY}", {}, 0),
        ("{here}/a", {"/a": f"302 F\nlocation: /b?k={KEY}"}, 1),
        ("{here}/a", {"/a": f"302 F\nlocation: http://{KEY}@127.0.0.1:{{port}}/b"}, 1),
        (f"{{here}}/a#{KEY}", {}, 0),
    ):
        got, host = fetch(routes, link)
        assert isinstance(got, LinkForbidden), link
        assert KEY not in got.reason
        assert len(host.seen) == asked


def test_a_cookie_of_a_redirect_is_shown_to_its_own_host_for_this_link() -> None:
    routes = {
        "/a": "302 F\nset-cookie: gate=open\nlocation: /b",
        "/b": "302 F\nlocation: http://localhost:{port}/c",
    }
    got, host = fetch(routes)
    assert got == b"picture"
    assert [host.header(at, "cookie") for at in range(3)] == [None, "gate=open", None]


def test_a_redirect_that_breaks_off_or_packs_its_words_ends_as_any_break() -> None:
    got, host = fetch({"/a": "302 F\ncontent-encoding: gzip\nlocation: /b\n\nno gzip"})
    assert (got, host.connections) == (b"picture", 1)
    got, host = fetch({"/a": "302 F\nlocation: /b\n\n" + "x" * (2 * SKIPPED)})
    assert (got, host.connections) == (b"picture", 2)
    got, host = fetch({"/a": "302 F\ncontent-length: 9\nlocation: /b\n\n"})
    assert isinstance(got, NoAnswer)
    assert len(host.seen) == 1


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def fetch_from(talk: Talk, timeouts: Timeouts) -> bytes | NoAnswer:
    """Fetch a link of a host that takes its time."""

    async def call() -> bytes | NoAnswer:
        async with server(talk) as here:
            made = Transport(Key(KEY, "a test"), (here,), agent=AGENT, timeouts=timeouts)
            try:
                async with made.download(f"{here}/a") as got:
                    return b"".join([chunk async for chunk in got.chunks])
            except NoAnswer as exc:
                return exc
            finally:
                await made.close()

    return loop.wait_on_loop(call(), 30)


async def trickle(writer: asyncio.StreamWriter, piece: bytes) -> None:
    while True:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.01)


def test_the_words_of_a_redirect_are_not_waited_for_for_long() -> None:
    """They come byte by byte, and it is known already whereto it leads."""
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await read_request(reader)).split()[1])
        if seen[-1] == b"/b":
            writer.write(PICTURE)
        else:
            writer.write(b"HTTP/1.1 302 F\r\nlocation: /b\r\ncontent-length: 60000\r\n\r\n")
            await trickle(writer, b"x")

    assert fetch_from(talk, Timeouts(read=2)) == b"picture"
    assert seen == [b"/a", b"/b"]


def test_a_host_that_never_comes_to_its_answer_is_given_up() -> None:
    """Each word of it is in time, and none is the last."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await trickle(writer, b"HTTP/1.1 103 Hints\r\n\r\n")

    got = fetch_from(talk, Timeouts(connect=60, read=60, total=0.3))
    assert isinstance(got, NoAnswer)
    assert got.reason == "no answer in time"
