"""A virtual environment that has nothing but what is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


class Environment:
    """A virtual environment, and the way to run things in it.

    It is made where it is not there. The pip of this very Python installs into it, which spares
    a copy of pip; what is installed is compiled when it is imported, for most of it never is.

    Args:
        folder: where it is.
        python: its Python; another than this one installs with a pip of its own.
        own_pip: whether it is to have a pip itself.
    """

    def __init__(
        self, folder: Path, python: str = sys.executable, *, own_pip: bool = False
    ) -> None:
        self.folder = folder
        own_pip = own_pip or python != sys.executable
        self._pip = [self.python] if own_pip else [sys.executable]
        self._pip += ["-m", "pip"] if own_pip else ["-m", "pip", "--python", self.python]
        if not Path(self.python).exists():
            self.run(python, "-m", "venv", *([] if own_pip else ["--without-pip"]), str(folder))

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
        quiet = ("--quiet", "--disable-pip-version-check", "--no-compile")
        self.run(*self._pip, "install", *quiet, *what)
