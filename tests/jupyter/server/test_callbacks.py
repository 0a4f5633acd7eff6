"""Callbacks at a real server: it answers at once, tells nothing, and kernels look when told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import evolink_widgets as ew
from evolink_widgets.core.shared.callbacks import (
    FOLDER_VARIABLE,
    URL_VARIABLE,
    CallbackFolder,
    callback_name,
)
from evolink_widgets.jupyter.server.callbacks import (
    HUB_VARIABLE,
    PUBLIC_VARIABLE,
    open_for_callbacks,
)

NAME = callback_name("ew-of-a-test")


@pytest.fixture
def lets_strangers_in(request: pytest.FixtureRequest) -> bool:
    return bool(getattr(request, "param", True))


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any], lets_strangers_in: bool) -> dict[str, Any]:
    jp_server_config["ServerApp"]["allow_unauthenticated_access"] = lets_strangers_in
    return jp_server_config


@pytest.fixture
def jp_base_url() -> str:
    return "/user/ada/"


@pytest.fixture
def public_url(jp_http_port: int) -> str:
    """Where the emulator reaches the server: it may call this machine."""
    return f"http://127.0.0.1:{jp_http_port}/user/ada/"


@pytest.fixture
def jp_environ(jp_environ: Any, public_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The server's environment, in which its public address is named."""
    for name in (URL_VARIABLE, FOLDER_VARIABLE, HUB_VARIABLE):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv(PUBLIC_VARIABLE, public_url)
    return jp_environ


@pytest.fixture
def folder(jp_serverapp: Any) -> CallbackFolder:
    return CallbackFolder(Path(os.environ[FOLDER_VARIABLE]))


@pytest.fixture
def call(jp_serverapp: Any, http_server_client: Any) -> Any:
    """Post to a callback's address, as the service does: with no token and no cookie."""

    async def post(name: str, body: bytes | None = b"{}", **how: Any) -> Any:
        return await http_server_client.fetch(
            f"/user/ada/evolink-widgets/callbacks/{name}",
            **{"method": "POST", "body": body, "raise_error": False, **how},
        )

    return post


def environment_of(process: int) -> list[str] | None:
    """Another process's environment; `None` where the system does not tell."""
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{process}/environ").read_text().split("\0")
    return None


async def test_kernels_are_told_where_they_are_called_back(
    jp_serverapp: Any, public_url: str
) -> None:
    assert os.environ[URL_VARIABLE] == f"{public_url}evolink-widgets/callbacks"
    kernel = await jp_serverapp.kernel_manager.start_kernel()
    try:
        process = jp_serverapp.kernel_manager.get_kernel(kernel).provisioner.process
        told = await asyncio.to_thread(environment_of, process.pid)
        assert told is None or f"{URL_VARIABLE}={os.environ[URL_VARIABLE]}" in told
    finally:
        await jp_serverapp.kernel_manager.shutdown_kernel(kernel, now=True)


async def test_a_callback_needs_no_login_and_leaves_one_word(
    call: Any, folder: CallbackFolder
) -> None:
    assert folder.expect(NAME)
    for _ in range(3):
        answer = await call(NAME)
        assert (answer.code, answer.body) == (204, b"")
    await until(lambda: folder.take(NAME))
    assert not folder.take(NAME)


@pytest.mark.parametrize("body", [b"", b"[", b'{"status": "failed"}' * 1_000, os.urandom(10_000)])
async def test_what_it_says_is_not_read(body: bytes, call: Any, folder: CallbackFolder) -> None:
    assert folder.expect(NAME)
    assert (await call(NAME, body)).code == 204
    await until(lambda: folder.take(NAME))


async def test_an_address_that_was_not_given_gets_the_same_answer_and_leaves_nothing(
    call: Any, folder: CallbackFolder
) -> None:
    assert folder.expect(NAME)
    assert (await call("x" * 43)).code == 204
    assert (await call(NAME)).code == 204
    await until(lambda: folder.take(NAME))
    assert [path.name for path in folder.path.iterdir()] == [NAME]


@pytest.mark.parametrize(
    "name", ["", "x", "x" * 44, "..%2f" + "x" * 40, "%2e%2e", "x" * 42 + "%00"]
)
async def test_what_is_no_address_of_ours_is_no_place(name: str, call: Any) -> None:
    assert (await call(name)).code in (403, 404)


