"""The hosts that the extension is promised for: JupyterLab and Notebook, the oldest and the newest.

The newest is what the tests themselves run in. The oldest has an environment of its own under
`.venvs/`, made anew when pyproject.toml changes. Servers of both take the extension's files from
the checkout (`notebook_page.serve`), whatever an install has copied.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
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
        if made < (ROOT / "pyproject.toml").stat().st_mtime:
            _run(sys.executable, "-m", "venv", str(home))
            _run(str(python), "-m", "pip", "install", "--quiet", *OLDEST, "-e", str(ROOT))
            stamp.touch()
    return python


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
