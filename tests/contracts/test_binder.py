"""Binder: repo2docker's own steps, on what its base has, lead to a quickstart that runs.

repo2docker itself says which steps these are: it writes its Dockerfile, and needs no Docker for
that. What an image would hold comes from its frozen base, whose versions pip is held to.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from environment import Environment
from source import ROOT, tracked_files

BINDER = ROOT / "binder"


VERSION = (BINDER / "runtime.txt").read_text().strip().removeprefix("python-")
"""The Python that Binder runs."""


REPO2DOCKER = "jupyter-repo2docker==2026.4.0"

#: What its base asks for, as PyPI calls it (`conda/environment.yml`).
IN_ITS_BASE = (
    "ipywidgets", "jupyter-offlinenotebook", "jupyter-resource-usage", "jupyter_server",
    "jupyterhub", "jupyterlab", "notebook",
)  # fmt: skip
#: What conda calls otherwise than PyPI.
_ON_PYPI = {
    "python-fastjsonschema": "fastjsonschema",
    "nbconvert-core": "nbconvert",
    "jupyterhub-base": "jupyterhub",
}
#: What only conda has, or brings along by itself.
_ONLY_CONDA = (
    "python-abi", "ca-certificates", "bleach-with-css", "brotli-python",
    "jsonschema-with-format-nongpl", "jupyterhub-singleuser", "pip", "wheel",
)  # fmt: skip

ASK = """
import json, sys
from pathlib import Path
from repo2docker.buildpacks import PythonBuildPack, conda
pack = PythonBuildPack("docker.io/library/buildpack-deps:jammy")
pack.platform = "linux/amd64"
lock = Path(conda.HERE, f"environment.py-{sys.argv[1]}-linux-64.lock").read_text()
dockerfile = pack.render({"NB_USER": "jovyan", "NB_UID": "1000"})
print(json.dumps([pack.detect(), pack.python_version, dockerfile, lock]))
"""


def pins() -> list[str]:
    lines = (BINDER / "requirements.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named_python() -> str | None:
    """The Python that `runtime.txt` names ("python-3.11"), where this machine has it."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == VERSION:
        return sys.executable
    return shutil.which(f"python{VERSION}")


def test_every_requirement_is_pinned() -> None:
    assert [line for line in pins() if "==" not in line] == []


def test_what_the_lessons_need_is_pinned() -> None:
    from hatchling.metadata.core import ProjectMetadata
    from hatchling.plugin.manager import PluginManager

    made = ProjectMetadata(str(ROOT), PluginManager()).core
    wanted = [*made.dependencies, *made.optional_dependencies["lab"]]
    assert any(one.startswith("numpy") for one in wanted), "lesson 06 ranks pictures"
    named = {canonical(re.split(r"[^\w.-]", one)[0]) for one in wanted}
    assert named - {canonical(name) for name, _ in map(_split, pins())} == set()


def test_the_badge_opens_a_notebook_that_is_there() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    [address] = re.findall(r"^\[binder\]: (\S+)$", readme, re.M)
    found = re.fullmatch(
        r"https://mybinder\.org/v2/gh/[\w.-]+/[\w.-]+/HEAD\?urlpath=lab/tree/(.+)", address
    )
    assert found, address
    assert (ROOT / found[1]).is_file()
    assert "][binder]" in readme, "something leads there"


def check_pins(folder: Path) -> None:
    """Let pip resolve the pins for a Python that is not here: it can do all but run it."""
    report = folder / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
         "--target", str(folder / "nothing"), "--only-binary=:all:",
         "--python-version", f"{VERSION}.99",  # Binder has its newest
         "--report", str(report), "-r", str(BINDER / "requirements.txt")],
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [one["metadata"] for one in json.loads(report.read_text("utf-8"))["install"]]
    resolved = {f"{canonical(one['name'])}=={one['version']}" for one in found}
    assert {canonical(name) + rest for name, rest in map(_split, pins())} <= resolved


def _split(pin: str) -> tuple[str, str]:
    name, equal, version = pin.partition("==")
    return name, equal + version


def asked_of_repo2docker(folder: Path, checkout: Path, version: str) -> tuple[list[str], list[str]]:
    """The commands that it runs for this repository, and what is in its base for a Python."""
    own = Environment(folder / "repo2docker")
    own.install(REPO2DOCKER)
    told = json.loads(own.run(own.python, "-c", ASK, version, cwd=checkout))
    is_ours, python, dockerfile, lock = told
    assert is_ours, "by binder/requirements.txt"
    assert python == VERSION, "by binder/runtime.txt"
    steps = [one for one in re.findall(r"^RUN (.+)$", dockerfile, re.M) if "binder/" in one]
    assert len(steps) == 3, "requirements.txt; postBuild made executable, and run"
    return steps, frozen(lock, version)


def frozen(lock: str, version: str) -> list[str]:
    """The Python packages in a lock file of conda's, pinned as PyPI has them."""
    marks = ("pyh", "pyp", f"py{version.replace('.', '')}")
    pinned = []
    for file in re.findall(r"/([^/]+)\.(?:conda|tar\.bz2)#", lock):
        name, release, build = file.rsplit("-", 2)
        if any(mark in build for mark in marks) and canonical(name) not in _ONLY_CONDA:
            pinned.append(f"{_ON_PYPI.get(name, name)}=={release}")
    assert set(IN_ITS_BASE) <= {name for name, _ in map(_split, pinned)}
    return pinned


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_its_install_steps_lead_to_a_quickstart_that_runs(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for path in tracked_files():
        copy = checkout / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    python = named_python()
    environment = Environment(tmp_path / "environment", python or sys.executable, own_pip=True)
    version = environment.run(
        environment.python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"
    ).strip()
    steps, base = asked_of_repo2docker(tmp_path, checkout, version)
    (tmp_path / "base.txt").write_text("\n".join(base))
    environment.install("--constraint", str(tmp_path / "base.txt"), *IN_ITS_BASE)
    if python is None:  # the pins are for another Python: this one gets what fits it
        check_pins(tmp_path)
        fitting = "\n".join(name for name, _ in map(_split, pins()))
        (checkout / "binder" / "requirements.txt").write_text(fitting)
    for step in steps:
        place = f"export KERNEL_PYTHON_PREFIX={environment.folder}; "
        environment.run("bash", "-c", place + step, cwd=checkout)
    environment.run(environment.python, "-m", "pip", "check")
    for name in ("01-quickstart.ipynb", "02-what-it-costs.ipynb"):
        notebook = checkout / "notebooks" / name
        environment.run(
            *(environment.python, "-m", "jupyter", "execute", "--inplace", "--timeout=120"),
            str(notebook),
            cwd=checkout,
        )
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        assert all(cell["execution_count"] for cell in code)
    pictures = (notebook.parent / "evolink_images").iterdir()
    assert sum(path.suffix in (".png", ".jpg", ".webp") for path in pictures) >= 6
