"""On a real JupyterHub: behind a proxy's prefix, with its logins, called back from outside."""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kernels import python_with
from shelves import Shelf
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from evolink_widgets.core.shared.callbacks import CallbackFolder, callback_name

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Hub:
    """A hub that runs, and what it told us.

    Attributes:
        url: where people reach it.
        home: the folder of its users' homes.
        tokens: of a user's own service, of the one that starts servers, and of a stranger.
    """

    url: str
    home: Path
    tokens: dict[str, str]

    def ask(
        self, place: str, who: str | None = "ada", body: Any = None, **headers: str
    ) -> tuple[int, bytes]:
        """A status and a body, through the hub's proxy."""
        if who is not None:
            headers["Authorization"] = f"token {self.tokens[who]}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + place, data=data, headers=headers)
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=60) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given: Any) -> None:
        return None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    python = python_with(
        "jupyterhub", "jupyterhub>=5", "jupyter_server", "ipykernel", "uvicorn>=0.30"
    )
    home = tmp_path_factory.mktemp("hub")
    (home / "ada").mkdir()
    shelf = Shelf(home / "ada" / "notes" / "evolink_images")
    shelf.add("a fox in the snow")
    shelf.store.close()
    tokens = {name: secrets.token_hex(16) for name in ("ada", "starter", "stranger")}
    url = f"http://127.0.0.1:{free_port()}/"
    service = f"http://127.0.0.1:{free_port()}"
    ports = {"hub_port": free_port(), "course_port": free_port()}
    settings = {"url": url, "home": str(home), "service": service, **ports, **tokens}
    environment = {
        **os.environ,
        "TEST_HUB": json.dumps(settings),
        "PYTHONPATH": str(ROOT),
    }
    command = [str(python), "-m", "jupyterhub", "--config", str(HERE / "hub" / "hub_config.py")]
    log = (home / "log").open("w")
    emulator = [str(python), "-m", "evolink_widgets.emulator", "--speed", "100"]
    emulator += ["--port", service.rpartition(":")[2], "--media-port", "0"]
    how: dict[str, Any] = {"cwd": home, "env": environment, "stdout": log, "stderr": log}
    with subprocess.Popen(command, **how) as process, subprocess.Popen(emulator, **how) as service_:
        started = Hub(url, home, tokens)
        try:
            wait(lambda: _answers(started), home)
            status, body = started.ask("hub/api/users/ada", "starter", {})
            assert status == 201, body
            status, body = started.ask("hub/api/users/ada/server", "starter", {})
            assert status in (201, 202), body
            wait(lambda: started.ask("user/ada/evolink-widgets/pictures/look")[0] == 200, home)
            yield started
        finally:
            for one in (service_, process):
                one.terminate()
                one.wait(60)
            log.close()


def _answers(hub: Hub) -> bool:
    try:
        return hub.ask("hub/api/", None)[0] == 200
    except OSError:
        return False


