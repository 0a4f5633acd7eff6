"""`ImageCompare`: what can be compared, what is refused, and what the browser is given."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy
import pytest
import traitlets
from ipywidgets import FloatSlider
from PIL import Image

import evolink_widgets as ew
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.compare.prompt_words import differing, in_words

from .conftest import Browser

ASK = {"size": "1024x640", "quality": "low"}


def drawn(colour: str = "teal", size: tuple[int, int] = (64, 48), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def told(one: ew.ImageCompare) -> dict[str, Any]:
    return Browser(one).ask("hello")[0]


def whole(page: Browser, picture: str, what: str) -> bytes:
    """A picture's bytes, piece by piece as the browser asks for them."""
    data = b""
    while True:
        content, (part,) = page.ask("bytes", picture=picture, what=what, offset=len(data))
        assert 0 < len(part) <= outgoing_pictures.CHUNK
        data += part
        if len(data) >= content["total"]:
            return data


def test_saved_pictures_of_two_asks_are_compared_with_their_prompts() -> None:
    calm = ew.generate("a lighthouse, calm sea", **ASK).result(20)
    storm = ew.generate("a lighthouse, stormy sea", **ASK).result(20)
    one = ew.ImageCompare(calm, storm)
    assert one.mode == "slider"
    page = Browser(one)
    welcome, _ = page.ask("hello")
    first, second = welcome["pictures"]
    assert [first["label"], second["label"]] == ["Calm", "Stormy"]
    assert (second["width"], second["height"]) == (1024, 640)
    assert second["words"] == [
        ("same", "a lighthouse, "),
        ("removed", "calm "),
        ("added", "stormy "),
        ("same", "sea"),
    ]
    assert one.words() == one.words(1) == differing(*filter(None, one.prompts))
    thumbs = {page.wait(lambda m, at=at: m.get("kind") == "picture" and m["index"] == at)[1][0]
              for at in (0, 1)}  # fmt: skip
    assert len(thumbs) == 2
    assert whole(page, "1", "original") == storm[0].bytes
    assert Image.open(io.BytesIO(whole(page, "1", "preview"))).format == "WEBP"
    rows = dict(page.ask("facts", picture="0")[0]["rows"])
    assert rows["Prompt"] == "a lighthouse, calm sea"
    assert page.ask("code", picture="1")[0]["text"] == storm[0].as_code()


def test_an_image_set_is_as_many_pictures_as_are_in_it() -> None:
    images = ew.generate("a fox", n=3, **ASK).result(20)
    one = ew.ImageCompare(images)
    assert one.mode == "side"
    welcome = told(one)
    assert [picture["id"] for picture in welcome["pictures"]] == ["0", "1", "2"]
    assert welcome["note"].startswith("The prompts are the same. Simulated:")


def test_files_bytes_pictures_and_arrays_are_compared_with_each_other(tmp_path: Path) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(drawn("red"))
    array = numpy.zeros((48, 64, 3), numpy.uint8)
    one = ew.ImageCompare(
        path, str(path), drawn("green", kind="GIF"), Image.new("RGB", (64, 48), "blue"), [array]
    )
    page = Browser(one)
    welcome, _ = page.ask("hello")
    labels = [picture["label"] for picture in welcome["pictures"]]
    assert labels == ["cat.png", "cat.png", "Picture 3", "Picture 4", "Picture 5"]
    assert [picture["same"] for picture in welcome["pictures"]] == [True, True, False, False, False]
    assert welcome["note"] == ""
    files = [Image.open(io.BytesIO(whole(page, str(at), "original"))) for at in range(5)]
    colours = [file.convert("RGB").getpixel((9, 9)) for file in files]
    assert colours == [(255, 0, 0), (255, 0, 0), (0, 128, 0), (0, 0, 255), (0, 0, 0)]
    assert one.prompts == (None,) * 5
    assert one.words() == []
    assert "not made here" in page.ask("code", picture="2")[0]["message"]
    facts = dict(page.ask("facts", picture="2")[0]["rows"])
    assert facts["Size"] == "64 × 48 px"
    assert "GIF" in facts["Note"]


