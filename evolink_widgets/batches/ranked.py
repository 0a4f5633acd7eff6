"""The pictures of a run as what is ranked: levels of a column, with what else their rows say."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from evolink_widgets.batches.rows.frames import Frame, is_missing
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.judging.entries import Entries, Entry, level_of
from evolink_widgets.problem import shown
from evolink_widgets.text.wording import counted

__all__ = ["ranked_entries"]


def ranked_entries(
    frame: Frame, places: Sequence[int], columns: Mapping[str, Sequence[Any]], by: str | None
) -> Entries:
    """Each picture that is here; the rest is left out, and said.

    Args:
        frame: the rows that came in.
        places: which of them each picture is of.
        columns: what came of them, as `results.columns_of` gives it.
        by: the column whose values are ranked; `None` ranks the pictures.

    Raises:
        ConfigurationError: there is no such column.
    """
    if by is not None and by not in frame.columns:
        near = difflib.get_close_matches(str(by), frame.columns, 1, 0.5)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise ConfigurationError(
            f"by must be a column of the batch; it is {shown(by)}.",
            advice=f"{hint}There are: {', '.join(map(repr, frame.columns[:20]))}.",
        )
    rows = list(frame.rows())
    others = [name for name in frame.columns if name != by]
    entries, missing = [], Counter[str]()
    for at, place in enumerate(places):
        picture, row = columns["image"][at], rows[place]
        if picture is None:
            missing[columns["errortype"][at] or "still out"] += 1
        elif not picture.path.is_file():
            missing["the file is gone"] += 1
        elif by is not None and is_missing(row[by]):
            missing[f"no {by}"] += 1
        else:
            item = str(picture.path) if by is None else level_of(row[by])
            beside = tuple(str(row[name]) for name in others)
            entries.append(Entry(picture, item, beside))
    return Entries(tuple(entries), by, _said(missing), frame.alike)


def _said(missing: Counter[str]) -> str:
    if not missing:
        return ""
    why = ", ".join(f"{count:,} {reason}" for reason, count in missing.most_common())
    return f"{counted(missing.total(), 'row')} left out: {why}."
