"""`ImageRequest`: every limit, all problems at once, exact texts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.errors import Billed, InvalidRequest
from evolink_widgets.rules import sizes
from evolink_widgets.rules.request import BETA, ImageRequest, problems


def fields_at_fault(**fields: object) -> list[str]:
    return [problem.field for problem in problems(**{"prompt": "a fox", **fields})]


def test_all_problems_are_reported_together_with_their_nearest_values() -> None:
    with pytest.raises(InvalidRequest) as caught:
        ImageRequest("", size="1000x300", quality="best", n=12, resolution="8K")
    found = {problem.field: problem for problem in caught.value.problems}
    assert set(found) == {"prompt", "size", "quality", "n", "resolution"}
    assert found["n"].nearest == "10"
    near = sizes.parse_pixels(found["size"].nearest or "")
    assert near is not None
    assert sizes.fits(*near)
    assert caught.value.billed is Billed.NO
    for problem in found.values():
        assert problem.field in str(caught.value)
        assert problem.rule in str(caught.value)


@pytest.mark.parametrize(
    ("prompt", "legal"),
    [
        ("", False),
        (" \n\t", False),
        ("x", True),
        ("x" * 32_000, True),
        ("x" * 32_001, False),
        ("狐" * 32_000, True),  # 96,000 bytes
        ("🦊" * 32_000, True),  # 64,000 UTF-16 units
        ("🦊" * 32_001, False),
        ("</script><b>", True),
        ("\u202eabc", True),
        ("a\0b", True),
        ("half \ud83d pair", False),
    ],
)
def test_a_prompt_has_1_to_32000_code_points(prompt: str, legal: bool) -> None:
    assert (fields_at_fault(prompt=prompt) == []) is legal
    if legal:
        assert ImageRequest(prompt).prompt == prompt


@pytest.mark.parametrize("value", [None, 3, b"bytes", ["a"]])
def test_a_prompt_is_text(value: object) -> None:
    assert fields_at_fault(prompt=value) == ["prompt"]


@pytest.mark.parametrize("n", [1, 10, np.int64(4)])
def test_n_takes_whole_numbers_of_any_library(n: int) -> None:
    request = ImageRequest("a", n=n)
    assert type(request.n) is int
    json.dumps(request.payload())


@pytest.mark.parametrize("n", [0, 11, -1, True, 2.0, "2", None, float("nan")])
def test_n_refuses_the_rest(n: object) -> None:
    assert fields_at_fault(n=n) == ["n"]


@pytest.mark.parametrize("size", ["16:10", "16/9", "", None, 1024, "1024", (1024, 1024)])
def test_a_size_is_auto_a_ratio_or_pixels(size: object) -> None:
    (problem,) = problems(prompt="a", size=size)
    assert problem.field == "size"
    assert problem.nearest


def test_a_ratio_beside_the_list_names_the_nearest() -> None:
    (problem,) = problems(prompt="a", size="16:10")
    assert problem.nearest == "3:2"


def test_sizes_and_tiers_are_normalised() -> None:
    request = ImageRequest("a", size="1280×720", resolution="4k")
    assert (request.size, request.resolution, request.pixels) == ("1280x720", "4K", (1280, 720))


def test_a_tier_without_effect_is_no_error_and_is_told() -> None:
    for size in ("1280x720", "auto"):
        request = ImageRequest("a", size=size, resolution="4K")
        assert "resolution 4K has no effect" in request.notices[0]
        assert "resolution" not in request.payload()
    assert ImageRequest("a", size="16:9", resolution="4K").payload()["resolution"] == "4K"
    assert ImageRequest("a", size="16:9", resolution="4K").notices == ()


@pytest.mark.parametrize(
    ("references", "legal"),
    [
        ([], True),
        (["https://example.com/a.png"] * 16, True),
        (["https://example.com/a.png"] * 17, False),
        (["https://example.com/a.JPEG?x=1"], True),
        (["https://example.com/picture"], True),
        (["https://example.com/a.gif"], False),
        (["https://example.com/a.svg"], False),
        (["ftp://example.com/a.png"], False),
        (["data:image/png;base64,AAAA"], False),
        (["/tmp/a.png"], False),
        ("https://example.com/a.png", False),
        ([b"bytes"], False),
        (["https://exa mple.com/a.png"], False),
        (["http://[bad/a.png"], False),
    ],
)
def test_references_are_up_to_16_links_to_pictures(references: object, legal: bool) -> None:
    assert (fields_at_fault(references=references) == []) is legal


def test_each_bad_reference_is_named_by_its_place() -> None:
    good, bad = "https://example.com/a.png", "https://example.com/a.gif"
    (problem,) = problems(prompt="a", references=[good, bad])
    assert "number 2" in problem.value


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, []),
        ({"n": 2}, ["n"]),
        ({"prompt": "word " * 2_000}, []),
        ({"prompt": "x" * 17_000}, ["prompt"]),
        ({"prompt": "狐" * 4_100}, ["prompt"]),
        ({"quality": "high"}, []),
    ],
)
def test_the_beta_model_has_its_own_rules(fields: dict[str, object], fault: list[str]) -> None:
    assert fields_at_fault(model=BETA, **fields) == fault


def test_the_beta_model_is_not_sent_what_it_does_not_know() -> None:
    request = ImageRequest("a", model=BETA, quality="high")
    assert set(request.payload()) == {"model", "prompt", "size"}
    assert "quality high has no effect" in request.notices[0]


def test_the_model_is_always_sent() -> None:
    assert ImageRequest("a").payload()["model"] == "gpt-image-2"


def test_a_request_cannot_be_changed_but_copied() -> None:
    request = ImageRequest("a", size="16:9")
    with pytest.raises(AttributeError):
        request.n = 3  # type: ignore[misc]
    assert request.replace(n=3).n == 3
    with pytest.raises(InvalidRequest):
        request.replace(n=30)


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(),
    st.lists(st.text(max_size=20), max_size=20), st.dictionaries(st.text(max_size=5), st.none()),
)  # fmt: skip


NAMES = ("prompt", "model", "size", "resolution", "quality", "n", "references", "callback_url")


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, ANYTHING)))
def test_problems_takes_anything_and_never_raises(fields: dict[str, object]) -> None:
    for problem in problems(**fields):
        assert len(str(problem)) < 800


LEGAL = st.builds(
    ImageRequest,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip),
    size=st.sampled_from(["auto", "16:9", "1:3", "1280x720"]),
    resolution=st.sampled_from(["1K", "2k", "4K"]),
    quality=st.sampled_from(["low", "medium", "high"]),
    n=st.integers(1, 10),
)


@given(LEGAL)
def test_a_request_survives_its_record(request: ImageRequest) -> None:
    record = json.loads(json.dumps(request.to_record()))
    assert ImageRequest.from_record({**record, "from": "the future"}) == request
