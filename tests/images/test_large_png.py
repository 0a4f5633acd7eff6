"""A large PNG is made small strip by strip: what comes out is what Pillow makes of the whole."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable

import pytest
from PIL import Image, ImageChops, ImageStat
from png_parts import chunk, pixels_of

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.images.pixels.large_png import shrunk
from evolink_widgets.store import thumbnail

EDGE = 320


def painting(mode: str, width: int, height: int) -> Image.Image:
    """Curves and grain, so that a PNG of it uses every filter, also from row to row."""
    noise = Image.effect_noise((width // 8, height // 8), 90).resize((width, height))
    slope = Image.linear_gradient("L").resize((width, height))
    bands = [noise, slope, ImageChops.add(noise, slope.rotate(180), 2), slope.rotate(90)]
    return Image.merge(mode, bands[: len(mode)])


def png(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1, **options)
    return buffer.getvalue()


def in_strips(data: bytes) -> Image.Image | None:
    with Image.open(io.BytesIO(data)) as image:
        return shrunk(image, EDGE)  # type: ignore[arg-type] # what `open` returns for a file


def whole(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.thumbnail((EDGE, EDGE))
    return image


def furthest(one: Image.Image, other: Image.Image) -> int:
    """The most that any pixel of one differs from the other's."""
    assert one.size == other.size
    assert one.mode == other.mode
    return max(high for _, high in _extrema(ImageChops.difference(one, other)))


def _extrema(image: Image.Image) -> list[tuple[int, int]]:
    return [band.getextrema() for band in image.split()]  # type: ignore[misc] # of single bands


@pytest.mark.parametrize("size", [(3840, 2160), (2161, 3839), (1600, 1003), (3840, 1280)])
def test_without_transparency_it_is_the_same_to_the_bit(size):
    data = png(painting("RGB", *size))
    small = in_strips(data)
    assert small is not None
    assert furthest(small, whole(data)) == 0


def test_with_transparency_it_is_the_same_to_the_eye():
    data = png(painting("RGBA", 2048, 1536))
    small = in_strips(data)
    assert small is not None
    # Pillow does not average first where there is transparency: grain comes out finer there.
    seen = [
        Image.alpha_composite(Image.new("RGBA", one.size, "white"), one)
        for one in (small, whole(data))
    ]
    assert max(ImageStat.Stat(ImageChops.difference(*seen)).mean) < 2


def test_pixels_may_come_in_chunks_of_any_length():
    one = png(painting("RGB", 1600, 1200))
    body = pixels_of(one)
    pieces = [body[at : at + 977] for at in range(0, len(body), 977)]
    many = one[:33] + b"".join(chunk(b"IDAT", piece) for piece in pieces) + chunk(b"IEND", b"")
    small = in_strips(many)
    assert small is not None
    assert furthest(small, whole(one)) == 0


@pytest.mark.parametrize(
    "changed",
    [
        lambda image: png(image.quantize(32, method=Image.Quantize.FASTOCTREE)),
        lambda image: png(image.convert("L")),
        lambda image: png(image, transparency=(1, 2, 3)),
        lambda image: png(image.resize((800, 600))),
    ],
    ids=["a palette", "greys", "a colour that is clear", "a small one"],
)
def test_other_kinds_are_left_to_pillow(changed: Callable[[Image.Image], bytes]):
    data = changed(painting("RGB", 1600, 1200))
    assert in_strips(data) is None
    assert max(thumbnail(data, EDGE).width, thumbnail(data, EDGE).height) == EDGE


def test_a_turned_one_is_shown_upright_also_where_that_stands_behind_its_pixels():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = png(painting("RGB", 1600, 1200))
    ends = data.rindex(b"IEND") - 4
    behind = data[:ends] + chunk(b"eXIf", exif.tobytes()[6:]) + data[ends:]
    for turned in (png(painting("RGB", 1600, 1200), exif=exif), behind):
        thumb = thumbnail(turned, EDGE)
        assert (thumb.width, thumb.height) == (240, 320)


def test_what_a_file_says_of_its_colours_goes_with_the_small_copy():
    profile = b"a profile is carried, not read"
    with Image.open(io.BytesIO(png(painting("RGB", 1600, 1200), icc_profile=profile))) as image:
        small = shrunk(image, EDGE)  # type: ignore[arg-type]
    assert small is not None
    assert small.info["icc_profile"] == profile


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_one_that_breaks_off_is_told_as_before(keep):
    data = png(painting("RGB", 1600, 1200))
    with pytest.raises(StoreDamaged, match="decoded"):
        thumbnail(data[: int(len(data) * keep)], EDGE)


def test_a_damaged_one_is_told_as_before():
    data = bytearray(png(painting("RGB", 1600, 1200)))
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(range(64))
    with pytest.raises(StoreDamaged, match="decoded"):
        thumbnail(bytes(data), EDGE)


def test_a_large_one_is_never_whole_in_memory(tmp_path):
    """33 MB for 3840×2160, in each thread that makes previews."""
    file = tmp_path / "large.png"
    file.write_bytes(png(painting("RGB", 3840, 2160)))
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from PIL import Image\n"
        "from evolink_widgets.store import thumbnail\n"
        "unit = 1 if sys.platform == 'darwin' else 1024\n"
        "def most():\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit\n"
        "Image.init()\n"
        "Image.new('RGB', (512, 512)).save(sys.argv[2], 'PNG')\n"
        "thumbnail(Path(sys.argv[2]), 320)\n"
        "before = most()\n"
        "thumbnail(Path(sys.argv[1]), 320)\n"
        "print(most() - before)\n"
    )
    command = [sys.executable, "-c", script, str(file), str(tmp_path / "small.png")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert int(done.stdout) < 3840 * 2160 * 4 / 2
