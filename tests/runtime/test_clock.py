"""A test that has frozen time still gets its pictures: what waits goes by the system's clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from services import environment

FREEZE = {
    "by hand": """
import threading, time
def freeze():
    time.time = lambda: 1768348800.0
    time.monotonic = lambda: 5.0
""",
    "freezegun": """
from freezegun import freeze_time
def freeze():
    freeze_time("2026-01-14").start()
""",
}
ASK = """
import asyncio, sys
{first}
freeze()
import evolink_widgets as ew
ew.configure(speed=200, store="pictures")
fields = dict(size="816x816", quality="low")
print(len(ew.generate("a fox", **fields).result()))
async def wait(task):
    return len(await task)
print(asyncio.run(wait(ew.generate("an owl", **fields))))
ew.weather("stuck")
task = ew.generate("a hare", **fields)
try:
    task.result(timeout=0.3)
except ew.WaitTimeout:
    print("timed out")
ew.weather("fair")
print(len(task.result()), len(ew.spending()))
"""


@pytest.mark.parametrize("first", ["", "import evolink_widgets as ew; ew.session()"],
                         ids=["imported after", "imported before"])  # fmt: skip
@pytest.mark.parametrize("how", FREEZE)
def test_tasks_end_and_time_outs_come_where_time_is_frozen(
    how: str, first: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FREEZE[how] + ASK.format(first=first)],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.split("\n") == ["1", "1", "timed out", "1 3", ""], done.stderr
