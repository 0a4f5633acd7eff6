"""The server's side of the panel: what it may be asked, over HTTP and over one WebSocket.

Every answer is made on a thread: the server's loop has kernels to serve. Every handler asks the
server's own identity, authorizer, origin and XSRF checks, as its contents handlers do; what is
shown is what the server would serve as a file.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.utils import url_path_join
from tornado import web, websocket

from evolink_widgets.core.loop import Workers
from evolink_widgets.errors import EvolinkError
from evolink_widgets.jupyter.server.callbacks import open_for_callbacks, with_own_login
from evolink_widgets.jupyter.server.changes import Changes
from evolink_widgets.runtime.deadline import deadline

if TYPE_CHECKING:
    from evolink_widgets.jupyter.server.found_stores import FoundStores
    from evolink_widgets.jupyter.server.pictures import PicturesUnderRoot
    from evolink_widgets.store.gallery.pictures import GeneratedImage

__all__ = ["add_handlers"]

#: The first part of every address.
_PLACE = "evolink-widgets"
#: Longest edges of small copies, as they are asked for.
_EDGES = {"small": 160, "thumb": 320, "preview": 1600}
_CHUNK = 256 * 1024
#: Ids in one request, and letters of one.
_IDS, _LETTERS = 2_000, 120
#: Seconds that a server which ends waits for the stores to be let go of.
_LAST = 1.0
#: Seconds for which the folders of kernels are taken as they were, while no kernel comes or goes.
_SESSIONS = 10.0


class Desk:
    """What all handlers of one server share: the stores, their pictures, and the threads.

    Args:
        serverapp: the server.
    """

    def __init__(self, serverapp: Any) -> None:
        self._contents = serverapp.contents_manager
        self._kernels = serverapp.kernel_manager
        self._sessions = serverapp.session_manager
        #: One thread, so that each store is read by one at a time; small pictures have their own.
        self.reading = Workers("evolink-reading", 1)
        self.drawing = Workers("evolink-drawing", 2)
        self._found: FoundStores | None = None
        self._pictures: PicturesUnderRoot | None = None
        self.changes = Changes(self.stores, self.reading, self._folders)
        self._kernels_then: tuple[str, ...] = ()
        self._folders_then: list[str] = []
        self._asked_at = 0.0

    def stores(self) -> FoundStores:
        """The stores; on the reading thread, which also loads the modules."""
        from evolink_widgets.jupyter.server.found_stores import FoundStores

        if self._found is None:
            root = getattr(self._contents, "root_dir", None)
            if not root:
                raise EvolinkError("This server's files are not on its own disk.")
            hidden = bool(getattr(self._contents, "allow_hidden", False))
            listed = getattr(self._contents, "should_list", lambda _: True)
            self._found = FoundStores(Path(root), hidden=hidden, listed=listed)
            self._found.refresh()
        return self._found

    def pictures(self) -> PicturesUnderRoot:
        """Their pictures; on the reading thread."""
        from evolink_widgets.jupyter.server.pictures import PicturesUnderRoot

        if self._pictures is None:
            self._pictures = PicturesUnderRoot(self.stores())
        return self._pictures

    async def close(self) -> None:
        """End the watch, and let go of the stores; the server ends."""
        await self.changes.stop()
        if self._found is not None:
            with contextlib.suppress(TimeoutError):  # it may be on a walk; that ends by itself
                async with deadline(_LAST):
                    await self.reading.run(self._found.close)
        self.reading.close()
        self.drawing.close()

    async def _folders(self) -> Iterable[str]:
        """The folders in which kernels work, from the root."""
        kernels = tuple(sorted(self._kernels.list_kernel_ids()))
        now = time.monotonic()
        settled = kernels == self._kernels_then and now - self._asked_at < _SESSIONS
        if not settled:
            # A session is known a moment after its kernel is: until then it is asked again.
            sessions = await ensure_async(self._sessions.list_sessions())
            self._folders_then = [str(one.get("path") or "").rpartition("/")[0] for one in sessions]
            if len(sessions) >= len(kernels) or now - self._asked_at >= _SESSIONS:
                self._kernels_then, self._asked_at = kernels, now
        return self._folders_then


class _Handler(APIHandler):
    """Answers in JSON what a function on the reading thread gives."""

    auth_resource = "contents"

    def initialize(self, desk: Desk) -> None:
        self.desk = desk

    async def answer(self, make: Callable[..., Any], *given: Any, status: int = 409) -> None:
        """Write what `make` returns, or its error as a sentence with this status."""

        def made() -> str:
            return json.dumps(make(self.desk.pictures(), *given))

        try:
            body = await self.desk.reading.run(made)
        except EvolinkError as error:
            self.set_status(status)
            body = json.dumps({"message": error.message, "advice": error.advice})
        self.set_header("Cache-Control", "no-store")
        await self.finish(body)

    def query(self) -> object:
        """The query in the address."""
        try:
            return json.loads(self.get_argument("query", "{}"))
        except (ValueError, RecursionError):
            raise web.HTTPError(400, "query must be JSON") from None

    def number(self, name: str, most: int) -> int:
        """A whole number in the address."""
        text = self.get_argument(name, "0")
        if not text.isascii() or not text.isdecimal() or len(text) > 12:
            raise web.HTTPError(400, f"{name} must be a whole number from 0")
        return min(int(text), most)

    def picture(self) -> str:
        """The id of the one picture that is asked for."""
        name: str = self.get_argument("picture", "")
        return _checked(name)


class LookHandler(_Handler):
    """How many pictures match, and what filters can say."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        await self.answer(lambda pictures, query: pictures.look(query), self.query())


