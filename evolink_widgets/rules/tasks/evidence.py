"""Weighs evidence that a found task is the lost one, and tells which of it is proof.

Evidence is what the service tells of a task: its model and time, the number of its pictures, the
credits set aside and taken, its duration, later its pixels, and who owns it already. What is not
told neither confirms nor contradicts. None of it alone is proof: time and model are shared by
every ask of that moment, and number, quality and pixels by all who use the same settings.

Proof is an amount of credits that is the ask's to the fourth decimal, where the prompt has a part
in it, and nothing else that speaks against it. Whether it also is the only such task is decided
for all lost asks together (`rules.tasks.assignment`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from evolink_widgets.rules.pricing.tariff import Amount, Tariff, facts_of
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.task import TaskSnapshot, TaskStatus
from evolink_widgets.text.wording import counted

__all__ = ["Expected", "Finding", "Weight", "expected", "other_pixels", "tell", "too_many", "weigh"]

_ODD_DURATION = 10.0
"""How often longer, or shorter, than usual a task must have taken to prove nothing."""
_SHAPE, _AREA = 1.05, 1.25
"""By how much edges and area may differ from what was asked: services round pixels."""


class Weight(Enum):
    """The weight of the evidence that a task is the lost one."""

    PROOF = "it is this ask's, unless another task has the same evidence"
    POSSIBLE = "nothing speaks against it, and nothing proves it"
    CONTRADICTION = "it is not this ask's"


@dataclass(frozen=True)
class Finding:
    """One ask held against one task.

    Attributes:
        weight: what the evidence comes to.
        part: which part of the evidence decided, and how, as a phrase for the screen.
    """

    weight: Weight
    part: str = ""


@dataclass(frozen=True)
class Expected:
    """What the task of an ask would show.

    Attributes:
        n: pictures that were asked for.
        reserved: credits set aside; `None` where that can't be foretold.
        charged: credits taken for 1, 2, … n pictures; empty where that can't be foretold.
        charges_are_learned: whether that is foretold from earlier charges; else it is a guess,
            which does not outweigh what was set aside.
        seconds: what such asks of this store usually took; `None` where that is not known.
    """

    n: int
    reserved: Amount | None = None
    charged: tuple[Amount, ...] = ()
    charges_are_learned: bool = False
    seconds: float | None = None


def expected(
    request: ImageRequest, reserves: Tariff, charges: Tariff, seconds: float | None = None
) -> Expected:
    """What the task of an ask would show.

    Args:
        request: what was asked.
        reserves: by which the service sets credits aside.
        charges: by which it takes them.
        seconds: what such asks usually took.
    """
    charged: list[Amount] = []
    if request.pixels and not request.references:  # else it is known only afterwards
        found = (charges.amount(facts_of(request, number + 1)) for number in range(request.n))
        charged = [amount for amount in found if amount is not None]
    return Expected(
        request.n,
        reserves.amount(facts_of(request)),
        tuple(charged),
        charges.is_learned,
        seconds,
    )


def weigh(ask: Expected, task: TaskSnapshot) -> Finding:
    """Hold what a task shows against what the ask's task would show.

    Args:
        ask: what is expected.
        task: a reading of the task.
    """
    number = len(task.results) if task.status is TaskStatus.COMPLETED else None
    if number is not None and too_many(ask.n, number):
        return Finding(Weight.CONTRADICTION, "another number of pictures")
    found = _weigh_credits(ask, task)
    if found.weight is Weight.PROOF and _is_odd(task.duration, ask.seconds):
        return Finding(Weight.POSSIBLE, "an odd duration")
    return found


def _is_odd(duration: float | None, usual: float | None) -> bool:
    """Whether it took quite another time than such asks do.

    That is no contradiction: where a service stalls, replies are lost and its tasks are slow.
    """
    if duration is None or usual is None:
        return False
    return not 1 / _ODD_DURATION <= duration / usual <= _ODD_DURATION


def _weigh_credits(ask: Expected, task: TaskSnapshot) -> Finding:
    delivered = sum(map(bool, task.results)) if task.status is TaskStatus.COMPLETED else 0
    told = [
        (credits, amount, counts)
        for credits, amount, counts in (
            (task.receipt.reserved, ask.reserved, True),
            # Fewer pictures at their own price may be another ask's, whole.
            (task.receipt.charged, _of(ask.charged, delivered), delivered == ask.n),
        )
        if credits and amount is not None
    ]
    if not ask.charges_are_learned:
        del told[1:]
    for credits, amount, _ in told:
        if not amount.is_told_by(credits):
            said = f"{_say(credits)} credits, not {_say(amount.credits)}"
            return Finding(Weight.CONTRADICTION, said)
    if any(counts and amount.tells_text for _, amount, counts in told):
        return Finding(Weight.PROOF, "the same credits")
    return Finding(Weight.POSSIBLE, "nothing told that proves it")


def too_many(n: int, number: int) -> bool:
    """Whether so many results can't be of an ask for `n`; fewer can, one may be missing."""
    return number > n


def other_pixels(asked: tuple[int, int] | None, came: tuple[int, int]) -> bool:
    """Whether a picture's pixels contradict what was asked; `auto` contradicts nothing.

    Args:
        asked: width and height; `None` for `auto`.
        came: of the picture.
    """
    if asked is None:
        return False
    shape = (came[0] * asked[1]) / (came[1] * asked[0])
    area = (came[0] * came[1]) / (asked[0] * asked[1])
    return not (1 / _SHAPE <= shape <= _SHAPE and 1 / _AREA <= area <= _AREA)


def tell(findings: Iterable[Finding], ruled_out: int = 0) -> str:
    """What was looked at and why none was taken, in a sentence or two for the screen.

    Args:
        findings: of every task of that time and model that has no owner.
        ruled_out: how many more were taken once and turned out to be another's.
    """
    found = list(findings)
    total = len(found) + ruled_out
    if not total:
        return "The service's list shows no task of that time without an owner."
    said = [f"{counted(total, 'task')} of that time in the service's list, none surely this one"]
    parts = Counter(
        one.part for one in found if one.weight is Weight.CONTRADICTION
    )  # in the order of the list
    reasons = [f"{_has(number)} {part}" for part, number in parts.most_common(3)]
    more = sum(parts.values()) - sum(number for _, number in parts.most_common(3))
    reasons += [f"{more} cost something else"] if more else []
    equal = sum(one.weight is Weight.PROOF for one in found)
    if equal:
        reasons.append(f"{equal} could be this one or another's: the credits are the same")
    open_ = sum(one.weight is Weight.POSSIBLE for one in found)
    if open_:
        reasons.append(f"nothing proves whose {_is(open_)}")
    if ruled_out:
        reasons.append(f"{_has(ruled_out)} pictures of another size or number")
    return f"{said[0]}: {'; '.join(reasons)}."


def _of(amounts: tuple[Amount, ...], number: int) -> Amount | None:
    return amounts[number - 1] if 0 < number <= len(amounts) else None


def _say(credits: float) -> str:
    return f"{credits:.4f}"


def _has(number: int) -> str:
    return f"{number} {'has' if number == 1 else 'have'}"


def _is(number: int) -> str:
    return f"{number} {'is' if number == 1 else 'are'}"
