"""The served emulator among web pages, half requests and slow clients."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from evolink_widgets.emulator.http.guard import read_host
from evolink_widgets.emulator.http.server import Addresses, bind, serve
from evolink_widgets.emulator.service.service import Service

SECONDS = 0.3
"""In which a request has to arrive; in these tests nothing else is slow."""
BODY = {"model": "gpt-image-2", "prompt": "a fox", "size": "1024x640", "quality": "low"}


class Serving:
    """An emulator on a thread of this process."""

    def __init__(self, host: str = "127.0.0.1", **how: object) -> None:
        self.service = Service(speed=5000, rate=None)
        ready = threading.Event()
        ears = bind(host, 0), bind(host, 0)

        def tell(addresses: Addresses) -> None:
            self.addresses = addresses
            ready.set()

        async def main() -> None:
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.current_task()
            with contextlib.suppress(asyncio.CancelledError):
                await serve(self.service, *ears, ready=tell, **how)  # type: ignore[arg-type]

        self._thread = threading.Thread(target=lambda: asyncio.run(main()))
        self._thread.start()
        assert ready.wait(20)
        self.port = str(urlsplit(self.addresses.api).port)

    def stop(self) -> None:
        assert self._task is not None
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(20)
        assert not self._thread.is_alive()

    def connect(self, url: str | None = None) -> socket.socket:
        parts = urlsplit(url or self.addresses.api)
        return socket.create_connection((parts.hostname, parts.port), timeout=20)

    def ask(
        self, method: str, url: str, body: object = None, **headers: str
    ) -> tuple[int, dict[str, object]]:
        """The status of a reply and its JSON; the header Host is as given."""
        parts = urlsplit(url if "://" in url else self.addresses.api + url)
        sent = {"Authorization": "Bearer k", "Host": parts.netloc, **headers}
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        with contextlib.closing(connection):
            connection.putrequest(method, parts.path, skip_host=True)
            data = b"" if body is None else json.dumps(body).encode()
            for name, value in {**sent, "Content-Length": str(len(data))}.items():
                connection.putheader(name, value)
            connection.endheaders(data)
            reply = connection.getresponse()
            text = reply.read()
        is_json = reply.headers.get_content_type() == "application/json"
        return reply.status, json.loads(text) if is_json else {}


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    one = Serving(hosts=["emulator"], request_seconds=SECONDS)
    yield one
    one.stop()


def ended(connection: socket.socket) -> bytes:
    """What is said until the other side ends the connection."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            said += piece
    return said


# Who may call.

