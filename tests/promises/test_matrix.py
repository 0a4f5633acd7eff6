"""Money goes out once and pictures come in, whatever fails and whoever dies: some cells of many."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from services import environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),  # a busy machine may take its time
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here"),
]


@pytest.mark.parametrize("kernels", [1, 2, 4])
def test_faults_and_kills_cost_nothing_twice_and_lose_nothing(kernels: int) -> None:
    program = Path(__file__).parent / "matrix.py"
    played = subprocess.run(
        [sys.executable, str(program), "--cells", "45", "--kernels", str(kernels)],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=580,
    )
    said = played.stdout + played.stderr
    assert played.returncode == 0, said
    counts = json.loads(played.stdout.splitlines()[-1])
    assert counts["cells"] == 15, said
    assert counts["delivered"] > 0, said
    assert counts["killed"] > 3, said
    assert (counts["duplicates"], counts["lost"], counts["over_cap"]) == (0, 0, 0.0), said
