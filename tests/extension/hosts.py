"""The hosts that the extension is promised for: JupyterLab and Notebook, the oldest and the newest.

The newest is what the tests themselves run in. The oldest has an environment of its own under
`.venvs/`, made anew when pyproject.toml changes; what of the extension is copied into it is
copied again when it has changed.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = (ROOT / "evolink_widgets" / "jupyter", ROOT / "evolink_widgets" / "widgets")
OLDEST = ("jupyterlab==4.0.*", "notebook==7.0.*")


def python_of(age: str) -> Path:
    """The interpreter of the environment with the "oldest" or the "newest" hosts."""
    return _oldest() if age == "oldest" else Path(sys.executable)


def _oldest() -> Path:
    home = ROOT / ".venvs" / "jupyter-oldest"
    python = home / "bin" / "python"
    stamp = home / ".ready"
    home.mkdir(parents=True, exist_ok=True)
    with (home.parent / "jupyter-oldest.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = stamp.stat().st_mtime if stamp.exists() else 0.0
        is_old = made < (ROOT / "pyproject.toml").stat().st_mtime
        if is_old:
            _run(sys.executable, "-m", "venv", str(home))
        if is_old or made < _changed():
            what = [*OLDEST, "-e", str(ROOT)] if is_old else ["--no-deps", "-e", str(ROOT)]
            _run(str(python), "-m", "pip", "install", "--quiet", *what)
            stamp.touch()
    return python


def _changed() -> float:
    return max(path.stat().st_mtime for folder in COPIED for path in folder.rglob("*.*s*"))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
