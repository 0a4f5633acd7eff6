"""Reference files of many rows are looked at first, and read when their row is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from services import InProcess, until

import evolink_widgets as ew
from evolink_widgets.batches.batch import Batch
from evolink_widgets.batches.rows import files

Make = Callable[..., Batch]


@pytest.fixture(autouse=True)
def few_are_read_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "EARLY_FILES", 1)


@pytest.fixture
def photos(tmp_path: Path, use: object) -> list[dict[str, str]]:
    """Rows with a photograph each, in the folder of the test."""
    for number in range(5):
        Image.new("RGB", (64, 64), (40 * number, 0, 0)).save(tmp_path / f"{number}.png")
    return [{"photo": f"{number}.png"} for number in range(5)]


def test_what_a_glance_tells_is_a_problem_and_the_rest_is_read_when_it_is_sent(
    batch: Make, service: InProcess, photos: list[dict[str, str]], tmp_path: Path
) -> None:
    (tmp_path / "text.png").write_text("no picture at all")
    whole = (tmp_path / "4.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    rows = [*photos, {"photo": "text.png"}, {"photo": "gone.png"}, {"photo": "cut.png"}]
    b = batch(rows, "as a watercolour", references="{photo}")
    assert [one["row"] for one in b.problems] == [5, 6]
    kept = tmp_path / "pictures" / ".references"
    assert len(list(kept.iterdir())) == 1
    assert "5 with reference files still to be read · to buy up to 6" in repr(b)

    run = b.create().result(60)
    frame = run.to_frame()
    assert [row["errortype"] for row in frame] == [None] * 5 + ["InvalidRequest"] * 3
    assert "it breaks off after 76 bytes. Not charged." in frame[7]["errormsg"]
    assert frame[7]["credits"] == 0
    assert not any(group.retry for group in run.failures)
    assert service.counts()["accepted"] == 5
    assert len({row["image"].recipe.request.references for row in frame[:5]}) == 5
    assert "5 in the store" in repr(b)

    assert b.create().result(60).state.stored == 5
    again = batch(rows, "as a watercolour", references="{photo}")  # as another kernel would
    assert "1 in the store" in repr(again)
    assert again.create().result(60).state.stored == 5
    assert service.counts()["accepted"] == 5


@pytest.mark.parametrize(("repeats", "bought"), [(1, 4), ("rows", 5)])
def test_files_with_the_same_bytes_are_the_same_reference(
    batch: Make,
    service: InProcess,
    photos: list[dict[str, str]],
    tmp_path: Path,
    repeats: object,
    bought: int,
) -> None:
    (tmp_path / "3.png").write_bytes((tmp_path / "4.png").read_bytes())
    b = batch(photos, "as a watercolour", references="{photo}", repeats=repeats)
    frame = b.create().result(60).to_frame()
    assert all(row["image"] for row in frame)
    assert service.counts()["accepted"] == bought
    assert len({row["path"] for row in frame}) == bought


def test_a_budget_that_ends_while_files_are_read_leaves_the_rest_unsent(
    batch: Make, service: InProcess, photos: list[dict[str, str]]
) -> None:
    b = batch(photos, "as a watercolour", references="{photo}")
    run = b.create(budget=b.estimate.high / 5 * 1.2).result(60)
    assert run.state.new == service.counts()["accepted"] >= 1
    types = [row["errortype"] for row in run.to_frame()]
    assert types.count("BudgetExceeded") == 5 - run.state.new > 0


def test_a_pause_holds_what_is_being_read(
    batch: Make, service: InProcess, photos: list[dict[str, str]]
) -> None:
    run = batch(photos, "as a watercolour", references="{photo}").create()
    run.pause()
    until(lambda: run.state.rendering == 0)
    assert run.state.unsent + run.state.new == 5
    run.resume()
    assert run.result(60).state.new == 5
    assert service.counts()["accepted"] == 5


def test_a_picture_that_all_rows_share_is_read_once(
    batch: Make, photos: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "EARLY_FILES", 24)
    logo = Image.new("CMYK", (64, 64))
    b = batch(photos, "with this logo", references=[logo, "{photo}"])
    assert len([one for one in b.notices if one.startswith("references[0]")]) == 1
    frame = b.create().result(60).to_frame()
    references = [row["image"].recipe.request.references for row in frame]
    assert len({one[0] for one in references}) == 1
    assert len({one[1] for one in references}) == 5


def test_what_an_engine_gets_is_read_before(batch: Make, photos: list[dict[str, str]]) -> None:
    """Its recipes are known by their bytes, so that none is bought by two workers."""
    b = batch(photos, "as a watercolour", references="{photo}")
    assert b._plan.unread == 4
    with pytest.raises(ew.ConfigurationError):
        b.create(on="no client")
    assert b._current_plan().unread == 0
