"""`Review`: pictures that one person goes through, and what all say of them in the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from evolink_widgets.judging.agreement import Agreement, agreements
from evolink_widgets.runtime.clock import now
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.judging.judges import judge_in
from evolink_widgets.store.judging.verdicts import Change, Judgement, Picture
from evolink_widgets.store.store import Store

__all__ = ["LETTERS", "Review"]

LETTERS: dict[str | None, str] = {"keep": "k", "reject": "r", None: "."}
"""A letter for each verdict of a picture, and for none."""


class Review:
    """Pictures of one store, each once, and the judge who goes through them.

    Args:
        images: the pictures, in order.
        store: where they are.
        judge: the judge's name; `None` is the store's own.

    Raises:
        InvalidRequest: the name is none.
        StoreError: the store can't be read.
    """

    def __init__(
        self, images: Sequence[GeneratedImage], store: Store, judge: str | None = None
    ) -> None:
        self.images = tuple(images)
        self.judge = judge_in(store.database, judge)
        self._store = store
        self.names: tuple[Picture, ...] = tuple((one.task_key, one.index) for one in images)
        self._places = {name: place for place, name in enumerate(self.names)}

    def has(self, name: Picture) -> bool:
        """Whether a picture is one of these."""
        return name in self._places

    def said(self, places: Iterable[int] | None = None) -> dict[Picture, dict[str, Judgement]]:
        """What all judges say of the pictures, by picture and judge.

        Args:
            places: of these alone.
        """
        names = self.names if places is None else [self.names[place] for place in places]
        return self._store.verdicts.of(names)

    def letters(self) -> str:
        """A letter of `LETTERS` for each picture: what this judge says of it."""
        said = self.said()
        return "".join(LETTERS[self._own(said.get(name, {})).verdict] for name in self.names)

    def counts(self) -> tuple[int, int, int]:
        """How many pictures this judge has kept and rejected, and how many are undecided."""
        found = Counter(self.letters())
        return found["k"], found["r"], found["."]

    def where(self, verdict: str | None) -> tuple[GeneratedImage, ...]:
        """The pictures of which this judge says so."""
        letters = self.letters()
        return tuple(
            image
            for image, letter in zip(self.images, letters, strict=True)
            if letter == LETTERS[verdict]
        )

    def decide(self, changes: Sequence[Change]) -> list[tuple[int, str]]:
        """Write what this judge says; return the places it was about, with their letters now.

        Args:
            changes: in the order in which they were said. Those of other pictures of the store
                are written, too: a page may bring what an earlier review could not tell.

        Raises:
            StoreError: nothing was written.
        """
        self._store.verdicts.judge(self.judge, changes, now())
        named = dict.fromkeys(one.picture for one in changes)
        places = [self._places[name] for name in named if name in self._places]
        said = self.said(places)
        return [
            (place, LETTERS[self._own(said.get(self.names[place], {})).verdict]) for place in places
        ]

    def agreements(self) -> list[Agreement]:
        """How far each two judges of these pictures agree."""
        return agreements(self.said())

    def rows(self) -> dict[str, list[Any]]:
        """All that is said of the pictures as columns, a row for each picture and judge."""
        said = self.said()
        found = [
            (str(image.path), judge, one.verdict, one.caption or None, one.at)
            for image, name in zip(self.images, self.names, strict=True)
            for judge, one in said.get(name, {}).items()
        ]
        names = ("path", "judge", "verdict", "caption", "at")
        return {name: [row[at] for row in found] for at, name in enumerate(names)}

    def _own(self, by_judge: dict[str, Judgement]) -> Judgement:
        return by_judge.get(self.judge, Judgement())
