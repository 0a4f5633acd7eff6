"""Jupyter's side of the package: the server extension, and the front end's extension beside it.

`labextension/` is a hand-written federated module, which the wheel puts where JupyterLab and
Notebook look for extensions; `config/` holds the file that enables the server's part.
"""

from __future__ import annotations

from typing import Any

__all__: list[str] = []


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Tell Jupyter Server which module to load."""
    return [{"module": "evolink_widgets.jupyter"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    """Add our handlers to a server that starts."""
    from evolink_widgets.jupyter.server.handlers import add_handlers

    add_handlers(serverapp)
