"""Earlier prompts and presets, as the panel asks for them."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import evolink_widgets as ew
from evolink_widgets.store import Store

from ..conftest import PATIENCE, Browser

POSTER = {"size": "2:3", "quality": "high"}
CONTROLS = {
    "size": "16:9", "resolution": "2K", "quality": "low", "n": "2", "model": "gpt-image-2",
}  # fmt: skip


@pytest.fixture
def studio() -> ew.ImageStudio:
    return ew.ImageStudio("a fox", size="1024x640", quality="low")


@pytest.fixture
def page(studio: ew.ImageStudio) -> Browser:
    return Browser(studio)


def listed(told: dict[str, Any]) -> dict[str, str]:
    assert told["kind"] == "presets", told
    return {one["name"]: one["text"] for one in told["presets"]}


def test_the_prompts_of_all_panels_and_kernels_are_there_newest_first(
    studio: ew.ImageStudio, page: Browser
) -> None:
    assert page.ask("prompts")[0]["prompts"] == []
    studio.run().result(PATIENCE)
    ew.generate("a hare", size="1024x640", quality="low").result(PATIENCE)
    other = Store(ew.session().store.root)
    other.journal.intend({"prompt": "an owl"}, service="elsewhere", now=4e9)
    other.close()
    assert page.ask("prompts")[0]["prompts"] == ["an owl", "a hare", "a fox"]
    assert page.ask("prompts", most=1)[0]["prompts"] == ["an owl"]
    assert len(page.ask("prompts", most=10**9)[0]["prompts"]) == 3
    for odd in (True, "2", None, -1):
        assert isinstance(page.ask("prompts", most=odd)[0]["prompts"], list)


def test_a_preset_is_saved_listed_given_and_removed(page: Browser) -> None:
    assert listed(page.ask("presets")[0]) == {}
    told, _ = page.ask("savePreset", name="wide", fields={**CONTROLS, "references": ["x"]})
    assert listed(told) == {"wide": "16:9 · 2K · low · 2 pictures · gpt-image-2"}
    assert ew.presets["wide"] == {**CONTROLS, "n": 2}
    told, _ = page.ask("savePreset", name="fox", fields={"prompt": "a fox\n<b>", "n": 1})
    assert listed(told)["fox"] == "1 picture · “a fox <b>”"
    assert page.ask("preset", name="fox")[0]["fields"] == {"prompt": "a fox\n<b>", "n": 1}
    told, _ = page.ask("removePreset", name="fox")
    assert list(listed(told)) == ["wide"]
    assert told["fields"] == {"prompt": "a fox\n<b>", "n": 1}


def test_a_name_that_is_taken_is_replaced_only_when_that_is_said(page: Browser) -> None:
    ew.presets["poster"] = POSTER
    told, _ = page.ask("savePreset", name="poster", fields=CONTROLS)
    assert told["kind"] == "rejected"
    assert told["message"] == (
        "There is a preset 'poster' by now. Press Replace to take its place, or choose another "
        "name."
    )
    assert ew.presets["poster"] == POSTER
    told, _ = page.ask("savePreset", name="poster", fields=CONTROLS, replace=True)
    assert listed(told)["poster"].startswith("16:9")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"name": "", "fields": CONTROLS}, "Name must have 1 to 80 printable characters"),
        ({"name": "a\u202eb", "fields": CONTROLS}, "Nearest: a b."),
        ({"name": "x", "fields": {**CONTROLS, "n": ""}}, "N must be a whole number from 1 to 10"),
        ({"name": "x", "fields": {"prompt": "half \ud83e"}}, "half of a surrogate pair"),
        ({"name": "x", "fields": {}}, "Preset must hold at least one of prompt, size"),
        ({"name": "x", "fields": "none"}, "Preset must hold at least one of prompt, size"),
        ({}, "Preset must hold at least one of"),
    ],
)
def test_what_can_not_be_kept_is_told_in_a_sentence(
    page: Browser, asked: dict[str, Any], message: str
) -> None:
    told, _ = page.ask("savePreset", **asked)
    assert told["kind"] == "rejected"
    assert message in told["message"]
    assert "charged" not in told["message"]
    assert list(ew.presets) == []


@pytest.mark.parametrize("kind", ["preset", "removePreset"])
def test_a_preset_that_is_gone_is_told_with_those_that_are_there(page: Browser, kind: str) -> None:
    ew.presets["poster"] = POSTER
    told, _ = page.ask(kind, name="postre")
    assert told["message"] == (
        "There is no preset 'postre'. Did you mean 'poster'? There are: 'poster'."
    )


def test_a_store_that_can_not_be_read_is_told_and_the_panel_goes_on(page: Browser) -> None:
    root = ew.session().store.root
    root.mkdir()
    (root / "evolink.sqlite").write_bytes(b"no database at all, " * 100)
    for kind in ("prompts", "presets", "preset", "savePreset", "removePreset"):
        told, _ = page.ask(kind, name="x", fields=CONTROLS)
        assert told["kind"] == "rejected"
        assert "is damaged" in told["message"]
    assert page.ask("check", fields=CONTROLS)[0]["kind"] == "checked"


def test_no_thread_of_the_kernels_waits_for_the_store(
    page: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, go = threading.Event(), threading.Event()

    def late(*_: object) -> list[str]:
        held.set()
        assert go.wait(PATIENCE)
        return ["late"]

    monkeypatch.setattr(Store, "prompts", late)
    name = page.tell("prompts")
    assert held.wait(PATIENCE)
    assert page.ask("stop", key="none")[0]["kind"] == "rejected"  # answered meanwhile
    go.set()
    assert page.answers(name, 1)[0]["prompts"] == ["late"]


def test_a_preset_makes_a_panel_and_a_request() -> None:
    ew.presets["poster"] = {**POSTER, "n": 2}
    studio = ew.ImageStudio("a fox", **ew.presets["poster"])
    assert (studio.size, studio.quality, studio.n) == ("2:3", "high", 2)
    task = ew.generate("a fox", **ew.presets["poster"])
    assert task.request == studio.request
    task.stop()


def test_the_presets_are_those_of_the_store_in_use(tmp_path: Any) -> None:
    ew.presets["poster"] = POSTER
    ew.configure(store=tmp_path / "another")
    assert "poster" not in ew.presets
    ew.configure(store=tmp_path / "evolink_images")
    assert ew.presets["poster"] == POSTER
