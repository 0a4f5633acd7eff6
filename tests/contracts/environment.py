"""A virtual environment that has nothing but what is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


class Environment:
    """A virtual environment, and the way to run things in it.

    It is made where it is not there. uv installs into it, which keeps what it has unpacked once
    for all environments; where it fails, pip does: it knows settings that are its alone, such as
    an index of packages. What is installed is compiled when it is imported, for most never is.

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
        """Install requirements, each as pip's command line has it."""
        uv = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", self.python)
        # A package that is installed from its folder counts as there, whatever was changed in it.
        anew = ("--reinstall-package", "evolink-widgets")
        try:
            self.run(*uv, *anew, *what)
        except (AssertionError, subprocess.TimeoutExpired):
            quiet = ("--quiet", "--disable-pip-version-check", "--no-compile")
            self.run(*self._pip, "install", *quiet, *what)
