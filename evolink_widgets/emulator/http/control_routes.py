"""Routes for tests, tutorials and benchmarks: weather, prices, counts and the OpenAPI document."""

from __future__ import annotations

import math
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from evolink_widgets.emulator.contract.refusal import Refusal, bad
from evolink_widgets.emulator.http.request_gate import refused
from evolink_widgets.emulator.http.request_values import read_json
from evolink_widgets.emulator.service.service import Service

__all__ = ["ControlRoutes"]


class ControlRoutes:
    """The handlers, over one service. They take no key and are not counted."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/emulator/weather", self.weather, methods=["GET", "POST"]),
            Route("/emulator/prices", self.prices, methods=["GET", "POST"]),
            Route("/emulator/counts", self.counts, methods=["GET"]),
            Route("/emulator/openapi.yaml", self.contract, methods=["GET"]),
        ]

    async def weather(self, request: Request) -> Response:
        """GET: the faults in play. POST `{"play": name, "times": …}`: play one."""
        if request.method == "POST":
            try:
                self._play(await read_json(request))
            except Refusal as refusal:
                return refused(refusal)
        return JSONResponse({"weather": self._service.weather.now})

    def _play(self, wish: object) -> None:
        if not isinstance(wish, dict) or not isinstance(wish.get("play"), str):
            raise bad("play", "play must be the name of a fault, or fair.")
        how = {name: value for name, value in wish.items() if name != "play"}
        try:
            self._service.weather.play(wish["play"], **how)
        except (TypeError, ValueError) as error:
            raise bad("play", str(error)) from None

    async def prices(self, request: Request) -> Response:
        """GET: what pictures cost, in published prices. POST `{"factor": 1.3}`: from now on."""
        if request.method == "POST":
            try:
                self._service.prices = _factor(await read_json(request))
            except Refusal as refusal:
                return refused(refusal)
        return JSONResponse({"factor": self._service.prices})

    async def counts(self, request: Request) -> Response:
        """How often what was asked for since the start, and the credits that it came to."""
        self._service.credits()  # settles what has ended
        counts = dict(sorted(self._service.counts.items()))
        return JSONResponse({**counts, "charged credits": self._service.account.used})

    async def contract(self, request: Request) -> Response:
        """The API's description in OpenAPI."""
        return PlainTextResponse((Path(__file__).parent / "openapi.yaml").read_text("utf-8"))


def _factor(wish: object) -> float:
    factor = wish.get("factor") if isinstance(wish, dict) else None
    if isinstance(factor, (int, float)) and factor is not True and 0 < factor < math.inf:
        return float(factor)
    raise bad("factor", "factor must be a number greater than 0.")
