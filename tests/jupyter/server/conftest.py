"""A Jupyter server with our extension in this process, and stores under its root."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_jupyter.jupyter_core import *  # noqa: F403 - fixtures and hooks, for this folder alone
from pytest_jupyter.jupyter_server import *  # noqa: F403
from pytest_jupyter.pytest_tornasync import *  # noqa: F403
from shelves import Shelf
from tornado.httpclient import HTTPClientError
from tornado.httputil import HTTPHeaders


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"evolink_widgets.jupyter": True}}}


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
