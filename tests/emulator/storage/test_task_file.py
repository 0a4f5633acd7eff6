"""Tasks that outlive the process, whatever became of it or of its file."""

from __future__ import annotations

import io
import json
import multiprocessing
from pathlib import Path

import pytest
from PIL import Image

from evolink_widgets.emulator.contract.refusal import FileRefusal, Refusal
from evolink_widgets.emulator.contract.task_record import TaskRecord
from evolink_widgets.emulator.service.service import Service, owner_of

from ..conftest import Clock

BODY = {"model": "gpt-image-2", "prompt": "a fox", "size": "1024x640", "quality": "low"}


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "memory.jsonl"


def told(service: Service, record: TaskRecord) -> dict[str, object]:
    return service.document(record, lambda record, number: f"{record.id}/{number}")


def test_a_task_ends_when_it_was_to_end_whatever_the_next_process_is_like(
    memory: Path, clock: Clock
) -> None:
    first = Service(clock=clock, memory=memory, speed=500)
    record, _ = first.create(BODY)
    clock.now += record.lasts
    before = told(first, record)
    slow = Service(clock=clock, memory=memory, speed=0.01)
    assert told(slow, slow.find(record.id)) == before
    assert before["status"] == "completed"
    assert slow.picture(record.id, 0) == first.picture(record.id, 0)


def test_credits_are_settled_alike_by_the_next_process(memory: Path, clock: Clock) -> None:
    first = Service(clock=clock, memory=memory)
    me = owner_of("k")
    done, _ = first.create(BODY, owner=me)
    clock.now += done.lasts
    first.create(BODY, owner=me)
    told(first, done)
    assert Service(clock=clock, memory=memory).credits(me) == first.credits(me)


def test_a_stuck_task_stays_as_it_was_left(memory: Path, clock: Clock) -> None:
    first = Service(clock=clock, memory=memory)
    for _ in range(2):
        first.weather.play("stuck")
        first.create(BODY)
    clock.now += 3600
    second = Service(clock=clock, memory=memory)
    assert {record.status(clock.now) for record in second.all()} == {"processing"}
    second.weather.play("fair")
    freed = clock.now
    clock.now += 60
    third = Service(clock=clock, memory=memory)
    assert [record.ends_at for record in third.all()] == [freed, freed]
    assert {record.status(clock.now) for record in first.all()} == {"completed"}


def test_a_line_that_a_killed_process_left_unfinished_spoils_itself_alone(
    memory: Path, clock: Clock
) -> None:
    first = Service(clock=clock, memory=memory)
    one, _ = first.create(BODY)
    with memory.open("ab") as file:
        file.write(b'{"task": {"id": "task-unified-1-')
    two, _ = first.create(BODY)
    assert {record.id for record in Service(clock=clock, memory=memory).all()} == {one.id, two.id}


NO_LINES = [
    "[]", "7", "null", "{}", '"task"', '{"task": 7}', '{"task": []}', '{"task": {"ask": {}}}',
    "\x00", "[" * 9999, '{"freed": {}}', '{"freed": []}', '{"task": {"colour": 1}}',
    '{"freed": {"id": "task-unified-1-a", "at": "soon"}}', '{"drawn": "all of it"}',
    '{"drawn": {"source": 1, "digest": 2, "shape": "3", "look": null}}',
    '{"freed": {"id": ["task-unified-1-a"], "at": 1}}',
]  # fmt: skip


@pytest.mark.parametrize("line", NO_LINES)
def test_lines_that_make_no_sense_are_told_and_set_aside(
    memory: Path, clock: Clock, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    memory.write_text(f"\n{line}\n")
    service = Service(clock=clock, memory=memory)
    (told_once,) = caplog.messages
    assert str(memory) in told_once
    assert "line 2: " in told_once
    record, _ = service.create(BODY)
    assert [one.id for one in Service(clock=clock, memory=memory).all()] == [record.id]


def with_field(line: str, path: tuple[str, ...], value: object) -> str:
    entry = json.loads(line)
    *way, last = path
    place = entry
    for name in way:
        place = place[name]
    place[last] = value
    return json.dumps(entry)


WRONG_TYPES: list[tuple[tuple[str, ...], object]] = [
    *((("task", "created"), value) for value in ("soon", "1800000000", None, True, [], float("nan"),
                                                 float("inf"), -1, 10**400)),
    *((("task", "lasts"), value) for value in ("24", 0, -3, None, float("inf"))),
    *((("task", name), "1") for name in ("number", "usual", "reserved", "prices")),
    *((("task", name), 7) for name in ("id", "owner", "picture_seed", "digest", "fate", "sources")),
    *((("task", name), {}) for name in ("id", "idempotency", "sources", "number", "prices")),
    (("task", "sources"), [7]), (("task", "sources"), "task-unified-1/0"),
    (("task", "id"), "../../elsewhere"), (("task", "ask"), []), (("task", "ask"), "a fox"),
    *((("task", "ask", "n"), value) for value in ("1", 0, 11, 1.0, True, None)),
    *((("task", "ask", name), value) for name in ("width", "height")
      for value in ("1024", 10**9, -16, 1024.0)),
    *((("task", "ask", "prompt"), value) for value in (7, "", ["a fox"], None, "\ud800")),
    *((("task", "ask", "quality"), value) for value in ("best", 3, None)),
    *((("task", "ask", name), 7) for name in ("model", "resolution", "references", "auto")),
    (("task", "ask", "references"), [["https://example.com/a.png"]]),
    (("task", "ask", "callback_url"), 7),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), WRONG_TYPES)
