"""Renders small pictures as HTML that stays in the saved notebook without a kernel.

A reopened notebook shows "Error displaying widget" where a live view was. The `<style>` of the
copy under it hides that output, unless a live view is in it; a copy that stands under no live
view has none, and hides nothing. GitHub, nbviewer and notebooks that are not
trusted drop the style and still show pictures and caption. There is no script, nothing is
fetched, and colours are the host's own, so that light and dark both work. No page takes the
dollars of a prompt for mathematics. Beside it stands one JPEG of all pictures, for what takes
no HTML: LaTeX, sanitised pages, mail.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from evolink_widgets.errors import StoreError
from evolink_widgets.rules.tasks.played import badge_of
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.thumbnails.thumbs import Thumb, as_sheet

if TYPE_CHECKING:
    from evolink_widgets.rules.request.recipe import Recipe

NO_MATHS = "tex2jax_ignore mathjax_ignore"
"""Classes by which MathJax 2 and 3 leave an element alone."""

# 8,000 bytes are 10.7 kB in base64; with the markup around it, and an alt text that is all
# "&lt;", a picture stays under 12 kB.
_PICTURE_BYTES = 8_000
_TEXT = 400
# Of a contact sheet: a picture's longest edge and bytes, one's that is alone, the most of all.
_SHEET_EDGE, _SHEET_PICTURE, _SHEET_ALONE, _SHEET = 256, 3_600, 5_200, 45_000

# The longest edge of small pictures by their number, and of more than these. They are shown this
# much larger than they are, and no wider, where there is room: a task's output is as wide as its
# live view was.
_EDGES, _EDGE = {1: 384, 2: 384, 3: 320}, 256
_STRETCH, _WIDEST = 1.3, 480
_GAP = 8
_NARROWEST = 150
_MOST_COLUMNS = 5
_PICTURE = "display:block;margin:0;width:100%;height:auto;border-radius:6px"
_LINE = (
    "margin:8px 0 0;max-width:66em;font:12px/1.5 var(--jp-ui-font-family,system-ui,sans-serif);"
    "overflow-wrap:anywhere"
)
_BADGE = (
    "display:inline-block;margin-inline-end:8px;padding:0 6px;"
    "border:1px dashed currentColor;border-radius:4px"
)
_ABSENT = (
    "box-sizing:border-box;padding:8px;border:1px dashed currentColor;border-radius:6px;"
    "font:12px/1.5 var(--jp-ui-font-family,system-ui,sans-serif)"
)


class _Copied(Protocol):
    """What a picture must have to be copied: a saved one, or one that is compared with it."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def alt(self) -> str: ...
    @property
    def path(self) -> Path: ...
    @property
    def simulated(self) -> bool: ...
    @property
    def recorded(self) -> bool: ...
    @property
    def recipe(self) -> Recipe | None: ...
    def small(self, edge: int = 320, *, limit: int | None = None) -> Thumb: ...


def html(
    images: Sequence[_Copied],
    *,
    key: str | None = None,
    caption: str | None = None,
    note: str | None = None,
    edge: int | None = None,
    body: str = "",
) -> str:
    """Return the pictures as one piece of HTML of at most 12 kB a picture.

    Args:
        images: the pictures, in order; with none only caption and note are there.
        key: the key of the live view right above, which is hidden once it is dead; `None`
            where the pictures stand for themselves.
        caption: a line under the pictures; the first picture's prompt by default.
        note: one more line, e.g. "3 of 4 pictures came".
        edge: the small pictures' longest edge in pixels; by default more where they are few.
        body: HTML of our own that stands between pictures and caption.
    """
    if caption is None:
        recipe = images[0].recipe if images else None
        caption = recipe.request.prompt if recipe else ""
    edge = edge or _EDGES.get(len(images), _EDGE)
    return "".join(
        (
            f'<div class="ew-static {NO_MATHS}">' if key is None else _under_live_view(key),
            _pictures(images, edge),
            body,
            _caption(caption, note, badge_of(images)),
            "</div>",
        )
    )


def sheet(images: Sequence[_Copied]) -> dict[str, str]:
    """Return one JPEG of all pictures that are there, as a part of a MIME bundle.

    Args:
        images: the pictures, in order; the bundle's part is empty where none can be read.
    """
    thumbs = []
    for image in images:
        with suppress(StoreError):
            thumbs.append(image.small(_SHEET_EDGE))
    if not thumbs:
        return {}
    most = _SHEET_ALONE if len(thumbs) == 1 else min(_SHEET, _SHEET_PICTURE * len(thumbs))
    return {"image/jpeg": as_sheet(thumbs, most)}


