"""A script that ends goes on to its pictures; whatever does not wait says what it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from services import OnPort, environment

BEGIN = """
import sys, time
import evolink_widgets as ew
from evolink_widgets.core import at_exit
ew.configure(store="pictures", **{how})
def ask(prompt="a fox", **more):
    return ew.generate(prompt, **dict(size="816x816", quality="low", **more))
def accepted(*tasks):
    while any(task.id is None for task in tasks):
        time.sleep(0.001)
"""
RECOVER = "print(*(len(task.result(30)) for task in ew.recover()))"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a script: `start("ask()", base_url=…)`; on the embedded emulator by default."""
    running: list[subprocess.Popen[str]] = []

    def begin(code: str, *before: str, **how: object) -> subprocess.Popen[str]:
        script = tmp_path / "script.py"
        settings = how or {"speed": 50}
        script.write_text(BEGIN.replace("{how}", repr(settings)) + textwrap.dedent(code))
        command = [sys.executable, *before, str(script)]
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit code, and what it said on stderr."""
    _, complained = process.communicate(timeout=60)
    return process.returncode, complained


def pictures(folder: Path) -> int:
    return sum(path.suffix in (".png", ".webp") for path in (folder / "pictures").iterdir())


def until_said(process: subprocess.Popen[str], words: str) -> str:
    """Read stderr up to a line."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"it ended without saying {words!r}")


@pytest.mark.parametrize("end", ["", "sys.exit(3)", "raise SystemExit('no')"])
def test_a_script_that_ends_goes_on_to_its_pictures_and_keeps_its_exit_code(
    end: str, start: Start, tmp_path: Path
) -> None:
    code, complained = ended(start(f"ask(n=2)\n{end}", speed=8))  # longer than the grace
    assert code == {"": 0, "sys.exit(3)": 3}.get(end, 1)
    assert pictures(tmp_path) == 2
    assert complained.splitlines()[-1:] == [
        "Waiting for 1 simulated task still on its way. "
        "Ctrl-C leaves it; ew.recover() collects what is left."
    ]


def test_a_service_that_has_a_name_is_still_found_then(
    own_port: OnPort, start: Start, tmp_path: Path
) -> None:
    url = own_port.api.replace("127.0.0.1", "localhost")
    code, complained = ended(start("ask(); ask('an owl')", base_url=url))
    assert (code, pictures(tmp_path)) == (0, 2), complained
    assert own_port.counts()["create"] == 2


def test_what_the_store_answers_is_waited_for_without_a_word(start: Start) -> None:
    assert ended(start("ask().result(30)"))[0] == 0
    assert ended(start("ask()")) == (0, "")


def test_a_task_that_ends_badly_while_it_is_waited_for_is_told(
    own_port: OnPort, start: Start
) -> None:
    own_port.play("402 key")
    code, complained = ended(start("ask('a \\x1b[31mred fox')", base_url=own_port.api))
    assert code == 0
    assert "'a \\x1b[31mred fox' refused>: " in complained
    assert "Not charged." in complained
    assert "\x1b" not in complained


@pytest.mark.parametrize("broken", ["1 / 0", "raise KeyboardInterrupt"])
def test_a_script_that_broke_down_leaves_at_once_and_says_how_to_collect(
    broken: str, own_port: OnPort, start: Start
) -> None:
    own_port.play("stuck")
    began = time.monotonic()
    code, complained = ended(start(f"accepted(ask())\n{broken}", base_url=own_port.api))
    assert time.monotonic() - began < 15
    assert code not in (0, None)
    assert complained.splitlines()[-1] == (
        "1 simulated task left on the way: ew.recover() collects it."
    )
    own_port.play("fair")
    said, _ = start(RECOVER, base_url=own_port.api).communicate(timeout=60)
    assert said.split() == ["1"]
    assert own_port.counts()["create"] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_control_c_leaves_at_once_with_the_same_exit_code(own_port: OnPort, start: Start) -> None:
    own_port.play("stuck", times=2)
    process = start("accepted(ask(), ask('an owl'))", base_url=own_port.api)
    assert "2 simulated tasks still on their way" in until_said(process, "Waiting for")
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    code, complained = ended(process)
    assert time.monotonic() - began < 3
    assert code == 0
    assert complained.splitlines() == [
        "2 simulated tasks left on the way: ew.recover() collects them."
    ]


def test_a_service_that_has_gone_is_not_waited_for(
    serve: Callable[..., AbstractContextManager[tuple[str, str]]], start: Start
) -> None:
    with serve() as (api, media):
        OnPort(api, media).play("stuck")
        process = start("at_exit.QUIET = 1.0\naccepted(ask())", base_url=api)
        until_said(process, "Waiting for")
    code, complained = ended(process)
    assert code == 0
    assert "1 simulated task left on the way: ew.recover() collects it." in complained


def test_a_task_that_has_no_end_is_waited_for_only_so_long(own_port: OnPort, start: Start) -> None:
    own_port.play("stuck")
    code, complained = ended(start("at_exit.LONGEST = 1.0\nask()", base_url=own_port.api))
    assert code == 0
    assert "left on the way" in complained


@pytest.mark.parametrize("how", ["IPython", "-i"])
def test_a_prompt_that_is_left_waits_for_nothing_and_says_what_it_leaves(
    how: str, own_port: OnPort, start: Start
) -> None:
    own_port.play("stuck")
    before = ("-m", "IPython", "--no-banner") if how == "IPython" else ("-i",)
    process = start("accepted(ask())", *before, base_url=own_port.api)
    _, complained = process.communicate("", timeout=60)
    assert process.returncode == 0
    assert "Waiting for" not in complained
    assert "1 simulated task left on the way: ew.recover() collects it." in complained


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_end_of_a_child_process_waits_as_a_script_does(
    method: str, start: Start, tmp_path: Path
) -> None:
    if method == "fork" and not hasattr(os, "fork"):
        pytest.skip("there are no forks")
    code = f"""
        import multiprocessing
        if __name__ == "__main__":
            child = multiprocessing.get_context("{method}").Process(target=ask)
            child.start()
            child.join()
            sys.exit(child.exitcode)
    """
    assert ended(start(code))[0] == 0
    assert pictures(tmp_path) == 1


def test_a_script_without_a_standard_error_ends_as_well(start: Start, tmp_path: Path) -> None:
    assert ended(start("ask(); sys.stderr.close(); sys.stderr = None"))[0] == 0
    assert pictures(tmp_path) == 1
