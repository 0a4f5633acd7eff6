"""The tray of reference pictures: pieces from the browser become kept bytes and a card."""

from __future__ import annotations

import io
import os
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import evolink_widgets as ew
from evolink_widgets.widgets.base.transfers import incoming_files
from evolink_widgets.widgets.studio.references import TrayPanel

from ..conftest import Browser

PIECE = 1000
LINKS = ["https://example.org/fox.png", "https://example.org/hare.png"]
HOSTILE = '<img src=x onerror="alert(1)">\u202egnp.\n'


@pytest.fixture
def panel() -> TrayPanel:
    return ew.ImageStudio("a fox", size="1024x640", quality="low")


@pytest.fixture
def page(panel: TrayPanel) -> Browser:
    return Browser(panel)


def picture(form: str = "PNG", width: int = 60, height: int = 40) -> bytes:
    """Noise: it stays as long as it is."""
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(out, form)
    return out.getvalue()


def put(page: Browser, upload: str, offset: int, piece: bytes) -> dict[str, Any]:
    """Send one piece, as the browser does, and wait for its answer."""
    name = f"put{upload}{offset}{len(page.line.messages)}"
    content = {"kind": "put", "id": name, "upload": upload, "offset": offset}
    page.line.handle_msg(
        {
            "content": {"comm_id": "", "data": {"method": "custom", "content": content}},
            "buffers": [memoryview(piece)],
        }
    )
    return page.wait(lambda message: message.get("id") == name)[0]


def send(page: Browser, data: bytes, upload: str = "u1", **fields: Any) -> dict[str, Any]:
    """Send a whole file; returns the card, or why there is none."""
    for offset in range(0, len(data), PIECE):
        put(page, upload, offset, data[offset : offset + PIECE])
    return take(page, data, upload, **fields)


def take(page: Browser, data: bytes, upload: str = "u1", **fields: Any) -> dict[str, Any]:
    facts = {"total": len(data), "crc": zlib.crc32(data), "name": "cat.png"}
    return page.ask("take", **{"upload": upload, **facts, **fields})[0]


def left() -> list[Path]:
    """Files of uploads that are still in the store."""
    return list((ew.session().store.root / ".references").glob(".*"))


def kept(reference: str) -> bytes:
    return ew.session().store.uploads.file_of(reference.removeprefix("evolink-ref:")).read_bytes()


def test_a_file_in_pieces_arrives_byte_for_byte_with_its_card(page: Browser) -> None:
    data = picture()
    card = send(page, data)["card"]
    assert card["name"] == "cat.png"
    assert card["facts"] == f"60 × 40 px · {round(len(data) / 1e3)} kB"
    assert kept(card["reference"]) == data
    (small,) = page.wait(lambda message: message.get("kind") == "taken")[1]
    with Image.open(io.BytesIO(small)) as image:
        assert (image.format, image.size) == ("WEBP", (60, 40))
    assert left() == []


def test_pieces_may_come_twice_and_out_of_order(page: Browser) -> None:
    data = picture()
    assert put(page, "u1", PIECE, data[PIECE : 2 * PIECE])["at"] == 0
    for offset in range(0, len(data), PIECE):
        end = min(offset + PIECE, len(data))
        assert put(page, "u1", offset, data[offset:end])["at"] == end
        assert put(page, "u1", offset, data[offset:end])["at"] == end
    assert put(page, "u1", 0, data[:PIECE])["at"] == len(data)
    assert kept(take(page, data)["card"]["reference"]) == data


def test_who_asks_twice_for_a_card_has_the_same_one(page: Browser) -> None:
    data = picture()
    first = send(page, data)["card"]
    assert take(page, data)["card"] == first
    assert left() == []


@pytest.mark.parametrize("wrong", [{"crc": 7}, {"crc": None}, {"total": 7}, {"total": None}])
def test_a_file_that_is_not_what_was_sent_is_refused(page: Browser, wrong: dict[str, Any]) -> None:
    told = send(page, picture(), **wrong)
    assert told["kind"] == "rejected"
    assert told["message"].startswith("Not all of the file arrived")
    assert left() == []