def thumbnail_html(image: object, edge: int = 96) -> str:
    """Return a picture as a small `<img>` for a cell of a table; any other value as its text.

    It is a formatter of pandas: `frame.to_html(formatters={"image": ew.store.thumbnail_html},
    escape=False)`. With `escape=False` pandas escapes none of the other columns: `ew.show(frame)`
    does.

    Args:
        image: a picture, or anything else; `None` is nothing.
        edge: its longest edge in pixels.

    Example:
        >>> image = ew.generate("a fox").result()[0]
        >>> "<img" in ew.store.thumbnail_html(image, edge=96)
        True
    """
    if image is None:
        return ""
    if not hasattr(image, "small"):
        return f"<bdi>{escape(str(image))}</bdi>"
    picture = _picture(image, edge)  # type: ignore[arg-type]
    width, _ = _shown(image, edge)  # type: ignore[arg-type]
    return f'<div style="width:{width}px">{picture}</div>'


#: What holds one output of a cell: JupyterLab and Notebook 7, nbclassic, VS Code, Colab.
_OUTPUT = ":is(.jp-OutputArea-child,.output_area,.output_container,[class*=output-id-])"


def _under_live_view(key: str) -> str:
    """Where the copy begins, and what hides the output above it when that is dead."""
    name = "ew-static-" + re.sub(r"[^A-Za-z0-9_-]", "", key)
    # Where an output holds others, as ipywidgets' `Output` does, the one before it is not meant.
    inner = f":has(+ {_OUTPUT} {_OUTPUT} .{name})"
    above = f"{_OUTPUT}:has(+ {_OUTPUT} .{name}):not({inner},:has(.ew-live))"
    return f'<div class="{name} {NO_MATHS}"><style>{above}{{display:none}}</style>'


def _pictures(images: Sequence[_Copied], edge: int) -> str:
    if not images:
        return ""
    count = len(images)
    # As many columns as make even rows; fewer where there is no room for them.
    columns = math.ceil(count / math.ceil(count / _MOST_COLUMNS))
    width = max(_shown(image, edge)[0] for image in images)
    widest = min(_WIDEST, round(_STRETCH * width))
    narrowest = f"min(100%,{min(width, _NARROWEST)}px)"
    share = f"calc((100% - {(columns - 1) * _GAP}px)/{columns})"
    style = (
        f"display:grid;gap:{_GAP}px;align-items:start;"
        f"max-width:{columns * (widest + _GAP) - _GAP}px;"
        f"grid-template-columns:repeat(auto-fill,minmax(max({narrowest},{share}),1fr))"
    )
    return f'<div style="{style}">{"".join(_picture(image, edge) for image in images)}</div>'


def _picture(image: _Copied, edge: int) -> str:
    alt = escape(image.alt, quote=True)
    try:
        thumb = image.small(edge, limit=_PICTURE_BYTES)
    except StoreError:  # its message names the machine's folders, which a notebook need not
        said = escape(f"{image.path.name} is not there any more, or can't be read.")
        return f'<div role="img" aria-label="{alt}" style="{_ABSENT}">{said}</div>'
    # To fit the bytes it may have been shrunk further: it is shown at the size it was meant to.
    width, height = _shown(image, edge)
    data = base64.b64encode(thumb.data).decode("ascii")
    return (
        f'<img src="data:image/webp;base64,{data}" alt="{alt}" '
        f'width="{width}" height="{height}" style="{_PICTURE}">'
    )


def _shown(image: _Copied, edge: int) -> tuple[int, int]:
    scale = min(1.0, edge / max(image.width, image.height))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _caption(caption: str, note: str | None, kind: str) -> str:
    badge = f'<span style="{_BADGE}">{kind}</span>' if kind else ""
    said = [f"<bdi>{escape(one_line(caption, _TEXT))}</bdi>"] if caption.strip() else []
    if note:
        said.append(f"<span>{escape(one_line(note, _TEXT))}</span>")
    if not badge and not said:
        return ""
    return f'<div style="{_LINE}">{badge}{" · ".join(said)}</div>'
