"""Makes sure that there is a Firefox to test with: the system's, or from apt.

Run by `make test`, as `install_browser.py` is. Playwright drives a Firefox of its own making
alone; this is the one that people have, driven by the protocol that it speaks itself, WebDriver
BiDi. It is never skipped: this fails with a sentence when none can be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("firefox-esr", "firefox")
PACKAGES = ("firefox-esr", "firefox")


def command() -> str | None:
    """The first Firefox that starts; Ubuntu's may be nothing but a hint to install a snap."""
    for name in NAMES:
        path = shutil.which(name)
        if path is None:
            continue
        try:
            ran = subprocess.run(
                [path, "--headless", "--version"], capture_output=True, timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if ran.returncode == 0 and b"Firefox" in ran.stdout:
            return path
    return None


def install_from_apt() -> bool:
    """Debian and its kin, as root."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}

    def apt(*arguments: str) -> bool:
        done = subprocess.run(
            ["apt-get", *arguments], env=environment, check=False, stdin=subprocess.DEVNULL
        )
        return done.returncode == 0

    print("Installing Firefox with apt-get.", flush=True)
    apt("update", "-qq")
    return any(
        apt("install", "-y", "-qq", "--no-install-recommends", name) and command() is not None
        for name in PACKAGES
    )


def main() -> int:
    """Stop at the first way that gives a browser."""
    if command() is not None or install_from_apt():
        return 0
    print(
        "No Firefox found, and none could be installed. Install one (on Debian: "
        "apt-get install firefox-esr), then run `make test` again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
