"""`types.d.ts`, which the front end is written against, says what Python really sends.

Every message of every test in this folder is held against it, too: see `lines` in conftest.py.
"""

from __future__ import annotations

import zlib

import pytest

import evolink_widgets as ew

from .conftest import Browser
from .declared import Types, declared

FIELDS = {"prompt": "a fox", "size": "1024x640", "resolution": "1K", "quality": "low", "n": 1}


@pytest.fixture
def types() -> Types:
    return declared()


def test_the_reader_of_types_finds_what_is_wrong() -> None:
    read = Types(
        "/** No type. */\ninterface One { a: string; b?: [number, number] | null; c: Two[] }\n"
        'type Two = { kind2: "x" | "y" };\n'
    )
    assert read.wrong("One", {"a": "", "c": [{"kind2": "x"}]}) == []
    assert read.wrong("One", {"a": "", "b": [1, 2], "c": []}) == []
    assert read.wrong("One", {"a": 1, "b": [1], "c": [{"kind2": "z"}], "d": 0}) == [
        "One.a: 1 is no string",
        "One.b: [1] has not 2 items",
        "One.c[0].kind2: 'z' is not \"x\"",
        "One.d is not declared",
    ]
    assert read.wrong("One", {"c": None}) == ["One.a is missing", "One.c: None is no list"]


@pytest.mark.parametrize("prompt", ["a fox", ""])
def test_a_studio_sends_what_its_types_declare(types: Types, prompt: str) -> None:
    page = Browser(ew.ImageStudio(**FIELDS))
    assert types.wrong("Welcome", page.ask("hello")[0]) == []
    fields = {**FIELDS, "prompt": prompt}
    assert types.wrong("Checked", page.ask("check", fields=fields)[0]) == []
    ew.configure(budget=1.0)
    capped = page.ask("check", fields=fields)[0]
    assert types.wrong("Checked", capped) == []
    assert capped["meters"], "a cap is told of"
    assert types.wrong("Checked", page.ask("check", fields={**fields, "size": "7x7"})[0]) == []
    saved = page.ask("savePreset", name="one", fields=FIELDS)[0]
    assert [types.wrong("Preset", preset) for preset in saved["presets"]] == [[]]


@pytest.mark.parametrize(
    ("fault", "stage"), [(None, "done"), ("policy refusal", "refused"), ("task failed", "failed")]
)
def test_a_run_is_what_its_type_declares_from_press_to_end(
    types: Types, fault: str | None, stage: str
) -> None:
    if fault:
        ew.weather(fault)
    page = Browser(ew.ImageStudio(**FIELDS))
    told = page.ask("run", fields=FIELDS)[0]["run"]
    assert types.wrong("Run", told) == []
    assert types.wrong("Run", page.run(told["key"], stage=stage, ended=True)) == []
    again = page.ask("hello")[0]
    assert types.wrong("Welcome", again) == []
    assert [run["ended"] for run in again["runs"]] == [True]
    assert types.wrong("Checked", page.ask("check", fields=FIELDS)[0]) == []


def test_a_gallery_sends_what_its_types_declare(types: Types) -> None:
    ew.generate("a fox", size="1024x640", quality="low").result(30)
    page = Browser(ew.Gallery())
    assert types.wrong("Looked", page.ask("look", query={})[0]) == []
    items = page.ask("page", query={}, offset=0, limit=60)[0]["items"]
    assert [types.wrong("Found", item) for item in items] == [[]]


def said_by_a_studio() -> Browser:
    page = Browser(ew.ImageStudio(**FIELDS))
    page.ask("hello")
    page.ask("check", fields=FIELDS)
    page.wait(lambda message: message["kind"] == "balance")
    key = page.ask("run", fields=FIELDS)[0]["run"]["key"]
    page.run(key, stage="done", landed=[0])
    page.pictures(key, 1)
    page.ask("code", picture=f"{key}.0")
    page.ask("facts", picture=f"{key}.0")
    page.ask("bytes", picture=f"{key}.0", what="preview")
    page.ask("asked", picture=f"{key}.0")
    page.ask("prompts")
    page.ask("savePreset", name="one", fields=FIELDS)
    page.ask("preset", name="one")
    page.ask("removePreset", name="one")
    page.ask("recover")
    page.ask("put", upload="u1", offset=0)
    page.ask("take", upload="u1", name="none.png", total=0, crc=zlib.crc32(b""))
    page.ask("take", picture=f"{key}.0")
    page.ask("stop", key=key)
    page.ask("favourite", pictures=[f"{key}.0"], on=True)
    page.wait(lambda message: message["kind"] == "marks")
    again = Browser(ew.ImageStudio(**FIELDS))
    again.ask("hello")
    again.wait(lambda message: message["kind"] == "earlier")
    again.ask("earlier")
    page.line.messages += again.line.messages
    return page


