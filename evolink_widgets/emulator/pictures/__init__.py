"""Pictures of the emulator: a prompt is read, composed as a scene, and painted with Pillow.

``render`` is the whole interface. The same arguments always give the same bytes.
"""

from __future__ import annotations

from .render import render

__all__ = ["render"]
