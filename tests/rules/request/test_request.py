"""`ImageRequest`: every limit, all problems at once, exact texts."""

from __future__ import annotations

import enum
import itertools
import json
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.errors import Billed, InvalidRequest
from evolink_widgets.rules.request import sizes
from evolink_widgets.rules.request.request import BETA, ImageRequest, problems


class Count(enum.IntEnum):
    FOUR = 4


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


@pytest.mark.parametrize("n", [1, 10, np.int64(4), np.uint8(4), np.array(4), Count.FOUR])
def test_n_takes_whole_numbers_of_any_library(n: int) -> None:
    request = ImageRequest("a", n=n)
    assert type(request.n) is int
    json.dumps(request.payload())


@pytest.mark.parametrize(
    ("n", "nearest"),
    [
        (0, "1"),
        (11, "10"),
        (-1, "1"),
        (10**5000, "10"),
        (True, "1"),
        (np.True_, "1"),
        (2.0, "2"),
        (3.6, "4"),
        (np.float64(3), "3"),
        ("2", "2"),
        ("two", "1"),
        (None, "1"),
        (float("nan"), "1"),
        (float("inf"), "10"),
        ([3], "1"),
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_n_refuses_the_rest_and_names_the_nearest(n: object, nearest: str) -> None:
    (problem,) = problems("a fox", n=n)
    assert (problem.field, problem.nearest) == ("n", nearest)


@pytest.mark.parametrize("size", ["16:10", "16/9", "", None, 1024, "1024", (1024, 1024)])
def test_a_size_is_auto_a_ratio_or_pixels(size: object) -> None:
    (problem,) = problems(prompt="a", size=size)
    assert problem.field == "size"
    assert problem.nearest


def test_a_ratio_beside_the_list_names_the_nearest() -> None:
    (problem,) = problems(prompt="a", size="16:10")
    assert problem.nearest == "3:2"


@pytest.mark.parametrize(
    ("quality", "nearest"),
    [("HIGH", "high"), ("hd", "high"), ("med", "medium"), ("lo", "low"), ("standard", "medium"),
     (" low ", "low"), ("???", "medium"), (None, "medium"), (2, "medium")],
)  # fmt: skip
def test_a_quality_is_one_of_three(quality: object, nearest: str) -> None:
    (problem,) = problems("a fox", quality=quality)
    assert (problem.field, problem.nearest) == ("quality", nearest)


@pytest.mark.parametrize(
    ("resolution", "nearest"),
    [("8K", "4K"), ("3k", "4K"), ("0.5K", "1K"), ("2048", "2K"), ("4K ", "4K"), ("", "1K"),
     (None, "1K"), (2, "1K"), ("full", "1K")],
)  # fmt: skip
def test_a_resolution_is_one_of_three(resolution: object, nearest: str) -> None:
    for size in ("16:9", "auto", "1280x720"):
        (problem,) = problems("a fox", resolution=resolution, size=size)
        assert (problem.field, problem.nearest) == ("resolution", nearest)


@pytest.mark.parametrize("model", ["gpt-image-1", "GPT-Image-2", "gpt", "", None, 2])
def test_a_model_is_one_of_two(model: object) -> None:
    (problem,) = problems("a fox", model=model)
    assert (problem.field, problem.nearest) == ("model", "gpt-image-2")


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


def test_references_are_read_once_and_kept_in_order() -> None:
    links = [f"https://example.com/{i}.png" for i in range(3)]
    for given_as in (links, tuple(links), iter(links), (link for link in links)):
        assert ImageRequest("a", references=given_as).references == tuple(links)
    assert hash(ImageRequest("a", references=links)) == hash(ImageRequest("a", references=links))


def test_a_reference_list_without_an_order_or_an_end_is_refused() -> None:
    link = "https://example.com/a.png"
    for given_as in ({link}, {link: 1}, link, b"x", None, 3, itertools.repeat(link)):
        assert fields_at_fault(references=given_as) == ["references"]
    (problem,) = problems("a", references=link)
    assert problem.nearest == f"['{link}']"


def test_a_list_that_breaks_while_it_is_read_is_a_problem_and_no_error() -> None:
    def broken() -> Iterator[str]:
        yield "https://example.com/a.png"
        raise RuntimeError("no")

    assert fields_at_fault(references=broken()) == ["references"]


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


def test_only_the_prompt_is_given_by_place() -> None:
    with pytest.raises(TypeError):
        ImageRequest("a fox", "gpt-image-2")  # type: ignore[misc]


class Word(str):
    def __repr__(self) -> str:
        return "not code"


class Tier(str, enum.Enum):
    BEST = "4k"


def test_text_of_another_library_becomes_plain_text() -> None:
    request = ImageRequest(
        np.str_("a fox"),
        size=Word("16:9"),
        resolution=Tier.BEST,
        references=[Word("https://example.com/a.png")],
        callback_url=np.str_("https://example.com/hook"),
    )
    values = [*request.to_record().values(), *request.references]
    assert all(type(value) is str for value in values if isinstance(value, str))
    assert (request.prompt, request.resolution) == ("a fox", "4K")


def test_a_password_in_a_link_is_not_repeated() -> None:
    for fields in (
        {"callback_url": "https://me:hunter2@example.com/"},
        {"references": ["ftp://me:hunter2@example.com/a.png"]},
    ):
        (problem,) = problems("a", **fields)
        assert "hunter2" not in str(problem)


def test_the_payload_is_what_the_contract_names() -> None:
    request = ImageRequest(
        "a fox", size="16:9", resolution="2k", quality="high", n=3,
        references=["https://example.com/a.png"], callback_url="https://example.com/hook",
    )  # fmt: skip
    assert request.payload() == {
        "model": "gpt-image-2",
        "prompt": "a fox",
        "size": "16:9",
        "resolution": "2K",
        "quality": "high",
        "n": 3,
        "image_urls": ["https://example.com/a.png"],
        "callback_url": "https://example.com/hook",
    }
    assert set(ImageRequest("a fox").payload()) == {"model", "prompt", "size", "quality", "n"}


def test_the_model_is_always_sent() -> None:
    assert ImageRequest("a").payload()["model"] == "gpt-image-2"


def test_a_request_cannot_be_changed_but_copied() -> None:
    request = ImageRequest("a", size="16:9")
    with pytest.raises(AttributeError):
        request.n = 3  # type: ignore[misc]
    assert request.replace(n=3).n == 3
    with pytest.raises(InvalidRequest):
        request.replace(n=30)


class Hostile:
    """What a stranger's object may do."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    __index__ = __iter__ = __len__ = __hash__ = __eq__ = __repr__  # type: ignore[assignment]


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters()), st.binary(),
    st.lists(st.text(max_size=20), max_size=20), st.dictionaries(st.text(max_size=5), st.none()),
    st.tuples(st.integers(), st.integers()), st.just(10**4000),
    st.sampled_from([np.int64(3), np.array([1, 2]), np.float32(2), np.str_("auto"), Word("1:1")]),
    st.sampled_from(["16x9", "1920x1080", "4000x10", "0x0", "999999999x1", "8K", "hd", "0:0",
                     "17:9", "http://example.com/hook", "https://127.1/", "gpt-image-2-beta"]),
)  # fmt: skip


NAMES = ("prompt", "model", "size", "resolution", "quality", "n", "references", "callback_url")


def test_an_object_that_breaks_when_touched_is_named_by_its_type() -> None:
    found = problems(**dict.fromkeys(NAMES, Hostile()))
    assert [problem.field for problem in found] == list(NAMES)
    assert {problem.value for problem in found} == {"a value of type Hostile"}


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, ANYTHING)))
def test_problems_takes_anything_and_never_raises(fields: dict[str, object]) -> None:
    for problem in problems(**fields):
        assert problem.field in NAMES
        said = str(problem)
        assert len(said) < 800
        assert said.isprintable()


@given(st.fixed_dictionaries({name: ANYTHING for name in NAMES if name != "references"}))
def test_every_nearest_value_can_be_put_in_its_place(fields: dict[str, object]) -> None:
    found = problems(**fields)
    mended = dict(fields)
    for problem in found:
        if problem.nearest is not None:
            whole = problem.field == "n"
            mended[problem.field] = int(problem.nearest) if whole else problem.nearest
    left = {problem.field for problem in problems(**mended)}
    # Another model may count its tokens; all else is mended, or had nothing near.
    assert left <= {problem.field for problem in found if problem.nearest is None} | {"prompt"}


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, ANYTHING)))
def test_a_request_exists_exactly_where_there_are_no_problems(fields: dict[str, object]) -> None:
    found = problems(**fields)
    if found:
        with pytest.raises(InvalidRequest) as caught:
            ImageRequest(**fields)  # type: ignore[arg-type]
        assert caught.value.problems == found
    else:
        request = ImageRequest(**fields)  # type: ignore[arg-type]
        assert problems(**request.to_record()) == ()


@pytest.mark.parametrize("record", [None, 3, [], "request", {}, {"prompt": None}, {"n": "x"}])
def test_a_strangers_record_is_refused_as_a_request(record: object) -> None:
    with pytest.raises(InvalidRequest):
        ImageRequest.from_record(record)


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
