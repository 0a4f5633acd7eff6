"""Converts Matplotlib figures and axes to PNG, without importing Matplotlib."""

from __future__ import annotations

import io
from typing import Any

from evolink_widgets.images.png import scan_png
from evolink_widgets.images.reference_limits import LIMITS

__all__ = ["is_figure", "picture_file_of"]


def is_figure(given: object) -> bool:
    """Whether it can save itself as a picture, or belongs to something that can."""
    return _figure_of(given) is not None


def picture_file_of(given: object) -> bytes:
    """The figure as a PNG, at its own resolution; drawn on this thread, as Matplotlib wants it."""
    figure = _figure_of(given)
    out = io.BytesIO()
    figure.savefig(out, format="png")
    # The name of the program that drew it is of no use here.
    return scan_png(out.getvalue(), LIMITS).clean


def _figure_of(given: object) -> Any:
    if isinstance(given, type):
        return None
    for owner in (given, getattr(given, "figure", None)):
        if callable(getattr(owner, "savefig", None)):
            return owner
    return None