def test_nothing_arrived_is_said(page: Browser) -> None:
    assert take(page, b"")["message"] == "Nothing of this file is here. Add it again."


def test_too_many_bytes_are_refused_as_they_come(
    page: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming_files, "MOST", 2 * 2**20)
    half = b"x" * 2**20
    assert put(page, "u1", 0, half)["at"] == 2**20
    assert put(page, "u1", 2**20, half)["at"] == 2**21
    told = put(page, "u1", 2**21, b"x")
    assert "at most 2 MB" in told["message"]
    assert "studio.references" in told["message"]
    assert left() == []


def test_no_more_than_sixteen_files_are_on_their_way(page: Browser) -> None:
    for number in range(16):
        assert put(page, f"u{number}", 0, b"x")["at"] == 1
    assert "16 files" in put(page, "more", 0, b"x")["message"]
    assert len(left()) == 16


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "an SVG"),
        (b"%PDF-1.7 and so on", "a PDF"),
        (picture()[:700], "breaks off"),
        (b"hello", "must be a whole PNG"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_reason(
    page: Browser, data: bytes, why: str
) -> None:
    told = send(page, data, name=HOSTILE)
    assert told["kind"] == "rejected"
    assert why in told["message"]
    assert "charged" not in told["message"]
    assert left() == []


def test_what_is_converted_says_so(page: Browser) -> None:
    card = send(page, picture("GIF"))["card"]
    assert any("GIF" in notice for notice in card["notices"])
    with Image.open(io.BytesIO(kept(card["reference"]))) as image:
        assert image.format == "PNG"


def test_a_cancelled_file_leaves_nothing_and_is_not_begun_anew(page: Browser) -> None:
    data = picture()
    put(page, "u1", 0, data[:PIECE])
    assert len(left()) == 1
    page.ask("cancel", upload="u1")
    assert left() == []
    assert "cancelled" in put(page, "u1", PIECE, data[PIECE : 2 * PIECE])["message"]
    assert left() == []


def test_what_nobody_goes_on_with_is_swept_and_may_begin_anew(tmp_path: Path) -> None:
    now = [0.0]
    coming = incoming_files.IncomingFiles(lambda: tmp_path, clock=lambda: now[0])
    assert coming.put("u1", 0, b"abc") == 3
    now[0] = 59.0
    assert coming.sweep()
    now[0] = 61.0
    assert not coming.sweep()
    assert list(tmp_path.iterdir()) == []
    # The page was only slow: it is told that nothing is there, and begins again.
    assert coming.put("u1", 3, b"def") == 0
    assert coming.put("u1", 0, b"abcdef") == 6
    coming.close()
    assert list(tmp_path.iterdir()) == []


def test_a_closed_panel_leaves_nothing(panel: TrayPanel, page: Browser) -> None:
    put(page, "u1", 0, b"abc")
    panel.close()
    assert left() == []


def test_hostile_names_are_one_line_of_text(page: Browser) -> None:
    card = send(page, picture(), name=HOSTILE)["card"]
    assert card["name"].startswith("<img src=x")
    assert "\n" not in card["name"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fox.png", "link"),
        ("/etc/passwd", "link"),
        ("file:///etc/passwd", "link"),
        ("javascript:alert(1)", "link"),
        ("https://example.org/a.svg", "formats"),
        ("example.org/fox.png", "Nearest: https://example.org/fox.png"),
    ],
)
def test_a_typed_text_that_is_no_link_is_refused(page: Browser, text: str, said: str) -> None:
    told, _ = page.ask("take", reference=text)
    assert told["kind"] == "rejected"
    assert said in told["message"]


def test_a_link_is_a_card_of_words(page: Browser) -> None:
    told, buffers = page.ask("take", reference=" https://example.org/fox.png ")
    assert told["card"]["reference"] == "https://example.org/fox.png"
    assert buffers == []


