"""What a teacher asks through the gateway is recorded for the class, and no one else's asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from classroom import FOX, classroom, sqlite
from services import KEY

import evolink_widgets as ew
from evolink_widgets.cassettes.tape import Tape


def test_one_students_asks_are_recorded_and_the_class_replays_them(
    own_settings: None, tmp_path: Path
) -> None:
    tape = tmp_path / "lesson1.cassette"
    with classroom(sqlite(tmp_path), cassettes={"Ana": tape}) as course:
        own = course.ask("Ana", {**FOX, "n": 2}).json()["id"]
        other = course.ask("Ben", {**FOX, "prompt": "a secret of Ben's"}).json()["id"]
        course.service.weather.play("429")
        late = course.ask("Ana", {**FOX, "prompt": "an owl"}).json()["id"]
        done = course.done("Ana", own)
        course.done("Ben", other)
        course.done("Ana", late)
        course.until(lambda: tape.exists() and len(Tape.read(tape).takes) == 2)
        tokens = list(course.tokens.values())
    takes = Tape.read(tape).takes
    assert [take.ask["prompt"] for take in takes] == ["a fox", "an owl"]
    assert [len(take.pictures) for take in takes] == [2, 1]
    assert [one.status for one in takes[1].answers] == [429, 200]
    text = tape.read_text()
    secrets = ["Ana", "Ben", own, other, KEY[-6:], *tokens]
    assert [one for one in secrets if one in text] == []
    ew.configure(store=tmp_path / "pupil")
    with ew.replay(tape, speed=0):
        images = ew.generate("a fox", n=2, size="1024x1024", quality="low").result(timeout=60)
    assert all(image.recorded for image in images)
    assert images.receipt is not None
    assert images.receipt.charged == pytest.approx(done["billing"]["charged_credits"])


def test_the_gateway_goes_on_where_the_cassette_can_not_be_written(tmp_path: Path) -> None:
    place = tmp_path / "taken"
    with classroom(sqlite(tmp_path), cassettes={"Ana": place / "lesson1.cassette"}) as course:
        place.write_text("a file where a folder should be")
        task = course.ask("Ana").json()["id"]
        assert course.done("Ana", task)["status"] == "completed"
