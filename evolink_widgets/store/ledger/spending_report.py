"""Reports of what was spent: plain records by task, notebook or day, and a small table.

Credits that the service did not report are `None` and read "not reported", never zero. The rows
are the ledger's, joined with the journal. What is damaged in the journal is `None` in a row; a
row whose credits or time are damaged is left out and logged: one broken record must not hide
what everything else cost.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timezone
from html import escape
from typing import Any, Generic, NamedTuple, TypeVar, overload

from evolink_widgets.errors import ConfigurationError, StoreDamaged
from evolink_widgets.printable import printable
from evolink_widgets.store.database.database import Database, load_object
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.journal.journal import Step
from evolink_widgets.store.ledger.ledger import pictures_made
from evolink_widgets.text import counted

__all__ = ["DaySpending", "NotebookSpending", "Spending", "TaskSpending", "Total", "read_spending"]

log = logging.getLogger("evolink_widgets")

Row = TypeVar("Row")
Group = TypeVar("Group")

_SHOWN = 20
_LONGEST = 48
_MILLION = 1_000_000
_BROKEN = (StoreDamaged, ValueError, TypeError, KeyError, OverflowError, OSError)

_ROWS = """SELECT ledger.*, tasks.step, tasks.request, tasks.recipe, tasks.results, tasks.origin,
    (SELECT count(*) FROM pictures WHERE pictures.key = ledger.key) AS kept
FROM ledger LEFT JOIN tasks USING (key)
WHERE ledger.reserved_at >= ? AND ledger.reserved_at < ?
ORDER BY ledger.reserved_at DESC, ledger.key"""


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
        # What is wider than its place scrolls, where a host would hide it. No page takes dollars
        # for mathematics.
        start = '<table class="dataframe tex2jax_ignore mathjax_ignore"'
        style = "table-layout:auto;overflow-wrap:break-word"
        whole = f'{start} style="{style}">{caption}{table}</table>'
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


def read_spending(
    database: Database,
    *,
    by: str = "task",
    since: object = None,
    until: object = None,
    simulated: bool = False,
) -> Spending[Any]:
    """Return what was spent, newest first.

    Args:
        database: the store's.
        by: "task", "notebook" or "day".
        since, until: from this moment, and before that one: Unix seconds, a `datetime`, a
            `date`, or ISO text such as "2026-11-21". `None` is no limit.
        simulated: emulated tasks instead of real ones; the two are never added up.

    Raises:
        ConfigurationError: `by`, `since` or `until` is none of these.
    """
    makers: dict[str, Any] = {
        "task": list,
        "notebook": lambda rows: _grouped(rows, lambda row: row.notebook, NotebookSpending),
        "day": lambda rows: _grouped(rows, _day, DaySpending),
    }
    if by not in makers:
        raise ConfigurationError(f'by must be "task", "notebook" or "day"; it is {by!r}.')
    ends = (_moment("since", since, -1e18), _moment("until", until, 1e18))
    rows = (row for row in _rows(database, ends) if row.simulated == simulated)
    return Spending(makers[by](rows), by, simulated=simulated)


def _rows(database: Database, ends: tuple[float, float]) -> Iterator[TaskSpending]:
    for row in database.rows(_ROWS, ends):
        try:
            yield _row(row)
        except _BROKEN as exc:
            log.warning("The books of task %s are left out: %s", row["key"], exc)


def _row(row: sqlite3.Row) -> TaskSpending:
    key, service = row["key"], str(row["service"])
    request, recipe = _record(row, "request"), _record(row, "recipe")
    state = _state(row)
    charged = None if row["charged"] is None else row["charged"] / _MILLION
    return TaskSpending(
        when=datetime.fromtimestamp(row["reserved_at"], timezone.utc),
        prompt=_typed(request, "prompt", str),
        notebook=None if row["origin"] is None else str(row["origin"]),
        model=_typed(request, "model", str),
        quality=_typed(request, "quality", str),
        size=_typed(request, "size", str),
        n=_typed(request, "n", int),
        pictures=_made(row),
        reserved=row["reserved"] / _MILLION or None,
        charged=charged if state in ("charged", "not charged") else None,
        state=state,
        service=service,
        simulated="emulator" in (service, recipe.get("service")),
        task=key,
    )


def _state(row: sqlite3.Row) -> str:
    if row["state"] == "released":
        return "not charged"
    if row["state"] == "settled":
        return "not reported" if row["charged"] is None else "charged"
    return "perhaps charged" if row["step"] == Step.UNKNOWN.value else "reserved"


def _made(row: sqlite3.Row) -> int:
    with suppress(StoreDamaged):
        return pictures_made(row)
    return 0


def _record(row: sqlite3.Row, column: str) -> Mapping[str, Any]:
    """A JSON object of the journal; empty where it is damaged or lost."""
    with suppress(StoreDamaged):
        return load_object(row[column], f"the {column} of task {row['key']}") or {}
    return {}


def _typed(record: Mapping[str, Any], name: str, kind: type) -> Any:
    value = record.get(name)
    return value if isinstance(value, kind) else None


def _day(row: TaskSpending) -> date:
    return row.when.astimezone().date()


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


def _grouped(
    rows: Iterable[TaskSpending], key: Callable[[TaskSpending], Group], make: Callable[..., Row]
) -> list[Row]:
    """Sum rows up under what `key` says, in the order in which it first comes."""
    groups: dict[Group, list[TaskSpending]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return [
        make(name, *Total.of(found), simulated=found[0].simulated) for name, found in groups.items()
    ]


class _Column(NamedTuple):
    title: str
    text: Callable[[Any], str]
    number: bool = False


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
