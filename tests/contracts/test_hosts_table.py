"""The table of hosts claims nothing that was not tried."""

from __future__ import annotations

import re

import pytest
from source import ROOT

HOSTS = (ROOT / "docs" / "howto" / "hosts.md").read_text("utf-8")
KEYS = (ROOT / "docs" / "howto" / "keys.md").read_text("utf-8")
_, _, *ROWS = (
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in HOSTS.split("\n## ")[0].splitlines()
    if line.startswith("|")
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_what_works_and_how_it_was_tried(row: list[str]) -> None:
    host, works, _, _, tried = row
    assert host
    assert works
    tests = re.findall(r"`(tests/[^`]+)`", tried)
    assert tests or re.fullmatch(r"by hand, \d{4}-\d\d-\d\d", tried)
    assert [test for test in tests if not (ROOT / test).exists()] == []


def test_the_set_up_of_sanitised_pages_is_the_one_that_is_tested() -> None:
    [row] = [row for row in ROWS if "sanitize" in row[0]]
    tested = (ROOT / "tests" / "notebook" / "test_exports.py").read_text("utf-8")
    [order] = re.findall(r"priority='(\[.*\])'", row[3])
    assert f"pictures_first = {order}" in tested


def test_keys_are_asked_for_in_the_order_that_is_told() -> None:
    from evolink_widgets.core.settings.kept_keys import _SOURCES

    told = re.findall(r"^\d\. (.*)$", KEYS, re.M)[2:]
    names = [name.removeprefix("the ").split("'")[0].lower() for name, _ in _SOURCES]
    assert len(told) == len(names)
    assert [name in line.lower() for name, line in zip(names, told, strict=True)] == [True] * 4
