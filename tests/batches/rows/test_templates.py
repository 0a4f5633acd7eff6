"""A field of a request is text with columns in braces, a function of the row, or a value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import evolink_widgets as ew
from evolink_widgets.batches.rows.templates import Unfilled, column_of, compiled

COLUMNS = ("animal", "price", "n_of_them", "photo")
ROW = {"animal": "fox", "price": 3.456, "n_of_them": 2.0, "photo": "fox.jpg"}


def filled(field: str, given: Any) -> Any:
    return compiled(field, given, COLUMNS)(ROW)


@pytest.mark.parametrize(
    ("field", "given", "value"),
    [
        ("prompt", "a {animal} for {price:.2f}", "a fox for 3.46"),
        ("prompt", "{{a}} {animal!r}", "{a} 'fox'"),
        ("prompt", "no column", "no column"),
        ("prompt", lambda row: row["animal"].upper(), "FOX"),
        ("n", "{n_of_them}", 2),
        ("n", 3, 3),
        ("n", lambda row: "²", "²"),
        ("references", "{photo}", ["fox.jpg"]),
        ("references", ["{photo}", b"logo"], ["fox.jpg", b"logo"]),
        ("references", lambda row: ["a.png", row["photo"]], ["a.png", "fox.jpg"]),
        ("references", (), []),
    ],
)
def test_a_field_is_filled_from_the_row(field: str, given: Any, value: Any) -> None:
    assert filled(field, given) == value


def test_a_cell_that_is_a_list_gives_its_references() -> None:
    fill = compiled("references", "{photo}", ("photo",))
    assert fill({"photo": ["a.png", "b.png"]}) == ["a.png", "b.png"]
    parquet = np.array(["a.png", "b.png"], dtype=object)
    assert fill({"photo": parquet}) == ["a.png", "b.png"]
    picture = np.zeros((4, 4, 3), dtype=np.uint8)
    assert fill({"photo": picture})[0] is picture


def test_columns_without_names_are_known_by_their_numbers() -> None:
    columns = ("0", "1", "animal")
    row = {"0": "fox", "1": 3.0, "animal": "owl"}
    assert compiled("prompt", "a {0} and {1:.0f} {animal}s", columns)(row) == "a fox and 3 owls"
    assert compiled("n", "{1}", columns)(row) == 3


@pytest.mark.parametrize(
    ("given", "rule", "nearest"),
    [
        ("a {anmal}", "must name columns of the frame", "{animal}"),
        ("a {}", "must name columns of the frame", None),
        ("a {0}", "must name columns of the frame", None),
        ("a {animal:{wide}}", "must name columns of the frame", None),
        ("a {animal", "must be a template", None),
    ],
)
def test_a_wrong_template_is_told_once_for_all_rows(
    given: str, rule: str, nearest: str | None
) -> None:
    with pytest.raises(ew.InvalidRequest) as caught:
        compiled("prompt", given, COLUMNS)
    [problem] = caught.value.problems
    assert problem.rule.startswith(rule)
    assert problem.nearest == nearest


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_missing_value_is_no_word_of_the_prompt(missing: object) -> None:
    fill = compiled("prompt", "a {animal}", COLUMNS)
    with pytest.raises(Unfilled, match="must have a value in the column 'animal'"):
        fill({**ROW, "animal": missing})


def test_a_function_that_raises_is_a_problem_of_its_row() -> None:
    fill = compiled("prompt", lambda row: row["colour"], COLUMNS)
    with pytest.raises(Unfilled, match=r"KeyError: 'colour'"):
        fill(ROW)
    with pytest.raises(Unfilled, match="must be filled by the row: ValueError"):
        compiled("prompt", "{animal:.2f}", COLUMNS)(ROW)


def test_a_template_that_is_one_column_is_known() -> None:
    assert column_of("{photo}") == "photo"
    others = ["{photo}!", "{photo:>3}", "{photo!r}", "{photo.name}", "photo", "{", 7]
    assert [column_of(one) for one in others] == [None] * 7
