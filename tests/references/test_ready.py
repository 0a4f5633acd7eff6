"""A picture made ready: as a person would expect it, and told in a sentence."""

from __future__ import annotations

import hashlib
import io
import random
import zlib
from pathlib import Path

import numpy
import pytest
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo
from png_parts import SIGNATURE, chunk, pixels_of
from references.hostile import END, MARK, drawn, exif, header, saved, srgb

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.images.reference_limits import LIMITS, ReferenceLimits
from evolink_widgets.references.ready import make_ready
from evolink_widgets.references.source import Ready, Source

BLOCK = b"Exif\0\0"


def ready(data: bytes | Path | Image.Image, **how: object) -> Ready:
    return make_ready(Source("references[0]", "a test", data), **how)  # type: ignore[arg-type]


def opened(result: Ready) -> Image.Image:
    image = Image.open(io.BytesIO(result.data))
    image.load()
    return image


def pixels(image: Image.Image) -> numpy.ndarray:
    return numpy.asarray(image)


def noise(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, size, random.Random(1).randbytes(size[0] * size[1] * channels))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_what_the_service_takes_is_sent_pixel_for_pixel(kind: str, mode: str) -> None:
    given = saved(kind, mode)
    result = ready(given)
    assert (pixels(opened(result)) == pixels(Image.open(io.BytesIO(given)))).all()
    assert result.notices == ()
    assert result.format == kind.lower()
    assert (result.width, result.height) == (96, 64)
    assert result.sha256 == hashlib.sha256(result.data).hexdigest()
    assert result.original.bytes_count == len(given)
    assert result.original.sha256 == hashlib.sha256(given).hexdigest()
    assert result.mime == f"image/{kind.lower()}"
    assert result.name == f"evolink-ref:{result.sha256}"


def coded(data: bytes) -> bytes:
    """The bytes that hold a picture's pixels."""
    if data.startswith(SIGNATURE):
        return pixels_of(data)
    if data.startswith(b"\xff\xd8"):
        return data[data.index(b"\xff\xda") :]
    at = data.index(b"VP8 ")
    return data[at : at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_camera_data_leaves_and_every_coded_pixel_stays(kind: str) -> None:
    given = saved(kind, exif=BLOCK + exif(), icc_profile=srgb())
    assert MARK in given
    result = ready(given)
    assert MARK not in result.data
    assert coded(result.data) == coded(given)
    assert opened(result).info["icc_profile"] == srgb()
    assert "Left out: Exif with a position." in result.notices


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_else_leaves_has_one_name_in_each_format(kind: str) -> None:
    packet, comment = PngInfo(), PngInfo()
    packet.add_itxt("XML:com.adobe.xmp", "<x/>")
    comment.add_text("Comment", "made in a hurry")
    xmp = {"pnginfo": packet} if kind == "PNG" else {"xmp": b"<x/>"}
    assert ready(saved(kind, **xmp)).notices == ("Left out: XMP.",)
    if kind != "WEBP":  # which has no comments
        told = {"pnginfo": comment} if kind == "PNG" else {"comment": "made in a hurry"}
        assert ready(saved(kind, **told)).notices == ("Left out: a comment.",)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_camera_data_stays_when_it_is_asked_for(kind: str) -> None:
    result = ready(saved(kind, exif=BLOCK + exif()), keep_metadata=True)
    assert MARK in result.data
    assert opened(result).getexif().get_ifd(0x8825)[2] == (48, 51, 30)
    assert result.notices == ()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_picture_is_sent_upright(kind: str, orientation: int) -> None:
    given = saved(kind, exif=BLOCK + exif(orientation), size=(96, 64))
    result = ready(given)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(given))).convert("RGB")
    seen = opened(result)
    assert seen.size == expected.size == (result.width, result.height)
    assert seen.size == ((64, 96) if orientation >= 5 else (96, 64))
    assert (result.original.width, result.original.height) == seen.size
    difference = abs(pixels(seen).astype(int) - pixels(expected).astype(int))
    assert difference.mean() < 2
    assert seen.getexif().get(0x0112, 1) == 1
    assert any("upright" in notice for notice in result.notices) or kind == "TIFF"


