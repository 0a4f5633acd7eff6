"""A stored picture is found by its file's name, its path or its id; a wrong one is explained."""

from __future__ import annotations

import time
from unicodedata import normalize

import pytest

import evolink_widgets as ew
from evolink_widgets.errors import StoreError
from evolink_widgets.store import in_use
from evolink_widgets.store.file_names import TRASH

KEY = "k3j2mnpqrstu"


@pytest.fixture(autouse=True)
def store_in_use(store, monkeypatch):
    """The store of these tests is the one that the process uses."""
    monkeypatch.setenv("EVOLINK_STORE", str(store.root))
    monkeypatch.setattr(in_use, "choice", in_use.StoreInUse())
    return store


def the_error(name) -> str:
    with pytest.raises(StoreError) as caught:
        ew.picture(name)
    return str(caught.value)


def test_a_picture_is_found_by_all_its_names(admit, tmp_path, monkeypatch):
    admit(KEY, 0)
    image = admit(KEY, 1)
    assert ew.picture(image.path.name) == image
    assert ew.picture(f"{KEY}.1") == image
    assert ew.picture(image.path) == image
    assert ew.picture(str(image)) == image
    assert ew.picture(image) == image
    monkeypatch.chdir(tmp_path)
    assert ew.picture(f"evolink_images/{image.path.name}") == image
    (tmp_path / "link").symlink_to("evolink_images")
    assert ew.picture(f"link/{image.path.name}") == image
    assert ew.picture(image.path.name) == ew.store.picture(KEY, 2)


def test_a_name_finds_its_picture_however_its_letters_are_composed(admit):
    image = admit(KEY, 0, prompt="un café près d'Été")
    decomposed = normalize("NFD", image.path.name)
    assert decomposed != image.path.name
    assert ew.picture(decomposed) == image


def test_a_picture_in_the_trash_is_found_as_well(store, admit, now):
    image = admit(KEY, 0)
    store.gallery.trash([(KEY, 0)], now=now)
    in_trash = store.root / TRASH / image.path.name
    for name in (image.path.name, in_trash, f"{KEY}.0"):
        assert ew.picture(name).path == in_trash


def test_a_name_that_is_nearly_right_is_told_the_nearest(admit):
    image = admit(KEY, 0, prompt="a red fox")
    admit("m4q8aaaaaaaa", 0, prompt="nothing like it, at all")
    wrong = image.path.name.replace("fox", "fix")
    said = the_error(wrong)
    assert f"it is {wrong!r}" in said
    assert f"Nearest: {image.path.name!r}." in said
    assert "the file name, the path or the id" in said
    assert f"Nearest: '{KEY}.0'." in the_error(f"{KEY}.7")


def test_an_empty_store_says_so_and_is_not_made(store):
    said = the_error("fox.png")
    assert "It has no pictures yet." in said
    assert not store.root.exists()


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (3, "must be a path, as text or pathlib.Path; it is 3"),
        ("", "and not empty"),
        ("fox\0.png", "without NUL"),
        ("..", "the file name, the path or the id"),
        (".", "lies in another folder"),
        ("/", "lies in another folder"),
        (f"../{KEY}.0", "lies in another folder"),
        (f"{KEY}.0000000000000000000000000", "the file name, the path or the id"),
        (f"{KEY}.-1", "the file name, the path or the id"),
        ("fox' OR 1=1 --.png", "the file name, the path or the id"),
        ("x" * 100_000, "the file name, the path or the id"),
        ("\udcff\u202e.png", "the file name, the path or the id"),
    ],
)
def test_what_is_no_name_of_a_picture_is_refused(admit, name, rule):
    admit(KEY, 0)
    assert rule in the_error(name)


def test_a_copy_outside_the_store_is_none_of_its_pictures(admit, tmp_path):
    image = admit(KEY, 0)
    copy = image.save(tmp_path / "out" / image.path.name)
    said = the_error(copy)
    assert "lies in another folder" in said
    assert "ew.recipe(path)" in said


def test_a_picture_whose_file_is_gone_is_told(admit):
    image = admit(KEY, 0)
    image.path.unlink()
    assert "not there any more" in the_error(image.path.name)


def test_looking_writes_nothing(store, admit):
    image = admit(KEY, 0)
    before = store.database.data_version
    names = sorted(path.name for path in store.root.iterdir())
    ew.picture(image.path.name)
    the_error("no such picture.png")
    assert store.database.data_version == before
    assert sorted(path.name for path in store.root.iterdir()) == names


def test_nearest_names_are_quick_in_a_large_store(store, admit):
    admit(KEY, 0)
    with store.database.write() as connection:
        (row,) = connection.execute("SELECT * FROM pictures").fetchall()
        marks = ", ".join("?" * len(row.keys()))
        rows = [
            {**dict(row), "number": number, "path": f"2026-11-24_a-fox-in-the-snow_{number}_1.png"}
            for number in range(1, 20_000)
        ]
        connection.executemany(
            f"INSERT INTO pictures VALUES ({marks})", [tuple(one.values()) for one in rows]
        )
    begun = time.process_time()
    assert "Nearest: " in the_error("2026-11-24_a-fox-in-the-snaw_77_1.png")
    assert time.process_time() - begun < 5
