"""A large store has a folder a month; whatever was written down of its files still leads there."""

from __future__ import annotations

import asyncio
import io
import json
import pickle
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
import without_privileges
from PIL import Image

from evolink_widgets.core.recovery.upkeep import keep_in_order
from evolink_widgets.errors import StoreDamaged
from evolink_widgets.references.from_text import read_path
from evolink_widgets.references.source import Source
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import GeneratedImage, Query, Store
from evolink_widgets.store.gallery.archive import export_zip
from evolink_widgets.store.gallery.copies.embed import read_recipe
from evolink_widgets.store.gallery.find_by_name import find_by_name
from evolink_widgets.store.gallery.moves import months
from evolink_widgets.store.gallery.rows import kinds

MONTH = "2026-11"
KEYS = ("k3j2mnpqrstu", "m4k3npqrstuv", "n5m4pqrstuvw")


@pytest.fixture
def flat(store: Store, admit: Callable[..., GeneratedImage]) -> list[GeneratedImage]:
    """Three pictures of three tasks, in one folder."""
    return [admit(key, 0, n=1, data=drawn(number)) for number, key in enumerate(KEYS)]


def drawn(number: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (24, 16), (number, 99, 9)).save(buffer, "PNG")
    return buffer.getvalue()


def move(store: Store) -> None:
    after: str | None = ""
    while after is not None:
        after = months.move_some(store.root, store.database, after)


def seen(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name[:1] not in (".", "e"))


def test_a_small_store_is_one_folder(store: Store, flat: list[GeneratedImage]) -> None:
    assert months.is_tidy(store.database)
    assert not months.is_tidy(store.database, many=2)
    assert {image.path.parent for image in flat} == {store.root}


def test_old_and_new_pictures_of_a_large_store_lie_in_the_folder_of_their_month(
    store: Store, flat: list[GeneratedImage], admit: Callable[..., GeneratedImage]
) -> None:
    names = [image.path.name for image in flat]
    move(store)
    assert months.is_tidy(store.database)
    new = admit("p6n5qrstuvwx", 0, n=1, data=drawn(9))
    assert seen(store.root) == [MONTH]
    assert {*names, new.path.name} < set(seen(store.root / MONTH))
    assert len(seen(store.root / MONTH)) == 8  # a recipe file beside each
    assert new.path.parent == store.root / MONTH
    page = store.gallery.page(Query(), 0, 9)
    assert sorted(image.path.name for image in page) == sorted([*names, new.path.name])
    assert kinds.differences(store.database) == []


def test_a_set_that_lies_in_both_places_has_one_recipe_file(
    store: Store, admit: Callable[..., GeneratedImage]
) -> None:
    first = admit(KEYS[0], 0, n=2, data=drawn(0))
    # What comes after this key is moved: nothing, and new pictures go to their month from now on.
    assert months.move_some(store.root, store.database, after=KEYS[2]) is None
    second = admit(KEYS[0], 1, n=2, data=drawn(1))
    assert [one.path.parent.name for one in (first, second)] == [store.root.name, MONTH]
    for _ in range(2):
        (recipe,) = store.root.rglob("*.json")
        assert recipe.parent.name == MONTH
        listed = [one["file"] for one in json.loads(recipe.read_text())["pictures"]]
        assert listed == [first.path.name, second.path.name]
        assert list(store.gallery.images(KEYS[0])) == [first, second]
        move(store)
    assert first.path.parent.name == MONTH


def test_what_was_written_down_before_the_move_leads_to_the_picture(
    store: Store, flat: list[GeneratedImage], tmp_path: Path
) -> None:
    image, path, data = flat[0], flat[0].path, flat[0].bytes
    kept, held = pickle.dumps(image), {image}
    move(store)
    assert not path.exists()
    # A picture at hand, one that was pickled, and the same read anew.
    again = store.gallery.find(image.task_key, 0)
    for one in (image, pickle.loads(kept), again):
        assert one.path == store.root / MONTH / path.name
        assert (one.bytes, one.pil.size, one.favourite) == (data, (24, 16), False)
        assert Path(one).read_bytes() == data
        assert one in held
        assert one.save(tmp_path / "copies").is_file()
    # A path as text: in a notebook, in a frame's column, in an export's list.
    for written in (str(path), str(again.path)):
        assert read_recipe(written) == image.recipe
        assert read_recipe(Path(written).with_name(image.path.stem[:-2] + ".json")) == image.recipe
        assert find_by_name(store.root, store.database, written) == image
        source = read_path(written, "references[0]")
        assert isinstance(source, Source)
        assert source.data == again.path
    assert find_by_name(store.root, store.database, path.name) == image
    assert export_zip([image], tmp_path / "all.zip")


def test_a_path_into_a_months_folder_leads_back_to_a_store_that_has_none(
    flat: list[GeneratedImage], store: Store
) -> None:
    written = store.root / MONTH / flat[0].path.name
    assert read_recipe(written) == flat[0].recipe
    assert find_by_name(store.root, store.database, written) == flat[0]


