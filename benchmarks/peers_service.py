"""A service that speaks as four services do, so that their clients can be measured side by side.

EvoLink's tasks, fal's queue, Replicate's predictions and OpenAI's call that waits lead to the same
tasks and the same pictures. How long each takes follows from the seed and the number in its prompt;
what its progress says until then, from the shape. The clock is the machine's monotonic one, which
all processes share.

`peers.py` starts this on a core of its own; it prints its port and serves until it is killed.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import math
import os
import random
import re
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from PIL import Image
from service import padded, with_chunk

from evolink_widgets.emulator.contract import timing

Send = Callable[[dict[str, Any]], Awaitable[None]]

MARK = 28
"""Bytes by which a picture is another one than all others: a chunk with the task's id."""


class Work:
    """One task.

    Attributes:
        name: its id.
        began, ends: on the monotonic clock.
    """

    def __init__(self, name: str, seconds: float, usual: float) -> None:
        self.name = name
        self.began = time.monotonic()
        self.ends = self.began + seconds
        self.usual = usual

    @property
    def is_done(self) -> bool:
        """Whether it has ended by now."""
        return time.monotonic() >= self.ends

    def progress(self, shape: str) -> int:
        """What the service says of it now, 0 to 100."""
        if self.is_done:
            return 100
        passed = time.monotonic() - self.began
        share = passed / (self.ends - self.began)
        if shape == "honest":
            return int(100 * share)
        if shape == "uneven":  # a queue, halts and leaps, as the emulator plays them
            moving = (share - timing.QUEUE_SHARE) / (1 - timing.QUEUE_SHARE)
            return timing.progress(moving, random.Random(self.name)) if moving > 0 else 0
        if shape == "lying":  # a clock that runs to the usual time, whatever happens
            return min(95, int(60 * passed / self.usual))
        return 0

    async def end(self) -> None:
        """Wait until it has ended."""
        # uvloop counts in milliseconds, and may be one early.
        await asyncio.sleep(max(0.0, self.ends - time.monotonic()) + 0.001)


