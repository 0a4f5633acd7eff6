"""Blocks of several threads, cells and processes: nothing is bought in a replay, nor left out."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lessons import SMALL, Live
from PIL import Image

import evolink_widgets as ew
from evolink_widgets.cassettes.player import Player
from evolink_widgets.cassettes.recorder import Recorder
from evolink_widgets.cassettes.tape import Tape
from evolink_widgets.errors import RequestRefused
from evolink_widgets.rules.tasks.played import RECORDED

ASK = {"model": "gpt-image-2", "prompt": "a fox", "n": 1}


def failed_take(recorder: Recorder, key: str, prompt: str = "a fox") -> None:
    """A take that ends with a refusal."""
    recorder.asked(key, {**ASK, "prompt": prompt})
    recorder.answered(key, 400, {"error": {"code": "bad", "message": "no"}}, {})


def prompts_on(path: Path) -> list[Any]:
    return [take.ask["prompt"] for take in Tape.read(path).takes]


def test_a_replay_holds_until_its_own_end_also_where_another_ends_first(
    tape: Path, live: Live
) -> None:
    before, service = live.counts, ew.session().service
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with ew.replay(tape, speed=0):
            inside.set()
            leave.wait(60)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(60)
    with ew.replay(tape, speed=0):
        leave.set()
        thread.join(60)
        assert ew.session().service == RECORDED
        with pytest.raises(RequestRefused, match="no such request"):
            ew.generate("an owl", **SMALL).result(timeout=60)
    assert ew.session().service == service  # and it does not stay when all have ended
    assert live.counts == before


def test_nothing_is_recorded_and_so_bought_inside_a_replay(tape: Path, live: Live) -> None:
    before = live.counts
    with ew.replay(tape, speed=0):
        refused = pytest.raises(ew.ConfigurationError, match="A replay is going on")
        with refused, ew.record(tape.with_name("other.cassette")):
            pytest.fail("it began")
        assert ew.session().service == RECORDED
    assert live.counts == before
    with ew.record(tape.with_name("other.cassette")):  # and after it there is
        pass


@pytest.mark.parametrize("where", ["configured", "in the environment"])
def test_nothing_is_recorded_where_a_replay_is_set(
    where: str, tape: Path, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lesson that still has the cell that recorded it buys nothing where it is replayed."""
    before = live.counts
    if where == "configured":
        ew.configure(mode="replay", cassette=tape)
    else:
        monkeypatch.setenv("EVOLINK_MODE", "replay")
        monkeypatch.setenv("EVOLINK_CASSETTE", str(tape))
        ew.configure()
    refused = pytest.raises(ew.ConfigurationError, match="A replay is going on")
    with refused, ew.record(tape.with_name("other.cassette")):
        ew.generate("a heron", **SMALL).result(timeout=60)
    assert live.counts == before


def test_a_replay_inside_a_recording_leaves_that_as_it_was(tape: Path, live: Live) -> None:
    path = tape.with_name("outer.cassette")
    with ew.record(path) as recording:
        with ew.replay(tape, speed=0):
            ew.generate("a fox", **SMALL).result(timeout=60)
        ew.configure(budget=1000)
        ew.generate("a hen", fresh=True, **SMALL)
    assert recording.takes == 1
    assert prompts_on(path) == ["a hen"]