def test_names_can_be_given_and_sizes_that_differ_are_told() -> None:
    one = ew.ImageCompare(
        drawn(), drawn(size=(48, 64)), labels=["before", "after\n<b>\ud83e"], mode="blink"
    )
    welcome = told(one)
    assert [picture["label"] for picture in welcome["pictures"]] == ["before", "after <b>\ufffd"]
    assert welcome["note"].startswith("Sizes differ: 64 × 48, 48 × 64.")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "pictures must be 2 to 9; it is none."),
        ((drawn(),), "pictures must be 2 to 9; it is 1."),
        (([drawn()] * 10,), "pictures must be 2 to 9; it is more than 9."),
        ((drawn(), b"GIF89a, or so"), "pictures[1] must be a whole PNG"),
        ((drawn(), 7), "pictures[1] must be a path, bytes, picture, array or figure; it is 7."),
        ((drawn(), "https://example.org/a.png"), "pictures[1] must be a picture on this machine"),
        ((drawn(), "nowhere.png"), "pictures[1]"),
    ],
    ids=["none", "one", "ten", "broken", "number", "link", "missing"],
)
def test_anything_else_is_refused_with_a_sentence(given: Any, said: str) -> None:
    with pytest.raises(ew.InvalidRequest) as told:
        ew.ImageCompare(*given)
    assert said in str(told.value)
    assert "Not charged" in str(told.value)


def test_all_problems_are_told_at_once_and_a_task_is_pointed_to_its_pictures() -> None:
    ew.weather("stuck")
    task = ew.generate("a fox", **ASK)
    with pytest.raises(ew.InvalidRequest) as told:
        ew.ImageCompare(task, 7)
    assert [problem.field for problem in told.value.problems] == ["pictures[0]", "pictures[1]"]
    assert told.value.problems[0].nearest == "task.result()"
    ew.weather("fair")


def test_as_many_names_as_pictures() -> None:
    with pytest.raises(ew.InvalidRequest, match="labels must be as many as the pictures, 2"):
        ew.ImageCompare(drawn(), drawn("red"), labels=["a"])


@pytest.mark.parametrize(
    "traits",
    [{"mode": "flip"}, {"index": 0}, {"index": 2}, {"position": 1.1}, {"zoom": 9}, {"gain": 0}],
    ids=str,
)
def test_traits_keep_to_their_ranges(traits: dict[str, Any]) -> None:
    with pytest.raises(traitlets.TraitError):
        ew.ImageCompare(drawn(), drawn("red"), **traits)


def test_traits_are_set_observed_and_linked() -> None:
    one = ew.ImageCompare(drawn(), drawn("red"), drawn("blue"))
    page, seen, slider = Browser(one), [], FloatSlider(max=1.0)
    one.observe(lambda change: seen.append(change["new"]), "position")
    traitlets.link((one, "position"), (slider, "value"))
    page.set(position=0.25, index=2, mode="difference", zoom=2.0, gain=8)
    assert seen[-1] == 0.25
    assert slider.value == 0.25
    assert (one.index, one.mode, one.zoom, one.gain) == (2, "difference", 2.0, 8.0)
    slider.value = 0.75
    assert page.state("position", lambda value: value == 0.75) == 0.75
    page.set(index=3)
    assert one.index == 2, "what there is not is not taken from a page either"


def test_no_picture_is_in_a_trait_and_none_is_kept_in_the_notebook() -> None:
    one = ew.ImageCompare(drawn(size=(1600, 1200)), drawn("red", size=(1600, 1200)))
    state = {name: one.get_state()[name] for name in one.keys if name not in ("_esm", "_css")}
    assert len(json.dumps(state, default=str)) < 2_000


def test_a_picture_that_is_gone_leaves_the_others(tmp_path: Path) -> None:
    images = ew.generate("a fox", n=2, **ASK).result(20)
    one = ew.ImageCompare(images)
    assert one._static_html().count("<img ") == 2
    images[1].path.unlink()
    page = Browser(one)
    page.ask("hello")
    content, _ = page.wait(lambda m: m.get("kind") == "picture" and m["index"] == 1)
    assert "not there any more" in content["alt"]
    assert page.ask("bytes", picture="1", what="original", offset=0)[0]["kind"] == "rejected"
    assert one._static_html().count("<img ") == 2, "small copies outlive what they are of"


