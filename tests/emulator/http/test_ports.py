"""The emulator on real ports: what a fault breaks is broken on the wire."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import evolink_widgets

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(evolink_widgets.__file__).parent.parent)}
BODY = {"model": "gpt-image-2", "prompt": "a fox", "size": "1024x640", "quality": "low"}


def start(*options: str, **more: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "evolink_widgets.emulator", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, env=ENVIRONMENT, **{**pipes, **more})


class Served:
    """A started emulator and its two hosts."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.line = process.stdout.readline()
        self.api, self.media = re.findall(r"http://[\d.]+:\d+", self.line)

    def ask(
        self, method: str, url: str, body: object = None, *, key: bool = True, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(url if "://" in url else self.api + url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        sent = {"User-Agent": "a-client/1", **headers}
        if key:
            sent["Authorization"] = "Bearer k"
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            data = None if body is None else json.dumps(body)
            connection.request(method, target, data, sent)
            reply = connection.getresponse()
            return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
        finally:
            connection.close()

    def play(self, name: str, **how: object) -> None:
        assert self.ask("POST", "/emulator/weather", {"play": name, **how})[0] == 200

    def picture(self) -> str:
        """Ask for a picture, which is ready by then; its link."""
        _, _, body = self.ask("POST", "/v1/images/generations", BODY)
        path = f"/v1/tasks/{json.loads(body)['id']}"
        while (task := json.loads(self.ask("GET", path)[2]))["status"] != "completed":
            pass
        return str(task["results"][0])


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with start("--port", "0", "--speed", "5000", "--no-rate-limit") as process:
        yield Served(process)
        process.kill()


@pytest.fixture(autouse=True)
def fair(served: Served) -> None:
    served.play("fair")


def test_its_first_line_tells_where_it_is_and_pictures_have_a_port_of_their_own(
    served: Served,
) -> None:
    assert served.line == f"EvoLink emulator: {served.api}  (pictures on {served.media})\n"
    assert served.ask("GET", f"{served.media}/v1/credits", key=False)[0] == 404
    assert served.ask("GET", f"{served.api}/api/v1/files/quota")[0] == 200


def test_a_picture_comes_from_the_media_port_whichever_own_name_it_is_called_by(
    served: Served,
) -> None:
    link = served.picture()
    assert link.startswith(served.media)
    status, headers, body = served.ask("GET", link, key=False)
    assert (status, headers["content-type"][:6]) == (200, "image/")
    assert served.ask("GET", link, key=False, Host="localhost")[2] == body
    assert served.ask("GET", link)[0] == 403


def test_a_lost_reply_closes_the_socket_and_the_task_is_there(served: Served) -> None:
    served.play("reply lost")
    before = json.loads(served.ask("GET", "/v1/tasks")[2])["total"]
    with pytest.raises(http.client.RemoteDisconnected):
        served.ask("POST", "/v1/images/generations", BODY)
    assert json.loads(served.ask("GET", "/v1/tasks")[2])["total"] == before + 1


def test_a_truncated_download_is_half_a_picture_and_can_be_continued(served: Served) -> None:
    link = served.picture()
    _, headers, whole = served.ask("GET", link, key=False)
    served.play("truncated download")
    with pytest.raises(http.client.IncompleteRead) as broken:
        served.ask("GET", link, key=False)
    assert broken.value.partial == whole[: len(whole) // 2]
    more = {"Range": f"bytes={len(whole) // 2}-", "If-Range": headers["etag"]}
    status, _, rest = served.ask("GET", link, key=False, **more)
    assert (status, broken.value.partial + rest) == (206, whole)
    more["If-Range"] = '"another"'
    assert served.ask("GET", link, key=False, **more)[0] == 200
    over = {"Range": f"bytes={len(whole)}-"}
    status, headers, _ = served.ask("GET", link, key=False, **over)
    assert (status, headers["content-range"]) == (416, f"bytes */{len(whole)}")


def test_a_finished_task_calls_back_to_this_machine_where_that_is_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        receiver.settimeout(20)
        hook = f"http://127.0.0.1:{receiver.getsockname()[1]}/hook"
        with start("--port", "0", "--speed", "5000", "--loopback-callbacks") as process:
            status, _, body = Served(process).ask(
                "POST", "/v1/images/generations", {**BODY, "callback_url": hook}
            )
            connection, _ = receiver.accept()
            with connection, connection.makefile("rb") as heard:
                assert heard.readline() == b"POST /hook HTTP/1.1\r\n"
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                told = json.loads(heard.read().partition(b"\r\n\r\n")[2])
            process.kill()
    assert status == 200
    assert (told["id"], told["status"]) == (json.loads(body)["id"], "completed")


def test_it_is_called_by_more_names_where_that_is_allowed() -> None:
    options = ["--port", "0", "--allow-host", "emulator", "--allow-host", "box.lan"]
    with start(*options) as process:
        served = Served(process)
        names = ("emulator", "box.lan:80", "other.lan")
        statuses = [served.ask("GET", "/v1/credits", Host=name)[0] for name in names]
        process.kill()
    assert statuses == [200, 200, 403]


def test_half_a_request_ends_when_its_time_is_over() -> None:
    with start("--port", "0", "--request-timeout", "0.2") as process:
        parts = urlsplit(Served(process).api)
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
            connection.sendall(b"GET /v1/cre")
            assert connection.recv(65536).startswith(b"HTTP/1.1 408 ")
        process.kill()


def test_one_key_makes_all_others_wrong() -> None:
    with start("--port", "0", "--key", "k", "--key", "another") as process:
        served = Served(process)
        keys = ("Bearer k", "Bearer another", "Bearer kk", "Bearer K")
        statuses = [
            served.ask("GET", "/v1/credits", key=False, Authorization=key)[0] for key in keys
        ]
        process.kill()
    assert statuses == [200, 200, 401, 401]


def test_two_keys_are_two_accounts_where_that_is_asked() -> None:
    with start("--port", "0", "--accounts", "--speed", "0.01") as process:
        served = Served(process)
        a, b = "Bearer a", "Bearer b"
        asked = served.ask("POST", "/v1/images/generations", BODY, key=False, Authorization=a)
        path = f"/v1/tasks/{json.loads(asked[2])['id']}"
        statuses = [served.ask("GET", path, key=False, Authorization=one)[0] for one in (a, b)]
        process.kill()
    assert statuses == [200, 404]


def test_what_makes_no_sense_in_its_file_is_told_when_it_starts(tmp_path: Path) -> None:
    memory = tmp_path / "memory.jsonl"
    memory.write_text('{"task": {"id": 7}}\n{"task": []}\n')
    with start("--port", "0", "--memory", str(memory)) as process:
        served = Served(process)
        assert json.loads(served.ask("GET", "/v1/tasks")[2])["total"] == 0
        process.terminate()
        _, err = process.communicate(timeout=20)
    assert err.startswith(f"Set aside of the emulator's file {memory}, line 1: task.id must be ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_without_a_word_when_it_is_told_to(name: signal.Signals) -> None:
    with start("--port", "0") as process:
        served = Served(process)
        parts = urlsplit(served.api)
        with socket.create_connection((parts.hostname, parts.port)):  # one that lingers
            process.send_signal(name)
            out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_faults_are_not_reported_as_faults_of_the_emulators(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as file, start("--port", "0", "--speed", "5000", stderr=file) as process:
        served = Served(process)
        link = served.picture()
        served.play("reply lost")
        with pytest.raises(http.client.RemoteDisconnected):
            served.ask("POST", "/v1/images/generations", BODY)
        served.play("truncated download")
        with pytest.raises(http.client.IncompleteRead):
            served.ask("GET", link, key=False)
        process.terminate()
        process.wait(20)
    assert log.read_text() == ""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--speed", "0"], "greater than 0"),
        (["--weather", "frogs"], "there is no weather 'frogs'"),
        (["--key", " "], "must not be empty"),
        (["--allow-host", "http://box"], "is no host"),
        (["--request-timeout", "0"], "greater than 0"),
        (["--host", "a" * 70], "Cannot listen"),
        (["--port", "70000"], "Cannot listen on ports 70000"),
    ],
)
def test_options_that_make_no_sense_are_told_in_a_line(options: list[str], told: str) -> None:
    with start(*options) as process:
        _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert told in err
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_told(served: Served) -> None:
    with start("--port", str(urlsplit(served.api).port)) as process:
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err[:13]) == (2, "Cannot listen")


def test_without_uvicorn_it_tells_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from evolink_widgets.emulator.__main__ import main\n"
        "sys.exit(main(['--port', '0']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=ENVIRONMENT, timeout=20
    )
    assert done.returncode == 2
    assert 'pip install "evolink-widgets[serve]"' in done.stderr
    assert "Traceback" not in done.stderr