def test_a_field_of_a_wrong_type_is_told_and_its_line_set_aside(
    memory: Path,
    clock: Clock,
    path: tuple[str, ...],
    value: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = Service(clock=clock, memory=memory)
    first.create(BODY)
    good, _ = first.create(BODY)
    lines = memory.read_text().split("\n")
    spoiled = with_field(lines[1], path, value)
    memory.write_text("\n".join([lines[0], spoiled, *lines[2:]]))
    service = Service(clock=clock, memory=memory)
    (told_once,) = caplog.messages
    assert f"line 2: {'.'.join(path)} must be " in told_once
    assert [record.id for record in service.all()] == [good.id]
    clock.now += 3600
    assert told(service, good)["status"] == "completed"
    assert service.credits()["success"]
    assert len(caplog.messages) == 1


def test_many_lines_that_make_no_sense_are_told_in_one_sentence(
    memory: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    memory.write_text("no sense\n" * 1_000)
    Service(clock=clock, memory=memory)
    (told_once,) = caplog.messages
    assert "the first of 1000 lines" in told_once
    assert len(told_once) < 500


def test_a_file_that_was_emptied_is_read_from_its_beginning(memory: Path, clock: Clock) -> None:
    first, second = (Service(clock=clock, memory=memory) for _ in range(2))
    for _ in range(3):
        first.create(BODY)
    second.all()
    memory.write_text("")
    later, _ = first.create(BODY)
    assert later.id in {record.id for record in second.all()}


def test_a_file_that_cannot_be_written_refuses_the_task_and_its_credits(
    tmp_path: Path, clock: Clock
) -> None:
    (tmp_path / "a file").write_text("")
    service = Service(clock=clock, memory=tmp_path / "a file" / "memory.jsonl")
    with pytest.raises(Refusal) as refused:
        service.create(BODY)
    assert refused.value.status == 503
    assert service.all() == []
    assert service.account.held == 0


def test_no_key_is_written_down(memory: Path, clock: Clock) -> None:
    key = "sk-evo-4f9c1d7be2a84c60"
    Service(clock=clock, memory=memory).create(BODY, owner=owner_of(key))
    text = memory.read_text()
    assert all(key[at : at + 6] not in text for at in range(len(key) - 5))


def ask_often(memory: str, number: int) -> None:
    service = Service(memory=Path(memory), rate=None)
    for turn in range(20):
        service.create({**BODY, "prompt": f"{number}/{turn} " + "x" * 20_000})


def test_processes_that_share_a_file_do_not_mix_their_lines(memory: Path) -> None:
    context = multiprocessing.get_context("spawn")
    crowd = [context.Process(target=ask_often, args=(str(memory), n)) for n in range(2)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(60)
    prompts = {record.ask.prompt.split()[0] for record in Service(memory=memory).all()}
    assert prompts == {f"{number}/{turn}" for number in range(2) for turn in range(20)}


def picture_file(tone: tuple[int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), tone).save(out, "PNG")
    return out.getvalue()


def test_uploads_are_shared_by_all_processes_and_end_for_all(memory: Path, clock: Clock) -> None:
    first, second = (Service(clock=clock, memory=memory) for _ in range(2))
    stored = first.files.put(picture_file((200, 40, 40)), name="a.png")
    assert second.files.get(stored.id).original_name == "a.png"
    assert second.files.read(stored.id)[0] == picture_file((200, 40, 40))
    assert second.files.quota()["used_files"] == 1
    second.files.delete(stored.id)
    assert first.files.all() == []
    kept = first.files.put(picture_file((40, 200, 40)))
    clock.now += 72 * 3600
    with pytest.raises(FileRefusal):
        Service(clock=clock, memory=memory).files.get(kept.id)
    assert [one for one in memory.with_suffix(".files").iterdir() if one.suffix != ".held"] == []


def test_an_edit_is_drawn_alike_by_the_next_process_though_its_file_is_gone(
    memory: Path, clock: Clock
) -> None:
    first = Service(clock=clock, memory=memory)
    stored = first.files.put(picture_file((200, 40, 40)))
    link = first.files.document(stored, "http://files.emulator.invalid")["file_url"]
    record, _ = first.create({**BODY, "prompt": "make it night", "image_urls": [link]})
    first.files.delete(stored.id)
    clock.now += 3600
    second = Service(clock=clock, memory=memory)
    assert second.picture(record.id, 0) == first.picture(record.id, 0)


WRECKS = [
    "no json", "[]", "{}", "[" * 9999, '{"name": 3, "size": "x"}',
    *(json.dumps({"name": "a.png", "original_name": "a", "folder": "f", "mime_type": "image/png",
                  "size": 3, "uploaded": 1.8e9, **wrong})
      for wrong in ({"size": "3"}, {"uploaded": "1800000000"}, {"uploaded": float("nan")},
                    {"size": float("inf")}, {"uploaded": 1e300}, {"name": "../a"}, {"folder": []},
                    {"mime_type": "text/html"}, {"account": 7})),
]  # fmt: skip


@pytest.mark.parametrize("wreck", WRECKS)
def test_a_record_of_a_file_that_makes_no_sense_is_told_once_and_set_aside(
    memory: Path, clock: Clock, wreck: str, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service(clock=clock, memory=memory)
    good = service.files.put(picture_file((9, 9, 9)))
    folder = memory.with_suffix(".files")
    (folder / "file-000000000000-00000000.json").write_text(wreck)
    for _ in range(2):
        assert [file.id for file in service.files.all()] == [good.id]
    (told_once,) = caplog.messages
    assert "file-000000000000-00000000" in told_once


def test_uploads_go_elsewhere_when_the_folder_cannot_be_made(memory: Path, clock: Clock) -> None:
    memory.with_suffix(".files").write_text("in the way")
    service = Service(clock=clock, memory=memory)
    stored = service.files.put(picture_file((9, 9, 9)))
    assert service.files.read(stored.id)[1] == "image/png"
