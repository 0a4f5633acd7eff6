"""Sizes: the contract's table, and what its rule gives for everything beside it."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.rules.request import sizes

TABLE = {
    "1:1": ("1024x1024", "2048x2048", "2880x2880"),
    "2:1": ("1456x720", "2896x1456", "3840x1920"),
    "3:1": ("1776x592", "3552x1184", "3840x1280"),
    "3:2": ("1248x832", "2512x1680", "3520x2352"),
    "4:3": ("1184x880", "2368x1776", "3312x2480"),
    "5:4": ("1152x912", "2288x1824", "3216x2576"),
    "16:9": ("1360x768", "2736x1536", "3840x2160"),
    "21:9": ("1568x672", "3136x1344", "3840x1632"),
}
ROWS = [
    (ratio, tier, sizes.parse_pixels(text))
    for ratio, row in TABLE.items()
    for tier, text in zip(sizes.TIERS, row, strict=True)
]


@pytest.mark.parametrize(("ratio", "tier", "expected"), ROWS)
def test_a_ratio_and_a_tier_give_the_pixels_of_the_table(
    ratio: str, tier: str, expected: tuple[int, int]
) -> None:
    assert sizes.pixels(ratio, tier) == expected
    assert sizes.pixels(ratio, tier.lower()) == expected


@pytest.mark.parametrize(("ratio", "tier", "expected"), ROWS)
def test_portrait_is_landscape_turned(ratio: str, tier: str, expected: tuple[int, int]) -> None:
    a, b = ratio.split(":")
    assert sizes.pixels(f"{b}:{a}", tier) == expected[::-1]


def test_there_are_fifteen_ratios_from_widest_to_tallest() -> None:
    shapes = [int(a) / int(b) for a, b in (ratio.split(":") for ratio in sizes.RATIOS)]
    assert len(sizes.RATIOS) == 15
    assert shapes == sorted(shapes, reverse=True)
    assert {f"{b}:{a}" for a, b in (r.split(":") for r in sizes.RATIOS)} == set(sizes.RATIOS)


@pytest.mark.parametrize("ratio", sizes.RATIOS)
@pytest.mark.parametrize("tier", sizes.TIERS)
def test_what_a_ratio_gives_could_be_asked_for_as_pixels(ratio: str, tier: str) -> None:
    assert sizes.fits(*(sizes.pixels(ratio, tier) or (0, 0)))


def test_auto_leaves_the_pixels_to_the_service() -> None:
    assert sizes.pixels("auto", "4K") is None


@pytest.mark.parametrize("text", ["1280x720", "1280X720", "1280×720", " 1280 x 720 "])
def test_pixels_are_read_with_any_of_the_signs(text: str) -> None:
    assert sizes.parse_pixels(text) == (1280, 720)


@pytest.mark.parametrize("text", ["", "1280", "1280*720", "-16x16", "1e3x720", "१२८०x720", "x"])
def test_other_texts_are_no_pixels(text: str) -> None:
    assert sizes.parse_pixels(text) is None


@pytest.mark.parametrize(
    ("width", "height", "legal"),
    [
        (1024, 640, True),  # the smallest area
        (1008, 640, False),
        (3840, 2160, True),  # the greatest
        (2880, 2896, False),
        (1440, 480, True),  # 3:1 exactly
        (1456, 480, False),
        (3856, 1600, False),
        (1025, 1024, False),
        (0, 0, False),
    ],
)
def test_each_limit_has_two_sides(width: int, height: int, legal: bool) -> None:
    assert sizes.fits(width, height) is legal


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_the_nearest_pixels_are_legal_and_stay_once_they_are(width: int, height: int) -> None:
    near = sizes.nearest_pixels(width, height)
    assert sizes.fits(*near)
    assert sizes.nearest_pixels(*near) == near


@given(st.integers(700, 3000), st.integers(700, 2500))
def test_the_nearest_pixels_look_alike(width: int, height: int) -> None:
    near_width, near_height = sizes.nearest_pixels(width, height)
    shape = min(max(width / height, 1 / 3), 3)
    assert near_width / near_height == pytest.approx(shape, rel=0.05)


def test_an_illegal_size_is_refused_with_its_rule() -> None:
    with pytest.raises(InvalidRequest, match="multiples of 16"):
        sizes.pixels("1000x1000")
    with pytest.raises(InvalidRequest, match="resolution"):
        sizes.pixels("16:9", "8K")


def test_a_row_in_the_table_is_all_that_a_new_rule_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sizes.size_problem("1024x1024") is None
    rule = sizes.PixelRule("no square", lambda w, h: w != h, "edges that differ")
    monkeypatch.setattr(sizes, "PIXEL_RULES", (*sizes.PIXEL_RULES, rule))
    assert not sizes.fits(1024, 1024)
    assert sizes.fits(1024, 1040)
    problem = sizes.size_problem("1024x1024")
    assert problem is not None
    assert "edges that differ" in problem.rule
    near = sizes.nearest_pixels(1024, 1024)
    assert sizes.fits(*near)
    assert max(abs(edge - 1024) for edge in near) == sizes.STEP


@pytest.mark.parametrize("rule", sizes.PIXEL_RULES, ids=lambda rule: rule.name)
def test_each_rule_of_the_table_is_named_where_it_alone_is_broken(rule: sizes.PixelRule) -> None:
    broken = {
        "step": "1030x1024",
        "edges": "3856x2144",
        "area": "800x800",
        "proportion": "2048x512",
    }
    problem = sizes.size_problem(broken[rule.name])
    assert problem is not None
    assert problem.rule == f"must have {rule.says}"
