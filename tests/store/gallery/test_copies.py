"""Copies are converted and named as they are asked for, or refused before the first is written."""

from __future__ import annotations

import io

import pytest
from PIL import Image

import evolink_widgets as ew
from evolink_widgets.errors import StoreError
from evolink_widgets.store import in_use
from evolink_widgets.store.gallery.copies.embed import read_recipe

KEY = "k3j2mnpqrstu"
KINDS = ["png", "jpeg", "webp"]


@pytest.fixture
def images(admit, store, picture):
    """Three pictures of one set: two PNG, and between them a WebP."""
    for index, kind in enumerate(["png", "webp", "png"]):
        admit(KEY, index, n=3, data=picture(kind, seed=index))
    return store.gallery.images(KEY)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wished", KINDS)
def test_a_copy_is_of_the_format_that_its_ending_says(admit, picture, tmp_path, kind, wished):
    image = admit(data=picture(kind))
    ending = {"jpeg": ".JPG"}.get(wished, f".{wished}")
    copy = image.save(tmp_path / f"fox{ending}")
    assert copy == tmp_path / f"fox{ending}"
    assert image.save(tmp_path / "out", format=wished).suffix == ending.lower()
    with Image.open(copy) as opened:
        assert opened.format == wished.upper()
        assert opened.size == image.pixels
        if wished != "jpeg":
            assert opened.convert("RGB").tobytes() == image.pil.convert("RGB").tobytes()
    assert read_recipe(copy) == image.recipe


@pytest.mark.parametrize("mode", ["I;16", "P", "LA", "RGBA", "1", "L"])
@pytest.mark.parametrize("wished", ["jpeg", "webp"])
def test_pixels_of_any_kind_are_converted(admit, tmp_path, mode, wished):
    buffer = io.BytesIO()
    Image.new(mode, (70, 50)).save(buffer, "PNG")
    copy = admit(data=buffer.getvalue()).save(tmp_path, format=wished)
    with Image.open(copy) as opened:
        opened.load()
        shown = opened.convert("RGB").getpixel((9, 9))
    # What is clear is white in a JPEG; elsewhere zeros are black.
    white = mode in ("LA", "RGBA") and wished == "jpeg"
    assert shown == ((255, 255, 255) if white else (0, 0, 0))


def test_exif_and_colour_profile_go_along(admit, tmp_path):
    from PIL import ImageCms

    exif, buffer = Image.Exif(), io.BytesIO()
    exif[0x010E] = "a camera's own words"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (70, 50)).save(buffer, "WEBP", exif=exif.tobytes(), icc_profile=profile)
    image = admit(data=buffer.getvalue())
    for name in ("fox.png", "fox.jpg"):
        with Image.open(image.save(tmp_path / name)) as opened:
            assert opened.getexif()[0x010E] == "a camera's own words"
            assert opened.info["icc_profile"] == profile


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("fox.gif", {}, r"copies are PNG, JPEG or WebP\. .*Name it fox\.png"),
        ("fox.jpg", {"format": "webp"}, "named '.jpg', and format is 'webp'"),
        ("fox.jpg", {"bare": True}, "bare=True copies the bytes of a PNG untouched"),
        ("out", {"format": "jpeg", "bare": True}, "leave bare away"),
        ("out", {"format": "tiff"}, "format must be 'png', 'jpeg' or 'webp'"),
        ("out", {"format": 3}, "format must be"),
    ],
)
def test_what_does_not_fit_together_is_refused(admit, tmp_path, name, more, said):
    with pytest.raises(StoreError, match=said):
        admit().save(tmp_path / name, **more)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("fox-{number}", ["fox-1.png", "fox-2.webp", "fox-3.png"]),
        ("{number:02} {prompt}", [f"0{n} a-fox-in-the-snow.{e}" for n, e in
                                  ((1, "png"), (2, "webp"), (3, "png"))]),
        ("fox-{number}.jpg", ["fox-1.jpg", "fox-2.jpg", "fox-3.jpg"]),
        ("v1.5-{number}", ["v1.5-1.png", "v1.5-2.webp", "v1.5-3.png"]),
        ("fox.png", ["fox.png", "fox-2.png", "fox-3.png"]),
    ],
)  # fmt: skip
def test_a_set_is_named_by_a_template(images, tmp_path, template, names):
    folder = tmp_path / "out"
    saved = images.save(folder, name=template)
    assert [path.name for path in saved] == names
    assert images.save(folder, name=template) == saved, "equal copies are found again"
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


