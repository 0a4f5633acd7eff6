"""Recipes: what makes two requests the same, and code that asks for the same again."""

from __future__ import annotations

import json

import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import BETA, ImageRequest

BASE = ImageRequest("a fox", size="16:9")


def identity(**changes: object) -> str:
    return Recipe(BASE.replace(**changes), "emulator").identity


@pytest.mark.parametrize(
    "changes",
    [
        {"n": 4},
        {"callback_url": "https://example.com/hook"},
        {"size": "1360x768"},  # the pixels of 16:9 at 1K
        {"size": "1360x768", "resolution": "4K"},  # which pixels ignore
    ],
)
def test_what_does_not_change_the_pictures_is_the_same_recipe(changes: dict[str, object]) -> None:
    assert identity(**changes) == identity()


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "a fox "},
        {"size": "auto"},
        {"size": "9:16"},
        {"resolution": "2K"},
        {"quality": "high"},
        {"model": BETA},
        {"references": ("https://example.com/a.png",)},
    ],
)
def test_what_changes_the_pictures_is_another(changes: dict[str, object]) -> None:
    assert identity(**changes) != identity()


def test_pictures_of_the_emulator_never_stand_in_for_real_ones() -> None:
    assert Recipe(BASE, "emulator").identity != Recipe(BASE, "api.evolink.ai").identity


def test_a_reference_counts_by_its_bytes_not_by_its_link() -> None:
    one, two = (BASE.replace(references=(f"https://example.com/{x}.png",)) for x in "ab")
    digest = "0" * 64
    assert Recipe(one, "e", (digest,)).identity == Recipe(two, "e", (digest,)).identity


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_its_code_asks_for_exactly_the_same(prompt: str) -> None:
    request = ImageRequest(prompt, size="1280x720", quality="high", n=3)
    asked: list[ImageRequest] = []

    class Recorder:
        @staticmethod
        def generate(prompt: str, **fields: object) -> None:
            asked.append(ImageRequest(prompt, **fields))  # type: ignore[arg-type]

    exec(Recipe(request, "emulator").as_code(), {"ew": Recorder})
    assert asked == [request]


def test_its_code_names_only_what_differs_from_the_defaults() -> None:
    assert Recipe(BASE, "e").as_code() == "ew.generate('a fox', size='16:9')"


def test_a_recipe_survives_its_file() -> None:
    recipe = Recipe(BASE, "api.evolink.ai", ("a" * 64,))
    assert Recipe.from_record(json.loads(json.dumps(recipe.to_record()))) == recipe


@pytest.mark.parametrize(
    "record",
    [
        None, [], {}, {"request": []}, {"request": {"prompt": ""}, "service": "e"},
        {"request": {"prompt": "a"}}, {"request": {"prompt": "a"}, "service": "x" * 300},
        {"request": {"prompt": "a"}, "service": "e", "reference_hashes": ["../../etc/passwd"]},
        {"request": {"prompt": "a", "n": 10**9}, "service": "e"},
    ],
)  # fmt: skip
def test_a_strangers_file_is_a_recipe_or_is_refused(record: object) -> None:
    with pytest.raises(InvalidRequest):
        Recipe.from_record(record)