async def test_only_a_post_is_taken_and_no_long_one(call: Any, folder: CallbackFolder) -> None:
    assert folder.expect(NAME)
    for method in ("GET", "PUT", "DELETE"):
        body = b"" if method == "PUT" else None
        assert (await call(NAME, body, method=method)).code == 405
    assert (await call(NAME, b"x" * 300_000)).code in (413, 599)
    assert not folder.take(NAME)


@pytest.mark.parametrize("lets_strangers_in", [False], indirect=True)
async def test_a_server_that_asks_everyone_for_a_login_takes_callbacks(
    call: Any, folder: CallbackFolder, jp_serverapp: Any, http_server_client: Any
) -> None:
    assert not jp_serverapp.allow_unauthenticated_access
    assert folder.expect(NAME)
    assert (await call(NAME)).code == 204
    await until(lambda: folder.take(NAME))


@pytest.mark.parametrize(
    ("named", "setting", "hub", "host"),
    [
        ("", None, "", None),
        ("", None, "https://hub.example.org/user/ada/", "hub"),
        ("off", None, "https://hub.example.org/user/ada/", None),
        ("", "off", "https://hub.example.org/user/ada/", None),
        ("https://jupyter.example.org/x", None, "", "jupyter"),
        ("https://jupyter.example.org/x", "https://set.example.org", "", "jupyter"),
        ("", "https://set.example.org/x/", "https://hub.example.org/", "set"),
        ("", None, "http://hub.example.org/user/ada/", None),
        ("http://jupyter.example.org/x", None, "", None),
        ("https://10.0.0.1/", None, "", None),
        ("https://me:word@jupyter.example.org/", None, "", None),
        ("not an address", None, "https://hub.example.org/", None),
        ("", 3, "", None),
    ],
)
async def test_only_a_server_that_can_be_reached_is_opened(
    named: str,
    setting: Any,
    hub: str,
    host: str | None,
    jp_serverapp: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if setting is not None:
        jp_serverapp.config.EvolinkWidgets.public_url = setting
    environment = {PUBLIC_VARIABLE: named, HUB_VARIABLE: hub}
    environment |= {URL_VARIABLE: "https://another.example.org", FOLDER_VARIABLE: "/nowhere"}
    handlers = open_for_callbacks(jp_serverapp, "evolink-widgets/callbacks", environment)
    assert bool(handlers) == (host is not None)
    assert "me:word" not in caplog.text
    assert (URL_VARIABLE in environment) == (FOLDER_VARIABLE in environment) == bool(handlers)
    if host is not None:
        assert environment[URL_VARIABLE].startswith(f"https://{host}.example.org/")
        assert environment[URL_VARIABLE].endswith("/evolink-widgets/callbacks")


@pytest.fixture
def emulator() -> Iterator[str]:
    """The emulator on a port, which may call this machine back."""
    package = str(Path(ew.__file__).parent.parent)
    command = [
        *(sys.executable, "-m", "evolink_widgets.emulator", "--port", "0", "--media-port", "0"),
        *("--speed", "40", "--no-rate-limit", "--loopback-callbacks"),
    ]
    environment = {**os.environ, "PYTHONPATH": package}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield re.findall(r"http://[\d.:]+", process.stdout.readline())[0]
        process.kill()


async def test_from_the_emulator_to_the_server_to_the_kernel(
    folder: CallbackFolder, emulator: str, tmp_path: Path, http_server: Any
) -> None:
    def count() -> int:
        with urllib.request.urlopen(f"{emulator}/emulator/counts", timeout=10) as reply:
            told = json.load(reply)
        return int(told.get("read", 0) + told.get("batch", 0))

    ew.configure(base_url=emulator, store=tmp_path / "store", mode=None)
    session = ew.session()
    costs = []
    try:
        for number in range(4):
            task = ew.generate(f"fox {number}", size="1024x640", quality="low")
            before = await asyncio.to_thread(count)
            assert len(await task) == 1
            costs.append(await asyncio.to_thread(count) - before)
            await until(lambda: session._assembled().callbacks.come)
    finally:
        await asyncio.to_thread(session.close)
        ew.configure(base_url=None, store=None)
    # One reading each; one task in fifteen takes so long that it is read before it has ended.
    assert sum(costs[1:]) <= 4, costs


async def until(holds: Any, seconds: float = 20.0) -> None:
    end = asyncio.get_running_loop().time() + seconds
    while not holds():
        assert asyncio.get_running_loop().time() < end, f"it did not come to hold in {seconds} s"
        await asyncio.sleep(0.01)
