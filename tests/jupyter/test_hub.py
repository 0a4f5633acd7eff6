"""On a real JupyterHub: behind a proxy's prefix, with its logins, called back from outside."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
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
    python = python_with("jupyterhub", "jupyterhub>=5", "jupyter_server", "ipykernel")
    home = tmp_path_factory.mktemp("hub")
    (home / "ada").mkdir()
    shelf = Shelf(home / "ada" / "notes" / "evolink_images")
    shelf.add("a fox in the snow")
    shelf.store.close()
    tokens = {name: secrets.token_hex(16) for name in ("ada", "starter", "stranger")}
    url = f"http://127.0.0.1:{free_port()}/"
    settings = {"url": url, "hub_port": free_port(), "home": str(home), **tokens}
    environment = {
        **os.environ,
        "TEST_HUB": json.dumps(settings),
        "PYTHONPATH": str(ROOT),
    }
    command = [str(python), "-m", "jupyterhub", "--config", str(HERE / "hub" / "hub_config.py")]
    log = (home / "log").open("w")
    with subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log) as process:
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
            process.terminate()
            process.wait(60)
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


def test_a_callback_comes_through_without_a_login_and_kernels_know_where(hub: Hub) -> None:
    folder = CallbackFolder(hub.home / "runtime" / "evolink-callbacks")
    assert folder.path.is_dir(), "the hub has told its public address, so it is open"
    name = callback_name("ew-of-a-test")
    assert folder.expect(name)
    status, body = hub.ask(f"user/ada/evolink-widgets/callbacks/{name}", None, {"status": "x"})
    assert (status, body) == (204, b"")
    wait(lambda: folder.take(name), hub.home)
    status, body = hub.ask("user/ada/api/kernels", "ada", {"name": "python3"})
    assert status == 201, body
    kernel = json.loads(body)["id"]
    if sys.platform == "linux":
        told = f"EVOLINK_CALLBACK_URL={hub.url}user/ada/evolink-widgets/callbacks"
        assert any(told in one for one in environments_naming(kernel))


def environments_naming(kernel: str) -> list[str]:
    """The environments of the processes whose command line names a kernel."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if kernel in (process / "cmdline").read_text():
                found.append((process / "environ").read_text().replace("\0", "\n"))
        except OSError:
            continue
    return found
