"""Reports of what was spent: plain records by task, notebook or day, and a small table.

Credits that the service did not report are `None` and read "not reported", never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any, Generic, NamedTuple, TypeVar, overload

from evolink_widgets.printable import printable
from evolink_widgets.store.file_names import one_line
from evolink_widgets.text import counted

__all__ = ["DaySpending", "NotebookSpending", "Spending", "TaskSpending", "Total", "grouped"]

Row = TypeVar("Row")
Group = TypeVar("Group")

_SHOWN = 20
_LONGEST = 48


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

    def __str__(self) -> str:
        said = [
            f"{counted(self.tasks, 'task')}, {counted(self.pictures, 'picture')}",
            "charge not reported" if self.charged is None else f"{_credits(self.charged)} charged",
        ]
        if self.unreported:
            said.append(f"up to {_credits(self.unreported)} not reported")
        if self.reserved:
            said.append(f"up to {_credits(self.reserved)} still out")
        return printable(" · ".join(said))


class Spending(Sequence[Row], Generic[Row]):
    """Rows of what was spent, newest first; `pandas.DataFrame(ew.spending())` takes them.

    Shown in a notebook it is a small table. All rows are of one kind of money: simulated
    credits and real ones are never added up.

    Attributes:
        by: "task", "notebook" or "day".

    Example:
        >>> ew.generate("a fox").result()
        >>> isinstance(ew.spending(), ew.Spending)
        True
    """

    def __init__(self, rows: Iterable[Row], by: str = "task", *, simulated: bool = False) -> None:
        self._rows = tuple(rows)
        self.by = by
        self.simulated = simulated

    @property
    def total(self) -> Total:
        """The sums over all rows."""
        return Total.of(self._rows)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Spending[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Spending[Row]:
        if isinstance(place, slice):
            return Spending(self._rows[place], self.by, simulated=self.simulated)
        return self._rows[place]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        columns = _COLUMNS[self.by]
        lines = [[self._title(column) for column in columns], *self._cells()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = [self._caption()]
        for line in lines if self._rows else ():
            padded = [
                cell.rjust(width) if column.number else cell.ljust(width)
                for cell, width, column in zip(line, widths, columns, strict=True)
            ]
            text.append("  ".join(padded).rstrip())
        return printable("\n".join([*text, *self._rest()]))

    def _repr_html_(self) -> str:
        columns = _COLUMNS[self.by]
        head = "".join(_th(self._title(column), "col", column.number) for column in columns)
        body = "".join(
            f"<tr>{_th(line[0], 'row')}"
            + "".join(_td(cell, column) for cell, column in zip(line[1:], columns[1:], strict=True))
            + "</tr>"
            for line in self._cells()
        )
        rest = "".join(f"<p>{escape(line)}</p>" for line in self._rest())
        table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>" if self._rows else ""
        caption = (
            '<caption style="caption-side:top;text-align:left;white-space:normal">'
            f"{escape(self._caption())}</caption>"
        )
        # What is wider than its place scrolls, where a host would hide it.
        style = "table-layout:auto;overflow-wrap:break-word"
        whole = f'<table class="dataframe" style="{style}">{caption}{table}</table>'
        return f'<div style="overflow-x:auto;max-width:100%">{whole}</div>{rest}'

    def _cells(self) -> list[list[str]]:
        columns = _COLUMNS[self.by]
        shown = self._rows[:_SHOWN]
        return [[one_line(column.text(row), _LONGEST) for column in columns] for row in shown]

    def _title(self, column: _Column) -> str:
        """Nothing is charged on the emulator."""
        return "would cost" if self.simulated and column.title == "charged" else column.title

    def _caption(self) -> str:
        if not self.simulated:
            return str(self.total) if self._rows else "nothing was spent"
        said = str(self.total).replace("credits charged", "credits would be charged")
        return f"Simulated: {said if self._rows else 'nothing was spent'}"

    def _rest(self) -> Iterator[str]:
        if len(self._rows) > _SHOWN:
            yield f"and {len(self._rows) - _SHOWN:,} more, older ones"


class _Column(NamedTuple):
    title: str
    text: Callable[[Any], str]
    number: bool = False


def grouped(
    rows: Iterable[TaskSpending], key: Callable[[TaskSpending], Group], make: Callable[..., Row]
) -> list[Row]:
    """Sum rows up under what `key` says, in the order in which it first comes.

    Args:
        rows: one for each task, newest first.
        key: what the rows of one group share.
        make: makes a row of a group and its sums.
    """
    groups: dict[Group, list[TaskSpending]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return [
        make(name, *Total.of(found), simulated=found[0].simulated) for name, found in groups.items()
    ]


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


def _cell(credits: float | None, missing: str) -> str:
    return missing if credits is None else f"{credits:,.4f}"


def _charged(row: Any) -> str:
    if isinstance(row, TaskSpending) and row.charged is None:
        return row.state
    return _cell(row.charged, "not reported")


def _local(row: TaskSpending) -> str:
    return f"{row.when.astimezone():%Y-%m-%d %H:%M}"


_SUMS = (
    _Column("tasks", lambda row: f"{row.tasks:,}", True),
    _Column("pictures", lambda row: f"{row.pictures:,}", True),
    _Column("charged", _charged, True),
    _Column("not reported", lambda row: _cell(row.unreported or None, "–"), True),
    _Column("still out", lambda row: _cell(row.reserved or None, "–"), True),
)
_COLUMNS: dict[str, tuple[_Column, ...]] = {
    "task": (
        _Column("when", _local),
        _Column("prompt", lambda row: row.prompt or "–"),
        _Column("notebook", lambda row: row.notebook or "–"),
        _Column("size", lambda row: row.size or "–"),
        _Column("quality", lambda row: row.quality or "–"),
        _Column("n", lambda row: "–" if row.n is None else str(row.n), True),
        _Column("reserved", lambda row: _cell(row.reserved, "–"), True),
        _Column("charged", _charged, True),
    ),
    "notebook": (_Column("notebook", lambda row: row.notebook or "no notebook"), *_SUMS),
    "day": (_Column("day", lambda row: row.day.isoformat()), *_SUMS),
}

_NUMBER = "text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap"


def _th(text: str, scope: str, number: bool = False) -> str:
    style = _NUMBER if number else "text-align:left"
    return f'<th scope="{scope}" style="{style}"><bdi>{escape(text)}</bdi></th>'


def _td(text: str, column: _Column) -> str:
    style = _NUMBER if column.number else "text-align:left"
    return f'<td style="{style}"><bdi>{escape(text)}</bdi></td>'
