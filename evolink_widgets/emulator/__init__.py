"""An imitation of the image service, offline: its own reading of the contract.

It shares nothing with the rest of the package, so that one misreading cannot hide on both
sides. `service` is the state without HTTP, `app` its HTTP face, `faults` the weather, and
`pictures` draws what was asked for. `python -m evolink_widgets.emulator` serves it on a port;
the README beside this file tells how it behaves.
"""

from __future__ import annotations

__all__ = ["NOTEBOOK_SPEED"]

#: How much faster than the real service it runs in a notebook: the default ask (medium, auto,
#: one picture), which takes about 25 s there, takes about 5 s.
NOTEBOOK_SPEED = 5.0
