"""Small copies: right in size and colour, made once, safe from bombs, never the reason to fail."""

from __future__ import annotations

import io
import threading

import pytest
from PIL import Image

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.store import thumbnail
from evolink_widgets.store.gallery.thumbnails.thumbs import as_jpeg


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 480), (320, 240)),
        ((480, 640), (240, 320)),
        ((3000, 1000), (320, 107)),
        ((20, 9), (20, 9)),
    ],
)
@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_it_fits_the_edge_keeps_the_proportion_and_is_never_enlarged(picture, kind, size, expected):
    thumb = thumbnail(picture(kind, *size), 320)
    assert (thumb.width, thumb.height) == expected
    image = opened(thumb.data)
    assert (image.format, image.size) == ("WEBP", expected)


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("RGB", (200, 30, 40), (200, 30, 40)),
        ("L", 90, (90, 90, 90)),
        ("1", 1, (255, 255, 255)),
        ("I;16", 90 * 257, (90, 90, 90)),
        ("RGBA", (10, 200, 60, 255), (10, 200, 60)),
    ],
)
def test_colours_survive_every_mode(mode, colour, expected):
    buffer = io.BytesIO()
    Image.new(mode, (200, 100), colour).save(buffer, "PNG")
    found = opened(thumbnail(buffer.getvalue(), 64).data).convert("RGB").getpixel((30, 15))
    assert all(abs(a - b) <= 4 for a, b in zip(found, expected, strict=True))


def test_cmyk_and_palette_pictures_are_drawn_smoothly():
    buffer = io.BytesIO()
    Image.new("CMYK", (200, 100), (0, 255, 255, 0)).save(buffer, "JPEG")
    red = opened(thumbnail(buffer.getvalue(), 64).data).getpixel((30, 15))
    assert red[0] > 200
    assert max(red[1:]) < 60
    stripes = Image.new("P", (256, 64))
    stripes.putpalette([0, 0, 0, 255, 255, 255])
    stripes.putdata([x % 2 for _ in range(64) for x in range(256)])
    buffer = io.BytesIO()
    stripes.save(buffer, "PNG")
    grey = opened(thumbnail(buffer.getvalue(), 32).data).convert("L").getpixel((16, 4))
    assert 100 < grey < 155


def test_transparency_is_kept_and_a_jpeg_of_it_stands_on_white():
    buffer = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(buffer, "PNG")
    thumb = thumbnail(buffer.getvalue(), 32)
    assert opened(thumb.data).getpixel((5, 5))[3] == 0
    import base64

    flat = opened(base64.b64decode(as_jpeg(thumb, 5000)))
    assert flat.format == "JPEG"
    assert min(flat.getpixel((5, 5))) > 250


def test_a_turned_photo_is_shown_upright():
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 100)).save(buffer, "JPEG", exif=exif)
    thumb = thumbnail(buffer.getvalue(), 64)
    assert (thumb.width, thumb.height) == (32, 64)


@pytest.mark.parametrize("limit", [1_000, 4_000, 9_000])
def test_even_noise_fits_into_its_bytes(limit):
    import random

    noise = Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000))
    buffer = io.BytesIO()
    noise.save(buffer, "PNG")
    thumb = thumbnail(buffer.getvalue(), 256, limit=limit)
    assert len(thumb.data) <= limit
    assert opened(thumb.data).size == (thumb.width, thumb.height)


def test_it_is_kept_and_found_again(admit, store):
    image = admit()
    first = image.small(40)
    kept = [path.read_bytes() for path in (store.root / ".thumbs").iterdir()]
    assert first.data in kept
    image.path.unlink()
    assert image.small(40) == first, "the kept copy is enough"


@pytest.mark.parametrize("kept", [0.0, 0.2, 0.6, 0.95])
def test_a_kept_copy_that_a_power_cut_damaged_is_made_again(admit, store, kept):
    image = admit()
    first = image.small(40)
    for path in (store.root / ".thumbs").iterdir():
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * kept)])
    assert image.small(40) == first
    assert opened(image.small(40).data).size == (first.width, first.height)


def test_without_a_place_to_keep_it_the_copy_is_made_all_the_same(admit, store):
    image = admit()
    (store.root / ".thumbs").write_text("a file stands where the folder should be")
    assert opened(image.thumbnail(40)).size == (40, 30)


@pytest.mark.parametrize(("kind", "copies"), [("png", 0), ("jpeg", 1), ("webp", 1)])
def test_what_has_no_checksums_is_decoded_before_it_is_taken_in_and_a_png_when_it_is_seen(
    admit, picture, store, kind, copies
):
    image = admit(data=picture(kind))
    assert len(list((store.root / ".thumbs").glob("*.webp"))) == copies
    image.thumbnail(512)
    assert len(list((store.root / ".thumbs").glob("*.webp"))) == 1


def test_many_threads_may_ask_for_one_copy_at_once(admit):
    image = admit()
    found = []
    threads = [threading.Thread(target=lambda: found.append(image.small(48))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 8


@pytest.mark.parametrize("junk", [b"", b"GIF89a" + bytes(50), b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_is_no_picture_is_one_kind_of_error(junk, tmp_path):
    with pytest.raises(StoreDamaged, match="can't be decoded"):
        thumbnail(junk)
    path = tmp_path / "junk.png"
    path.write_bytes(junk)
    with pytest.raises(StoreDamaged, match=r"junk\.png can't be decoded"):
        thumbnail(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(StoreDamaged, match=r"gone\.png is not there any more"):
        thumbnail(tmp_path / "gone.png")


def test_a_bomb_is_not_decoded():
    header = Image.new("1", (8100, 8100))
    buffer = io.BytesIO()
    header.save(buffer, "PNG")
    with pytest.raises(StoreDamaged, match="8100×8100 pixels"):
        thumbnail(buffer.getvalue())
