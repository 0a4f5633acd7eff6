"""Reads what a student asks, and checks it by what the course allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evolink_widgets.rules.pricing.pricing import AUTO_HIGH
from evolink_widgets.rules.request.request import ImageRequest

__all__ = ["Allowed", "NotAllowed", "request_of"]


class NotAllowed(Exception):
    """The course does not allow it.

    Args:
        field: of the service's request.
        message: the value, the rule and what is allowed.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True)
class Allowed:
    """The rules of one course; `None` allows all that the service does.

    Attributes:
        models, qualities: the words that may be asked.
        pixels: width times height of one picture, at most; `auto` counts as what it may become.
        pictures: `n` of one request, at most.
    """

    models: Sequence[str] | None = None
    qualities: Sequence[str] | None = None
    pixels: int | None = None
    pictures: int | None = None

    def check(self, request: ImageRequest) -> None:
        """Check a request.

        Raises:
            NotAllowed: with the first rule that it breaks.
        """
        for field, value, words in (
            ("model", request.model, self.models),
            ("quality", request.quality, self.qualities),
        ):
            if words is not None and value not in words:
                raise NotAllowed(
                    field, f"{field} {value!r} is not part of this course: use {_or(words)}."
                )
        width, height = request.pixels or AUTO_HIGH
        if self.pixels is not None and width * height > self.pixels:
            asked = (
                f"{width}×{height}"
                if request.pixels
                else "auto, up to " + "×".join(map(str, AUTO_HIGH))
            )
            raise NotAllowed(
                "size",
                f"size {request.size!r} ({asked}) has more pixels than this course allows: "
                f"{self.pixels:,} at most. Use a ratio with the resolution 1K, or fewer pixels.",
            )
        if self.pictures is not None and request.n > self.pictures:
            raise NotAllowed(
                "n", f"n {request.n} is more than this course allows: {self.pictures} at most."
            )


def _or(words: Sequence[str]) -> str:
    return " or ".join(words)


def request_of(body: Mapping[str, Any]) -> ImageRequest:
    """The request that a body of the service's asks for.

    Raises:
        InvalidRequest: it breaks a rule of the service.
    """
    names = {"image_urls": "references"}
    known = {"prompt", "model", "size", "resolution", "quality", "n", "references", "callback_url"}
    given = {names.get(name, name): value for name, value in body.items()}
    if isinstance(references := given.get("references"), list):
        given["references"] = tuple(references)
    return ImageRequest(**{"prompt": "", **{k: v for k, v in given.items() if k in known}})