EVERYTHING = [
    ("GET", "/emulator/weather"), ("POST", "/emulator/weather"), ("GET", "/emulator/counts"),
    ("POST", "/emulator/prices"), ("GET", "/emulator/openapi.yaml"),
    ("POST", "/v1/images/generations"), ("GET", "/v1/tasks"), ("GET", "/v1/credits"),
    ("POST", "/v1/tasks/batch"), ("POST", "/api/v1/files/upload/base64"),
    ("GET", "/api/v1/files/list"), ("DELETE", "/api/v1/files/file-1"), ("GET", "/files/file-1/a"),
    ("OPTIONS", "/v1/images/generations"), ("GET", "/nothing"),
]  # fmt: skip
FOREIGN_HOSTS = [
    "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:80",
    "a@127.0.0.1", "127.0.0.1, evil.example", "192.168.1.5", "0.0.0.0", "2130706433", "",
    "[::ffff:192.168.1.5]", "xlocalhost", "my-machine",
]  # fmt: skip
OWN_HOSTS = [
    "127.0.0.1", "localhost", "LOCALHOST", "localhost.", "[::1]", "127.0.0.2",
    "[::ffff:127.0.0.1]", "emulator", "app.localhost",
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
@pytest.mark.parametrize(
    ("header", "value", "code"),
    [("Host", "evil.example:{port}", "foreign_host"), ("Origin", "null", "foreign_origin")],
)
def test_a_web_page_neither_changes_nor_reads_anything(
    serving: Serving, method: str, path: str, header: str, value: str, code: str
) -> None:
    before = serving.service.weather.now, dict(serving.service.counts), serving.service.prices
    wish = {"play": "429", "factor": 9, **BODY}
    foreign = {header: value.format(port=serving.port)}
    status, body = serving.ask(method, path, wish, **foreign)
    assert (status, body["error"]["code"]) == (403, code)  # type: ignore[index]
    after = serving.service.weather.now, dict(serving.service.counts), serving.service.prices
    assert after == before


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused_and_named(serving: Serving, host: str) -> None:
    status, body = serving.ask("GET", "/v1/credits", Host=host)
    assert status == 403
    message = str(body["error"]["message"])  # type: ignore[index]
    assert repr(host) in message
    assert "--allow-host" in message


@pytest.mark.parametrize("host", OWN_HOSTS)
@pytest.mark.parametrize("port", ["", ":{port}", ":9000"])
def test_an_own_host_is_served_through_whatever_port(
    serving: Serving, host: str, port: str
) -> None:
    name = host + port.format(port=serving.port)
    assert serving.ask("GET", "/v1/credits", Host=name)[0] == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1.evil.example:{port}", "http://localhost:8888",
     "http://127.0.0.1", "https://localhost", "null", "", "file://", "http://localhost:{port}/",
     "http://a@localhost:{port}", "http://localhost:{port}, http://evil.example"],
)  # fmt: skip
def test_a_foreign_origin_is_refused(serving: Serving, origin: str) -> None:
    origin = origin.format(port=serving.port)
    status, body = serving.ask("POST", "/v1/images/generations", BODY, Origin=origin)
    assert (status, body["error"]["code"]) == (403, "foreign_origin")  # type: ignore[index]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_a_page_of_its_own_may_call_it(serving: Serving, name: str) -> None:
    for port in (serving.port, "9000"):
        own = {"Host": f"{name}:{port}", "Origin": f"http://{name}:{port}"}
        assert serving.ask("GET", "/v1/credits", **own)[0] == 200


def test_pictures_are_kept_from_foreign_pages_too(serving: Serving) -> None:
    task = serving.ask("POST", "/v1/images/generations", BODY)[1]
    while (told := serving.ask("GET", f"/v1/tasks/{task['id']}")[1])["status"] != "completed":
        pass
    (link,) = told["results"]  # type: ignore[misc]
    with contextlib.closing(http.client.HTTPConnection(urlsplit(link).netloc, timeout=20)) as one:
        statuses = []
        for host in ("evil.example", "emulator", urlsplit(link).netloc):
            one.request("GET", link.partition(urlsplit(link).netloc)[2], headers={"Host": host})
            reply = one.getresponse()
            reply.read()
            statuses.append(reply.status)
    assert statuses == [403, 200, 200]


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no IPv6 here")
def test_it_serves_ipv6_and_is_called_by_that_address() -> None:
    try:
        bind("::1", 0).close()
    except OSError:
        pytest.skip("there is no IPv6 loopback here")
    serving = Serving("[::1]")
    try:
        assert serving.addresses.api.startswith("http://[::1]:")
        assert serving.ask("GET", "/v1/credits")[0] == 200
        assert serving.ask("GET", "/v1/credits", Host="evil.example")[0] == 403
    finally:
        serving.stop()


@pytest.mark.parametrize(
    ("text", "name"),
    [("Emulator", "emulator"), ("my-box.lan.", "my-box.lan"), ("::1", "::1"),
     ("[FE80::1]", "fe80::1"), ("10.0.0.7:8787", "10.0.0.7")],
)  # fmt: skip
def test_a_host_has_one_spelling(text: str, name: str) -> None:
    assert read_host(text) == name


@pytest.mark.parametrize("text", ["", "http://box", "a b", "*", "a/b", ".", "a,b"])
def test_what_is_no_host_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no host"):
        read_host(text)


# Half requests.

HEAD = b"POST /v1/images/generations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n"
HALVES = {
    "a line": b"POST /v1/ima",
    "a head": HEAD,
    "a head, and no body": HEAD + b"Content-Length: 90\r\n\r\n",
    "half a body": HEAD + b'Content-Length: 90\r\n\r\n{"model": "gpt',
    "half a chunk": HEAD + b'Transfer-Encoding: chunked\r\n\r\n5a\r\n{"model": "gpt',
    "a body awaited": HEAD + b"Content-Length: 90\r\nExpect: 100-continue\r\n\r\n",
}


