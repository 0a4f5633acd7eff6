"""The only place that knows httpx: connections out, replies or classified failures back.

A connection leads into the network (`network`), or to an ASGI application in this process.

Two things are decided here and nowhere else. Who sees the key: the API hosts, by exact origin,
and never a picture host nor the target of a redirect. And what a broken exchange means: whether
the request surely never left (`Event.NOT_SENT`) or may have arrived.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx

from evolink_widgets.core.loop import spawn
from evolink_widgets.core.service.certificates import roots_named_by
from evolink_widgets.core.service.network import Guard, HostRefused, Network, ProxyRefused, Roots
from evolink_widgets.core.service.proxies import SettingFault
from evolink_widgets.core.settings.keys import HIDDEN, Key, in_document
from evolink_widgets.deadline import deadline
from evolink_widgets.references.secret_links import SECRETS, hide_secrets
from evolink_widgets.rules.request.service_address import is_loopback
from evolink_widgets.rules.tasks.outcome import Event

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

CONNECTIONS = 16
"""Open at once to the API for what costs nothing: 500 readings a second over a line of 30 ms."""

MAX_BODY = 8 * 2**20
"""Bytes of an API reply that are read at most; the largest legal one is far below."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds of silence that are borne.

    Attributes:
        connect: until a connection stands.
        read: between two pieces of a reply.
        total: for a whole API call that costs nothing; a trickling reply is cut here.
        paid: for the call that costs money, whose reply is worth waiting for.
    """

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0
    paid: float = 120.0


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP, read to its end. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> object:
        """The body as JSON, or `None` where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class NoAnswer(Exception):
    """The exchange broke.

    Args:
        event: whether the request may have arrived.
        reason: what happened, as a phrase.
        lasting: it will happen again until something is changed.
        advice: what to change, where that is known.
    """

    def __init__(
        self, event: Event, reason: str, *, lasting: bool = False, advice: str | None = None
    ) -> None:
        super().__init__(reason)
        self.event = event
        self.reason = reason
        self.lasting = lasting
        self.advice = advice


