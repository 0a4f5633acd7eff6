"""Uploaders on an emulator, and what it has of each content."""

from __future__ import annotations

import hashlib
import io
import json
import random
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from services import KEY, Emulated, InProcess, quick

from evolink_widgets.core import loop
from evolink_widgets.core.loop import Workers
from evolink_widgets.core.service.files_api import Files
from evolink_widgets.core.service.limits import Limits
from evolink_widgets.core.service.transport import Transport
from evolink_widgets.core.shared.upload import Uploader
from evolink_widgets.emulator.http.app import FILES_URL
from evolink_widgets.store.store import Store
from evolink_widgets.store.uploads import Uploads


def files_url(emulator: Emulated) -> str:
    return FILES_URL if isinstance(emulator, InProcess) else emulator.base_url


def uploader(
    emulator: Emulated,
    root: Path,
    *,
    name: str = "one",
    clock: Callable[[], float] = time.time,
    transport: Transport | None = None,
    base_url: str | None = None,
    **patience: Any,
) -> Uploader:
    """An uploader over a store, as a session has one; each has a name of its own for leases."""
    store = Store(root)
    workers = Workers("test-files", 2)

    async def made() -> Uploader:
        connections = transport or emulator.transport()
        address = base_url or files_url(emulator)
        files = Files(connections, address, Limits(), workers, clock=clock)
        return Uploader(
            Uploads(store.root, store.database),
            files,
            account=f"{emulator.name} test",
            owner=f"{store.owner}#{name}",
            retry=quick(**patience),
            database_thread=Workers("test-records", 1),
            workers=workers,
            clock=clock,
        )

    return loop.wait_on_loop(made())


def kept(root: Path, seed: object = None, size: tuple[int, int] = (40, 30)) -> str:
    """The hash of a new picture that the store keeps."""
    chance = random.Random(seed)
    out = io.BytesIO()
    Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3)).save(out, "PNG")
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    store = Store(root)
    Uploads(store.root, store.database).keep(out.getvalue(), digest, "png")
    store.close()
    return digest


def stored(emulator: Emulated, digest: str) -> list[str]:
    """The links of all files that the service has of a content: what was uploaded, counted."""
    if isinstance(emulator, InProcess):
        shelf = emulator.service.files
        documents = [shelf.document(file, FILES_URL) for file in shelf.all()]
    else:
        request = urllib.request.Request(
            f"{files_url(emulator)}/api/v1/files/list?pageSize=100",
            headers={"authorization": f"Bearer {KEY}"},
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            documents = json.load(reply)["data"]["files"]
    return [item["file_url"] for item in documents if digest in item["file_name"]]
