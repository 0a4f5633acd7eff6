"""Votes: which of two pictures a judge finds better; kept in the store, merged once.

A vote has a name of its own, given where it is cast: told twice, or merged again, it is there
once. One that is taken back stays, and counts no more, whatever comes later under its name.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Literal, cast, get_args

from evolink_widgets.errors import ConfigurationError, InvalidRequest, StoreDamaged
from evolink_widgets.problem import Problem, shown
from evolink_widgets.store.database.database import Database, is_number
from evolink_widgets.store.file_names import KEY
from evolink_widgets.store.judging.judges import plain_judge
from evolink_widgets.store.judging.verdicts import Picture

__all__ = [
    "LONGEST_QUESTION",
    "Outcome",
    "Vote",
    "Votes",
    "new_name",
    "plain_question",
    "put",
    "read_vote",
]

Outcome = Literal["left", "right", "tie"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

LONGEST_QUESTION = 500
_RULE = f"must be a text of 1 to {LONGEST_QUESTION} printable characters"
_MOST_NUMBERS = 1_000_000
_NAME = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


@dataclass(frozen=True)
class Vote:
    """One answer to "which of these two?".

    Attributes:
        name: the vote's own, 8 to 64 letters, digits, "-" and "_".
        question: what was asked.
        judge: who answered.
        left: the picture that was shown on the left.
        right: the other one.
        outcome: "left", "right", or "tie" where they are no different.
        at: when, in Unix seconds.
        withdrawn: whether it was taken back.
    """

    name: str
    question: str
    judge: str
    left: Picture
    right: Picture
    outcome: Outcome
    at: float
    withdrawn: bool = False


class Votes:
    """The votes of a store, by their question.

    Args:
        database: gives the store's database; asked each time.
    """

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    def put(self, vote: Vote) -> None:
        """Keep a vote; one that is withdrawn takes back what stands under its name, also later.

        Raises:
            ConfigurationError: it is none; nothing was kept.
            StoreError: the store can't be written to.
        """
        problem = _problem(vote)
        if problem:
            raise ConfigurationError(f"This vote can't be kept: {problem}.", advice="Vote again.")
        with self._database().write() as connection:
            put(connection, vote)

    def take_back(self, name: str) -> None:
        """Let a vote count no more; it stays in the store.

        Args:
            name: the vote's.
        """
        with self._database().write() as connection:
            connection.execute("UPDATE votes SET withdrawn = 1 WHERE vote = ?", (name,))

    def of(self, question: str) -> list[Vote]:
        """The votes on a question that stand, oldest first; damaged rows are left out."""
        rows = self._database().rows(
            "SELECT * FROM votes WHERE question = ? AND withdrawn = 0 ORDER BY at, vote",
            (question,),
        )
        return list(_readable(rows))

    def questions(self) -> dict[str, int]:
        """How many votes stand on each question, the oldest question first."""
        rows = self._database().rows(
            "SELECT question, count(*) AS count FROM votes WHERE withdrawn = 0 "
            "GROUP BY question ORDER BY min(at)"
        )
        return {str(row["question"]): int(row["count"]) for row in rows}


def new_name() -> str:
    """A name that no other vote has."""
    return secrets.token_hex(12)


def put(connection: Connection, vote: Vote) -> bool:
    """Write a checked vote within a transaction; whether anything is new by it."""
    done = connection.execute(
        "INSERT INTO votes (vote, question, judge, left_key, left_number, right_key, "
        "right_number, outcome, at, withdrawn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (vote) DO UPDATE SET withdrawn = 1 "
        "WHERE excluded.withdrawn = 1 AND withdrawn = 0",
        (
            vote.name,
            vote.question,
            vote.judge,
            *vote.left,
            *vote.right,
            vote.outcome,
            vote.at,
            int(vote.withdrawn),
        ),
    )
    return done.rowcount > 0


def read_vote(row: Row) -> Vote:
    """A row of the table as a vote.

    Raises:
        StoreDamaged: it holds something else.
    """
    vote = Vote(
        row["vote"],
        row["question"],
        row["judge"],
        (row["left_key"], row["left_number"]),
        (row["right_key"], row["right_number"]),
        cast(Outcome, row["outcome"]),
        row["at"],
        row["withdrawn"] != 0,
    )
    if problem := _problem(vote):
        raise StoreDamaged(f"{problem}.")
    return vote


def plain_question(value: object) -> str:
    """A question as it can be kept.

    Raises:
        InvalidRequest: it is no text, empty, too long, or holds what can't be printed.
    """
    plain = value.strip() if isinstance(value, str) else ""
    if not _is_question(plain):
        raise InvalidRequest([Problem("question", shown(value), _RULE)])
    return plain


def _readable(rows: Iterable[Row]) -> Iterable[Vote]:
    for row in rows:
        try:
            yield read_vote(row)
        except StoreDamaged:  # it must not hide the others, and says nothing that could be used
            continue


def _problem(vote: Vote) -> str | None:
    """What keeps values from being a vote; `None` where nothing does."""
    if not isinstance(vote.name, str) or not _NAME.fullmatch(vote.name):
        return f"its name is {shown(vote.name)}"
    if not _is_question(vote.question):
        return f"its question is {shown(vote.question)}"
    if plain_judge(vote.judge) != vote.judge:
        return f"its judge is {shown(vote.judge)}"
    if vote.outcome not in OUTCOMES:
        return f"its outcome is {shown(vote.outcome)}"
    for key, number in (vote.left, vote.right):
        if not isinstance(key, str) or not KEY.fullmatch(key):
            return f"it names the picture {shown(key)}"
        if not isinstance(number, int) or not 0 <= number < _MOST_NUMBERS:
            return f"it names a picture's place {shown(number)}"
    if vote.left == vote.right:
        return "it compares a picture with itself"
    return None if is_number(vote.at) else f"its time is {shown(vote.at)}"


def _is_question(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_QUESTION and value.isprintable()
