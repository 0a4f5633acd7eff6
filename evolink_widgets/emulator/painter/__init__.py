"""Pictures of the emulator: a prompt is read, composed as a scene, and painted with Pillow.

``drawn`` paints a picture and ``encoded`` makes a file of it; ``render`` does both. The same
arguments always give the same bytes. References are paintings of ours (``original`` for a
prompt, ``derived`` for an edit, ``stand_in`` for a link that cannot be fetched), or the bytes of
any picture.
"""

from __future__ import annotations

from evolink_widgets.emulator.painter.composing.painting import Painting, original, stand_in
from evolink_widgets.emulator.painter.drawing.finish import encoded
from evolink_widgets.emulator.painter.edit import Reference, derived
from evolink_widgets.emulator.painter.render import drawn, render

__all__ = [
    "Painting",
    "Reference",
    "derived",
    "drawn",
    "encoded",
    "original",
    "render",
    "stand_in",
]
