"""The list of students, and the tokens that are made from it."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evolink_widgets.course.__main__ import main
from evolink_widgets.course.books.roster import Student, read_students
from evolink_widgets.errors import ConfigurationError


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_list_is_read_as_spreadsheets_of_any_country_write_it(between: str) -> None:
    text = f"name{between}budget\r\nAna{between}\r\nChloé{between}40\r\n"
    assert read_students(text) == [Student("Ana"), Student("Chloé", 40.0)]
    assert read_students("name;budget\nAna;2,5\n") == [Student("Ana", 2.5)]


def test_a_list_has_names_and_where_some_differ_budgets() -> None:
    text = "\ufeffName,group,Budget\nAna,1,\n Ben ,2,2.5\n,,\nChloé,1,0\n"
    assert read_students(text) == [Student("Ana"), Student("Ben", 2.5), Student("Chloé", 0.0)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("student\nAna\n", "it needs one called name"),
        ("", "columns none"),
        ("name\n", "names 0 students"),
        ("name\nAna\nAna\n", "Line 3: the name 'Ana' is there twice"),
        ("name,budget\nAna,many\n", "Line 2: the budget 'many'"),
        ("name,budget\nAna,-1\n", "0 or more"),
        ("name,budget\nAna,nan\n", "must be a number"),
    ],
)
def test_what_is_wrong_in_a_list_is_named(text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        read_students(text)


def tokens(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, str]:
    books = str(folder / "course.sqlite")
    students = str(folder / "students.csv")
    assert command("tokens", "--books", books, "--students", students, *more) == 0
    return {
        row["name"]: row["token"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))
    }


def test_tokens_are_made_once_told_once_and_kept_as_hashes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "students.csv").write_text("name\nAna\nBen\n")
    first = tokens(tmp_path, capsys)
    assert set(first) == {"Ana", "Ben"}
    assert tokens(tmp_path, capsys) == {}
    assert set(tokens(tmp_path, capsys, "--renew", "Ben")) == {"Ben"}
    (tmp_path / "students.csv").write_text("name\nAna\nBen\nCid\n")
    assert set(tokens(tmp_path, capsys)) == {"Cid"}
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("course.sqlite*"))
    assert not [one for one in first.values() if one.encode() in kept]


def test_a_name_that_is_not_in_the_list_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "students.csv").write_text("name\nAna\n")
    books, students = str(tmp_path / "course.sqlite"), str(tmp_path / "students.csv")
    assert command("tokens", "--books", books, "--students", students, "--renew", "Eve") == 2
    assert "Eve: not in the list" in capsys.readouterr().err


def command(*arguments: str) -> int:
    """Its exit code; on a thread of its own, as a browser's loop may run in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(main, arguments).result()
