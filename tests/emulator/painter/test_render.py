"""Pictures of the emulator: real files of the asked size that show what the prompt says."""

from __future__ import annotations

import io
import time
from functools import lru_cache
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from evolink_widgets.emulator.painter import render
from evolink_widgets.emulator.painter.composing.actors import Actor
from evolink_widgets.emulator.painter.composing.compose import context_of, paint, settled, signless
from evolink_widgets.emulator.painter.composing.placement import bonds_of, placed_actors
from evolink_widgets.emulator.painter.drawing.canvas import Canvas
from evolink_widgets.emulator.painter.drawing.chance import Chance
from evolink_widgets.emulator.painter.drawing.styles import styled
from evolink_widgets.emulator.painter.places import PLACES
from evolink_widgets.emulator.painter.reading import words
from evolink_widgets.emulator.painter.reading.parse import parse
from evolink_widgets.emulator.painter.reading.scene import Scene, Subject
from evolink_widgets.emulator.painter.subjects import KINDS


def picture(prompt: str, size: tuple[int, int] = (160, 120), **rest: object) -> Image.Image:
    wanted: dict[str, Any] = {"quality": "low", **rest}
    data = render(prompt, width=size[0], height=size[1], **wanted)
    return Image.open(io.BytesIO(data)).convert("RGB")


def difference(first: Image.Image, second: Image.Image) -> float:
    """Mean distance of two pictures, 0..255 a channel."""
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) / 3


