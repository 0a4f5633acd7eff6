"""The hosts that the extension is promised for: JupyterLab and Notebook, the oldest and the newest.

The newest is what the tests themselves run in. The oldest has an environment of its own under
`.venvs/`, made anew when pyproject.toml changes. Servers of both take the extension's files from
the checkout (`notebook_page.serve`), whatever an install has copied.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kernels import python_of_oldest_hosts


def python_of(age: str) -> Path:
    """The interpreter of the environment with the "oldest" or the "newest" hosts."""
    return python_of_oldest_hosts() if age == "oldest" else Path(sys.executable)
