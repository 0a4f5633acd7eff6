"""Makes sure that there is a Chromium to test with: Playwright's own, the system's, or from apt.

Run by `make test`. Browser tests are never skipped, so this fails with a sentence when no
browser can be had. A browser counts when it starts, not when its file is there: a container may
lack its libraries, and Ubuntu's `chromium-browser` may be nothing but a hint to install a snap.

Where apt has it, it is the headless shell: the same Blink and V8, without the windows, tabs and
menus that a whole Chromium makes for each page though nobody sees them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

DOWNLOAD_SECONDS = 180
SHELL = "chromium-headless-shell"
SYSTEM_NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: Nothing here needs a screen, a GPU, QUIC or a word with the browser's maker.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page goes on with the scripts that another one of its site, which stays open, has compiled.
    "--process-per-site",
]


def launch(playwright: Playwright, *, whole: bool = False) -> Browser | None:
    """The first browser that starts: Playwright's own build, else the system's.

    Args:
        whole: not the shell: what is measured is what a person's browser takes.
    """
    for path in candidates(playwright):
        if whole and path.name == SHELL:
            continue
        try:
            return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error:
            continue
    return None


def candidates(playwright: Playwright) -> Iterator[Path]:
    """The browsers that are there, whether they start or not."""
    own = Path(playwright.chromium.executable_path)
    if own.exists():
        yield own
    for name in SYSTEM_NAMES:
        if path := shutil.which(name):
            yield Path(path)


def has_own() -> bool:
    """Whether Playwright has fetched its own build."""
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def starts() -> bool:
    """Whether one of them starts."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            return False
        browser.close()
        return True


def fetch_own() -> bool:
    """Ask Playwright for its build; false where the network does not give it in time."""
    print(f"Fetching Chromium with Playwright, for at most {DOWNLOAD_SECONDS} s.", flush=True)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    environment = os.environ | {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"}
    child = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return child.wait(DOWNLOAD_SECONDS) == 0
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)  # its own children do the download
        child.wait()
        return False


def install_from_apt(package: str) -> bool:
    """Debian and its kin, as root."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    print(f"Installing {package} with apt-get.", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", package],
    ):
        command = ["apt-get", *arguments]
        done = subprocess.run(command, env=environment, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            return False
    return True


def main() -> int:
    """Stop at the first way that gives a browser."""
    if not has_own() and not shutil.which(SHELL):
        install_from_apt(SHELL)  # what is there serves where this fails
    if starts() or (fetch_own() and starts()) or (install_from_apt("chromium") and starts()):
        return 0
    print(
        "No Chromium found, and none could be installed. Install one (on Debian: "
        "apt-get install chromium), then run `make test` again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
