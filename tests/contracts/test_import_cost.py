"""`import evolink_widgets` loads nothing heavy; that is asked by name, not by time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "IPython", "PIL", "anyio", "anywidget", "asyncio", "httpx", "ipywidgets", "nest_asyncio2",
    "numpy", "sqlite3", "starlette", "traitlets", "uvicorn",
}  # fmt: skip


def loaded_by(statements: str, folder: Path) -> set[str]:
    """The top-level packages, and our own modules, that a fresh Python has loaded afterwards."""
    program = f"{statements}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    names = json.loads(done.stdout.splitlines()[-1])
    return {name if name.startswith("evolink_widgets") else name.split(".")[0] for name in names}


def test_the_import_loads_only_the_front_of_the_package(tmp_path: Path) -> None:
    before = loaded_by("", tmp_path)
    new = loaded_by("import evolink_widgets", tmp_path) - before
    assert {name for name in new if name.startswith("evolink_widgets")} == {"evolink_widgets"}
    assert new & HEAVY == set()


@pytest.mark.parametrize("name", ["ImageRequest", "Estimate", "TaskStatus", "InvalidRequest"])
def test_rules_and_errors_stay_light(name: str, tmp_path: Path) -> None:
    assert loaded_by(f"import evolink_widgets as ew; ew.{name}", tmp_path) & HEAVY == set()


def test_a_refused_request_costs_no_client_and_no_pictures(tmp_path: Path) -> None:
    refused = (
        "import evolink_widgets as ew\n"
        "try: ew.ImageRequest('')\n"
        "except ew.InvalidRequest: pass\n"
        "else: raise SystemExit('not refused')"
    )
    assert loaded_by(refused, tmp_path) & {"httpx", "PIL", "starlette"} == set()


def test_the_panels_class_brings_its_widgets_and_no_client(tmp_path: Path) -> None:
    loaded = loaded_by("import evolink_widgets as ew; ew.ImageStudio", tmp_path)
    assert "anywidget" in loaded
    assert loaded & {"httpx", "PIL", "starlette", "numpy"} == set()


#: What no first ask of a kernel needs: other stores, judgements, the trash, reports, copies,
#: small pictures, the pictures themselves, what is kept for later asks, and all that runs a task.
NOT_AT_A_FIRST_ASK = {
    "difflib",  # for what is misspelt
    "filecmp",
    "evolink_widgets.core.service",
    "evolink_widgets.core.shared",
    "evolink_widgets.core.steps",
    "evolink_widgets.core.stored",
    "evolink_widgets.images",
    "evolink_widgets.references",
    "evolink_widgets.rules.request.addresses",
    "evolink_widgets.rules.request.link_problems",
    "evolink_widgets.rules.request.link_secrets",
    "evolink_widgets.rules.request.links",
    "evolink_widgets.store.gallery",
    "evolink_widgets.store.judging",
    "evolink_widgets.store.ledger.spending_report",
    "evolink_widgets.store.ledger.spending_rows",
    "evolink_widgets.store.library.library",
    "evolink_widgets.store.merging",
    "evolink_widgets.store.uploads",
}
#: And what a store that is not made yet has no use for: there is nothing in it to read.
NOT_IN_A_NEW_STORE = {
    "statistics",  # for receipts that teach
    "evolink_widgets.core.recovery.outstanding",
    "evolink_widgets.rules.pricing.learning",
    "evolink_widgets.rules.tasks.task",
    "evolink_widgets.store.journal.journal",
    "evolink_widgets.store.ledger.caps",
    "evolink_widgets.store.ledger.ledger",
}

MOST_MODULES, MOST_PATTERNS = 85, 8
"""Of this package; they were 109 and 42 once, each of them a good half of a millisecond."""

FIRST_ASK = """
import json, os, re, sys, threading
import evolink_widgets as ew

def is_waited_for():
    return threading.current_thread().name in ("MainThread", "evolink-notice")

class Seen:
    names, patterns = [], []

    @classmethod
    def find_spec(cls, name, *_):
        if is_waited_for():
            cls.names.append(name)

    @classmethod
    def compile(cls, pattern, flags=0):
        if is_waited_for() and sys._getframe(1).f_globals["__name__"].startswith("evolink"):
            cls.patterns.append(pattern)
        return compile_pattern(pattern, flags)

compile_pattern, re.compile = re.compile, Seen.compile
sys.meta_path.insert(0, Seen)
task = ew.generate(f"fox {os.getpid()}", size="1:1", quality="low")
print(json.dumps([Seen.names, Seen.patterns]))
task.result(60)
"""


def test_the_first_ask_loads_only_what_takes_it_down(tmp_path: Path) -> None:
    """On its own thread, and on the one that it waits for; the core's loads what runs it."""
    command = [sys.executable, "-c", FIRST_ASK]
    environment = {**os.environ, "EVOLINK_SPEED": "0"}
    environment.pop("EVOLINK_API_KEY", None)

    def loaded() -> tuple[set[str], list[str]]:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        )
        names, patterns = json.loads(done.stdout.splitlines()[0])
        return set(names), patterns

    needless = NOT_AT_A_FIRST_ASK | {"httpx", "PIL", "starlette", "numpy"}
    (in_a_new_store, patterns), (in_the_same, _) = loaded(), loaded()
    assert "evolink_widgets.core.session" in in_a_new_store
    assert "evolink_widgets.store.journal.journal" in in_the_same
    assert in_a_new_store & (needless | NOT_IN_A_NEW_STORE) == set()
    assert in_the_same & needless == set()
    ours = [name for name in in_a_new_store if name.startswith("evolink_widgets")]
    assert len(ours) <= MOST_MODULES, sorted(ours)
    assert 0 < len(patterns) <= MOST_PATTERNS, patterns


def test_what_is_loaded_later_is_there_under_its_name(tmp_path: Path) -> None:
    """Also when the module that has it, or the function that shares its name, came first."""
    program = (
        "from evolink_widgets import store\n"
        "import evolink_widgets.store.merging.merge\n"
        "assert all(getattr(store, name) for name in store.__all__)\n"
        "assert callable(store.merge) and callable(store.picture)\n"
        "assert set(store.__all__) <= set(dir(store))\n"
        "try: store.nothing\n"
        "except AttributeError as error: print(error)"
    )
    assert "evolink_widgets.store.merging" in loaded_by(program, tmp_path)
