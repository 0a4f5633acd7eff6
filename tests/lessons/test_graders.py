"""The teacher's tools on a lesson: nbgrader and Otter give the points, nbgitpuller keeps work.

Each is installed into an environment of its own under `.venvs/`.
"""

from __future__ import annotations

import ast
import csv
import json
import os
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from environment import Environment
from kernels import python_with

LESSON = Path(__file__).parents[2] / "notebooks" / "08-honest-pictures.ipynb"
POINTS = 15
HALF_DONE = 'caption = "AI"\nalt = ""'
"""Of exercise 4 this has two of six sentences."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def tool(name: str, *requirements: str) -> Environment:
    return Environment(python_with(name, *requirements).parents[1])


@pytest.fixture
def quick_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels that draw quicker than life, with one store for all and no key."""
    for variable in [one for one in os.environ if one.startswith("EVOLINK_")]:
        monkeypatch.delenv(variable)
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("import evolink_widgets\nevolink_widgets.configure(speed=60)")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("EVOLINK_STORE", str(tmp_path / "store"))


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def answers() -> dict[str, str]:
    """The answer of each exercise, by the id of the cell that is to be filled in."""
    cells, found = read(LESSON)["cells"], {}
    for before, cell in pairwise(cells):
        if "check" in cell["metadata"].get("tags", ()):
            call = ast.parse("".join(cell["source"]))
            [answer] = [
                ast.literal_eval(node.value)
                for node in ast.walk(call)
                if isinstance(node, ast.keyword) and node.arg == "answer"
            ]
            found[before["id"]] = answer
    return found


def fill_in(path: Path, written: dict[str, str]) -> Path:
    """Do a student's work: write into the cells that are to be filled in."""
    notebook = read(path)
    for cell in notebook["cells"]:
        if cell["id"] in written:
            cell["source"] = written[cell["id"]]
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return path


def hand_out(released: Path, folder: Path, written: dict[str, str]) -> Path:
    folder.mkdir(parents=True)
    return fill_in(Path(shutil.copy(released, folder)), written)


def assert_no_answers(released: Path) -> None:
    """Look for what only an answer has."""
    text = "".join("".join(cell["source"]) for cell in read(released)["cells"])
    assert "found = re.search(rb" not in text
    assert "picture.thumbnail((200, 200))" not in text
    assert "SOLUTION" not in text
    assert "return ..." in text, "what is to be filled in is there"


def test_nbgrader_gives_each_sentence_a_point(tmp_path: Path, quick_kernels: None) -> None:
    its = tool("nbgrader", "nbgrader>=0.9.5,<0.10", "jupyterlab>=4.2", "ipykernel>=6.31")
    course = tmp_path / "course"
    course.mkdir()
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        'c.CourseDirectory.course_id = "pictures"\n'
        'c.ClearSolutions.code_stub = {"python": "# Change the lines above, or add yours here."}\n'
    )
    source = str(course / "source" / "honest" / LESSON.name)
    its.run(its.python, "-m", "evolink_widgets.lessons", "nbgrader", str(LESSON), source)
    its.run("nbgrader", "generate_assignment", "honest", cwd=course)
    released = course / "release" / "honest" / LESSON.name
    assert_no_answers(released)
    assert "NotImplementedError" not in released.read_text("utf-8"), "Run All ends"

    [*_, last] = solved = answers()
    for student, written in {"ana": solved, "ben": {}, "cleo": {last: HALF_DONE}}.items():
        hand_out(released, course / "submitted" / student / "honest", written)
    its.run("nbgrader", "autograde", "honest", "--create", cwd=course)
    its.run("nbgrader", "export", "--to", "grades.csv", cwd=course)
    with (course / "grades.csv").open(newline="") as file:
        grades = {
            row["student_id"]: (row["score"], row["max_score"]) for row in csv.DictReader(file)
        }
    assert grades == {
        "ana": (f"{POINTS}.0", f"{POINTS}.0"),
        "ben": ("0.0", f"{POINTS}.0"),
        "cleo": ("2.0", f"{POINTS}.0"),
    }


def test_otter_gives_each_sentence_a_point(tmp_path: Path, quick_kernels: None) -> None:
    its = tool("otter", "otter-grader>=7,<8", "ipykernel>=6.31")
    source = tmp_path / "honest.ipynb"
    its.run(its.python, "-m", "evolink_widgets.lessons", "otter", str(LESSON), str(source))
    its.run("otter", "assign", "honest.ipynb", "dist", cwd=tmp_path)
    released = tmp_path / "dist" / "student" / "honest.ipynb"
    assert_no_answers(released)
    [grader] = (tmp_path / "dist" / "autograder").glob("*.zip")

    for student, written, points in (("ana", answers(), POINTS), ("ben", {}, 0)):
        handed_in = hand_out(released, tmp_path / student, written)
        told = ["-a", str(grader), "-o", str(handed_in.parent), "--no-logo"]
        its.run("otter", "run", str(handed_in), *told, cwd=tmp_path)
        results = read(handed_in.parent / "results.json")["tests"]
        scores = [one for one in results if one["name"] != "Public Tests"]
        assert sum(one["score"] for one in scores) == points, results
        assert sum(one["max_score"] for one in scores) == POINTS


def test_nbgitpuller_brings_what_is_new_and_keeps_what_a_student_wrote(tmp_path: Path) -> None:
    its = tool("nbgitpuller", "nbgitpuller>=1.2.2", "jupyterlab>=4.2")
    course, student = tmp_path / "course", tmp_path / "student"
    course.mkdir()

    def git(*words: str) -> None:
        author = ("-c", "user.name=Teacher", "-c", "user.email=teacher@example.org")
        subprocess.run(["git", *author, *words], cwd=course, check=True, capture_output=True)

    def pull() -> None:
        its.run("gitpuller", course.as_uri(), "main", str(student), cwd=tmp_path)

    def first_lines(cell_id: str, path: Path) -> str:
        return next(
            "".join(cell["source"]) for cell in read(path)["cells"] if cell["id"] == cell_id
        )

    shutil.copy(LESSON, course)
    git("init", "--quiet", "--initial-branch", "main")
    git("add", ".")
    git("commit", "--quiet", "--message", "A lesson")
    pull()
    mine = student / LESSON.name
    [first, second, *_] = answers()
    fill_in(mine, {first: "source_type = 'mine'"})
    pictures = student / "evolink_images"
    pictures.mkdir()
    (pictures / "a-fox.png").write_bytes(b"paid for")

    theirs = fill_in(
        course / LESSON.name,
        {first: "source_type = 'the teacher mended it'", second: "def family(picture):\n    pass"},
    )
    shutil.copy(theirs, course / "09-new.ipynb")
    git("add", ".")
    git("commit", "--quiet", "--message", "Mend it")
    pull()

    assert first_lines(first, mine) == "source_type = 'mine'", "where both changed, the student's"
    assert first_lines(second, mine) == "def family(picture):\n    pass", "what is theirs alone"
    assert (student / "09-new.ipynb").exists()
    assert (pictures / "a-fox.png").read_bytes() == b"paid for"
