"""The commands that a teacher types, in processes of their own; a gateway that is killed."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from classroom import TEACHER
from services import KEY, environment, until

from evolink_widgets.course.__main__ import _listen
from evolink_widgets.errors import ConfigurationError

STUDENT = """
import os, sys
import evolink_widgets as ew
task = ew.generate("a fox of a student", size="1:1", quality="low")
images = task.result(60)
print(images[0].path.name, task.receipt.charged, ew.credits().key_remaining)
print(images[0].simulated, images.recipe.service)
try:
    ew.weather("429")
except ew.EvolinkError as error:
    print(error)
"""


def start(*arguments: str, **more: str) -> tuple[subprocess.Popen[str], str]:
    """A server of this package, and the first line that it says."""
    command = [sys.executable, "-m", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**environment(), **more}
    )
    assert process.stdout is not None
    return process, process.stdout.readline()


def end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(20)
    finally:
        process.kill()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    """An emulator that knows the course's key alone, and forgets nothing."""
    process, said = start(
        "evolink_widgets.emulator", "--port", "0", "--key", KEY, "--no-rate-limit",
        "--memory", str(tmp_path / "service.jsonl"), "--speed", "4",
    )  # fmt: skip
    yield said.split()[2]
    end(process)


class Course:
    """A course in a folder, as its teacher has it."""

    def __init__(self, folder: Path, service: str) -> None:
        self.folder, self.service = folder, service
        (folder / "students.csv").write_text("name,budget\nAna,\nBen,0.1\n")
        made = subprocess.run(
            [sys.executable, "-m", "evolink_widgets.course", "tokens", *self._files()],
            check=True, capture_output=True, text=True, env=environment(),
        ).stdout  # fmt: skip
        self.tokens = {row["name"]: row["token"] for row in csv.DictReader(io.StringIO(made))}

    def _files(self) -> list[str]:
        students, books = self.folder / "students.csv", self.folder / "course.sqlite"
        return ["--students", str(students), "--books", str(books)]

    def serve(self, **more: str) -> tuple[subprocess.Popen[str], str]:
        own = {"EVOLINK_BASE_URL": self.service, "EVOLINK_API_KEY": KEY}
        process, said = start(
            "evolink_widgets.course", "serve", *self._files(), "--budget", "20", "--port", "0",
            **own, EVOLINK_TEACHER_TOKEN=TEACHER, **more,
        )  # fmt: skip
        assert KEY[8:14] not in said
        return process, said.split("EVOLINK_BASE_URL=")[1].split()[0]

    def student(self, name: str, gateway: str) -> subprocess.CompletedProcess[str]:
        own = {"EVOLINK_BASE_URL": gateway, "EVOLINK_API_KEY": self.tokens[name],
               "EVOLINK_STORE": str(self.folder / f"store of {name}")}  # fmt: skip
        return subprocess.run(
            [sys.executable, "-c", STUDENT], capture_output=True, text=True, timeout=120,
            env={**environment(), **own}, cwd=self.folder,
        )  # fmt: skip


@pytest.fixture
def course(tmp_path: Path, service: str) -> Course:
    return Course(tmp_path, service)


def test_a_students_notebook_needs_an_address_and_a_token_alone(course: Course) -> None:
    process, gateway = course.serve()
    try:
        ana, ben = course.student("Ana", gateway), course.student("Ben", gateway)
    finally:
        end(process)
    assert ana.returncode == 0, ana.stderr
    [priced, origin, weather] = ana.stdout.splitlines()
    name, charged, left = priced.split()
    assert name.endswith((".png", ".webp"))  # the service's own choice
    assert float(left) == pytest.approx(20 - float(charged))
    assert origin == "True emulator", "what is practised never answers for what is bought"
    assert "the teacher's to play" in weather
    assert "InsufficientCredits" in ben.stderr
    assert "Your budget in this course has 0.1 credits left" in ben.stderr
    parts = {KEY[place : place + 6].encode() for place in range(8, len(KEY) - 5)}
    kept = [path.read_bytes() for path in course.folder.rglob("*") if path.is_file()]
    kept += [ana.stdout.encode(), ana.stderr.encode(), ben.stderr.encode()]
    assert not [part for part in parts for data in kept if part in data]


def test_a_killed_gateway_loses_no_task_and_pays_none_twice(course: Course) -> None:
    def ask(gateway: str, path: str, body: object = None) -> dict[str, object]:
        head = {"Authorization": f"Bearer {course.tokens['Ana']}", "Idempotency-Key": "k" * 20}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(gateway + path, data=data, headers=head)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return dict(json.load(reply))

    body = {"model": "gpt-image-2", "prompt": "a fox", "size": "1024x1024", "quality": "low"}
    process, gateway = course.serve()
    task = ask(gateway, "/v1/images/generations", body)["id"]
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    assert process.stdout is not None
    process.stdout.close()
    process, gateway = course.serve()
    try:
        assert ask(gateway, "/v1/images/generations", body)["id"] == task
        until(lambda: ask(gateway, f"/v1/tasks/{task}")["status"] == "completed", 60)
        until(lambda: ask(gateway, "/v1/tasks")["total"] == 1)
    finally:
        end(process)
    with urllib.request.urlopen(f"{course.service}/emulator/counts", timeout=10) as reply:
        assert json.load(reply)["create"] == 1


