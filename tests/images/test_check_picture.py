"""A picture is proved while its bytes come, in pieces of any length, as if it were read whole."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterable

import pytest
from PIL import Image
from png_parts import SIGNATURE, chunk

from evolink_widgets.images.proof.check_picture import (
    NotAPicture,
    PictureCheck,
    PictureFacts,
    check_picture,
)

KINDS = ("png", "jpeg", "webp")


def picture(kind: str, size: tuple[int, int] = (160, 90), **options: object) -> bytes:
    noise = Image.effect_noise(size, 90)
    buffer = io.BytesIO()
    Image.merge("RGB", [noise, noise.rotate(90), noise.rotate(180)]).save(buffer, kind, **options)
    return buffer.getvalue()


def fed(pieces: Iterable[bytes]) -> PictureFacts:
    check = PictureCheck()
    for piece in pieces:
        check.feed(piece)
    return check.finish()


def cut(data: bytes, length: int) -> list[bytes]:
    return [data[at : at + length] for at in range(0, len(data), length)]


def outcome(pieces: Iterable[bytes]) -> object:
    try:
        return fed(pieces)
    except NotAPicture as exc:
        return str(exc)


WHOLE = {
    "png": picture("png"),
    "interlaced palette": b"",
    "jpeg": picture("jpeg"),
    "progressive jpeg": picture("jpeg", progressive=True, quality=95),
    "jpeg with restarts": picture("jpeg", restart_marker_blocks=1),
    "jpeg with a thumbnail in it": b"",
    "webp": picture("webp"),
    "lossless webp": picture("webp", lossless=True),
    "webp with exif": picture("webp", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"),
}


def _with_thumbnail() -> bytes:
    inner, outer = picture("jpeg", (64, 64)), picture("jpeg")
    body = b"JFXX\0\x10" + inner
    return outer[:2] + b"\xff\xe0" + (len(body) + 2).to_bytes(2, "big") + body + outer[2:]


def _palette() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((90, 90), 50).convert("P").save(buffer, "PNG", dpi=(72, 72))
    return buffer.getvalue()


WHOLE["interlaced palette"] = _palette()
WHOLE["jpeg with a thumbnail in it"] = _with_thumbnail()


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("length", [1, 2, 3, 7, 61, 64, 65, 4096, 1 << 20])
def test_wherever_it_is_cut_into_pieces_the_facts_are_the_same(name: str, length: int) -> None:
    data = WHOLE[name]
    with Image.open(io.BytesIO(data)) as image:
        kind, size = str(image.format).lower(), image.size

    facts = fed(cut(data, length))

    assert facts == PictureFacts(kind, *size, len(data), hashlib.sha256(data).hexdigest())
    assert facts == check_picture(io.BytesIO(data))


@pytest.mark.parametrize("name", WHOLE)
def test_a_picture_that_breaks_off_is_never_whole(name: str) -> None:
    data = WHOLE[name]
    for kept in random.Random(name).sample(range(len(data)), 60):
        with pytest.raises(NotAPicture):
            fed(cut(data[:kept], 61))
        with pytest.raises(NotAPicture):
            check_picture(io.BytesIO(data[:kept]))


@pytest.mark.parametrize("name", ["png", "interlaced palette"])
def test_a_png_that_differs_in_one_bit_is_noticed_wherever_it_is(name: str) -> None:
    data = WHOLE[name]
    chance = random.Random(name)
    for at in chance.sample(range(len(data)), 120):
        damaged = bytearray(data)
        damaged[at] ^= 1 << chance.randrange(8)
        with pytest.raises(NotAPicture):
            fed(cut(bytes(damaged), 61))


@pytest.mark.parametrize("name", WHOLE)
def test_however_it_is_damaged_it_ends_the_same_in_one_piece_and_in_many(name: str) -> None:
    chance = random.Random(name)
    for _ in range(60):
        damaged = bytearray(WHOLE[name])
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        data = bytes(damaged)
        assert outcome(cut(data, 5)) == outcome([data])


def test_what_is_no_picture_is_refused_before_the_rest_has_come() -> None:
    check = PictureCheck()
    with pytest.raises(NotAPicture, match="a web page"):
        check.feed(b"<!doctype html><html>" + b" " * 100)


def test_a_damaged_chunk_is_refused_before_the_rest_has_come() -> None:
    whole = SIGNATURE + chunk(b"IHDR", (8).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0")
    check = PictureCheck()
    with pytest.raises(NotAPicture, match="IDAT is damaged"):
        check.feed(whole + chunk(b"IDAT", bytes(100), check=1))


def test_pixels_in_thousands_of_chunks_are_each_held_against_their_checksum() -> None:
    header = chunk(b"IHDR", (8).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0")
    pixels = [chunk(b"IDAT", bytes([n % 256] * 40)) for n in range(3000)]
    data = SIGNATURE + header + b"".join(pixels) + chunk(b"IEND")
    assert fed(cut(data, 9973)).bytes_count == len(data)

    pixels[2000] = chunk(b"IDAT", b"else", check=7)
    data = SIGNATURE + header + b"".join(pixels) + chunk(b"IEND")
    with pytest.raises(NotAPicture, match="IDAT is damaged"):
        fed(cut(data, 9973))


def test_a_png_without_pixels_is_none() -> None:
    header = chunk(b"IHDR", (8).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0")
    with pytest.raises(NotAPicture, match="no pixels"):
        fed([SIGNATURE + header + chunk(b"teSt", bytes(100)) + chunk(b"IEND")])


def test_a_png_with_much_before_its_pixels_is_not_kept() -> None:
    data = WHOLE["png"]
    longer = data[:33] + chunk(b"caBX", bytes(3 << 20)) + data[33:]
    facts = fed(cut(longer, 1 << 20))
    assert (facts.width, facts.height) == (160, 90)


def test_a_jpeg_whose_size_stands_in_no_segment_is_none() -> None:
    scan = b"\xff\xd8\xff\xda\x00\x08" + bytes(6) + b"\x01" * 100 + b"\xff\xd9"
    with pytest.raises(NotAPicture, match="does not say its size"):
        fed(cut(scan, 3))


def test_a_webp_with_a_chunk_longer_than_itself_is_none() -> None:
    body = b"WEBPVP8 " + (10_000).to_bytes(4, "little") + bytes(100)
    with pytest.raises(NotAPicture, match="longer than the file"):
        fed([b"RIFF" + len(body).to_bytes(4, "little") + body])
