"""A lesson as the source that nbgrader or Otter wants; the lesson itself carries nothing of either.

An exercise is a cell with the tag "exercise" and, right behind it, one with the tag "check". Each
sentence of the check becomes a point. The answer goes into the cell that is to be filled in, as
the solution that the grader strips from the students' version, and out of the check.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem

__all__ = ["FORMS", "for_nbgrader", "for_otter"]

Cell = dict[str, Any]
Notebook = dict[str, Any]

WITHHELD = "This exercise is graded: your teacher has the answer."


@dataclass(frozen=True)
class _Exercise:
    """One exercise of a lesson, taken apart.

    Attributes:
        number: from 1.
        stub: what the cell to fill in holds.
        check: the source of the check's cell, its answer withheld.
        call: where in it the call begins and ends, in bytes of UTF-8.
        works: each sentence with its function, as source.
        hint: as source.
        answer: what solves it.
    """

    number: int
    stub: str
    check: str
    call: tuple[int, int]
    works: tuple[tuple[str, str], ...]
    hint: str
    answer: str


def for_nbgrader(lesson: Notebook) -> Notebook:
    """Return a lesson as the instructor's version that `nbgrader generate_assignment` reads.

    Args:
        lesson: a notebook's JSON, format 4.

    Raises:
        InvalidRequest: an exercise of it can't be read, or it has none.

    Example:
        >>> lesson = json.loads(Path("05-a-thousand-pictures.ipynb").read_text("utf-8"))
        >>> source = for_nbgrader(lesson)
    """
    made = copy.deepcopy(lesson)
    for place, exercise in _exercises(lesson):
        to_fill, check = made["cells"][place : place + 2]
        region = f"### BEGIN SOLUTION\n{exercise.answer}\n### END SOLUTION"
        to_fill["source"] = f"{exercise.stub}\n\n{region}"
        to_fill["metadata"]["nbgrader"] = _marks(f"exercise-{exercise.number}", solution=True)
        source, (begin, end) = exercise.check.encode(), exercise.call
        check["source"] = (
            f"{source[:begin].decode()}checked = {source[begin:end].decode()}\n"
            "display(checked)\n"
            "sum(finding.holds for finding in checked.findings)  # points\n"
        )
        check["metadata"]["nbgrader"] = {
            **_marks(f"check-{exercise.number}", grade=True),
            "points": len(exercise.works),
        }
    return made


def for_otter(lesson: Notebook, name: str) -> Notebook:
    """Return a lesson in the form that `otter assign` reads.

    Args:
        lesson: a notebook's JSON, format 4.
        name: what the assignment is called.

    Raises:
        InvalidRequest: an exercise of it can't be read, or it has none.
    """
    made = copy.deepcopy(lesson)
    cells = made["cells"]
    # From the last to the first, so that the places of those before stay.
    for place, exercise in reversed(list(_exercises(lesson))):
        before = 1 if place and cells[place - 1]["cell_type"] == "markdown" else 0
        question = f"# BEGIN QUESTION\nname: exercise_{exercise.number}\n"
        solution = {**cells[place], "source": _with_otters_stub(exercise)}
        cells[place - before : place + 2] = [
            _raw(f"exercise-{exercise.number}-begin", question),
            *cells[place - before : place],
            _raw(f"exercise-{exercise.number}-solution", "# BEGIN SOLUTION"),
            solution,
            _raw(f"exercise-{exercise.number}-solved", "# END SOLUTION"),
            _raw(f"exercise-{exercise.number}-tests", "# BEGIN TESTS"),
            *_otters_tests(exercise),
            _raw(f"exercise-{exercise.number}-tested", "# END TESTS"),
            _raw(f"exercise-{exercise.number}-end", "# END QUESTION"),
        ]
    config = (
        f"# ASSIGNMENT CONFIG\nname: {name}\ncheck_all_cell: true\nexport_cell:\n  pdf: false\n"
    )
    cells.insert(0, _raw("assignment", config))
    return made


FORMS: dict[str, Callable[[Notebook, str], Notebook]] = {
    "nbgrader": lambda lesson, name: for_nbgrader(lesson),
    "otter": for_otter,
}
"""What makes the source for a grader of a lesson and its name."""


def _with_otters_stub(exercise: _Exercise) -> str:
    """The solution, with the students' lines in a string that Otter takes out of its quotes."""
    quotes = "'''" if '"""' in exercise.stub else '"""'
    prompt = f"{quotes} # BEGIN PROMPT\n{exercise.stub}\n{quotes} # END PROMPT"
    return f"# BEGIN SOLUTION NO PROMPT\n{exercise.answer}\n# END SOLUTION\n{prompt}"


