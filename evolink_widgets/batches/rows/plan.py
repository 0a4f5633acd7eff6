"""What the rows of a frame ask for: requests checked row by row, equal ones brought together.

The words: a row asks for so many pictures; a `Wanted` is one recipe that rows ask for, with the
pictures that all of them need; a *place* is a picture's place among those of its recipe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from evolink_widgets.batches.rows.files import ReferenceFiles
from evolink_widgets.batches.rows.frames import Frame
from evolink_widgets.batches.rows.templates import Unfilled, compiled
from evolink_widgets.core.checked_request import checked_request
from evolink_widgets.core.session import Session
from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.request.request import BETA, MAX_N, ImageRequest, whole_number

__all__ = ["Plan", "Repeats", "RowProblem", "Wanted", "planned"]

Repeats = int | Literal["rows"]


@dataclass(frozen=True)
class RowProblem:
    """A rule that a row breaks.

    Attributes:
        row: the row's place in the frame, from 0.
        problem: the rule.
    """

    row: int
    problem: Problem


@dataclass
class Wanted:
    """One recipe that rows ask for.

    Attributes:
        request: for one picture.
        need: how many pictures the rows need of it.
        row: the first row that asks for it.
        apart: whether another one that turns out to be the same recipe, once the reference
            files of both are read, is to get other pictures.
    """

    request: ImageRequest
    need: int
    row: int
    apart: bool = False

    def asks(self) -> list[ImageRequest]:
        """The requests that bring all of its pictures: as few as the service allows."""
        most = 1 if self.request.model == BETA else MAX_N
        sizes = [most] * (self.need // most) + [self.need % most] * bool(self.need % most)
        return [self.request.replace(n=n) for n in sizes]


@dataclass
class Plan:
    """All rows of a frame, checked.

    Attributes:
        frame: the rows.
        wanted: each recipe once, in the order of the rows.
        cells: for each row the recipe (its index in `wanted`), its first place there and how
            many pictures it asks for; `None` for a row with problems.
        problems: what is wrong with rows, in their order.
        files: the reference files; of many only the first are read yet.
    """

    frame: Frame
    files: ReferenceFiles
    wanted: list[Wanted] = field(default_factory=list)
    cells: list[tuple[int, int, int] | None] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def notices(self) -> tuple[str, ...]:
        """What was done to references so far, a sentence each."""
        return tuple(self.files.notices)

    @property
    def unread(self) -> int:
        """How many recipes have reference files that are still to be read."""
        return sum(self.files.is_unread(wanted.request) for wanted in self.wanted)

    @property
    def is_tall(self) -> bool:
        """Whether some row asks for more than one picture: it has several rows then."""
        return any(cell is not None and cell[2] > 1 for cell in self.cells)

    @property
    def bad_rows(self) -> int:
        """How many rows have problems."""
        return sum(cell is None for cell in self.cells)

    @property
    def shared(self) -> int:
        """How many rows share the pictures of an earlier one."""
        firsts: dict[int, set[int]] = {}
        again = 0
        for index, start, _ in filter(None, self.cells):
            again += start in firsts.setdefault(index, set())
            firsts[index].add(start)
        return again


def planned(
    frame: Frame,
    given: Mapping[str, Any],
    session: Session,
    *,
    repeats: Repeats = 1,
    keep_metadata: bool = False,
    read_all: bool = False,
) -> Plan:
    """Check every row; sends nothing.

    Args:
        frame: the rows.
        given: the request's fields: templates, functions or values.
        session: knows the recipes' names, and keeps references.
        repeats: how many pictures of each row, or "rows": of each row its own.
        keep_metadata: leave location and camera data in references.
        read_all: read all reference files now, and not only the first.

    Raises:
        InvalidRequest: what is given can't be used for any row.
        StoreError: a reference can't be kept.
    """
    times = _times(repeats)
    plan = Plan(frame, ReferenceFiles(session.store, keep_metadata, read_all=read_all))
    fields = {
        name: compiled(
            name, plan.files.fixed_in(value) if name == "references" else value, frame.columns
        )
        for name, value in given.items()
    }
    reader = _Reader(session, plan.files, keep_metadata)
    known: dict[str, int] = {}
    for at, row in enumerate(frame.rows()):
        try:
            request = reader.read(_filled(fields, row))
        except InvalidRequest as error:
            plan.problems += [RowProblem(at, one) for one in error.problems]
            plan.cells.append(None)
            continue
        n = request.n * times
        identity = reader.identity(request)
        if identity not in known:
            known[identity] = len(plan.wanted)
            apart = repeats == "rows" and plan.files.is_unread(request)
            plan.wanted.append(Wanted(reader.single(request), 0, at, apart))
        wanted = plan.wanted[known[identity]]
        start = wanted.need if repeats == "rows" else 0
        wanted.need = max(wanted.need, start + n)
        plan.cells.append((known[identity], start, n))
    return plan


def _times(repeats: Any) -> int:
    if repeats == "rows":
        return 1
    found = whole_number(repeats)
    if found is None or not 1 <= found <= 100:
        rule = 'must be a whole number from 1 to 100, or "rows"'
        raise InvalidRequest([Problem("repeats", shown(repeats), rule)])
    return found


def _filled(fields: Mapping[str, Callable[[Any], Any]], row: dict[str, Any]) -> dict[str, Any]:
    """The fields of one row.

    Raises:
        InvalidRequest: with all that can't be made.
    """
    values, problems = {}, []
    for name, fill in fields.items():
        try:
            values[name] = fill(row)
        except Unfilled as unfilled:
            problems.append(unfilled.problem)
    if problems:
        raise InvalidRequest(problems)
    return values


class _Reader:
    """Makes requests from fields; equal fields are checked once.

    Args:
        session: knows the recipes' names, and keeps references.
        files: reads reference files, now or later.
        keep_metadata: leave location and camera data in references.
    """

    def __init__(self, session: Session, files: ReferenceFiles, keep_metadata: bool) -> None:
        self._session = session
        self._files = files
        self._keep_metadata = keep_metadata
        self._known: dict[Any, ImageRequest | InvalidRequest] = {}
        self._identities: dict[ImageRequest, str] = {}

    def read(self, values: dict[str, Any]) -> ImageRequest:
        """The request; its references made ready and kept, as far as they are read now.

        Raises:
            InvalidRequest: with all problems.
        """
        name = _name_of(values)
        found = self._known.get(name) if name is not None else None
        if found is None:
            try:
                found, notices = checked_request(
                    self._session.store,
                    keep_metadata=self._keep_metadata,
                    known=self._files.name,
                    **values,
                )
                self._files.notices.update(dict.fromkeys(notices))
            except InvalidRequest as error:
                found = error
            if name is not None:
                self._known[name] = found
        if isinstance(found, InvalidRequest):
            raise InvalidRequest(found.problems)
        return found

    def identity(self, request: ImageRequest) -> str:
        """The recipe's name."""
        if request not in self._identities:
            self._identities[request] = self._session.identity(request)
        return self._identities[request]

    @staticmethod
    def single(request: ImageRequest) -> ImageRequest:
        """The request for one picture."""
        return request if request.n == 1 else request.replace(n=1)


def _name_of(values: Mapping[str, Any]) -> Any:
    """A name for equal fields; `None` where a value is no plain one, such as an array."""

    def flat(values: Mapping[str, Any]) -> Iterator[Any]:
        for name, value in values.items():
            yield (name, *value) if name == "references" else (name, type(value), value)

    name = tuple(flat(values))
    parts = [part for one in name for part in one]
    plain = (str, int, float, bool, type, type(None))
    return name if all(isinstance(part, plain) for part in parts) else None