class Peers:
    """The four services; `/bench` sets them up and tells what they saw."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.round = 0
        self.set_up({})

    def set_up(self, how: dict[str, Any]) -> None:
        """Begin anew."""
        self.round += 1
        self.usual: float = how.get("seconds", 1.0)
        self.spread: float = how.get("spread", 0.45)
        self.round_trip: float = how.get("round_trip", 0.0)
        self.shape: str = how.get("shape", "honest")
        self.batches: bool = how.get("batches", False)
        self.seed: int = how.get("seed", 1)
        self.picture = padded(_drawn(), how.get("bytes", 100_000) - MARK)
        self.works: dict[str, Work] = {}
        self.requests = 0
        self.readings = 0

    def facts(self) -> dict[str, Any]:
        """What was seen: requests, those among them that read tasks, and when each task ended."""
        ends = {int(work.name.rpartition("-")[2]): work.ends for work in self.works.values()}
        return {"requests": self.requests, "readings": self.readings, "ends": ends}

    def begin(self, body: bytes) -> Work:
        """Take in a request; its prompt holds a number."""
        found = re.search(rb"number (\d+)", body)
        assert found is not None
        number = int(found[1])
        chance = random.Random(f"{self.seed} {number}")
        seconds = self.usual * min(2.0, math.exp(chance.gauss(0, self.spread)))
        work = Work(f"task-{self.round}-{number}", seconds, self.usual)
        self.works[work.name] = work
        return work

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        """Answer one request."""
        path: str = scope["path"]
        body = b""
        while scope["method"] == "POST":
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if path == "/bench/set-up":
            self.set_up(json.loads(body))
            await _answer(send, {})
        elif path == "/bench/facts":
            await self.answer(send, self.facts())
        else:
            self.requests += 1
            await self.travel()
            await self.serve(path, body, send)

    async def travel(self) -> None:
        """One way over the line; requests take it, and so do replies."""
        if self.round_trip:
            await asyncio.sleep(self.round_trip / 2)

    async def serve(self, path: str, body: bytes, send: Send) -> None:
        """Answer one request of a client."""
        name = path.removesuffix("/status").removesuffix(".png").rpartition("/")[2]
        work = self.works.get(name)
        if path.startswith("/pictures/") and work is not None:
            mark = with_chunk(self.picture, work.name.encode().ljust(MARK - 12))
            await self.travel()
            await _send(send, 200, b"image/png", mark)
        elif path == "/v1/images/generations":
            await self.answer(send, self.evolink(self.begin(body)))
        elif path == "/v1/tasks/batch" and self.batches:
            self.readings += 1
            asked = [self.works[one] for one in json.loads(body)["task_ids"] if one in self.works]
            await self.answer(send, {"data": [self.evolink(one) for one in asked]})
        elif path.startswith("/v1/tasks/") and work is not None:
            await self.answer(send, self.evolink(self.looked_at(work)))
        elif path == "/v1/credits":
            await self.answer(send, {"success": True, "data": _CREDITS})
        elif path == "/fal/own/app":
            await self.answer(send, self.fal(self.begin(body)))
        elif path.startswith("/fal/") and path.endswith("/status") and work is not None:
            done = self.looked_at(work).is_done
            await self.answer(
                send, {"status": "COMPLETED" if done else "IN_PROGRESS", "logs": None}
            )
        elif path.startswith("/fal/") and work is not None:
            await self.answer(
                send, {"images": [{"url": self.link(work)}], "seed": 1, "prompt": "x"}
            )
        elif path == "/v1/predictions":
            await self.answer(send, self.replicate(self.begin(body)), 201)
        elif path.startswith("/v1/predictions/") and work is not None:
            await self.answer(send, self.replicate(self.looked_at(work)))
        elif path == "/openai/v1/images/generations":
            work = self.begin(body)
            await work.end()
            await self.answer(send, {"created": 1, "data": [{"url": self.link(work)}]})
        else:
            await self.answer(
                send, {"error": {"code": "not_found", "message": "no such address"}}, 404
            )

    async def answer(self, send: Send, document: object, status: int = 200) -> None:
        """Reply with what is true now; it is on its way for a while."""
        body = json.dumps(document).encode()
        await self.travel()
        await _send(send, status, b"application/json", body)

    def looked_at(self, work: Work) -> Work:
        """Count a request that reads one task."""
        self.readings += 1
        return work

    def link(self, work: Work) -> str:
        """Where its picture is."""
        return f"{self.base}/pictures/{work.name}.png"

    def evolink(self, work: Work) -> dict[str, Any]:
        """The task as EvoLink tells it."""
        progress = work.progress(self.shape)
        waits = "processing" if progress else "pending"
        return {
            "id": work.name,
            "object": "image.generation.task",
            "type": "image",
            "model": "gpt-image-2",
            "created": int(time.time()),
            "status": "completed" if work.is_done else waits,
            "progress": progress,
            "task_info": {"can_cancel": True, "estimated_time": work.usual},
            "usage": {"billing_rule": "per_call", "credits_reserved": 1.0, "user_group": "default"},
            **({"results": [self.link(work)]} if work.is_done else {}),
        }

    def fal(self, work: Work) -> dict[str, Any]:
        """The request as fal's queue tells it."""
        base = f"{self.base}/fal/own/app/requests/{work.name}"
        urls = {
            "response_url": base,
            "status_url": f"{base}/status",
            "cancel_url": f"{base}/cancel",
        }
        return {"request_id": work.name, "status": "IN_QUEUE", "queue_position": 0, **urls}

    def replicate(self, work: Work) -> dict[str, Any]:
        """The prediction as Replicate tells it."""
        return {
            "id": work.name,
            "model": "own/app",
            "version": "v" * 64,
            "status": "succeeded" if work.is_done else "processing",
            "input": {"prompt": "x"},
            "output": [self.link(work)] if work.is_done else None,
            "logs": "",
            "error": None,
            "metrics": {},
            "created_at": "2026-01-01T00:00:00Z",
            "started_at": "2026-01-01T00:00:00Z",
            "completed_at": None,
            "urls": {"get": f"{self.base}/v1/predictions/{work.name}", "cancel": "x"},
        }


_CREDITS = {
    "token": {"remaining_credits": 1e9, "used_credits": 0, "unlimited_credits": False},
    "user": {"remaining_credits": 1e9, "used_credits": 0},
}


def _drawn() -> bytes:
    """A real picture of 1024 × 1024 that is small, to be padded."""
    slope = Image.linear_gradient("L").resize((1024, 1024))
    out = io.BytesIO()
    Image.merge("RGB", [slope, slope.rotate(90), slope.rotate(180)]).save(out, "PNG")
    return out.getvalue()


async def _answer(send: Send, document: object) -> None:
    await _send(send, 200, b"application/json", json.dumps(document).encode())


async def _send(send: Send, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", type=int, help="the processor core to stay on")
    given = parser.parse_args()
    if given.core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {given.core})
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    port = listening.getsockname()[1]
    config = uvicorn.Config(
        Peers(port), loop="uvloop", http="httptools", log_level="error", access_log=False,
        lifespan="off", ws="none", timeout_keep_alive=60,
    )  # fmt: skip
    print(json.dumps({"port": port}), flush=True)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
