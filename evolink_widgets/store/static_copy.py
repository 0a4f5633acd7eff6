"""The static companion of a live display: small pictures that stay when the kernel is gone.

A reopened notebook shows "Error displaying widget" where a live view was. The copy's `<style>`
hides that output, unless a live view is in it. GitHub, nbviewer and notebooks that are not
trusted drop the style and still show pictures and caption.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from evolink_widgets.errors import StoreError
from evolink_widgets.store.names import one_line

if TYPE_CHECKING:
    from evolink_widgets.store.pictures import GeneratedImage

# 8,400 bytes are 11.2 kB in base64; with the markup around it a picture stays under 12 kB.
_BYTES = 8_400
_PROMPT = 400


def html(
    images: Sequence[GeneratedImage],
    *,
    key: str,
    caption: str | None = None,
    note: str | None = None,
    edge: int = 256,
) -> str:
    """Return the pictures as one piece of HTML: no script, nothing fetched, all text escaped.

    Args:
        images: the pictures, in order; with none only caption and note are there.
        key: the live display's key; the copy hides a dead output right above it.
        caption: a line under the pictures; the first picture's prompt by default.
        note: one more line, e.g. "3 of 4 pictures came".
        edge: the small pictures' longest edge in pixels.
    """
    name = "ew-static-" + re.sub(r"[^A-Za-z0-9_-]", "", key)
    if caption is None:
        caption = images[0].recipe.request.prompt if images else ""
    simulated = any(image.simulated for image in images)
    parts = [
        f'<div class="{name}"><style>',
        f".jp-OutputArea-child:has(+ .jp-OutputArea-child .{name}):not(:has(.ew-live))",
        "{display:none}</style>",
        _grid(images, edge),
        _caption(caption, note, simulated),
        "</div>",
    ]
    return "".join(parts)


def _grid(images: Sequence[GeneratedImage], edge: int) -> str:
    if not images:
        return ""
    column = edge if len(images) > 1 else 0
    columns = (
        f"display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,{column}px),1fr));"
        f"max-width:{min(len(images), 4) * (column + 8)}px;gap:8px"
        if column
        else ""
    )
    return f'<div style="{columns}">{"".join(_figure(image, edge) for image in images)}</div>'


def _figure(image: GeneratedImage, edge: int) -> str:
    alt = escape(image.alt, quote=True)
    try:
        thumb = image.small(edge, limit=_BYTES)
    except StoreError as exc:
        return f'<div role="img" aria-label="{alt}">{escape(one_line(exc.message, 200))}</div>'
    data = base64.b64encode(thumb.data).decode("ascii")
    return (
        f'<img src="data:image/webp;base64,{data}" alt="{alt}" '
        f'width="{thumb.width}" height="{thumb.height}" '
        'style="max-width:100%;height:auto;border-radius:6px;display:block">'
    )


def _caption(caption: str, note: str | None, simulated: bool) -> str:
    said = [f"<bdi>{escape(one_line(caption, _PROMPT))}</bdi>"] if caption.strip() else []
    if simulated:
        said.append(
            '<span style="border:1px dashed currentColor;border-radius:4px;padding:0 4px">'
            "Simulated</span>"
        )
    if note:
        said.append(escape(one_line(note, _PROMPT)))
    if not said:
        return ""
    return (
        '<div style="margin:8px 0;font-size:12px;line-height:1.5;'
        'font-family:var(--jp-ui-font-family,system-ui,sans-serif)">' + " · ".join(said) + "</div>"
    )
