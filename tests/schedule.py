"""Which tests share a worker, and in which order: none makes a server twice or waits at the end.

A file's tests stay together, so that what the file shares is made once. Whole rooms that share a
server do, too. xdist's own groups (`--dist loadgroup`) do nothing since pytest 9.2, which knows no
`Item._nodeid`, and begin with the group of most tests, not with what takes longest.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

#: Files by the beginning of their path, and what they share; the first that fits counts.
TOGETHER = (
    ("tests/lab/hosts/test_oldest_releases.py", "other servers"),
    ("tests/lab/hosts/test_content_policy.py", "other servers"),
    ("tests/lab/hosts/test_collaboration.py", "other servers"),
    ("tests/lab/", "one JupyterLab"),
)
#: Each of these hosts has a server of its own.
AGES = ("newest", "oldest")


def shared_by(test: str) -> str:
    """What a test shares with others: the name of a server, or else its file."""
    path, _, name = test.partition("::")
    if path.startswith("tests/extension/"):
        return next((f"{age} hosts" for age in AGES if age in name), path)
    return next((group for begin, group in TOGETHER if path.startswith(begin)), path)


class InOrder(LoadScopeScheduling):
    """Gives each worker the next group in the order in which `conftest.py` has sorted them."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)
