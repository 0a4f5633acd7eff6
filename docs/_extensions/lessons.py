"""How the lessons run as the manual is built: offline, quicker than life, and once.

What they have put out is kept under `_build/lessons/` until a lesson or the package changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

import evolink_widgets

BUILD = Path(__file__).parents[1] / "_build"
START = """
import evolink_widgets
evolink_widgets.configure(speed=40)
del evolink_widgets
"""
"""What each lesson's kernel does first: a reader likes to watch, a build does not."""


def package_state() -> str:
    """Return what tells this package's files from any others."""
    digest = hashlib.sha256(START.encode())
    folder = Path(evolink_widgets.__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".js", ".css"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def on_config_inited(app: Sphinx, config: Config) -> None:
    """Give the kernels settings of their own, and their outputs a place."""
    for name in [name for name in os.environ if name.startswith("EVOLINK_")]:
        del os.environ[name]  # no lesson talks to the real service because a shell has a key
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    os.environ["EVOLINK_SEED"] = "1"  # the same pictures in each build
    startup = BUILD / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "00-speed.py").write_text(START, "utf-8")
    os.environ["IPYTHONDIR"] = str(BUILD / "ipython")
    kept = BUILD / "lessons" / package_state()
    for stale in kept.parent.glob("*"):
        if stale != kept:
            shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
    config["nb_execution_cache_path"] = str(kept)


def setup(app: Sphinx) -> dict[str, bool]:
    """Before MyST-NB reads its settings."""
    app.connect("config-inited", on_config_inited, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
