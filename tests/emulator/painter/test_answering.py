"""The picture answers what people ask: unknown nouns, words to be lettered, and pages."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw

from evolink_widgets.emulator.painter import derived, original, stand_in
from evolink_widgets.emulator.painter.composing.compose import paint, settled
from evolink_widgets.emulator.painter.drawing.chance import Chance
from evolink_widgets.emulator.painter.drawing.letters import legible, lettered
from evolink_widgets.emulator.painter.lettering.kinds import kind_of
from evolink_widgets.emulator.painter.reading import nouns
from evolink_widgets.emulator.painter.reading.asked_text import asked_text, read_page
from evolink_widgets.emulator.painter.reading.parse import parse
from evolink_widgets.emulator.painter.reading.scene import Scene, Subject


def painted(scene: Scene, key: str = "same") -> Image.Image:
    return paint(settled(scene, Chance(key)), Chance(key), 240, 240, 0).image


def box_of_difference(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int] | None:
    changed = (
        ImageChops.difference(one, other).convert("L").point([255 * (v > 24) for v in range(256)])
    )
    return changed.getbbox()


def relabelled(scene: Scene, **how: Any) -> Scene:
    """The scene with the last subject changed."""
    return replace(scene, subjects=(*scene.subjects[:-1], replace(scene.subjects[-1], **how)))


@pytest.mark.parametrize(
    ("prompt", "name", "place", "time"),
    [
        ("a theremin on a beach at night", "Theremin", "beach", "night"),
        ("two quernstones in the desert at sunset", "Quernstone", "desert", "sunset"),
        ("ein Zwiebelschneider im Garten", "Zwiebelschneider", "garden", None),
        ("an astrolabe in the snow, watercolour", "Astrolabe", None, None),
        ("a fox and a zoetrope in a forest", "Zoetrope", "forest", None),
    ],
)
def test_an_unknown_noun_is_lettered_on_an_object_of_the_scene(
    prompt: str, name: str, place: str | None, time: str | None
) -> None:
    scene = parse(prompt)
    thing = scene.subjects[-1]
    assert name.casefold() in (thing.label.casefold(), thing.label.casefold().rstrip("s"))
    assert kind_of(thing.name, thing.form) is not None
    assert (place in (None, scene.place), time in (None, scene.time)) == (True, True)
    assert box_of_difference(painted(scene), painted(relabelled(scene, label=""))) is not None


def test_colours_counts_sizes_and_styles_of_unknown_things_hold() -> None:
    scene = parse("three tiny red zoetropes on a beach at night, pixel art")
    thing = scene.subjects[0]
    assert (thing.count, thing.colour, thing.size) == (3, (200, 56, 47), "small")
    assert (scene.place, scene.time, scene.style) == ("beach", "night", "pixel")


@pytest.mark.parametrize(
    "prompt",
    [
        "highly detailed, cinematic lighting, award-winning, 8k",
        "a serene morning in the Japanese countryside, mist rolling over rice paddies",
        "quiet syzygies in coral and navy blue, abstract",
        "a fox running quickly through the woods in the style of Hokusai",
        "a cat named Tom",
        "狐狸在雪地里",
    ],
)
def test_words_that_name_nothing_to_be_seen_add_no_thing(prompt: str) -> None:
    assert [one.name for one in parse(prompt).subjects if one.label] == []


@pytest.mark.parametrize(
    ("prompt", "drawn"),
    [
        ("a walnut bowl, oak table", ["bowl"]),
        ("a glass jar of honey on a kitchen counter", ["jar"]),
        ("a coffee grinder", ["coffee grinder"]),
        ("a woman in a green suit", ["person"]),
        ("a girl with a red scarf", ["child"]),
        ("product shot of a lipstick", ["lipstick"]),
    ],
)
def test_nouns_that_belong_together_make_one_thing(prompt: str, drawn: list[str]) -> None:
    assert [one.name for one in parse(prompt).subjects] == drawn


def test_a_table_is_the_ground_of_small_things_and_has_its_wood() -> None:
    scene = parse("a walnut bowl, oak table")
    assert scene.place == "tabletop"
    assert scene.surface is not None
    dark = painted(Scene(place="tabletop", time="day", surface=(30, 30, 36)))
    pale = painted(Scene(place="tabletop", time="day", surface=(240, 238, 230)))
    near = (0, 190, 240, 240)
    assert sum(pale.crop(near).resize((1, 1)).tobytes()) > 200 + sum(
        dark.crop(near).resize((1, 1)).tobytes()
    )


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("a poster that says MIND THE GAP", "MIND THE GAP"),
        ("a mug saying good vibes only on a shelf", "good vibes only"),
        ("logo for a bakery named Krume, flat", "Krume"),
        ("logo for a café called Blå Ö in Malmö", "Blå Ö"),
        ("a neon sign reading NO VACANCY in a dark alley", "NO VACANCY"),
        ("a van with KRUME on it", "KRUME"),
        ("ein Laden mit der Aufschrift Brot & Salz", "Brot & Salz"),
        ('a cake with "Happy 80th" and a card with "Love, Ada"', "Happy 80th\nLove, Ada"),
        ("an owl reading a book", None),
        ("a dog named Rex on a sofa", None),
        ("a fox in the snow", None),
    ],
)
def test_words_that_are_asked_for_are_found(prompt: str, text: str | None) -> None:
    assert asked_text(prompt)[0] == text
    assert parse(prompt).text == text


@pytest.mark.parametrize(
    "prompt",
    [
        "a mug that says MIND THE GAP",
        "a red t-shirt that says MIND THE GAP",
        "a cake with the words MIND THE GAP",
        "a zoetrope labelled MIND THE GAP on a beach",
        "a poster that says MIND THE GAP",
        "a truck with MIND on it",
    ],
)
def test_asked_words_are_on_the_thing_and_not_in_the_sky(prompt: str) -> None:
    scene = parse(prompt)
    assert scene.subjects[0].label == scene.text
    silent = replace(relabelled(scene, label=""), text=None)
    box = box_of_difference(painted(scene), painted(silent))
    assert box is not None
    assert box[1] > 20  # a title stands higher up


def test_asked_words_stand_above_a_scene_that_cannot_carry_them() -> None:
    scene = parse('a fox in a meadow, "MIND THE GAP"')
    silent = replace(scene, text=None)
    box = box_of_difference(painted(scene), painted(silent))
    assert box is not None
    assert box[3] < 120


@pytest.mark.parametrize(
    ("prompt", "kind", "topic", "items"),
    [
        ("pie chart of hops, malt and yeast", "pie chart", "", ("Hops", "Malt", "Yeast")),
        ("bar chart of beer sales by region", "chart", "Beer sales by region", ()),
        ("flowchart: mash -> boil -> cool", "diagram", "", ("Mash", "Boil", "Cool")),
        ("venn diagram of malt and water", "venn diagram", "", ("Malt", "Water")),
        ("a tram timetable app, dark mode", "app", "Tram timetable", ()),
        ("org chart of a brewery with owner, brewer and seller", "tree diagram", "Brewery",
         ("Owner", "Brewer", "Seller")),
        ("landing page for a choir", "web page", "Choir", ()),
    ],
)  # fmt: skip
def test_pages_have_their_title_and_their_parts(
    prompt: str, kind: str, topic: str, items: tuple[str, ...]
) -> None:
    page = read_page(prompt)
    assert page is not None
    assert (page.kind, page.topic, page.items) == (kind, topic, items)
    scene = parse(prompt)
    assert scene.subjects[0] == Subject(
        kind, label=topic, items=items, colour=scene.subjects[0].colour
    )
    other = relabelled(scene, label="Quite another", items=("One", "Two", "Three"))
    assert box_of_difference(painted(scene), painted(other)) is not None


def test_a_logo_shows_what_its_firm_does() -> None:
    scene = parse("logo for a bakery named Krume")
    assert [one.name for one in scene.subjects] == ["logo", "bread"]
    assert [(one.first, one.kind, one.second) for one in scene.relations] == [(1, "in", 0)]


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("a bedroom", {"bed", "lamp"}),
        ("a kitchen at night", {"fridge", "stove"}),
        ("a cat in a kitchen", {"cat"}),
    ],
)
def test_a_room_is_furnished_as_what_it_is(prompt: str, things: set[str]) -> None:
    assert {one.name for one in parse(prompt).subjects} == things


def test_a_portrait_shows_the_face_and_the_dress_of_the_role() -> None:
    pictures = [painted(parse(f"portrait of a {one}")) for one in ("chef", "lawyer", "welder")]
    assert all(parse(f"headshot of a {one}").subjects[0].form == "bust" for one in ("man", "nurse"))
    assert len({picture.tobytes() for picture in pictures}) == 3


def test_what_is_asked_of_the_sky_takes_a_thing_outdoors() -> None:
    for number in range(6):
        scene = settled(parse("a toaster under the aurora"), Chance(number))
        assert scene.place in ("meadow", "mountain", "snow")


def test_every_noun_of_the_table_has_its_kind() -> None:
    rows = [row.partition(":")[0] for row in nouns.THINGS.strip().splitlines() if row]
    assert [name for name in rows if kind_of(name) is None] == []
    assert len(rows) == len(set(rows))
    things = {name for names in nouns.FURNISHED.values() for name in names.split()}
    assert [one for one in things if kind_of(one.partition("=")[0]) is None] == []
    assert [one for one in nouns.MOTIFS.values() if kind_of(one) is None] == []


def test_an_edit_letters_anew_and_adds_unknown_things_only_when_told_to() -> None:
    mug = original("a mug that says HELLO", index=0, seed=1, shape=1.0)

    def after(edit: str) -> tuple[Subject, ...]:
        work = derived(edit, [mug], index=0, seed=2)
        assert work is not None
        return work.scene.subjects

    assert [one.label for one in after('make it say "GOOD BYE"')] == ["GOOD BYE"]
    assert [one.name for one in after("make the lumens softer")] == ["cup"]
    assert [one.name for one in after("add a zoetrope")] == ["cup", "zoetrope"]
    assert [one.name for one in after("replace the mug with a zoetrope")] == ["zoetrope"]


def test_a_file_name_of_no_words_is_no_thing() -> None:
    assert stand_in("https://example.com/i/IMG_qwzx-0412.png").scene.subjects == ()


def test_accents_are_drawn_and_signs_that_have_no_letter_are_left_out() -> None:
    def ink(text: str) -> Image.Image:
        picture = Image.new("L", (120, 60), 255)
        lettered(ImageDraw.Draw(picture), text, (60, 30), (110, 50), (0,), most=30)
        return picture

    assert legible("שלום") == legible("你好") == ""
    assert ink("שלום").getextrema() == (255, 255)
    for plain, marked in (("Uber", "Über"), ("Cafe", "Café"), ("Senor", "Señor")):
        box = ImageChops.difference(ink(plain), ink(marked)).getbbox()
        assert box is not None
        assert box[3] < 34


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Кофейня", "Кофеиня"),
        ("Скидка", "Скидна"),
        ("ΩΡΑ", "ΟΡΑ"),
        ("카페", "가게"),
        ("쌀", "살"),
    ],
)
def test_other_scripts_are_lettered_each_letter_as_itself(one: str, other: str) -> None:
    def ink(text: str) -> Image.Image:
        picture = Image.new("L", (160, 60), 255)
        size = lettered(ImageDraw.Draw(picture), text, (80, 30), (150, 50), (0,), most=30)
        assert size > 12
        return picture

    assert legible(one) == one
    darkness = ink(one).histogram()[0]
    assert darkness > 60
    assert ImageChops.difference(ink(one), ink(other)).getbbox() is not None


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("a badge for Dr. Amir Khan", "Dr. Amir Khan"),
        ("a birthday cake for Lena", "Lena"),
        ("a jersey with the number 23", "23"),
        ("a mug with the initials JK", "JK"),
        ("a cafe sign reading Closed on Mondays", "Closed on Mondays"),
        ("вывеска с надписью Кофейня на улице", "Кофейня"),
        ("一个写着欢迎光临的牌子", "欢迎光临"),
        ("a girl reading Dante on a bench", None),
        ("a chair for Anna", None),
    ],
)
def test_more_ways_to_ask_for_words_are_understood(prompt: str, text: str | None) -> None:
    assert asked_text(prompt)[0] == text


@pytest.mark.parametrize(
    ("prompt", "labels"),
    [
        ("a bottle of olive oil with a label that says Terra", {"bottle": "Terra"}),
        ("a wooden crate with a mug that says BREW", {"cup": "BREW"}),
        ('a jar labelled "SALT" and a tin can labelled "TEA"', {"jar": "SALT", "tin can": "TEA"}),
        ('the "OPEN" sign on a door', {"sign": "OPEN", "door": ""}),
        ('a "PRIVATE" ticket on a laptop', {"ticket": "PRIVATE", "laptop": ""}),
    ],
)
def test_words_are_on_the_thing_that_they_were_asked_on(
    prompt: str, labels: dict[str, str]
) -> None:
    found = {one.name: one.label for one in parse(prompt).subjects}
    assert {name: found.get(name) for name in labels} == labels


@pytest.mark.parametrize(
    ("prompt", "name", "label"),
    [
        ("a teacher's desk", "table", "Teacher's desk"),
        ("the teachers' desk", "table", "Teacher's desk"),
        ("a beekeeper's quern", "beekeeper's quern", "Beekeeper's quern"),
        ("a dog bowl", "bowl", "Dog bowl"),
        ("an astronaut's helmet", "astronaut's helmet", ""),
    ],
)
def test_an_owner_is_not_in_the_picture(prompt: str, name: str, label: str) -> None:
    assert [(one.name, one.label) for one in parse(prompt).subjects] == [(name, label)]


def test_an_owned_face_is_its_owners() -> None:
    scene = parse("a close look at a tiger's face")
    assert ([one.name for one in scene.subjects], scene.framing) == (["tiger"], "close")


@pytest.mark.parametrize(
    ("prompt", "traits"),
    [
        ("portrait of an old man with a grey beard", {"old", "beard"}),
        ("a woman wearing glasses", {"glasses"}),
        ("a boy with a hat and sunglasses", {"sunglasses"}),
        ("a bald, bearded baker", {"bald", "beard"}),
        ("headshot of a woman with curly hair", {"curly"}),
        ("portrait of a woman with a pearl necklace", {"necklace"}),
        ("a cat with a bow tie", {"bow tie"}),
        ("a dog in a red scarf", {"scarf"}),
        ("an old book", set[str]()),
    ],
)
def test_how_a_person_looks_is_seen(prompt: str, traits: set[str]) -> None:
    scene = parse(prompt)
    assert scene.subjects[0].traits == traits
    plain = replace(scene.subjects[0], traits=frozenset())
    other = replace(scene, subjects=(plain, *scene.subjects[1:]))
    assert (painted(scene).tobytes() != painted(other).tobytes()) == bool(traits)


def test_glasses_alone_are_a_thing_and_binoculars_are_not_worn() -> None:
    assert [one.name for one in parse("glasses on a table").subjects] == ["glasses"]
    assert [one.name for one in parse("a man with binoculars").subjects] == ["person", "binoculars"]


@pytest.mark.parametrize(
    ("prompt", "tie"),
    [
        ("a t-shirt with a cat on it", "printed"),
        ("a mug with a fox logo", "printed"),
        ("a laptop with a dashboard of sales", "in"),
        ("an owl on a branch", "on"),
        ("a desk with a lamp", "on"),
        ("a dog with headphones", "wearing"),
    ],
)
def test_what_is_on_what_is_understood_and_seen(prompt: str, tie: str) -> None:
    scene = parse(prompt)
    assert [one.kind for one in scene.relations] == [tie]
    apart = replace(scene, relations=())
    assert box_of_difference(painted(scene), painted(apart)) is not None


def test_two_things_on_a_table_stand_beside_each_other() -> None:
    scene = parse("a cup and a hammer on a workbench")
    assert {(one.kind, one.first, one.second) for one in scene.relations if one.kind == "on"} == {
        ("on", 0, 2),
        ("on", 1, 2),
    }


def test_an_empty_room_is_empty_and_has_the_colour_that_was_asked() -> None:
    scene = parse("an empty white room")
    assert (scene.place, scene.bare, scene.subjects) == ("room", True, ())
    assert scene.walls is not None
    assert parse("a room with green walls").walls not in (None, scene.walls)
    assert parse("an empty office").subjects == ()
    furnished = replace(scene, bare=False)
    assert box_of_difference(painted(scene), painted(furnished)) is not None


def test_machines_of_a_network_are_drawn_as_what_they_are() -> None:
    scene = parse("network diagram with a router, a firewall and three servers")
    page = scene.subjects[0]
    assert (page.name, page.items) == ("network diagram", ("Router", "Firewall", "Three servers"))
    others = replace(page, items=("Router", "Zoetrope", "Three servers"))
    assert box_of_difference(painted(scene), painted(replace(scene, subjects=(others,))))
    assert read_page("a neural network") != read_page("a network diagram")


@pytest.mark.parametrize(
    ("prompt", "drawn"),
    [
        ("a plate of tacos", [("tacos", 1)]),
        ("a slice of pizza", [("pizza", 1)]),
        ("packaging of a tea box", [("box", 1)]),
        ("an elderly couple", [("couple", 2)]),
        ("a lighthouse keeper", [("keeper", 1)]),
        ("an empty hotel lobby", []),
        ("a man shaking hands with a woman", [("person", 1), ("person", 1)]),
        ("a child's drawing of a dragon", [("dragon", 1)]),
        ("a waterfall in Iceland", [("waterfall", 1)]),
        ("children playing football", [("child", 3), ("ball", 1)]),
        ("a barn owl", [("owl", 1)]),
        ("a pair of sunglasses", [("sunglasses", 1)]),
        ("two glasses of wine", [("wine glass", 2)]),
        ("a box with a ribbon", [("box", 1)]),
    ],
)
def test_what_only_tells_how_a_thing_is_is_no_thing(
    prompt: str, drawn: list[tuple[str, int]]
) -> None:
    assert [(one.name, one.count) for one in parse(prompt).subjects] == drawn


def test_apples_of_a_basket_are_in_it_and_a_painting_shows_what_it_is_of() -> None:
    for prompt in (
        "a basket of apples",
        "a painting of a boat",
        "a tablet showing a map",
        "a vase with tulips",
        "a snow globe with a house in it",
    ):
        scene = parse(prompt)
        assert [one.kind for one in scene.relations] == ["in"], prompt
        assert scene.relations[0].first == 1


@pytest.mark.parametrize(
    ("prompt", "kind", "tie"),
    [
        ("a cyclist on a mountain", "bicycle", "riding"),
        ("a violinist on a rooftop", "violin", "holding"),
        ("a tennis player", "racket", "holding"),
    ],
)
def test_a_trade_has_its_tool_unless_it_was_given_another(prompt: str, kind: str, tie: str) -> None:
    scene = parse(prompt)
    assert [one.name for one in scene.subjects[1:]] == [kind]
    assert [one.kind for one in scene.relations] == [tie]
    other = parse(prompt.replace(" on", " with a kettle on") + " and a kettle")
    assert kind not in [one.name for one in other.subjects]


@pytest.mark.parametrize(
    ("prompt", "kind", "label", "items"),
    [
        ("a kanban board for the move with Pack, Drive and Rest", "kanban page", "Move",
         ("Pack", "Drive", "Rest")),
        ("a settings dialog", "settings screen", "", ()),
        ("a weather app with rain and wind", "app", "Weather", ("Rain", "Wind")),
        ("a table of tide times", "table page", "Tide times", ()),
        ("a chart of tides from Monday to Thursday", "chart", "Tides",
         ("Mon", "Tue", "Wed", "Thu")),
        ("a timeline from 1900 to 2000", "timeline", "", ("1900", "1925", "1950", "1975", "2000")),
        ("flowchart: idea -> sketch -> launch", "diagram", "", ("Idea", "Sketch", "Launch")),
        ("a flyer for a quilt sale", "poster", "Quilt sale", ()),
        ("donut chart of browsers with Chrome, Safari and Edge", "pie chart", "Browsers",
         ("Chrome", "Safari", "Edge")),
        ("network diagram with a cloud and a router", "network diagram", "",
         ("Cloud", "Router")),
    ],
)  # fmt: skip
def test_more_pages_have_their_title_and_their_parts(
    prompt: str, kind: str, label: str, items: tuple[str, ...]
) -> None:
    page = parse(prompt).subjects[0]
    assert (page.name, page.label, page.items) == (kind, label, items)


def test_a_logo_shows_what_was_asked_for_before_what_its_firm_does() -> None:
    scene = parse("logo for a seafood restaurant with a lobster")
    assert [one.name for one in scene.subjects] == ["logo", "crab"]


def test_a_named_person_has_a_portrait_and_no_box() -> None:
    scene = parse("a portrait of Ada Lovelace")
    assert [one.form for one in scene.subjects] == ["bust"]
    assert [one.form for one in parse("a portrait of a zoetrope").subjects] == ["box"]


def test_relations_are_between_things_that_are_there() -> None:
    words = ["a box of", "a stone", "plate of", "and", "with a", "on", "fox", "label", "on it",
             "hotel", "lobby", "dog", "bowl", ",", "packaging of", "a painting of", "'s", "tea",
             "holding", "keeper", "showing", "interior of", "old", "cup", "under"]  # fmt: skip
    chance = Random(3)
    for _ in range(600):
        prompt = " ".join(chance.choice(words) for _ in range(chance.randint(2, 9)))
        scene = parse(prompt)
        numbers = {n for one in scene.relations for n in (one.first, one.second)}
        assert numbers <= set(range(len(scene.subjects))), prompt


@pytest.mark.parametrize(
    ("prompt", "forms"),
    [
        ("a pair of black high heels", ["heels"]),
        ("brown leather loafers", ["loafer"]),
        ("a baseball cap", ["cap"]),
        ("a beanie and a straw hat", ["beanie", "brim hat"]),
        ("a top hat", ["hat"]),
        ("a llama and a goat", ["llama", "goat"]),
        ("a double-decker bus", ["double-decker"]),
        ("a bus", ["bus"]),
        ("a monitor on a desk", ["screen"]),
        ("a hospital room with a bed and a monitor", ["sickbed", "vitals"]),
        ("a bedroom with a bed and a monitor", ["bed", "screen"]),
        ("a vase on a glass shelf", ["vase", "wall shelf"]),
        ("a shelf", ["shelf"]),
    ],
)
def test_things_near_each_other_are_drawn_as_what_they_are(prompt: str, forms: list[str]) -> None:
    assert [one.form or one.name for one in parse(prompt).subjects] == forms


@pytest.mark.parametrize(
    ("prompt", "items"),
    [
        ("flowchart: idea -> sketch -> prototype -> launch", "Idea Sketch Prototype Launch"),
        ("pie chart with oil, gold, silver and winter", "Oil Gold Silver Winter"),
        ("a mind map of night, beach, sketch and neon", "Night Beach Sketch Neon"),
        ("timeline: spring, summer, autumn", "Spring Summer Autumn"),
        ("bar chart of rent, food and travel, watercolour", "Rent Food Travel"),
    ],
)
def test_a_lists_words_are_its_own_whatever_else_they_mean(prompt: str, items: str) -> None:
    scene = parse(prompt)
    assert scene.subjects[0].items == tuple(items.split())
    assert (scene.style, scene.time, scene.season, scene.colours) == (
        "watercolour" if "watercolour" in prompt else None,
        None,
        None,
        (),
    )


@pytest.mark.parametrize(
    ("prompt", "seat"),
    [
        ("a castle on a floating island", "floating island"),
        ("a lighthouse on a cliff", "cliff"),
        ("a house on a cloud", "cloud seat"),
        ("a palace on an island", "island"),
    ],
)
def test_islands_cliffs_and_clouds_bear_what_is_on_them(prompt: str, seat: str) -> None:
    scene = parse(prompt)
    assert (scene.subjects[1].form, scene.relations[0].kind) == (seat, "on")
    assert box_of_difference(painted(scene), painted(replace(scene, relations=()))) is not None


def test_what_has_no_shape_is_printed_as_its_word() -> None:
    shaped = parse("a cap with an anchor on it")
    assert [one.kind for one in shaped.relations] == ["printed"]
    worded = parse("a cap with a theremin on it")
    assert [(one.form, one.label) for one in worded.subjects] == [("cap", "Theremin")]


@pytest.mark.parametrize("being", ["llama", "frog", "knight", "snake", "sleeping cat", "raccoon"])
def test_every_being_wears_its_glasses(being: str) -> None:
    scene = parse(f"a {being} wearing sunglasses")
    plain = relabelled(scene, traits=frozenset())
    assert scene.subjects[0].traits == {"sunglasses"}
    assert box_of_difference(painted(scene), painted(plain)) is not None


def test_a_stage_and_a_ward_are_no_living_rooms() -> None:
    assert parse("a singer on a stage").place == "stage"
    assert parse("a hospital room").bare
    assert not parse("a living room").bare
    assert {one.name for one in parse("an empty classroom").subjects} == set()


@pytest.mark.parametrize(
    ("prompt", "symbol"),
    [
        ("a backpack with a star on it", "star"),
        ("a white mug with a mountain logo on it", "mountain icon"),
        ("a t-shirt with a picture of the moon", "moon icon"),
    ],
)
def test_a_star_on_a_thing_is_no_sky(prompt: str, symbol: str) -> None:
    scene = parse(prompt)
    assert (scene.subjects[1].name, scene.relations[0].kind) == (symbol, "printed")
    assert (scene.sky, scene.place) == (frozenset(), None)


def test_steps_between_arrows_are_a_diagram_without_its_name() -> None:
    scene = parse("how we work: plan -> night test -> release")
    assert scene.subjects[0].items == ("Plan", "Night test", "Release")
    assert (scene.subjects[0].name, scene.time) == ("diagram", None)


def test_a_logo_shows_what_its_firm_is_called_after() -> None:
    assert [one.name for one in parse("a logo for Zork, called Blue Whale").subjects][1:] == [
        "whale"
    ]
    assert [one.name for one in parse("a logo for a bank called Blue Whale").subjects] == [
        "logo",
        "coin",
    ]


@pytest.mark.parametrize(
    ("prompt", "tie"),
    [
        ("portrait of an old fisherman with a pipe and a blue cap", (0, "wearing", 1)),
        ("a penguin with a red scarf and a beanie", (0, "wearing", 1)),
        ("a boy in a cowboy hat", (0, "wearing", 1)),
        ("a cat and a hat", (0, "beside", 1)),
        ("a saxophone player", (0, "holding", 1)),
    ],
)
def test_what_is_worn_and_played_is_its_owners(prompt: str, tie: tuple[int, str, int]) -> None:
    assert [(one.first, one.kind, one.second) for one in parse(prompt).relations] == [tie]


def test_a_queen_has_no_beard() -> None:
    queen = parse("a queen")
    assert box_of_difference(painted(queen), painted(relabelled(queen, role="king"))) is not None


@pytest.mark.parametrize(
    ("prompt", "forms"),
    [
        ("a lion on a surfboard", ["lion", "surf"]),
        ("a surfboard", ["board long"]),
        ("a set of kitchen knives", ["knife"]),
        ("a festival poster with a guitar", ["poster", "guitar"]),
        ("a jar of pickles and a wheel of cheese", ["jar", "cheese"]),
        ("a vase of tulips on a shelf", ["vase", "tulip", "wall shelf"]),
    ],
)
def test_how_a_thing_is_said_tells_what_it_is_drawn_as(prompt: str, forms: list[str]) -> None:
    assert [one.form or one.name for one in parse(prompt).subjects] == forms
