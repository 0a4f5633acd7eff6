"""Names this process as a lease's owner, and tells whether another owner is still alive."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import socket
import sys
from pathlib import Path


def this_process() -> str:
    """Return "pid@host-namespace", the owner's name for leases taken by this process.

    Several owners within one process add "#" and a name of their own.
    """
    return f"{os.getpid()}@{_host()}"


def surely_gone(owner: str) -> bool:
    """Tell whether `owner` is a process of this machine that no longer runs.

    False where that can't be known: another machine, another container, Windows. A lease that
    has run out frees the task there, a little later.
    """
    pid, _, host = owner.partition("@")
    host, _, _ = host.partition("#")
    if sys.platform == "win32" or host != _host() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


@functools.lru_cache(maxsize=1)
def _host() -> str:
    # Containers may share a host name and never share process numbers: the kernel's boot and
    # the pid namespace tell them apart.
    marks = [socket.gethostname().encode("ascii", "replace").decode("ascii")]
    with contextlib.suppress(OSError):
        marks.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii"))
        marks.append(str(Path("/proc/self/ns/pid").readlink()))
    return f"{marks[0]}-{hashlib.sha256(''.join(marks).encode()).hexdigest()[:8]}"