@pytest.mark.parametrize(
    "asked",
    [{"picture": "7"}, {"picture": "0", "what": "secret"}, {"picture": "0", "offset": -1},
     {"picture": "0", "offset": "x"}, {"picture": ["0"]}],
    ids=str,
)  # fmt: skip
def test_what_a_page_asks_wrongly_is_answered_with_a_sentence(asked: dict[str, Any]) -> None:
    page = Browser(ew.ImageCompare(drawn(), drawn("red")))
    answer, _ = page.ask("bytes", **{"what": "original", **asked})
    assert answer["kind"] == "rejected"
    assert answer["message"].endswith(".")


def test_the_static_copy_shows_all_with_names_and_what_differs() -> None:
    calm = ew.generate("a lighthouse, calm sea", **ASK).result(20)
    storm = ew.generate("a lighthouse, <stormy> sea", **ASK).result(20)
    one = ew.ImageCompare(calm, storm, drawn(), labels=["one", "two", "three"])
    markup = one._static_html()
    assert markup.count("<img ") == 3
    assert markup.count('alt="') == 3
    assert "1. one · 2. two · 3. three" in markup
    assert "Words of 2 removed: calm; added: &lt;stormy&gt;" in markup
    assert "Sizes differ" in markup
    assert len(markup) < 3 * 12_000 + 2_000


def test_a_closed_comparison_hears_no_more() -> None:
    one = ew.ImageCompare(drawn(), drawn("red"))
    page = Browser(one)
    page.ask("hello")
    one.close()
    one.close()
    assert one.comm is None


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("a fox in snow", "a fox in rain", "removed: snow; added: rain"),
        ("a fox", "a fox", ""),
        ("a fox", "a red fox, at night", "added: red; added: , at night"),
        ("雪の中の狐", "雨の中の狐", "removed: 雪; added: 雨"),
        ("l'été, 1920", "l'hiver, 1920", "removed: l'été; added: l'hiver"),
        ("ship 👩‍🚀 flag", "ship 👩 flag", "removed: 👩‍🚀; added: 👩"),
    ],
)
def test_words_that_differ(before: str, after: str, said: str) -> None:
    parts = differing(before, after)
    assert in_words(parts) == said
    joined = {keep: "".join(text for kind, text in parts if kind in ("same", keep))
              for keep in ("removed", "added")}  # fmt: skip
    assert joined["added"] == after
    assert joined["removed"].split() == before.split()


def test_two_prompts_of_the_longest_kind_are_compared_in_no_time() -> None:
    first = "a, b. " * 5_000
    second = "c, d. " * 5_000
    assert {kind for kind, _ in differing(f"x {first} y", f"x {second} y")} >= {"removed", "added"}


FOX = "a fox in the snow"


@pytest.mark.parametrize(
    ("asks", "labels"),
    [
        ([{"prompt": FOX}, {"prompt": "make it night"}], ["A fox in the snow", "Make it night"]),
        ([{"prompt": FOX}, {"prompt": f"{FOX}, gouache"}], ["Snow", "Snow, gouache"]),
        ([{"prompt": "a red fox there"}, {"prompt": "a grey owl there"}], ["Red fox", "Grey owl"]),
        ([{"size": "1:1"}, {"size": "3:2"}], ["1:1 1K", "3:2 1K"]),
        (
            [{"quality": "low", "prompt": "day"}, {"quality": "high", "prompt": "night"}],
            ["Day · low quality", "Night · high quality"],
        ),
        ([{"n": 2}], ["Picture 1 of 2", "Picture 2 of 2"]),
        (
            [{"n": 2, "prompt": "a fox"}, {"prompt": "an owl"}],
            ["A fox · picture 1 of 2", "A fox · picture 2 of 2", "An owl · picture 1 of 1"],
        ),
    ],
)  # fmt: skip
def test_saved_pictures_are_called_by_what_differs_between_them(
    asks: list[dict[str, Any]], labels: list[str]
) -> None:
    sets = [ew.generate(**{"prompt": FOX, **ASK, **ask}).result(20) for ask in asks]
    assert [picture["label"] for picture in told(ew.ImageCompare(*sets))["pictures"]] == labels


def test_pictures_that_nothing_tells_apart_have_their_files_names(tmp_path: Path) -> None:
    (fox,) = ew.generate(FOX, **ASK).result(20)
    (tmp_path / "given.png").write_bytes(drawn())
    pictures = told(ew.ImageCompare(fox, fox, tmp_path / "given.png"))["pictures"]
    assert [one["label"] for one in pictures[1:]] == [fox.path.name, "given.png"]
