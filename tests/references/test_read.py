"""Whatever a person has in hand, given as a reference; and why some of it is none."""

from __future__ import annotations

import base64
import io
import os
import random
import tempfile
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from references.hostile import MARK, drawn, exif, saved

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.images.reference_limits import ReferenceLimits
from evolink_widgets.problem import Problem
from evolink_widgets.references import from_text as text_module
from evolink_widgets.references.read import Prepared, prepare, read
from evolink_widgets.references.source import Ready, Source


def prepared(*references: object, **how: Any) -> tuple[Prepared, list[Ready]]:
    kept: list[Ready] = []
    return prepare(list(references), kept.append, **how), kept


def one(reference: object, **how: Any) -> Ready:
    found, kept = prepared(reference, **how)
    assert found.problems == ()
    assert found.references == (kept[0].name,)
    return kept[0]


def problem(reference: object, **how: Any) -> Problem:
    found, kept = prepared(reference, **how)
    assert (found.references, kept) == ((), [])
    (only,) = found.problems
    return only


def seen(result: Ready) -> numpy.ndarray:
    return numpy.asarray(Image.open(io.BytesIO(result.data)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "the fox.png"
    file.write_bytes(saved("PNG"))
    return file


@dataclass(frozen=True)
class OwnPicture:
    """As much of a stored picture as is looked at."""

    path: Path
    recipe: object = None


def data_url(data: bytes, head: str = "data:image/png;base64") -> str:
    return f"{head},{base64.b64encode(data).decode()}"


SPELT: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "in lines": lambda text: "\r\n ".join(text[at : at + 76] for at in range(0, len(text), 76)),
    "escaped": lambda text: "".join(f"%{ord(one):02X}" for one in text),
    "escaped in part": lambda text: text.replace("+", "%2B").replace("/", "%2f"),
    "with escaped line ends": lambda text: text.replace("A", "A%0D%0A"),
    "safe for links": lambda text: text.replace("+", "-").replace("/", "_").rstrip("="),
    "without its end": lambda text: text.rstrip("="),
}


@pytest.mark.parametrize("spelling", SPELT)
def test_a_data_url_of_any_length_is_decoded_piece_by_piece_to_the_same_bytes(
    spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_module, "_PIECE", 101)
    for length in (0, 1, 2, 3, 74, 75, 76, 77, 1000, 4999):
        data = random.Random(length).randbytes(length)
        url = "data:image/png;base64," + SPELT[spelling](base64.b64encode(data).decode())
        read = text_module.read_text(url, "references[0]", ReferenceLimits())
        assert isinstance(read, Source)
        assert read.data == data
        exact = text_module.read_text(url, "references[0]", ReferenceLimits(read_bytes=length))
        assert isinstance(exact, Source)  # the count beforehand never says too many
        if length:
            short = text_module.read_text(
                url, "references[0]", ReferenceLimits(read_bytes=length - 1)
            )
            assert isinstance(short, Problem)


def peak_of(url: str, limits: ReferenceLimits) -> tuple[object, int]:
    """What a data URL gives, and how many bytes were allocated at most on the way."""
    tracemalloc.start()
    try:
        found = text_module.read_text(url, "references[0]", limits)
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("head", ["data:image/png;base64,", "data:image/png,"])
@pytest.mark.parametrize("unit", ["AAAA", "A%41A\n", "%41"])
def test_a_data_url_that_is_too_long_is_refused_before_it_is_copied_or_decoded(
    head: str, unit: str
) -> None:
    url = head + unit * 5_000_000
    found, peak = peak_of(url, ReferenceLimits(read_bytes=1_000_000))
    assert isinstance(found, Problem)
    assert "at most 1,000,000 bytes" in found.rule
    assert peak < 100_000


def test_what_only_pretends_to_be_short_is_given_up_as_soon_as_it_is_too_long() -> None:
    found, peak = peak_of("data:," + "%zz" * 5_000_000, ReferenceLimits(read_bytes=6_000_000))
    assert isinstance(found, Problem)
    assert peak < 20_000_000


def test_a_sound_data_url_takes_little_more_memory_than_its_bytes_twice() -> None:
    url = "data:image/png;base64," + "AAAA" * 4_000_000
    found, peak = peak_of(url, ReferenceLimits())
    assert isinstance(found, Source)
    assert isinstance(found.data, bytes)
    assert peak < 2.5 * len(found.data)


def test_a_text_of_many_megabytes_is_no_files_name_and_is_not_copied() -> None:
    found, peak = peak_of("/x" * 10_000_000, ReferenceLimits())
    assert isinstance(found, Problem)
    assert peak < 100_000


def test_every_way_to_give_a_file_gives_the_same_bytes(path: Path) -> None:
    data = path.read_bytes()
    ways = [
        path, str(path), path.as_uri(), data, bytearray(data), memoryview(data), io.BytesIO(data),
        OwnPicture(path), data_url(data), data_url(data, "data:;base64"),
        data_url(data).replace("+", "-").replace("/", "_").rstrip("="),
        "data:image/png," + "".join(f"%{byte:02x}" for byte in data),
    ]  # fmt: skip
    assert len({one(way).sha256 for way in ways}) == 1
    with path.open("rb") as file:
        assert one(file).sha256 == one(path).sha256


def test_a_path_may_be_relative_or_begin_at_home(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    assert one(path.name).sha256 == one(path).sha256
    monkeypatch.setenv("HOME", str(path.parent))
    monkeypatch.setenv("USERPROFILE", str(path.parent))
    assert one(f"~/{path.name}").sha256 == one(path).sha256
    (source,) = read([path.name])
    monkeypatch.chdir("/")
    assert not isinstance(source, str)
    assert isinstance(source.data, Path)
    assert source.data.is_absolute(), "a notebook that changes its folder still means this file"


def test_a_file_that_was_just_written_is_read_from_its_beginning() -> None:
    file = io.BytesIO()
    drawn().save(file, "PNG")
    at = file.tell()
    assert one(file).width == 96
    assert file.tell() == at, "it is left where it was"


def test_links_and_kept_references_stay_in_their_places(path: Path) -> None:
    name = "evolink-ref:" + "ab" * 32
    given = ["https://example.com/a.png", path, name]
    kept: list[Ready] = []
    found = prepare(given, kept.append)
    assert found.references == (given[0], kept[0].name, name)


def test_arrays_of_every_shape_and_type() -> None:
    chance = numpy.random.default_rng(5)
    full = chance.integers(0, 256, (20, 30, 4), dtype=numpy.uint8)
    for array in (full[:, :, 0], full[:, :, :1], full[:, :, :3], full, full[::2, ::-1, :3]):
        plain = array[:, :, 0] if array.ndim == 3 and array.shape[2] == 1 else array
        assert (seen(one(array)) == plain).all()
    for kind in (numpy.float16, numpy.float32, numpy.float64):
        result = seen(one((full[:, :, :3] / 255).astype(kind)))
        assert abs(result.astype(int) - full[:, :, :3]).max() <= (1 if kind == numpy.float16 else 0)
    mask = full[:, :, 0] > 100
    assert (seen(one(mask)) == numpy.where(mask, 255, 0)).all()


def test_an_array_is_copied_when_it_is_given() -> None:
    array = numpy.full((8, 8, 3), 7, numpy.uint8)
    (source,) = read([array])
    array[:] = 200
    assert not isinstance(source, str)
    assert isinstance(source.data, Image.Image)
    assert source.data.getpixel((0, 0)) == (7, 7, 7)


@pytest.mark.parametrize(
    ("array", "words", "nearest"),
    [
        (numpy.zeros((3, 40, 50)), "channels last", "array.transpose(1, 2, 0)"),
        (numpy.zeros((1, 40, 50, 3)), "without an axis in front", "array[0]"),
        (numpy.zeros((40, 50, 2)), "height×width×1, 3 or 4", None),
        (numpy.zeros(40), "height×width", None),
        (numpy.zeros((0, 5)), "at least one pixel", None),
        (numpy.full((4, 4), 200.0), "from 200 to 200", "array / 255"),
        (numpy.full((4, 4), -1.0), "from -1 to -1", None),
        (numpy.full((4, 4), numpy.nan), "no NaN", "numpy.nan_to_num(array)"),
        (numpy.full((4, 4), numpy.inf), "no infinity", None),
        (numpy.full((4, 4), 200), "must be uint8", "array.astype('uint8')"),
        (numpy.full((4, 4), 60_000, "u2"), "to 60000", "(array // 257).astype('uint8')"),
        (numpy.full((4, 4), -5), "from -5 to -5", None),
        (numpy.full((4, 4), 1j), "must be uint8", None),
        (numpy.full((4, 4), "a"), "must be uint8", None),
        (numpy.full((4, 4), None), "must be uint8", None),
    ],
)
def test_an_array_that_is_no_picture_says_shape_type_and_way_out(
    array: numpy.ndarray, words: str, nearest: str | None
) -> None:
    found = problem(array)
    assert found.field == "references[0]"
    assert words in found.rule
    assert found.nearest == nearest
    assert str(array.dtype) in found.value
    assert "×".join(map(str, array.shape)) in found.value
    if nearest:
        with numpy.errstate(all="ignore"):
            assert one(eval(nearest, {"array": array, "numpy": numpy})).format == "png"


def test_a_picture_that_pillow_has_opened_is_turned_and_told_of_nothing(tmp_path: Path) -> None:
    file = tmp_path / "turned.jpg"
    file.write_bytes(saved("JPEG", exif=b"Exif\0\0" + exif(6)))
    with Image.open(file) as image:
        result = one(image)
        assert image.size == (96, 64), "the given picture stays as it was"
    assert (result.width, result.height) == (64, 96)
    assert MARK not in result.data


def test_a_picture_whose_file_is_broken_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cut.png"
    file.write_bytes(saved("PNG", size=(400, 300))[:900])
    with Image.open(file) as image:
        assert "can't be loaded" in problem(image).value


class Figure:
    """What a figure of Matplotlib's is known by."""

    def savefig(self, target: Any, *, format: str) -> None:
        words = PngInfo()
        words.add_text("Software", "a program that draws")
        drawn().save(target, format, pnginfo=words)


class Axes:
    figure = Figure()


def test_figures_and_their_axes_are_drawn_when_they_are_given() -> None:
    assert (seen(one(Figure())) == numpy.asarray(drawn())).all()
    assert one(Axes()).sha256 == one(Figure()).sha256
    assert one(Figure()).notices == ()


def test_a_figure_that_cannot_be_drawn_says_why() -> None:
    class Empty(Figure):
        def savefig(self, target: Any, *, format: str) -> None:
            raise ValueError("there is nothing to draw")

    assert "there is nothing to draw" in problem(Empty()).value


@pytest.mark.parametrize(
    ("text", "words", "nearest"),
    [
        ("cat.png", "there is no such file", None),
        ("the fix.png", "there is no such file", "the fox.png"),
        ("www.example.com/a.png", "without https://", "https://www.example.com/a.png"),
        ("example.com/a.png", "without https://", "https://example.com/a.png"),
        ("s3://bucket/a.png", "s3: links can't be fetched", None),
        ("ftp://example.com/a.png", "ftp: links can't be fetched", None),
        ("https://example.com/a b.png", "spaces", "https://example.com/a%20b.png"),
        ("https://example.com/a.gif", "formats", None),
        ("https://", "http or https link", None),
        ("iVBORw0KGgo" * 40, "taken for base64", None),
        ("a picture of a fox,\nplease", "taken for a file's name", None),
        ("", "taken for a file's name", None),
        ("a\0b.png", "taken for a file's name", None),
        ("x/" * 5000, "taken for", None),
        ("\ud800.png", "taken for a file's name", None),
        ("data:image/png;base64", "no comma", None),
        ("data:image/png;base64,%%%", "sound base64", None),
        ("data:image/png;base64,é", "sound base64", None),
        ("data:,", "must be a whole", None),
        ("evolink-ref:abc", "evolink-ref: links", None),
    ],
)
def test_a_text_that_is_neither_file_nor_link_says_what_it_was_taken_for(
    text: str, words: str, nearest: str | None, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    found = problem(text)
    assert words in found.rule
    assert found.nearest == nearest
    assert len(found.value) < 120
    assert "\n" not in str(found)


def test_a_folder_and_a_device_are_no_pictures(path: Path) -> None:
    assert "not a folder" in problem(path.parent).rule
    assert problem(path.parent).nearest == str(path)
    assert "plain file" in problem("/dev/zero").rule
    pipe = path.parent / "pipe"
    os.mkfifo(pipe)
    assert "plain file" in problem(pipe).rule


def test_a_file_that_may_not_be_read_or_is_gone_meanwhile(path: Path) -> None:
    (source,) = read([path])
    path.unlink()
    from evolink_widgets.references.ready import make_ready

    assert not isinstance(source, str)
    with pytest.raises(InvalidRequest, match=r"references\[0\]"):
        make_ready(source)
    assert "must be a file that is there" in problem(path).rule


class Endless(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return bytes(size)


def test_open_files_are_read_no_further_than_a_picture_can_be(path: Path) -> None:
    small = ReferenceLimits(read_bytes=100_000)
    assert "at most 100,000 bytes" in problem(Endless(), limits=small).rule
    assert "at most 100,000 bytes" in problem(bytes(100_001), limits=small).rule
    with path.open(encoding="latin-1") as file:
        assert "'rb'" in problem(file).rule
    with tempfile.TemporaryFile() as file:
        file.close()
        assert "can be read" in problem(file).rule


@pytest.mark.parametrize("given", [None, 5, 2.5, object(), {"a": 1}, Image, Figure, lambda: None])
def test_anything_else_is_refused_by_name(given: object) -> None:
    assert problem(given).rule == "must be a path, link, bytes, picture, array or figure" or (
        isinstance(given, dict)
    )


class Unruly:
    """An object that raises whatever it is asked."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError


def test_an_object_that_raises_whatever_it_is_asked_is_refused_like_any_other() -> None:
    assert "of type Unruly" in problem(Unruly()).value
    view = memoryview(b"123")
    view.release()
    assert "released" in problem(view).value
    with pytest.raises(InvalidRequest, match="must be a list"):
        read(Unruly())


def test_a_list_within_the_list_is_said_to_be_one(path: Path) -> None:
    assert "outer list" in problem([path]).rule


@pytest.mark.parametrize("given", ["fox.png", b"123", Path("fox.png"), io.BytesIO(), Figure()])
def test_one_picture_in_the_place_of_the_list_is_told_apart(given: object) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(given)
    (found,) = caught.value.problems
    assert found.field == "references"
    assert found.nearest is not None
    assert found.nearest.startswith("[")


def test_an_array_in_the_place_of_the_list_is_not_sixteen_rows() -> None:
    with pytest.raises(InvalidRequest, match="an array of uint8, 16×16×3"):
        read(numpy.zeros((16, 16, 3), numpy.uint8))


def test_none_is_none_and_seventeen_are_too_many(path: Path) -> None:
    assert prepare([], lambda _: None) == Prepared()
    assert len(read([path] * 16)) == 16
    with pytest.raises(InvalidRequest, match="at most 16"):
        read([path] * 17)
    for endless in (iter(lambda: path, None), (path for _ in iter(int, 1))):
        with pytest.raises(InvalidRequest, match="at most 16"):
            read(endless)
    for no_list in (None, 5, {path}, {path: 1}):
        with pytest.raises(InvalidRequest, match="must be a list"):
            read(no_list)


def test_all_problems_come_at_once_and_nothing_is_kept_then(path: Path) -> None:
    found, kept = prepared("no.png", path, b"<svg/>", numpy.zeros(3), "https://example.com/x.gif")
    assert [one.field for one in found.problems] == [
        "references[0]", "references[2]", "references[3]", "references[4]"
    ]  # fmt: skip
    assert kept == []
    assert found.references == ()


def test_what_was_done_is_told_with_the_place(path: Path) -> None:
    found, _ = prepared(path, saved("GIF", "P"))
    assert found.notices == ("references[1]: It was a GIF; it is sent as PNG.",)


def test_camera_data_is_kept_on_demand() -> None:
    given = saved("JPEG", exif=b"Exif\0\0" + exif())
    assert MARK not in one(given).data
    assert MARK in one(given, keep_metadata=True).data
