"""What each judge says of each picture: kept or rejected, and a caption.

One row for each picture and judge. What is taken back leaves its row, with nothing in it but the
moment: so it is taken back in a merged store, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Literal, TypeAlias, get_args

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown
from evolink_widgets.store.database.database import Database, storable

__all__ = ["LONGEST", "Change", "Judgement", "Picture", "Verdict", "Verdicts", "put_newer"]

Verdict = Literal["keep", "reject"]

#: A picture's name: its task's key, and its place in the task.
Picture: TypeAlias = "tuple[str, int]"

LONGEST = 4_000
"""Characters of a caption."""

_AT_ONCE = 400


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
                f"SELECT * FROM verdicts WHERE key IN ({marks}) ORDER BY key, number, judge", keys
            )
            for row in rows:
                picture = row["key"], row["number"]
                said = Judgement(row["verdict"], row["caption"] or "", row["at"])
                if picture in wanted and said:
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
