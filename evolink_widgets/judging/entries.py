"""What is ranked: pictures, each as an item of its own or as one of a level's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from evolink_widgets.errors import ConfigurationError
from evolink_widgets.problem import shown
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.judging.verdicts import Picture
from evolink_widgets.text.wording import counted

__all__ = ["MOST_ITEMS", "By", "Entries", "Entry", "entries_of", "key_of", "level_of"]

MOST_ITEMS = 2000
"""Items of a ranking: what it calculates with grows with their square."""

#: A picture's level: one for each, in order, or a function that gives a picture's.
By: TypeAlias = Iterable[object] | Callable[[GeneratedImage], object] | None


@dataclass(frozen=True)
class Entry:
    """A picture that is ranked.

    Attributes:
        picture: what is shown.
        item: what a vote on it counts for: the level that it stands for, or the picture's path.
        beside: what else is known of it; pictures that have this in common are compared first.
    """

    picture: GeneratedImage
    item: Any
    beside: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Entries:
    """All pictures of a ranking.

    Attributes:
        entries: each picture once.
        by: what the items are levels of; `None` where each picture is an item.
        left_out: what is not ranked and why, in a sentence; empty where all is.
        alike: makes a frame of the caller's kind from columns.
    """

    entries: tuple[Entry, ...]
    by: str | None
    left_out: str
    alike: Callable[[Mapping[str, Sequence[Any]]], Any]

    def items(self) -> dict[Any, list[Entry]]:
        """The entries of each item, in the order in which they came.

        Raises:
            ConfigurationError: there are too few or too many items, or one picture stands for
                two.
        """
        found: dict[Any, list[Entry]] = {}
        level: dict[Picture, Any] = {}
        for entry in self.entries:
            key = key_of(entry.picture)
            if key in level:
                if level[key] != entry.item:
                    raise ConfigurationError(
                        f"{entry.picture.path.name} stands for both {shown(level[key])} and "
                        f"{shown(entry.item)} of {self.by}: a vote on it would say nothing.",
                        advice="Rank by a column that the picture follows from.",
                    )
                continue
            level[key] = entry.item
            found.setdefault(entry.item, []).append(entry)
        self._check_count(len(found))
        return found

    def frame(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        """Columns as a frame of the caller's kind; levels of several kinds are texts in it."""
        plain = {
            name: list(map(str, values)) if len(set(map(type, values))) > 1 else list(values)
            for name, values in columns.items()
        }
        return self.alike(plain)

    def _check_count(self, count: int) -> None:
        things = "pictures" if self.by is None else f"levels of {self.by}"
        if count < 2:
            raise ConfigurationError(
                f"A ranking needs two {things} with a picture at least; there "
                f"{'is' if count == 1 else 'are'} {count}. {self.left_out}".strip(),
                advice="Make the others first, or rank other pictures.",
            )
        if count > MOST_ITEMS:
            raise ConfigurationError(
                f"A ranking takes up to {MOST_ITEMS:,} {things}; there are {count:,}.",
                advice="Rank a part of them, or the levels of a column: by='style'.",
            )


def entries_of(pictures: Any, by: By = None) -> Entries:
    """Pictures that stand for themselves, or for levels.

    Raises:
        ConfigurationError: these are no pictures, or the levels are not as many.
    """
    given = list(pictures) if isinstance(pictures, Iterable) else [pictures]
    strays = [one for one in given if not isinstance(one, GeneratedImage)]
    if strays:
        raise ConfigurationError(
            f"A ranking takes saved pictures; it was given {shown(strays[0])}.",
            advice="Give a task's result, or ask a batch's run: run.rank('Which is nicer?').",
        )
    levels = _levels(given, by)
    entries, gone, bare = [], 0, 0
    for picture, level in zip(given, levels, strict=True):
        if not picture.path.is_file():
            gone += 1
        elif level is None:
            bare += 1
        else:
            entries.append(Entry(picture, level_of(level)))
    said = [f"{counted(gone, 'picture')} left out: the file is gone."] if gone else []
    said += [f"{counted(bare, 'picture')} left out: no level is given."] if bare else []
    return Entries(tuple(entries), None if by is None else "level", " ".join(said), _as_dicts)


def level_of(value: object) -> Any:
    """A value as the name of a level: a plain one, so that equal ones are one level."""
    plain = value.item() if hasattr(value, "item") and callable(value.item) else value
    return plain if isinstance(plain, (str, int, float, bool)) else str(plain)


def key_of(picture: GeneratedImage) -> Picture:
    """The name that votes know a picture by."""
    return picture.task_key, picture.index


def _levels(pictures: Sequence[GeneratedImage], by: By) -> list[object]:
    if by is None:
        return [str(picture.path) for picture in pictures]
    if isinstance(by, str):
        raise ConfigurationError(
            f"by must be one level for each picture, or a function of a picture; it is {by!r:.60}.",
            advice="Columns are a run's: run.rank('Which is nicer?', by='style').",
        )
    found = [by(picture) for picture in pictures] if callable(by) else list(by)
    if len(found) != len(pictures):
        raise ConfigurationError(
            f"by must be as many as the pictures, {len(pictures)}; it has {len(found)}.",
            advice="Give one for each, in order, or a function of a picture.",
        )
    return found


def _as_dicts(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
