"""Any frame is read as rows, and goes out as the kind that came in, with columns beside it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import evolink_widgets as ew
from evolink_widgets.batches.rows.frames import is_missing, read_frame

DATA = {"animal": ["fox", None, "owl"], "legs": [4, 4, 2]}
RECORDS = [dict(zip(DATA, row, strict=True)) for row in zip(*DATA.values(), strict=True)]

KINDS: dict[str, tuple[Callable[[], Any], type]] = {
    "pandas": (lambda: pd.DataFrame(DATA), pd.DataFrame),
    "polars": (lambda: pl.DataFrame(DATA), pl.DataFrame),
    "lazy polars": (lambda: pl.LazyFrame(DATA), pl.DataFrame),
    "pyarrow": (lambda: pa.table(DATA), pa.Table),
    "a list of dicts": (lambda: RECORDS, list),
    "an iterator of dicts": (lambda: iter(RECORDS), list),
    "a dict of lists": (lambda: DATA, dict),
}


def columns(frame: Any) -> dict[str, list[Any]]:
    """Any frame as lists, missing cells as `None`."""
    if isinstance(frame, list):
        frame = {name: [row.get(name) for row in frame] for name in frame[0]}
    elif isinstance(frame, (pl.DataFrame, pd.DataFrame)):
        frame = {name: frame[name].to_list() for name in frame.columns}
    elif isinstance(frame, pa.Table):
        frame = frame.to_pydict()
    return {
        name: [None if is_missing(value) else value for value in values]
        for name, values in frame.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_comes_back_as_its_own_kind(kind: str) -> None:
    make, type_ = KINDS[kind]
    frame = read_frame(make())
    assert (len(frame), frame.columns) == (3, ("animal", "legs"))
    assert [row["legs"] for row in frame.rows()] == [4, 4, 2]
    assert [is_missing(row["animal"]) for row in frame.rows()] == [False, True, False]
    result = frame.beside(
        [0, 0, 2],
        {"path": ["a", None, "b"], "credits": [0.5, None, 1.0], "reused": [True, None, False],
         "legs": ["x", "y", "z"]},
    )  # fmt: skip
    assert isinstance(result, type_)
    assert columns(result) == {
        "animal": ["fox", "fox", "owl"],
        "legs": [4, 4, 2],
        "path": ["a", None, "b"],
        "credits": [0.5, None, 1.0],
        "reused": [True, None, False],
        "legs_2": ["x", "y", "z"],
    }
    empty = frame.alike({"row": [], "field": []})
    assert isinstance(empty, type_)
    assert columns(frame.alike({"row": [2], "field": ["n"]})) == {"row": [2], "field": ["n"]}


def test_a_pandas_index_comes_along() -> None:
    frame = read_frame(pd.DataFrame(DATA, index=["x", "y", "z"]))
    result = frame.beside([0, 1, 2], {"path": ["a", "b", "c"]})
    assert result.index.tolist() == ["x", "y", "z"]
    assert result["path"].tolist() == ["a", "b", "c"]


def test_a_csv_file_is_read_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "animals.csv"
    path.write_text("\ufeffanimal,ratio\nfox,16:9\nowl,\nhare\n", "utf-8")
    assert list(read_frame(path).rows()) == [
        {"animal": "fox", "ratio": "16:9"},
        {"animal": "owl", "ratio": None},
        {"animal": "hare", "ratio": None},
    ]
    path.write_text("animal,ratio\nfox,16:9,extra\n", "utf-8")
    with pytest.raises(ew.InvalidRequest, match="line 2 has"):
        read_frame(str(path))
    with pytest.raises(ew.InvalidRequest, match="that is there"):
        read_frame("nowhere.csv")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    path.write_text("animal\nfox\n", "utf-8")
    assert len(read_frame("~/animals.csv")) == 1
    path.write_text("animal,animal\nfox,owl\n", "utf-8")
    with pytest.raises(ew.InvalidRequest, match="a name of its own"):
        read_frame(path)
    path.write_text("animal,ratio\n", "utf-8")
    empty = read_frame(path)
    assert (empty.columns, len(empty)) == (("animal", "ratio"), 0)


@pytest.mark.parametrize(
    "given",
    [
        *(7, None, ["fox"], pd.Series([1]), object()),
        *({"a": [1], "b": []}, {"animal": "fox"}, pd.DataFrame(DATA).to_dict()),
    ],
)
def test_what_is_no_frame_is_refused(given: object) -> None:
    with pytest.raises(ew.InvalidRequest, match="frame must") as caught:
        read_frame(given)
    assert caught.value.problems[0].field == "frame"


@pytest.mark.parametrize(
    "cell",
    [
        *(None, float("nan"), np.float32("nan"), Decimal("nan")),
        *(pd.NA, pd.NaT, np.datetime64("NaT")),
    ],
)
def test_a_cell_may_hold_nothing(cell: object) -> None:
    assert is_missing(cell)


@pytest.mark.parametrize("cell", ["", "nan", 0, 0.0, False, Decimal(0), np.float32(1), [], b""])
def test_a_cell_that_holds_little_is_not_missing(cell: object) -> None:
    assert not is_missing(cell)


def reversed_in_place(given: Any) -> None:
    """Turn a frame round, and change a cell of it, as a later cell of a notebook may."""
    if isinstance(given, pd.DataFrame):
        given[:] = given.iloc[::-1].to_numpy()
        given.iloc[0, 1] = 99
    elif isinstance(given, pl.DataFrame):
        given.replace_column(0, given["animal"].reverse())
        given[0, "legs"] = 99
    elif isinstance(given, dict):
        given["animal"].reverse()
        given["legs"][0] = 99
    else:
        given.reverse()
        given[0]["legs"] = 99


@pytest.mark.parametrize("kind", ["pandas", "polars", "a list of dicts", "a dict of lists"])
def test_what_is_done_to_a_frame_later_does_not_reach_its_rows(kind: str) -> None:
    given = copy.deepcopy(KINDS[kind][0]())
    frame = read_frame(given)
    reversed_in_place(given)
    assert [row["legs"] for row in frame.rows()] == [4, 4, 2]
    result = columns(frame.beside([0, 1, 2], {"path": ["a", "b", "c"]}))
    assert result == {**DATA, "path": ["a", "b", "c"]}


def test_rows_need_not_have_the_same_keys() -> None:
    rows = list(read_frame([{"a": 1}, {"b": 2}]).rows())
    assert rows == [{"a": 1, "b": None}, {"a": None, "b": 2}]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_taken_out_and_figures_that_are_missing_stay_numbers(kind: str) -> None:
    make, type_ = KINDS[kind]
    frame = read_frame(make())
    some = frame.beside([2, 0], {})
    assert isinstance(some, type_)
    assert columns(some) == {"animal": ["owl", "fox"], "legs": [2, 4]}
    told = frame.alike({"judge": ["ana", "ana"], "both": [3, 0], "kappa": [None, None]})
    assert columns(told) == {"judge": ["ana", "ana"], "both": [3, 0], "kappa": [None, None]}
    if isinstance(told, pl.DataFrame):
        assert told.schema["kappa"] == pl.Float64
