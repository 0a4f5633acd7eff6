"""What confirms, what contradicts, and what proves; and how it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.pricing.tariff import Tariff, facts_of
from evolink_widgets.rules.request.request import BETA, ImageRequest
from evolink_widgets.rules.tasks.evidence import (
    Expected,
    Finding,
    Weight,
    expected,
    other_pixels,
    tell,
    weigh,
)
from evolink_widgets.rules.tasks.task import TaskSnapshot, TaskStatus

ASK = ImageRequest("a blue cup", size="1:1", quality="low", n=2)


def facts(request: ImageRequest = ASK) -> Expected:
    return expected(request, Tariff(), Tariff())


def credits_of(request: ImageRequest, pictures: int | None = None) -> float:
    amount = Tariff().amount(facts_of(request, pictures))
    assert amount is not None
    return round(amount.credits, 4)


def task(
    reserved: float | None = None,
    charged: float | None = None,
    came: int | None = None,
    **more: Any,
) -> TaskSnapshot:
    status = TaskStatus.PROCESSING if came is None else TaskStatus.COMPLETED
    links = () if came is None else ("https://x/1",) * came
    receipt = Receipt(reserved=reserved, charged=charged)
    return TaskSnapshot("task-1", status, results=links, receipt=receipt, **more)


def weight(shown: TaskSnapshot, ask: Expected | None = None) -> Weight:
    return weigh(ask or facts(), shown).weight


def test_its_credits_to_the_fourth_decimal_prove_a_task() -> None:
    assert weight(task(credits_of(ASK))) is Weight.PROOF
    assert weight(task(credits_of(ASK), credits_of(ASK), came=2)) is Weight.PROOF


@pytest.mark.parametrize(
    "other",
    [
        replace(ASK, n=1),
        replace(ASK, n=3),
        replace(ASK, size="16:9"),
        replace(ASK, size="816x816"),
        replace(ASK, quality="high"),
        replace(ASK, prompt="a blue cup, larger"),
        replace(ASK, prompt="cup"),
    ],
    ids=str,
)
def test_the_credits_of_any_other_ask_contradict(other: ImageRequest) -> None:
    assert weight(task(credits_of(other))) is Weight.CONTRADICTION


def test_what_is_not_told_neither_confirms_nor_contradicts() -> None:
    assert weight(task()) is Weight.POSSIBLE
    assert weight(task(came=2)) is Weight.POSSIBLE
    assert weight(task(reserved=0.0, charged=0.0)) is Weight.POSSIBLE
    unforetold = expected(ASK, Tariff(None), Tariff(None))
    assert weight(task(1.0, 1.0, came=2), unforetold) is Weight.POSSIBLE


def test_more_pictures_than_were_asked_for_contradict_and_fewer_do_not() -> None:
    assert weight(task(credits_of(ASK), came=3)) is Weight.CONTRADICTION
    assert weight(task(came=3)) is Weight.CONTRADICTION
    assert weight(task(credits_of(ASK), credits_of(ASK, 1), came=1)) is Weight.PROOF


def test_what_was_taken_proves_where_nothing_else_is_told_and_all_pictures_came() -> None:
    learned = replace(facts(), charges_are_learned=True)
    assert weight(task(charged=credits_of(ASK), came=2), learned) is Weight.PROOF
    assert weight(task(charged=credits_of(ASK) + 0.001, came=2), learned) is Weight.CONTRADICTION
    # One picture at its own price may be the whole of another ask.
    assert weight(task(charged=credits_of(ASK, 1), came=1), learned) is Weight.POSSIBLE


def test_a_charge_that_is_only_guessed_does_not_outweigh_what_was_set_aside() -> None:
    shown = task(credits_of(ASK), 0.9 * credits_of(ASK), came=2)
    assert weight(shown) is Weight.PROOF
    assert weight(shown, replace(facts(), charges_are_learned=True)) is Weight.CONTRADICTION


def test_a_price_that_is_the_same_for_every_prompt_proves_nothing() -> None:
    ask = ImageRequest("a blue cup", size="1:1", model=BETA)
    assert weight(task(1.02), facts(ask)) is Weight.POSSIBLE
    assert weight(task(1.734), facts(ask)) is Weight.CONTRADICTION


def test_a_duration_of_quite_another_kind_takes_the_proof_away() -> None:
    shown = task(credits_of(ASK), credits_of(ASK), came=2, duration=400.0)
    assert weight(shown) is Weight.PROOF
    assert weight(shown, replace(facts(), seconds=100.0)) is Weight.PROOF
    # A service that stalls loses replies, too: it may well be it, and keeps others from being it.
    assert weight(shown, replace(facts(), seconds=20.0)) is Weight.POSSIBLE


@pytest.mark.parametrize(
    ("asked", "came", "contradicts"),
    [
        ((1024, 1024), (1024, 1024), False),
        ((1776, 592), (1792, 576), False),
        ((1024, 1024), (1000, 1000), False),
        ((1024, 1024), (1360, 768), True),
        ((1360, 768), (768, 1360), True),
        ((1184, 880), (1152, 912), True),
        ((2048, 2048), (1024, 1024), True),
        (None, (1360, 768), False),
    ],
)
def test_pixels_contradict_where_no_rounding_explains_them(
    asked: tuple[int, int] | None, came: tuple[int, int], contradicts: bool
) -> None:
    assert other_pixels(asked, came) is contradicts


def test_what_was_looked_at_is_told_shortly() -> None:
    number = Finding(Weight.CONTRADICTION, "another number of pictures")
    dearer = Finding(Weight.CONTRADICTION, "0.5218 credits, not 0.1138")
    assert tell([number, dearer, number]) == (
        "3 tasks of that time in the service's list, none surely this one: "
        "2 have another number of pictures; 1 has 0.5218 credits, not 0.1138."
    )
    assert tell([Finding(Weight.POSSIBLE)]) == (
        "1 task of that time in the service's list, none surely this one: "
        "nothing proves whose 1 is."
    )
    assert "2 could be this one or another's" in tell([Finding(Weight.PROOF)] * 2)
    assert "1 has pictures of another size or number" in tell([], 1)
    assert "no task of that time" in tell([])