class LinkForbidden(NoAnswer):
    """A link leads where nothing is fetched from; nothing was sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(Event.NOT_SENT, reason, lasting=True)


@dataclass(frozen=True)
class Download:
    """A reply whose body is still coming."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class Transport:
    """Connections to one service; to be used on the core's loop only.

    Args:
        key: the API key, or `None` for the emulator in this process.
        api_urls: the addresses that may see the key, exactly these origins.
        agent: the User-Agent; picture hosts may refuse the default of a library.
        app: an ASGI application that answers instead of the network.
        timeouts: how long silence is borne.
    """

    def __init__(
        self,
        key: Key | None,
        api_urls: tuple[str, ...],
        *,
        agent: str,
        app: App | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.timeouts = timeouts or Timeouts()
        self._key = key
        if key is not None:
            _hidden_in_logs(key)
        self._origins = frozenset(_origin(httpx.URL(url)) for url in api_urls)
        self._agent = agent
        self._usual = (
            (b"user-agent", agent.encode()),
            (b"accept", b"*/*"),
            (b"accept-encoding", b"gzip, deflate"),
        )
        self._app = app
        # A proxy of the environment would be asked for an address on this very machine.
        self._proxied = not all(map(is_loopback, api_urls))
        self._guard = Guard(host for _, host, _ in self._origins)
        self._roots = Roots()
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._ways: dict[str, httpx.AsyncBaseTransport] = {}
        self._browser: httpx.AsyncClient | None = None

    @property
    def in_process(self) -> bool:
        """Whether an application of this process answers, and not the network."""
        return self._app is not None

    async def call(
        self,
        method: str,
        url: str,
        *,
        paid: bool = False,
        body: object = None,
        stream: AsyncIterator[bytes] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        limit: float | None = None,
    ) -> Reply:
        """Call the API once and read the whole answer, whatever its status.

        Redirects are not followed: an API does not move, and a key would move with it.

        Args:
            method: the HTTP method.
            url: the full address; it must be one of the API's.
            paid: for the one call that costs money. It goes over a connection of its own, as
                one that was kept open may be closed by the service at this very moment, and
                it would not be known then whether the request arrived.
            body: sent as JSON.
            stream: sent as it comes, in the place of `body`; its length stands in `headers`.
            query: parameters of the address.
            headers: more headers.
            limit: seconds in all, where many bytes have to go out; by default as `timeouts`.

        Raises:
            NoAnswer: there was no complete answer.
        """
        with self._border(lambda: False):  # nothing is out yet
            address = httpx.URL(url)
            content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        if _origin(address) not in self._origins:
            raise NoAnswer(Event.NOT_SENT, "the address is not one of the API's")
        limit = limit or (self.timeouts.paid if paid else self.timeouts.total)
        read = limit if paid else self.timeouts.read
        way = self._way("paid" if paid else "api")
        sending = Departure(self._app is not None)
        # `limits` bounds the paid calls, and the downloads.
        async with contextlib.nullcontext() if paid else self._room:
            with self._border(lambda: sending.left):
                # Not through httpx's client: to an API there is nothing to redirect, no cookie
                # and no form to keep, and it costs as much as all the rest.
                request = httpx.Request(
                    method,
                    address.copy_with(params=query) if query else address,
                    headers=self._headers_of(address, content, headers or {}),
                    stream=httpx.ByteStream(content or b"") if stream is None else _Stream(stream),
                    extensions={
                        "timeout": {"connect": self.timeouts.connect, "read": read, "write": read},
                        "trace": sending.note,
                    },
                )
                async with deadline(limit):
                    return self._without_key(await _read(way, request, self._key))

    @contextlib.asynccontextmanager
    async def download(
        self, url: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Download]:
        """Fetch a picture; the key stays here, and redirects are followed.

        Raises:
            LinkForbidden: it leads, or is redirected, into a network where the API is not.
            NoAnswer: the exchange broke, at its beginning or while the body came.
        """
        client = self._browser = self._browser or self._new_browser()
        sending = Departure(self._app is not None)
        with self._border(lambda: sending.left):
            request = client.build_request(
                "GET",
                url,
                # The length must be that of the file, and a range must mean its bytes.
                headers={"accept-encoding": "identity", **(headers or {})},
                timeout=httpx.Timeout(self.timeouts.read, connect=self.timeouts.connect, pool=None),
                extensions={"trace": sending.note},
            )
            response = await client.send(request, stream=True, follow_redirects=True)
        try:
            headers = _headers(response)
            if self._key is not None:
                headers = self._key.redaction.headers(headers)
            if "content-encoding" in headers:  # asked for in vain; the length is another's then
                headers.pop("content-length", None)
            yield Download(response.status_code, headers, self._chunks(response))
        finally:
            with contextlib.suppress(httpx.HTTPError, OSError):
                await response.aclose()

    async def close(self) -> None:
        """Close all connections."""
        ways, self._ways, self._browser = list(self._ways.values()), {}, None
        for way in ways:
            with contextlib.suppress(Exception):
                await way.aclose()

    def _without_key(self, reply: Reply) -> Reply:
        """A reply may quote the key, in any status and place: it is taken out here."""
        if self._key is None:
            return reply
        hide = self._key.redaction
        body = hide.body(reply.body)
        if SECRETS:  # a reference's link was given with one; in most processes there are none
            body = _without_link_secrets(body)
        return Reply(reply.status, hide.headers(reply.headers), body)

    async def _check_link(self, request: httpx.Request) -> None:
        """Keep the key from picture hosts, also where a link or a redirect would carry it there."""
        url = str(request.url)
        if HIDDEN in unquote(url) or (self._key and self._key.redaction.opaque(url) != url):
            raise HostRefused("The link holds the API key, which goes to no picture host.")

    async def _chunks(self, response: httpx.Response) -> AsyncIterator[bytes]:
        with self._border(lambda: True):
            async for chunk in response.aiter_bytes():
                yield chunk

    @contextlib.contextmanager
    def _border(self, has_left: Callable[[], bool]) -> Iterator[None]:
        """No exception of httpx's or the socket's gets past here, nor anything it quotes.

        Args:
            has_left: whether any of the request has gone out; without it nothing was sent,
                whatever broke.
        """
        try:
            yield
        except HostRefused as exc:
            raise LinkForbidden(str(exc)) from None
        except Exception as exc:
            reason = _reason(exc)
            if self._key is not None:
                reason = self._key.hide_in(reason)
            # Its frames hold the raw headers, the key among them: none may be reached from ours.
            _forget_frames(exc)
            raise NoAnswer(
                _event(exc) if has_left() else Event.NOT_SENT,
                reason,
                lasting=isinstance(exc, (SettingFault, ProxyRefused)),
                advice=_advice(exc),
            ) from None

    def _headers_of(
        self, address: httpx.URL, content: bytes | None, more: Mapping[str, str]
    ) -> list[tuple[bytes, bytes]]:
        """The headers of an API call, as they go out; the key comes later."""
        headers = [(b"host", address.netloc), *self._usual]
        if content is not None:
            headers.append((b"content-type", b"application/json"))
            headers.append((b"content-length", b"%d" % len(content)))
        return headers + [(name.encode(), value.encode()) for name, value in more.items()]

    def _new_browser(self) -> httpx.AsyncClient:
        """The client that fetches pictures, and follows redirects."""
        return httpx.AsyncClient(
            transport=self._way("pictures"),
            trust_env=False,  # `Network` reads it, and says what is wrong in it
            headers={"user-agent": self._agent, "accept": "*/*"},
            max_redirects=5,
            event_hooks={"request": [self._check_link]},
        )

    def _way(self, purpose: str) -> httpx.AsyncBaseTransport:
        """One way a purpose, made on first use: `api`, `paid` or `pictures`."""
        if purpose not in self._ways:
            self._ways[purpose] = (
                Network(
                    self._roots,
                    proxied=self._proxied,
                    kept=0 if purpose == "paid" else CONNECTIONS,
                    guard=self._guard if purpose == "pictures" else None,
                )
                if self._app is None
                else AppTransport(self._app)
            )
        return self._ways[purpose]


class Departure:
    """Whether a request has begun to go out; what broke before that was surely not sent.

    Args:
        left: it has from the beginning: there is no wire to watch.
    """

    def __init__(self, left: bool) -> None:
        self._left = left

    async def note(self, event: str, facts: Mapping[str, Any]) -> None:
        """Hear what httpcore does. The request for a proxy's tunnel is not yet ours."""
        if event.endswith("send_request_headers.started"):
            self._left = self._left or facts["request"].method != b"CONNECT"

    @property
    def left(self) -> bool:
        """Whether any of it has gone out."""
        return self._left


class _KeysHidden(logging.Filter):
    """Keeps keys out of what httpx and httpcore log: headers as they come, links as they are."""

    def __init__(self) -> None:
        super().__init__()
        # By identity: of two keys that are equal the second stays when the first is gone.
        self._keys: weakref.WeakValueDictionary[int, Key] = weakref.WeakValueDictionary()

    def hide(self, key: Key) -> None:
        """Keep this key out, too, for as long as it is in use."""
        self._keys[id(key)] = key

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record that quotes a key."""
        said = record.getMessage()
        shown = said
        for key in tuple(self._keys.values()):
            shown = key.hide_in(shown)
        if shown != said:
            record.msg, record.args = shown, ()
        return True


_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks")
_KEYS_HIDDEN = _KeysHidden()


def _hidden_in_logs(key: Key) -> None:
    """The libraries' own loggers say what they are set to say, without the key."""
    _KEYS_HIDDEN.hide(key)
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_KEYS_HIDDEN)  # one that it has already is not added


