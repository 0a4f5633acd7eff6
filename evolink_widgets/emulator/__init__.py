"""An imitation of the image service, offline: its own reading of the contract.

It shares nothing with the rest of the package, so that one misreading cannot hide on both
sides. `service` is the state without HTTP and the faults to play, `http` its routes and its
server, `storage` what it keeps in files, and `painter` draws what was asked for.
`python -m evolink_widgets.emulator` serves it on a port.

With references it edits. A picture that was drawn here is known again, by its bytes or by its
looks, and the same scene is painted with the change: "make it night", "in the snow", "make the
fox blue", "add a red balloon", "as a watercolour", 'with the words "HELLO"'. Any other upload is
cropped to the new shape and worked over. Offline no other link can be fetched, so it stands for
a picture of its own, the same each time and after the words in its name.
"""

from __future__ import annotations

__all__ = ["NOTEBOOK_SPEED"]

NOTEBOOK_SPEED = 5.0
"""How much faster than the real service it runs in a notebook: the default ask (medium, auto, one
picture), which takes about 25 s there, takes about 5 s."""