def wait(holds: Any, home: Path, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, (home / "log").read_text()[-4_000:]
        time.sleep(0.2)


def test_pictures_come_through_the_proxys_prefix(hub: Hub) -> None:
    _, body = hub.ask("user/ada/evolink-widgets/pictures/page?limit=1")
    [item] = json.loads(body)["items"]
    assert item["prompt"] == "a fox in the snow"
    status, small = hub.ask(f"user/ada/evolink-widgets/bytes/thumb?picture={item['id']}")
    assert (status, small[:4]) == (200, b"RIFF")
    _, place = hub.ask(f"user/ada/evolink-widgets/pictures/place?picture={item['id']}")
    assert json.loads(place)["path"].startswith("notes/evolink_images/")


@pytest.mark.parametrize("place", ["pictures/look", "bytes/thumb?picture=x", "recipe?path=x"])
@pytest.mark.parametrize("who", [None, "stranger"])
def test_the_hub_says_who_may_look(who: str | None, place: str, hub: Hub) -> None:
    status, body = hub.ask(f"user/ada/evolink-widgets/{place}", who)
    assert status in (302, 403)
    assert b"fox" not in body


def test_what_may_look_may_write_no_more_than_the_hub_lets_it(hub: Hub) -> None:
    body = {"pictures": []}
    assert hub.ask("user/ada/evolink-widgets/pictures/trash", None, body)[0] in (302, 403)
    assert hub.ask("user/ada/evolink-widgets/pictures/trash", "stranger", body)[0] in (302, 403)
    assert hub.ask("user/ada/evolink-widgets/pictures/trash", "ada", body)[0] == 200


def test_a_browsers_login_sees_pictures_and_needs_the_servers_xsrf_token_to_write(hub: Hub) -> None:
    place = f"{hub.url}user/ada/evolink-widgets"
    browser = Browser()
    browser.open(f"{hub.url}hub/login")
    form = {"username": "ada", "password": "any", "_xsrf": browser.cookie("_xsrf", "/hub/")}
    browser.open(f"{hub.url}hub/login", urllib.parse.urlencode(form).encode())
    browser.open(f"{hub.url}user/ada/files/x")  # the hub's login becomes the server's
    own = {"X-XSRFToken": browser.cookie("_xsrf", "/user/ada/")}
    status, body = browser.open(f"{place}/pictures/page?limit=1", **own)
    assert status == 200, body
    name = json.loads(body)["items"][0]["id"]
    nothing = json.dumps({"pictures": []}).encode()
    assert browser.open(f"{place}/pictures/trash", nothing)[0] == 403
    assert browser.open(f"{place}/pictures/trash", nothing, **own)[0] == 200
    assert browser.open(f"{place}/bytes/thumb?picture={name}", **own)[0] == 200


def test_a_class_asks_through_the_hubs_gateway_under_the_names_of_the_hub(hub: Hub) -> None:
    status, body = hub.ask("hub/api/users/ada/tokens", "starter", {})
    assert status == 201, body
    hub.tokens["ada's own"] = json.loads(body)["token"]
    fox = {"model": "gpt-image-2", "prompt": "a fox", "size": "1024x1024", "quality": "low"}

    def ask(place: str, who: str | None, body: Any = None) -> tuple[int, Any]:
        head = {} if who is None else {"Authorization": f"Bearer {hub.tokens[who]}"}
        status, told = hub.ask(f"services/evolink/v1/{place}", None, body, **head)
        return status, json.loads(told)

    wait(lambda: hub.ask("services/evolink/v1/credits", None)[0] == 401, hub.home)
    status, task = ask("images/generations", "ada's own", fox)
    assert status == 200, task
    wait(lambda: ask(f"tasks/{task['id']}", "ada's own")[1]["status"] == "completed", hub.home)
    token = ask("credits", "ada's own")[1]["data"]["token"]
    assert token["used_credits"] > 0
    assert token["used_credits"] == pytest.approx(20 - token["remaining_credits"])
    hub.tokens["nobody"] = "0" * 32
    assert ask("images/generations", "nobody", fox)[0] == 401


class Browser:
    """Keeps cookies and follows where it is sent, as a browser does."""

    def __init__(self) -> None:
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    def open(self, url: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        request = urllib.request.Request(url, data=body, headers=headers)
        try:
            with self._opener.open(request, timeout=60) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def cookie(self, name: str, path: str) -> str:
        found = {one.path: one.value for one in self._jar if one.name == name}
        assert path in found, found
        return str(found[path])


def test_changes_are_told_through_the_proxy_to_whom_the_hub_knows(hub: Hub) -> None:
    async def first_message(token: str) -> Any:
        address = hub.url.replace("http", "ws", 1) + "user/ada/evolink-widgets/changes"
        page = await websocket_connect(
            HTTPRequest(address, headers={"Authorization": f"token {token}"})
        )
        try:
            return await asyncio.wait_for(page.read_message(), 30)
        finally:
            page.close()

    told = json.loads(asyncio.run(first_message(hub.tokens["ada"])))
    assert [store["folder"] for store in told["stores"]] == ["notes/evolink_images"]
    try:
        refused = asyncio.run(first_message(hub.tokens["stranger"]))
    except HTTPClientError:
        refused = None
    assert refused is None


def test_a_callback_comes_through_the_proxy_without_a_login(hub: Hub) -> None:
    folder = CallbackFolder(hub.home / "runtime" / "evolink-callbacks")
    assert folder.path.is_dir(), "the hub has told its public address, so it is open"
    name = callback_name("ew-of-a-test")
    assert folder.expect(name)
    status, body = hub.ask(f"user/ada/evolink-widgets/callbacks/{name}", None, {"status": "x"})
    assert (status, body) == (204, b"")
    wait(lambda: folder.take(name), hub.home)


@pytest.fixture
def emulator() -> Iterator[str]:
    """The emulator on a port, which may call this machine back."""
    command = [
        *(sys.executable, "-m", "evolink_widgets.emulator", "--port", "0", "--media-port", "0"),
        *("--speed", "20", "--no-rate-limit", "--loopback-callbacks"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield re.findall(r"http://[\d.:]+", process.stdout.readline())[0]
        process.kill()


ASKING = """
import json, os, urllib.request
import evolink_widgets as ew
ew.configure(base_url={emulator!r})
def readings():
    with urllib.request.urlopen({emulator!r} + "/emulator/counts") as reply:
        told = json.load(reply)
    return int(told.get("read", 0) + told.get("batch", 0))
costs = []
for number in range(4):
    before = readings()
    pictures = await ew.generate(f"fox {{number}}", size="1024x640", quality="low")
    costs.append(readings() - before)
print(os.environ["EVOLINK_CALLBACK_URL"], costs)
"""


def test_a_kernel_of_the_hub_is_called_back_and_reads_a_task_about_once(
    hub: Hub, emulator: str
) -> None:
    said = asyncio.run(run_on(hub, ASKING.format(emulator=emulator)))
    address, _, costs = said.partition(" ")
    assert address == f"{hub.url}user/ada/evolink-widgets/callbacks"
    # One in fifteen takes so long that it is read before it has ended.
    assert sum(json.loads(costs)[1:]) <= 4, said


async def run_on(hub: Hub, code: str) -> str:
    """The last line of what a cell says in a kernel of its own, over the socket that a page has."""
    status, body = await asyncio.to_thread(hub.ask, "user/ada/api/kernels", "ada", {})
    assert status == 201, body
    place = f"user/ada/api/kernels/{json.loads(body)['id']}/channels"
    token = {"Authorization": f"token {hub.tokens['ada']}"}
    channels = await websocket_connect(
        HTTPRequest(hub.url.replace("http", "ws", 1) + place, headers=token)
    )
    header = {"msg_id": "asked", "msg_type": "execute_request", "session": "s", "username": "ada",
              "version": "5.3", "date": "2026-11-29T12:00:00Z"}  # fmt: skip
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False,
               "user_expressions": {}, "stop_on_error": True}  # fmt: skip
    message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}}
    await channels.write_message(json.dumps({**message, "content": content}))
    said = ""
    while True:
        told = json.loads(str(await asyncio.wait_for(channels.read_message(), 120)))
        if told["parent_header"].get("msg_id") != "asked":
            continue
        if told["msg_type"] == "stream":
            said += told["content"]["text"]
        if told["msg_type"] == "error":
            pytest.fail("\n".join(told["content"]["traceback"]))
        if told["msg_type"] == "execute_reply":
            channels.close()
            return said.strip().splitlines()[-1]
