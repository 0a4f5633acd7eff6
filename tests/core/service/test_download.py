"""A picture's bytes: streamed to a file, continued where they broke, whole or not there."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from png_parts import SIGNATURE, chunk
from services import AGENT, KEY, read_request, reply, server

from evolink_widgets.core import loop
from evolink_widgets.core.loop import Workers
from evolink_widgets.core.service.downloads import LIGHT, PIECE, Downloader, LinkRefused
from evolink_widgets.core.service.limits import Limits
from evolink_widgets.core.service.transport import Timeouts, Transport
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.errors import DownloadFailed, StoreError
from evolink_widgets.images.proof.check_picture import PictureFacts
from evolink_widgets.store.gallery.admission.part import Part


def png(size: int) -> bytes:
    """A whole PNG of so many bytes."""
    header = chunk(b"IHDR", (8).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0")
    start = SIGNATURE + header + chunk(b"IDAT", b"pixels")
    filling = bytes(range(256)) * (size // 256 + 1)
    rest = size - len(start) - 24
    return start + chunk(b"fiLl", filling[:rest]) + chunk(b"IEND")


PICTURE = png(2_560_000)  # some pieces
SMALL = png(100_000)
Say = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def fetch(say: Say, part: Part, times: int = 1) -> list[bytes]:
    """Fetch up to `times` times from a host that answers with `say`; the requests it saw."""
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await read_request(reader)).lower())
        await say(seen[-1], writer)

    async def call() -> None:
        async with server(talk) as url:
            transport = Transport(
                Key(KEY, "a test"), (url,), agent=AGENT, timeouts=Timeouts(read=0.5)
            )
            downloads = Downloader(transport, Limits(), Workers("test", 2))
            try:
                for left in reversed(range(times)):
                    try:
                        await downloads.fetch(f"{url}/picture", part)
                    except DownloadFailed:
                        if not left:
                            raise
            finally:
                await transport.close()

    loop.wait_on_loop(call(), 30)
    return seen


def asked_from(head: bytes) -> int:
    _, found, rest = head.partition(b"range: bytes=")
    return int(rest.split(b"-")[0]) if found else 0


def range_reply(head: bytes, etag: str = '"v1"', body: bytes = PICTURE) -> bytes:
    start = asked_from(head)
    headers = {"etag": etag, "content_type": "image/png"}
    if not start:
        return reply(body, **headers)
    headers["content_range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
    return reply(body[start:], "206 Partial Content", **headers)


@pytest.fixture
def part(tmp_path: Path) -> Part:
    return Part(tmp_path / "picture.part")


def came(part: Part) -> bytes:
    """What has come of the picture, as it is on the disk."""
    part.write()
    return part.path.read_bytes() if part.path.exists() else b""


def finished(part: Part) -> PictureFacts:
    part.write()
    return part.facts()


def earlier(part: Part, data: bytes) -> None:
    """What an earlier try has fetched."""
    for at in range(0, len(data), 65_536):
        part.hold(data[at : at + 65_536])
    part.write()


def test_a_whole_picture_comes_in_one_go(part: Part) -> None:
    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(range_reply(head))

    (head,) = fetch(say, part)
    assert came(part) == PICTURE
    assert b"accept-encoding: identity" in head
    assert b"authorization" not in head


def test_it_is_continued_where_it_broke_off(part: Part) -> None:
    cuts = [PIECE + 5000, 600_000]

    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        whole = range_reply(head)
        writer.write(whole[: cuts.pop(0)] if cuts else whole)

    first, second, third = fetch(say, part, times=3)
    assert came(part) == PICTURE
    assert asked_from(first) == 0 < asked_from(second) < asked_from(third)
    assert b'if-range: "v1"' in second


def test_what_an_earlier_try_fetched_is_used(part: Part) -> None:
    earlier(part, PICTURE[:900_000])

    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(range_reply(head))

    (head,) = fetch(say, part)
    assert asked_from(head) == 900_000
    assert came(part) == PICTURE


def test_a_host_that_knows_no_ranges_is_fetched_from_the_start(part: Part) -> None:
    earlier(part, png(2_700_000)[:2_650_000])

    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(PICTURE))

    fetch(say, part)
    assert came(part) == PICTURE


def test_another_part_than_was_asked_for_is_not_taken(part: Part) -> None:
    earlier(part, PICTURE[:1000])

    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        span = f"bytes 0-{len(PICTURE) - 1}/{len(PICTURE)}"
        writer.write(reply(PICTURE, "206 Partial Content", content_range=span))

    with pytest.raises(DownloadFailed, match="another part"):
        fetch(say, part)
    assert came(part) == PICTURE[:1000]


def test_there_is_nothing_after_the_end_of_what_is_here_already(part: Part) -> None:
    earlier(part, PICTURE)

    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        span = f"bytes */{len(PICTURE)}"
        writer.write(reply(b"", "416 Range Not Satisfiable", content_range=span))

    fetch(say, part)
    assert came(part) == PICTURE


def test_a_part_that_is_longer_than_the_picture_is_begun_anew(part: Part) -> None:
    earlier(part, PICTURE + b"more")

    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        if asked_from(head):
            span = f"bytes */{len(PICTURE)}"
            writer.write(reply(b"", "416 Range Not Satisfiable", content_range=span))
        else:
            writer.write(reply(PICTURE))

    fetch(say, part, times=2)
    assert came(part) == PICTURE


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_link_whose_time_is_over_is_told_apart(status: int, part: Part) -> None:
    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"expired", f"{status} No"))

    with pytest.raises(LinkRefused, match=str(status)):
        fetch(say, part)
    assert not part.path.exists()


@pytest.mark.parametrize("status", ["500 Oops", "503 Later", "204 Nothing", "302 Elsewhere"])
def test_any_other_status_may_be_tried_again(status: str, part: Part) -> None:
    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"", status))

    with pytest.raises(DownloadFailed) as caught:
        fetch(say, part)
    assert not isinstance(caught.value, LinkRefused)


def test_a_reply_that_stands_still_keeps_what_came(part: Part) -> None:
    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(PICTURE)[:700_000])
        await writer.drain()
        await asyncio.sleep(2)

    with pytest.raises(DownloadFailed, match="broke off"):
        fetch(say, part)
    kept = came(part)
    assert len(kept) > 600_000
    assert PICTURE.startswith(kept)


def test_a_file_too_long_for_a_picture_is_refused_unread(part: Part) -> None:
    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")

    with pytest.raises(DownloadFailed, match="too many for a picture"):
        fetch(say, part)
    assert not part.path.exists()


def test_a_host_that_packs_what_it_was_asked_not_to_pack_is_understood(part: Part) -> None:
    import gzip

    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(gzip.compress(PICTURE), content_encoding="gzip"))

    fetch(say, part)
    assert came(part) == PICTURE


@pytest.mark.parametrize("link", ["file:///etc/passwd", "data:image/png;base64,AA==", "", "//x/y"])
def test_only_the_web_is_fetched_from(link: str, part: Part) -> None:
    transport = Transport(None, ("http://api.invalid",), agent=AGENT)
    downloads = Downloader(transport, Limits(), Workers("test", 1))
    with pytest.raises(DownloadFailed, match="no web address"):
        loop.wait_on_loop(downloads.fetch(link, part), 10)


def test_a_file_that_cannot_be_written_is_the_stores_error(tmp_path: Path) -> None:
    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(PICTURE))

    with pytest.raises(StoreError):
        fetch(say, Part(tmp_path / "no such folder" / "picture.part"))


def test_a_small_picture_is_written_when_it_is_taken_in(part: Part) -> None:
    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(SMALL))

    fetch(say, part)
    assert (part.held, part.size) == (len(SMALL), len(SMALL)) < (LIGHT, LIGHT)
    assert not part.path.exists()
    assert finished(part).sha256 == hashlib.sha256(SMALL).hexdigest()
    assert part.path.read_bytes() == SMALL


def test_a_picture_is_proved_while_it_comes_also_over_a_break(part: Part) -> None:
    cuts = [PIECE + 5000, 600_000]

    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        whole = range_reply(head)
        writer.write(whole[: cuts.pop(0)] if cuts else whole)

    fetch(say, part, times=3)
    facts = finished(part)
    assert (facts.format, facts.bytes_count) == ("png", len(PICTURE))
    assert facts.sha256 == hashlib.sha256(PICTURE).hexdigest()


def test_what_is_no_picture_is_not_fetched_to_its_end(part: Part) -> None:
    sent = 0

    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 200000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while sent < 200_000_000:
                writer.write(b"<html>" + bytes(PIECE - 6))
                sent += PIECE
                await writer.drain()

    with pytest.raises(DownloadFailed, match="no picture: it is a web page"):
        fetch(say, part)
    assert sent < 50_000_000
    assert part.size == 0
    assert not part.path.exists()


@pytest.mark.parametrize(
    ("change", "how"),
    [(lambda path: path.unlink(), "removed"), (lambda path: path.write_bytes(b""), "cut off")],
)
def test_a_part_that_was_changed_between_two_tries_is_begun_anew(
    part: Part, change: Callable[[Path], object], how: str
) -> None:
    earlier(part, PICTURE[:PIECE])
    change(part.path)

    async def say(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(range_reply(head))

    first, second = fetch(say, part, times=2)
    assert (asked_from(first), asked_from(second)) == (PIECE, 0)
    assert came(part) == PICTURE


@pytest.mark.parametrize("sizes", [[1000], [2**17 - 1], [2**18], [2**18, 5, 7, 2**17], [16_384]])
def test_pieces_of_any_length_are_the_same_picture(part: Part, sizes: list[int]) -> None:
    at = number = 0
    while at < len(PICTURE):
        piece = PICTURE[at : at + sizes[number % len(sizes)]]
        part.hold(piece)
        at, number = at + len(piece), number + 1
        if part.held >= PIECE:
            part.write()
    facts = finished(part)
    assert part.path.read_bytes() == PICTURE
    assert (facts.bytes_count, part.size) == (len(PICTURE), len(PICTURE))
    assert facts.sha256 == hashlib.sha256(PICTURE).hexdigest()


@pytest.mark.parametrize("cancels", [1, 2])
def test_a_download_that_is_cancelled_while_it_writes_is_gone_on_with(
    tmp_path: Path, cancels: int
) -> None:
    """It leaves when its write has ended; one that is made to leave before is gone on with, too."""
    writes, may_write = threading.Event(), threading.Event()

    def prepare() -> None:
        writes.set()
        assert may_write.wait(60)

    part = Part(tmp_path / "picture.part", prepare)
    seen: list[int] = []
    is_asked_again = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await read_request(reader)).lower()
        seen.append(asked_from(head))
        writer.write(range_reply(head))
        if len(seen) > 1:
            is_asked_again.set()

    async def call() -> None:
        async with server(talk) as url:
            transport = Transport(Key(KEY, "a test"), (url,), agent=AGENT)
            downloads = Downloader(transport, Limits(), Workers("test", 2))
            first = asyncio.ensure_future(downloads.fetch(f"{url}/picture", part))
            await asyncio.to_thread(writes.wait, 60)
            first.cancel()
            await asyncio.wait({first}, timeout=0.2)
            assert not first.done(), "it left before its write had ended"
            if cancels == 2:
                first.cancel()
            else:
                may_write.set()
            await asyncio.wait({first})
            assert (part.path.exists() and part.path.stat().st_size == part.size) == (cancels == 1)
            second = asyncio.ensure_future(downloads.fetch(f"{url}/picture", part))
            await is_asked_again.wait()
            may_write.set()
            await second
            await transport.close()

    try:
        loop.wait_on_loop(call(), 60)
    finally:
        may_write.set()
    assert PIECE <= seen[1] < len(PICTURE)
    assert came(part) == PICTURE
    assert finished(part).sha256 == hashlib.sha256(PICTURE).hexdigest()