def test_uploads_that_never_end_hold_up_their_student_alone(course: Course) -> None:
    process, gateway = course.serve()
    stalled = []
    try:
        for _ in range(20):  # more than there are turns at once
            one = socket.create_connection(("127.0.0.1", int(gateway.rsplit(":", 1)[1])))
            stalled.append(one)
            one.sendall(
                b"POST /api/v1/files/upload/stream HTTP/1.1\r\nHost: course\r\n"
                b"Authorization: Bearer %b\r\nContent-Type: image/png\r\n"
                b"Content-Length: 5000000\r\n\r\nab" % course.tokens["Ana"].encode()
            )
        head = {"Authorization": f"Bearer {course.tokens['Ben']}"}
        request = urllib.request.Request(gateway + "/api/v1/files/quota", headers=head)
        with urllib.request.urlopen(request, timeout=15) as reply:
            assert reply.status == 200
    finally:
        for one in stalled:
            one.close()
        end(process)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_small_reply_does_not_wait_for_an_acknowledgement(host: str) -> None:
    """It is written in two parts; the second came 40 ms after the first."""
    try:
        listener = _listen(host, 0)
    except ConfigurationError:
        if host == "127.0.0.1":
            raise
        pytest.skip("there is no IPv6 loopback here")

    async def accept_one() -> int:
        waits_for_none = asyncio.get_running_loop().create_future()

        def accepted(_: object, writer: asyncio.StreamWriter) -> None:
            its = writer.get_extra_info("socket")
            waits_for_none.set_result(its.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(accepted, sock=listener):
            _, writer = await asyncio.open_connection(host, listener.getsockname()[1])
            writer.close()
            return int(await waits_for_none)

    assert asyncio.run(accept_one()) != 0


def test_one_parser_reads_requests_whatever_is_installed(course: Course) -> None:
    """uvicorn takes httptools where there is one, which holds heads of any length."""
    (course.folder / "httptools.py").write_text("")
    path = os.pathsep.join((str(course.folder), environment()["PYTHONPATH"]))
    process, gateway = course.serve(PYTHONPATH=path)
    address = ("127.0.0.1", int(gateway.rsplit(":", 1)[1]))
    try:
        with socket.create_connection(address, timeout=20) as endless:
            endless.sendall(b"GET / HTTP/1.1\r\nHost: course\r\nX-Long: " + b"a" * 16_500)
            assert endless.recv(12) == b"HTTP/1.1 400"
        head = {"Authorization": f"Bearer {course.tokens['Ana']}"}
        request = urllib.request.Request(gateway + "/v1/tasks", headers=head)
        with urllib.request.urlopen(request, timeout=20) as reply:
            assert json.load(reply)["total"] == 0
    finally:
        end(process)


def test_without_a_list_of_students_the_command_says_what_to_name(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "evolink_widgets.course", "serve", "--budget", "1"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path,
        env={**environment(), "EVOLINK_BASE_URL": "http://127.0.0.1:1"},
    )  # fmt: skip
    assert told.returncode == 2
    assert "Use --students FILE" in told.stderr


@pytest.mark.parametrize(
    ("name", "word"),
    [("EVOLINK_SPEND", "never \t"), ("EVOLINK_MODE", "replay"), ("EVOLINK_MODE", "Emulator")],
)
def test_a_gateway_that_is_started_where_nothing_is_bought_buys_for_no_student(
    name: str, word: str, tmp_path: Path
) -> None:
    """From a replay, a check, or under a setting, whose words stand in the environment."""
    told = subprocess.run(
        [sys.executable, "-m", "evolink_widgets.course", "serve", "--budget", "1"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path,
        env={**environment(), "EVOLINK_API_KEY": KEY, name: word},
    )  # fmt: skip
    assert told.returncode == 2
    assert f"{name}={word.strip().lower()} says that nothing is bought" in told.stderr
    assert f"Take {name} out of the environment" in told.stderr


def test_a_teachers_password_that_could_be_guessed_is_refused_and_not_shown(
    tmp_path: Path,
) -> None:
    (tmp_path / "students.txt").write_text("Ana\n")
    told = subprocess.run(
        [sys.executable, "-m", "evolink_widgets.course", "serve", "--budget", "1",
         "--students", "students.txt"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path,
        env={**environment(), "EVOLINK_BASE_URL": "http://127.0.0.1:1",
             "EVOLINK_TEACHER_TOKEN": "qzj"},
    )  # fmt: skip
    assert told.returncode == 2
    assert "EVOLINK_TEACHER_TOKEN is shorter than 8 characters" in told.stderr
    assert "qzj" not in told.stdout + told.stderr
