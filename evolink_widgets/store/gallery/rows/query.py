"""Queries of the gallery: what to look for, as a value and as one SQL statement."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evolink_widgets.rules.tasks.played import RECORDED
from evolink_widgets.store.database.database import dump, storable
from evolink_widgets.store.file_names import search_text

OWN = "the own store"
"""What stands for the store itself where a library may be named."""

_MOST_WORDS = 64
_LONGEST_PATTERN = 1_000


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
        recorded: `True` for those that a cassette replayed, `False` for all others.
        trashed: what lies in the trash, in place of what does not.
        among: only these pictures, each as its task's key and its place in the task.
        library: of this library alone, by its name; `OWN` is the store itself.
        without: sets that are left out, by their tasks' keys.

    Example:
        >>> images = ew.generate("a fox in the snow", n=2).result()
        >>> ew.session().store.gallery.count(ew.store.Query(text="snow"))
        2
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
    recorded: bool | None = None
    trashed: bool = False
    among: frozenset[tuple[str, int]] | None = None
    library: str | None = None
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facets:
    """The values that occur in the gallery, the trash aside, to choose filters from.

    Args:
        sizes: as they were asked, most used first.
        qualities: likewise.
        models: likewise.
        notebooks: likewise.
        oldest: when the first picture was saved, Unix seconds; `None` where there is none.
        newest: when the last one was.
        libraries: `OWN` and the names of the libraries in view; empty where there is none.
        recorded: whether a cassette has replayed any of them.

    Example:
        >>> images = ew.generate("a fox", size="1:1", quality="low").result()
        >>> facets = ew.session().store.gallery.facets()
        >>> isinstance(facets, ew.store.Facets), facets.sizes, facets.qualities
        (True, ('1:1',), ('low',))
    """

    sizes: tuple[str, ...] = ()
    qualities: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    notebooks: tuple[str, ...] = ()
    oldest: float | None = None
    newest: float | None = None
    libraries: tuple[str, ...] = ()
    recorded: bool = False


COUNT = "SELECT count(*) FROM pictures WHERE {where}"

COUNT_SUMS = "SELECT coalesce(sum(pictures), 0) FROM {table} WHERE {where}"
"""For queries that ask for nothing that can be another of each picture."""

PLACES = (
    "SELECT created_at, key, number FROM pictures WHERE {where} "
    "ORDER BY created_at DESC, key, number LIMIT ? OFFSET ?"
)

PAGE = (
    # First which, from the narrow index alone; then their rows.
    "WITH page AS (SELECT key, number FROM pictures WHERE {where} "
    "ORDER BY created_at DESC, key, number LIMIT ? OFFSET ?) "
    "SELECT pictures.*, sets.recipe, sets.task_id, sets.notebook "
    "FROM page JOIN pictures USING (key, number) JOIN sets USING (key) "
    "ORDER BY pictures.created_at DESC, key, number"
)

FACETS = "SELECT size, quality, model, notebook, sets FROM kinds WHERE sets > 0"

_OF_A_TAPE = (
    f"service = '{RECORDED}' AND (task_id GLOB 'task-unified-[0-9]*-tape[0-9]*-*' "
    "OR task_id GLOB 'task-unified-[0-9]*-demo[0-9]*-*')"
)
"""Sets that a cassette replayed: what was off it was drawn, and has an id of the emulator's."""

_REPLAYED = f"tasks WHERE task_id IS NOT NULL AND {_OF_A_TAPE}"
"""By the journal, which has an index of ids; a library has its lines, too."""

ANY_RECORDED = f"SELECT EXISTS (SELECT 1 FROM {_REPLAYED})"

TIMES = (
    "SELECT (SELECT min(created_at) FROM pictures WHERE trashed_at IS NULL) AS oldest, "
    "(SELECT max(created_at) FROM pictures WHERE trashed_at IS NULL) AS newest"
)


def counted(query: Query) -> tuple[str, list[object]]:
    """Return the statement that counts the pictures that fit, and its values."""
    of_sets = Query(
        text=query.text,
        size=query.size,
        quality=query.quality,
        model=query.model,
        notebook=query.notebook,
        simulated=query.simulated,
    )
    if query != of_sets:
        where, values = condition(query)
        return COUNT.format(where=where), values
    wheres, values = _of_sets(query)
    table = "prompts" if words_of(query) else "kinds"
    return COUNT_SUMS.format(table=table, where=" AND ".join(["true", *wheres])), values


def condition(query: Query) -> tuple[str, list[object]]:
    """Return what stands for `{where}` in `COUNT` and `PAGE`, and its values."""
    wheres = [f"trashed_at IS {'NOT ' if query.trashed else ''}NULL"]
    values: list[object] = []
    if query.favourite:
        wheres.append("favourite")
    for compared, moment in ((">=", query.since), ("<", query.until)):
        if moment is not None:
            wheres.append(f"created_at {compared} ?")
            values.append(moment)
    if query.recorded is not None:
        which = "IN" if query.recorded else "NOT IN"
        wheres.append(f"key {which} (SELECT key FROM {_REPLAYED})")
    if query.among is not None:
        # One parameter for any number: SQLite bounds how many a statement may have.
        wheres.append("key || '.' || number IN (SELECT value FROM json_each(?))")
        values.append(dump(sorted(f"{key}.{number}" for key, number in query.among)))
    if query.without:
        wheres.append("key NOT IN (SELECT value FROM json_each(?))")
        values.append(dump(sorted(query.without)))
    of_sets, given = _of_sets(query, "prompt IN (SELECT prompt FROM prompts WHERE {})")
    return " AND ".join([*wheres, *of_sets]), [*values, *given]


def _of_sets(query: Query, by_words: str = "{}") -> tuple[list[str], list[object]]:
    """The conditions that hold for a whole set: its kind, and the words in its prompt."""
    wheres, values = [], []
    asked, given = _asked(query)
    if asked:
        wheres.append(f"kind IN (SELECT kind FROM kinds WHERE {' AND '.join(asked)})")
        values += given
    if words := words_of(query):
        tests = [_test_of(word) for word in words]
        wheres.append(by_words.format(" AND ".join(test for test, _ in tests)))
        values += [value for _, value in tests]
    return wheres, values


def _test_of(word: str) -> tuple[str, str]:
    """What finds a word in prompts, and its value: GLOB takes two thirds of what `instr` does."""
    if len(word) > _LONGEST_PATTERN or "\0" in word:  # SQLite bounds patterns, and ends them there
        return "instr(words, ?)", word
    return "words GLOB ?", "*" + re.sub(r"[*?[]", r"[\g<0>]", word) + "*"


def words_of(query: Query) -> list[str]:
    """Return the words that have to stand in the prompt."""
    return search_text(query.text).split()[:_MOST_WORDS]


def _asked(query: Query) -> tuple[list[str], list[object]]:
    given = {
        "size": storable(query.size),
        "quality": storable(query.quality),
        "model": storable(query.model),
        "notebook": storable(query.notebook),
        "simulated": query.simulated,
    }
    given = {name: value for name, value in given.items() if value is not None}
    return [f"{name} = ?" for name in given], list(given.values())
