"""Counts and times as people say them: "3 pictures", "21 November", "13:02", "21 h"."""

from __future__ import annotations

import time

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def counted(number: int, thing: str) -> str:
    """Return a number and what it counts, one or several.

    Example:
        >>> counted(1, "picture"), counted(1200, "picture")
        ('1 picture', '1,200 pictures')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def day(when: float, now: float) -> str:
    """The date of a Unix second; with its year where that is another one."""
    then, here = time.localtime(when), time.localtime(now)
    said = f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]}"
    return said if then.tm_year == here.tm_year else f"{said} {then.tm_year}"


def moment(when: float, now: float) -> str:
    """The time of a Unix second; with its date where that is another one."""
    then, here = time.localtime(when), time.localtime(now)
    said = f"{then.tm_hour:02}:{then.tm_min:02}"
    is_today = (then.tm_year, then.tm_yday) == (here.tm_year, here.tm_yday)
    return said if is_today else f"{day(when, now)}, {said}"


def span(seconds: float) -> str:
    """A length of time, as whole hours or minutes that have surely not passed before."""
    if seconds >= 3600:
        return f"{int(seconds // 3600)} h"
    return f"{max(1, int(seconds // 60))} min"
