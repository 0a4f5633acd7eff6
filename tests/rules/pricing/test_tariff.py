"""A single amount is foretold to the fourth decimal, or not at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolink_widgets.rules.pricing.pricing import in_steps, picture_range, text_credits
from evolink_widgets.rules.pricing.tariff import Tariff, facts_of
from evolink_widgets.rules.request.request import BETA, ImageRequest

Told = Callable[[ImageRequest], float]


def told(
    request: ImageRequest,
    factor: float = 1.0,
    tokens: Callable[[int], int] = lambda size: max(1, size // 4),
    rounded: Callable[[float], float] = lambda credits: round(credits, 4),
) -> float:
    """What a service would set aside that counts so."""
    pixels = request.pixels or (2048, 2048)
    references = len(request.references)
    picture = picture_range(request.model, pixels, request.quality, references=references)[1]
    text = text_credits(4 * tokens(len(request.prompt.encode())))[1]
    return rounded((picture + text) * request.n * factor)


def samples(requests: Sequence[ImageRequest], say: Told = told) -> list[object]:
    return [replace(facts_of(request), charged=say(request)) for request in requests]


def asks(number: int = 12) -> list[ImageRequest]:
    return [
        ImageRequest(
            "a fox in the snow, painted at night"[: 7 + 2 * at],
            size=("816x816", "16:9", "auto")[at % 3],
            quality=("low", "medium", "high")[at % 2],
            n=1 + at % 3,
        )
        for at in range(number)
    ]


requests = st.builds(
    ImageRequest,
    st.text("ab é雪", min_size=1, max_size=80).filter(lambda text: bool(text.strip())),
    size=st.sampled_from(["auto", "816x816", "1:1", "16:9", "2048x2048"]),
    quality=st.sampled_from(["low", "medium", "high"]),
    n=st.integers(1, 10),
)


@given(requests)
def test_without_earlier_amounts_the_published_prices_stand(request: ImageRequest) -> None:
    amount = Tariff().amount(facts_of(request))
    assert amount is not None
    assert amount.is_told_by(told(request))
    assert not amount.is_told_by(told(request) + 0.0002)
    assert not amount.is_told_by(told(request) - 0.0002)


@given(requests, st.sampled_from([0.5, 0.85, 0.9, 1.0, 1.25, 1.3, 2.0]), st.integers(1, 5))
def test_a_common_factor_is_read_off_earlier_amounts(
    request: ImageRequest, factor: float, number: int
) -> None:
    def say(one: ImageRequest) -> float:
        return told(one, factor)

    tariff = Tariff.learn(samples(asks()[-number:], say))
    assert tariff.factor == factor
    amount = tariff.amount(facts_of(request))
    assert amount is not None
    assert amount.is_told_by(say(request))


@pytest.mark.parametrize(
    "tokens",
    [lambda size: max(1, size // 4), lambda size: math.ceil(size / 4), lambda size: 0],
    ids=["down", "up", "free"],
)
@pytest.mark.parametrize("rounded", [lambda credits: round(credits, 4), in_steps])
def test_how_text_is_counted_and_amounts_are_rounded_is_read_off_them_too(
    tokens: Callable[[int], int], rounded: Callable[[float], float]
) -> None:
    def say(one: ImageRequest) -> float:
        return told(one, 1.1, tokens, rounded)

    *earlier, ask = asks()
    amount = Tariff.learn(samples(earlier, say)).amount(facts_of(ask))
    assert amount is not None
    assert amount.is_told_by(say(ask))
    assert amount.tells_text is (tokens(100) > 0)


def test_a_new_price_is_believed_at_once_and_the_old_ones_are_left_behind() -> None:
    new = samples(asks(1), lambda one: told(one, 1.3))
    old = samples(asks()[1:], told)
    assert Tariff.learn([*new, *old]).factor == 1.3


def test_amounts_that_follow_no_rule_foretell_nothing() -> None:
    odd = iter((1.031, 0.987, 1.173, 0.919, 1.057, 1.111, 0.953, 1.013, 1.091, 0.971, 1.003, 1.037))
    tariff = Tariff.learn(samples(asks(), lambda one: told(one, next(odd) + 0.000_37)))
    assert tariff.amount(facts_of(asks()[0])) is None


def test_references_that_are_counted_otherwise_silence_asks_with_references_alone() -> None:
    edit = ImageRequest("at night", size="1:1", references=["https://x/1.png"])
    plain = asks(4)
    learned = Tariff.learn(
        [*samples([edit], lambda one: told(one) - 0.25), *samples(plain), *samples([edit])]
    )
    assert learned.amount(facts_of(edit)) is None
    amount = learned.amount(facts_of(plain[0]))
    assert amount is not None
    assert amount.is_told_by(told(plain[0]))


def test_the_price_of_the_cheaper_channel_says_nothing_of_the_prompt() -> None:
    amount = Tariff().amount(facts_of(ImageRequest("a fox", model=BETA)))
    assert amount is not None
    assert (amount.credits, amount.tells_text) == (1.02, False)


def test_a_discount_so_deep_that_a_token_is_lost_in_the_rounding_says_nothing_of_it() -> None:
    say = lambda one: told(one, 0.25)  # noqa: E731
    amount = Tariff.learn(samples(asks(), say)).amount(facts_of(ImageRequest("a fox", n=1)))
    assert amount is not None
    assert not amount.tells_text


@given(st.lists(st.floats(allow_nan=False, width=32), max_size=6), requests)
def test_absurd_amounts_break_nothing(amounts: list[float], request: ImageRequest) -> None:
    facts = [
        replace(facts_of(ask), charged=one) for ask, one in zip(asks(6), amounts, strict=False)
    ]
    amount = Tariff.learn(facts).amount(facts_of(request))
    assert amount is None or math.isfinite(amount.credits)
