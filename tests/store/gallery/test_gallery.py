"""The gallery: what comes in is a whole picture, is never lost, and never lands on another."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import zlib

import pytest
from PIL import Image
from png_parts import SIGNATURE, chunk

from evolink_widgets.errors import DownloadFailed, StoreDamaged, StoreError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store import Store
from evolink_widgets.store.safe_files import place

KEY = "k3j2mnpqrstu"
TYPES = [("png", ".png"), ("jpeg", ".jpg"), ("webp", ".webp")]


@pytest.mark.parametrize(("kind", "ending"), TYPES)
def test_a_picture_comes_in_with_its_bytes_untouched(admit, picture, kind, ending, now, store):
    data = picture(kind, 80, 60)
    image = admit(data=data, task_id="task-unified-1")
    assert image.path.parent == store.root
    assert image.path.name == f"2026-11-24_a-fox-in-the-snow_k3j2_1{ending}"
    assert image.path.read_bytes() == image.bytes == data
    assert (image.format, image.width, image.height) == (kind, 80, 60)
    assert (image.bytes_count, image.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (image.task_key, image.task_id, image.index) == (KEY, "task-unified-1", 0)
    assert (image.created_at, image.simulated) == (now, True)
    assert image.pil.size == (80, 60)
    assert not list((store.root / ".parts").iterdir())


def test_a_set_has_one_recipe_file_from_which_the_recipe_comes_back(admit, store, visible):
    images = [admit(index=index, n=3, prompt="狐狸 <b>in</b> the snow") for index in range(3)]
    record_name, *picture_names = visible(store)
    assert record_name == "2026-11-24_狐狸-b-in-b-the-snow_k3j2.json"
    assert picture_names == [image.path.name for image in images]
    record = json.loads((store.root / record_name).read_text(encoding="utf-8"))
    assert Recipe.from_record(record["recipe"]) == images[0].recipe
    assert [entry["file"] for entry in record["pictures"]] == picture_names
    assert [entry["sha256"] for entry in record["pictures"]] == [image.sha256 for image in images]
    assert record["simulated"] is True


def test_a_real_services_picture_is_not_called_simulated(admit):
    image = admit(service="api.evolink.ai")
    assert not image.simulated
    assert "simulated" not in (image.alt + repr(image)).lower()


NOT_PICTURES = {
    "nothing": b"",
    "a web page": b"<!DOCTYPE html><html>expired</html>",
    "an error as JSON": b'{"error": {"code": "expired"}}',
    "a GIF": b"GIF89a" + bytes(60),
    "noise": bytes(range(256)) * 8,
    "only a PNG's first bytes": b"\x89PNG\r\n\x1a\n",
    "only a WebP's first bytes": b"RIFF\x10\0\0\0WEBPVP8 ",
}


@pytest.mark.parametrize("data", NOT_PICTURES.values(), ids=NOT_PICTURES.keys())
def test_what_is_no_picture_stays_out_and_may_be_fetched_again(admit, store, visible, data):
    with pytest.raises(DownloadFailed, match="no picture"):
        admit(data=data, task_id="task-unified-1")
    assert visible(store) == []
    assert not store.gallery.part_path(KEY, 0).exists()
    assert admit().index == 0


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("kept", [0.3, 0.9, 0.995])
def test_a_download_that_was_cut_off_stays_out(admit, picture, store, visible, kind, kept):
    whole = picture(kind, 400, 300)
    with pytest.raises(DownloadFailed):
        admit(data=whole[: int(len(whole) * kept)])
    assert visible(store) == []


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_damaged_bytes_in_the_middle_are_noticed(admit, picture, store, visible, kind):
    data = bytearray(picture(kind, 400, 300))
    middle = len(data) // 2
    data[middle : middle + 40] = os.urandom(40) if kind == "png" else bytes(40)
    if kind == "webp":
        data[12:20] = b"VP8X\xff\xff\xff\x7f"
    with pytest.raises(DownloadFailed):
        admit(data=bytes(data))
    assert visible(store) == []


def test_truncation_is_noticed_where_a_user_told_pillow_to_tolerate_it(
    admit, picture, monkeypatch, store, visible
):
    from PIL import ImageFile

    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for kind, _ in TYPES:
        with pytest.raises(DownloadFailed, match=r"breaks off|no readable"):
            admit(data=picture(kind, 400, 300)[:-20])
    assert visible(store) == []


def bomb(width: int, height: int) -> bytes:
    """A small PNG that claims many pixels, and has them: zeros compress well."""

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_decompression_bomb_is_refused_by_its_header(admit, store, visible):
    data = bomb(10_000, 10_000)
    assert len(data) < 60_000
    with pytest.raises(DownloadFailed, match="10000×10000 pixels"):
        admit(data=data)
    with pytest.raises(DownloadFailed):
        admit(data=bomb(30_000, 30_000))
    assert visible(store) == []


@pytest.mark.parametrize(
    "prompt",
    ["../../../tmp/evil", "/etc/passwd", "con", "a\x00b", "🦊", "x" * 32_000, "\u202egnp.exe", "."],
)
def test_no_prompt_leads_out_of_the_store(admit, store, prompt, tmp_path):
    image = admit(prompt=prompt)
    assert image.path.parent == store.root
    assert store.gallery.images(KEY)[0].recipe.request.prompt == prompt
    outside = [path.name for path in tmp_path.iterdir()]
    assert outside == ["evolink_images"]


def test_nothing_of_the_users_is_overwritten(admit, store):
    store.root.mkdir()
    mine = store.root / "2026-11-24_a-fox-in-the-snow_k3j2_1.png"
    mine.write_bytes(b"my own file")
    image = admit()
    assert mine.read_bytes() == b"my own file"
    assert image.path.name == "2026-11-24_a-fox-in-the-snow_k3j2_1-2.png"
    assert [found.path for found in store.gallery.images(KEY)] == [image.path]


def test_two_sets_with_one_prompt_and_like_keys_have_names_of_their_own(admit, store):
    keys = ["k3j2aaaaaaaa", "k3j2aaaabbbb", "k3j2bbbbbbbb"]
    paths = {admit(key, 0).path for key in keys}
    assert len(paths) == 3
    assert len({path.with_suffix(".json").name for path in paths}) == 3


def test_admitting_the_same_picture_again_finds_it_in_place(admit, store, visible):
    first = admit(n=1)
    again = admit(n=1)
    assert again == first
    assert len(visible(store)) == 2


def test_a_file_named_before_the_process_was_killed_is_found_again(admit, store, picture, visible):
    # The file has its final name, its row was never written, and the part is fetched anew.
    first = admit(n=1)
    with store.database.write() as connection:
        connection.execute("DELETE FROM pictures")
    assert admit(n=1) == first
    assert visible(store) == [first.path.name.replace("_1.png", ".json"), first.path.name]


def test_a_picture_that_was_deleted_is_missing_and_may_come_again(admit, store):
    admit(index=0, n=2)
    second = admit(index=1, n=2)
    second.path.unlink()
    found = store.gallery.images(KEY)
    assert (len(found), found.missing) == (1, (1,))
    with pytest.raises(StoreDamaged, match="not there any more"):
        _ = second.bytes
    with pytest.raises(StoreDamaged, match="not there any more"):
        _ = second.pil
    assert admit(index=1, n=2).path == second.path
    assert store.gallery.images(KEY).missing == ()


def test_a_picture_that_was_damaged_by_hand_is_named(admit):
    image = admit()
    image.path.write_bytes(image.bytes[:60])
    with pytest.raises(StoreDamaged, match=r"_1\.png can't be decoded"):
        _ = image.pil


def test_a_set_comes_back_in_a_new_process_with_receipt_and_order(admit, store, now):
    entry = store.journal.intend({}, service="emulator", now=now)
    store.journal.accepted(entry.key, "task-unified-1", now)
    for index in (2, 0):
        admit(entry.key, index, n=3, task_id="task-unified-1")
    store.journal.finished(entry.key, now, receipt=Receipt(charged=7.5))
    images = Store(store.root).gallery.images(entry.key)
    assert [image.index for image in images] == [0, 2]
    assert (images.expected, images.missing, images.receipt.charged) == (3, (1,), 7.5)
    assert (images.key, images[0].task_id) == (entry.key, "task-unified-1")
    assert images.recipe.request.prompt == "a fox in the snow"


def test_a_store_that_has_no_such_set_says_so(store):
    with pytest.raises(StoreError, match="no pictures of task nowhere"):
        store.gallery.images("nowhere")


def test_a_moved_store_keeps_its_pictures(admit, store, tmp_path):
    data = admit().bytes
    store.close()
    store.root.rename(tmp_path / "moved")
    images = Store(tmp_path / "moved").gallery.images(KEY)
    assert images[0].bytes == data


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "a/../../b", "..", "sub/x.png"]
)
def test_a_database_damaged_by_hand_leads_to_no_file_outside(admit, store, path):
    admit()
    with store.database.write() as connection:
        connection.execute("UPDATE pictures SET path = ?", (path,))
    with pytest.raises(StoreDamaged, match="outside the store"):
        store.gallery.images(KEY)


@pytest.mark.parametrize("record", ["{", "[]", '{"request": {"prompt": ""}}', '{"request": 5}'])
def test_a_recipe_damaged_by_hand_is_a_sentence(admit, store, record):
    admit()
    with store.database.write() as connection:
        connection.execute("UPDATE sets SET recipe = ?", (record,))
    with pytest.raises(StoreDamaged):
        store.gallery.images(KEY)


def test_without_hard_links_nothing_is_overwritten_either(admit, store, monkeypatch, visible):
    # FAT and some network folders know no links: the operating system says so.
    def no_links(*_args, **_more):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    store.root.mkdir()
    mine = store.root / "2026-11-24_a-fox-in-the-snow_k3j2_1.png"
    mine.write_bytes(b"my own file")
    image = admit()
    assert mine.read_bytes() == b"my own file"
    assert image.path.name.endswith("_1-2.png")
    mine.write_bytes(b"")  # as a killed process leaves it
    assert admit(index=0, key="k3j2zzzzzzzz").path.is_file()
    assert not list((store.root / ".parts").iterdir())


def test_place_takes_no_name_that_is_taken(tmp_path):
    part, target = tmp_path / "part", tmp_path / "target"
    part.write_bytes(b"new")
    target.write_bytes(b"old")
    with pytest.raises(FileExistsError):
        place(part, target)
    assert (part.read_bytes(), target.read_bytes()) == (b"new", b"old")


@pytest.mark.parametrize("bare", [True, False])
def test_saving_overwrites_nothing(admit, tmp_path, bare):
    image = admit()
    folder = tmp_path / "out"
    first = image.save(folder, bare=bare)
    assert first == folder / image.path.name
    assert (first.read_bytes() == image.bytes) is bare
    assert image.save(folder, bare=bare) == first, "an equal copy is found again"
    first.write_bytes(b"edited by hand")
    second = image.save(str(folder), bare=bare)
    assert second.name == f"{image.path.stem}-2.png"
    assert first.read_bytes() == b"edited by hand"
    named = image.save(tmp_path / "deep" / "fox.PNG", bare=bare)
    assert named.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == [second.name, first.name]


def test_a_whole_set_is_saved_under_its_own_names(admit, store, tmp_path):
    for index in range(2):
        admit(index=index)
    images = store.gallery.images(KEY)
    saved = images.save(tmp_path / "a folder.with dot")
    assert [path.name for path in saved] == [image.path.name for image in images]
    assert all(path.parent == tmp_path / "a folder.with dot" for path in saved)


def test_a_set_is_a_sequence_in_one_line(admit, store):
    for index in range(2):
        admit(index=index, n=3)
    images = store.gallery.images(KEY)
    assert len(images) == 2
    assert images[0].index == 0
    assert [image.index for image in images[::-1]] == [1, 0]
    assert images[1] in images
    assert repr(images) == "<2 of 3 pictures (simulated): 'a fox in the snow'>"
    assert "\n" not in repr(images[0])


def test_pictures_can_be_dictionary_keys(admit):
    image = admit()
    assert {image: 1}[admit()] == 1


def test_a_sixteen_bit_or_palette_picture_comes_in_too(admit, tmp_path, store):
    for index, mode in enumerate(["I;16", "P", "LA", "RGBA", "1", "L"]):
        path = tmp_path / f"{mode}.png"
        Image.new(mode, (70, 50)).save(path)
        image = admit(index=index, n=6, data=path.read_bytes())
        assert image.pil.mode == mode
        assert image.thumbnail(32).startswith(b"RIFF")


def test_a_picture_that_another_collector_took_in_is_simply_there(admit, store, now):
    first = admit()
    part = store.gallery.part_path(KEY, 0)
    assert not part.exists(), "the other one has moved it"
    assert store.gallery.admit(KEY, 0, part, first.recipe, now=now) == first