def test_pictures_go_to_the_trash_and_back_to_their_months_folder(
    store: Store, flat: list[GeneratedImage]
) -> None:
    slots = [(image.task_key, 0) for image in flat]
    store.gallery.trash(slots[:1], now=1.0)
    move(store)
    store.gallery.trash(slots, now=1.0)
    assert seen(store.root / MONTH) == []
    assert len(list((store.root / ".trash").iterdir())) == 3
    store.gallery.restore(slots)
    assert len(seen(store.root / MONTH)) == 6
    assert [store.gallery.find(key, 0).bytes for key, _ in slots] == [
        drawn(number) for number in range(3)
    ]
    store.gallery.trash(slots[1:2], now=1.0)
    assert store.gallery.empty_trash(before=9.0).pictures == 1
    assert store.gallery.count(Query()) == 2


@pytest.mark.parametrize("with_database", [True, False])
@pytest.mark.parametrize("theirs_moved", [True, False])
@pytest.mark.parametrize("ours_moved", [True, False])
def test_a_store_is_merged_from_either_layout_into_either(
    store: Store,
    flat: list[GeneratedImage],
    tmp_path: Path,
    admit: Callable[..., GeneratedImage],
    ours_moved: bool,
    theirs_moved: bool,
    with_database: bool,
) -> None:
    if theirs_moved:
        move(store)
    store.close()
    shutil.copytree(store.root, tmp_path / "theirs")
    if not with_database:
        for path in (tmp_path / "theirs").glob("evolink.sqlite*"):
            path.unlink()
    with closing(Store(tmp_path / "ours")) as ours:
        if ours_moved:
            move(ours)
        merged = ours.merge(tmp_path / "theirs")
        assert (merged.pictures, merged.left_out) == (3, ())
        found = ours.gallery.page(Query(), 0, 9)
        assert sorted(image.sha256 for image in found) == sorted(image.sha256 for image in flat)
        where = ours.root / MONTH if ours_moved else ours.root
        assert {image.path.parent for image in found} == {where}
        assert kinds.differences(ours.database) == []


def test_a_months_folder_that_is_a_link_is_not_followed(
    store: Store, flat: list[GeneratedImage], tmp_path: Path
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    (store.root / MONTH).symlink_to(away)
    with pytest.raises(StoreDamaged, match="link"):
        move(store)
    assert list(away.iterdir()) == []
    assert all(image.bytes for image in flat)
    shutil.copy(flat[0].path, away)
    flat[0].path.unlink()
    with pytest.raises(StoreDamaged):
        flat[0].bytes  # noqa: B018


def test_a_store_whose_own_folder_is_called_like_a_month_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / MONTH).symlink_to(tmp_path / "real")
    with closing(Store(tmp_path / MONTH)) as store:
        part = store.gallery.part_path(KEYS[0], 0)
        part.write_bytes(drawn(1))
        recipe = Recipe(ImageRequest("a fox"), "emulator")
        image = store.gallery.admit(KEYS[0], 0, part, recipe, now=1_795_500_000.0)
        assert image._root == store.root
        assert image.bytes == drawn(1)
        move(store)
        assert image.path.parent == store.root / MONTH
        assert (image._root, image.bytes) == (store.root, drawn(1))


def test_a_file_of_the_users_own_keeps_its_name(store: Store, flat: list[GeneratedImage]) -> None:
    (store.root / MONTH).mkdir()
    own = store.root / MONTH / flat[0].path.name
    own.write_bytes(b"my own")
    move(store)
    assert own.read_bytes() == b"my own"
    assert store.gallery.find(KEYS[0], 0).bytes == drawn(0)
    assert store.gallery.find(KEYS[1], 0).path.parent == store.root / MONTH


def test_one_folder_that_can_not_be_written_to_is_read_as_it_is(
    store: Store, flat: list[GeneratedImage], program: Callable[..., subprocess.Popen[str]]
) -> None:
    store.close()
    store.root.chmod(0o555)
    looked = program("look_around.py", store.root, before=without_privileges.WORDS)
    said, trouble = looked.communicate(timeout=60)
    store.root.chmod(0o755)
    assert said.split() == ["closed", *sorted(image.path.name for image in flat)], trouble
    assert {image.path.parent for image in flat} == {store.root}


def test_a_kernel_that_works_puts_a_large_store_in_order(
    store: Store, flat: list[GeneratedImage]
) -> None:
    async def run(function: Callable[..., object], *given: object) -> object:
        return function(*given)

    parts = SimpleNamespace(store=store, file_threads=SimpleNamespace(run=run))
    asyncio.run(keep_in_order(lambda: parts, first=0))  # it is small
    assert {image.path.parent for image in flat} == {store.root}
    asyncio.run(keep_in_order(lambda: parts, first=0, many=2))
    assert {image.path.parent for image in flat} == {store.root / MONTH}
