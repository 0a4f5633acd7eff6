"""`kill -9`: the store opens, nothing finished is lost, nothing half is seen, and it goes on.

40 kills of a writer and 20 of a keeper at random points by default; `EVOLINK_KILLS=200` for more.
The seed is the same each time, so that half of the kills come at the same lines of code; the
others come after a time.
"""

from __future__ import annotations

import os

import pytest

KILLS = int(os.environ.get("EVOLINK_KILLS", "40"))


@pytest.mark.parametrize("seed", [1, 1001])
def test_a_writer_killed_at_random_points_leaves_a_store_that_goes_on(tmp_path, program, seed):
    running = program("kill_and_look.py", tmp_path / "s", "random", KILLS // 2, seed)
    out, err = running.communicate(timeout=170)
    assert running.returncode == 0, err
    done, kills, tasks, points = out.split()
    assert (done, int(kills)) == ("ok", KILLS // 2)
    assert int(tasks) > KILLS // 8, "too little was written between the kills to prove anything"
    assert int(points) > KILLS // 8, "too few places were hit"


@pytest.mark.parametrize(
    ("where", "modules"),
    [
        (
            "each line in months",
            ["gallery/admission/admission", "gallery/admission/part", "gallery/rows/rows"],
        ),
        ("each line", ["safe_files"]),
        ("each line", ["journal/journal", "ledger/ledger"]),
    ],
)
def test_killed_at_each_line_that_a_task_runs_nothing_is_lost(tmp_path, program, where, modules):
    running = program("kill_and_look.py", tmp_path / "s", where, *modules)
    out, err = running.communicate(timeout=170)
    assert running.returncode == 0, err
    done, kills, tasks, points = out.split()
    assert done == "ok"
    assert int(kills) > 60
    assert int(points) > 40
    assert int(tasks) > int(kills) // 2


def test_a_keeper_killed_at_random_points_loses_no_picture_and_leaves_no_half_file(
    tmp_path, program
):
    running = program("kill_a_keeper.py", tmp_path / "s", KILLS // 2, 1)
    out, err = running.communicate(timeout=170)
    assert running.returncode == 0, err
    done, kills, points = out.split()
    assert (done, int(kills)) == ("ok", KILLS // 2)
    assert int(points) > KILLS // 8, "too few places were hit"


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_mover_killed_at_each_line_loses_no_picture_and_no_name(tmp_path, program, links):
    running = program("kill_a_mover.py", tmp_path, *([] if links else ["without links"]))
    out, err = running.communicate(timeout=170)
    assert running.returncode == 0, err
    done, kills, points = out.split()
    assert done == "ok"
    assert int(kills) > 100
    assert int(points) > 60, "too few places were hit"
