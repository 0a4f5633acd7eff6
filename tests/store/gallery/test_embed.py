"""Copies carry their recipe and the mark for AI-made pictures; pixels and the rest stay."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import random
import struct
import zlib
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from evolink_widgets.errors import InvalidRequest, StoreDamaged, StoreError
from evolink_widgets.images.metadata import xmp, xmp_in_files
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.gallery.copies.copies import with_recipe
from evolink_widgets.store.gallery.copies.embed import read_recipe

KINDS = ["png", "jpeg", "webp"]
MARK = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
PROMPTS = {
    "plain": "a fox in the snow",
    "markup": "<b>&amp; ]]> <!-- --> <?xpacket end='r'?> </rdf:RDF> \"'",
    "NUL and controls": "a\x00b\x01\x1f\x7f\x85\u2028\ufffe\uffff c",
    "line ends": "a\r\nb\rc\n\td  ",
    "right to left": "\u202eثعلب في الثلج\u202c",
    "32,000 emoji": "🦊" * 32_000,
    "32,000 marks": "&<>" * 10_666 + "ab",
    "JSON in JSON": '{"recipe": {"request": "\\ud800"}}',
}


def encoded(kind: str, mode: str = "RGB", **options) -> bytes:
    image = Image.frombytes(mode, (40, 30), random.Random(1).randbytes(1200 * len(mode)))
    buffer = io.BytesIO()
    image.save(buffer, kind.upper(), **options)
    return buffer.getvalue()


def xmp_of(path) -> bytes:
    """The packet as Pillow finds it."""
    with Image.open(path) as image:
        found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return found.encode() if isinstance(found, str) else found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
def test_any_prompt_comes_back_from_a_copy_exactly(admit, tmp_path, kind, prompt):
    image = admit(data=encoded(kind), prompt=prompt, n=3)
    copy = image.save(tmp_path / "out")
    assert read_recipe(copy) == image.recipe
    assert read_recipe(str(copy)).request.prompt == prompt
    with Image.open(copy) as opened:
        opened.load()
        assert opened.format == kind.upper()
        assert opened.tobytes() == image.pil.tobytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prompt", [PROMPTS["markup"], PROMPTS["32,000 emoji"]])
def test_the_mark_for_ai_made_pictures_is_where_other_programs_look(admit, tmp_path, kind, prompt):
    copy = admit(data=encoded(kind), prompt=prompt).save(tmp_path / "out")
    packet = xmp_of(copy)
    tree = ElementTree.fromstring(packet.strip(b"\x00"))
    name = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert [found.text for found in tree.iter(name)] == [MARK]
    if kind == "jpeg":
        assert len(packet) <= 65_502


def test_a_bare_copy_is_the_services_file(admit, tmp_path):
    image = admit()
    assert image.save(tmp_path / "out", bare=True).read_bytes() == image.bytes
    with pytest.raises(StoreError, match="carries no recipe"):
        read_recipe(tmp_path / "out" / image.path.name)


def png_chunks(data: bytes) -> list[bytes]:
    chunks, place = [], 8
    while place < len(data):
        length = struct.unpack(">I", data[place : place + 4])[0]
        chunk = data[place : place + 12 + length]
        assert zlib.crc32(chunk[4:-4]) == struct.unpack(">I", chunk[-4:])[0]
        chunks.append(chunk)
        place += len(chunk)
    return chunks


def test_every_other_chunk_of_a_png_is_untouched_and_in_its_order(admit):
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "mine")
    text.add_itxt("Title", "füchse")
    text.add(b"caBX", b"\x00signed\xff" * 9)
    image = admit(data=encoded("png", pnginfo=text, dpi=(300, 300)))
    before, after = png_chunks(image.bytes), png_chunks(with_recipe(image))
    assert [chunk for chunk in after if b"XML:com.adobe.xmp" not in chunk] == before
    assert after[0] == before[0]
    assert len(after) == len(before) + 1


@pytest.mark.parametrize(
    "options", [{}, {"exif": Image.Exif()}, {"progressive": True}, {"dpi": (72, 72)}]
)
@pytest.mark.parametrize("prompt", ["a fox", "🦊" * 32_000])
def test_every_other_byte_of_a_jpeg_is_untouched(admit, prompt, options):
    if "exif" in options:
        options["exif"][0x010E] = "a camera's own words"
    data = encoded("jpeg", comment="mine", **options)
    image = admit(data=data, prompt=prompt)
    after = with_recipe(image)
    place = next(n for n in range(len(data)) if data[n] != after[n])
    # What was put in is one run of APP1 segments; taken out, the file is as it was.
    put_in = after[place - 2 : place - 2 + len(after) - len(data)]
    start = after.index(b"\xff\xe1", 2 if "exif" not in options else after.index(b"Exif") + 8)
    assert after[:start] + after[start + len(after) - len(data) :] == data
    assert put_in
    with Image.open(io.BytesIO(after)) as opened:
        assert opened.info["comment"] == b"mine"
        if "exif" in options:
            assert opened.getexif()[0x010E] == "a camera's own words"


WEBPS = {
    "lossy": ("RGB", {}),
    "lossless": ("RGB", {"lossless": True}),
    "transparent": ("RGBA", {"lossless": True}),
    "lossy and transparent": ("RGBA", {}),
    "with EXIF and a colour profile": (
        "RGB",
        {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0", "icc_profile": b"p" * 33},
    ),
}


@pytest.mark.parametrize(("mode", "options"), WEBPS.values(), ids=WEBPS.keys())
def test_every_other_chunk_of_a_webp_is_untouched(admit, tmp_path, mode, options):
    data = encoded("webp", mode, **options)
    image = admit(data=data)
    after = with_recipe(image)

    def bodies(file: bytes) -> dict[bytes, bytes]:
        parts = {}
        place = 12
        while place < len(file):
            size = struct.unpack("<I", file[place + 4 : place + 8])[0]
            parts[file[place : place + 4]] = file[place + 8 : place + 8 + size]
            place += 8 + size + size % 2
        return parts

    was, now = bodies(data), bodies(after)
    assert next(iter(now)) == b"VP8X"
    assert list(now)[-1] == b"XMP "
    flags, canvas = now[b"VP8X"][0], now[b"VP8X"][4:]
    assert flags & 0x04
    assert canvas == (39).to_bytes(3, "little") + (29).to_bytes(3, "little")
    if b"VP8X" in was:
        assert flags == was.pop(b"VP8X")[0] | 0x04
    assert {name: body for name, body in now.items() if name not in (b"VP8X", b"XMP ")} == was
    assert struct.unpack("<I", after[4:8])[0] == len(after) - 8
    with Image.open(io.BytesIO(after)) as opened:
        assert opened.mode == mode
        assert opened.tobytes() == image.pil.tobytes()


THEIRS = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/png"/></r:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>'
)


@pytest.mark.parametrize("kind", KINDS)
def test_xmp_that_is_there_already_stays_and_there_is_one_packet(admit, kind):
    plain = encoded(kind)
    image = admit(data=xmp_in_files.with_packet(plain, THEIRS.encode()))
    after = with_recipe(image)
    packet = xmp_in_files.packets(after).main
    assert after.count(b"xpacket begin") == 1
    assert b'dc:format="image/png"' in packet
    ElementTree.fromstring(packet)
    assert xmp.read(packet, f"{xmp.IPTC} DigitalSourceType") == MARK


def test_a_record_rewritten_by_another_program_is_still_read(admit, tmp_path):
    image = admit(prompt="a <fox> & ]]> hare")
    record = xmp.read(xmp_in_files.packets(with_recipe(image)).main, f"{xmp.OURS} Recipe")
    root = ElementTree.fromstring(xmp.packet(xmp.carrying(record)).decode())
    again = ElementTree.tostring(root, encoding="utf-16")
    path = tmp_path / "other.png"
    path.write_bytes(xmp_in_files.with_packet(image.bytes, again))
    assert read_recipe(path) == image.recipe
    as_attribute = f"<a xmlns:q='{xmp.OURS}'/>"
    element = ElementTree.fromstring(as_attribute)
    element.set(f"{{{xmp.OURS}}}Recipe", record)
    path.write_bytes(xmp_in_files.with_packet(image.bytes, ElementTree.tostring(element)))
    assert read_recipe(path) == image.recipe


def test_what_is_told_of_the_end_is_not_handed_on(admit, store, tmp_path, now):
    part = store.gallery.part_path("k", 0)
    part.write_bytes(encoded("png"))
    request = ImageRequest("a fox", callback_url="https://example.com/hook?token=secret")
    image = store.gallery.admit(
        "k", 0, part, Recipe(request, "emulator"), now=now, notebook="secret.ipynb"
    )
    copy = image.save(tmp_path / "out")
    assert b"secret" not in copy.read_bytes()
    assert read_recipe(copy).identity == image.recipe.identity


def test_the_recipe_is_read_from_the_store_itself_and_from_its_recipe_file(admit, store, now):
    image = admit(prompt="狐狸")
    record = image.path.with_name(image.path.name.replace("_1.png", ".json"))
    assert read_recipe(image.path) == image.recipe
    assert read_recipe(record) == image.recipe
    record.unlink()
    assert read_recipe(image.path) == image.recipe
    store.gallery.trash([(image.task_key, 0)], now=now)
    before = sorted((path, path.stat().st_mtime_ns) for path in store.root.rglob("*.sqlite*"))
    assert read_recipe(store.gallery.find(image.task_key, 0).path) == image.recipe
    after = sorted((path, path.stat().st_mtime_ns) for path in store.root.rglob("*.sqlite*"))
    assert after == before, "reading writes nothing"


def test_a_picture_damaged_by_hand_is_named_and_can_still_be_copied_bare(admit, tmp_path):
    image = admit(data=encoded("jpeg"))
    image.path.write_bytes(image.bytes[:200])
    with pytest.raises(StoreDamaged, match="bare=True"):
        image.save(tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
    assert image.save(tmp_path / "out", bare=True).stat().st_size == 200


def packed(packet: bytes, kind: str = "png") -> bytes:
    return xmp_in_files.with_packet(encoded(kind), packet)


def carrying(record: str) -> bytes:
    return packed(xmp.packet(xmp.carrying(record)))


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 9))
    + b"]><a>&i;</a>"
)
RECIPE = Recipe(ImageRequest("a fox"), "emulator").to_record()
HOSTILE = {
    "nothing": b"",
    "noise": bytes(range(256)) * 40,
    "a web page": b"<!DOCTYPE html><html></html>",
    "JSON of another kind": b"[1, 2]",
    "an empty object": b"{}",
    "deep JSON": b'{"recipe":' * 50_000 + b"1" + b"}" * 50_000,
    "huge JSON": b'{"recipe": {"request": {"prompt": "' + b"x" * 9_000_000 + b'"}}}',
    "a recipe of wrong types": b'{"recipe": 5}',
    "a request of wrong types": b'{"recipe": {"service": "x", "request": {"prompt": [], "n": {}}}}',
    "a service that is a path": b'{"recipe": {"service": "../../etc", "request": {"prompt": "a"}}}',
    "hashes that are paths": json.dumps(
        {"recipe": {**RECIPE, "reference_hashes": ["../x"]}}
    ).encode(),
    "no UTF-8": b'{"recipe": "\xff\xfe"}',
    "an entity bomb": packed(BOMB),
    "an entity of a file": packed(
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    ),
    "a bomb in UTF-16": packed(BOMB.decode().encode("utf-16")),
    "deep XML": packed(b"<a>" * 200_000 + b"</a>" * 200_000),
    "huge XML": packed(b"<a>" + b" " * 8_100_000 + b"</a>"),
    "broken XML": packed(b"<a><b></a>"),
    "XML in an unknown code": packed(b'<?xml version="1.0" encoding="klingon"?><a/>'),
    "a record that is no JSON": carrying("{"),
    "a record that is deep": carrying("[" * 100_000),
    "a record that is a list": carrying("[]"),
    "a record of wrong types": carrying('{"recipe": {"request": 5}}'),
    "a record that breaks a rule": carrying(
        '{"recipe": {"service": "x", "request": {"prompt": ""}}}'
    ),
    "a zip bomb in a PNG": b"",  # made below
    "a PNG that breaks off": carrying("{}")[:-30],
    "a PNG of endless chunks": encoded("png")[:33] + b"\xff\xff\xff\xff" + b"iTXt",
    "a JPEG of empty segments": b"\xff\xd8\xff\xe1\x00\x00" + b"\xff\xe1\x00\x00" * 9,
    "a WebP that lies about its size": b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff",
}
_BODY = b"iTXtXML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"<a>" + bytes(60_000_000), 9)
_PLAIN = encoded("png")
HOSTILE["a zip bomb in a PNG"] = (
    _PLAIN[:33]
    + struct.pack(">I", len(_BODY) - 4) + _BODY + struct.pack(">I", zlib.crc32(_BODY))
    + _PLAIN[33:]
)  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_strangers_file_is_one_sentence(tmp_path, data):
    path = tmp_path / "stranger_1.png"
    path.write_bytes(data)
    with pytest.raises((StoreDamaged, InvalidRequest)) as caught:
        read_recipe(path)
    assert 10 < len(str(caught.value)) < 600
    assert "passwd" not in str(caught.value)


def test_what_is_no_file_is_a_sentence(tmp_path):
    for path in (tmp_path, tmp_path / "nothing.png", "a\x00b.png", tmp_path / ("x" * 5000)):
        with pytest.raises(StoreError):
            read_recipe(path)


def test_a_recipe_file_that_lists_other_pictures_is_not_taken_for_this_ones(tmp_path):
    (tmp_path / "x_1.png").write_bytes(encoded("png"))
    for pictures in ([{"file": "../x_1.png"}, {"file": "x_2.png"}, "x_1.png", 5], "x_1.png", None):
        record = {"recipe": RECIPE, "pictures": pictures}
        (tmp_path / "x.json").write_text(json.dumps(record))
        with pytest.raises(StoreError, match="carries no recipe"):
            read_recipe(tmp_path / "x_1.png")


@given(data=st.data(), kind=st.sampled_from(KINDS))
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damaged_files_never_raise_anything_else(tmp_path, data, kind):
    whole = bytearray(
        packed(
            xmp.packet(xmp.mark(simulated=True), xmp.carrying(json.dumps({"recipe": RECIPE}))), kind
        )
    )
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=5))
    path = tmp_path / "x.png"
    path.write_bytes(bytes(whole))
    with contextlib.suppress(StoreError, InvalidRequest):
        read_recipe(path)
    with contextlib.suppress(xmp_in_files.BadContainer):
        xmp_in_files.with_packet(bytes(whole), b"<a/>")


def test_a_copy_of_a_copy_says_the_same(admit, tmp_path):
    image = admit(prompt="🦊" * 32_000, data=encoded("jpeg"))
    copy = image.save(tmp_path / "out")
    again = dataclasses.replace(image, path=copy).save(tmp_path / "again")
    assert read_recipe(again) == image.recipe
    with Image.open(again) as opened:
        opened.load()
