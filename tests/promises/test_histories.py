"""Random histories of kernels, faults, deaths and budgets: the promises hold in every one."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings
from promises.histories import Histories

HISTORIES = int(os.environ.get("PROMISES_HISTORIES", "30"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600 if HISTORIES <= 50 else 0),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here"),
]

TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=14,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