@pytest.mark.parametrize(("format", "kind"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
@pytest.mark.parametrize("size", [(16, 16), (333, 111), (101, 257)])
def test_a_picture_has_the_exact_size_and_format(
    size: tuple[int, int], format: str, kind: str
) -> None:
    data = render("a fox", width=size[0], height=size[1], quality="low", format=format)
    with Image.open(io.BytesIO(data)) as found:
        found.load()
        assert (found.size, found.format) == (size, kind)


def test_the_same_request_gives_the_same_bytes() -> None:
    def once() -> bytes:
        return render("a cat in a boat at sunset", width=120, height=90, quality="high", seed=4)

    assert once() == once()


@pytest.mark.parametrize("change", [{"index": 1}, {"seed": 7}, {"quality": "high"}])
def test_index_seed_and_quality_change_the_picture(change: dict[str, object]) -> None:
    assert difference(picture("a castle"), picture("a castle", **change)) > 0.5


@pytest.mark.parametrize(
    "prompt",
    ["", " ", "\0", "\0" * 500, "🦊" * 300, "\u202eabc\u202d مرحبا", "a" * 32_000, "fox " * 8_000,
     "999 cats", '"' * 3_000, "’" * 3_000, '"' + "w" * 9_000 + '"',
     "狐狸" * 8_000, "\ud800", "xyzzy"],
)  # fmt: skip
def test_no_prompt_breaks_it_or_takes_long(prompt: str) -> None:
    started = time.process_time()
    assert picture(prompt, (96, 64)).size == (96, 64)
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    ("prompt", "name", "place", "moment"),
    [
        ("a fox in the snow at dawn", "fox", "snow", "dawn"),
        ("Ein Leuchtturm am Strand", "lighthouse", "beach", None),
        ("一只兔子在草地上", "rabbit", "meadow", None),
        ("a rocket in space", "rocket", "space", None),
        ("a sailing ship on the sea at night", "ship", "sea", "night"),
    ],
)
def test_a_prompt_is_read_as_a_scene(
    prompt: str, name: str, place: str, moment: str | None
) -> None:
    scene = parse(prompt)
    assert [subject.name for subject in scene.subjects] == [name]
    assert (scene.place, scene.time) == (place, moment)


def test_counts_colours_relations_and_quoted_words_are_read() -> None:
    scene = parse('three blue birds above a house with a sign that says "HELLO"')
    birds = scene.subjects[0]
    assert (birds.name, birds.count) == ("bird", 3)
    assert birds.colour is not None
    assert scene.text == "HELLO"
    assert ("above", 0, 1) in {(one.kind, one.first, one.second) for one in scene.relations}


@lru_cache(maxsize=1)
def empty_meadow() -> Image.Image:
    return paint(Scene(time="day", place="meadow"), Chance(1), 96, 72, 0).image


def test_every_subject_of_the_word_list_has_its_drawing() -> None:
    senses = [row.partition(":")[0].strip() for row in words.SUBJECTS.strip().splitlines()]
    names = {parse(f"a {phrase}").subjects[0].name for phrase in first_words(words.SUBJECTS)}
    assert names <= set(KINDS)
    assert len(names) > 150
    assert len(senses) == len(set(senses))


def first_words(table: str) -> list[str]:
    rows = (row.partition(":")[2] for row in table.strip().splitlines())
    return [row.split(",")[0].strip() for row in rows]


def test_every_style_of_the_word_list_has_its_manner() -> None:
    canvas = paint(Scene(time="day", place="meadow"), Chance(1), 96, 72, 0).image
    for row in words.STYLES.strip().splitlines():
        style = row.partition(":")[0]
        assert difference(canvas, styled(canvas.copy(), style, Chance(1))) > 1, style


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_subject_is_drawn_and_seen(name: str) -> None:
    """The same scene with and without it, painted over the same chance."""
    peopled = Scene(time="day", place="meadow", subjects=(Subject(name),))
    shown = paint(peopled, Chance(1), 96, 72, 0).image
    assert difference(empty_meadow(), shown) > 1.0


def test_an_asked_for_colour_is_seen() -> None:
    red, blue = picture("a red balloon in the sky"), picture("a blue balloon in the sky")

    def warmth(one: Image.Image) -> float:
        mean = ImageStat.Stat(one).mean
        return mean[0] - mean[2]

    assert warmth(red) - warmth(blue) > 1 or difference(red, blue) > 4


def test_an_unknown_format_and_an_empty_picture_are_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        render("a fox", width=16, height=16, quality="low", format="bmp")
    with pytest.raises(ValueError, match="pixel"):
        render("a fox", width=0, height=16)


@pytest.mark.parametrize(
    "style",
    ["watercolour", "oil painting", "pencil sketch", "ink drawing", "pixel art", "sepia",
     "flat poster", "neon art", "blueprint", "black and white", "pastel", "gouache", "photo",
     "stained glass", "paper cut"],
)  # fmt: skip
def test_a_style_repaints_the_picture(style: str) -> None:
    scene = parse(f"a castle, {style}")
    canvas = paint(scene, Chance(1), 120, 90, 1).image
    assert scene.style is not None
    assert difference(canvas, styled(canvas.copy(), scene.style, Chance(1))) > 1


def test_quoted_words_are_lettered() -> None:
    bare = Scene(time="night", place="mountain")
    without = paint(bare, Chance(1), 160, 120, 1).image
    shown = paint(Scene(time="night", place="mountain", text="HELLO"), Chance(1), 160, 120, 1).image
    box = ImageChops.difference(without, shown).getbbox()
    assert box is not None
    assert box[3] < 60


def cast(prompt: str) -> dict[str, Actor]:
    """Who stands where, by name."""
    scene = settled(parse(prompt), Chance(2))
    context = context_of(scene, PLACES[scene.place or "meadow"], Chance(2), Canvas(200, 160), 0)
    placed = placed_actors(context, PLACES[scene.place or "meadow"], context.rng("cast"), ())
    return {actor.kind.name: actor for actor in placed}


@pytest.mark.parametrize(
    ("prompt", "bearer", "borne"),
    [
        ("an astronaut riding a horse", "horse", "astronaut"),
        ("a steam train crossing a bridge", "bridge", "train"),
        ("a cat on a sofa", "sofa", "cat"),
        ("a fox wearing a hat", "fox", "hat"),
        ("a penguin with a crown", "penguin", "crown"),
        ("a girl holding a balloon", "child", "toy balloon"),
        ("a child flying a kite", "child", "kite"),
        ("a sunflower in a vase", "vase", "sunflower"),
        ("an owl reading a book", "owl", "book"),
    ],
)
def test_what_is_borne_is_with_its_bearer(prompt: str, bearer: str, borne: str) -> None:
    actors = cast(prompt)
    base, thing = actors[bearer], actors[borne]
    assert abs(base.x - thing.x) < base.wide * 0.75
    assert thing.y - thing.high < base.y
    assert thing.aloft


def test_riders_sit_and_what_shelters_stands_behind() -> None:
    actors = cast("a knight riding a horse")
    assert actors["knight"].seated
    assert actors["knight"].order > actors["horse"].order
    actors = cast("a fox under a tree")
    assert actors["tree"].order < actors["fox"].order
    assert actors["tree"].high > actors["fox"].high


def test_nobody_carries_what_is_larger() -> None:
    assert not bonds_of(parse("a knight with a dragon"))
    assert bonds_of(parse("a dragon with a sword"))


def test_a_shop_carries_the_words_itself_and_a_poster_is_no_board() -> None:
    shop = 'a dog and a bakery with a sign that says "FRESH BREAD"'
    for prompt, name in ((shop, "shop"), ("flat travel poster of a lighthouse", "lighthouse")):
        scene = signless(parse(prompt))
        assert name in [one.name for one in scene.subjects]
        assert "sign" not in [one.name for one in scene.subjects]
        assert all(one.second < len(scene.subjects) for one in scene.relations)
    assert signless(parse('a sign that says "OPEN"')).subjects[0].name == "sign"


@pytest.mark.parametrize(
    ("prompt", "place", "style"),
    [
        ("a mountain lake at sunset, gouache", "lake", "gouache"),
        ("an astronaut and a cat on the moon, poster", "moon ground", "poster"),
    ],
)
def test_words_that_belong_together_are_read_together(prompt: str, place: str, style: str) -> None:
    scene = parse(prompt)
    assert (scene.place, scene.style) == (place, style)
    assert "sign" not in str(scene.subjects)
