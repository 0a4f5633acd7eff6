"""Jupyter's side of the package: the server extension, and the front end's extension beside it.

`labextension/` is a hand-written federated module, which the wheel puts where JupyterLab and
Notebook look for extensions; `config/` holds the file that enables the server's part.
"""

from __future__ import annotations

from typing import Any

__all__: list[str] = []


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server what to load."""
    from evolink_widgets.jupyter.server.server_part import ServerPart

    return [{"module": "evolink_widgets.jupyter", "app": ServerPart}]
