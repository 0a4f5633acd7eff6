"""A recording holds what the lesson needs, and nothing of the one who made it."""

from __future__ import annotations

import asyncio
import gc
import json
from pathlib import Path

import pytest
from lessons import SMALL, Live
from services import KEY, quick

import evolink_widgets as ew
from evolink_widgets.cassettes.recorder import Recorder
from evolink_widgets.cassettes.scrub import ask_of, refusal_of, task_of
from evolink_widgets.cassettes.tape import Tape
from evolink_widgets.taped import Recording
from evolink_widgets.widgets.base import describe
from evolink_widgets.widgets.base.panel import described


def runs_of(key: str) -> list[str]:
    """Six characters in a row of what is secret in a key."""
    secret = key.removeprefix("sk-evo-")
    return [secret[at : at + 6] for at in range(len(secret) - 5)]


def test_no_six_characters_of_the_key_are_on_the_tape_or_in_a_replay(
    live: Live, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.cassette"
    with ew.record(path):
        live.play("402 key")
        with pytest.raises(ew.EvolinkError):
            ew.generate("a boat", **SMALL).result(timeout=60)
        live.play("fair")
        images = ew.generate(f"a fox, {KEY[-14:]}", **SMALL).result(timeout=60)
        ids = {image.task_id for image in images}
        ew.generate("an owl", **SMALL).result(timeout=60)
    held = [path, *path.with_suffix(".pictures").iterdir()]
    ew.configure(store=tmp_path / "pupil", api_key=None, base_url=None)
    shown: list[object] = []
    with ew.replay(path, speed=0):
        task = ew.generate("an owl", **SMALL)
        owl = task.result(timeout=60)
        shown = [described(task), describe.facts(owl[0], task.state), ew.spending()]
        shown += [owl._repr_html_(), repr(ew.session()), owl[0].as_code(), str(task.state)]
    held += [one for one in (tmp_path / "pupil").rglob("*") if one.is_file()]
    everything = b"".join(one.read_bytes() for one in held) + repr(shown).encode()
    assert [run for run in runs_of(KEY) if run.encode() in everything] == []
    text = path.read_text()
    assert not any(one in text for one in ids if one)
    assert not any(word in text for word in ("http://", "user_group", "request_id", "127.0.0.1"))


def test_what_no_line_names_is_not_kept() -> None:
    document = {
        "id": "task-unified-1757156493-imcg5zqt", "created": 1757156493, "status": "completed",
        "account": "Lycée Curie", "owner": {"email": "ana@example.org"}, "progress": 100,
        "usage": {"user_group": "vip", "credits_used": 1.5, "balance": 12.25},
        "billing": {"charged_credits": 1.5, "wallet": "w-1"},
        "results": ["https://media.example.org/ana/1.png"],
    }  # fmt: skip
    assert task_of(document, 1) == {
        "status": "completed", "progress": 100, "usage": {"credits_used": 1.5},
        "billing": {"charged_credits": 1.5}, "results": 1,
    }  # fmt: skip
    said = {"error": {"code": "insufficient_user_quota", "message": "Ana has 3.2 credits left"}}
    assert refusal_of(said, 402) == {"error": {"code": "insufficient_user_quota"}}
    said = {"error": {"code": 400, "message": "Write to ana@example.org about task-unified-17-a1b"}}
    assert refusal_of(said, 400)["error"]["message"] == "Write to [mail] about [id]"
    body = {
        "model": "gpt-image-2", "prompt": "a fox", "n": 1,
        "callback_url": "https://ana.example.org/", "user": "ana",
        "image_urls": ["https://u:p@example.org/a.png?signature=abcdef"],
    }  # fmt: skip
    kept = ask_of(body, {})
    assert set(kept) == {"model", "prompt", "n", "image_urls"}
    [link] = kept["image_urls"]
    assert link.startswith("https://example.org/a.png?sha256-")
    assert ask_of(kept, {}) == kept  # a tape that is read says the same


def test_a_cassette_is_gone_on_with_or_begun_anew(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "lesson.cassette"
    for prompt in ("a fox", "an owl"):
        with ew.record(path) as recording:
            ew.generate(prompt, **SMALL).result(timeout=60)
        assert recording.takes == recording.pictures == 1
    assert [take.ask["prompt"] for take in Tape.read(path).takes] == ["a fox", "an owl"]
    with path.open("ab") as file:  # a kernel that was killed while it wrote
        file.write(b'{"take": 3, "ask": {"mod')
    with ew.record(path):
        ew.generate("a boat", **SMALL).result(timeout=60)
    assert [take.number for take in Tape.read(path).takes] == [1, 2, 3]
    with ew.record(path, anew=True):
        pass
    assert len(Tape.read(path).takes) == 3  # nothing has taken its place
    with ew.record(path, anew=True):
        ew.generate("a tower", **SMALL).result(timeout=60)
    assert [take.ask["prompt"] for take in Tape.read(path).takes] == ["a tower"]


def test_what_the_store_answers_is_told_of(live: Live, tmp_path: Path) -> None:
    ew.generate("a fox", **SMALL).result(timeout=60)
    remark = pytest.warns(UserWarning, match="1 ask was answered by the store")
    with remark, ew.record(tmp_path / "lesson.cassette"):
        request = ew.ImageRequest("a fox", **SMALL)
        ew.session().submit(request, execution="a later run").result(timeout=60)
        gc.collect()  # nothing holds the task but the recording
    assert not (tmp_path / "lesson.cassette").exists()


def test_the_block_waits_without_holding_the_loop_up(live: Live, tmp_path: Path) -> None:
    async def lesson() -> tuple[ew.Task, Recording]:
        async with ew.record(tmp_path / "lesson.cassette") as recording:
            return ew.generate("a fox", **SMALL), recording

    task, recording = asyncio.run(lesson())
    assert task.state.stage is ew.Stage.DONE
    assert recording.takes == 1


def test_what_was_paid_for_is_kept_where_the_tape_can_not_be_written(
    live: Live, tmp_path: Path
) -> None:
    place = tmp_path / "taken"
    remark = pytest.warns(UserWarning, match="can't be written")
    with remark, ew.record(place / "lesson.cassette"):
        place.write_text("a file where a folder should be")
        images = ew.generate("a fox", **SMALL).result(timeout=60)
    assert images[0].path.is_file()


def test_after_a_block_everything_is_as_before(live: Live, tmp_path: Path) -> None:
    session = ew.session()
    with ew.record(tmp_path / "lesson.cassette"):
        assert ew.session() is not session
        ew.configure(budget=50)
    assert ew.session().budget == 50
    assert ew.session().service == session.service


def test_the_emulators_weather_is_played_after_a_replay_too(
    own_settings: None, tmp_path: Path
) -> None:
    ew.configure(store=tmp_path / "emulated", speed=200)
    with ew.record(tmp_path / "lesson.cassette"):
        ew.generate("a fox", **SMALL).result(timeout=60)
    ew.generate("an owl", **SMALL).result(timeout=60)
    with ew.record(tmp_path / "other.cassette"), ew.replay(tmp_path / "lesson.cassette", speed=0):
        pass
    with ew.replay(tmp_path / "lesson.cassette", speed=0):
        assert ew.generate("a fox", **SMALL).result(timeout=60)[0].recorded
        with pytest.raises(ew.ConfigurationError, match="weather that was recorded"):
            ew.weather("reply lost")
    ew.weather("policy refusal")
    with pytest.raises(ew.ContentRefused):
        ew.generate("a boat", **SMALL).result(timeout=60)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no cassette"),
        ('{"cassette": 99}\n', "version 1"),
        ('{"cassette": 1}\n{"take": 1, "ask": {}}\n', "nothing answers its take 1"),
        ('{"cassette": 1}\nnonsense\n', "line 2: no record"),
        ('{"cassette": 1}\n{"take": 1, "answer": 200, "took": 1}\n', "line 2: .* no ask"),
        ('{"cassette": 1}\n{"take": 1, "ask": {}}\n{"take": 1, "after": -1, "task": {}}\n', "3"),
        (
            '{"cassette": 1}\n{"take": 1, "ask": {}}\n{"take": 1, "picture": 1, '
            '"file": "../../secret.png", "type": "image/png", "took": 1}\n',
            "line 3: .*secret",
        ),
        (
            '{"cassette": 1}\n{"take": 1, "ask": {}}\n{"take": 1, "answer": "lost", "took": 1}\n'
            '{"take": 1, "picture": 1, '
            '"file": "0123456789abcdef.png", "type": "image/png", "took": 1}\n',
            "not in lesson.pictures",
        ),
    ],
)
def test_a_cassette_that_can_not_be_played_says_why(
    own_settings: None, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "lesson.cassette"
    path.write_text(text)
    with pytest.raises(ew.ConfigurationError, match=said), ew.replay(path):
        pass


def test_a_picture_that_was_exchanged_is_not_shown(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "lesson.cassette"
    with ew.record(path):
        images = ew.generate("a fox", **SMALL).result(timeout=60)
    [file] = path.with_suffix(".pictures").iterdir()
    file.write_bytes(images[0].bytes + b"more")
    ew.configure(store=tmp_path / "pupil")
    with ew.replay(path, speed=0):
        ew.session()._retry = quick()
        task = ew.generate("a fox", **SMALL)
        with pytest.raises(ew.DownloadFailed):
            task.result(timeout=60)


def test_a_task_that_was_only_looked_at_is_not_taken_for_the_lost_one(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "lesson.cassette")
    recorder.asked("key-1", {"model": "gpt-image-2", "prompt": "a fox", "n": 1})
    recorder.lost("key-1")
    done = {"status": "completed", "model": "gpt-image-2"}
    for name in ("a-strangers", "ours"):
        link = f"https://media.example.org/{name}.png"
        recorder.read({"id": f"task-unified-1-{name}", "results": [link], **done})
    assert recorder.wants("https://media.example.org/ours.png")
    recorder.fetched("https://media.example.org/ours.png", b"\x89PNG\r\n\x1a\n", 0.1)
    assert not recorder.wants("https://media.example.org/a-strangers.png")
    assert len(Tape.read(tmp_path / "lesson.cassette").takes[0].pictures) == 1


def test_a_recorder_hears_of_an_answer_that_was_lost_for_good(tmp_path: Path) -> None:
    path = tmp_path / "lesson.cassette"
    recorder = Recorder(path)
    recorder.asked("key-1", {"model": "gpt-image-2", "prompt": "a fox", "n": 1})
    recorder.lost("key-1")
    assert not path.exists()
    recorder.close()
    assert [json.loads(line).get("answer") for line in path.read_text().splitlines()][-1] == "lost"
    assert Tape.read(path).takes[0].answers[0].status is None
