"""The wheel is whole: it installs into an empty environment, and needs Node nowhere."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from environment import Environment
from source import PACKAGE, ROOT, is_installed, shared_data, tracked_files

FIRST_STEPS = """
import os
import shutil
import sys
os.environ["PATH"] = os.path.dirname(sys.executable)  # neither Node nor anything else
assert shutil.which("node") is None
import evolink_widgets as ew
assert sys.prefix in ew.__file__
from evolink_widgets.widgets.base import assets
assert "export default" in assets.esm("studio") and ".ew" in assets.css("studio")
ew.configure(store="pictures", speed=200)
studio = ew.ImageStudio(prompt="a fox")
images = ew.generate("a fox in the snow", n=2).result(timeout=60)
assert [image.path.is_file() for image in images] == [True, True]
print("evolink_widgets", ew.__version__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    tracked = {path.relative_to(ROOT).as_posix() for path in tracked_files()}
    of_package = {path for path in tracked if path.startswith(f"{PACKAGE}/")}
    declarations = {path for path in of_package if not is_installed(path)}
    assert declarations, "for the type checker of the front end, in the repository alone"
    assert of_package - inside == declarations
    beside = {name for name in inside if not name.startswith(f"{PACKAGE}/")}
    assert {name.split("/", 2)[2] for name in beside} == for_jupyter(tracked)
    suffixes = {Path(name).suffix for name in inside}
    assert {".py", ".pyi", ".js", ".css", ".typed"} <= suffixes
    assert any("openapi" in name for name in inside), "the emulator's own contract"


def for_jupyter(tracked: set[str]) -> set[str]:
    """Where the wheel puts what JupyterLab, Notebook and their server look for."""
    return {
        f"{to}{path.removeprefix(place)}"
        for place, to in shared_data()
        for path in tracked
        if path.startswith(f"{place}/") and is_installed(path)
    }


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    environment = Environment(tmp_path / "empty")
    environment.install(str(wheel))
    program = tmp_path / "first_steps.py"
    program.write_text(FIRST_STEPS)
    printed = environment.run(environment.python, "-I", str(program), cwd=tmp_path)
    assert printed.startswith("evolink_widgets 0.")