def test_a_set_is_of_one_format(images, tmp_path):
    saved = images.save(tmp_path, format="JPEG", name="{date}_{number}")
    assert [path.suffix for path in saved] == [".jpg"] * 3
    assert len({path.name[:10] for path in saved}) == 1
    assert [path.stem for path in images.save(tmp_path / "own", format="webp")] == [
        image.path.stem for image in images
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": "a/{number}"}, "with no folder in it"),
        ({"name": ".."}, "must give a file's name"),
        ({"name": "{place}"}, r"\{number\}, \{prompt\}, \{date\}, \{name\}"),
        ({"name": "{number"}, "must be text with no field but"),
        ({"name": "{}"}, "must be text"),
        ({"name": 7}, "must be text"),
        ({"name": "ü" * 200}, "more than 250 bytes"),
        ({"name": "fox-{number}.png", "format": "jpeg"}, "name ends in '.png'"),
        ({"name": "fox-{number}.png", "bare": True}, "would be converted"),
        ({"format": "png", "bare": True}, "would be converted"),
    ],
)
def test_a_set_is_refused_before_its_folder_is_made(images, tmp_path, more, said):
    with pytest.raises(StoreError, match=said):
        images.save(tmp_path / "out", **more)
    assert not (tmp_path / "out").exists()


def test_several_pictures_go_under_no_one_files_name(images, admit, store, tmp_path):
    with pytest.raises(StoreError, match=r"names one file, and there are 3 pictures") as refused:
        images.save(tmp_path / "fox.png")
    assert "name='fox-{number}.png'" in refused.value.advice
    assert list(tmp_path.glob("fox*")) == []
    admit("k3j2zzzzzzzz", 0, n=1)
    one = store.gallery.images("k3j2zzzzzzzz")
    assert one.save(tmp_path / "fox.webp") == [tmp_path / "fox.webp"]
    (tmp_path / "folder.png").mkdir()
    assert {path.parent for path in images.save(tmp_path / "folder.png")} == {
        tmp_path / "folder.png"
    }


def test_a_set_with_a_picture_that_is_gone_leaves_no_half_of_a_folder(images, tmp_path):
    images[2].path.unlink()
    with pytest.raises(StoreError, match="not there any more"):
        images.save(tmp_path / "out", format="jpeg")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_pictures_code_names_it_and_tells_what_made_it(admit):
    image = admit(KEY, 1, prompt="a fox\nin the 'snow'\u2028" + "x" * 90)
    *made, line = image.as_code().splitlines()
    assert line == f"ew.store.picture('{KEY}', 2)"
    assert len(made) > 1
    assert all(one.startswith("# ") for one in made)


@pytest.mark.parametrize(
    ("key", "number", "said"),
    [(KEY, 9, "has no picture 9"), ("../x", 1, "has no picture 1"), (KEY, 0, "number must be")],
)
def test_a_picture_that_is_not_there_is_told(store, admit, monkeypatch, key, number, said):
    admit(KEY, 0)
    monkeypatch.setenv("EVOLINK_STORE", str(store.root))
    monkeypatch.setattr(in_use, "choice", in_use.StoreInUse())
    assert ew.store.picture(KEY, 1) == store.gallery.find(KEY, 0)
    with pytest.raises(StoreError, match=said):
        ew.store.picture(key, number)