def said_by_a_gallery() -> Browser:
    page = Browser(ew.Gallery())
    page.ask("hello")
    page.ask("look", query={})
    name = page.ask("page", query={}, offset=0, limit=60)[0]["items"][0]["id"]
    page.ask("ids", query={}, **{"from": 0, "to": 1})
    page.ask("thumbs", view="one", pictures=[name, "gone.0"])
    page.wait(lambda message: message["kind"] == "thumbs")
    page.ask("price", picture=name)
    page.ask("favourite", pictures=[name], on=True)
    packed = page.ask("zip", pictures=[name])[0]["zip"]
    page.ask("bytes", picture=packed, what="zip")
    page.ask("bytes", picture=page.ask("home")[0]["home"], what="home", offset=0)
    studio = Browser(ew.ImageStudio())
    studio.ask("hello")
    page.tell("refer", pictures=[name], edits=True)
    studio.wait(lambda message: message["kind"] == "refer")
    studio.ask("referred")
    page.wait(lambda message: message["kind"] == "handed")
    page.line.messages += studio.line.messages
    images = ew.Gallery().images
    page.ask("compare", pictures=[f"{image.task_key}.{image.index}" for image in images[:2]])
    page.ask("trash", pictures=[name])
    page.ask("emptyTrash")
    return page


def said_by_a_batch(types: Types) -> Browser:
    run = ew.batch([{"prompt": "an owl"}], size="1024x640", quality="low").create()
    page = Browser(ew.BatchView(run))
    assert types.wrong("Batched", page.ask("hello")[0]) == []
    run.result(30)
    page.wait(lambda told: told["kind"] == "news" and told["state"]["ended"])
    page.ask("cell", place=0)
    page.ask("review")
    return page


def said_by_a_review(types: Types, images: ew.ImageSet) -> Browser:
    page = Browser(ew.ReviewView(images, judge="ana"))
    assert types.wrong("ToReview", page.ask("hello")[0]) == []
    page.ask("about", places=[0, 1], others=True)
    page.ask("large", view="v", places=[0])
    page.wait(lambda told: told["kind"] == "shots")
    decision = {"picture": f"{images[0].task_key}.0", "at": 1.0, "verdict": "keep"}
    page.ask("judge", changes=[decision])
    page.ask("agreement")
    return page


def said_by_a_ranking(types: Types) -> Browser:
    images = ew.generate("an owl", size="1024x640", quality="low", n=2).result(30)
    page = Browser(ew.RankView(images, "Which is nicer?"))
    told = page.ask("hello")[0]
    assert types.wrong("Ranked", told) == []
    page.ask("pairs", held=[])
    left, right = (told["pairs"][0][side]["id"] for side in ("left", "right"))
    page.ask("vote", vote="only-vote", left=left, right=right, outcome="tie", withdrawn=False)
    page.wait(lambda told: told["kind"] == "standing")
    page.ask("undo")
    return page


def said_by_a_study(types: Types) -> Browser:
    s = ew.study("a {animal}", animal=["lynx", "stoat"], size="1024x640", quality="low")
    page = Browser(s.grid())
    assert types.wrong("StudyWelcome", page.ask("hello")[0]) == []
    s.create().result(30)
    page.wait(lambda told: told["kind"] == "cells")
    assert types.wrong("StudyCell", page.ask("studyCell", place=0)[0]) == []
    return page


def test_each_kind_that_is_declared_is_said_and_fits(types: Types) -> None:
    studio = said_by_a_studio()
    images = ew.generate("a hare", size="1024x640", quality="low", n=2).result(30)
    compared = Browser(ew.ImageCompare(images))
    assert types.wrong("Compared", compared.ask("hello")[0]) == []
    assert types.wrong("Ready", compared.wait(lambda one: one["kind"] == "picture")[0]) == []
    grid = ew.ImageGrid(images)
    inside = Browser(grid)
    grid._put_companion(["an Output's model"], {"text/html": "<p>two hares</p>"})
    pages = (
        studio,
        compared,
        inside,
        said_by_a_gallery(),
        said_by_a_batch(types),
        said_by_a_study(types),
        said_by_a_ranking(types),
        said_by_a_review(types, images),
    )
    said = {message["kind"] for page in pages for message, _ in page.line.messages}
    # What an earlier kernel has left is told in test_studio.py; another service, in test_money.py.
    assert types.kinds() - said == {"outstanding", "anew"}


def test_a_message_that_is_not_declared_is_noticed(types: Types) -> None:
    assert types.wrong_message({"kind": "code", "id": "r1", "text": "ew.generate()"}) == []
    assert types.wrong_message({"kind": "code", "text": None}) == ["code.text: None is no string"]
    assert types.wrong_message({"kind": "ids", "ids": [], "most": 1, "more": 2}) == [
        "ids.more is not declared"
    ]
    assert types.wrong_message({"kind": "whisper"}) == [
        "a message of the kind 'whisper' is not declared"
    ]
