"""A run is written as a dataset, whole or not at all: files, card, manifest, receipts."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image
from services import InProcess

import evolink_widgets as ew
from evolink_widgets.batches.batch import Batch
from evolink_widgets.batches.dataset.near import near_duplicates
from evolink_widgets.batches.run import BatchRun
from evolink_widgets.errors import StoreError
from evolink_widgets.store.judging.verdicts import Change

Make = Callable[..., Batch]


@pytest.fixture
def run(batch: Make, service: InProcess) -> BatchRun:
    """Three pictures of five rows: two rows share one, one is refused, one has a problem."""
    service.play("policy refusal", after=2)
    frame = pd.DataFrame(
        {"animal": ["fox", "owl", "fox", "cat", None], "weight": [1.5, None, 2.0, 3.0, 4.0],
         "seen": pd.to_datetime(["2026-11-29"] * 5)}
    )  # fmt: skip
    return batch(frame).create().result(60)


def samples(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in (folder / "metadata.jsonl").read_text("utf-8").splitlines()
    ]


def test_a_folder_of_images_with_its_metadata(run: BatchRun, tmp_path: Path) -> None:
    folder = run.export(tmp_path / "animals")
    found = samples(folder)
    assert [one["animal"] for one in found] == ["fox", "owl", "fox"]
    assert [one["weight"] for one in found] == [1.5, None, 2.0]
    assert found[0]["seen"].startswith("2026-11-29")
    assert len({one["file_name"] for one in found}) == 3, "rows that share a picture have copies"
    for one in found:
        copy = folder / one["file_name"]
        assert ew.recipe(copy).request.prompt == one["prompt"] == f"a {one['animal']}"
        assert b"DigitalSourceType" in copy.read_bytes(), "the mark for AI-made pictures"
        assert Image.open(copy).size == (one["width"], one["height"])
        assert one["ai_generated"] is one["simulated"] is True
    assert sum(one["credits"] for one in found) == pytest.approx(run.state.credits)


def test_its_papers_are_true(run: BatchRun, tmp_path: Path) -> None:
    folder = run.export(tmp_path / "animals")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for one in manifest["files"]:
        data = (folder / one["file"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["bytes"], one["sha256"])
    receipts = [json.loads(line) for line in (folder / "receipts.jsonl").read_text().splitlines()]
    assert sum(one["charged"] for one in receipts) == pytest.approx(ew.spending().total.charged)
    card = (folder / "README.md").read_text("utf-8")
    assert card.startswith("---\n")
    for said in ("3 pictures, **made by AI**", "**Simulated:** 3", "gpt-image-2 (3)", "816×816 (3)",
                 "a {animal}", "| rows without a picture | 2 |", "load_dataset"):  # fmt: skip
        assert said in card
    [alike] = json.loads((folder / "near_duplicates.json").read_text("utf-8"))
    assert len(alike) == 3, "this service makes one picture for all"


def test_parquet_holds_the_pictures(run: BatchRun, tmp_path: Path) -> None:
    folder = run.export(tmp_path / "animals", format="parquet")
    table = pq.read_table(folder / "data" / "train-00000-of-00001.parquet")
    assert table.column("animal").to_pylist() == ["fox", "owl", "fox"]
    assert table.column("weight").to_pylist() == [1.5, None, 2.0]
    for cell in table.column("image").to_pylist():
        assert Image.open(io.BytesIO(cell["bytes"])).size == (816, 816)
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == {"_type": "Image"}


def test_tar_files_for_streaming(run: BatchRun, tmp_path: Path) -> None:
    folder = run.export(tmp_path / "animals", format="webdataset")
    with tarfile.open(folder / "train-000000.tar") as tar:
        names = tar.getnames()
        first = tar.extractfile(names[1])
        assert first is not None
        assert json.load(first)["animal"] == "fox"
    assert [name.rpartition(".")[0] for name in names[::2]] == [
        name.rpartition(".")[0] for name in names[1::2]
    ]
    assert {name.rpartition(".")[2] for name in names} == {"png", "json"}


@pytest.mark.parametrize("format", ["imagefolder", "parquet", "webdataset"])
def test_datasets_loads_it(run: BatchRun, tmp_path: Path, format: Any) -> None:
    import datasets

    folder = run.export(tmp_path / "animals", format=format)
    how = {
        "imagefolder": {"data_dir": str(folder)},
        "parquet": {"data_files": str(folder / "data" / "*.parquet")},
        "webdataset": {"data_files": str(folder / "*.tar")},
    }[format]
    loaded = datasets.load_dataset(format, split="train", cache_dir=str(tmp_path / "c"), **how)
    assert len(loaded) == 3
    picture = loaded[0]["png" if format == "webdataset" else "image"]
    assert picture.size == (816, 816)


def test_nothing_is_overwritten_and_nothing_half_stays(run: BatchRun, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run.export(tmp_path / "empty").name == "empty"
    with pytest.raises(ew.StoreError, match="not empty"):
        run.export(tmp_path / "empty")
    with pytest.raises(ew.StoreError, match="format must be"):
        run.export(tmp_path / "other", format="coco")  # type: ignore[arg-type]
    run.images[1].path.unlink()
    with pytest.raises(ew.StoreError, match="not there any more"):
        run.export(tmp_path / "broken")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"empty", "pictures"}


def test_look_alikes_are_found_by_their_hashes() -> None:
    base = 0x0F0F_1234_ABCD_8001
    hashes = {"a": base, "b": base ^ 0b111, "c": base ^ (1 << 63), "d": ~base & (1 << 64) - 1,
              "e": base ^ 0xFF}  # fmt: skip
    assert near_duplicates(hashes) == [["a", "b", "c"]]
    assert near_duplicates({}) == []


def judge(run: BatchRun, name: str, *said: tuple[int, str | None, str]) -> None:
    """Judge the run's pictures: place, verdict, caption."""
    verdicts = ew.session().store.verdicts
    names = [(one.task_key, one.index) for one in run.images]
    changes = [Change(names[place], 1.0, verdict, words) for place, verdict, words in said]
    verdicts.judge(name, changes, now=2.0)


