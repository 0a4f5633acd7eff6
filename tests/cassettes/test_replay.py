"""A replay says what the service said: the same pictures and receipts, and nothing is asked."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lessons import SMALL, Live
from PIL import Image

import evolink_widgets as ew
from evolink_widgets.connect import state
from evolink_widgets.errors import Billed, RequestRefused
from evolink_widgets.rules.tasks.played import TapeId
from evolink_widgets.store.store import Store
from evolink_widgets.widgets.base import describe
from evolink_widgets.widgets.base.panel import described

#: Of a price that no other test's tasks have: a lost one is known by it.
RARE = {"size": "1040x656", "quality": "low"}
Lines = list[dict[str, Any]]


def lines_of(cassette: Path) -> Lines:
    return [json.loads(line) for line in cassette.read_text().splitlines()]


@pytest.fixture
def tape(live: Live, tmp_path: Path) -> Iterator[Path]:
    """A lesson of three asks, two of them alike; from here on nothing may be asked of `live`."""
    path = tmp_path / "lesson1.cassette"
    with ew.record(path):
        ew.generate("a fox", n=2, **SMALL)
        ew.generate("an owl", **SMALL)
        ew.generate("an owl", fresh=True, **SMALL).result()
    before = live.counts
    ew.configure(store=tmp_path / "pupil")
    yield path
    assert {k: v for k, v in live.counts.items() if "weather" not in k} == {
        k: v for k, v in before.items() if "weather" not in k
    }


def test_pictures_and_receipts_are_the_recorded_ones(tape: Path, tmp_path: Path) -> None:
    bought = {
        row.task: row.charged for row in _spending(tmp_path / "bought") if row.charged is not None
    }
    seen: list[ew.TaskState] = []
    with ew.replay(tape, speed=0):
        fox = ew.generate("a fox", n=2, **SMALL)
        fox.subscribe(seen.append)
        owls = [ew.generate("an owl", fresh=True, **SMALL) for _ in range(2)]
        pictures = [image for task in (fox, *owls) for image in task.result(timeout=60)]
        receipts = [task.state.receipt for task in (fox, *owls)]
    assert sorted(r.charged for r in receipts if r) == sorted(bought.values())
    recorded = {path.stem for path in tape.with_suffix(".pictures").iterdir()}
    assert {image.sha256[:16] for image in pictures} == recorded
    assert len(recorded) == 4
    assert owls[0].result()[0].bytes != owls[1].result()[0].bytes  # in the order of recording
    assert [image.recorded for image in pictures] == [True] * 4
    assert fox.state.badge.startswith("Recorded")


def _spending(store: Path) -> list[Any]:
    from evolink_widgets.store.ledger.spending_report import read_spending
    from evolink_widgets.store.store import Store

    return list(read_spending(Store(store).database, simulated=True))


def test_wherever_a_price_is_shown_it_says_recorded_not_charged(tape: Path) -> None:
    with ew.replay(tape, speed=0):
        task = ew.generate("an owl", **SMALL)
        images = task.result(timeout=60)
        run = described(task)
        facts = dict(describe.facts(images[0], task.state))
        panel = ew.ImageStudio()
        welcome = panel._welcome([])
        batch = ew.batch([{"a": "an owl"}], prompt="{a}", **SMALL)._repr_html_()
        from evolink_widgets.notebook.display import stage_line

        told = [
            run["badge"], run["charge"]["text"], welcome["badge"], repr(images), repr(images[0]),
            images[0].alt, images._repr_html_(), repr(ew.session()), repr(ew.spending()),
            stage_line(task, task.state), batch, " ".join(facts),
        ]  # fmt: skip
        panel.close()
    assert [one for one in told if "recorded" not in one.lower()] == []
    assert "not charged" in run["charge"]["text"].lower()
    assert "Recorded, not charged" in facts


def test_it_takes_the_time_that_was_recorded_and_shows_its_progress(tape: Path) -> None:
    lines = lines_of(tape)
    [number] = [line["take"] for line in lines if line.get("ask", {}).get("prompt") == "a fox"]
    mine = [line for line in lines if line.get("take") == number]
    readings = [line for line in mine if "after" in line]
    last = {name: value for line in readings for name, value in line["task"].items()}
    slower = [
        {"take": number, "after": 0.4, "task": {"status": "processing", "progress": 20}},
        {"take": number, "after": 1.4, "task": {"progress": 60}},
        {"take": number, "after": 2.4, "task": last},
    ]
    rest = [line for line in mine if "after" not in line]
    told = [lines[0], *rest[:2], *slower, *rest[2:]]
    tape.write_text("".join(json.dumps(line) + "\n" for line in told))
    percents: list[int | None] = []
    with ew.replay(tape, speed=2):
        began = time.monotonic()
        task = ew.generate("a fox", n=2, **SMALL)
        task.subscribe(lambda state: percents.append(state.progress))
        task.result(timeout=60)
        took = time.monotonic() - began
    assert took >= 1.0
    shown = {one for one in percents if one not in (None, 0, 99, 100)}
    assert shown
    assert shown <= {20, 60}


def test_one_more_than_was_recorded_is_an_error_that_says_so(tape: Path) -> None:
    with ew.replay(tape, speed=0):
        for _ in range(2):
            ew.generate("an owl", fresh=True, **SMALL).result(timeout=60)
        with pytest.raises(RequestRefused, match="2 times") as error:
            ew.generate("an owl", fresh=True, **SMALL).result(timeout=60)
        with pytest.raises(RequestRefused, match="'a fox' and not 'a foxx'"):
            ew.generate("a foxx", n=2, **SMALL).result(timeout=60)
    assert error.value.billed is Billed.NO
    assert "off_tape" in error.value.advice


def test_off_the_tape_the_emulator_draws_and_it_says_so(tape: Path) -> None:
    with ew.replay(tape, speed=0, off_tape="emulator"):
        off = ew.generate("a hedgehog", **SMALL)
        on = ew.generate("an owl", **SMALL)
        drawn, played = off.result(timeout=60)[0], on.result(timeout=60)[0]
        assert (drawn.simulated, drawn.recorded, off.state.badge) == (True, False, "Simulated")
        assert played.recorded
        assert "Not on the cassette" in dict(describe.facts(drawn, off.state))["Simulated"]


def test_the_store_answers_first_and_caps_hold(tape: Path) -> None:
    with ew.replay(tape, speed=0):
        first = ew.generate("an owl", **SMALL).result(timeout=60)
        again = ew.generate("an owl", **SMALL)
        # Another run of the cell: the store has it, and the tape is not asked.
        other = ew.session().submit(again.request, execution="another run")
        assert other.result(timeout=60)[0].sha256 == first[0].sha256
        assert other.state.receipt is None
        again.result(timeout=60)
        with ew.budget(credits=0.01), pytest.raises(ew.BudgetExceeded):
            ew.generate("a fox", n=2, **SMALL).result(timeout=60)


def test_a_lost_reply_is_lost_again_and_found_again(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "faults.cassette"
    with ew.record(path):
        live.play("reply lost")
        ew.generate("a boat", n=2, **RARE).result(timeout=60)
        live.play("429 retry-after")
        ew.generate("a tower", **SMALL).result(timeout=60)
    said = [line["answer"] for line in lines_of(path) if "answer" in line]
    assert "lost" in said
    assert 429 in said
    ew.configure(store=tmp_path / "pupil")
    notes: list[str | None] = []
    with ew.replay(path, speed=0):
        boat = ew.generate("a boat", n=2, **RARE)
        assert [image.recorded for image in boat.result(timeout=60)] == [True, True]
        tower = ew.generate("a tower", **SMALL)
        tower.subscribe(lambda state: notes.append(state.note))
        assert tower.result(timeout=60)[0].recorded


def test_a_refusal_is_replayed(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "policy.cassette"
    with ew.record(path):
        live.play("policy refusal")
        with pytest.raises(ew.ContentRefused):
            ew.generate("a boat", **SMALL).result(timeout=60)
    ew.configure(store=tmp_path / "pupil")
    with ew.replay(path, speed=0), pytest.raises(ew.ContentRefused) as error:
        ew.generate("a boat", **SMALL).result(timeout=60)
    assert error.value.billed is Billed.NO


def test_a_reference_is_known_by_its_bytes(live: Live, tmp_path: Path) -> None:
    reference = tmp_path / "photo-of-ana.png"
    Image.new("RGB", (300, 200), "teal").save(reference)
    path = tmp_path / "edits.cassette"
    with ew.record(path):
        ew.generate("as a watercolour", references=[reference], **SMALL).result(timeout=60)
    text = path.read_text()
    assert "sha256:" in text
    assert "photo-of-ana" not in text
    ew.configure(store=tmp_path / "pupil")
    copy = shutil.copy(reference, tmp_path / "other name.png")
    with ew.replay(path, speed=0):
        images = ew.generate("as a watercolour", references=[copy], **SMALL).result(timeout=60)
        assert images[0].recorded
        Image.new("RGB", (300, 200), "red").save(reference)
        with pytest.raises(RequestRefused, match="other references"):
            ew.generate("as a watercolour", references=[reference], **SMALL).result(timeout=60)


def test_a_kernel_that_died_is_recovered_by_the_next(tape: Path) -> None:
    with ew.replay(tape):
        task = ew.generate("a fox", n=2, **SMALL)
        while task.id is None:
            time.sleep(0.005)
        task.stop()
        task_id = task.id
    state.now.played.players.clear()
    with ew.replay(tape, speed=0):
        [taken] = ew.session().recover()
        images = taken.result(timeout=60)
    assert {image.task_id for image in images} == {task_id}
    assert TapeId.read(task_id) is not None


def test_twenty_kernels_play_one_tape_that_none_can_write(
    tape: Path, tmp_path: Path, program: Callable[..., Any]
) -> None:
    import concurrent.futures

    folder = tape.with_suffix(".pictures")
    for path in (tape, *folder.iterdir()):
        path.chmod(0o444)
    folder.chmod(0o555)
    before = {path: path.stat().st_mtime_ns for path in (tape, folder, *folder.iterdir())}
    lines = (
        "import sys, evolink_widgets as ew\n"
        "images = ew.generate('a fox', n=2, size='1024x640', quality='low').result(timeout=100)\n"
        "print(*(one.sha256[:16] for one in images), images.receipt.charged)\n"
    )

    def kernel(number: int) -> str:
        ran = program(
            lines,
            EVOLINK_MODE="replay",
            EVOLINK_CASSETTE=str(tape),
            EVOLINK_SPEED="inf",
            EVOLINK_STORE=str(tmp_path / f"kernel{number}"),
            EVOLINK_API_KEY="sk-evo-a-key-that-must-not-be-used",
        )
        assert ran.returncode == 0, ran.stderr
        return str(ran.stdout)

    with concurrent.futures.ThreadPoolExecutor(20) as kernels:
        said = set(kernels.map(kernel, range(20)))
    folder.chmod(0o755)
    assert len(said) == 1
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_tape_without_a_mode_is_no_reason_to_go_live(
    tape: Path, program: Callable[..., Any]
) -> None:
    ran = program(
        "import evolink_widgets as ew; ew.generate('a fox').result()",
        EVOLINK_CASSETTE=str(tape),
        EVOLINK_API_KEY="sk-evo-a-key-that-must-not-be-used",
    )
    assert "EVOLINK_MODE" in ran.stderr


def test_the_gallery_finds_what_was_replayed_and_offers_it_where_there_is_any(
    tape: Path,
) -> None:
    with ew.replay(tape, speed=0, off_tape="emulator"):
        ew.generate("a hedgehog", **SMALL).result(timeout=60)
        store = ew.session().store
        [owl] = ew.generate("an owl", **SMALL).result(timeout=60)
    assert store.gallery.facets().recorded is True
    gallery = ew.Gallery(recorded=True)
    assert [image.path for image in gallery.images] == [owl.path]
    assert gallery._backend.look(gallery.query)["facets"]["recorded"] == ("recorded",)
    gallery.recorded = False
    assert [image.recorded for image in gallery.images] == [False]
    gallery.recorded = None
    assert len(gallery.images) == 2
    gallery.close()
    empty = Store(tape.parent / "nothing yet")
    assert empty.gallery.facets().recorded is False
