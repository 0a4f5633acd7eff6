"""`python -m evolink_widgets.emulator`: the service's imitation on ports of this machine."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path

from evolink_widgets.emulator.http.guard import read_host
from evolink_widgets.emulator.http.server import Addresses, bind, serve
from evolink_widgets.emulator.service.faults import FAULTS, Weather
from evolink_widgets.emulator.service.service import Service


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and serve.

    Returns:
        0 when stopped by SIGINT or SIGTERM, 2 when it cannot begin.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    service = _service(parser, given)
    media_port = given.media_port
    if media_port is None:
        media_port = given.port + 1 if given.port else 0
    try:
        api = bind(given.host, given.port)
        try:
            media = bind(given.host, media_port)
        except OSError:
            api.close()
            raise
    except OSError as error:
        print(f"Cannot listen on ports {given.port} and {media_port}: {error}", file=sys.stderr)
        return 2
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(
                serve(
                    service,
                    api,
                    media,
                    ready=_announce,
                    hosts=_names(given),
                    request_seconds=given.request_timeout,
                )
            )
    except ModuleNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evolink_widgets.emulator",
        description="An offline imitation of EvoLink's image API. Any key will do.",
        epilog="Weather: " + ", ".join(FAULTS),
    )
    add = parser.add_argument
    add("--port", type=int, default=8787, help="API port; 0 takes a free one (default: 8787)")
    add("--media-port", type=int, help="the pictures' port (default: the next one)")
    add("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add(
        "--allow-host",
        type=_host,
        action="append",
        default=[],
        metavar="NAME",
        help="take calls by this name too, such as a container's; may be repeated",
    )
    add("--speed", type=_positive, default=1.0, help="times the real service's pace (default: 1)")
    add("--seed", type=int, help="makes durations and pictures repeatable, in any order of asks")
    add("--weather", action="append", default=[], metavar="FAULT", help="play it; may be repeated")
    add("--memory", type=Path, help="a file in which tasks outlive this process")
    add("--credits", type=_positive, default=10_000.0, help="each account's balance")
    add(
        "--key",
        type=_key,
        action="append",
        default=[],
        metavar="KEY",
        help="accept this key only; may be repeated (default: any key)",
    )
    add(
        "--accounts",
        action="store_true",
        help="each key is an account of its own: tasks, credits and files (default: one for all)",
    )
    add("--allowance", type=_positive, help="each key's own credits (default: no limit)")
    add("--prices", type=_positive, default=1.0, help="times the published ones (default: 1)")
    add("--rate", type=_positive, default=200.0, help="requests a second for each key")
    add("--no-rate-limit", action="store_true", help="for load tests")
    add("--request-timeout", type=_positive, help="seconds for a request to arrive (default: 20)")
    add("--loopback-callbacks", action="store_true", help="call back to this machine too")
    return parser


def _service(parser: argparse.ArgumentParser, given: argparse.Namespace) -> Service:
    weather = Weather()
    try:
        for name in given.weather:
            weather.play(name)
    except ValueError as error:
        parser.error(str(error))
    return Service(
        speed=given.speed,
        seed=given.seed,
        weather=weather,
        memory=given.memory,
        balance=given.credits,
        allowance=given.allowance,
        rate=None if given.no_rate_limit else (given.rate, max(1.0, 2 * given.rate)),
        loopback_callbacks=given.loopback_callbacks,
        prices=given.prices,
        keys=given.key,
        accounts=given.accounts,
    )


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be greater than 0")
    return number


def _names(given: argparse.Namespace) -> list[str]:
    """The hosts by which it may be called; what it listens on may be none, such as a wildcard."""
    with contextlib.suppress(ValueError):
        return [read_host(given.host), *given.allow_host]
    return list(given.allow_host)


def _key(text: str) -> str:
    if not (key := text.strip()):
        raise argparse.ArgumentTypeError("must not be empty")
    return key


def _host(text: str) -> str:
    try:
        return read_host(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _announce(addresses: Addresses) -> None:
    print(f"EvoLink emulator: {addresses.api}  (pictures on {addresses.media})", flush=True)


if __name__ == "__main__":
    sys.exit(main())
