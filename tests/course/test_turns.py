"""Turns go round: a student with many calls keeps none from one with a single call."""

from __future__ import annotations

import asyncio

from classroom import apart

from evolink_widgets.course.upstream.turns import Turns


def order_of(calls: list[str], at_once: int = 1) -> list[str]:
    async def play() -> list[str]:
        turns, served = Turns(at_once), []

        async def call(student: str) -> None:
            async with turns.turn(student):
                served.append(student)
                await asyncio.sleep(0)

        await asyncio.gather(*map(call, calls))
        return served

    return apart(play())


def test_one_call_waits_for_one_of_the_others_and_not_for_all() -> None:
    assert order_of(["a"] * 5 + ["b"]) == ["a", "a", "b", "a", "a", "a"]


def test_three_take_turns_whatever_each_has_waiting() -> None:
    served = order_of(["a"] * 4 + ["b"] * 2 + ["c"])
    assert served == ["a", "a", "b", "c", "a", "b", "a"]


def test_all_wait_as_long_as_the_service_asks() -> None:
    async def play() -> float:
        turns = Turns()
        loop = asyncio.get_running_loop()
        began = loop.time()
        turns.pause(0.05)
        async with turns.turn("a"), turns.turn("b"):
            return loop.time() - began

    assert apart(play()) >= 0.05


def test_a_call_that_is_given_up_gives_its_turn_back() -> None:
    async def play() -> int:
        turns = Turns(1)
        async with turns.turn("a"):
            waits = asyncio.create_task(_take(turns, "b"))
            await asyncio.sleep(0)
            waits.cancel()
            await asyncio.gather(waits, return_exceptions=True)
        async with asyncio.timeout(5) if hasattr(asyncio, "timeout") else turns.turn("c"):
            pass
        await asyncio.wait_for(_take(turns, "d"), 5)
        return turns.waiting

    assert apart(play()) == 0


async def _take(turns: Turns, student: str) -> None:
    async with turns.turn(student):
        pass
