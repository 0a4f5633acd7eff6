"""Many pictures in one zip, with a manifest that says what they are."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from evolink_widgets.errors import StoreDamaged, StoreError, StoreReadOnly
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store import Query
from evolink_widgets.store.gallery.archive import export_zip
from evolink_widgets.store.gallery.copies.embed import read_recipe


def test_a_zip_holds_copies_with_recipes_and_a_manifest(admit, store, tmp_path, picture, now):
    entry = store.journal.intend({}, service="emulator", now=now)
    store.journal.accepted(entry.key, "task-unified-1", now)
    for index, kind in enumerate(("png", "jpeg", "webp")):
        admit(entry.key, index, n=3, data=picture(kind, seed=index), task_id="task-unified-1")
    store.journal.finished(entry.key, now, receipt=Receipt(charged=7.5))
    other = admit("k3j2zzzzzzzz", n=1, prompt="../../狐狸 \x00 <b>")
    images = [*store.gallery.images(entry.key), other]
    path = export_zip(images, tmp_path / "out" / "mine.zip")
    assert path == tmp_path / "out" / "mine.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        manifest = json.loads(archive.read("manifest.json"))
        assert len(archive.namelist()) == 5
        for image, listed in zip(images, manifest["pictures"], strict=True):
            data = archive.read(listed["file"])
            assert hashlib.sha256(data).hexdigest() == listed["sha256"]
            assert len(data) == listed["bytes"]
            assert listed["original"] == {"bytes": image.bytes_count, "sha256": image.sha256}
            assert Recipe.from_record(listed["recipe"]) == image.recipe
            assert (listed["width"], listed["height"], listed["simulated"]) == (64, 48, True)
            assert Path(listed["file"]).name == listed["file"]
            (tmp_path / listed["file"]).write_bytes(data)
            assert read_recipe(tmp_path / listed["file"]) == image.recipe
            with Image.open(io.BytesIO(data)) as opened:
                assert opened.tobytes() == image.pil.tobytes()
    credits = {task["task"]: task["credits"] for task in manifest["tasks"]}
    assert credits == {entry.key: 7.5, other.task_key: None}, "not reported is not zero"


def test_names_that_are_alike_or_unsafe_become_names_of_their_own(admit, tmp_path):
    image = admit()
    paths = []
    for number, name in enumerate(["fox.png", "FOX.png", "manifest.json", "..png", "a b:c\\d.png"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_bytes(image.bytes)
        paths.append(folder / name)
    images = [dataclasses.replace(image, path=path) for path in paths]
    with zipfile.ZipFile(export_zip(images, tmp_path)) as archive:
        names = archive.namelist()
    assert names[:2] == ["fox.png", "FOX-2.png"]
    assert len({name.casefold() for name in names}) == 6
    assert all(not set(name) & set('/\\:*?"<>|\0') and name[0] != "." for name in names)


def test_nothing_is_overwritten_and_nothing_half_is_left(admit, store, tmp_path):
    image = admit()
    mine = tmp_path / "x.zip"
    mine.write_bytes(b"mine")
    assert export_zip([image], mine).name == "x-2.zip"
    assert mine.read_bytes() == b"mine"
    with pytest.raises(StoreError, match="no pictures to export"):
        export_zip([], tmp_path / "empty.zip")
    image.path.unlink()
    with pytest.raises(StoreDamaged, match="not there any more"):
        export_zip([image], tmp_path / "gone.zip")
    with pytest.raises(StoreReadOnly):
        export_zip([image], mine / "deeper.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "evolink_images",
        "x-2.zip",
        "x.zip",
    ]


def test_a_lost_picture_is_named_and_a_damaged_one_goes_in_as_it_is(admit, store, tmp_path, caplog):
    images = [admit(index=index, n=3) for index in range(3)]
    images[0].path.unlink()
    images[1].path.write_bytes(images[1].bytes[:50])
    with zipfile.ZipFile(export_zip(images, tmp_path / "x.zip")) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert len(archive.read(manifest["pictures"][0]["file"])) == 50
    assert [one["index"] for one in manifest["pictures"]] == [1, 2]
    assert [one["file"] for one in manifest["missing"]] == [images[0].path.name]
    assert "not there any more" in caplog.text


def test_a_damaged_receipt_and_a_clock_that_jumped_export_all_the_same(admit, store, tmp_path, now):
    entry = store.journal.intend({}, service="emulator", now=now)
    images = [admit(entry.key), dataclasses.replace(admit(entry.key), created_at=1e18)]
    with store.database.write() as connection:
        connection.execute("UPDATE tasks SET receipt = '{'")
    with zipfile.ZipFile(export_zip(images, tmp_path / "x.zip")) as archive:
        assert json.loads(archive.read("manifest.json"))["tasks"][0]["credits"] is None


def test_pictures_in_the_trash_can_be_exported(admit, store, tmp_path, now):
    admit()
    store.gallery.trash([("k3j2mnpqrstu", 0)], now=now)
    images = store.gallery.page(Query(trashed=True), 0, 5)
    with zipfile.ZipFile(export_zip(images, tmp_path / "x.zip")) as archive:
        assert len(archive.namelist()) == 2