def test_a_turned_picture_keeps_its_camera_data_and_is_not_turned_twice() -> None:
    result = ready(saved("JPEG", exif=BLOCK + exif(6)), keep_metadata=True)
    seen = opened(result)
    assert seen.size == (64, 96)
    assert seen.getexif()[0x0112] == 1
    assert MARK in result.data


@pytest.mark.parametrize(
    ("kind", "mode", "words"),
    [
        ("GIF", "P", "a GIF"),
        ("BMP", "RGB", "a BMP"),
        ("TIFF", "RGB", "a TIFF"),
        ("TIFF", "L", "a TIFF"),
        ("TIFF", "P", "a TIFF"),
    ],
)
def test_what_the_service_does_not_take_becomes_a_png_of_the_same_pixels(
    kind: str, mode: str, words: str
) -> None:
    given = saved(kind, mode)
    result = ready(given)
    assert result.format == "png"
    assert result.notices == (f"It was {words}; it is sent as PNG.",)
    expected = Image.open(io.BytesIO(given)).convert(opened(result).mode)
    assert (pixels(opened(result)) == pixels(expected)).all()


def test_an_avif_becomes_a_jpeg_as_photographs_do() -> None:
    result = ready(saved("AVIF"))
    assert result.format == "jpeg"
    assert result.notices == ("It was an AVIF; it is sent as JPEG.",)


def film(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [drawn().rotate(turn) for turn in (0, 90, 180)]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], lossless=True)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_of_a_film_the_first_picture_is_used(kind: str) -> None:
    result = ready(film(kind))
    seen = opened(result).convert("RGB")
    assert abs(pixels(seen).astype(int) - pixels(drawn()).astype(int)).mean() < 12
    assert any("the first is used" in notice for notice in result.notices)
    assert getattr(Image.open(io.BytesIO(result.data)), "n_frames", 1) == 1


def test_cmyk_is_converted_by_its_own_profile() -> None:
    given = noise((64, 48), "CMYK")
    out = io.BytesIO()
    given.save(out, "TIFF")
    result = ready(out.getvalue())
    assert opened(result).mode == "RGB"
    assert "Its CMYK colours were converted to sRGB." in result.notices
    assert "icc_profile" not in opened(result).info


def test_a_cmyk_jpeg_looks_like_itself() -> None:
    flat = Image.new("CMYK", (64, 64), (255, 0, 0, 0))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=95)
    red, green, blue = opened(ready(out.getvalue())).getpixel((30, 30))  # type: ignore[misc]
    assert red < 40
    assert green > 140
    assert blue > 200


