"""Prices, balances and caps in a panel's words, and why a request can't be bought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from evolink_widgets.errors import SpendingRefused

if TYPE_CHECKING:
    from evolink_widgets.core.money import Meter
    from evolink_widgets.core.stored import Stored
    from evolink_widgets.rules.pricing.pricing import Estimate
    from evolink_widgets.rules.tasks.task import Credits

__all__ = [
    "SWITCHED_OFF",
    "AskFirst",
    "amount",
    "balance",
    "check_unasked",
    "is_limited",
    "meter",
    "obstacle",
    "offer",
    "price",
    "span",
]

SWITCHED_OFF = 'Spending is switched off (spend="never").'


class AskFirst(SpendingRefused):
    """It may cost more than the page's settings buy unasked: nothing was sent, a person decides.

    Args:
        message: what it may cost, and why it is asked.
        most: the credits that a "yes" is for; `None` where there is no limit to them.
        yes: the word on the button that says so.
    """

    def __init__(self, message: str, most: float | None, yes: str) -> None:
        super().__init__(message)
        self.question = {"text": message, "most": most, "yes": yes}


def amount(credits: float) -> str:
    """Credits as digits: as many as matter."""
    if credits <= 0:
        return "0"
    return f"{credits:,.1f}".removesuffix(".0") if credits >= 1 else f"{credits:.2g}"


def span(estimate: Estimate) -> str:
    """What something may cost, as digits: "4.9 to 5.6", or one number where the ends look alike."""
    low, high = amount(estimate.low), amount(estimate.high)
    if estimate.high < 1:  # "0.49 to 0.50": of two that small, one is not to look rounder
        places = max(len(text.partition(".")[2]) for text in (low, high))
        low, high = (f"{float(text):.{places}f}" for text in (low, high))
    return low if low == high else f"{low} to {high}"


def price(estimate: Estimate) -> dict[str, Any]:
    """What a request will cost, before it is asked."""
    return {
        "low": estimate.low,
        "high": estimate.high,
        "usdLow": estimate.usd_low,
        "usdHigh": estimate.usd_high,
        "text": str(estimate),
        "learned": estimate.basis if estimate.basis.startswith("from ") else None,
    }


def balance(credits: Credits | None) -> dict[str, Any] | None:
    """What is left: the smaller of the two, and each by its name where both are known."""
    left = credits.spendable if credits else None
    if credits is None or left is None:
        return None
    key = None if credits.key_unlimited else credits.key_remaining
    named = {"This key": key, "account": credits.account_remaining}
    known = {name: value for name, value in named.items() if value is not None}
    if len(known) < len(named):
        known = {"Balance": left}
    return {
        "credits": left,
        "parts": [[name, f"{value:,.1f} credits"] for name, value in known.items()],
    }


def meter(one: Meter) -> dict[str, Any]:
    """One cap: what is gone of it, as numbers for the bar and as words."""
    name = one.name.removeprefix("the ")
    gone = f"{amount(one.spent)} spent, {amount(one.reserved)} reserved"
    return {
        "name": name[:1].upper() + name[1:],
        "limit": one.limit,
        "spent": one.spent,
        "reserved": one.reserved,
        "text": f"{gone}, {amount(one.left)} of {amount(one.limit)} credits left",
    }


def obstacle(estimate: Estimate, meters: Iterable[Meter], may_spend: bool) -> str | None:
    """Say in one sentence why a request can't be bought; `None` when it can.

    Args:
        estimate: what it may cost, in credits.
        meters: the caps that hold, and what is left of each.
        may_spend: whether buying is switched on.
    """
    if not may_spend:
        return SWITCHED_OFF
    for one in meters:
        # The upper end counts, as it does where credits are reserved.
        if estimate.high > one.left:
            return (
                f"This may cost {amount(estimate.high)} credits, and {one.name} of "
                f"{amount(one.limit)} has {amount(one.left)} left."
            )
    return None


def is_limited(content: Mapping[str, Any]) -> bool:
    """Whether the page that was pressed on buys up to a limit alone without a question."""
    return isinstance(content.get("most"), (int, float))


def check_unasked(
    estimate: Estimate | None, most: float, simulated: bool, offered: object = None
) -> None:
    """Hold a purchase against what a press buys without a question.

    Args:
        estimate: what it may cost; `None` is nothing.
        most: credits that are bought unasked, as the page's settings or an offer has them.
        simulated: whether an emulator plays the service.
        offered: credits that stood beside what was pressed; `None` where that is not told.

    Raises:
        AskFirst: it may cost more; nothing was sent.
    """
    if estimate is None or not estimate.high > most:
        return
    may = "would cost" if simulated else "may cost"
    why = f"Your settings ask before a purchase over {amount(most)}."
    if isinstance(offered, (int, float)) and estimate.high > offered:
        why = f"{amount(offered)} credits were shown: the store, or the price, is another by now."
    raise AskFirst(
        f"This {may} up to {amount(estimate.high)} credits. {why}",
        estimate.high,
        "Make" if simulated else "Buy",
    )


def offer(
    stored: Stored | None, wanted: int, rest: Estimate | None, hindered: bool
) -> dict[str, Any] | None:
    """What the store has of a request, and the word on the button that takes it.

    Args:
        stored: what there is.
        wanted: how many pictures are asked for.
        rest: what the missing ones will cost; `None` when none is missing.
        hindered: whether the missing ones can't be bought.
    """
    if stored is None:
        return None
    here = f"{stored.pictures} of {wanted}" if rest else f"{stored.pictures}"
    take = "Use it" if stored.pictures == 1 else "Use them"
    if rest is not None:
        take = f"{take} and buy {rest.pictures} for about {amount(rest.high)} credits"
    return {
        "pictures": stored.pictures,
        "text": f"{here} in {stored.source}, {stored.price}",
        "take": None if rest is not None and hindered else take,
        "most": 0.0 if rest is None else rest.high,
    }
