"""Makes sure that Playwright finds a Chromium: its own build, the system's, or one from apt.

Run by `make test`. Tests never skip for want of a browser, so this fails with a sentence when
none can be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

DOWNLOAD_SECONDS = 240
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def own_build() -> Path | None:
    """Playwright's own Chromium, where it has been fetched."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def system_build() -> str | None:
    """A Chromium or Chrome of the system's."""
    return next((path for name in SYSTEM_NAMES if (path := shutil.which(name))), None)


def fetch_own() -> bool:
    """Ask Playwright for its build; false where the network does not give it in time."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        return subprocess.run(command, timeout=DOWNLOAD_SECONDS, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def install_from_apt() -> bool:
    """Debian and its kin, as root."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        command = ["apt-get", *arguments]
        done = subprocess.run(command, env=environment, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            return False
    return system_build() is not None


def main() -> int:
    """Stop at the first way that gives a browser."""
    if own_build() or system_build() or (fetch_own() and own_build()) or install_from_apt():
        return 0
    print(
        "No Chromium found, and none could be installed. Install one (on Debian: "
        "apt-get install chromium), then run `make test` again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
