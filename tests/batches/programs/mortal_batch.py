"""Begins a batch in a folder, and is killed once a few of its pictures are here.

Arguments: the folder, how many rows, after how many pictures it dies.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import evolink_widgets as ew

folder, rows, after = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
ew.configure(store=folder, speed=40, seed=1)
frame = [{"animal": f"fox number {number}"} for number in range(rows)]
run = ew.batch(frame, "a {animal}", size="816x816", quality="low").create()
while run.state.done < after:
    time.sleep(0.01)
os.kill(os.getpid(), signal.SIGKILL)
