"""What can wait lets a class that asks go first, and is not held up for ever."""

from __future__ import annotations

import asyncio

import pytest

from evolink_widgets.course.rush import Rush


@pytest.mark.parametrize(("asked_at", "waited"), [
    ([], 0.0), ([0.0], 1.0), ([0.0, 0.5], 1.5), ([0.0, 0.9, 1.8, 2.7, 3.6, 4.5], 4.0),
])  # fmt: skip
def test_a_rush_is_waited_for_and_not_for_ever(asked_at: list[float], waited: float) -> None:
    now = 100.0
    coming = [100 + at for at in asked_at]

    def hear() -> None:
        while coming and coming[0] <= now:
            coming.pop(0)
            rush.goes_on()

    async def sleep(seconds: float) -> None:
        nonlocal now
        end = now + seconds
        while coming and coming[0] <= end:
            now = coming[0]
            hear()
        now = end

    rush = Rush(lambda: now, sleep)
    hear()
    asyncio.run(rush.over())
    assert now - 100 == pytest.approx(waited)