def test_only_what_a_review_kept_is_written(run: BatchRun, tmp_path: Path) -> None:
    judge(run, "ana", (0, "keep", "a red fox"), (1, "reject", ""))
    folder = run.export(tmp_path / "kept", only="kept")
    found = samples(folder)
    assert [one["animal"] for one in found] == ["fox", "fox"], "both rows of the picture"
    assert {(one["verdict"], one["caption"], one["text"]) for one in found} == {
        ("keep", "a red fox", "a red fox")
    }
    card = (folder / "README.md").read_text("utf-8")
    said = "| reviewed, by people or programs | 2 kept, 1 rejected, 0 undecided; 2 captions |"
    assert said in card, "a rule may have judged, as in lesson 05"
    assert "| left out, as only what is kept is here | 1 |" in card
    assert "`caption` was written in a review, by a person or by a program" in card
    assert "`text` is the caption, or the prompt where there is none" in card
    assert "| rows without a picture | 2 |" in card
    assert "ana" not in card + (folder / "metadata.jsonl").read_text("utf-8"), "no judge's name"
    assert len(list((folder / "images").iterdir())) == 2


def test_what_is_undecided_may_come_along(run: BatchRun, tmp_path: Path) -> None:
    judge(run, "ana", (0, "reject", ""), (1, None, "an owl at noon"))
    found = samples(run.export(tmp_path / "rest", only="not rejected"))
    assert [(one["animal"], one["verdict"], one["text"]) for one in found] == [
        ("owl", None, "an owl at noon")
    ]
    all_of_them = samples(run.export(tmp_path / "all"))
    assert [one["text"] for one in all_of_them] == ["a fox", "an owl at noon", "a fox"]
    assert "agreement" not in all_of_them[0]
    judge(run, "ben", (0, "keep", ""))
    both = samples(run.export(tmp_path / "both"))
    assert (both[0]["verdict"], both[0]["agreement"]) == (None, 0.5), "one for, one against"


@pytest.mark.parametrize("format", ["parquet", "webdataset"])
def test_captions_are_in_every_format(run: BatchRun, tmp_path: Path, format: Any) -> None:
    judge(run, "ana", (0, "keep", "a red fox"))
    folder = run.export(tmp_path / "out", format=format, only="kept")
    if format == "parquet":
        table = pq.read_table(next((folder / "data").glob("*.parquet")))
        texts = table["text"].to_pylist()
    else:
        with tarfile.open(next(folder.glob("*.tar"))) as tar:
            texts = [
                json.load(tar.extractfile(name))["text"]  # type: ignore[arg-type]
                for name in tar.getnames()
                if name.endswith(".json")
            ]
    assert texts == ["a red fox", "a red fox"]


def test_without_a_review_there_is_nothing_kept(run: BatchRun, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"No picture is kept.*run\.review"):
        run.export(tmp_path / "kept", only="kept")
    with pytest.raises(StoreError, match="only must be"):
        run.export(tmp_path / "kept", only="best")  # type: ignore[arg-type]
    assert not (tmp_path / "kept").exists()
    plain = samples(run.export(tmp_path / "all"))
    assert not {"verdict", "caption", "text"} & plain[0].keys()
    assert "reviewed" not in (tmp_path / "all" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("format", ["imagefolder", "parquet", "webdataset"])
def test_columns_of_any_name_and_value_come_along(batch: Make, tmp_path: Path, format: Any) -> None:
    row = {
        **{"animal": "fox", "image": "mine", "image_2": "mine, too", "prompt": "p"},
        **{"prompt_2": "p2", "file_name": "f", "file_name_2": "f2", "half": "\ud800"},
        **{"huge": 2**70, "list": np.array(["a", "b"], dtype=object)},
    }
    folder = batch([row]).create().result(60).export(tmp_path / "animals", format=format)
    if format == "imagefolder":
        [found] = samples(folder)
        assert found["file_name"].startswith("images/")
        assert (found["file_name_2"], found["file_name_3"]) == ("f2", "f")
    elif format == "parquet":
        found = pq.read_table(next((folder / "data").iterdir())).to_pylist()[0]
        assert found["image_3"]["bytes"].startswith(b"\x89PNG")
        found["huge"] = int(found["huge"])
    else:
        with tarfile.open(next(folder.glob("*.tar"))) as tar:
            [name] = [name for name in tar.getnames() if name.endswith(".json")]
            found = json.load(tar.extractfile(name))  # type: ignore[arg-type]
    assert (found["image"], found["image_2"]) == ("mine", "mine, too")
    assert (found["prompt"], found["prompt_2"], found["prompt_3"]) == ("p", "p2", "a fox")
    assert (found["half"], found["huge"], found["list"]) == ("?", 2**70, ["a", "b"])


def test_what_a_killed_export_has_left_goes_with_a_later_one(run: BatchRun, tmp_path: Path) -> None:
    old, new, other = (
        tmp_path / f".{name}-0123abcd.unfinished" for name in ("animals", "[a]", "animals-2")
    )
    for folder in (old, new, other):
        (folder / "images").mkdir(parents=True)
    for path in (old, old / "images", other, other / "images"):
        os.utime(path, (0, 0))
    run.export(tmp_path / "animals")
    run.export(tmp_path / "[a]")
    assert [folder.exists() for folder in (old, new, other)] == [False, True, True]
