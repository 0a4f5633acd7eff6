"""What several people say of a picture, as one: the verdict of most, and how many say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from evolink_widgets.store.judging.verdicts import Judgement, Picture

__all__ = ["Only", "Together", "is_wanted", "judgement_columns", "together"]

Only = Literal["kept", "not rejected"]
"""Which pictures are asked for by their verdicts."""


@dataclass(frozen=True)
class Together:
    """What all judges of a picture say.

    Attributes:
        verdict: what most of those say who have decided; `None` where as many say the other, or
            where there is no verdict at all.
        agreement: the share of those who have decided that say what most say, 0.5 to 1; `None`
            where there is no verdict at all.
        caption: the last one that was written; empty where there is none.
    """

    verdict: str | None = None
    agreement: float | None = None
    caption: str = ""


def together(said: Mapping[str, Judgement]) -> Together:
    """What the judgements on one picture come to.

    Args:
        said: by judge.
    """
    found = Counter(one.verdict for one in said.values() if one.verdict)
    written = [one for one in said.values() if one.caption]
    caption = max(written, key=lambda one: one.at).caption if written else ""
    if not found:
        return Together(caption=caption)
    (most, count), *others = found.most_common()
    verdict = None if others and others[0][1] == count else most
    return Together(verdict, count / found.total(), caption)


def judgement_columns(
    pictures: Sequence[Picture | None], said: Mapping[Picture, Mapping[str, Judgement]]
) -> dict[str, list[Any]]:
    """The columns of a frame: `verdict` and `caption`, of several judges `agreement`, too.

    Args:
        pictures: the picture of each row; `None` for a row without one.
        said: what is said of them, by picture and judge; where nothing is, there are no columns.
    """
    here = [said[one] for one in dict.fromkeys(pictures) if one is not None and one in said]
    if not here:
        return {}
    found = [together(said.get(one, {}) if one is not None else {}) for one in pictures]
    columns: dict[str, list[Any]] = {
        "verdict": [one.verdict for one in found],
        "caption": [one.caption or None for one in found],
    }
    if len({judge for one in here for judge in one}) > 1:
        columns["agreement"] = [one.agreement for one in found]
    return columns


def is_wanted(verdict: str | None, only: Only | None) -> bool:
    """Whether a picture with this verdict is among those that are asked for."""
    if only == "kept":
        return verdict == "keep"
    return only is None or verdict != "reject"
