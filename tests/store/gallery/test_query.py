"""Looking through the gallery: what fits, newest first; a damaged row hides nothing else."""

from __future__ import annotations

import logging

import pytest

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Facets, Query, Store
from evolink_widgets.store.gallery.rows import kinds


@pytest.fixture
def take(store: Store, picture, now):
    """Take a picture in: `take("key", "a prompt", when=5, size="16:9")`."""

    def take_in(
        key, prompt="a fox", *, when=0, index=0, service="emulator", notebook=None, **asked
    ):
        part = store.gallery.part_path(key, index)
        part.write_bytes(picture(seed=f"{key} {index}", width=16, height=12))
        recipe = Recipe(ImageRequest(prompt, **asked), service)
        return store.gallery.admit(key, index, part, recipe, now=now + when, notebook=notebook)

    return take_in


def found(store: Store, query: Query) -> list[str]:
    keys = [image.task_key for image in store.gallery.page(query, 0, 100)]
    assert store.gallery.count(query) == len(keys)
    return keys


def test_a_store_that_is_not_there_has_no_pictures(store):
    assert store.gallery.count(Query()) == 0
    assert store.gallery.page(Query(), 0, 50) == []
    assert store.gallery.facets() == Facets()
    assert not store.root.exists()


def test_pages_go_from_the_newest_to_the_oldest_and_meet(store, take):
    for number in range(7):
        take(f"k{number}", when=number, index=number % 2, n=2)
    pages = [store.gallery.page(Query(), offset, 3) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [image.task_key for page in pages for image in page] == [
        f"k{n}" for n in range(6, -1, -1)
    ]
    assert pages[0][0] == store.gallery.find("k6", 0)
    assert store.gallery.page(Query(), 0, 1 << 70) == [*pages[0], *pages[1], *pages[2]]
    assert store.gallery.page(Query(), -5, 1) == pages[0][:1]


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("A Fox in the SNOW", "fox snow"),
        ("A Fox in the SNOW", "SNOW  fox"),
        ("ЛИСА в снегу", "лиса"),
        ("Straße bei Nacht", "STRASSE"),
        ("ΦΩΣ της αυγής", "φως"),
        ("雪の中の狐", "の狐"),
        ("ﬁne print, ＦＵＬＬ width", "fine full"),
        ("cafe\u0301 noir", "CAFÉ"),
        ("100% wool_jumper", "0% l_j"),
        ("back\\slash 'quote' \"double\" [x]*?", "\\slash 'quote' \"double\" [x]*?"),
        ("nul \x00 inside", "\x00 inside"),
        ("nul \x00 inside", "inside"),
        ("🦊🏽‍❄️ fox", "🦊🏽‍❄️"),
        ("x" * 31_990 + " the end", "end"),
    ],
)
def test_words_are_found_in_prompts_of_any_script(store, take, prompt, text):
    take("k1", prompt)
    take("k2", "something else entirely")
    assert found(store, Query(text=text)) == ["k1"]


@pytest.mark.parametrize(
    "text", ["f%x", "f_x", "fox%", "fox hare", "f*", "f?x", "[a-z]ox", "\ud800", "'; DROP TABLE"]
)
def test_what_does_not_stand_in_a_prompt_finds_nothing(store, take, text):
    take("k1", "a fox")
    assert found(store, Query(text=text)) == []
    assert found(store, Query()) == ["k1"]


def test_a_search_for_a_whole_prompt_or_for_nothing_is_answered_too(store, take):
    take("k1", "word " * 6_000 + "end")
    assert found(store, Query(text="word " * 6_000)) == ["k1"]
    assert found(store, Query(text="   ")) == ["k1"]


def test_every_filter_narrows_and_all_of_them_must_fit(store, take, now):
    take("old", size="16:9", quality="high", notebook="a.ipynb", when=0)
    take("new", size="1280x720", quality="low", notebook="b.ipynb", when=100)
    take("live", size="16:9", service="api.evolink.ai", when=50)
    store.gallery.favourite([("old", 0), ("live", 0)], True)
    store.gallery.favourite([("live", 0)], False)
    for query, keys in {
        Query(size="16:9"): ["live", "old"],
        Query(size="1280x720"): ["new"],
        Query(quality="high"): ["old"],
        Query(model="gpt-image-2"): ["new", "live", "old"],
        Query(model="gpt-image-2-beta"): [],
        Query(notebook="b.ipynb"): ["new"],
        Query(since=now + 50): ["new", "live"],
        Query(until=now + 50): ["old"],
        Query(since=now + 50, until=now + 51): ["live"],
        Query(favourite=True): ["old"],
        Query(simulated=True): ["new", "old"],
        Query(simulated=False): ["live"],
        Query(trashed=True): [],
        Query(size="16:9", simulated=True, text="fox", favourite=True): ["old"],
        Query(size="16:9", text="hare"): [],
    }.items():
        assert found(store, query) == keys, query
    assert store.gallery.find("old", 0).favourite
    assert store.gallery.find("old", 0).notebook == "a.ipynb"


