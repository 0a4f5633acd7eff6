"""Servers of other hosts, and when they can be asked."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request

SECONDS = 90_000
"""Milliseconds; a quiet machine needs a twentieth of it."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until something answers there."""
    deadline = time.monotonic() + SECONDS / 1000
    while process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            assert time.monotonic() < deadline, "it did not start"
            time.sleep(0.05)
    raise AssertionError("it ended at once")