def _otters_tests(exercise: _Exercise) -> Iterator[Cell]:
    """A cell for each sentence, worth a point."""
    for number, (sentence, holds) in enumerate(exercise.works, 1):
        source = (
            '""" # BEGIN TEST CONFIG\npoints: 1\n""" # END TEST CONFIG\n'
            "import evolink_widgets\n\n"
            "found = evolink_widgets.lessons.check(\n"
            f"    {{{sentence}: {holds}}},\n"
            f"    hint={exercise.hint},\n"
            f'    answer="{WITHHELD}",\n'
            ")\n"
            "assert found, found"
        )
        yield {
            "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
            "id": f"exercise-{exercise.number}-test-{number}", "source": source,
        }  # fmt: skip


def _marks(grade_id: str, *, grade: bool = False, solution: bool = False) -> dict[str, Any]:
    return {
        "schema_version": 3, "grade_id": grade_id, "grade": grade, "solution": solution,
        "locked": grade, "task": False, "cell_type": "code",
    }  # fmt: skip


def _raw(name: str, source: str) -> Cell:
    return {"cell_type": "raw", "id": name, "metadata": {}, "source": source}


def _exercises(lesson: Notebook) -> Iterator[tuple[int, _Exercise]]:
    """Yield each exercise with the place of the cell that is to be filled in."""
    cells: Sequence[Cell] = lesson["cells"]
    checks = [place for place, cell in enumerate(cells) if "check" in _tags(cell)]
    if not checks:
        rule = 'must hold a cell with the tag "check" behind one with the tag "exercise"'
        raise InvalidRequest([Problem("lesson", "it has no exercise", rule)])
    for number, place in enumerate(checks, 1):
        if place == 0 or "exercise" not in _tags(cells[place - 1]):
            rule = 'must have the tag "exercise", or there is nothing to fill in'
            raise InvalidRequest([Problem(f"the cell before check {number}", "it has not", rule)])
        yield place - 1, _taken_apart(number, _source(cells[place - 1]), _source(cells[place]))


def _taken_apart(number: int, stub: str, check: str) -> _Exercise:
    """Read what a check's cell gives to `check`, as the source has it."""
    call = _call_of(check)
    given = {} if call is None else {one.arg: one.value for one in call.keywords}
    works = call.args[0] if call is not None and call.args else given.get("works")
    hint, answer = given.get("hint"), given.get("answer")
    if (
        call is None
        or not isinstance(works, ast.Dict)
        or hint is None
        or not (isinstance(answer, ast.Constant) and isinstance(answer.value, str))
    ):
        rule = "must call check({sentence: function, ...}, hint=..., answer=text), written out"
        raise InvalidRequest([Problem(f"check {number}", "it does not", rule)])
    pairs = [(_text(check, key), _text(check, value)) for key, value in _items(works)]
    source, (begin, end) = check.encode(), _bounds(check, answer)
    withheld = f'"{WITHHELD}"'.encode()
    first, last = _bounds(check, call)
    return _Exercise(
        number=number,
        stub=stub,
        check=(source[:begin] + withheld + source[end:]).decode(),
        call=(first, last - (end - begin) + len(withheld)),
        works=tuple(pairs),
        hint=_text(check, hint),
        answer=answer.value.strip("\n"),
    )


def _call_of(check: str) -> ast.Call | None:
    """The call in a check's cell: `ew.lessons.check(...)`, `lessons.check(...)`, `check(...)`."""
    for node in ast.walk(ast.parse(check)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name == "check":
                return node
    return None


def _items(works: ast.Dict) -> Iterator[tuple[ast.expr, ast.expr]]:
    for key, value in zip(works.keys, works.values, strict=True):
        if key is not None:
            yield key, value


def _text(source: str, node: ast.expr) -> str:
    begin, end = _bounds(source, node)
    text = source.encode()[begin:end].decode()
    # A literal over several lines would end at the first of them.
    return f"({text})" if "\n" in text and isinstance(node, ast.Constant) else text


def _bounds(source: str, node: ast.expr) -> tuple[int, int]:
    """Where a node begins and ends in the source, in bytes of UTF-8, as the parser counts."""
    lines = source.encode().splitlines(keepends=True)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    begin = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    return begin, sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset


def _tags(cell: Cell) -> Sequence[str]:
    found: Sequence[str] = cell["metadata"].get("tags", ())
    return found


def _source(cell: Cell) -> str:
    return "".join(cell["source"])
