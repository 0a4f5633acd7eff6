"""Assembles the gateway of one course and serves it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from evolink_widgets.connect.connections import LiveService
from evolink_widgets.course.allowed import Allowed
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.gateway import Gateway
from evolink_widgets.course.identity import HubTokens, Identity, Tokens
from evolink_widgets.course.rush import Rush
from evolink_widgets.course.settle import Settler
from evolink_widgets.course.teacher.small_pictures import SmallPictures
from evolink_widgets.course.teacher.teacher import TeacherPage
from evolink_widgets.course.upstream.recordings import Recordings
from evolink_widgets.course.upstream.turns import Turns
from evolink_widgets.course.upstream.upstream import Unanswered, Upstream
from evolink_widgets.rules.request.service_address import is_loopback

__all__ = ["Hub", "Rules", "create_app", "read_hub", "read_user"]

log = logging.getLogger("evolink_widgets")

_HUB_SECONDS = 10.0
_SAYS_EVERY = 20.0
"""Seconds between two words to the other gateways on what this one is sending."""


@dataclass(frozen=True)
class Hub:
    """The JupyterHub whose service this gateway is.

    Attributes:
        api_url: of the hub's API.
        prefix: under which the hub's proxy passes requests on, such as `/services/evolink/`.
    """

    api_url: str
    prefix: str


@dataclass(frozen=True)
class Rules:
    """What the teacher has chosen.

    Attributes:
        title: of the course.
        allowed: what may be asked.
        at_once: calls on their way to the service.
        rate: calls a second; `None` is no limit but the service's.
        look_every: seconds between two looks at what no student looks at.
    """

    title: str = "Course"
    allowed: Allowed = field(default_factory=Allowed)
    at_once: int = 16
    rate: float | None = None
    look_every: float = 15.0


def create_app(
    books: Books,
    service: LiveService,
    teacher_token: str,
    rules: Rules | None = None,
    hub: Hub | None = None,
    cassettes: Mapping[str, Path] | None = None,
) -> Starlette:
    """The gateway as an ASGI application.

    Args:
        books: of the course; closed when the application ends.
        service: the service, with the course's key.
        teacher_token: opens the teacher's page.
        rules: what the teacher has chosen.
        hub: whose tokens students have; `None` are the course's own.
        cassettes: to which the asks of some students are recorded, by their names.

    Raises:
        ConfigurationError: a cassette can't be gone on with.
    """
    rules = rules or Rules()
    transport = service.transport()
    turns = Turns(rules.at_once, rules.rate)
    # On this very machine it can only be an emulator.
    recordings = Recordings(cassettes, service.key, simulated=is_loopback(service.base_url))
    upstream = Upstream(transport, service.base_url, service.files_url, turns, recordings)
    identity: Identity = Tokens(books)
    if hub is not None:
        identity = HubTokens(books, lambda token: read_user(hub.api_url, token))
    settler = Settler(books, upstream)
    rush = Rush()
    pictures = SmallPictures(books, transport, rush)
    gateway = Gateway(books, upstream, identity, rules.allowed, settler.price, rush)
    page = TeacherPage(books, pictures, teacher_token, rules.title)
    has_looked = asyncio.Event()

    async def keep() -> None:
        while True:
            try:
                await settler.look()
                await recordings.fetch(transport)
            except Unanswered as error:
                log.info("The service did not answer: %s", error.reason)
            except Exception:  # the next look may go well
                log.exception("The course gateway could not look at what is unfinished")
            has_looked.set()
            await asyncio.sleep(rules.look_every)

    async def copy() -> None:  # beside the looks: they must not wait as long as a class asks
        while True:
            await has_looked.wait()
            has_looked.clear()
            try:
                await pictures.fetch()
            except Exception:  # after the next look it may go well
                log.exception("The course gateway could not make small copies")

    async def say_that_it_lives() -> None:
        while True:
            await asyncio.sleep(_SAYS_EVERY)
            try:
                await gateway.still_sending()
            except Exception:  # it says so again
                log.exception("The course gateway could not write that it is sending")

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        keeping = [asyncio.create_task(one()) for one in (keep, copy, say_that_it_lives)]
        try:
            yield
        finally:
            for one in keeping:
                one.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
            await upstream.close()
            await asyncio.to_thread(books.close)

    routes: list[Route | Mount] = [*gateway.routes(), *page.routes()]
    if hub is not None:
        routes = [Mount(hub.prefix.rstrip("/"), routes=routes)]
    return Starlette(routes=routes, lifespan=lifespan)


def read_hub(environment: Mapping[str, str]) -> Hub | None:
    """The hub that has started this process as its service; `None` where none has."""
    api_url = environment.get("JUPYTERHUB_API_URL")
    prefix = environment.get("JUPYTERHUB_SERVICE_PREFIX")
    return Hub(api_url, prefix) if api_url and prefix else None


def read_user(api_url: str, token: str) -> str | None:
    """Whose token it is, as the hub says; `None` where it is no one's. Blocks.

    Raises:
        Unanswered: the hub did not answer.
    """
    if not (token.isascii() and token.isprintable()):
        return None
    request = urllib.request.Request(
        f"{api_url.rstrip('/')}/user", headers={"Authorization": f"token {token}"}
    )
    # A proxy of the environment would get the students' tokens.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_HUB_SECONDS) as reply:
            user: Any = json.loads(reply.read(1_000_000))
    except urllib.error.HTTPError as refused:
        if refused.code in (401, 403, 404):
            return None
        raise Unanswered(f"the hub answered {refused.code}") from None
    except (OSError, ValueError):
        raise Unanswered("the hub does not answer") from None
    if not isinstance(user, dict) or user.get("kind", "user") != "user":
        return None  # a service of the hub may have any name, a student's too
    name = user.get("name")
    return name if isinstance(name, str) and name.isprintable() and name.strip() else None
