"""A batch checks and prices every row and sends nothing; equal rows are one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from services import InProcess

import evolink_widgets as ew
from evolink_widgets.batches.batch import Batch
from evolink_widgets.core.session import Session

Make = Callable[..., Batch]


def test_it_says_what_it_would_buy_and_sends_nothing(batch: Make, service: InProcess) -> None:
    rows = ["fox", "owl", "fox", None, "cat"]
    b = batch(pd.DataFrame({"animal": rows, "ratio": ["1:1", "1:1", "1:1", "1:1", "1:9"]}),
              size="{ratio}")  # fmt: skip
    assert len(b) == 5
    said = repr(b)
    assert said.startswith("5 rows · 2 distinct, 1 shares a picture · 0 in the store")
    assert "2 with problems · to buy 2: about" in said
    assert "row 3: prompt must have a value in the column 'animal'" in said
    problems = b.problems
    assert isinstance(problems, pd.DataFrame)
    assert problems[["row", "field"]].values.tolist() == [[3, "prompt"], [4, "size"]]
    assert problems["nearest"].tolist()[1] == "1:3"
    assert "<table" in b._repr_html_()
    assert service.counts().get("accepted", 0) == 0
    assert b.estimate.pictures == 2


def test_data_are_never_markup(batch: Make) -> None:
    b = batch([{"animal": "<b>"}], prompt="<i>{animal}", size="<script>")
    assert "<script>" not in b._repr_html_()
    assert "&lt;script&gt;" in b._repr_html_()


def test_its_price_learns_from_a_preview(batch: Make, service: InProcess) -> None:
    service.service.prices = 1.3
    rows = [{"animal": f"fox {at}", "quality": "low" if at % 5 else "high"} for at in range(40)]
    b = batch(rows, quality="{quality}")
    before = b.estimate
    run = b.preview(4).result(60)
    assert service.counts()["accepted"] == 4
    shown = run.to_frame()
    assert len(shown) == 4
    assert {row["quality"] for row in shown} == {"low", "high"}, "spread over what differs"
    after = b.estimate
    assert after.pictures == 36
    assert after.low > before.low * 36 / 40
    assert "receipt" in after.basis
    assert "4 in the store" in repr(b)


def test_a_preview_that_is_run_again_buys_nothing(batch: Make, service: InProcess) -> None:
    rows = [{"animal": f"fox {at}"} for at in range(10)]
    batch(rows).preview(3).result(60)
    assert batch(rows).estimate_of_preview(3).pictures == 0
    again = batch(rows).preview(3).result(60)
    assert service.counts()["accepted"] == 3
    assert all(row["reused"] for row in again.to_frame())
    assert batch(rows).estimate_of_preview(3, further=True).pictures == 3
    batch(rows).preview(3, further=True).result(60)
    assert service.counts()["accepted"] == 6


def test_repeats_are_pictures_of_their_own(batch: Make, service: InProcess) -> None:
    rows = [{"animal": "fox"}, {"animal": "fox"}, {"animal": "owl"}]
    assert "to buy 2:" in repr(batch(rows))
    assert "to buy 3:" in repr(batch(rows, repeats="rows"))
    frame = batch(rows, repeats="rows").create().result(60).to_frame()
    assert len({row["path"] for row in frame}) == 3
    assert service.counts()["accepted"] == 2  # two of one recipe are one request
    tall = batch(rows, repeats=3).create().result(60).to_frame()
    assert [row["number"] for row in tall] == [1, 2, 3] * 3
    assert [row["path"] for row in tall[:3]] == [row["path"] for row in tall[3:6]]
    assert len({row["path"] for row in tall}) == 6
    assert sum(row["credits"] for row in frame + tall) == pytest.approx(ew.spending().total.charged)
    for wrong in (0, 1.5, "each", True):
        with pytest.raises(ew.InvalidRequest, match="repeats must"):
            batch(rows, repeats=wrong)


def test_the_cheaper_channel_makes_one_at_a_time(batch: Make, service: InProcess) -> None:
    b = batch([{"animal": "fox"}], model="gpt-image-2-beta", quality="medium", repeats=3)
    frame = b.create().result(60).to_frame()
    assert service.counts()["accepted"] == 3
    assert len({row["path"] for row in frame}) == 3


def test_each_row_has_references_of_its_own(batch: Make, tmp_path: Path) -> None:
    for name, colour in (("a.png", "red"), ("b.png", "blue")):
        Image.new("RGB", (64, 64), colour).save(tmp_path / name)
    rows = [{"photo": "a.png"}, {"photo": "b.png"}, {"photo": "c.png"}, {"photo": "a.png"}]
    b = batch(rows, "as a watercolour", references="{photo}")
    assert [one["row"] for one in b.problems] == [2]
    frame = b.create().result(60).to_frame()
    hashes = [row["image"].recipe.request.references for row in frame if row["image"]]
    assert hashes[0] == hashes[2] != hashes[1]
    again = batch(frame[:1], "make it night", references=["{image}"])
    result = again.create().result(60).to_frame()
    # By their bytes: the pictures of a test are few, and two of the store may be the same.
    (parent,) = result[0]["image_2"].parents
    assert parent.sha256 == frame[0]["image"].sha256


def test_a_picture_whose_file_is_gone_is_priced_again(batch: Make, service: InProcess) -> None:
    rows = [{"animal": "fox"}, {"animal": "owl"}, {"animal": "cat"}]
    run = batch(rows).create().result(60)
    assert "nothing to buy" in repr(batch(rows))
    run.images[1].path.unlink()
    b = batch(rows)
    assert "2 in the store · to buy 1:" in repr(b)
    assert b.estimate.pictures == 1
    assert b.create().result(60).state.new == 1
    assert service.counts()["accepted"] == 4


def test_a_prompt_column_is_enough(batch: Make) -> None:
    assert len(ew.batch([{"prompt": "a fox"}])) == 1
    with pytest.raises(ew.InvalidRequest, match="must name columns of the frame"):
        ew.batch([{"text": "a fox"}])


def test_another_store_is_looked_at_anew(
    batch: Make, use: Callable[..., Session], tmp_path: Path
) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "a.png")
    b = batch([{"photo": "a.png"}], "as a watercolour", references="{photo}")
    b.create().result(60)
    use(store="other")
    assert len(b.create().result(60).images) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"budget": 0}, "budget must be a number"),
        ({"on_error": "log"}, 'on_error must be "ignore" or "raise"'),
    ],
)
def test_what_create_can_not_use_is_refused(
    batch: Make, service: InProcess, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ew.ConfigurationError, match=said):
        batch([{"animal": "fox"}]).create(**given)
    assert service.counts().get("accepted", 0) == 0


def test_a_frame_without_rows_buys_nothing(batch: Make) -> None:
    b = batch(pd.DataFrame({"animal": []}))
    assert repr(b).startswith("0 rows · 0 distinct · 0 in the store · nothing to buy")
    assert b.preview(3).result(10).state.total == 0
    frame = b.create().result(10).to_frame()
    assert list(frame.columns)[:3] == ["animal", "image", "path"]
    assert len(frame) == len(b.problems) == 0


def test_more_of_one_recipe_than_a_request_can_ask_for(batch: Make, service: InProcess) -> None:
    frame = batch([{"animal": "fox"}]).create().result(60).to_frame()
    tall = batch([{"animal": "fox"}], repeats=12).create().result(60).to_frame()
    assert len({row["path"] for row in tall}) == 12
    assert tall[0]["path"] == frame[0]["path"], "the first is the one that was there"
    assert service.counts()["accepted"] == 3
    assert [row["reused"] for row in tall] == [True, *[False] * 11]
    assert sum(row["credits"] for row in frame + tall) == pytest.approx(ew.spending().total.charged)


def test_a_frame_that_came_back_goes_in_again(batch: Make) -> None:
    first = batch(pd.DataFrame({"animal": ["fox", "owl"]})).create().result(60).to_frame()
    again = batch(first).create().result(60).to_frame()
    assert again["image_2"].tolist() == first["image"].tolist()
    assert again["reused_2"].tolist() == [True, True]
    third = batch(again, "{animal}, at night").create().result(60).to_frame()
    assert third["image_2"].tolist() == first["image"].tolist()
    assert not set(third["image_3"]) & set(first["image"])
    assert third["reused_3"].tolist() == [False, False]


def test_a_frame_that_is_sorted_meanwhile_keeps_each_picture_beside_its_row(batch: Make) -> None:
    frame = pd.DataFrame({"animal": ["fox", "owl", "cat"]})
    run = batch(frame).create()
    frame[:] = frame.sort_values("animal").to_numpy()
    frame["animal"] = frame["animal"].str.upper()
    found = run.result(60).to_frame()
    asked = [image.recipe.request.prompt for image in found["image"]]
    assert asked == [f"a {animal}" for animal in found["animal"]]
