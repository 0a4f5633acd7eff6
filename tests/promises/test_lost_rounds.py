"""Among strangers' tasks each lost reply is found by what it is, and none is another's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from promises.lost_rounds import Round, Tally

ROUNDS = int(os.environ.get("PROMISES_LOST_ROUNDS", "30"))


@pytest.mark.slow
@pytest.mark.timeout(600 if ROUNDS <= 50 else 0)
def test_nothing_of_anothers_is_taken_and_what_differs_is_found(tmp_path: Path) -> None:
    total = Tally()
    for seed in range(ROUNDS):
        tally = Round(seed, tmp_path / str(seed)).play()
        assert (tally.wrong, tally.problems) == (0, []), (seed, tally)
        total += tally
    assert total.found >= 0.95 * total.distinct > 0, total
