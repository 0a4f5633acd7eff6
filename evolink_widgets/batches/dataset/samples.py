"""The samples of a dataset: a picture, its file's name there, and plain values beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from evolink_widgets.batches.rows.frames import Frame, free_names, is_missing
from evolink_widgets.images.proof.check_picture import EXTENSIONS
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.database.database import storable
from evolink_widgets.store.file_names import slug
from evolink_widgets.store.gallery.pictures import GeneratedImage

__all__ = ["Sample", "plain", "samples_of"]

_JUDGED = ("verdict", "caption", "agreement")
"""Columns of a frame whose pictures are reviewed."""


@dataclass(frozen=True)
class Sample:
    """One row of the dataset.

    Attributes:
        key: its name without an ending: the row, and the picture's number in it.
        image: the picture.
        values: the frame's columns and what is known of the picture, JSON-safe.
        verdict: "keep", "reject", or `None` where there is none.
        caption: what a person wrote of it; `None` where there is none.
    """

    key: str
    image: GeneratedImage
    values: dict[str, Any]
    verdict: str | None = None
    caption: str | None = None

    @property
    def file_name(self) -> str:
        """The name of its file."""
        return self.key + EXTENSIONS[self.image.format]


def samples_of(
    frame: Frame, places: Sequence[int], columns: Mapping[str, Sequence[Any]]
) -> Iterator[Sample]:
    """Each row that has a picture, in order.

    Args:
        frame: the rows that came in.
        places: which of them each sample is of.
        columns: what came of them, as `results.columns_of` gives it.
    """
    rows = list(frame.rows())
    judged = {name: columns[name] for name in _JUDGED if name in columns}
    is_captioned = any(judged.get("caption", ()))
    numbers = columns.get("number") or [1] * len(places)
    for at, place in enumerate(places):
        image = columns["image"][at]
        if image is None:
            continue
        request = image.recipe.request
        key = f"{place:06}-{numbers[at]}-{slug(request.prompt)[:40]}".rstrip("-")
        facts = {
            "prompt": request.prompt,
            "model": request.model,
            "quality": request.quality,
            "width": image.width,
            "height": image.height,
            "credits": columns["credits"][at],
            "ai_generated": True,
            "simulated": image.simulated,
            "recorded": image.recorded,
            "recipe": identity(image.recipe),
            "sha256_of_original": image.sha256,
        }
        said = {name: values[at] for name, values in judged.items()}
        facts |= said
        if is_captioned:
            facts["text"] = said["caption"] or request.prompt
        own = {name: plain(value) for name, value in rows[place].items()}
        names = free_names(facts, own)
        known = {names[name]: plain(value) for name, value in facts.items()}
        yield Sample(key, image, {**own, **known}, said.get("verdict"), said.get("caption"))


def identity(recipe: Recipe) -> str:
    """The recipe's name."""
    return recipe.identity


def plain(value: Any) -> Any:
    """A cell as JSON can hold it; `None` where it is missing."""
    if is_missing(value):
        return None
    if isinstance(value, str):
        return storable(value)
    if hasattr(value, "item") and not isinstance(value, bytes):
        try:  # NumPy's scalars; and its rows, as which Parquet files give lists
            value = value.tolist() if getattr(value, "ndim", 0) == 1 else value.item()
        except Exception:
            return storable(str(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return storable(str(value))