def test_what_is_asked_after_a_change_of_settings_is_recorded_and_waited_for(
    live: Live, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.cassette"
    with ew.record(path, anew=True) as recording:
        ew.generate("a fox", **SMALL)
        ew.configure(budget=1000)
        ew.generate("an owl", **SMALL)
        ew.configure(speed=3)
        last = ew.generate("a hen", **SMALL)
    assert last.state.stage is ew.Stage.DONE
    assert recording.takes == 3
    assert sorted(prompts_on(path)) == ["a fox", "a hen", "an owl"]


def test_a_place_that_takes_no_cassette_is_told_before_anything_is_paid(
    live: Live, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    before = live.counts
    for place in (tmp_path / "taken" / "lesson.cassette", tmp_path):
        with pytest.raises(ew.ConfigurationError, match=r"can't be written|is a folder"):
            ew.record(place).__enter__()
    assert live.counts == before


def test_recorders_of_one_file_leave_each_others_takes(tmp_path: Path) -> None:
    path = tmp_path / "lesson.cassette"
    one, other = Recorder(path), Recorder(path)
    failed_take(one, "1", "a fox")
    failed_take(other, "2", "an owl")
    failed_take(one, "3", "a hen")
    assert prompts_on(path) == ["a fox", "an owl", "a hen"]

    late, soon = Recorder(path, anew=True), Recorder(path, anew=True)
    failed_take(soon, "4", "a boat")
    failed_take(late, "5", "a tower")
    assert prompts_on(path) == ["a boat", "a tower"]

    path.unlink()
    failed_take(late, "6", "a bridge")
    assert prompts_on(path) == ["a bridge"]

    path.write_bytes(b"a letter\n")
    failed_take(late, "7")
    assert path.read_bytes() == b"a letter\n"
    assert "another file" in str(late.counts.trouble)
    path.unlink()  # what could not be written before is written once it can be
    assert late.close().left == 0
    assert prompts_on(path) == ["a fox"]


def test_processes_that_record_one_file_at_once_keep_all_takes(
    tmp_path: Path, program: Callable[..., Any]
) -> None:
    lines = (
        "import os\n"
        "from pathlib import Path\n"
        "from evolink_widgets.cassettes.recorder import Recorder\n"
        "recorder = Recorder(Path('lesson.cassette'))\n"
        "for _ in range(2): os.fork()\n"
        "for n in range(25):\n"
        "    recorder.asked(f'{n}', {'prompt': f'{os.getpid()} {n}', 'n': 1})\n"
        "    recorder.answered(f'{n}', 400, {'error': {'code': 'bad'}}, {})\n"
        "print(recorder.close().trouble)\n"
    )
    ran = program(lines)
    path = tmp_path / "lesson.cassette"
    give_up = time.monotonic() + 60
    while ran.stdout.count("None") == 4 and time.monotonic() < give_up:
        if len(prompts_on(path)) == 100:
            break
        time.sleep(0.02)
    assert ran.stdout.count("None") == 4, ran.stdout + ran.stderr
    assert len(set(prompts_on(path))) == 100


def test_a_reference_that_was_uploaded_before_is_known_by_its_bytes(
    live: Live, tmp_path: Path
) -> None:
    photo = tmp_path / "photo-of-ana.png"
    Image.new("RGB", (300, 200), "teal").save(photo)
    ew.generate("as a watercolour", references=[photo], **SMALL).result(timeout=60)
    path = tmp_path / "edits.cassette"
    with ew.record(path):
        ew.generate("as an etching", references=[photo], **SMALL)
    assert "sha256:" in path.read_text()
    assert "http" not in path.read_text()
    ew.configure(store=tmp_path / "pupil")
    with ew.replay(path, speed=0):
        images = ew.generate("as an etching", references=[photo], **SMALL).result(timeout=60)
        assert images[0].recorded


def strangers(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "strange.cassette"
    ask = {"ask": {**ASK, "size": "1024x640", "resolution": "1K", "quality": "low"}}
    records = [{"cassette": 1}, *({"take": 1, **line} for line in (ask, *lines))]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_of_a_strangers_cassette_only_what_a_recorder_writes_is_played(
    own_settings: None, tmp_path: Path
) -> None:
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"a": deep}
    task = {
        "status": "completed", "results": True, "result_data": [{"url": "http://127.0.0.1:9/x"}],
        "id": "task-unified-1-mine", "progress": float("nan"), "usage": {**deep, "credits_used": 1},
        "billing": {"charged_credits": float("inf"), "reserved_credits": 10**400},
    }  # fmt: skip
    [take] = Tape.read(strangers(tmp_path, {"answer": 200, "took": 0, "task": task})).takes
    assert take.accepted == {
        "status": "completed", "usage": {"credits_used": 1}, "billing": {},
    }  # fmt: skip
    message = "ask \ud800 http://example.org/x of ana@example.org"
    said = {"error": {"code": "bad", "message": message}}
    path = strangers(tmp_path, {"answer": 400, "took": 0, "said": said})
    ew.configure(store=tmp_path / "pupil")
    refused = pytest.raises(RequestRefused, match=r"ask \? \[link\] of \[mail\]")
    with ew.replay(path, speed=0), refused:
        ew.generate("a fox", **SMALL).result(timeout=60)


def test_what_a_refusal_for_too_many_says_of_the_account_is_not_kept(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "lesson.cassette")
    recorder.asked("1", ASK)
    message = "Rate limit reached for Ana Lopez in acme-lab; 12.5 credits left"
    recorder.answered("1", 429, {"error": {"code": "rate_limit", "message": message}}, {})
    recorder.close()
    text = recorder.path.read_text()
    assert '"code": "rate_limit"' in text
    assert "Ana" not in text


def test_a_long_tape_does_not_hold_up_what_else_is_asked(
    own_settings: None, tmp_path: Path
) -> None:
    path = tmp_path / "long.cassette"
    with path.open("w") as file:
        file.write('{"cassette": 1}\n')
        for n in range(1, 3001):
            ask = {**ASK, "prompt": "".join(map(chr, range(n, n + 1800)))}
            file.write(json.dumps({"take": n, "ask": ask}) + "\n")
            file.write(json.dumps({"take": n, "answer": "lost", "took": 0}) + "\n")
    ew.configure(store=tmp_path / "pupil")
    with ew.replay(path, speed=0) as tape:
        player = Player(tape, speed=math.inf)
        before = time.thread_time()
        why = player._why({**ASK, "prompt": "".join(map(chr, range(2000, 3800)))}, 0)
        assert time.thread_time() - before < 2  # it took 3.3 s
    assert "the nearest has prompt" in why