def test_python_sets_the_tray_to_anything(panel: TrayPanel, page: Browser, tmp_path: Path) -> None:
    path = tmp_path / "hare.png"
    path.write_bytes(picture())
    panel.references = [path, "https://example.org/fox.png", Image.new("RGB", (8, 8), "red")]
    name, link, _ = panel.references
    assert kept(name) == path.read_bytes()
    assert link == "https://example.org/fox.png"
    assert page.state("references", len) == panel.references
    assert page.ask("take", reference=name)[0]["card"]["name"] == "hare.png"


@pytest.mark.parametrize("given", [["nowhere.png", b"no picture"], [b"x"] * 17, "fox.png"])
def test_problems_come_at_once_and_leave_the_tray_as_it_was(panel: TrayPanel, given: Any) -> None:
    before = panel.references = (picture(),)
    names = panel.references
    with pytest.raises(ew.InvalidRequest) as refused:
        panel.references = given
    assert len(refused.value.problems) == (2 if len(given) == 2 else 1)
    assert panel.references == names != before


def test_the_browser_sets_the_order_and_never_a_path(
    panel: TrayPanel, page: Browser, tmp_path: Path
) -> None:
    panel.references = [picture(), "https://example.org/fox.png"]
    first, second = panel.references
    page.set(references=[second, first])
    assert panel.references == (second, first)
    path = tmp_path / "secret.png"
    path.write_bytes(picture())
    page.set(references=[str(path)])
    page.set(references="https://example.org/fox.png")
    assert panel.references == (second, first)


def test_a_name_whose_bytes_are_not_here_is_a_sentence(page: Browser, panel: TrayPanel) -> None:
    name = f"evolink-ref:{'a' * 64}"
    told, _ = page.ask("take", reference=name)
    assert "has no reference" in told["message"]
    with pytest.raises(ew.InvalidRequest, match="must be in this store"):
        panel.references = [name]


@pytest.mark.parametrize(
    "odd", [{}, {"upload": 5}, {"upload": "u" * 65, "offset": 0}, {"upload": "u", "offset": "0"}]
)
def test_an_odd_piece_is_refused(page: Browser, odd: dict[str, Any]) -> None:
    assert page.ask("put", **odd)[0]["kind"] == "rejected"


def test_what_references_add_to_the_price_is_said(page: Browser) -> None:
    fields = {"prompt": "a fox", "size": "1024x640", "quality": "low", "n": 1}
    bare = page.ask("check", fields=fields)[0]
    assert "added" not in bare
    one = page.ask("check", fields={**fields, "references": LINKS[:1]})[0]
    more = one["price"]["high"] - bare["price"]["high"]
    assert one["added"] == f"It adds up to {more:.2g} credits."
    two = page.ask("check", fields={**fields, "references": LINKS})[0]
    assert two["added"].startswith("They add up to ")
    assert two["price"]["high"] > one["price"]["high"]


def test_a_run_asks_with_the_pictures_of_the_tray() -> None:
    studio = ew.ImageStudio("a fox", size="1024x640", quality="low", references=[picture()])
    task = studio.run()
    assert task.request.references == studio.references
    assert task.result()[0].recipe.request.references == studio.references
    answer, _ = Browser(studio).ask("run", fields={"references": []})
    assert studio.runs[-1].key == answer["run"]["key"]
    assert studio.runs[-1].request.references == ()


def test_a_picture_of_the_panel_goes_into_the_tray(panel: TrayPanel, page: Browser) -> None:
    task = ew.generate("a fox", size="1024x640", quality="low")
    image = task.result()[0]
    panel._follow(task)
    card = page.ask("take", picture=f"{task.key}.0")[0]["card"]
    assert card["name"] == image.recipe.request.prompt
    assert card["facts"].startswith("1,024 × 640 px")
    assert page.ask("take", picture="no.0")[0]["kind"] == "rejected"
