"""Programs that are started from here buy nothing where this process may not."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lessons import Live
from services import KEY, environment

import evolink_widgets as ew
from evolink_widgets.rules.tasks.played import RECORDED

PARENT = """
import multiprocessing, os, subprocess, sys
from concurrent.futures import ProcessPoolExecutor
import evolink_widgets as ew

def ask(prompt):
    images = ew.generate(prompt, size="1024x640", quality="low").result(timeout=100)
    return [one.recorded for one in images]

def pool():
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))

if __name__ == "__main__":
    before = dict(os.environ)
    with ew.replay(sys.argv[1], speed=0):
        os.chdir("elsewhere")
        with pool() as workers:
            print("a worker:", workers.submit(ask, "a fox").result())
            refused = workers.submit(ask, "an owl").exception()
            print("off the tape:", type(refused).__name__, refused.billed.value)
        lines = "import parent; print('a program:', parent.ask('a fox'))"
        subprocess.run([sys.executable, "-c", lines], check=True)
    print("as it was:", dict(os.environ) == before)
"""


def tape_words() -> dict[str, str]:
    found = {name: word for name, word in os.environ.items() if name.startswith("EVOLINK_")}
    return {name: word.rstrip() for name, word in found.items()}


def test_what_is_spawned_inside_a_replay_replays_and_buys_nothing(
    tape: Path, live: Live, tmp_path: Path
) -> None:
    before = live.counts
    (tmp_path / "parent.py").write_text(PARENT)
    (tmp_path / "elsewhere").mkdir()
    live_key = {"EVOLINK_API_KEY": KEY, "EVOLINK_BASE_URL": live.api}
    found = environment()
    path = os.pathsep.join((str(tmp_path), found["PYTHONPATH"]))
    ran = subprocess.run(
        [sys.executable, "parent.py", tape.name],
        cwd=tmp_path, env={**found, **live_key, "PYTHONPATH": path}, text=True,
        capture_output=True, timeout=240, check=False,
    )  # fmt: skip
    assert ran.stdout.splitlines() == [
        "a worker: [True]",
        "off the tape: RequestRefused not charged",
        "a program: [True]",
        "as it was: True",
    ], ran.stdout + ran.stderr
    assert live.counts == before


def test_the_environment_is_as_it_was_when_the_last_block_has_ended(
    tape: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tape.with_name("other.cassette")
    other.write_text(tape.read_text())
    tape.with_suffix(".pictures").rename(tape.with_suffix(".kept"))
    for name in ("lesson", "other"):
        (tape.parent / f"{name}.pictures").symlink_to(tape.with_suffix(".kept"))
    monkeypatch.setenv("EVOLINK_OFF_TAPE", "error")
    before = tape_words()
    first, second = ew.replay(tape, off_tape="emulator"), ew.replay(other, speed=0)
    first.__enter__()
    with ew.replay(other):
        assert tape_words()["EVOLINK_CASSETTE"] == str(other)
        assert tape_words()["EVOLINK_OFF_TAPE"] == "error"
    assert tape_words() == before | {
        "EVOLINK_MODE": "replay",
        "EVOLINK_CASSETTE": str(tape),
        "EVOLINK_SPEED": "1.0",
        "EVOLINK_OFF_TAPE": "emulator",
    }
    second.__enter__()
    first.__exit__(None, None, None)  # blocks of threads end in any order
    assert tape_words()["EVOLINK_CASSETTE"] == str(other)
    with contextlib.suppress(KeyError):  # it ends by an error
        second.__exit__(KeyError, KeyError("a pupil's mistake"), None)
    assert tape_words() == before
    with pytest.raises(ew.ConfigurationError), ew.replay(tape.with_name("none.cassette")):
        pytest.fail("it began")
    assert tape_words() == before
    with ew.replay(tape):
        monkeypatch.setenv("EVOLINK_SPEED", "7")  # what others write is theirs
        monkeypatch.setenv("EVOLINK_OFF_TAPE", "emulator")
    assert tape_words() == before | {"EVOLINK_SPEED": "7", "EVOLINK_OFF_TAPE": "emulator"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"mode": "emulator"}, {"EVOLINK_MODE": "emulator"}),
        ({"spend": "never"}, {"EVOLINK_SPEND": "never"}),
        ({"mode": "replay"}, {"EVOLINK_MODE": "replay", "EVOLINK_CASSETTE": "{tape}"}),
    ],
)
def test_what_configure_forbids_is_forbidden_to_programs_too(
    settings: dict[str, Any],
    words: dict[str, str],
    tape: Path,
    live: Live,
    program: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    before, counts = tape_words(), live.counts
    if settings == {"mode": "replay"}:
        settings["cassette"] = tape
    ew.configure(**settings)
    assert tape_words() == before | {name: word.format(tape=tape) for name, word in words.items()}
    ran = program(
        "import evolink_widgets as ew\n"
        "try:\n"
        "    print(ew.generate('a hare').result(timeout=100).receipt)\n"
        "except ew.EvolinkError as error:\n"
        "    print(error)\n",
        EVOLINK_API_KEY=KEY,
        EVOLINK_BASE_URL=live.api,
    )
    assert ran.stdout, ran.stderr
    assert live.counts == counts
    ew.configure(**dict.fromkeys(settings))
    assert tape_words() == before


WHERE = "import evolink_widgets as ew; print(ew.session().service, ew.session().base_url)"


def test_a_program_asks_the_emulator_on_a_port_that_this_process_was_told(
    live: Live, program: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """And not the live service, whose key it finds."""
    ew.configure(files_url="http://127.0.0.1:2")
    assert tape_words() == {
        "EVOLINK_BASE_URL": live.api,
        "EVOLINK_FILES_URL": "http://127.0.0.1:2",
    }
    assert program(WHERE, EVOLINK_API_KEY=KEY).stdout.split()[1] == live.api
    ew.configure(base_url="https://gateway.example")  # a key must not go there unasked
    assert tape_words() == {}
    ew.configure(base_url=None, files_url=None, api_key=None)
    assert ew.session().service == "emulator"


def test_a_program_plays_the_emulator_that_this_process_plays_in_spite_of_a_key(
    own_settings: None,
    monkeypatch: pytest.MonkeyPatch,
    program: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    assert ew.session().service == "emulator"
    assert tape_words() == {}  # a key that only a program gets is that program's
    assert program(WHERE, EVOLINK_API_KEY=KEY).stdout.startswith("api.evolink.ai ")
    monkeypatch.setenv("EVOLINK_API_KEY", KEY)
    assert ew.session().service == "emulator"
    ew.configure(budget=5)
    assert program(WHERE).stdout.startswith("emulator ")
    ew.configure(spend="never")
    assert tape_words() == {
        "EVOLINK_API_KEY": KEY,
        "EVOLINK_MODE": "emulator",
        "EVOLINK_SPEND": "never",
    }
    ew.configure(spend=None, api_key=None)  # it reads the environment again, and goes live
    assert ew.session().service == "api.evolink.ai"
    assert tape_words() == {"EVOLINK_API_KEY": KEY}


def test_blocks_that_begin_at_one_instant_each_play_and_record_their_own(
    tape: Path, tmp_path: Path
) -> None:
    """Neither begins in the middle of the other, whoever is first."""
    mine = [tape.with_name(f"{n}.cassette") for n in range(6)]
    for path in mine:
        path.write_text(tape.read_text())
        path.with_suffix(".pictures").symlink_to(tape.with_suffix(".pictures"))
    service = ew.session().service
    wrong: list[object] = []

    def at_once(work: Callable[[int], None]) -> None:
        together = threading.Barrier(6)

        def run(number: int) -> None:
            for _ in range(25):
                try:
                    together.wait(120)
                    work(number)
                except Exception as error:
                    wrong.append(error)

        threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(240)
        assert not any(thread.is_alive() for thread in threads)

    def play(number: int) -> None:
        with ew.replay(mine[number], speed=0) as played:
            if played.path != mine[number] or ew.session().service != RECORDED:
                wrong.append((number, played.path.name))

    def record(number: int) -> None:
        with ew.record(tmp_path / f"new{number}.cassette"):
            pass

    switches = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        at_once(play)
        at_once(record)
    finally:
        sys.setswitchinterval(switches)
    assert wrong == []
    assert ew.session().service == service
