"""Presets: a mapping over the store, checked on the way in, tolerant on the way out."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing

import pytest

from evolink_widgets.errors import InvalidRequest, StoreReadOnly, UnknownPreset
from evolink_widgets.store import Store

POSTER = {"size": "2:3", "quality": "high"}


@pytest.fixture
def presets(store):
    return store.presets


def damage(store: Store, name: str, record: object) -> None:
    with closing(sqlite3.connect(store.root / "evolink.sqlite")) as connection:
        connection.execute(
            "INSERT OR REPLACE INTO presets VALUES (CAST(? AS TEXT), CAST(? AS TEXT))",
            (name, record),
        )
        connection.commit()


def test_it_is_a_mapping_in_the_order_of_names(presets):
    assert (len(presets), list(presets), "poster" in presets) == (0, [], False)
    presets["wide"] = {"size": "21:9"}
    presets["Poster"] = POSTER
    presets["étude"] = {"n": 2}
    presets["etude"] = {"n": 3}
    assert list(presets) == ["etude", "Poster", "wide", "étude"]
    assert presets["Poster"] == POSTER
    assert dict(presets) == presets.all()
    assert "poster" not in presets
    presets["Poster"] = {"n": 4}
    assert presets["Poster"] == {"n": 4}, "it is replaced, not mixed"
    assert presets.pop("Poster") == {"n": 4}
    del presets["wide"]
    assert presets == {"etude": {"n": 3}, "étude": {"n": 2}}
    assert presets.get("wide", "none") == "none"
    assert presets._ipython_key_completions_() == list(presets)


def test_what_is_read_is_ones_own_copy(presets):
    presets["poster"] = POSTER
    presets["poster"]["size"] = "1:1"
    assert presets["poster"] == POSTER


def test_values_are_kept_in_a_requests_own_form_and_order(presets):
    presets["all"] = {
        "model": "gpt-image-2", "n": True + 1, "quality": "low", "resolution": "2k",
        "size": "1280X720", "prompt": "a fox\x00 \u202e<b>",
    }  # fmt: skip
    assert list(presets["all"].items()) == [
        ("prompt", "a fox\x00 \u202e<b>"), ("size", "1280x720"), ("resolution", "2K"),
        ("quality", "low"), ("n", 2), ("model", "gpt-image-2"),
    ]  # fmt: skip


def test_two_forms_of_one_letter_are_one_name(presets):
    presets["caf\u00e9"] = POSTER
    assert presets["cafe\u0301"] == POSTER
    presets["cafe\u0301"] = {"n": 2}
    assert list(presets) == ["caf\u00e9"]
    del presets["cafe\u0301"]
    assert not presets


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("", None),
        ("   ", None),
        (" poster", "poster"),
        ("two\nlines", "two lines"),
        ("left\u202eright", "left right"),
        ("half \ud83e", "half"),
        ("nul\x00", "nul"),
        ("\u200d", None),
        ("x" * 81, "x" * 80),
        ("x" * 10_000_000, "x" * 80),
        (5, None),
        (None, None),
        (b"poster", None),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused(presets, name, nearest):
    with pytest.raises(InvalidRequest) as caught:
        presets[name] = POSTER
    [problem] = caught.value.problems
    assert (problem.field, problem.nearest) == ("name", nearest)
    assert problem.rule == "must have 1 to 80 printable characters, no space first or last"
    assert name not in presets
    assert list(presets) == []


@pytest.mark.parametrize(
    "name", ["x" * 80, "狐狸 🦊", "👩\u200d🚀", "می\u200cخواهم", "<b>&", "%_'\""]
)
def test_any_name_that_can_be_read_is_taken(presets, name):
    presets[name] = POSTER
    assert list(presets) == [name]
    assert presets[name] == POSTER


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"size": "17:3"}, [("size", "3:1")]),
        ({"quality": "hd", "n": 12}, [("quality", "high"), ("n", "10")]),
        ({"model": "gpt-image-2-beta", "n": 4}, [("n", "1")]),
        ({"prompt": ""}, [("prompt", None)]),
        ({"prompt": "half \ud83e"}, [("prompt", None)]),
        ({"n": None}, [("n", "1")]),
        ({"sizes": "2:3", "n": 2}, [("sizes", "size")]),
        ({"references": ["fox.png"], "size": "2:3"}, [("references", None)]),
        ({"no such field!": 1}, [("'no such field!'", None)]),
        ({5: 1}, [("5", None)]),
        ({}, [("preset", None)]),
        ("2:3", [("preset", None)]),
        (None, [("preset", None)]),
        ([("size", "2:3")], [("preset", None)]),
    ],
)
def test_a_wrong_value_is_refused_with_its_field_and_the_nearest(presets, fields, found):
    presets["poster"] = POSTER
    with pytest.raises(InvalidRequest) as caught:
        presets["poster"] = fields
    assert [(one.field, one.nearest) for one in caught.value.problems] == found
    assert presets["poster"] == POSTER


def test_an_unknown_field_is_told_which_there_are(presets):
    with pytest.raises(InvalidRequest) as caught:
        presets["poster"] = {"sizes": "2:3"}
    assert str(caught.value.problems[0]) == (
        "sizes is no field of a preset, which has prompt, size, resolution, quality, n, model; "
        "it is '2:3'. Nearest: size."
    )


def test_an_unknown_name_is_a_key_error_that_knows_the_nearest(presets):
    with pytest.raises(UnknownPreset, match=r"There is no preset .x.\. .*There are none yet"):
        presets["x"]
    presets["poster"] = POSTER
    presets["wide"] = {"size": "21:9"}
    for fails in (presets.__getitem__, presets.__delitem__, presets.pop):
        with pytest.raises(KeyError) as caught:
            fails("postre")
        assert str(caught.value) == (
            "There is no preset 'postre'. Not charged. Did you mean 'poster'? "
            "There are: 'poster', 'wide'."
        )
    for odd in (5, None, "\ud83e", "x" * 100_000):
        assert odd not in presets
    assert len(presets) == 2


def test_two_kernels_see_each_others(store, presets):
    other = Store(store.root)
    presets["poster"] = POSTER
    assert other.presets["poster"] == POSTER
    assert other.presets.put("poster", {"n": 2}, replace=False) is False
    assert presets["poster"] == POSTER
    del other.presets["poster"]
    assert list(presets) == []
    assert presets.put("poster", {"n": 2}, replace=False) is True
    assert other.presets["poster"] == {"n": 2}
    other.close()


def test_a_store_that_is_only_read_gives_and_does_not_take(store, presets, tmp_path):
    presets["poster"] = POSTER
    store.close()
    frozen = Store(store.root)
    real = sqlite3.connect

    def read_only(name, **how):
        return real(name.replace("mode=rwc", "mode=ro"), **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", read_only)
        assert frozen.presets["poster"] == POSTER
        with pytest.raises(StoreReadOnly, match=r"evolink\.sqlite"):
            frozen.presets["wide"] = {"size": "21:9"}
        with pytest.raises(StoreReadOnly):
            del frozen.presets["poster"]
        assert list(frozen.presets) == ["poster"]
        with pytest.raises(UnknownPreset):
            del frozen.presets["wide"]
    frozen.close()


def test_without_a_store_nothing_is_made_by_reading(store, presets):
    assert dict(presets) == {}
    with pytest.raises(UnknownPreset):
        del presets["poster"]
    assert not store.root.exists()


DAMAGED = [
    ("bad", "{"),
    ("bad", "[" * 100_000),
    ("bad", "5"),
    ("bad", "null"),
    ("bad", "{}"),
    ("bad", '{"size": "17:3"}'),
    ("bad", '{"n": ' + "9" * 5_000 + "}"),
    ("bad", '{"n": 1e999}'),
    ("bad", '{"prompt": "half \\ud83e"}'),
    ("bad", '{"references": ["https://a.test/fox.png"], "n": 1}'),
    ("bad", '{"prompt": "' + "x" * 1_000_001 + '"}'),
    ("bad", b"\xff\xfe"),
    ("two\nlines", '{"n": 1}'),
    ("x" * 81, '{"n": 1}'),
    (b"\xff", '{"n": 1}'),
    ("", '{"n": 1}'),
]


@pytest.mark.parametrize(("name", "record"), DAMAGED, ids=[f"{n[:9]} {r[:24]}" for n, r in DAMAGED])
def test_a_damaged_row_is_left_out_and_told_of_once(store, presets, caplog, name, record):
    presets["poster"] = POSTER
    damage(store, name, record)
    with caplog.at_level(logging.WARNING):
        assert presets.all() == {"poster": POSTER}
        assert name not in presets
        assert "poster" in repr(presets)
        assert len(presets) == 1
    too_long = len(record) > 1_000_000
    assert len(caplog.messages) == (0 if too_long else 1), caplog.messages
    if name == "bad":
        presets["bad"] = {"n": 3}
        assert presets["bad"] == {"n": 3}, "a new one takes its place"


def test_a_damaged_row_can_be_deleted(store, presets):
    presets["poster"] = POSTER
    damage(store, "bad", "{")
    del presets["bad"]
    assert store.database.rows("SELECT name FROM presets")[0]["name"] == "poster"


def test_it_reads_well_in_text_and_in_a_notebook(presets):
    assert repr(presets) == '<no presets; ew.presets["poster"] = {"size": "2:3"} keeps one>'
    assert presets._repr_html_() is None
    presets["poster"] = {**POSTER, "n": 4}
    presets["<b>night</b>"] = {"n": 1, "model": "gpt-image-2-beta", "prompt": "a <i>\nfox</i>"}
    assert repr(presets).splitlines() == [
        "<b>night</b>  1 picture · gpt-image-2-beta · “a <i> fox</i>”",
        "poster        2:3 · high · 4 pictures",
    ]
    html = presets._repr_html_()
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;night&lt;/b&gt;" in html
    head = [cell.partition("<bdi>")[2].partition("<")[0] for cell in html.split('<th scope="col"')]
    assert head[1:] == ["preset", "prompt", "size", "quality", "n", "model"]


def test_a_store_that_cannot_be_read_says_so_in_its_repr(store, presets):
    store.root.mkdir()
    (store.root / "evolink.sqlite").write_bytes(b"no database at all, " * 100)
    assert repr(presets).startswith("<presets: ")
    assert presets._repr_html_() is None
