"""A Jupyter server with our extension in this process, and stores under its root."""

from __future__ import annotations

import io
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pytest_jupyter.jupyter_core import *  # noqa: F403 - fixtures and hooks, for this folder alone
from pytest_jupyter.jupyter_server import *  # noqa: F403
from pytest_jupyter.pytest_tornasync import *  # noqa: F403
from tornado.httpclient import HTTPClientError
from tornado.httputil import HTTPHeaders

from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Store

KEY = "k3j2mnpqrst{}"


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"evolink_widgets.jupyter": True}}}


class Shelf:
    """A store under the server's root that is filled by a test."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)

    def add(self, prompt: str = "a fox in the snow", *, letter: str = "u", index: int = 0,
            when: float | None = None, notebook: str | None = None) -> Path:  # fmt: skip
        """Save one picture."""
        key = KEY.format(letter)
        pixels = random.Random(f"{letter} {index}").randbytes(192)
        buffer = io.BytesIO()
        Image.frombytes("RGB", (8, 8), pixels).resize((640, 480)).save(buffer, "PNG")
        part = self.store.gallery.part_path(key, index)
        part.write_bytes(buffer.getvalue())
        recipe = Recipe(ImageRequest(prompt, n=4), "emulator")
        at = time.time() if when is None else when
        more = {"now": at, "notebook": notebook}
        return self.store.gallery.admit(key, index, part, recipe, **more).path

    def ask(self, prompt: str, *, letter: str = "x", owner: str | None = None, n: int = 1) -> str:
        """Write a task that is about to be sent into the journal."""
        key = KEY.format(letter)
        recipe = Recipe(ImageRequest(prompt, n=n), "emulator").to_record()
        self.store.journal.intend(
            recipe["request"], service="emulator", now=time.time(), key=key, recipe=recipe,
            origin="lights.ipynb", owner=owner or self.store.owner,
        )  # fmt: skip
        return key


@pytest.fixture
def shelf(jp_root_dir: Path) -> Iterator[Callable[[str], Shelf]]:
    """Make a store: `shelf("notebooks/evolink_images")`."""
    made: list[Shelf] = []

    def make(folder: str = "evolink_images") -> Shelf:
        made.append(Shelf(jp_root_dir / folder))
        return made[-1]

    yield make
    for one in made:
        one.store.close()


class Client:
    """Asks our handlers, with the server's token unless a test says otherwise."""

    def __init__(self, fetch: Any) -> None:
        self._fetch = fetch

    async def ask(self, place: str, *, body: Any = None, headers: Any = None, **params: Any) -> Any:
        """The whole answer, whatever its status."""
        more: dict[str, Any] = {} if headers is None else {"headers": HTTPHeaders(headers)}
        if body is not None:
            more |= {"method": "POST", "body": json.dumps(body)}
        try:
            return await self._fetch("evolink-widgets", *place.split("/"), params=params, **more)
        except HTTPClientError as error:
            return error.response

    async def get(self, place: str, *, query: Any = None, **params: Any) -> Any:
        """The JSON of an answer."""
        more = {} if query is None else {"query": json.dumps(query)}
        return json.loads((await self.ask(place, **more, **params)).body)

    async def first(self) -> str:
        """The id of the newest picture."""
        return str((await self.get("pictures/page", limit=1))["items"][0]["id"])


@pytest.fixture
def client(jp_fetch: Any) -> Client:
    return Client(jp_fetch)