def test_facets_say_what_there_is_to_choose_from(store, take, now):
    take("k1", size="16:9", notebook="a.ipynb", when=1)
    take("k2", size="16:9", quality="low", when=2)
    take("k3", size="auto", notebook="gone.ipynb", when=3)
    store.gallery.trash([("k3", 0)], now=now)
    facets = store.gallery.facets()
    assert facets == Facets(
        ("16:9",), facets.qualities, ("gpt-image-2",), ("a.ipynb",), now + 1, now + 2
    )
    assert set(facets.qualities) == {"medium", "low"}


def test_a_picture_that_is_not_there_is_a_sentence(store, take):
    image = take("k1")
    for key, index in [("k1", 1), ("nowhere", 0), ("\ud800", 0), ("k1", 1 << 80)]:
        with pytest.raises(StoreError, match="no picture"):
            store.gallery.find(key, index)
    image.path.unlink()
    with pytest.raises(StoreDamaged, match="not there any more"):
        store.gallery.find("k1", 0)
    assert store.gallery.page(Query(), 0, 5) == []


DAMAGE = [
    ("pictures", "path", "../../../etc/passwd"),
    ("pictures", "path", "/etc/passwd"),
    ("pictures", "path", "a\x00b.png"),
    ("pictures", "path", b"\xff\xfe"),
    ("pictures", "path", ".."),
    ("pictures", "path", "x" * 5_000),
    ("pictures", "path", "C:evil.png"),
    ("pictures", "width", "wide"),
    ("pictures", "height", -4),
    ("pictures", "format", "svg"),
    ("pictures", "created_at", "yesterday"),
    ("pictures", "created_at", float("inf")),
    ("pictures", "sha256", "../../x"),
    ("pictures", "bytes_count", 1.5),
    ("sets", "recipe", "{"),
    ("sets", "recipe", b"\xff\xff"),
    ("sets", "recipe", "[" * 50_000),
    ("sets", "task_id", b"\xff"),
    ("sets", "notebook", b"\xff\xfe"),
]


@pytest.mark.parametrize(("table", "column", "value"), DAMAGE)
def test_a_row_damaged_by_hand_is_left_out_and_logged(store, take, caplog, table, column, value):
    take("good", when=1)
    take("bad", when=2)
    with store.database.write() as connection:
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE key = 'bad'", (value,))
    with caplog.at_level(logging.WARNING, "evolink_widgets"):
        assert [image.task_key for image in store.gallery.page(Query(), 0, 10)] == ["good"]
    assert "bad" in caplog.text or "outside the store" in caplog.text
    store.gallery.facets()
    store.gallery.count(Query(text="fox"))
    assert store.gallery.images("good")[0].task_key == "good"


def test_text_that_is_no_utf8_in_one_row_does_not_hide_the_others(store, take):
    take("good", when=1)
    take("bad", when=2)
    with store.database.write() as connection:
        connection.execute("UPDATE sets SET notebook = CAST(x'ff41' AS TEXT) WHERE key = 'bad'")
    pages = store.gallery.page(Query(), 0, 10)
    assert [image.task_key for image in pages] == ["bad", "good"]
    assert pages[0].notebook == "\ufffdA"
    assert store.journal.recall("anything") is None


def test_one_damaged_picture_of_a_set_leaves_the_others(store, take):
    take("k1", n=2, index=0)
    take("k1", n=2, index=1)
    with store.database.write() as connection:
        connection.execute("UPDATE pictures SET path = '../x' WHERE number = 0")
    images = store.gallery.images("k1")
    assert ([image.index for image in images], images.missing) == ([1], (0,))


@pytest.mark.parametrize("when", [-1e18, 1e18, 9e300])
def test_a_clock_that_jumps_loses_nothing(store, take, when):
    take("usual")
    image = take("jumped", when=when)
    assert image.path.is_file()
    assert set(found(store, Query())) == {"usual", "jumped"}
    assert store.gallery.images("jumped")[0].bytes


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE kinds SET pictures = pictures + 1", "kind"),
        ("UPDATE kinds SET sets = 9", "kind"),
        ("UPDATE prompts SET pictures = 0", "prompt"),
        ("UPDATE prompts SET words = 'a hare'", "set"),
        ("UPDATE sets SET size = '3:2'", "set"),
        ("UPDATE pictures SET trashed_at = 1.0 WHERE number = 0", "counted wrong"),
    ],
)
def test_counts_that_are_not_those_of_the_rows_are_found_and_put_right(store, admit, damage, said):
    admit("k3j2mnpqrstu", 0, prompt="a fox")
    admit("m4k3npqrstuv", 0, prompt="a fox at dusk")
    assert kinds.differences(store.database) == []
    with store.database.write() as connection:
        connection.execute(damage)
    assert said in " ".join(kinds.differences(store.database))
    kinds.put_right(store.database)
    assert kinds.differences(store.database) == []
    left = len(store.gallery.page(Query(), 0, 9))
    assert store.gallery.count(Query()) == store.gallery.count(Query(text="fox")) == left
