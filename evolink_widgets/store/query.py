"""What to look for in the gallery, as a value, and as the one SQL that answers it."""

from __future__ import annotations

from dataclasses import dataclass

from evolink_widgets.store.records import storable
from evolink_widgets.store.schema import search_text

_MOST_WORDS = 64


@dataclass(frozen=True)
class Query:
    """Which pictures to look for; all that is given must fit. The default is every picture.

    Args:
        text: words that must all stand in the prompt, in any order, capitals or not; `%` and
            `_` are plain characters.
        size: as it was asked: `"16:9"`, `"1280x720"`, `"auto"`.
        quality: `"low"`, `"medium"` or `"high"`.
        model: the model's name.
        since: saved at this Unix second or later.
        until: saved before this Unix second.
        notebook: the notebook they come from.
        favourite: favourites only.
        simulated: `True` for the emulator's, `False` for the service's, `None` for both.
        trashed: what lies in the trash, in place of what does not.
    """

    text: str = ""
    size: str | None = None
    quality: str | None = None
    model: str | None = None
    since: float | None = None
    until: float | None = None
    notebook: str | None = None
    favourite: bool = False
    simulated: bool | None = None
    trashed: bool = False


@dataclass(frozen=True)
class Facets:
    """What occurs in the gallery, the trash aside: what there is to choose from.

    Args:
        sizes: as they were asked, most used first.
        qualities: likewise.
        models: likewise.
        notebooks: likewise.
        oldest: when the first picture was saved, Unix seconds; `None` where there is none.
        newest: when the last one was.
    """

    sizes: tuple[str, ...] = ()
    qualities: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    notebooks: tuple[str, ...] = ()
    oldest: float | None = None
    newest: float | None = None


def condition(query: Query) -> tuple[str, list[object]]:
    """Return what follows WHERE, over `pictures JOIN sets`, and its values."""
    wheres = [f"pictures.trashed_at IS {'NOT ' if query.trashed else ''}NULL"]
    values: list[object] = []
    columns = {
        "sets.size =": storable(query.size),
        "sets.quality =": storable(query.quality),
        "sets.model =": storable(query.model),
        "sets.notebook =": storable(query.notebook),
        "pictures.created_at >=": query.since,
        "pictures.created_at <": query.until,
        "sets.simulated =": query.simulated,
    }
    for compared, value in columns.items():
        if value is not None:
            wheres.append(f"{compared} ?")
            values.append(value)
    if query.favourite:
        wheres.append("pictures.favourite")
    for word in search_text(query.text).split()[:_MOST_WORDS]:
        wheres.append("instr(sets.words, ?)")
        values.append(word)
    return " AND ".join(wheres), values
