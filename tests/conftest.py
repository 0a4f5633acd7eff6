"""What every room's tests share: one Chromium a worker, and no way to the real service."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling


# A deadline measures the machine, and a busy one fails what is right.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

WITHOUT_OTHERS = ("contracts", "rules")
"""Rooms whose tests wait for nothing: what fails there once is wrong."""

IN_MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30
"""Bytes that have to be free there; a whole run holds about 1 GB at a time."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' folders in memory, where there is room; those of their programs, too.

    They ask for some ten thousand flushes, of milliseconds each on a disk. What a killed process
    has written is in the kernel's memory either way.
    """
    if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK):
        found = os.statvfs(IN_MEMORY)
        if found.f_bavail * found.f_frsize >= ENOUGH:
            tempfile.tempdir = os.environ.setdefault("TMPDIR", str(IN_MEMORY))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Several workers share tests as `schedule.py` says."""
    from schedule import InOrder

    config.option.loadscopereorder = False
    return InOrder(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give all but rules and contracts a second try; the summary says why it was needed.

    They wait for browsers, kernels, processes and threads, and any of these may take longer than
    a test waits where others use the machine too.
    """
    here = Path(__file__).parent
    with_browser = {one.path for one in items if "playwright" in getattr(one, "fixturenames", ())}
    long = {
        one.path for one in items if one.get_closest_marker("slow") or one.get_closest_marker("lab")
    }
    if not hasattr(config, "workerinput"):
        long.clear()  # alone: what is quick says first what is wrong
    # Playwright's loop goes on in a worker's main thread: what runs a loop there comes before it.
    # What takes long begins first, and small files fill the time that is left.
    items.sort(key=lambda item: (item.path in with_browser, item.path not in long))
    for item in items:
        if item.path.relative_to(here).parts[0] not in WITHOUT_OTHERS:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what failed before a second try, so that none of it is overlooked."""
    again = terminalreporter.stats.get("rerun", [])
    if again:
        terminalreporter.write_sep("=", "passed or failed at a second try")
    for report in again:
        terminalreporter.write_sep("_", report.nodeid)
        terminalreporter.write_line(report.longreprtext)


VARIABLES = ("EVOLINK_API_KEY", "EVOLINK_BASE_URL", "EVOLINK_FILES_URL", "EVOLINK_STORE",
             "EVOLINK_SPEND", "EVOLINK_SEED", "EVOLINK_LIBRARY", "EVOLINK_MODE",
             "EVOLINK_CASSETTE", "EVOLINK_OFF_TAPE", "EVOLINK_SPEED")  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin with no settings, before the first fixture of a module starts a program, too."""
    _forget_settings()


@pytest.fixture(autouse=True)
def no_live_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test talks to the real service because the developer's shell has a key."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    yield
    _forget_settings()


def _forget_settings() -> None:
    """Hand on nothing: neither what a test has set, nor what programs of it were to inherit."""
    state = sys.modules.get("evolink_widgets.connect.state")
    if state is not None:
        state.now.inherited.write({})
    for name in VARIABLES:
        os.environ.pop(name, None)


@pytest.fixture
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of this test's own, in a folder of its own."""
    from evolink_widgets.connect import state
    from evolink_widgets.store import in_use

    monkeypatch.setattr(state, "now", state.State())
    monkeypatch.setattr(in_use, "choice", in_use.StoreInUse())
    monkeypatch.chdir(tmp_path)
    yield
    state.now.inherited.write({})
    if state.now.session is not None:
        state.now.session.close()


@pytest.fixture(scope="session")
def own_mounts() -> tuple[str, ...]:
    """The words before a command that may mount what it likes, unseen by everyone else.

    None where the machine allows that to nobody; there is a way without mounts then.
    """
    unshare = shutil.which("unshare")
    words = (unshare or "unshare", "--map-root-user", "--mount")
    if unshare is None or subprocess.run([*words, "true"], capture_output=True).returncode:
        return ()
    return words


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver; its synchronous face allows only one in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests of this worker."""
    from install_browser import launch

    browser = launch(playwright)
    if browser is None:
        pytest.fail("No Chromium starts here: run `make test`, or tests/install_browser.py.")
    yield browser
    browser.close()