@pytest.mark.parametrize("half", HALVES)
def test_half_a_request_is_answered_with_408_and_its_end(serving: Serving, half: str) -> None:
    accepted = serving.service.counts["accepted"]
    with serving.connect() as connection:
        connection.sendall(HALVES[half])
        said = ended(connection).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"did not arrive in full within 0.3 s" in said
    assert serving.service.counts["accepted"] == accepted


@pytest.mark.parametrize("where", ["api", "media"])
def test_a_connection_on_which_nothing_is_asked_ends(serving: Serving, where: str) -> None:
    with serving.connect(getattr(serving.addresses, where)) as connection:
        assert ended(connection) == b""


def test_a_request_that_comes_byte_by_byte_ends_as_well(serving: Serving) -> None:
    with serving.connect() as connection:
        connection.settimeout(SECONDS / 10)
        said = b""
        with contextlib.suppress(OSError):
            for byte in HEAD * 1000:
                connection.sendall(bytes([byte]))
                with contextlib.suppress(TimeoutError):
                    said = connection.recv(65536)
                    break
    assert said.startswith(b"HTTP/1.1 408 ") or said == b""


@pytest.mark.parametrize("pieces", [0, 5])
def test_a_body_that_stays_out_after_an_early_answer_ends(serving: Serving, pieces: int) -> None:
    head = HEAD.replace(b"localhost", b"evil.example")
    with serving.connect() as connection:
        connection.sendall(head + b"Content-Length: 90\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 403 ")
        with contextlib.suppress(OSError):
            for _ in range(pieces):
                connection.sendall(b"{")
        ended(connection)  # the test's time-out is 20 s


def test_each_request_on_a_connection_has_its_own_time(serving: Serving) -> None:
    address = urlsplit(serving.addresses.api).netloc
    with contextlib.closing(http.client.HTTPConnection(address, timeout=20)) as connection:
        connection.connect()
        first = connection.sock
        end = time.monotonic() + 2 * SECONDS
        while time.monotonic() < end:
            connection.request("GET", "/v1/credits", headers={"Authorization": "Bearer k"})
            reply = connection.getresponse()
            assert (reply.status, len(reply.read()) > 0) == (200, True)
        assert connection.sock is first
        first.sendall(HEAD)
        assert ended(first).startswith(b"HTTP/1.1 408 ")


def test_a_slow_answer_is_not_taken_for_a_slow_request() -> None:
    patient = Serving(request_seconds=2)  # in which 3 MB arrive on a busy machine, too
    try:
        patient.service.weather.play("slow", seconds=2.2)
        assert patient.ask("POST", "/v1/images/generations", BODY)[0] == 200
        patient.service.weather.play("slow", on="files", seconds=2.2)
        large = {"base64_data": "A" * 3_000_000}  # more than is read ahead
        status, body = patient.ask("POST", "/api/v1/files/upload/base64", large)
        assert (status, body["success"]) == (400, False)
    finally:
        patient.stop()


def test_half_requests_are_no_faults_of_the_emulators(
    serving: Serving, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving.connect() as left:
        left.sendall(HALVES["half a body"])
    with serving.connect() as given_up:
        given_up.sendall(HALVES["half a body"])
        ended(given_up)
    assert serving.ask("GET", "/v1/credits")[0] == 200
    assert capfd.readouterr().err == ""


# The socket.


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_small_replies_do_not_wait_for_acknowledgements(host: str) -> None:
    try:
        listener = bind(host, 0)
    except OSError:
        pytest.skip("there is no IPv6 loopback here")
    found: list[int] = []

    async def accept_one() -> None:
        done = asyncio.Event()

        def accepted(_: object, writer: asyncio.StreamWriter) -> None:
            its = writer.get_extra_info("socket")
            found.append(its.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            done.set()

        async with await asyncio.start_server(accepted, sock=listener):
            _, writer = await asyncio.open_connection(host, listener.getsockname()[1])
            await done.wait()
            writer.close()

    asyncio.run(accept_one())
    assert found[0] != 0