class _Stream(httpx.AsyncByteStream):
    """A body that is sent as it comes, once."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces


async def _read(way: httpx.AsyncBaseTransport, request: httpx.Request, key: Key | None) -> Reply:
    if key is not None:  # at the last moment, where no traceback looks
        request.headers["authorization"] = key.authorization()
    response = await way.handle_async_request(request)
    try:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_BODY:
                raise httpx.ReadError("the reply is too long", request=request)
        return Reply(response.status_code, _headers(response), bytes(body))
    finally:
        await response.aclose()


def _without_link_secrets(body: bytes) -> bytes:
    """A body that may quote a reference's link, without its secrets; ids and links stay whole."""
    text = body.decode("utf-8", "replace")
    shown = hide_secrets(text)
    if shown == text:
        return body
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return shown.encode()
    return json.dumps(in_document(document, hide_secrets, lambda link: link)).encode()


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _event(exc: BaseException) -> Event:
    """Whether a request that met with `exc` may have reached the service."""
    if isinstance(
        exc,
        (
            httpx.ConnectError,  # DNS and TLS too
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,  # the proxy refused the tunnel
            httpx.UnsupportedProtocol,
            httpx.LocalProtocolError,  # refused by our own side before the first byte
            httpx.InvalidURL,
        ),
    ):
        return Event.NOT_SENT
    if isinstance(exc, (httpx.TimeoutException, TimeoutError)):
        return Event.TIMED_OUT
    return Event.BROKEN_OFF


def _forget_frames(exc: BaseException | None) -> None:
    """Cut the tracebacks off an exception and off all that led to it."""
    found: list[BaseException | None] = [exc]
    for _ in range(50):
        if not found:
            return
        one = found.pop()
        if one is not None and one.__traceback__ is not None:
            one.__traceback__ = None
            found += [one.__cause__, one.__context__]


def _reason(exc: BaseException) -> str:
    text = " ".join(str(exc).split())[:300]
    if isinstance(exc, (httpx.TimeoutException, TimeoutError)):
        return text or "no answer in time"
    return text or type(exc).__name__


