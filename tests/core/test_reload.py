"""A reload of the package's files keeps the store, the service, the caps and what is under way."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from services import environment

import evolink_widgets

SETUP = """
import os, sys, time, importlib
import evolink_widgets as ew
ASK = {"size": "816x816", "quality": "low"}

def cap():
    return ew.session().meters()[0]

def same(root, spent=None):
    session = ew.session()
    assert session.store.root == root, session
    assert session.simulated and session.budget == 8, session
    if spent is not None:
        assert abs(cap().spent + cap().reserved - spent) < 1e-6, cap()

def settled():
    end = time.monotonic() + 20
    while cap().reserved:
        assert time.monotonic() < end, cap()
        time.sleep(0.01)
    return cap().spent

ew.configure(store="mine", budget=8, mode="emulator", speed=300)
root = ew.session().store.root
first = [image.path for image in ew.generate("a fox", **ASK).result(30)]
"""

RELOAD = (
    SETUP
    + """
names = sys.argv[1].split()
ew.weather("stuck")
going = ew.generate("an owl", **ASK)
while going.id is None: time.sleep(0.01)
before = cap().spent + cap().reserved
os.makedirs("elsewhere"); os.chdir("elsewhere")
with ew.budget(credits=0.001):
    for name in names:
        importlib.reload(importlib.import_module(name))
    same(root, before)
    try:
        ew.generate("a hare", **ASK).result(30)
    except Exception as error:
        assert "this block's budget" in str(error), error
    else:
        raise AssertionError("the block's cap is gone")
ew.configure(spend="allow")
same(root, before)
ew.configure(api_key=None)
same(root, before)
assert [image.path for image in ew.session().submit(
    ew.ImageRequest("a fox", **ASK), execution=None).result(30)] == first
ew.weather("fair")
ew.session().recover()
assert len(going.result(30)) == 1
assert len(ew.generate("a hare", **ASK).result(30)) == 1
spent = settled()
if hasattr(os, "fork"):
    child = os.fork()
    if child == 0:
        try:
            same(root, spent)
            ok = len(ew.generate("a hen", **ASK).result(30)) == 1
        finally:
            os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert len(ew.GeneratedImage.edit(ew.session().store.gallery.page(ew.store.Query(), 0, 1)[0],
    'at night').result(30)) == 1
assert ew._show_task and ew.store.merge
assert ew.spending().total.tasks == 5, ew.spending().total
"""
)

AUTORELOAD = (
    SETUP
    + """
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "autoreload")
shell.run_line_magic("autoreload", "2")
shell.run_cell("1")
spent = settled()
os.makedirs("elsewhere"); os.chdir("elsewhere")
home = Path(ew.__file__).parent
for path in [home / name for name in sys.argv[1].split()]:
    path.write_text(path.read_text() + "\\n_CHANGED_ON_THE_DISK = True\\n")
    os.utime(path, (time.time() + 5, time.time() + 5))
shell.user_ns.update(ew=ew, ASK=ASK)
loaded = [name for name in sys.modules if name.split(".")[0] == "evolink_widgets"]
cell = "again = ew.session().submit(ew.ImageRequest('a fox', **ASK), execution=None).result(30)"
shell.run_cell(cell).raise_error()
same(root, spent)
assert [image.path for image in shell.user_ns["again"]] == first
ew.configure(speed=200)
same(root, spent)
shell.run_cell("more = ew.generate('a hare', **ASK).result(30)").raise_error()
assert len(shell.user_ns["more"]) == 1
assert settled() > spent
seen = [name for name in loaded if hasattr(sys.modules[name], "_CHANGED_ON_THE_DISK")]
assert len(seen) == (1 if len(sys.argv[1].split()) == 1 else len(loaded)), set(loaded) - set(seen)
assert ew.spending().total.tasks == 2
shell.run_cell("night = more[0].edit('at night').result(30)").raise_error()
assert len(shell.user_ns["night"]) == 1
shell.run_cell("going = more[0].edit('at noon'); going.result(30); going").raise_error()
"""
)

#: What holds something for the whole process, and what goes with it.
MODULES = {
    "connect": "connect.state connect.played connect.build connect.current connect.blocks",
    "the state": "connect.state",
    "what is configured": "core.settings.settings core.settings.keys",
    "the thread": "core.loop",
    "caps": "core.money store.ledger.caps store.ledger.ledger",
    "the session": "core.session core.task core.service.limits",
    "what was taken": "core.executions core.steps.allocate",
    "the database": "store.process_globals store.in_use store.database.database store.store store",
    "the front": "api connect.current store.gallery.pictures core.task",
    "all of it": "store.process_globals store.in_use store.database.database core.loop "
    "core.settings.settings core.settings.keys core.money core.service.limits "
    "core.executions core.task core.session "
    "connect.state connect.played connect.build connect.current api",
}


def run(code: str, argument: str, folder: Path, package: Path) -> None:
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", code, argument],
        cwd=folder, env={**environment(), "PYTHONPATH": str(package)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "autoreload of" not in done.stdout + done.stderr, done.stdout + done.stderr
    assert len(list(folder.glob("**/evolink.sqlite"))) == 1


@pytest.mark.parametrize("what", MODULES)
def test_a_reload_keeps_what_the_process_holds(what: str, tmp_path: Path) -> None:
    names = " ".join(f"evolink_widgets.{name}" for name in MODULES[what].split())
    package = Path(evolink_widgets.__file__).parent.parent
    run(RELOAD, names, tmp_path / "folder", package)


@pytest.mark.parametrize(
    "changed", ["connect/state.py", "connect/current.py", "rules/tasks/task.py", "errors.py", "all"]
)
def test_autoreload_of_files_that_changed_keeps_what_the_process_holds(
    changed: str, tmp_path: Path
) -> None:
    home = Path(evolink_widgets.__file__).parent
    copy = tmp_path / "site" / home.name
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns("__pycache__"))
    names = [str(path.relative_to(copy)) for path in sorted(copy.rglob("*.py"))]
    argument = changed if changed != "all" else " ".join(names)
    run(AUTORELOAD, argument, tmp_path / "folder", copy.parent)