class PageHandler(_Handler):
    """One page of the pictures."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        offset, limit = self.number("offset", 1 << 40), self.number("limit", 200)
        await self.answer(lambda pictures, query: pictures.page(query, offset, limit), self.query())


class IdsHandler(_Handler):
    """The ids between two places."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        start, end = self.number("from", 1 << 40), self.number("to", 1 << 40)
        await self.answer(lambda pictures, query: pictures.ids(query, start, end), self.query())


class AboutHandler(_Handler):
    """Facts of one picture, its code, or its place among the files."""

    @web.authenticated
    @authorized
    async def get(self, what: str) -> None:
        name = self.picture()
        await self.answer(lambda pictures: getattr(pictures, what)(name), status=404)


class RecipeHandler(_Handler):
    """What a picture file under the root was made from."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        path = self.get_argument("path", "")
        await self.answer(lambda pictures: pictures.recipe(path), status=404)


class WriteHandler(_Handler):
    """The three writes there are: favourite, trash, and undo."""

    @web.authenticated
    @authorized
    async def post(self, what: str) -> None:
        body = self.get_json_body()
        given = body if isinstance(body, dict) else {}
        names = given.get("pictures")
        if not isinstance(names, list) or len(names) > _IDS:
            raise web.HTTPError(400, f"pictures must be a list of at most {_IDS:,} ids")
        checked = [_checked(name) for name in names]
        more = [given.get("on") is True] if what == "favourite" else []
        await self.answer(lambda pictures: getattr(pictures, what)(checked, *more))
        self.desk.changes.wrote()


class BytesHandler(_Handler):
    """A picture, or a small copy of it; known again by its ETag."""

    @web.authenticated
    @authorized
    async def get(self, what: str) -> None:
        self.check_xsrf_cookie()  # from our own pages alone, as the server's own files
        name = self.picture()
        try:
            image = await self.desk.reading.run(lambda: self.desk.pictures().image(name))
            self.set_header("Etag", f'"{image.sha256[:32]}-{what}"')
            # The bytes behind an id stay: the service's own, and what is made of them.
            self.set_header("Cache-Control", "private, max-age=3600")
            self.set_header("X-Content-Type-Options", "nosniff")
            if self.check_etag_header():
                self.set_status(304)
                await self.finish()
            elif what in _EDGES:
                small = await self.desk.drawing.run(image.thumbnail, _EDGES[what])
                await self.finish(small, set_content_type="image/webp")
            else:
                await self._stream(image, what)
        except EvolinkError as error:
            self.clear_header("Etag")
            self.set_header("Cache-Control", "no-store")
            self.set_status(404)
            await self.finish(json.dumps({"message": error.message, "advice": error.advice}))

    async def _stream(self, image: GeneratedImage, what: str) -> None:
        from evolink_widgets.widgets.base.transfers.outgoing_pictures import piece

        kind, offset, total = f"image/{image.format}", 0, 1
        while offset < total:
            told, part = await self.desk.drawing.run(piece, image, what, offset)
            if offset == 0:
                total = told["total"]
                self.set_header("Content-Type", kind)
                self.set_header("Content-Length", str(total))
                self.set_header("X-File-Name", image.path.name.encode("ascii", "replace"))
            if not part:
                raise web.HTTPError(500, "The file became shorter while it was read")
            offset += len(part)
            self.write(part)
            await self.flush()
        await self.finish(set_content_type=kind)


class HomeHandler(_Handler):
    """All stores under the root as one zip file, or the one with a mark; and which there are.

    It holds what the server hides as well: references, and what lies in the trash. So it is for
    those who may write here.
    """

    @web.authenticated
    @authorized
    async def get(self, what: str) -> None:
        self.check_xsrf_cookie()
        may = self.authorizer.is_authorized(self, self.current_user, "write", self.auth_resource)
        if not await ensure_async(may):
            raise web.HTTPError(403)
        mark = self.get_argument("mark", "")
        if what == "look":
            await self.answer(lambda pictures: pictures.home(mark).told())
            return
        home = await self.desk.reading.run(lambda: self.desk.pictures().home(mark))
        parts = home.pieces()
        try:
            part = await self.desk.drawing.run(next, parts, b"")
            self.set_header("Content-Type", "application/zip")
            self.set_header("Content-Disposition", f'attachment; filename="{home.file_name}"')
            self.set_header("Cache-Control", "no-store")
            while part:
                self.write(part)
                await self.flush()  # as fast as the browser takes it, and no faster
                part = await self.desk.drawing.run(next, parts, b"")
        except EvolinkError as error:
            if self._headers_written:  # cut off, the browser knows that it has not got all
                raise
            self.clear_header("Content-Disposition")
            self.set_status(409)
            await self.finish(json.dumps({"message": error.message}))
        else:
            await self.finish(set_content_type="application/zip")
        finally:
            parts.close()


class ChangesSocket(WebSocketMixin, websocket.WebSocketHandler, JupyterHandler):
    """Tells a page what runs, what was spent and that pictures have changed; hears nothing."""

    auth_resource = "contents"

    def initialize(self, desk: Desk) -> None:
        self.desk = desk

    @with_own_login
    async def get(self, *args: Any, **kwargs: Any) -> None:
        user = self.current_user
        if user is None:
            raise web.HTTPError(403)
        if not await ensure_async(
            self.authorizer.is_authorized(self, user, "read", self.auth_resource)
        ):
            raise web.HTTPError(403)
        told = super().get(*args, **kwargs)
        if told is not None:
            await told

    def open(self, *args: str, **kwargs: str) -> None:
        super().open(*args, **kwargs)
        self.desk.changes.join(self.write_message)

    def on_message(self, message: str | bytes) -> None:
        """Nothing is asked over the socket."""

    def on_close(self) -> None:
        self.desk.changes.leave(self.write_message)
        super().on_close()


def _checked(name: object) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= _LETTERS:
        raise web.HTTPError(400, "picture must be the id of a picture")
    return name


def add_handlers(serverapp: Any) -> Desk:
    """Add our handlers to a server, under its base address; returns what they share."""
    application = serverapp.web_app
    desk = Desk(serverapp)
    given = {"desk": desk}
    places = [
        ("pictures/look", LookHandler),
        ("pictures/page", PageHandler),
        ("pictures/ids", IdsHandler),
        ("pictures/(facts|code|place)", AboutHandler),
        ("pictures/(favourite|trash|restore)", WriteHandler),
        ("bytes/(small|thumb|preview|original|copy)", BytesHandler),
        ("recipe", RecipeHandler),
        ("home/(look|zip)", HomeHandler),
        ("changes", ChangesSocket),
    ]
    base = application.settings["base_url"]
    application.add_handlers(
        ".*$",
        [
            *((url_path_join(base, _PLACE, place), handler, given) for place, handler in places),
            *open_for_callbacks(serverapp, url_path_join(_PLACE, "callbacks")),
        ],
    )
    return desk
