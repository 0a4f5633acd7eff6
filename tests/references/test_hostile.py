"""Hostile files: refused with a reason, or made safe; none crashes, hangs or tells a place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from references.hostile import HOSTILE, MARK

# One process judges all files, for the tests of one worker.
pytestmark = [pytest.mark.timeout(600)]

PROGRAM = Path(__file__).parent / "programs" / "judge.py"
KEPT_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"gAMA", b"cHRM", b"sRGB",
               b"cICP", b"sBIT", b"pHYs", b"bKGD"}  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What became of each file, in a process with little memory; and where the results are."""
    import evolink_widgets

    folder, out = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("ready")
    for name, hostile in HOSTILE.items():
        (folder / name).write_bytes(hostile.make())
    environment = {**os.environ, "PYTHONPATH": str(Path(evolink_widgets.__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder), str(out)],
        capture_output=True, text=True, env=environment,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    last = lines[-1]["name"] if lines else "nothing"
    assert done.returncode == 0, f"ended after {last}: {done.stderr[-2000:]}"
    return {line["name"]: line for line in lines}, out


def test_there_are_many() -> None:
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_it_is_refused_or_made_safe(name: str, judged: tuple[dict[str, Any], Path]) -> None:
    results, folder = judged
    fate, result = HOSTILE[name].fate, results[name]
    if "refused" in result:
        assert fate in ("refused", "either"), result["refused"]
        assert result["kind"] == "InvalidRequest"
        assert "references[0]" in result["refused"]
        assert name in result["refused"]
        assert "Not charged" in result["refused"]
        return
    assert fate in ("safe", "either"), result
    data = (folder / name).read_bytes()
    assert MARK not in data
    assert b"8.8584" not in data
    assert b"<script" not in data
    _check_shape(data, result["format"])
    with Image.open(folder / name) as image:
        image.load()
        assert image.format is not None
        assert image.format.lower() == result["format"]
        assert image.size == (result["width"], result["height"])
        assert dict(image.getexif()) == {}
        beside = set(image.info) & {"exif", "xmp", "comment", "photoshop", "parsed_exif", "Raw"}
        assert beside == set()


def _check_shape(data: bytes, form: str) -> None:
    """The file has parts that are known, and ends where its picture ends."""
    if form == "png":
        at = 8
        while at < len(data):
            length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
            assert name in KEPT_CHUNKS
            at += 12 + length
        assert name == b"IEND"
        assert at == len(data)
    elif form == "jpeg":
        assert data.endswith(b"\xff\xd9")
        at = 2
        while data[at + 1] != 0xDA:
            marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
            assert data[at] == 0xFF
            if 0xE0 <= marker <= 0xEF or marker == 0xFE:
                known = (b"JFIF\0", b"ICC_PROFILE\0", b"Adobe")
                assert data[at + 4 :].startswith(known), data[at : at + 20]
            at += 2 + length
    else:
        assert len(data) == 8 + int.from_bytes(data[4:8], "little")
        assert b"EXIF" not in data[:40]


def test_a_file_that_is_no_picture_is_called_what_it_is(
    judged: tuple[dict[str, Any], Path],
) -> None:
    results, _ = judged
    for name, words in {
        "svg-with-script.png": "an SVG drawing (export it as PNG)",
        "page.jpg": "a web page",
        "document.png": "a PDF",
        "phone.heic": "HEIC",
        "empty.png": "empty",
        "pointer.png": "git lfs pull",
        "bomb-size.png": "60,000×60,000 pixels",
        "cut-by-one.jpg": "breaks off",
        "bomb-passes.jpg": "passes; decoding it would take minutes",
        "bomb-size.jpg": "65,500×65,500 pixels",
    }.items():
        assert words in results[name]["refused"]
