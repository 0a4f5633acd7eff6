"""What each judge says of each picture: kept or rejected, and a caption.

One row for each picture and judge. What is taken back leaves its row, with nothing in it but the
moment: so it is taken back in a merged store, too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Literal, TypeAlias, get_args

from evolink_widgets.errors import InvalidRequest, StoreDamaged
from evolink_widgets.problem import Problem, shown
from evolink_widgets.store.database.database import Database, is_number, storable
from evolink_widgets.store.judging.judges import LONGEST as LONGEST_NAME
from evolink_widgets.store.judging.judges import plain_judge

__all__ = [
    "LONGEST",
    "SHORT",
    "Change",
    "Judgement",
    "Picture",
    "Verdict",
    "Verdicts",
    "put_newer",
    "read_judgement",
]

log = logging.getLogger("evolink_widgets")

Verdict = Literal["keep", "reject"]

#: A picture's name: its task's key, and its place in the task.
Picture: TypeAlias = "tuple[str, int]"

LONGEST = 4_000
"""Characters of a caption."""

_AT_ONCE = 400

SHORT = f"length(judge) <= {LONGEST_NAME} AND coalesce(length(caption), 0) <= {LONGEST}"
"""What tells rows that are worth reading, in SQL."""


@dataclass(frozen=True)
class Judgement:
    """What one judge says of one picture.

    Attributes:
        verdict: "keep", "reject", or `None` where there is none.
        caption: the judge's words; empty where there are none.
        at: when it was said, Unix seconds.
    """

    verdict: str | None = None
    caption: str = ""
    at: float = 0.0

    def __bool__(self) -> bool:
        return self.verdict is not None or bool(self.caption)


@dataclass(frozen=True)
class Change:
    """What a judge says anew of a picture; the other of verdict and caption stays.

    Attributes:
        picture: which one.
        at: when it was said, Unix seconds.
        verdict: "keep", "reject", or `None`, which takes it back; left out, it stays.
        caption: the words; empty takes them back; left out, they stay.
    """

    picture: Picture
    at: float
    verdict: str | None = "stays"
    caption: str | None = None

    def __post_init__(self) -> None:
        problems = []
        if self.verdict not in (*get_args(Verdict), "stays", None):
            rule = 'must be "keep", "reject" or None'
            problems.append(Problem("verdict", shown(self.verdict), rule))
        if self.caption is not None and len(self.caption) > LONGEST:
            rule = f"must have at most {LONGEST:,} characters"
            problems.append(Problem("caption", f"{len(self.caption):,} characters", rule))
        if problems:
            raise InvalidRequest(problems)


class Verdicts:
    """The verdicts of a store.

    Args:
        database: the store's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: set[Picture] = set()

    def of(self, pictures: Iterable[Picture]) -> dict[Picture, dict[str, Judgement]]:
        """What all judges say of these pictures; of some nothing is said.

        Args:
            pictures: which ones.

        Returns:
            The judgements by picture, and there by judge, in the order of the judges' names.
        """
        wanted = set(pictures)
        found: dict[Picture, dict[str, Judgement]] = {}
        for keys in _some(sorted({key for key, _ in wanted})):
            marks = ", ".join("?" * len(keys))
            rows = self._database.rows(
                f"SELECT * FROM verdicts WHERE key IN ({marks}) AND {SHORT} "
                "ORDER BY key, number, judge",
                keys,
            )
            for row in rows:
                picture = row["key"], row["number"]
                if picture not in wanted:
                    continue
                try:
                    said = read_judgement(row)
                except StoreDamaged as error:
                    self._leave_out(picture, error)
                    continue
                if said:
                    found.setdefault(picture, {})[row["judge"]] = said
        return found

    def judge(self, judge: str, changes: Iterable[Change], now: float) -> None:
        """Write what a judge says, in one transaction.

        What is older than what is there already stays unwritten: a page that was away for a while
        tells of it late.

        Args:
            judge: the name, as `judge_in` gives it.
            changes: in the order in which they were said.
            now: Unix seconds; nothing is said later than now.

        Raises:
            StoreError: nothing was written.
        """
        with self._database.write() as connection:
            for one in changes:
                at = min(one.at, now)
                columns: dict[str, object] = {"at": at}
                if one.verdict != "stays":
                    columns["verdict"] = one.verdict
                if one.caption is not None:
                    columns["caption"] = storable(one.caption) or None
                # A moment that is still to come was written by a clock that was wrong.
                _put(connection, one.picture, judge, columns, "at <= :at OR at > :now", now=now)

    def _leave_out(self, picture: Picture, error: StoreDamaged) -> None:
        """A row damaged by hand must not hide the others; it is told of once."""
        if picture not in self._told:
            self._told.add(picture)
            log.warning("A verdict on %.80r is damaged and left out: %s", picture, error.message)


def read_judgement(row: Row) -> Judgement:
    """Return what a row says.

    Raises:
        StoreDamaged: it is no judgement.
    """
    verdict, caption, at = row["verdict"], row["caption"], row["at"]
    if plain_judge(row["judge"]) != row["judge"]:
        raise StoreDamaged("its judge is none.")
    if verdict not in (*get_args(Verdict), None):
        raise StoreDamaged(f"it is {verdict!r:.40}.")
    if not isinstance(caption, (str, type(None))):
        raise StoreDamaged("its caption is none.")
    if not is_number(at):
        raise StoreDamaged(f"its time is {at!r:.40}.")
    return Judgement(verdict, caption or "", float(at))


def put_newer(connection: Connection, picture: Picture, judge: str, said: Judgement) -> bool:
    """Write a whole judgement where none is there that is as new.

    Returns:
        Whether it was written.
    """
    columns = {"verdict": said.verdict, "caption": said.caption or None, "at": said.at}
    return _put(connection, picture, judge, columns, "at < :at")


def _put(
    connection: Connection,
    picture: Picture,
    judge: str,
    columns: Mapping[str, object],
    condition: str,
    **more: object,
) -> bool:
    values = {"key": picture[0], "number": picture[1], "judge": judge, **columns}
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    new = ", ".join(f"{name} = excluded.{name}" for name in columns)
    done = connection.execute(
        f"INSERT INTO verdicts ({names}) VALUES ({marks}) "
        f"ON CONFLICT (key, number, judge) DO UPDATE SET {new} WHERE {condition}",
        {**values, **more},
    )
    return done.rowcount > 0


def _some(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
