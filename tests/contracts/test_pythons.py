"""The oldest and the newest Python that are promised run the quick part of the tests.

Each in an environment of its own under `.venvs/`, kept until pyproject.toml changes. One that is
not installed here is not run, and the summary says so; the workflow file runs all on each.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from environment import Environment
from source import ROOT

PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
PROMISED = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', PROJECT)
QUICK = [
    "tests/rules", "tests/references", "tests/emulator", "tests/store", "tests/core/test_task.py",
    "tests/core/test_loop.py", "tests/core/test_session.py", "tests/connect",
    "tests/core/service/test_transport.py", "tests/contracts/test_exports.py",
]  # fmt: skip
#: What takes long, and asks more of the disk or of Pillow than of the Python.
LEFT_OUT = [
    "tests/emulator/painter", "tests/emulator/http/test_fuzz.py",
    "tests/emulator/storage/test_references.py", "tests/emulator/storage/test_drawn_pictures.py",
    "tests/references/test_hostile.py", "tests/store/test_killed.py",
    "tests/store/test_shared_folder.py", "tests/store/database/test_faults_of_the_disk.py",
    "tests/store/gallery/test_static_copy.py", "tests/store/gallery/test_thumbs.py",
]  # fmt: skip
LONGEST = 1_500
"""Seconds after which a run is given up; it takes about 90 where nothing else runs."""


def as_number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def installed(version: str) -> str | None:
    """A Python of this version on this machine: on the path, or where pyenv and uv keep theirs."""
    home = Path.home()
    kept = [
        *Path(os.environ.get("PYENV_ROOT", home / ".pyenv")).glob(f"versions/{version}.*"),
        *(home / ".local/share/uv/python").glob(f"cpython-{version}.*"),
    ]
    found = [shutil.which(f"python{version}"), *(str(one / "bin" / "python3") for one in kept)]
    return next((python for python in found if python and runs(python, version)), None)


def runs(python: str, version: str) -> bool:
    """Whether it is what it is called; pyenv's shims are there for what is not chosen, too."""
    program = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", program], capture_output=True, text=True, timeout=60)
    except OSError:
        return False
    return done.stdout.strip() == version


def environment(python: str, version: str) -> Environment:
    """An environment with what the quick part needs, made anew when that has changed."""
    folder = ROOT / ".venvs" / version
    stamp = folder / "made-for"
    wanted = hashlib.sha256(f"{python}\n{PROJECT}".encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return Environment(folder, python)
    shutil.rmtree(folder, ignore_errors=True)
    made = Environment(folder, python)
    made.install("--editable", f"{ROOT}[quick]")
    stamp.write_text(wanted)
    return made


@pytest.mark.slow
@pytest.mark.timeout(2 * LONGEST)
@pytest.mark.parametrize("version", [PROMISED[0], PROMISED[-1]])
def test_the_quick_part_passes_on_the_oldest_and_the_newest_python(version: str) -> None:
    if as_number(version) == sys.version_info[:2]:
        pytest.skip(f"this very run is on Python {version}")
    python = installed(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed here: the quick part did not run on it")
    command = ["-m", "pytest", "-q", "-m", "not slow and not lab", "-p", "no:cacheprovider"]
    its = environment(python, version)
    command += [f"--ignore={one}" for one in LEFT_OUT]
    printed = its.run(its.python, *command, *QUICK, cwd=ROOT, timeout=LONGEST)
    assert re.search(r"^\d{4} passed", printed.splitlines()[-1]), printed[-2_000:]


def test_the_quick_part_is_there() -> None:
    assert [one for one in [*QUICK, *LEFT_OUT] if not (ROOT / one).exists()] == []


def test_every_promised_python_runs_all_tests_in_the_workflow() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == PROMISED
    assert f'requires-python = ">={PROMISED[0]}"' in PROJECT
    assert f'target-version = "py{PROMISED[0].replace(".", "")}"' in PROJECT
    assert sorted(PROMISED, key=as_number) == PROMISED
