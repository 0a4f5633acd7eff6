"""Runs a command for which permission bits count, also when root starts it.

    python tests/without_privileges.py command argument ...

As anybody else it just runs it. Root's powers are laid down for the command alone (Linux).
"""

from __future__ import annotations

import ctypes
import os
import sys

__all__ = ["WORDS"]

WORDS = (sys.executable, __file__)
"""What to write before a command."""

_SECURITY_BITS, _ROOT_IS_NOBODY_SPECIAL = 28, 1  # PR_SET_SECUREBITS, SECBIT_NOROOT

if __name__ == "__main__":
    if os.geteuid() == 0:
        prctl = getattr(ctypes.CDLL(None), "prctl", None)
        if prctl is None or prctl(_SECURITY_BITS, _ROOT_IS_NOBODY_SPECIAL, 0, 0, 0):
            sys.exit("Root can't lay its powers down here: run the tests as another user.")
    os.execvp(sys.argv[1], sys.argv[1:])
