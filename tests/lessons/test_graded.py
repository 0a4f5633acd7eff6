"""A lesson becomes an assignment: points, answers where a grader strips them, and nowhere else."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.lessons.__main__ import main
from evolink_widgets.lessons.graded import WITHHELD, for_nbgrader, for_otter

LESSONS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
CHECK = '''\
near = 1
ew.lessons.check(
    {
        "Größe: it is two": lambda: mine == 2,
        "It is even": lambda: (
            mine % 2 == 0
        ),
    },
    hint="Think of `2`, "
    "and of “two”.",
    answer="""\\
# the “answer”
mine = 2
""",
)
'''


def cell(kind: str, source: str, *tags: str) -> dict[str, Any]:
    made: dict[str, Any] = {"cell_type": kind, "metadata": {"tags": [*tags]}, "source": [source]}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def lesson(check: str = CHECK, *tags: str) -> dict[str, Any]:
    cells = [
        cell("markdown", "### Exercise 1"),
        cell("code", "mine = ...", *(tags or ("exercise",))),
        cell("code", check, "check"),
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_nbgrader_gets_a_solution_to_strip_and_a_check_that_gives_its_points() -> None:
    given = lesson()
    _, to_fill, check = for_nbgrader(given)["cells"]
    kept, _, solution = to_fill["source"].partition("### BEGIN SOLUTION\n")
    assert kept.strip() == "mine = ..."
    assert solution == "# the “answer”\nmine = 2\n### END SOLUTION"
    assert to_fill["metadata"]["nbgrader"]["solution"] is True
    assert (
        check["metadata"]["nbgrader"] | {"points": 2, "locked": True, "grade": True}
        == (check["metadata"]["nbgrader"])
    )
    assert given == lesson(), "the lesson itself stays what it was"

    shown: list[object] = []
    around: dict[str, Any] = {"mine": 4, "display": shown.append}
    exec("import evolink_widgets as ew", around)
    *lines, points = ast.parse(check["source"]).body
    exec(compile(ast.Module(lines, []), "check", "exec"), around)
    assert eval(check["source"].splitlines()[-1], around) == 1
    assert isinstance(points, ast.Expr)
    assert "not yet  Größe: it is two" in repr(shown[0])


def test_otter_gets_a_question_with_a_test_for_each_sentence() -> None:
    cells = for_otter(lesson(), "first")["cells"]
    sources = [cell["source"] for cell in cells]
    kinds = [cell["cell_type"] for cell in cells]
    assert sources[0].startswith("# ASSIGNMENT CONFIG\nname: first\n")
    assert sources[1].startswith("# BEGIN QUESTION\nname: exercise_1")
    assert kinds[2] == "markdown"
    assert sources[3] == "# BEGIN SOLUTION"
    assert sources[4].startswith("# BEGIN SOLUTION NO PROMPT\n# the “answer”\nmine = 2\n")
    assert sources[5:7] == ["# END SOLUTION", "# BEGIN TESTS"]
    assert sources[9:] == ["# END TESTS", "# END QUESTION"]
    exec(sources[7], {"mine": 2})
    exec(sources[8], {"mine": 4})
    with pytest.raises(AssertionError, match=r"not yet  Größe: it is two(.|\n)*of “two”"):
        exec(sources[7], {"mine": 4})


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem[:2])
def test_every_lesson_becomes_both_with_no_answer_in_its_checks(path: Path) -> None:
    given = json.loads(path.read_text("utf-8"))
    exercises = sum("check" in tags(cell) for cell in given["cells"])
    if not exercises:
        pytest.skip("no exercise in it yet")
    graded = [cell for cell in for_nbgrader(given)["cells"] if "check" in tags(cell)]
    points = sum(cell["metadata"]["nbgrader"]["points"] for cell in graded)
    tested = [
        cell
        for cell in for_otter(given, path.stem)["cells"]
        if "BEGIN TEST CONFIG" in "".join(cell["source"])
    ]
    assert len(graded) == exercises
    assert len(tested) == points
    assert {answer_of("".join(cell["source"])) for cell in graded + tested} == {WITHHELD}


def tags(cell: dict[str, Any]) -> list[str]:
    found: list[str] = cell["metadata"].get("tags", [])
    return found


def answer_of(check: str) -> str:
    for node in ast.walk(ast.parse(check)):
        if isinstance(node, ast.keyword) and node.arg == "answer":
            answer: str = ast.literal_eval(node.value)
            return answer
    raise AssertionError(check)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lesson("x = 1"), "check 1 must call check"),
        (lesson(CHECK.replace('answer="""', 'answer=f"""')), "written out"),
        (lesson(CHECK, "other"), 'the cell before check 1 must have the tag "exercise"'),
        (lesson() | {"cells": []}, "it has no exercise"),
    ],
)
def test_what_is_no_exercise_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        for_nbgrader(given)
    assert said in str(refused.value)


def test_the_command_writes_once_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, folder = tmp_path / "one.ipynb", tmp_path / "assignment"
    source.write_text(json.dumps(lesson()), "utf-8")
    folder.mkdir()
    assert main(["nbgrader", str(source), str(folder)]) == 0
    assert capsys.readouterr().out.strip() == str(folder / "one.ipynb")
    before = (folder / "one.ipynb").read_text("utf-8")
    assert main(["otter", str(source), str(folder)]) == 1
    assert "--force replaces it" in capsys.readouterr().err
    assert (folder / "one.ipynb").read_text("utf-8") == before
    assert main(["otter", str(source), str(folder), "--force"]) == 0
    assert "BEGIN QUESTION" in (folder / "one.ipynb").read_text("utf-8")

    source.write_text("{}", "utf-8")
    assert main(["nbgrader", str(source), str(tmp_path / "two.ipynb")]) == 1
    assert not (tmp_path / "two.ipynb").exists()
