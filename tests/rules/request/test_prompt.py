"""The prompt: counted in code points, kept exactly, and in tokens where a model counts those."""

from __future__ import annotations

import json

import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.rules.request.request import (
    BETA,
    ImageRequest,
    fewest_tokens,
    likely_tokens,
    prompt_problems,
    token_notice,
)

code_points = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@pytest.mark.parametrize(
    "letter", ["a", "é", "狐", "🦊", "\0", "\u202e", "\U0010ffff", "\u0301", "\n."]
)
def test_32000_code_points_are_taken_and_one_more_is_not(letter: str) -> None:
    most = (letter * 32_000)[:32_000]
    assert ImageRequest("." + most[1:]).prompt == "." + most[1:]
    (problem,) = prompt_problems("." + most)
    assert problem.value == "32,001 characters long"
    assert "32,000" in problem.rule


@given(code_points.filter(lambda text: not text.isspace()))
def test_any_text_is_kept_exactly_and_goes_over_the_wire_as_it_is(prompt: str) -> None:
    sent = json.dumps(ImageRequest(prompt).payload(), ensure_ascii=False).encode("utf-8")
    assert json.loads(sent)["prompt"] == prompt


@given(st.text(max_size=20), st.characters(categories=["Cs"]), st.text(max_size=20))
def test_half_of_a_surrogate_pair_is_refused_with_its_place(a: str, half: str, b: str) -> None:
    problem = prompt_problems(a + half + b)[-1]
    first = min(place for place, c in enumerate(a + half + b) if "\ud800" <= c <= "\udfff")
    assert f"at character {first + 1}" in problem.value
    assert "UTF-8" in problem.rule
    str(problem).encode("utf-8")


@pytest.mark.parametrize("prompt", [" ", "\n\t ", "\u3000", "\u00a0" * 5])
def test_blanks_alone_are_no_prompt(prompt: str) -> None:
    (problem,) = prompt_problems(prompt)
    assert problem.value == "blank"


# Texts, and between how many tokens common tokenisers are known to make of them.
TOKENS = [
    ("word " * 2_000, 2_000, 2_001),
    ("A fox in the snow, soft morning light, 35 mm film.", 14, 16),
    ("国破山河在 城春草木深 感时花溅泪 恨别鸟惊心", 20, 34),
    ("Лиса в снегу под утренним светом", 8, 14),
    ("1234567890" * 30, 100, 100),
    ("🦊" * 50, 50, 150),
]


@pytest.mark.parametrize(("text", "few", "many"), TOKENS, ids=[row[0][:8] for row in TOKENS])
def test_the_two_counts_of_tokens_stand_on_either_side(text: str, few: int, many: int) -> None:
    assert fewest_tokens(text) <= few
    assert likely_tokens(text) >= 0.5 * many
    assert likely_tokens(text) <= 2.5 * many


@given(st.text(max_size=300))
def test_the_fewest_are_never_more_than_the_likely(text: str) -> None:
    assert fewest_tokens(text) <= likely_tokens(text)


def test_what_is_surely_too_long_for_the_beta_model_is_refused() -> None:
    (problem,) = prompt_problems("word " * 2_001, tokens=True)
    assert problem.value == "at least 2,001 tokens long, by our count"
    assert prompt_problems("word " * 2_000, tokens=True) == []
    assert prompt_problems("word " * 2_001) == []


def test_what_may_be_too_long_for_it_is_told_as_a_guess() -> None:
    long = "extraordinary photograph " * 600
    assert prompt_problems(long, tokens=True) == []
    notice = token_notice(long) or ""
    assert "by our rough count" in notice
    assert notice in ImageRequest(long, model=BETA).notices
    assert ImageRequest(long).notices == ()
    assert token_notice("a fox") is None
