"""What saved pictures are called beside each other: by what differs between them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.pictures import GeneratedImage

__all__ = ["labels_of"]

_PROMPT = 60


def labels_of(images: Sequence[GeneratedImage]) -> list[str]:
    """Return a label for each picture: what was asked otherwise, then which one it is.

    Args:
        images: saved pictures.
    """
    requests = [image.recipe.request for image in images]
    asked = [
        _prompts([request.prompt for request in requests]),
        [_size(image) for image in images],
        [f"{request.quality} quality" for request in requests],
        [request.model for request in requests],
    ]
    labels = _joined([column for column in asked if len(set(column)) > 1], len(images))
    which = [
        [f"picture {image.index + 1} of {image.recipe.request.n}" for image in images],
        [time.strftime("%H:%M", time.localtime(image.created_at)) for image in images],
        [image.path.name for image in images],
    ]
    for column in which:
        if len(set(labels)) == len(labels) and all(labels):
            break
        if len(set(column)) > 1 or column is which[-1]:
            labels = _joined([labels, column], len(images))
    return [label[:1].upper() + label[1:] for label in labels]


def _joined(columns: Sequence[Sequence[str]], count: int) -> list[str]:
    return [" · ".join(filter(None, (column[at] for column in columns))) for at in range(count)]


def _size(image: GeneratedImage) -> str:
    request = image.recipe.request
    if ":" in request.size:
        return f"{request.size} {request.resolution}"
    return f"{image.width} × {image.height}"


def _prompts(prompts: Sequence[str]) -> list[str]:
    """Each prompt without the words that all begin and end with; whole where one has no other."""
    words = [prompt.split() for prompt in prompts]
    begin, end = _alike(words), _alike([some[::-1] for some in words])
    shortest = min(map(len, words))
    if begin + end >= shortest or len(set(prompts)) == 1:
        return [one_line(prompt, _PROMPT) for prompt in prompts]
    return [one_line(" ".join(some[begin : len(some) - end]).strip(",;. "), _PROMPT) or one_line(
        prompt, _PROMPT) for some, prompt in zip(words, prompts, strict=True)]  # fmt: skip


def _alike(words: Sequence[Sequence[str]]) -> int:
    """With how many words all of these begin."""
    count = 0
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        count += 1
    return count
