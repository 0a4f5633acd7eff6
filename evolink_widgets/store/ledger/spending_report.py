"""Reports of what was spent: plain records by task, notebook or day, and a small table.

Credits that the service did not report are `None` and read "not reported", never zero. The rows
are the ledger's, joined with the journal. What is damaged in the journal is `None` in a row; a
row whose credits or time are damaged is left out and logged: one broken record must not hide
what everything else cost.

Sums come from `store.spent_sums`. Only where those can't tell of every row (a store that can't be
written to, a damaged row) is each row read to be added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from html import escape
from typing import Any, Generic, NamedTuple, TypeVar, cast, overload

from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.tasks.played import RECORDED, badge
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.ledger.counted_spending import by_day, by_notebook, total_of
from evolink_widgets.store.ledger.spending_rows import (
    DaySpending,
    NotebookSpending,
    TaskSpending,
    Total,
    UnchargedTotal,
    grouped,
)
from evolink_widgets.store.ledger.task_rows import TasksInPages, read_tasks
from evolink_widgets.store.spent_sums import count_new, is_counted
from evolink_widgets.text.printable import printable
from evolink_widgets.text.scrolling import scrolling

__all__ = ["DaySpending", "NotebookSpending", "Spending", "TaskSpending", "Total", "read_spending"]

Row = TypeVar("Row")

_SHOWN = 20
_LONGEST = 48

Ends = tuple[float, float]


class Spending(Sequence[Row], Generic[Row]):
    """Rows of what was spent, newest first; `pandas.DataFrame(ew.spending())` takes them.

    Shown in a notebook it is a small table. All rows are of one kind of money: simulated
    credits and real ones are never added up.

    Attributes:
        by: "task", "notebook" or "day".
        badge: why nothing was charged: "Simulated", "Recorded, not charged"; empty where it was.

    Example:
        >>> ew.generate("a fox").result()
        >>> isinstance(ew.spending(), ew.Spending)
        True
    """

    def __init__(
        self,
        rows: Iterable[Row],
        by: str = "task",
        *,
        simulated: bool = False,
        badge: str = "",
        total: Total | None = None,
    ) -> None:
        # Pages are read when they are looked at; all else is here.
        self._rows: Sequence[Row] = (
            cast(Sequence[Row], rows) if isinstance(rows, TasksInPages) else tuple(rows)
        )
        self.by = by
        self.simulated = simulated
        self.badge = badge or ("Simulated" if simulated else "")
        sums = Total.of(self._rows) if total is None else total
        self._total = UnchargedTotal(*sums) if simulated else sums

    @property
    def total(self) -> Total:
        """The sums over all rows."""
        return self._total

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_rows": tuple(self._rows)}  # what is copied needs no store

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Spending[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Spending[Row]:
        if isinstance(place, slice):
            rows = self._rows[place]
            return Spending(rows, self.by, simulated=self.simulated, badge=self.badge)
        return self._rows[place]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

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
            '<caption style="caption-side:top;text-align:left;white-space:normal;max-width:29em">'
            f"{escape(self._caption())}</caption>"
        )
        # What is wider than its place scrolls, where a host would hide it. No page takes dollars
        # for mathematics.
        start = '<table class="dataframe tex2jax_ignore mathjax_ignore"'
        style = "table-layout:auto;overflow-wrap:break-word"
        whole = f'{start} style="{style}">{caption}{table}</table>'
        return f"{scrolling(whole, 'What was spent')}{rest}"

    def _cells(self) -> list[list[str]]:
        columns = _COLUMNS[self.by]
        shown = self._rows[:_SHOWN]
        return [[one_line(column.text(row), _LONGEST) for column in columns] for row in shown]

    def _title(self, column: _Column) -> str:
        """Nothing is charged on the emulator."""
        return "would cost" if self.simulated and column.title == "charged" else column.title

    def _caption(self) -> str:
        said = str(self.total) if self._rows else "nothing was spent"
        return f"{self.badge}: {said}" if self.simulated else said

    def _rest(self) -> Iterator[str]:
        if len(self._rows) > _SHOWN:
            yield f"and {len(self._rows) - _SHOWN:,} more, older ones"


def read_spending(
    database: Database,
    *,
    by: str = "task",
    since: object = None,
    until: object = None,
    simulated: bool = False,
    counting: bool = True,
) -> Spending[Any]:
    """Return what was spent, newest first.

    Args:
        database: the store's.
        by: "task", "notebook" or "day".
        since, until: from this moment, and before that one: Unix seconds, a `datetime`, a
            `date`, or ISO text such as "2026-11-21". `None` is no limit.
        simulated: emulated tasks instead of real ones; the two are never added up.
        counting: whether what is new may be counted into the store's sums, which writes to it.

    Raises:
        ConfigurationError: `by`, `since` or `until` is none of these.
    """
    if by not in _COLUMNS:
        raise ConfigurationError(f'by must be "task", "notebook" or "day"; it is {by!r}.')
    ends = (_moment("since", since, -1e18), _moment("until", until, 1e18))
    if not (count_new(database) if counting else is_counted(database)):
        rows = [row for row in read_tasks(database, ends) if row.simulated == simulated]
        kind = _badge_of(database) if simulated else ""
        return Spending(grouped(rows, by), by, simulated=simulated, badge=kind)
    with database.snapshot():
        if is_counted(database):
            return _summed(database, by, ends, simulated)
    with database.write():  # others write all the time
        count_new(database)
        return _summed(database, by, ends, simulated)


def _summed(database: Database, by: str, ends: Ends, simulated: bool) -> Spending[Any]:
    kind = _badge_of(database) if simulated else ""
    if by in ("notebook", "day"):
        read: Callable[..., list[Any]] = by_notebook if by == "notebook" else by_day
        return Spending(read(database, ends, simulated), by, simulated=simulated, badge=kind)
    total = total_of(database, ends, simulated)
    tasks = TasksInPages(database, ends, simulated, total.tasks)
    return Spending(tasks, by, simulated=simulated, total=total, badge=kind)


def _badge_of(database: Database) -> str:
    """Why nothing was charged for what the ledger has apart from real credits."""
    recorded, drawn = next(iter(database.rows(_UNCHARGED)), (0, 0))
    return badge(simulated=bool(drawn or not recorded), recorded=bool(recorded))


# By indexes: the ledger of 100,000 tasks takes 10 ms to read.
_UNCHARGED = f"""SELECT
    EXISTS (SELECT 1 FROM tasks WHERE service = '{RECORDED}' AND task_id IS NOT NULL),
    EXISTS (SELECT 1 FROM ledger
        WHERE simulated = 1 AND pictures IS NOT NULL AND service != '{RECORDED}')
    OR EXISTS (SELECT 1 FROM ledger WHERE pictures IS NULL AND service != '{RECORDED}')"""


def _moment(name: str, value: object, nothing: float) -> float:
    if value is None:
        return nothing
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        elif isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        if isinstance(value, datetime):
            return value.timestamp()  # without a zone it is this machine's time
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e18:
            return float(value)
    except (ValueError, OverflowError, OSError):
        pass
    raise ConfigurationError(
        f"{name} must be a date, a datetime, Unix seconds or ISO text; it is {value!r}.",
        advice=f'Write it as {name}="2026-11-21".',
    )


class _Column(NamedTuple):
    title: str
    text: Callable[[Any], str]
    number: bool = False


def _cell(credits: float | None, missing: str) -> str:
    return missing if credits is None else f"{credits:,.4f}"


def _charged(row: Any) -> str:
    if isinstance(row, TaskSpending) and row.charged is None:
        return _UNCHARGED_STATES.get(row.state, row.state) if row.simulated else row.state
    return _cell(row.charged, "not reported")


_UNCHARGED_STATES = {"not charged": "nothing", "perhaps charged": "perhaps"}
"""A task's state under "would cost"."""


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

# Sums are whole in a narrow notebook: cells are less wide, and the words over them take two lines.
_WORDS = "padding:.5em .3em;text-align:left"
_NUMBER = "padding:.5em .3em;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap"


def _th(text: str, scope: str, number: bool = False) -> str:
    style = _NUMBER.replace("nowrap", "normal") if number else _WORDS
    return f'<th scope="{scope}" style="{style}"><bdi>{escape(text)}</bdi></th>'


def _td(text: str, column: _Column) -> str:
    style = _NUMBER if column.number else _WORDS
    return f'<td style="{style}"><bdi>{escape(text)}</bdi></td>'
