"""What a task costs: the contract's formula and its two published figures."""

from __future__ import annotations

import pytest

from evolink_widgets.emulator import prices
from evolink_widgets.emulator.checks import Ask, read_ask

OUTPUT, IMAGE = 0.027 * 68 / 1000, 0.0072 * 68 / 1000


def ask(**fields: object) -> Ask:
    return read_ask({"model": "gpt-image-2", "prompt": "a fox", **fields})


def test_the_two_ends_of_the_published_range() -> None:
    assert prices.output_tokens(1776, 592, "low") == 62
    assert pytest.approx(0.11383, abs=5e-6) == 62 * OUTPUT
    assert prices.output_tokens(2880, 2880, "high") == 23_719
    assert pytest.approx(55.58049, abs=5e-6) == 23_719 * OUTPUT + 16 * 1536 * IMAGE


@pytest.mark.parametrize(("quality", "share"), [("low", 0.11), ("medium", 1), ("high", 4.0)])
def test_qualities_cost_what_they_do_relative_to_medium(quality: str, share: float) -> None:
    medium = prices.output_tokens(1024, 1024, "medium")
    assert prices.output_tokens(1024, 1024, quality) / medium == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize(
    ("size", "resolution", "price"),
    [
        ("auto", "1K", 1.02), ("auto", "4K", 1.02), ("1:1", "1K", 1.02), ("1:1", "2K", 1.734),
        ("3:1", "4K", 2.652), ("1:1", "4k", 2.652), ("1312x1312", "1K", 1.734),
    ],
)  # fmt: skip
def test_the_beta_model_has_a_price_for_each_tier(size: str, resolution: str, price: float) -> None:
    asked = ask(model="gpt-image-2-beta", size=size, resolution=resolution)
    assert prices.cost(asked, 1) == prices.reserve(asked) == price


@pytest.mark.parametrize("n", [1, 4, 10])
@pytest.mark.parametrize("size", ["auto", "3:1", "2880x2880"])
@pytest.mark.parametrize("links", [0, 1, 16])
def test_what_is_set_aside_always_suffices(n: int, size: str, links: int) -> None:
    more = {"image_urls": ["https://example.com/a.png"] * links} if links else {}
    asked = ask(size=size, n=n, **more)
    assert 0 < prices.cost(asked, n) <= prices.reserve(asked)
    assert prices.cost(asked, n) == pytest.approx(n * prices.cost(asked, 1), abs=0.0001 * n)
