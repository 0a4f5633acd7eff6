"""How the lessons run as the manual is built: offline, quicker than life, and once.

What they have put out is kept under `_build/lessons/` until a lesson or the package changes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform

import evolink_widgets

BUILD = Path(__file__).parents[1] / "_build"
START = """
def prepare_for_the_manual():
    import gc, time
    from IPython import get_ipython
    import evolink_widgets

    def wait_for_panels(result):
        panels = [one for one in gc.get_objects() if isinstance(one, evolink_widgets.ImageStudio)]
        end = time.monotonic() + 20
        while any(one.busy for one in panels) and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(1 if any(one.runs for one in panels) else 0)  # its copy is told last

    evolink_widgets.configure(speed=40)
    get_ipython().events.register("post_run_cell", wait_for_panels)

prepare_for_the_manual()
del prepare_for_the_manual
"""
"""What each lesson's kernel does first: a reader likes to watch, a build does not.

A panel holds no cell; here its kernel ends with the last one, so what was pressed is waited for.
"""
LIVE = "application/vnd.jupyter.widget-view+json"


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


class DropLiveViews(SphinxTransform):
    """Puts a line where a live view stands in a notebook: it needs a kernel, its copy does not."""

    default_priority = 400

    def apply(self, **kwargs: object) -> None:
        """Replace the views, and leave their saved state out of the page."""
        for node in list(self.document.findall(nodes.container)):
            offered = {one.get("mime_type"): one for one in node.children}
            if node.get("nb_element") == "mime_bundle" and LIVE in offered:
                said = offered.get("text/plain", nodes.Text("")).astext()
                name = (re.match(r"<(\w+)", said) or ["", "a live view"])[1]
                line = nodes.paragraph("", "In a notebook ", classes=["live-view"])
                line += [nodes.literal("", name), nodes.Text(" is live here.")]
                node.replace_self(line)
        for node in list(self.document.findall(nodes.raw)):
            if "application/vnd.jupyter.widget-state+json" in node.astext()[:200]:
                node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, bool]:
    """Before MyST-NB reads its settings."""
    app.connect("config-inited", on_config_inited, priority=100)
    app.add_transform(DropLiveViews)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
