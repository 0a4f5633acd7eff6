"""Rows of what was spent: one task's, one notebook's, one day's; and their sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from evolink_widgets.store.spent_sums import Amounts
from evolink_widgets.text.printable import printable
from evolink_widgets.text.wording import counted

__all__ = ["DaySpending", "NotebookSpending", "TaskSpending", "Total", "UnchargedTotal", "grouped",
           "local_day"]  # fmt: skip

_MILLION = 1_000_000


@dataclass(frozen=True)
class TaskSpending:
    """One task in the books.

    Attributes:
        when: when its credits were reserved, in UTC.
        prompt, model, quality, size, n: as asked; `None` where the journal has lost it.
        notebook: where it was asked for; `None` outside of notebooks.
        pictures: how many the service made.
        reserved: credits that it might come to.
        charged: credits that the service reported; `None` is "not reported".
        state: "charged", "not charged", "not reported", "reserved" (it is still out), or
            "perhaps charged" (the answer to the request was lost).
        service: the service's name in the journal.
        simulated: whether an emulator played it.
        task: the task's key in the store.
    """

    when: datetime
    prompt: str | None
    notebook: str | None
    model: str | None
    quality: str | None
    size: str | None
    n: int | None
    pictures: int
    reserved: float | None
    charged: float | None
    state: str
    service: str
    simulated: bool
    task: str


@dataclass(frozen=True)
class NotebookSpending:
    """One notebook's spending; the sums are as in `Total`."""

    notebook: str | None
    tasks: int
    pictures: int
    charged: float | None
    unreported: float
    reserved: float
    simulated: bool


@dataclass(frozen=True)
class DaySpending:
    """One day's spending, by this machine's time; the sums are as in `Total`."""

    day: date
    tasks: int
    pictures: int
    charged: float | None
    unreported: float
    reserved: float
    simulated: bool


class Total(NamedTuple):
    """Sums over tasks, in credits.

    Attributes:
        tasks: how many.
        pictures: how many the service made.
        charged: what the service reported; `None` where it reported nothing at all.
        unreported: the most that ended tasks without a report can have cost.
        reserved: the most that tasks still out can come to.
    """

    tasks: int
    pictures: int
    charged: float | None
    unreported: float
    reserved: float

    @classmethod
    def of(cls, rows: Iterable[Any]) -> Total:
        """The sums over rows of any kind."""
        parts = [_part(row) if isinstance(row, TaskSpending) else row for row in rows]
        charges = [part.charged for part in parts if part.charged is not None]
        return cls(
            sum(part.tasks for part in parts),
            sum(part.pictures for part in parts),
            _exact(charges) if charges else None,
            _exact(part.unreported for part in parts),
            _exact(part.reserved for part in parts),
        )

    @classmethod
    def of_amounts(cls, amounts: Amounts) -> Total:
        """The sums as the store keeps them, in credits."""
        return cls(
            amounts.tasks,
            amounts.pictures,
            amounts.charged / _MILLION if amounts.reported else None,
            amounts.unreported / _MILLION,
            amounts.reserved / _MILLION,
        )

    def __str__(self) -> str:
        return self._in_words("charged")

    def _in_words(self, charged: str) -> str:
        said = [
            f"{counted(self.tasks, 'task')}, {counted(self.pictures, 'picture')}",
            "charge not reported"
            if self.charged is None
            else f"{_credits(self.charged)} {charged}",
        ]
        if self.unreported:
            said.append(f"up to {_credits(self.unreported)} not reported")
        if self.reserved:
            said.append(f"up to {_credits(self.reserved)} still out")
        return printable(" · ".join(said))


class UnchargedTotal(Total):
    """Sums over tasks of an emulator or a cassette: the same figures, and nothing was charged."""

    __slots__ = ()

    def __str__(self) -> str:
        return self._in_words("would be charged")


def _part(row: TaskSpending) -> Total:
    most = row.reserved or 0.0
    return Total(
        1,
        row.pictures,
        row.charged,
        most if row.state == "not reported" else 0.0,
        most if row.state in ("reserved", "perhaps charged") else 0.0,
    )


def _exact(credits: Iterable[float]) -> float:
    return sum(round(one * 1_000_000) for one in credits) / 1_000_000


def _credits(credits: float) -> str:
    return f"{credits:,.4f} credits"


def grouped(rows: Iterable[TaskSpending], by: str) -> list[Any]:
    """Sum rows up under their notebook or their day, in the order in which it first comes.

    Args:
        rows: the tasks, newest first.
        by: "notebook", "day", or "task": then they are as they were.
    """
    if by == "task":
        return list(rows)
    make: type[Any] = NotebookSpending if by == "notebook" else DaySpending
    groups: dict[Any, list[TaskSpending]] = {}
    for row in rows:
        name = row.notebook if by == "notebook" else local_day(row.when)
        groups.setdefault(name, []).append(row)
    return [
        make(name, *Total.of(found), simulated=found[0].simulated) for name, found in groups.items()
    ]


def local_day(when: datetime) -> date:
    """Return the day that a moment falls on by this machine's time."""
    return when.astimezone().date()
