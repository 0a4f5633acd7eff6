"""`ReviewView` on Python's side: decisions in the store, frames of what was said, the copy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import evolink_widgets as ew
from evolink_widgets.errors import ConfigurationError, InvalidRequest
from evolink_widgets.runtime.clock import now

from .conftest import Browser

SMALL = {"size": "816x816", "quality": "low"}


def pictures(n: int = 3, prompt: str = "a fox") -> ew.ImageSet:
    return ew.generate(prompt, n=n, **SMALL).result(60)


def name(image: ew.GeneratedImage) -> str:
    return f"{image.task_key}.{image.index}"


def decide(page: Browser, *said: tuple[ew.GeneratedImage, str | None], **more: Any) -> list[Any]:
    changes = [
        {"picture": name(image), "at": now(), "verdict": word, **more} for image, word in said
    ]
    told, _ = page.ask("judge", changes=changes)
    assert told["kind"] == "judged", told
    return told["changes"]


def test_a_page_is_told_where_one_left_off() -> None:
    images = pictures()
    review = ew.ReviewView(images, judge="ana")
    page = Browser(review)
    welcome, _ = page.ask("hello")
    assert (welcome["letters"], welcome["judge"], welcome["others"]) == ("...", "ana", 0)
    assert decide(page, (images[0], "keep"), (images[2], "reject")) == [[0, "k"], [2, "r"]]
    event, _ = page.wait(lambda told: told.get("kind") == "judged" and "id" not in told)
    assert event["changes"] == [[0, "k"], [2, "r"]], "for other pages of the view"
    assert review.kept == (images[0],)
    assert review.rejected == (images[2],)
    assert review.undecided == (images[1],)
    review.close()
    again, _ = Browser(ew.ReviewView(images, judge="ana")).ask("hello")
    assert again["letters"] == "k.r", "another kernel goes on from there"
    assert again["name"] == welcome["name"]
    other, _ = Browser(ew.ReviewView(images, judge="ben")).ask("hello")
    assert (other["letters"], other["others"]) == ("...", 1)
    assert other["name"] != welcome["name"]


def test_what_is_taken_back_is_undecided() -> None:
    images = pictures(1)
    page = Browser(ew.ReviewView(images, judge="ana"))
    decide(page, (images[0], "keep"))
    assert decide(page, (images[0], None)) == [[0, "."]]


def test_a_picture_is_told_of_with_its_row_and_hides_what_others_say() -> None:
    images = pictures(2)
    rows = [{"animal": "fox", "weight": 0.1 + 0.2, "seen": None}, {"animal": "owl", "weight": 2}]
    ben = Browser(ew.ReviewView(images, judge="ben"))
    decide(ben, (images[0], "reject"), caption="too dark")
    page = Browser(ew.ReviewView(images, judge="ana", rows=rows))
    told, _ = page.ask("about", places=[0, 9, "x", -1], others=False)
    [about] = told["pictures"]
    assert about["rows"] == [["animal", "fox"], ["weight", "0.3"], ["prompt", "a fox"]]
    assert (about["width"], about["alt"]) == (816, images[0].alt)
    assert (about["caption"], about["others"]) == ("", [])
    told, _ = page.ask("about", places=[0], others=True)
    assert told["pictures"][0]["others"] == [["ben", "reject", "too dark"]]


def test_pictures_come_in_two_sizes() -> None:
    page = Browser(ew.ReviewView(pictures(), judge="ana"))
    page.ask("want", view="v", places=[2, 0])
    thumbs, small = page.wait(lambda message: message.get("kind") == "thumbs")
    page.ask("large", view="v", places=[1])
    shots, large = page.wait(lambda message: message.get("kind") == "shots")
    assert (thumbs["pictures"][0]["id"], shots["pictures"][0]["id"]) == ("2", "1")
    assert len(small[0]) < 8_000 < 80_000
    assert len(small[0]) < len(large[0]) < 80_000
    piece, (part,) = page.ask("bytes", picture="1", what="preview", offset=0)
    assert piece["total"] >= len(part) > 0
    assert "ew.store.picture" in page.ask("code", picture="1")[0]["text"]
    assert ["Prompt", "a fox"] in page.ask("facts", picture="1")[0]["rows"]
    for nowhere in (-1, 9, "x", None):
        assert page.ask("code", picture=nowhere)[0]["kind"] == "rejected"


def test_ten_thousand_pictures_are_told_of_in_a_letter_each() -> None:
    image = pictures(1)[0]
    many = [replace(image, task_key=f"key{number}") for number in range(10_000)]
    review = ew.ReviewView(many, judge="ana")
    page = Browser(review)
    welcome, _ = page.ask("hello")
    assert len(str(welcome)) < 11_000
    changes = [
        {"picture": f"key{number}.0", "at": now(), "verdict": "keep"} for number in range(0, 400, 2)
    ]
    told, _ = page.ask("judge", changes=changes)
    assert len(told["changes"]) == 200
    assert review._counts() == "200 kept, 0 rejected, 9,800 undecided"


@pytest.mark.parametrize(
    "wrong",
    [
        {"picture": "nowhere", "at": 1.0, "verdict": "keep"},
        {"picture": "key.0", "at": "now", "verdict": "keep"},
        {"picture": "key.0", "at": float("nan"), "verdict": "keep"},
        {"picture": "key.0", "at": 1.0, "verdict": "maybe"},
        {"picture": "key.0", "at": 1.0, "caption": 7},
        {"picture": "key.0", "at": 1.0, "caption": "x" * 5_000},
        "keep",
    ],
)
def test_what_is_no_decision_is_refused(wrong: object) -> None:
    images = pictures(1)
    review = ew.ReviewView(images, judge="ana")
    told, _ = Browser(review).ask("judge", changes=[wrong])
    assert told["kind"] == "rejected"
    assert review.undecided == tuple(images)


def test_what_an_earlier_page_could_not_tell_is_written_for_its_picture() -> None:
    first, second = pictures(1), pictures(1, "an owl")
    page = Browser(ew.ReviewView(first, judge="ana"))
    assert decide(page, (second[0], "keep")) == []
    assert ew.ReviewView(second, judge="ana").kept == tuple(second)


def test_agreement_is_a_frame_of_the_rows_kind() -> None:
    images = pictures(4)
    frame = pd.DataFrame({"animal": ["fox", "owl", "hare", "bear"]})
    ana = ew.ReviewView(images, judge="ana", rows=frame)
    assert list(ana.agreement().columns) == [
        "judge", "other", "both", "same", "kappa", "low", "high"
    ]  # fmt: skip
    assert len(ana.agreement()) == 0
    words = {"ana": "kkkr", "ben": "kkrr"}
    for judge, letters in words.items():
        page = Browser(ew.ReviewView(images, judge=judge))
        long = {"k": "keep", "r": "reject"}
        decide(page, *((image, long[word]) for image, word in zip(images, letters, strict=True)))
    found = ana.agreement()
    assert isinstance(found, pd.DataFrame)
    row = found.iloc[0]
    assert (row["judge"], row["other"], row["both"], row["same"]) == ("ana", "ben", 4, 3)
    assert row["kappa"] == pytest.approx(0.5)
    plain = ew.ReviewView(images, judge="ana").agreement()
    assert plain[0]["kappa"] == pytest.approx(0.5)
    [pair] = Browser(ew.ReviewView(images, judge="ben")).ask("agreement")[0]["pairs"]
    assert pair["judges"] == ["ben", "ana"], "the one of the view comes first"
    said = ana.verdicts()
    assert list(said.columns) == ["path", "judge", "verdict", "caption", "at"]
    assert len(said) == 8
    assert said[said["judge"] == "ben"]["verdict"].tolist() == ["keep", "keep", "reject", "reject"]


def test_a_judge_without_a_name_has_the_stores() -> None:
    images = pictures(1)
    own = ew.ReviewView(images).judge
    assert own.startswith("judge-")
    assert ew.ReviewView(images).judge == own
    with pytest.raises(InvalidRequest, match="judge must be a name"):
        ew.ReviewView(images, judge=" ")


def test_each_picture_is_shown_once_with_its_first_row() -> None:
    image, other = pictures(2)
    rows = {"row": [1, 2, 3]}
    review = ew.ReviewView([image, image, other], judge="ana", rows=rows)
    assert review.images == (image, other)
    told, _ = Browser(review).ask("about", places=[0, 1])
    assert [about["rows"][0] for about in told["pictures"]] == [["row", "1"], ["row", "3"]]


def test_what_can_not_be_reviewed_is_said(tmp_path: Any) -> None:
    image = pictures(1)[0]
    with pytest.raises(ConfigurationError, match="it was given no pictures"):
        ew.ReviewView([])
    with pytest.raises(ConfigurationError, match="it was given a int"):
        ew.ReviewView(7)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="rows must be as many"):
        ew.ReviewView(image, rows=[{}, {}])
    ew.configure(store=tmp_path / "other")
    with pytest.raises(ConfigurationError, match=r"one store.*ew.store.merge"):
        ew.ReviewView([image, pictures(1, "an owl")[0]])


def test_a_contact_sheet_with_the_counts_stays() -> None:
    images = pictures()
    review = ew.ReviewView(images, judge="<ana>")
    assert review._static_html().count("<img") == 3
    decide(Browser(review), (images[0], "keep"), (images[1], "reject"))
    copy = review._static_html()
    assert "Reviewed by &lt;ana&gt;: 1 kept, 1 rejected, 1 undecided" in copy
    assert copy.count("<img") == 1, "what is kept is shown"
    assert review._static_picture()["image/jpeg"]
    ben = ew.ReviewView(images, judge="ben")
    ben.decide(images, "keep")
    assert "agree" not in review._static_html(), "ana has not seen all yet"
    said = "&lt;ana&gt; and ben agree on 1 of 2, Cohen&#x27;s kappa 0.00."
    assert said in ben._static_html()
    assert repr(review) == ("<ReviewView by <ana>, 3 pictures: 1 kept, 1 rejected, 1 undecided>")


def test_a_run_is_reviewed_with_its_rows() -> None:
    rows = pd.DataFrame({"animal": ["fox", "owl", "fox"]}, index=[7, 8, 9])
    run = ew.batch(rows, "a {animal}", **SMALL).create().result(60)
    review = run.review("ana")
    assert len(review.images) == 2, "rows that share a picture see it once"
    told, _ = Browser(review).ask("about", places=[0, 1])
    assert [about["rows"][0] for about in told["pictures"]] == [
        ["animal", "fox"],
        ["animal", "owl"],
    ]
    assert "verdict" not in run.to_frame()
    decide(Browser(review), (review.images[0], "keep"), caption="a red fox")
    frame = run.to_frame()
    assert frame["verdict"].eq("keep").tolist() == [True, False, True]
    assert frame["caption"].dropna().tolist() == ["a red fox", "a red fox"]
    assert frame["verdict"].isna().tolist() == [False, True, False]
    assert "agreement" not in frame
    decide(Browser(run.review("ben")), (review.images[0], "reject"))
    frame = run.to_frame()
    assert frame["verdict"].isna().all()
    assert frame["agreement"].iloc[0] == 0.5
    assert isinstance(review.agreement(), pd.DataFrame)


def test_code_decides_as_keys_do_and_the_page_follows() -> None:
    images = pictures()
    review = ew.ReviewView(images, judge="a rule")
    page = Browser(review)
    page.ask("hello")
    review.decide(images, "keep", "a fox")
    told, _ = page.wait(lambda message: message.get("kind") == "judged")
    assert told["changes"] == [[0, "k"], [1, "k"], [2, "k"]]
    review.decide(images[0], None)
    assert review.undecided == (images[0],)
    assert {row["caption"] for row in review.verdicts()} == {"a fox"}
    with pytest.raises(InvalidRequest, match='must be "keep", "reject" or None'):
        review.decide(images, "maybe")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="not among the pictures of this review"):
        review.decide(pictures(1, "an owl"), "keep")
