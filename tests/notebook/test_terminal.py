"""In a terminal and in a script: plain lines, nothing drawn."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
    assert line.startswith("“a fox” (simulated): From the store: 2 pictures, drawn on ")
    assert "(would have cost 0." in line


PROMPT = "a \x1b]0;owned\x07\x1b[2J fox \u202ein the \u2066snow 雪 \x9b31m"
EVERYTHING = """
import io, sys
import evolink_widgets as ew
from PIL import Image

prompt = {prompt!r}
ew.configure(mode="emulator", speed=200)
bitmap = io.BytesIO()
Image.new("RGB", (64, 64)).save(bitmap, "BMP")
fields = dict(size="1024x640", quality="low")
task = ew.generate(prompt, n=2, references=[bitmap.getvalue()], **fields)
task._ipython_display_()
images = task.result(60)
print(task, repr(task), images, repr(images), repr(images[0]), ew.estimate(prompt), sep="\\n")
print(ew.spending(), repr(ew.spending(by="day")), ew.spending().total, sep="\\n")
print(ew.session(), ew.presets, repr(ew.estimate(prompt)), images.receipt, sep="\\n")
ew.presets["poster"] = dict(prompt=prompt, size="16:9")
print(repr(ew.presets))
ew.weather("policy refusal")
refused = ew.generate(prompt, fresh=True, **fields)
refused._ipython_display_()
print(refused.error, refused.error.message)
try:
    ew.generate(prompt, size=prompt)
except ew.InvalidRequest as error:
    print(error)
print(ew.errors.StoreError(prompt))
ew.weather("stuck")
out = ew.generate(prompt, fresh=True, **fields)
out.stop()
ew.recover()
raise ew.errors.StoreError(prompt)
"""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_a_prompt_drives_no_terminal_and_every_line_fits_its_encoding(
    encoding: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EVERYTHING.format(prompt=PROMPT)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=90,
        check=False,
    )
    said, complained = done.stdout.decode(encoding), done.stderr.decode(encoding)
    assert "evolink_widgets.errors.StoreError: a " in complained, complained  # it came to its end
    assert "UnicodeEncodeError" not in complained
    for text in (said, complained):
        assert [one for one in ACTIVE if one in text] == []
    assert said.count("Done: 2 pictures in ") == 1
    assert "owned" in said
    assert ("雪" in said) is (encoding == "utf-8")
    size = "1024x640" if encoding == "ascii" else "1024×640"
    assert f"<simulated picture {size} " in said
    assert "references[0]: It was a BMP" in complained


ACTIVE = [chr(code) for code in (*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2066)]
"""Characters that a terminal obeys; tab and line end are plain."""
