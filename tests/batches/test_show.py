"""A frame is shown with its pictures, whatever kind it is, and nothing in it is markup."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import polars as pl
import pytest

import evolink_widgets as ew
from evolink_widgets.batches.batch import Batch
from evolink_widgets.store import in_use

Make = Callable[..., Batch]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, dict])
def test_pictures_are_thumbnails(kind: type, batch: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_use.choice, "named", ew.session().store.root)
    run = batch(kind({"animal": ["<b>fox", "owl"], "note": [None, "x"]})).create().result(60)
    table = ew.show(run.to_frame())
    html = table.to_html()
    assert html.count("<img") == 2
    assert 'alt="a &lt;b&gt;fox, simulated"' in html
    assert "<b>" not in html
    assert "&lt;b&gt;fox" in html
    assert "2 rows" in html
    assert table._repr_html_() == html
    assert "animal, note" in repr(table)
    assert ew.show(run.to_frame(), rows=1).to_html().count("<img") == 1


def test_pandas_has_a_formatter(batch: Make) -> None:
    frame = batch(pd.DataFrame({"animal": ["fox", None]})).create().result(60).to_frame()
    html = frame.to_html(formatters={"image": ew.store.thumbnail_html}, escape=False)
    assert html.count("<img") == 1
    assert frame.astype({"image": str})["image"][0] == frame["path"][0]


@pytest.mark.parametrize("given", [{"rows": 0}, {"rows": 201}, {"edge": "wide"}])
def test_what_can_not_be_shown_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ew.InvalidRequest, match="must be a whole number"):
        ew.show([{"a": 1}], **given)  # type: ignore[arg-type]


def test_pictures_are_taken_by_polars_and_by_pydantic(batch: Make) -> None:
    import pydantic

    images = list(batch([{"animal": "fox"}, {"animal": "owl"}]).create().result(60).images)
    assert pl.DataFrame(images)["width"].to_list() == [816, 816]
    column = pl.Series("image", images, dtype=pl.Object)
    assert pl.DataFrame({"at": [0, 1]}).with_columns(column)["image"].to_list() == images

    class Page(pydantic.BaseModel):
        image: ew.GeneratedImage

    page = Page(image=images[0])
    assert Page.model_validate_json(page.model_dump_json()).image == images[0]
