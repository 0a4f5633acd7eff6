"""A virtual environment that has nothing but what is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


class Environment:
    """A virtual environment, and the way to run things in it."""

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        self.folder = folder
        self.run(python, "-m", "venv", str(folder))

    @classmethod
    def of(cls, folder: Path) -> Environment:
        """One that was made before."""
        found = cls.__new__(cls)
        found.folder = folder
        return found

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    def run(self, *command: str, cwd: Path | None = None, timeout: float = 500) -> str:
        """Run to the end; a failure shows what was printed."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
        }
        path = os.pathsep.join([str(self.folder / "bin"), "/usr/bin", "/bin"])
        done = subprocess.run(
            command, cwd=cwd, env=inherited | {"PATH": path}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def install(self, *what: str) -> None:
        self.run(self.python, "-m", "pip", "install", "--quiet", *what)
