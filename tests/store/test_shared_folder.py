"""A folder that a group shares works for each of them; what is private stays as the umask says."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="users and groups are POSIX's")

# Users that need not exist. Who is not root has one user, and is both of them.
FIRST, SECOND, GROUP = 64_001, 64_002, 64_100


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder for a group: what is made in it is the group's, too."""
    # Not in pytest's own: that one is its user's alone.
    with tempfile.TemporaryDirectory(prefix="evolink-group-") as above:
        Path(above).chmod(0o755)
        folder = Path(above) / "group"
        folder.mkdir()
        if os.geteuid() == 0:
            os.chown(folder, FIRST, GROUP)
        folder.chmod(0o2770)
        yield folder / "evolink_images"


def modes(root: Path) -> dict[str, int]:
    return {str(path.relative_to(root)): stat.S_IMODE(path.lstat().st_mode)
            for path in root.rglob("*")}  # fmt: skip


def filled(program, root: Path, umask: str):
    """A store that its first user has filled, and has still open."""
    running = program("second_user.py", root, FIRST, GROUP, umask, "fill")
    assert running.stdout.readline() == "ok\n", running.communicate()[1]
    return running


def told(program, root: Path, user: int, umask: str, what: str) -> list[str]:
    running = program("second_user.py", root, user, GROUP, umask, what)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    return out.split("\n")[:-1]


@pytest.mark.parametrize("still_open", [True, False])
def test_the_second_user_does_all_that_the_first_one_does(shared, program, still_open):
    first = filled(program, shared, "002")
    if not still_open:
        first.communicate("go\n", timeout=60)
    assert told(program, shared, SECOND, "002", "use") == ["ok"]
    first.communicate("go\n", timeout=60) if still_open else None
    assert told(program, shared, FIRST, "002", "use_again") == ["ok"]


def test_what_is_made_has_the_permissions_that_the_umask_leaves(shared, program):
    first = filled(program, shared, "002")
    found = modes(shared)
    first.communicate("go\n", timeout=60)
    assert {name for name, mode in found.items() if mode & 0o077 not in (0o064, 0o075)} == set()
    assert {"evolink.sqlite", "evolink.sqlite-wal", ".emulator.jsonl", ".parts"} <= found.keys()
    assert {name.split("/")[0] for name in found} >= {".thumbs", ".trash", ".references"}
    assert any(name.startswith(".parts/left") for name in found)


def test_in_a_private_folder_nobody_else_can_read_anything(shared, program):
    first = filled(program, shared, "077")
    found = modes(shared)
    assert {name for name, mode in found.items() if mode & 0o077} == set()
    if os.geteuid() == 0:
        assert told(program, shared, SECOND, "077", "look") == []
    first.communicate("go\n", timeout=60)


def test_under_the_usual_umask_others_may_read_and_not_write(shared, program):
    first = filled(program, shared, "022")
    found = modes(shared)
    first.communicate("go\n", timeout=60)
    assert {name for name, mode in found.items() if mode & 0o022} == set()
    assert {name for name, mode in found.items() if not mode & 0o040} == set()
