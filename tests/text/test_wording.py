"""Counts and times as people say them."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from evolink_widgets.text.wording import counted, day, moment, span

NOW = datetime(2026, 11, 21, 13, 2).timestamp()


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 pictures"), (1, "1 picture"), (1_200, "1,200 pictures")]
)
def test_a_count_is_one_or_several(number: int, said: str) -> None:
    assert counted(number, "picture") == said


def test_a_time_says_its_day_where_that_is_not_today_and_its_year_where_that_is_another() -> None:
    assert moment(NOW - 60, NOW) == "13:01"
    assert moment(NOW - 14 * 3600, NOW) == "20 November, 23:02"
    assert moment(datetime(2025, 12, 31, 9, 5).timestamp(), NOW) == "31 December 2025, 09:05"
    assert day(NOW, NOW) == "21 November"


def test_days_are_those_of_the_machine() -> None:
    assert moment(0.0, 0.0) == time.strftime("%H:%M", time.localtime(0))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (5, "1 min"),
        (119, "1 min"),
        (120, "2 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (90_000, "25 h"),
    ],
)
def test_a_length_of_time_is_whole_minutes_or_hours_that_have_passed(
    seconds: float, said: str
) -> None:
    assert span(seconds) == said
