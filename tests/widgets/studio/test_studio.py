"""`ImageStudio`: from a press on Run to pictures, spoken as the browser speaks."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import ipywidgets
import pytest
from PIL import Image

import evolink_widgets as ew
from evolink_widgets.widgets.base.transfers import outgoing_pictures

from ..conftest import Browser

FIELDS = {"prompt": "a fox", "size": "1024x640", "resolution": "1K", "quality": "low", "n": 2}


@pytest.fixture
def studio() -> ew.ImageStudio:
    return ew.ImageStudio(**FIELDS)


@pytest.fixture
def page(studio: ew.ImageStudio) -> Browser:
    return Browser(studio)


def start(page: Browser, **fields: Any) -> str:
    answer, _ = page.ask("run", fields={**FIELDS, **fields})
    assert answer["kind"] == "accepted", answer
    return answer["run"]["key"]


def test_hello_is_answered_with_all_that_the_controls_are_built_from(page: Browser) -> None:
    told, _ = page.ask("hello")
    assert told["kind"] == "welcome"
    assert told["simulated"] is True
    assert told["keySource"] is None
    assert len(told["rules"]["ratios"]) == 15
    assert told["rules"]["ratios"][3] == {
        "ratio": "16:9", "1K": [1360, 768], "2K": [2736, 1536], "4K": [3840, 2160],
    }  # fmt: skip
    assert told["runs"] == []


def test_a_press_on_run_ends_in_saved_pictures_and_their_thumbnails(
    studio: ew.ImageStudio, page: Browser
) -> None:
    key = start(page)
    done = page.run(key, stage="done")
    assert (done["landed"], done["progress"], done["title"]) == ([0, 1], 100, "Done")
    assert re.fullmatch(r"Would cost [\d.]+ credits", done["charge"]["text"])
    assert done["actions"] == ["saveAll", "runAgain"]
    for content, (thumb,) in page.pictures(key, 2):
        with Image.open(io.BytesIO(thumb)) as image:
            assert (image.format, image.size) == ("WEBP", (512, 320))
        assert (content["width"], content["height"]) == (1024, 640)
        assert "a fox" in content["alt"]
    assert [image.path.is_file() for image in studio.images] == [True, True]
    assert studio.busy is False
    assert studio.error == ""


def test_the_controls_are_checked_while_somebody_types(page: Browser) -> None:
    told, _ = page.ask("check", fields={**FIELDS, "size": "1000x300", "n": "12"})
    found = {problem["field"]: problem for problem in told["problems"]}
    assert set(found) == {"size", "n"}
    assert found["n"]["nearest"] == "10"
    assert told["price"] is None
    good, _ = page.ask("check", fields={**FIELDS, "size": "16:9", "n": "3"})
    assert (good["problems"], good["pixels"]) == ([], [1360, 768])
    assert good["price"]["high"] > 0
    empty, _ = page.ask("check", fields={**FIELDS, "prompt": ""})
    assert [problem["field"] for problem in empty["problems"]] == ["prompt"]
    assert empty["price"] is not None
    told, _ = page.ask("check", fields={**FIELDS, "resolution": "4K"})
    assert "no effect" in told["notices"][0]


def test_a_run_that_breaks_a_rule_is_refused_with_its_problems(page: Browser) -> None:
    answer, _ = page.ask("run", fields={**FIELDS, "n": 11})
    assert answer["kind"] == "rejected"
    assert [problem["field"] for problem in answer["problems"]] == ["n"]


def test_several_runs_are_in_flight_at_once(studio: ew.ImageStudio, page: Browser) -> None:
    keys = [start(page, prompt=prompt) for prompt in ("a fox", "a hare", "an owl")]
    for key in keys:
        assert page.run(key, stage="done")["landed"] == [0, 1]
    assert [task.key for task in studio.runs] == keys
    assert len(studio.images) == 6


def test_waiting_can_be_stopped_and_taken_up_again(page: Browser) -> None:
    ew.weather("stuck")
    key = start(page)
    page.wait(lambda message: (message.get("run") or {}).get("taskId"))
    assert page.ask("stop", key=key)[0]["kind"] == "ok"
    stopped = page.run(key, stage="stopped")
    assert stopped["charge"]["kind"] == "later"
    assert stopped["actions"][0] == "resume"
    ew.weather("fair")
    assert page.ask("resume", key=key)[0]["kind"] == "ok"
    assert page.run(key, stage="done")["landed"] == [0, 1]


@pytest.mark.parametrize(
    ("fault", "stage", "title", "charge", "action"),
    [
        ("policy refusal", "refused", "Refused by content policy", "not charged", "editPrompt"),
        ("task failed", "failed", "Failed", "not charged", "runAgain"),
        ("402 key", "failed", "Not accepted", "not charged", "runAgain"),
    ],
)
def test_each_bad_end_is_told_apart(
    studio: ew.ImageStudio, page: Browser, fault: str, stage: str, title: str, charge: str,
    action: str,
) -> None:  # fmt: skip
    ew.weather(fault)
    run = page.run(start(page), stage=stage)
    assert (run["title"], run["charge"]["kind"], run["actions"][0]) == (title, charge, action)
    assert run["advice"] in studio.error
    # What the title says is not said again.
    assert (run["message"] or "") in studio.error
    assert (run["message"] is None) == (fault == "policy refusal")


def test_run_again_asks_anew(studio: ew.ImageStudio, page: Browser) -> None:
    key = start(page)
    page.run(key, stage="done")
    assert page.ask("runAgain", key=key)[0]["kind"] == "accepted"
    again = studio.runs[1].key
    page.run(again, stage="done")
    first, second = (task.images[0].sha256 for task in studio.runs)
    assert first != second


def pulled(page: Browser, picture: str, what: str) -> tuple[dict[str, Any], bytes]:
    """All pieces of a picture, and what was told with the last."""
    whole, total = b"", 1
    while len(whole) < total:
        told, (part,) = page.ask("bytes", picture=picture, what=what, offset=len(whole))
        total = told["total"]
        assert 0 < len(part) <= 256 * 1024
        whole += part
    return told, whole


def test_originals_are_pulled_in_pieces_byte_for_byte(
    studio: ew.ImageStudio, page: Browser
) -> None:
    key = start(page, n=1, size="1360x768", prompt="a city at night, detailed")
    page.run(key, stage="done")
    told, whole = pulled(page, f"{key}.0", "original")
    assert whole == studio.images[0].bytes
    assert told["name"] == studio.images[0].path.name
    preview, (part,) = page.ask("bytes", picture=f"{key}.0", what="preview", offset=0)
    assert preview["type"] == "image/webp"
    assert part.startswith(b"RIFF")


def test_what_a_page_saves_says_that_ai_made_it_and_from_what(
    studio: ew.ImageStudio, page: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing_pictures, "CHUNK", 5_000)  # it comes in several pieces
    key = start(page, n=1, prompt="a city at night, detailed")
    page.run(key, stage="done")
    image = studio.images[0]
    told, whole = pulled(page, f"{key}.0", "copy")
    assert len(whole) > 2 * outgoing_pictures.CHUNK
    assert told["name"] == image.path.name
    assert whole == image.save(tmp_path / "out").read_bytes(), "as image.save writes it"
    assert b"digitalsourcetype/trainedAlgorithmicMedia" in whole
    image.path.write_bytes(image.bytes[:3000])
    _, whole = pulled(page, f"{key}.0", "copy")
    assert whole == image.bytes, "a damaged file is handed over as it lies there"
    image.path.unlink()
    assert page.ask("bytes", picture=f"{key}.0", what="copy", offset=0)[0]["kind"] == "rejected"


def test_a_picture_gives_its_facts_and_its_code(page: Browser) -> None:
    key = start(page)
    page.run(key, stage="done")
    facts = dict(page.ask("facts", picture=f"{key}.1")[0]["rows"])
    assert facts["Prompt"] == "a fox"
    assert facts["Size"] == "1024 × 640 px"
    assert facts["Task"].startswith("task-unified-")
    code = page.ask("code", picture=f"{key}.1")[0]["text"]
    made = "# ew.generate('a fox', size='1024x640', quality='low', n=2)"
    assert code == f"{made}\new.store.picture('{key}', 2)"


def test_copied_lines_give_their_pictures_in_one_cell_and_buy_nothing(
    studio: ew.ImageStudio, page: Browser
) -> None:
    key = start(page)
    page.run(key, stage="done")
    studio.run().result(30)  # the same once more: asking a third time could give either
    spent = len(ew.spending())
    for image in (studio.images[1], studio.images[3], studio.images[0]):
        name = f"{image.task_key}.{image.index}"
        assert eval(page.ask("code", picture=name)[0]["text"], {"ew": ew}) == image
    assert len(ew.spending()) == spent


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("stop", {"key": "nobody"}),
        ("bytes", {"picture": "nobody.0", "what": "original", "offset": 0}),
        ("bytes", {}),
        ("facts", {"picture": None}),
        ("frobnicate", {}),
    ],
)
def test_what_makes_no_sense_is_rejected_with_a_sentence(
    page: Browser, kind: str, fields: dict[str, Any]
) -> None:
    answer, _ = page.ask(kind, **fields)
    assert answer["kind"] == "rejected"
    assert answer["message"].endswith(".")


def test_a_page_that_comes_later_is_told_all(page: Browser) -> None:
    key = start(page)
    page.run(key, stage="done")
    page.pictures(key, 2)
    told, _ = page.ask("hello")
    assert [run["stage"] for run in told["runs"]] == ["done"]
    page.pictures(key, 4)


def test_the_traits_are_set_observed_and_linked_like_any_widgets(studio: ew.ImageStudio) -> None:
    slider = ipywidgets.IntSlider(min=1, max=10)
    ipywidgets.link((slider, "value"), (studio, "n"))
    slider.value = 7
    assert studio.n == 7
    seen: list[str] = []
    studio.observe(lambda change: seen.append(change.new), "prompt")
    studio.prompt = "an owl"
    assert seen == ["an owl"]
    assert studio.request.prompt == "an owl"


def test_python_runs_it_too_and_sees_the_pictures_arrive(studio: ew.ImageStudio) -> None:
    arrived: SimpleQueue[int] = SimpleQueue()
    studio.observe(lambda change: arrived.put(len(change.new)), "images")
    assert len(studio.run().result(20)) == 2
    assert (len(studio.images), studio.busy) == (2, False)
    while arrived.get(timeout=20) < 2:
        pass
    studio.n = 11
    with pytest.raises(ew.InvalidRequest):
        studio.run()


def test_the_saved_state_is_small_and_holds_no_pictures(
    studio: ew.ImageStudio, page: Browser
) -> None:
    key = start(page)
    page.run(key, stage="done")
    state = {name: value for name, value in studio.get_state().items() if name not in ("_esm", "_css", "layout")}  # fmt: skip  # noqa: E501
    assert len(json.dumps(state, default=str)) < 1024


def test_hostile_prompts_travel_unchanged(page: Browser) -> None:
    for prompt in ("<img src=x onerror=alert(1)>", "</script>", "\u202eevil", "a\0b", "🦊" * 50):
        key = start(page, prompt=prompt, n=1)
        assert page.run(key, stage="done")["prompt"] == prompt
    answer, _ = page.ask("run", fields={**FIELDS, "prompt": "half \ud83d pair"})
    assert answer["problems"][0]["field"] == "prompt"