def _advice(exc: BaseException) -> str | None:
    if isinstance(exc, SettingFault):
        return f"Correct or unset {exc.variable}, then ask again."
    if isinstance(exc, httpx.ProxyError):
        return "Check the proxy in HTTPS_PROXY or ALL_PROXY, or list the host in NO_PROXY."
    if "CERTIFICATE_VERIFY_FAILED" in str(exc):
        named = roots_named_by()
        if named is None:
            return "Where a proxy opens TLS, name its CA's file in SSL_CERT_FILE, then ask again."
        return f"Check that {named} names the CA that has signed for this host, then ask again."
    return None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    port = url.port or {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.host.lower(), port


class AppTransport(httpx.AsyncBaseTransport):
    """Reaches an ASGI application in this process; streams, and can be broken off."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand one request to the application."""
        url = request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port or (443 if url.scheme == "https" else 80)),
            "client": ("127.0.0.1", 0),
            "root_path": "",
        }
        exchange = AppExchange(self._app, scope, await request.aread())
        limit = request.extensions.get("timeout", {}).get("read")
        try:
            async with deadline(limit):
                status, headers = await exchange.start()
        except BaseException as exc:
            exchange.close()
            raise _as_httpx(exc, request) from None
        return httpx.Response(
            status, headers=headers, stream=_AppStream(exchange, limit, request), request=request
        )


class _AppStream(httpx.AsyncByteStream):
    """The body of a reply from an application in this process."""

    def __init__(self, exchange: AppExchange, limit: float | None, request: httpx.Request) -> None:
        self._exchange = exchange
        self._limit = limit
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._exchange.body()
        while True:
            try:
                async with deadline(self._limit):
                    chunk = await chunks.__anext__()
            except StopAsyncIteration:
                return
            except (Dropped, TimeoutError) as exc:
                raise _as_httpx(exc, self._request) from None
            yield chunk

    async def aclose(self) -> None:
        self._exchange.close()


def _as_httpx(exc: BaseException, request: httpx.Request) -> BaseException:
    """What httpx would raise had there been a socket."""
    if isinstance(exc, Dropped):
        return httpx.ReadError("the connection was broken off", request=request)
    if isinstance(exc, TimeoutError):
        return httpx.ReadTimeout("no reply in time", request=request)
    return exc


class Dropped(Exception):
    """The application broke the connection off, or crashed."""


class AppExchange:
    """One exchange with an ASGI application in this process, streamed in both directions.

    The emulator is reached through this instead of a socket: no port, no second process. Unlike a
    transport that collects the whole reply first, the body arrives piece by piece with back
    pressure, and the application can break the connection off: it finds a callable under
    `scope["extensions"]["evolink.drop"]`, as it does on a real port.

    Args:
        app: the ASGI application.
        scope: the connection's scope, without extensions.
        body: the request's body.
    """

    def __init__(self, app: App, scope: dict[str, Any], body: bytes) -> None:
        self._app = app
        self._scope = {**scope, "extensions": {"evolink.drop": self._drop}}
        self._body: bytes | None = body
        # Room for one message: the application waits until its reader has taken it.
        self._reply: asyncio.Queue[Message | None] = asyncio.Queue(1)
        self._gone = asyncio.Event()
        self._broken = False

    async def start(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Send the request and wait for the reply's status and headers.

        Raises:
            Dropped: the connection was broken off before a reply.
        """
        spawn(self._serve(), name="evolink-asgi")
        message = await self._next()
        return message["status"], [(bytes(k), bytes(v)) for k, v in message.get("headers", ())]

    async def body(self) -> AsyncIterator[bytes]:
        """The reply's body in pieces.

        Raises:
            Dropped: the connection was broken off in the middle.
        """
        while True:
            message = await self._next()
            if chunk := message.get("body", b""):
                yield chunk
            if not message.get("more_body", False):
                return

    def close(self) -> None:
        """Leave. As behind a real port, the application goes on and is not heard."""
        self._gone.set()
        while not self._reply.empty():  # it may be waiting for room
            self._reply.get_nowait()

    async def _next(self) -> Message:
        if self._broken and self._reply.empty():
            raise Dropped
        message = await self._reply.get()
        if message is None:
            raise Dropped
        return message

    async def _serve(self) -> None:
        # The application logs its own crash; to us it is a connection that died.
        with contextlib.suppress(Exception):
            await self._app(self._scope, self._receive, self._send)
        self._drop()

    async def _receive(self) -> Message:
        body, self._body = self._body, None
        if body is not None:
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._gone.is_set():
            return
        if message["type"] in ("http.response.start", "http.response.body"):
            await self._reply.put(message)

    def _drop(self) -> None:
        """Break the connection off now; what the application says after it is not heard."""
        self._gone.set()
        self._broken = True
        if self._reply.empty():  # wake a reader that waits; else it finds out by itself
            self._reply.put_nowait(None)
