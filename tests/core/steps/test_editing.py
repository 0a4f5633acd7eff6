"""From one picture to the next: what comes of `edit` and `vary`, and where it came from."""

from __future__ import annotations

import io
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

import evolink_widgets as ew

SMALL = {"size": "816x816", "quality": "low"}


@pytest.fixture
def fox(tmp_path: Path) -> Iterator[ew.GeneratedImage]:
    """A picture in a store of its own, on the emulator."""
    ew.configure(mode="emulator", store=tmp_path / "pictures", speed=200)
    yield ew.generate("a red fox in a meadow", **SMALL).result(60)[0]
    ew.session().close()
    ew.configure(mode=None, store=None, speed=None)


def difference(one: ew.GeneratedImage, other: ew.GeneratedImage) -> float:
    """How far two pictures are apart, 0 to 255, as the mean of all pixels."""
    pictures = [picture.pil.convert("L").resize((64, 64)) for picture in (one, other)]
    histogram = ImageChops.difference(*pictures).histogram()
    return sum(value * count for value, count in enumerate(histogram)) / (64 * 64)


def test_an_edit_keeps_what_it_does_not_name_and_knows_its_parent(fox: ew.GeneratedImage) -> None:
    task = fox.edit("make it night")
    night = task.result(60)[0]
    assert (task.request.size, task.request.quality, task.request.n) == ("816x816", "low", 1)
    assert night.parents == (fox,)
    assert fox.parents == ()
    stranger = ew.generate("an empty desert at noon", **SMALL).result(60)[0]
    assert difference(fox, night) < difference(stranger, night), "it is the same scene"


def test_the_parent_is_found_in_a_later_kernel_and_in_the_facts(fox: ew.GeneratedImage) -> None:
    key = fox.edit("in the snow").key
    ew.session().tasks[-1].result(60)
    ew.session().close()
    ew.configure(speed=199)  # a new session, as after a restart

    again = ew.session().store.gallery.images(key)[0]
    assert again.parents == (fox,)
    fox.path.unlink()
    assert again.parents == (), "its file is gone"


def test_variations_are_of_the_same_prompt_and_paid_once(fox: ew.GeneratedImage) -> None:
    first = fox.vary(n=2).result(60)
    assert {image.recipe.request.prompt for image in first} == {"a red fox in a meadow"}
    again = fox.vary(n=1)
    again.result(60)
    assert again.state.reused is None, "the same run of this script takes the next of them"
    assert [image.parents for image in first] == [(fox,), (fox,)]


def test_whatever_is_at_hand_is_a_reference_and_one_content_one_identity(
    fox: ew.GeneratedImage, tmp_path: Path
) -> None:
    file = tmp_path / "photo.png"
    picture = Image.radial_gradient("L").convert("RGB")
    picture.save(file)
    held = io.BytesIO(file.read_bytes())
    tasks = [
        ew.generate("as a painting", references=[given], **SMALL)
        for given in (file, str(file), file.read_bytes(), held)
    ]
    assert len({task.recipe.identity for task in tasks}) == 1
    for task in tasks:
        task.result(60)


def test_all_that_is_wrong_is_said_at_once(fox: ew.GeneratedImage, tmp_path: Path) -> None:
    page = tmp_path / "page.png"
    page.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    with pytest.raises(ew.InvalidRequest) as caught:
        ew.generate("", n=99, references=[fox, page, "no/such/file.png"])
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["prompt", "n", "references[1]", "references[2]"]


def test_an_estimate_counts_references_without_reading_them(fox: ew.GeneratedImage) -> None:
    without = ew.estimate("a fox", size="1:1")
    beside = ew.estimate("a fox", size="1:1", references=[fox, fox])
    assert beside.high > without.high


def test_what_was_converted_is_said_in_a_line(
    fox: ew.GeneratedImage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = tmp_path / "film.gif"
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(film, save_all=True, append_images=frames[1:])
    ew.generate("as a painting", references=[film], **SMALL).result(60)
    said = capsys.readouterr().err.splitlines()
    assert said
    assert all(line.startswith("references[0]: ") for line in said)
    assert "GIF" in said[0]


def test_a_picture_that_a_widget_showed_can_be_edited_first_of_all(fox: ew.GeneratedImage) -> None:
    code = """
        import sys
        from pathlib import Path
        import evolink_widgets as ew
        from evolink_widgets.store import in_use
        in_use.choice.named = Path(sys.argv[1])
        image = ew.Gallery().images[0]
        assert "evolink_widgets.api" not in sys.modules
        task = image.edit("make it night", quality="low")
        assert isinstance(task, ew.Task), task
        print(len(task.result(60)))
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(fox.path.parent)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.stdout == "1\n", ran.stderr
