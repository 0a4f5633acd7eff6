"""In a terminal and in a script: plain lines, nothing drawn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import evolink_widgets as ew
ew.configure(mode="emulator", speed=200)
task = ew.generate("a fox", size="1024x640", quality="low", n=2)
task._ipython_display_()
task.result(60)
"""


def lines_of(command: list[str], folder: Path) -> list[str]:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=90, check=True
    )
    return [line for line in done.stdout.splitlines() if line.startswith("“")]


def test_a_script_says_one_line_a_stage(tmp_path: Path) -> None:
    lines = lines_of([sys.executable, "-c", CODE], tmp_path)
    assert 1 <= len(lines) <= 4
    assert lines[-1].startswith("“a fox” (simulated): Done: 2 pictures in ")
    assert lines[-1].endswith("in evolink_images/")


def test_ipython_in_a_terminal_does_the_same(tmp_path: Path) -> None:
    script = tmp_path / "cells.ipy"
    script.write_text(CODE)
    lines = lines_of([sys.executable, "-m", "IPython", "--no-banner", str(script)], tmp_path)
    assert lines[-1].startswith("“a fox” (simulated): Done: 2 pictures in ")


SHELL = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for code in sys.argv[1:]:
    shell.run_cell(code, store_history=True).raise_error()
"""
LOOP = """
for _ in range(2):
    print(*(image.path.name for image in ew.generate(
        "a fox", size="1024x640", quality="low").result(60)))
"""


def test_each_line_of_ipython_is_an_execution_of_its_own(tmp_path: Path) -> None:
    begin = 'import evolink_widgets as ew; ew.configure(mode="emulator", speed=200)'
    command = [sys.executable, "-c", SHELL, begin, LOOP, LOOP]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=True
    )
    first, second, *again = [line for line in done.stdout.splitlines() if "_a-fox_" in line]
    assert again == [first, second]
    assert first != second


def test_a_script_is_one_execution_and_its_next_run_says_what_came_from_the_store(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", CODE]
    assert "store" not in lines_of(command, tmp_path)[-1]
    line = lines_of(command, tmp_path)[-1]
    assert line.startswith("“a fox” (simulated): From the store: 2 pictures, paid ")
    assert "simulated credits on" in line
