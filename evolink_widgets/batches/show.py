"""Shows a frame with its pictures as thumbnails: a table that stays in the saved notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from typing import Any

from evolink_widgets.batches.rows.frames import Frame, is_missing
from evolink_widgets.errors import InvalidRequest, StoreError
from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.request.request import whole_number
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.find_by_name import find_in_any
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.static_copy import NO_MATHS, thumbnail_html
from evolink_widgets.store.store import Store
from evolink_widgets.text.printable import printable
from evolink_widgets.text.scrolling import scrolling
from evolink_widgets.text.wording import counted

__all__ = ["ShownFrame"]

_MOST = 200
_TEXT = 120
_IMAGE = "image"


class ShownFrame:
    """The first rows of a frame as a table; `to_html()` is its markup.

    Args:
        frame: the rows.
        store: where a picture that is given as its path is looked for.
        rows: how many are shown, up to 200.
        edge: the thumbnails' longest edge in pixels.

    Raises:
        InvalidRequest: `rows` or `edge` can't be used.
    """

    def __init__(self, frame: Frame, store: Store, rows: int = 20, edge: int = 96) -> None:
        self._frame = frame
        self._store = store
        self._rows = _whole("rows", rows, _MOST)
        self._edge = _whole("edge", edge, 512)

    def to_html(self) -> str:
        """The table; all text in it is escaped."""
        columns = [name for name in self._frame.columns if name != "path" or not self._has_images]
        head = "".join(f'<th scope="col" style="text-align:left">{escape(one)}</th>'
                       for one in columns)  # fmt: skip
        body = "".join(self._line(row, columns) for row in self._first())
        count, more = len(self._frame), len(self._frame) - self._rows
        said = f"{self._rows:,} of {counted(count, 'row')}" if more > 0 else counted(count, "row")
        caption = f'<caption style="caption-side:top;text-align:left">{said}</caption>'
        table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        return scrolling(
            f'<table class="dataframe">{caption}{table}</table>', f"Table: {said}", NO_MATHS
        )

    def _repr_html_(self) -> str:
        return self.to_html()

    def __repr__(self) -> str:
        count = counted(len(self._frame), "row")
        return printable(f"<{count}: {', '.join(self._frame.columns)}>")

    @property
    def _has_images(self) -> bool:
        return _IMAGE in self._frame.columns

    def _first(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for row in self._frame.rows():
            if len(found) == self._rows:
                break
            found.append(row)
        return found

    def _line(self, row: Mapping[str, Any], columns: Sequence[str]) -> str:
        return f"<tr>{''.join(self._cell(name, row[name]) for name in columns)}</tr>"

    def _cell(self, name: str, value: Any) -> str:
        if is_missing(value):
            return "<td></td>"
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        align = "right;font-variant-numeric:tabular-nums" if number else "left"
        if name == _IMAGE and isinstance(value, str):
            with suppress(StoreError):
                value = find_in_any(
                    self._store.root, self._store.database, self._store.libraries, value
                )
        if isinstance(value, GeneratedImage):
            text = thumbnail_html(value, self._edge)
        else:
            said = f"{value:.4g}" if isinstance(value, float) else str(value)
            text = thumbnail_html(one_line(said, _TEXT))
        return f'<td style="text-align:{align}">{text}</td>'


def _whole(name: str, value: object, most: int) -> int:
    found = whole_number(value)
    if found is None or not 1 <= found <= most:
        rule = f"must be a whole number from 1 to {most}"
        raise InvalidRequest([Problem(name, shown(value), rule)])
    return found
