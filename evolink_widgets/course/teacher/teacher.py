"""The teacher's page: who has spent what, what runs, what was refused, and the pictures."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from evolink_widgets.course.books.asks import Ask, Standing
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.teacher.small_pictures import SmallPictures
from evolink_widgets.rules.tasks.task import read_mapping

__all__ = ["TeacherPage"]

_STATIC = Path(__file__).parent / "static"
_SHARED = Path(__file__).parents[2] / "widgets" / "base" / "static" / "tokens.css"
_FILES = {
    "teacher.js": (_STATIC / "teacher.js", "text/javascript"),
    "teacher.css": (_STATIC / "teacher.css", "text/css"),
    "tokens.css": (_SHARED, "text/css"),
}
_NEWEST = 200
"""Asks that the page shows; all of them are in the export."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; style-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_Handler = Callable[[Request], Awaitable[Response]]


class TeacherPage:
    """The page and what it asks for.

    The token stands in the address after `#`, which a browser sends to no server, and comes with
    each request in a header: a page of another origin can ask for nothing.

    Args:
        books: the course's.
        pictures: the small copies.
        token: opens the page.
        title: of the course.
    """

    def __init__(self, books: Books, pictures: SmallPictures, token: str, title: str) -> None:
        self._books = books
        self._pictures = pictures
        self._token = token
        self._title = title

    def routes(self) -> list[Route]:
        """Its addresses, under /course."""
        return [
            Route("/course", self._page),
            Route("/course/{name}.{kind}", self._file),
            Route("/course/state", self._for(self._state)),
            Route("/course/export", self._for(self._export)),
            Route("/course/pictures/{task_id}/{number:int}", self._for(self._picture)),
            Route("/course/students/{name:path}", self._for(self._bar), methods=["POST"]),
        ]

    def _for(self, act: _Handler) -> _Handler:
        async def endpoint(request: Request) -> Response:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not secrets.compare_digest(
                token.strip().encode(), self._token.encode()
            ):
                return JSONResponse({"message": "This is not the teacher's token."}, 401)
            reply = await act(request)
            reply.headers.update(_HEADERS)
            return reply

        return endpoint

    async def _page(self, _: Request) -> Response:
        return FileResponse(_STATIC / "teacher.html", media_type="text/html", headers=_HEADERS)

    async def _file(self, request: Request) -> Response:
        name = f"{request.path_params['name']}.{request.path_params['kind']}"
        if name not in _FILES:
            return Response(status_code=404)
        path, kind = _FILES[name]
        return FileResponse(path, media_type=kind, headers=_HEADERS)

    async def _state(self, _: Request) -> Response:
        asks = await self._books.newest(_NEWEST)
        standings = await self._books.standings()
        small: dict[str, list[int]] = {}
        for task_id, number in sorted(await self._pictures.all()):
            small.setdefault(task_id, []).append(number)
        return JSONResponse(
            {
                "title": self._title,
                "course_budget": self._books.course_budget,
                "students": [{**asdict(one), "left": one.left} for one in standings],
                "asks": [_shown(ask, small) for ask in asks],
                "total": await self._books.number(),
            }
        )

    async def _export(self, _: Request) -> Response:
        text = to_csv(await self._books.standings(), await self._books.all_asks())
        headers = {"Content-Disposition": 'attachment; filename="course.csv"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    async def _picture(self, request: Request) -> Response:
        where = request.path_params
        small = await self._pictures.read(where["task_id"], where["number"])
        return (
            Response(status_code=404) if small is None else Response(small, media_type="image/webp")
        )

    async def _bar(self, request: Request) -> Response:
        barred = read_mapping(await request.json()).get("barred")
        if not isinstance(barred, bool):
            return JSONResponse({"message": "barred must be true or false."}, 400)
        name = request.path_params["name"]
        if not await self._books.bar(name, barred):
            return JSONResponse({"message": f"There is no student {name!r}."}, 404)
        return JSONResponse({})


def to_csv(standings: Sequence[Standing], asks: Sequence[Ask]) -> str:
    """Every ask of the course as CSV, oldest first; a student who has asked nothing has one line.

    Times are UTC. Text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ("student", "asked_at", "state", "prompt", "model", "size", "resolution", "quality", "n",
         "references", "credits_reserved", "credits_charged", "task_id", "said")
    )  # fmt: skip
    for ask in reversed(asks):
        body = ask.request
        moment = datetime.fromtimestamp(ask.asked_at, timezone.utc).isoformat(timespec="seconds")
        row = (
            ask.student, moment, ask.step.value, body.get("prompt"), body.get("model"),
            body.get("size"), body.get("resolution"), body.get("quality"), body.get("n", 1),
            len(body.get("image_urls", ())), ask.reserved, ask.charged, ask.task_id, ask.said,
        )  # fmt: skip
        writer.writerow([_plain(value) for value in row])
    quiet = {one.name for one in standings} - {ask.student for ask in asks}
    for name in sorted(quiet):
        writer.writerow([_plain(name), *[""] * 13])
    return out.getvalue()


def _plain(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _shown(ask: Ask, small: Mapping[str, list[int]]) -> dict[str, Any]:
    document = ask.document or {}
    results = document.get("results")
    return {
        "student": ask.student,
        "task_id": ask.task_id,
        "prompt": ask.request.get("prompt"),
        "size": ask.request.get("size"),
        "quality": ask.request.get("quality"),
        "step": ask.step.value,
        "cost": ask.cost,
        "said": ask.said,
        "asked_at": ask.asked_at,
        "pictures": len(results) if isinstance(results, list) else 0,
        "small": small.get(ask.task_id or "", []),
    }
