"""Jupyter's side of the package: the server extension, and the front end's extension beside it.

`labextension/` is a hand-written federated module, which the wheel puts where JupyterLab and
Notebook look for extensions; `config/` holds the file that enables the server's part.
"""

from __future__ import annotations

__all__: list[str] = []
