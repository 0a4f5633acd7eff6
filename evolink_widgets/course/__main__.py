"""`python -m evolink_widgets.course`: a gateway for a class, its tokens, its books as CSV."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from evolink_widgets.connect.connections import live_service
from evolink_widgets.core.settings.keys import LEAST
from evolink_widgets.errors import ConfigurationError

TEACHER_TOKEN = "EVOLINK_TEACHER_TOKEN"
_NEEDS = 'The course gateway needs more: pip install "evolink-widgets[course]"'


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and do it.

    Returns:
        0 when it is done, or stopped by SIGINT or SIGTERM; 2 when it cannot begin.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        import sqlalchemy
        import uvicorn
    except ModuleNotFoundError:
        print(_NEEDS, file=sys.stderr)
        return 2
    del sqlalchemy, uvicorn
    try:
        acts: dict[str, Callable[[argparse.Namespace], None]] = {
            "serve": _serve, "tokens": _tokens, "export": _export,
        }  # fmt: skip
        acts[given.command](given)
    except (ConfigurationError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


def _serve(given: argparse.Namespace) -> None:
    from evolink_widgets.course.allowed import Allowed
    from evolink_widgets.course.books.books import Books
    from evolink_widgets.course.books.roster import read_students
    from evolink_widgets.course.server import Rules, create_app, read_hub

    service = live_service(os.environ)
    teacher = _teacher_token()
    hub = read_hub(os.environ)
    if given.students is None and hub is None:
        raise ConfigurationError(
            "No list of students was named.",
            advice="Use --students FILE; a JupyterHub's service needs none.",
        )
    students = [] if given.students is None else read_students(_text(given.students))
    cassettes = dict(given.record)
    unknown = set(cassettes) - {one.name for one in students} if hub is None else set()
    if unknown:
        raise ConfigurationError(
            f"--record names {', '.join(sorted(unknown))}, not in the list of students."
        )
    rules = Rules(
        title=given.title,
        allowed=Allowed(
            models=given.model or None,
            qualities=given.quality or None,
            pixels=given.pixels,
            pictures=given.pictures,
        ),
        at_once=given.at_once,
        rate=given.rate,
    )
    books = Books(_books_url(given.books), budget=given.budget, course_budget=given.course_budget)
    try:
        without = asyncio.run(books.enrol(students, {}))
        app = create_app(books, service, teacher, rules, hub, cassettes)
        listener = _listen(given.host, given.port)
    except BaseException:
        books.close()
        raise
    for line in _greeting(given, listener, teacher, without if hub is None else []):
        print(line, flush=True)
    _run(app, listener, given)


def _teacher_token() -> str:
    """The password of the teacher's page.

    Raises:
        ConfigurationError: it is so short that it could be guessed.
    """
    token = os.environ.get(TEACHER_TOKEN) or secrets.token_urlsafe(24)
    if len(token) < LEAST:
        raise ConfigurationError(
            f"{TEACHER_TOKEN} is shorter than {LEAST} characters.",
            advice="Make a longer one, or leave it unset: then one is made, and printed.",
        )
    return token


def _run(app: object, listener: socket.socket, given: argparse.Namespace) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,  # addresses hold task ids, and no one needs them
        ws="none",
        http="h11",  # whatever else is installed: httptools takes heads of any length
        ssl_certfile=given.certificate,
        ssl_keyfile=given.certificate_key,
        timeout_graceful_shutdown=130,  # a paid request is waited for
    )
    # The thread of the books gives the interpreter up at each statement. With the usual 5 ms it
    # may wait for as long each time that another computes, and whoever asks waits with it.
    sys.setswitchinterval(0.001)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


def _tokens(given: argparse.Namespace) -> None:
    from evolink_widgets.course.books.books import Books
    from evolink_widgets.course.books.roster import (
        new_token,
        read_students,
        token_hash,
        write_tokens,
    )

    students = read_students(_text(given.students))
    unknown = set(given.renew) - {one.name for one in students}
    if unknown:
        raise ConfigurationError(f"{', '.join(sorted(unknown))}: not in the list of students.")
    books = Books(_books_url(given.books), budget=0)
    try:

        async def make() -> list[tuple[str, str]]:
            has = {one.name for one in await books.standings() if one.has_token}
            names = [one.name for one in students if one.name not in has or one.name in given.renew]
            made = [(name, new_token()) for name in names]
            await books.enrol(students, {name: token_hash(token) for name, token in made})
            return made

        made = asyncio.run(make())
    finally:
        books.close()
    sys.stdout.write(write_tokens(made))
    left = len(students) - len(made)
    if left:
        print(
            f"{left} students have a token already; --renew NAME makes a new one.", file=sys.stderr
        )


def _export(given: argparse.Namespace) -> None:
    from evolink_widgets.course.books.books import Books
    from evolink_widgets.course.teacher.teacher import to_csv

    books = Books(_books_url(given.books), budget=0)
    try:

        async def read() -> str:
            return to_csv(await books.standings(), await books.all_asks())

        sys.stdout.write(asyncio.run(read()))
    finally:
        books.close()


def _greeting(
    given: argparse.Namespace, listener: socket.socket, teacher: str, without: Sequence[str]
) -> list[str]:
    port = listener.getsockname()[1]
    host = f"[{given.host}]" if ":" in given.host else given.host
    address = f"{'https' if given.certificate else 'http'}://{host}:{port}"
    lines = [
        f"Students set EVOLINK_BASE_URL={address} and EVOLINK_API_KEY to their token.",
        f"The teacher's page: {address}/course#token={teacher}",
    ]
    lines += [f"What {name} asks is recorded to {file}." for name, file in given.record]
    if without:
        lines.append(
            f"{len(without)} students have no token: "
            "python -m evolink_widgets.course tokens makes them."
        )
    if given.certificate is None and given.host not in ("127.0.0.1", "localhost", "::1"):
        lines.append(
            "Notebooks on other machines take https alone: give --certificate and "
            "--certificate-key, or let a proxy with a certificate pass requests on."
        )
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evolink_widgets.course",
        description="One process that holds a class's key. Each student has a token and a budget.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the gateway and the teacher's page")
    tokens = commands.add_parser("tokens", help="make tokens, and print those as CSV")
    export = commands.add_parser("export", help="print every ask of the course as CSV")
    for one in (serve, tokens, export):
        one.add_argument(
            "--books",
            default="course.sqlite",
            metavar="FILE",
            help="the course's books: a file, or postgresql+psycopg://user:password@host/name "
            "(default: course.sqlite)",
        )
    for one in (serve, tokens):
        one.add_argument(
            "--students",
            type=Path,
            required=one is tokens,
            metavar="FILE",
            help="CSV with the columns name and, where some differ, budget",
        )
    tokens.add_argument(
        "--renew", action="append", default=[], metavar="NAME", help="a new token; the old is void"
    )
    add = serve.add_argument
    add("--budget", type=_credits, required=True, help="each student's credits")
    add("--course-budget", type=_credits, help="credits of all together (default: no limit)")
    add("--title", default="Course", help="of the course, on the teacher's page")
    add("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add("--port", type=int, default=8790, help="0 takes a free one (default: 8790)")
    add("--certificate", metavar="FILE", help="TLS certificate chain, as PEM")
    add("--certificate-key", metavar="FILE", help="its private key, as PEM")
    add("--model", action="append", metavar="NAME", help="allow this model; may be repeated")
    add("--quality", action="append", metavar="WORD", help="allow this quality; may be repeated")
    add("--pixels", type=_whole, help="width times height of a picture, at most")
    add("--pictures", type=_whole, help="pictures of one request, at most")
    add("--at-once", type=_whole, default=16, help="calls on their way at once (default: 16)")
    add(
        "--record",
        action="append",
        type=_cassette,
        default=[],
        metavar="NAME=FILE",
        help="record what this student asks on a cassette, such as Ana=lesson1.cassette; "
        "may be repeated",
    )
    add("--rate", type=_credits, help="calls a second (default: as the service allows)")
    return parser


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on {host} port {port}: {error.strerror or error}.",
            advice="Choose another --port; 0 takes a free one.",
        ) from None
    # asyncio sets TCP_NODELAY only where the protocol is named; without it, a reply that is
    # written in two parts waits for the client's delayed acknowledgement, 40 ms.
    kind = (family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    return socket.socket(*kind, fileno=made.detach())


def _books_url(name: str) -> str:
    return name if "://" in name else f"sqlite:///{Path(name).absolute()}"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} can't be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}."
        ) from None


def _credits(text: str) -> float:
    number = float(text)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError("must be a number, 0 or more")
    return number


def _cassette(text: str) -> tuple[str, Path]:
    name, _, file = text.rpartition("=")
    if not name.strip() or not file.strip():
        raise argparse.ArgumentTypeError("must be a student's name, = and a file")
    return name.strip(), Path(file.strip())


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be a whole number from 1 on")
    return number


if __name__ == "__main__":
    sys.exit(main())
