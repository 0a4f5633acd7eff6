"""A picture is taken wherever Python takes a path or an array, and is plain data."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import evolink_widgets as ew
from evolink_widgets.errors import StoreDamaged
from evolink_widgets.images.reference_limits import LIMITS
from evolink_widgets.references.read import read_one
from evolink_widgets.references.source import Source
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.gallery.pictures import GeneratedImage, ImageSet

COLOURS = [(255, 0, 0), (0, 128, 0), (0, 0, 255), (9, 9, 9), (200, 100, 50), (255, 255, 255)]


def stored(path: Path, picture: Image.Image, **more: Any) -> GeneratedImage:
    picture.save(path, **more)
    data = path.read_bytes()
    return GeneratedImage(
        path=path, index=0, width=picture.width, height=picture.height, format="png",
        task_key="key", task_id="task", recipe=Recipe(ImageRequest("a fox, 雪"), "emulator"),
        simulated=True, created_at=1.5, bytes_count=len(data), sha256="0" * 64,
    )  # fmt: skip


@pytest.fixture
def colours() -> Image.Image:
    """Three by two pixels, each of a colour of its own."""
    picture = Image.new("RGB", (3, 2))
    picture.putdata(COLOURS)
    return picture


@pytest.fixture
def image(tmp_path: Path, colours: Image.Image) -> GeneratedImage:
    return stored(tmp_path / "fox.png", colours)


def test_it_is_opened_like_a_path(image: GeneratedImage, tmp_path: Path) -> None:
    with open(image, "rb") as file:  # noqa: PTH123 - that is the point
        assert file.read() == image.bytes
    assert Path(image) == image.path
    assert str(image) == f"{image}" == str(image.path)
    assert json.dumps({"image": image}, default=str) == json.dumps({"image": str(image.path)})
    assert Image.open(image).size == (3, 2)  # type: ignore[arg-type, unused-ignore]
    shutil.copy(image, tmp_path / "copy.png")
    assert (tmp_path / "copy.png").read_bytes() == image.bytes


def test_as_an_array_it_is_its_pixels(image: GeneratedImage) -> None:
    pixels = np.asarray(image)
    assert pixels.shape == (2, 3, 3)
    assert pixels.dtype == np.uint8
    assert pixels.reshape(-1, 3).tolist() == [list(colour) for colour in COLOURS]
    pixels[0, 0] = 7  # it is an array of its own
    assert np.asarray(image)[0, 0].tolist() == [255, 0, 0]
    assert np.array(image).tolist() == np.asarray(image).tolist()
    assert np.asarray(image, dtype=np.float32).dtype == np.float32
    assert np.stack([image, image]).shape == (2, 2, 3, 3)
    assert np.array_equal(np.asarray(image), np.asarray(image.pil))


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="copy= came with 2.0")
def test_an_array_that_shares_memory_with_it_is_refused(image: GeneratedImage) -> None:
    with pytest.raises(ValueError, match="copy=False"):
        np.asarray(image, copy=False)
    assert np.array(image, copy=True).shape == (2, 3, 3)
    assert np.array(image, copy=None).shape == (2, 3, 3)


def _palette(picture: Image.Image) -> Image.Image:
    return picture.quantize(8)


MODES: dict[str, tuple[Any, tuple[int, ...], str]] = {
    "RGBA": (lambda one: one.convert("RGBA"), (2, 3, 4), "uint8"),
    "grey": (lambda one: one.convert("L"), (2, 3), "uint8"),
    "grey of 16 bits": (lambda one: Image.new("I;16", one.size, 40_000), (2, 3), "uint16"),
    "grey with alpha": (lambda one: one.convert("LA"), (2, 3, 4), "uint8"),
    "black and white": (lambda one: one.convert("1"), (2, 3), "uint8"),
    "a palette": (_palette, (2, 3, 3), "uint8"),
}


@pytest.mark.parametrize("mode", MODES)
def test_pixels_are_colours_whatever_the_file_holds(
    mode: str, colours: Image.Image, tmp_path: Path
) -> None:
    change, shape, dtype = MODES[mode]
    pixels = np.asarray(stored(tmp_path / "fox.png", change(colours)))
    assert (pixels.shape, pixels.dtype) == (shape, np.dtype(dtype))
    if mode == "a palette":
        assert pixels.reshape(-1, 3).tolist() == [list(colour) for colour in COLOURS]
    if mode == "black and white":
        assert set(pixels.ravel().tolist()) <= {0, 255}


def test_a_palette_with_a_clear_colour_keeps_it(colours: Image.Image, tmp_path: Path) -> None:
    image = stored(tmp_path / "fox.png", _palette(colours), transparency=0)
    pixels = np.asarray(image)
    assert pixels.shape == (2, 3, 4)
    assert 0 in pixels[..., 3]


def test_one_whose_file_is_gone_says_so_also_as_an_array(image: GeneratedImage) -> None:
    image.path.unlink()
    with pytest.raises(StoreDamaged, match="is not there any more"):
        np.asarray(image)
    assert str(image) == str(image.path)


def test_as_a_reference_it_is_still_a_picture_of_ours(image: GeneratedImage) -> None:
    read = read_one(image, "references[0]", limits=LIMITS)
    assert isinstance(read, Source)
    assert read.data == image.path


def test_it_is_pickled_and_copied_with_all_it_knows(image: GeneratedImage) -> None:
    for way in (lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy):
        again = way(image)
        assert again == image
        assert dataclasses.asdict(again) == dataclasses.asdict(image)
        assert again.recipe == image.recipe
        assert hash(again) == hash(image)


def test_matplotlib_shows_it(image: GeneratedImage) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    shown = pyplot.imshow(image)
    assert shown.get_array().shape == (2, 3, 3)
    pyplot.close("all")


def test_in_a_frame_it_stays_itself_and_goes_into_files_by_its_path(
    image: GeneratedImage, tmp_path: Path
) -> None:
    import pandas

    images = ImageSet([image], key="key", recipe=image.recipe)
    for column in (images, list(images)):
        frame = pandas.DataFrame({"image": column, "n": [1]})
        assert frame["image"][0] is image
        assert str(image.path) in frame.to_csv()
        assert frame.astype({"image": str})["image"].tolist() == [str(image.path)]
    frame.astype({"image": str}).to_parquet(tmp_path / "frame.parquet")
    (path,) = pandas.read_parquet(tmp_path / "frame.parquet")["image"]
    assert Image.open(path).size == (3, 2)
    assert isinstance(image, ew.GeneratedImage)


def test_pydantic_knows_its_fields(image: GeneratedImage) -> None:
    import pydantic

    adapter = pydantic.TypeAdapter(ew.GeneratedImage)
    assert adapter.validate_python(image) is image
    assert "bytes_count" in str(adapter.core_schema)
