"""What was asked once is asked again: by its request, under one seed; and estimates add up."""

from __future__ import annotations

import subprocess
import sys

import pytest
from services import environment

import evolink_widgets as ew
from evolink_widgets import errors
from evolink_widgets.rules.request.request import ImageRequest

pytestmark = pytest.mark.usefixtures("own_settings")

QUICK = {"size": "816x816", "quality": "low"}


def drawn_in(store: str, prompts: list[str]) -> dict[str, list[str]]:
    """The pictures of each prompt, by their bytes, asked in this order into a store of its own."""
    ew.configure(store=store)
    found: dict[str, list[str]] = {}
    for prompt in prompts:
        image = ew.generate(prompt, fresh=True, **QUICK).result(60)[0]
        found.setdefault(prompt, []).append(image.sha256)
    return found


def test_one_seed_gives_the_same_pictures_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    ew.configure(speed=300, seed=7)
    one = drawn_in("one", ["a fox", "an owl", "a fox"])
    assert drawn_in("two", ["an owl", "a fox", "a fox"]) == one
    assert one["a fox"][0] != one["a fox"][1]
    ew.configure(seed=None)
    monkeypatch.setenv("EVOLINK_SEED", "7")
    assert drawn_in("three", ["an owl", "a fox"])["a fox"] == one["a fox"][:1]
    ew.configure(seed=8)
    assert drawn_in("four", ["an owl"]) != {"an owl": one["an owl"]}
    ew.configure(seed=None)
    monkeypatch.delenv("EVOLINK_SEED")
    assert drawn_in("five", ["a fox"])["a fox"] != one["a fox"][:1]


def test_an_edit_of_one_seed_is_the_same_in_another_process() -> None:
    program = """
import sys, evolink_widgets as ew
ew.configure(store=sys.argv[1], speed=300, seed=7)
if sys.argv[2]:
    ew.generate(sys.argv[2], size="816x816", quality="low").result(60)
fox = ew.generate("a fox", size="816x816", quality="low").result(60)[0]
print(fox.edit("make it night").result(60)[0].sha256)
"""
    told = [
        subprocess.run(
            [sys.executable, "-c", program, store, before],
            capture_output=True, text=True, env=environment(), timeout=120,
        )
        for store, before in (("one", ""), ("two", "an owl"))
    ]  # fmt: skip
    assert told[0].stdout, told[0].stderr
    assert told[0].stdout == told[1].stdout


@pytest.mark.parametrize("seed", ["seven", 1.5, True])
def test_a_seed_is_a_whole_number(seed: object, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.ConfigurationError, match="seed must be a whole number"):
        ew.configure(seed=seed)  # type: ignore[arg-type]
    monkeypatch.setenv("EVOLINK_SEED", str(seed))
    if not str(seed).isdigit():
        with pytest.raises(errors.ConfigurationError, match="EVOLINK_SEED must be a whole number"):
            ew.session()


def test_a_request_a_recipe_and_a_picture_are_asked_for_again() -> None:
    ew.configure(speed=300)
    image = ew.generate("a fox", n=2, **QUICK).result(60)[1]
    for given in (image.recipe.request, image.recipe, image):
        assert ew.session().stored(image.recipe.request) is not None
        assert ew.estimate(given) == ew.estimate("a fox", n=2, **QUICK)
        task = ew.generate(given)
        assert task.request == image.recipe.request
        task.stop()
    edited = image.edit("make it night").result(60)[0]
    again = ew.generate(edited, fresh=True).result(60)[0]
    assert again.recipe == edited.recipe
    assert again.parents == (image,)
    with pytest.raises(ew.InvalidRequest, match=r"size .*request\.replace\(size='1:1'\)"):
        ew.generate(image.recipe.request, size="1:1")
    with pytest.raises(ew.InvalidRequest, match="prompt must be text"):
        ew.generate(7)  # type: ignore[call-overload]


def test_estimates_are_added_up() -> None:
    one, two = ew.estimate("a fox", size="1:1"), ew.estimate("an owl", size="1:1", n=2)
    both = sum([one, two])
    assert both == one + two
    assert (both.low, both.high) == pytest.approx((one.low + two.low, one.high + two.high))
    assert (both.pictures, both.basis) == (3, one.basis)
    assert ew.estimate([ew.ImageRequest("a fox", size="1:1"), two_of("an owl")]) == both
    listed = ew.estimate(["a fox", "an owl"], size="1:1")
    assert (listed.pictures, listed.high) == (2, pytest.approx(2 * one.high, rel=0.01))
    assert ew.estimate([]).high == 0
    odd = one + ew.estimate("a cat")
    assert one.basis in odd.basis
    assert "auto size" in odd.basis
    with pytest.raises(TypeError):
        one + 3  # type: ignore[operator]


def two_of(prompt: str) -> ImageRequest:
    return ImageRequest(prompt, size="1:1", n=2)
