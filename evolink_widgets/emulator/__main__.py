"""`python -m evolink_widgets.emulator`: the service's imitation on a port of this machine."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from .faults import FAULTS, Weather
from .server import Addresses, bind, serve
from .service import Service


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and serve; 0 when stopped, 2 when it cannot begin."""
    parser = argparse.ArgumentParser(
        prog="python -m evolink_widgets.emulator",
        description="An offline imitation of EvoLink's image API. Any non-empty key is taken.",
        epilog="Weather: " + ", ".join(FAULTS),
    )
    parser.add_argument("--port", type=int, default=8787, help="API port; 0 takes a free one")
    parser.add_argument("--media-port", type=int, help="pictures' port; default: the next one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--speed", type=float, default=1.0, help="times the real service's pace")
    parser.add_argument("--seed", type=int, help="makes ids, durations and pictures repeatable")
    parser.add_argument("--weather", action="append", default=[], metavar="FAULT")
    parser.add_argument("--memory", type=Path, help="a file in which tasks outlive this process")
    parser.add_argument("--credits", type=float, default=10_000.0, help="the account's balance")
    parser.add_argument("--allowance", type=float, help="this key's own credits; default: no limit")
    parser.add_argument("--no-rate-limit", action="store_true", help="for load tests")
    given = parser.parse_args(arguments)
    if not given.speed > 0:
        parser.error("--speed must be greater than 0")
    weather = Weather()
    try:
        for name in given.weather:
            weather.play(name)
    except ValueError as error:
        parser.error(str(error))
    service = Service(
        speed=given.speed,
        seed=given.seed,
        weather=weather,
        memory=given.memory,
        balance=given.credits,
        allowance=given.allowance,
        rate=None if given.no_rate_limit else (200.0, 400.0),
    )
    media_port = given.media_port if given.media_port is not None else given.port and given.port + 1
    try:
        api, media = bind(given.host, given.port), bind(given.host, media_port)
    except OSError as error:
        print(f"Cannot listen on port {given.port} or {media_port}: {error}", file=sys.stderr)
        return 2
    try:
        asyncio.run(serve(service, api, media, ready=_announce))
    except ModuleNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


def _announce(addresses: Addresses) -> None:
    print(f"EvoLink emulator: {addresses.api}  (pictures on {addresses.media})", flush=True)


if __name__ == "__main__":
    sys.exit(main())
