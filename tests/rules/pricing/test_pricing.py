"""The price: the formula to the credit, ranges where something is not known before."""

from __future__ import annotations

import pytest

from evolink_widgets.rules.pricing.pricing import (
    Estimate,
    Receipt,
    estimate,
    output_tokens,
    picture_credits,
)
from evolink_widgets.rules.request.request import BETA, ImageRequest

REFERENCE = "https://example.com/a.png"
REFERENCE_CREDITS = 1536 * 0.4896 / 1000


def test_the_two_published_ends_of_the_price_range_come_out() -> None:
    assert output_tokens(1776, 592, "low") == 62
    assert round(picture_credits("gpt-image-2", 1776, 592, "low"), 5) == 0.11383
    assert output_tokens(2880, 2880, "high") == 23_719
    dearest = picture_credits("gpt-image-2", 2880, 2880, "high") + 16 * REFERENCE_CREDITS
    assert round(dearest, 5) == 55.58049


def test_portrait_costs_what_landscape_costs() -> None:
    for quality in ("low", "medium", "high"):
        assert output_tokens(592, 1776, quality) == output_tokens(1776, 592, quality)


def test_relative_cost_of_the_qualities_is_as_published() -> None:
    low, medium, high = (output_tokens(1024, 1024, q) for q in ("low", "medium", "high"))
    assert low / medium == pytest.approx(0.11, abs=0.005)
    assert high / medium == pytest.approx(4.0, abs=0.01)


def test_each_picture_is_counted() -> None:
    one = estimate(ImageRequest("a fox", size="1:1"))
    four = estimate(ImageRequest("a fox", size="1:1", n=4))
    assert four.high == pytest.approx(4 * one.high, abs=0.0004)
    assert four.pictures == 4


def test_references_are_counted_at_their_most_with_every_picture() -> None:
    plain = estimate(ImageRequest("a", size="1:1", n=3))
    more = estimate(ImageRequest("a", size="1:1", n=3, references=(REFERENCE, REFERENCE)))
    assert more.high - plain.high == pytest.approx(3 * 2 * REFERENCE_CREDITS, abs=0.0003)
    assert more.low == plain.low


def test_a_sum_says_how_many_receipts_it_rests_on() -> None:
    said = ("from 1 receipt", "from 11 receipts", "from 1,016 receipts")
    few, many, more = (Estimate(1.0, 1.0, basis) for basis in said)
    assert (few + few).basis == "from 1 receipt"
    assert (many + more + few).basis == "from 1 to 1,016 receipts"
    assert (many + estimate(ImageRequest("a", size="1:1"))).basis.startswith("from 11 receipts; ")


def test_auto_is_a_range_up_to_2048_squared() -> None:
    auto = estimate(ImageRequest("a"))
    small = estimate(ImageRequest("a", size="1:1"))
    large = estimate(ImageRequest("a", size="1:1", resolution="2K"))
    assert (auto.low, auto.high) == (small.low, large.high)
    assert "auto" in auto.basis


@pytest.mark.parametrize(
    ("fields", "price"),
    [
        ({}, 1.02),
        ({"size": "16:9", "resolution": "2K"}, 1.734),
        ({"size": "16:9", "resolution": "4K"}, 2.652),
        ({"size": "1696x992"}, 1.02),
        ({"size": "2048x2048"}, 1.734),
        ({"size": "2880x2880"}, 2.652),
    ],
)
def test_the_beta_model_costs_by_the_picture(fields: dict[str, str], price: float) -> None:
    found = estimate(ImageRequest("a", model=BETA, **fields))
    assert (found.low, found.high) == (price, price)


def test_an_estimate_reads_as_an_estimate() -> None:
    assert str(Estimate(9.7, 9.7, "-", 4)) == "About 9.7 credits · $0.14"
    assert str(Estimate(3.2, 6.6, "-")) == "About 3.2 to 6.6 credits · $0.05 to 0.10"
    assert "for 4 pictures" in repr(Estimate(9.7, 9.7, "prices of today", 4))


def test_what_was_not_reported_is_not_zero() -> None:
    assert str(Receipt()) == "charge not reported"
    assert str(Receipt(charged=0.0)) == "0 credits"
    assert str(Receipt(charged=9.7)) == "9.7 credits"