def test_a_profile_that_is_for_lab_is_used() -> None:
    lab = ImageCms.profileToProfile(
        drawn(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    out = io.BytesIO()
    lab.save(out, "TIFF")
    result = ready(out.getvalue())
    assert abs(pixels(opened(result)).astype(int) - pixels(drawn()).astype(int)).mean() < 4


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_of_gray_become_eight(kind: str) -> None:
    deep = numpy.linspace(0, 65_535, 96 * 64).astype(numpy.uint16).reshape(64, 96)
    out = io.BytesIO()
    Image.fromarray(deep).save(out, kind)
    result = ready(out.getvalue())
    assert opened(result).mode == "L"
    assert abs(pixels(opened(result)).astype(int) - (deep / 257).round().astype(int)).max() <= 1
    assert "Its 16 bits a channel became 8." in result.notices


def deep_png(colour: int, channels: int) -> bytes:
    row = b"\0" + b"".join(bytes((value, 99)) for value in range(10, 10 + 8 * channels))
    return SIGNATURE + header(8, 8, 16, colour) + chunk(b"IDAT", zlib.compress(row * 8)) + END


@pytest.mark.parametrize(
    ("colour", "channels", "mode"), [(2, 3, "RGB"), (6, 4, "RGBA"), (4, 2, "RGBA")]
)
def test_sixteen_bits_of_colour_become_eight(colour: int, channels: int, mode: str) -> None:
    result = ready(deep_png(colour, channels))
    assert opened(result).mode == mode
    assert pixels(opened(result))[0, 0, 0] == 10
    assert result.notices == ("Its 16 bits a channel became 8.",)


@pytest.mark.parametrize(
    ("mode", "becomes"),
    [("1", "L"), ("L", "L"), ("P", "RGB"), ("LA", "RGBA"), ("RGBA", "RGBA"), ("RGB", "RGB"),
     ("PA", "RGBA"), ("CMYK", "RGB"), ("YCbCr", "RGB"), ("HSV", "RGB"), ("I", "L"), ("F", "L"),
     ("RGBX", "RGB"), ("RGBa", "RGBA"), ("La", "RGBA"), ("I;16", "L"), ("LAB", "RGB")],
)  # fmt: skip
def test_a_picture_of_pillows_in_any_mode_becomes_a_plain_png(mode: str, becomes: str) -> None:
    gray = Image.linear_gradient("L")
    steps = {"RGBa": ["RGBA", "RGBa"], "La": ["LA", "La"], "PA": ["P", "PA"], "HSV": ["RGB", "HSV"],
             "I;16": ["I", "I;16"], "LAB": []}.get(mode, [mode])  # fmt: skip
    image = gray if steps else Image.new("LAB", (256, 256))
    for step in steps:
        image = image.convert(step)
    assert image.mode == mode
    result = ready(image)
    assert result.format == "png"
    seen = opened(result)
    assert seen.mode == becomes
    if mode not in ("LAB", "1", "CMYK", "HSV"):
        first = pixels(seen.convert("RGB"))[:, :, 0].astype(int)
        expected = pixels(gray).astype(int)
        if mode == "I;16":
            expected = (expected / 257).round().astype(int)
        assert abs(first - expected).max() <= 3


def test_transparency_stays() -> None:
    image = drawn().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    for kind in ("PNG", "WEBP", "TIFF"):
        out = io.BytesIO()
        image.save(out, kind, lossless=True)
        seen = opened(ready(out.getvalue()))
        assert (pixels(seen)[:, :, 3] == pixels(image)[:, :, 3]).all()
    image.putalpha(image.getchannel("A").point(lambda value: 255 * (value > 99)))
    out = io.BytesIO()
    image.save(out, "GIF")
    seen = opened(ready(out.getvalue()))
    assert seen.mode == "RGBA"
    assert seen.getchannel("A").getextrema() == (0, 255)


SMALL = ReferenceLimits(sent_bytes=30_000)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_too_many_bytes_are_compressed_and_then_scaled_until_they_fit(mode: str) -> None:
    image = noise((200, 150), mode)
    out = io.BytesIO()
    image.save(out, "PNG")
    result = ready(out.getvalue(), limits=SMALL)
    assert len(result.data) <= SMALL.sent_bytes < len(out.getvalue()) or mode == "L"
    assert result.format == ("webp" if mode == "RGBA" else "jpeg")
    assert any("to fit" in notice for notice in result.notices)
    assert result.width / result.height == pytest.approx(200 / 150, rel=0.05)
    assert opened(result).size == (result.width, result.height)


def test_a_jpeg_of_too_many_bytes_is_compressed_and_says_so() -> None:
    out = io.BytesIO()
    noise((200, 150)).save(out, "JPEG", quality=100, subsampling=0)
    result = ready(out.getvalue(), limits=SMALL)
    assert result.format == "jpeg"
    assert len(result.data) <= SMALL.sent_bytes
    (notice,) = result.notices
    assert notice.startswith("It has 0.1")
    assert "to fit" in notice


def test_the_limit_itself_fits() -> None:
    given = saved("PNG")
    exact = ReferenceLimits(sent_bytes=len(ready(given).data))
    assert ready(given, limits=exact).notices == ()
    assert ready(given, limits=ReferenceLimits(sent_bytes=exact.sent_bytes - 1)).notices != ()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF"])
def test_too_many_pixels_are_scaled_down(kind: str) -> None:
    limits = ReferenceLimits(sent_pixels=96 * 64 // 4)
    result = ready(saved(kind), limits=limits)
    assert result.width * result.height <= limits.sent_pixels
    assert (result.width, result.height) == (48, 32)
    assert any("scaled down" in notice for notice in result.notices)


def test_a_huge_jpeg_is_halved_while_it_is_decoded_and_a_huge_png_refused() -> None:
    limits = ReferenceLimits(sent_pixels=3000, decoded_pixels=4000, jpeg_pixels=10_000)
    result = ready(saved("JPEG"), limits=limits)
    assert result.width * result.height <= 3000
    with pytest.raises(InvalidRequest, match="at most 4,000 are read"):
        ready(saved("PNG"), limits=limits)
    with pytest.raises(InvalidRequest, match="at most 4,000 are read"):
        ready(saved("JPEG", progressive=True), limits=limits)
    with pytest.raises(InvalidRequest, match="at most 5,000 are read"):
        ready(saved("JPEG"), limits=ReferenceLimits(jpeg_pixels=5000))


def test_a_file_is_not_read_further_than_a_picture_can_be(tmp_path: Path) -> None:
    path = tmp_path / "long.png"
    path.write_bytes(saved("PNG"))
    with pytest.raises(InvalidRequest, match="more than 100 bytes"):
        ready(path, limits=ReferenceLimits(read_bytes=100))


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [("a.png", "JPEG", True), ("a.jpg", "PNG", True), ("a.jpeg", "JPEG", False),
     ("a", "PNG", False), ("a.data", "PNG", False), ("a.gif", "WEBP", True)],
)  # fmt: skip
def test_a_wrong_ending_is_told_and_the_true_kind_taken(
    name: str, kind: str, told: bool, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(saved(kind))
    result = ready(path)
    assert result.format == kind.lower()
    assert any("Its name ends in" in notice for notice in result.notices) is told


def test_the_same_picture_gives_the_same_bytes_each_time() -> None:
    for kind, mode in (("PNG", "RGB"), ("JPEG", "CMYK"), ("GIF", "P"), ("TIFF", "RGB")):
        given = saved(kind, mode)
        assert ready(given).sha256 == ready(given).sha256


def test_what_is_ready_is_ready_and_stays_as_it_is() -> None:
    for kind, mode in (("PNG", "RGB"), ("JPEG", "CMYK"), ("WEBP", "RGB"), ("GIF", "P")):
        once = ready(saved(kind, mode, **({"exif": BLOCK + exif(6)} if kind != "GIF" else {})))
        again = ready(once.data)
        assert again.data == once.data
        assert again.notices == ()


def test_a_refusal_names_place_reason_and_way_out() -> None:
    with pytest.raises(InvalidRequest) as caught:
        make_ready(Source("references[3]", "'logo.png'", b"<svg width='9'/>"))
    (problem,) = caught.value.problems
    assert problem.field == "references[3]"
    assert problem.value == "'logo.png': an SVG drawing (export it as PNG)"
    assert problem.rule == "must be a whole PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF"


def test_limits_are_those_of_the_service() -> None:
    assert LIMITS.sent_bytes == 50_000_000
    assert LIMITS.sent_pixels >= 8_294_400, "what the service makes it can be given"


def test_a_large_picture_is_not_packed_in_vain_only_to_see_that_it_does_not_fit() -> None:
    limits = ReferenceLimits(sent_bytes=60_000)
    image = noise((200, 160))
    assert ready(image, limits=limits).format == "jpeg"
    flat = Image.new("RGB", (400, 320), "red")  # as large, and packs well
    result = ready(flat, limits=limits)
    assert result.format == "png"
    assert result.notices == ()
