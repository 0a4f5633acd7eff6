"""The emulator in a process of its own, with pictures made beforehand and a look at its clock.

The scripts beside it start this; it prints its address and serves until it is killed. Against
`python -m evolink_widgets.emulator` two things differ: pictures cost nothing to draw, so that
what is measured is the client, and `/bench/ends` tells when each task was completed.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import random
import struct
import zlib
from typing import Any

import uvicorn
from PIL import Image, ImageChops

from evolink_widgets.emulator.contract.read_request import CheckedRequest
from evolink_widgets.emulator.http.app import create_app
from evolink_widgets.emulator.http.connections import Connection
from evolink_widgets.emulator.http.server import bind
from evolink_widgets.emulator.service.service import Service

USUAL_SECONDS = 24.0
"""What a square picture of medium quality takes at speed 1."""


class Shelf:
    """Hands out the pixels of one picture of each size, made at its first use.

    Each file is another one all the same: what is kept by content must not be found by luck.
    """

    def __init__(self, grain: int, pad: int = 0) -> None:
        self._grain = grain
        self._pad = pad
        self._made: dict[tuple[int, int], bytes] = {}

    def draw(
        self, task_id: str, number: int, ask: CheckedRequest, seed: str, references: object = ()
    ) -> tuple[bytes, str]:
        """The picture of this size, as PNG; called as the emulator's gallery is."""
        mark = f"{task_id}/{number}".encode()
        return with_chunk(self.picture((ask.width, ask.height)), mark), "image/png"

    def picture(self, size: tuple[int, int]) -> bytes:
        """The one picture of this size."""
        if size not in self._made:
            self._made[size] = padded(draw(size, self._grain), self._pad)
        return self._made[size]


def draw(size: tuple[int, int], grain: int) -> bytes:
    """Colours under coarse and fine grain, as PNG: about 10 MB at 3840×2160 with a grain of 6.

    The coarse grain is what a small copy shows: it has as many bytes as one of a photograph.
    """
    noise = Image.frombytes("L", size, random.Random(7).randbytes(size[0] * size[1]))
    noise = noise.point([value * grain // 128 for value in range(256)])
    slope = Image.linear_gradient("L").point([value * 7 // 8 for value in range(256)])
    slopes = [slope.rotate(turn).resize(size) for turn in (0, 90, 180)]
    few = (max(1, size[0] // 20), max(1, size[1] // 20))
    coarse = Image.frombytes("L", few, random.Random(8).randbytes(few[0] * few[1]))
    coarse = coarse.point([value // 4 for value in range(256)]).resize(size)
    out = io.BytesIO()
    channels = [ImageChops.add(ImageChops.add(one, noise), coarse) for one in slopes]
    Image.merge("RGB", channels).save(out, "PNG", compress_level=1)
    return out.getvalue()


def padded(png: bytes, size: int) -> bytes:
    """The same picture with a private chunk before its end, so that the file has `size` bytes."""
    body = bytes(max(0, size - len(png) - 12))
    return with_chunk(png, body) if body else png


def with_chunk(png: bytes, body: bytes) -> bytes:
    """The same picture with a private chunk before its end."""
    kind = b"paDd"
    crc = zlib.crc32(kind + body)
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)
    return png[:-12] + chunk + png[-12:]


def face(service: Service, inner: Any, round_trip: float) -> Any:
    """The emulator's application behind a slow line, with one more address."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["path"] == "/bench/ends":
            ends = {record.id: service.ends_at(record) for record in service.all()}
            body = json.dumps(ends).encode()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})
            return
        if round_trip:
            await asyncio.sleep(round_trip)
        await inner(scope, receive, send)

    return app


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="usual length of a task")
    parser.add_argument("--round-trip", type=float, default=0.0, help="seconds a request takes")
    parser.add_argument("--grain", type=int, default=6, help="more makes bigger pictures")
    parser.add_argument("--pad", type=int, default=0, help="bytes that each picture has at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prepare", default="", help="a size to have ready, as 3840x2160")
    given = parser.parse_args()

    service = Service(
        seed=given.seed, speed=USUAL_SECONDS / given.seconds, rate=None,
        balance=1e9, allowance=None,
    )  # fmt: skip
    shelf = Shelf(given.grain, given.pad)
    service.drawn = shelf  # type: ignore[assignment]
    size = 0
    if given.prepare:
        width, height = map(int, given.prepare.split("x"))
        size = len(shelf.picture((width, height)))

    api, media = bind("127.0.0.1", 0), bind("127.0.0.1", 0)
    urls = [f"http://127.0.0.1:{one.getsockname()[1]}" for one in (api, media)]
    inner = create_app(service, files_url=urls[0], media_url=urls[1])
    config = uvicorn.Config(
        face(service, inner, given.round_trip), log_level="error", access_log=False,
        lifespan="off", ws="none", http=Connection,
    )  # fmt: skip
    print(json.dumps({"url": urls[0], "picture_bytes": size}), flush=True)
    uvicorn.Server(config).run(sockets=[api, media])


if __name__ == "__main__":
    main()
