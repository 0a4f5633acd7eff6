"""The only place that knows httpx: connections out, replies or classified failures back.

A connection leads into the network (`network`), or to an ASGI application in this process.

Two things are decided here and nowhere else. Who sees the key: the API hosts, by exact origin,
and never a picture host nor the target of a redirect. And what a broken exchange means: whether
the request surely never left (`Event.NOT_SENT`) or may have arrived.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import weakref
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx

from evolink_widgets.core.service.certificates import roots_named_by
from evolink_widgets.core.service.in_process import App, AppTransport
from evolink_widgets.core.service.network import Guard, HostRefused, Network, ProxyRefused, Roots
from evolink_widgets.core.service.proxies import SettingFault
from evolink_widgets.core.settings.keys import HIDDEN, Key, in_document
from evolink_widgets.references.secret_links import SECRETS, hide_secrets
from evolink_widgets.rules.request.service_address import is_loopback
from evolink_widgets.rules.tasks.outcome import Event
from evolink_widgets.runtime.deadline import deadline

CONNECTIONS = 16
"""Open at once to the API for what costs nothing: 500 readings a second over a line of 30 ms."""

MAX_BODY = 8 * 2**20
"""Bytes of an API reply that are read at most; the largest legal one is far below."""

REDIRECTS = 5
"""Redirects of a picture's link that are followed at most."""

SKIPPED = 2**16
"""Bytes of what a redirect says that are read, so that its connection can be used again."""

Origin = tuple[str, str, int | None]
"""Scheme, host and port."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds of silence that are borne.

    Attributes:
        connect: until a connection stands.
        read: between two pieces of a reply.
        total: for a whole API call that costs nothing, and until a picture begins to come,
            redirects and all; a trickling reply is cut here.
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
        self._usual = ((b"user-agent", agent.encode()), (b"accept", b"*/*"))
        self._app = app
        # A proxy of the environment would be asked for an address on this very machine.
        self._proxied = not all(map(is_loopback, api_urls))
        self._guard = Guard(host for _, host, _ in self._origins)
        self._roots = Roots()
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._ways: dict[str, httpx.AsyncBaseTransport] = {}

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
            address, origin = _address(url)
            content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
            headers = dict(headers or {})
            if content is not None:
                headers |= {"content-type": "application/json", "content-length": f"{len(content)}"}
        if origin not in self._origins:
            raise NoAnswer(Event.NOT_SENT, "the address is not one of the API's")
        limit = limit or (self.timeouts.paid if paid else self.timeouts.total)
        read = limit if paid else self.timeouts.read
        way = self._way("paid" if paid else "api")
        sending = Departure(self._app is not None)
        # `limits` bounds the paid calls, and the downloads.
        room = contextlib.nullcontext() if paid else self._room
        with self._border(lambda: sending.left):
            # Not through httpx's client: to an API there is nothing to redirect, no cookie
            # and no form to keep, and it costs as much as all the rest.
            request = httpx.Request(
                method,
                address.copy_with(params=query) if query else address,
                headers=self._headers_of(address, b"gzip, deflate", headers),
                stream=httpx.ByteStream(content or b"") if stream is None else _Stream(stream),
                extensions=self._extensions(read, sending),
            )
            async with deadline(limit), room:  # the wait for room counts, too
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
        sending = Departure(self._app is not None)
        with self._border(lambda: sending.left):
            async with deadline(self.timeouts.total):  # the body keeps the rule of its pieces
                response = await self._follow(url, headers or {}, sending)
        try:
            headers = _headers(response)
            pieces = _pieces(response, headers)
            if self._key is not None:
                headers = self._key.redaction.headers(headers)
            if "content-encoding" in headers:  # asked for in vain; the length is another's then
                headers.pop("content-length", None)
            yield Download(response.status_code, headers, self._chunks(pieces))
        finally:
            with contextlib.suppress(httpx.HTTPError, OSError):
                await response.aclose()

    async def close(self) -> None:
        """Close all connections."""
        ways, self._ways = list(self._ways.values()), {}
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

    async def _follow(
        self, link: str, more: Mapping[str, str], sending: Departure
    ) -> httpx.Response:
        """Ask for a picture, and go where redirects lead; what comes of it at last."""
        url = httpx.URL(link)
        request = httpx.Request(
            "GET",
            url,
            # The length must be that of the file, and a range must mean its bytes.
            headers=self._headers_of(url, b"identity", more),
            stream=httpx.ByteStream(b""),
            extensions=self._extensions(self.timeouts.read, sending),
        )
        if url.username or url.password:
            next(httpx.BasicAuth(url.username, url.password).auth_flow(request))
        way, cookies = self._way("pictures"), httpx.Cookies()
        for _ in range(REDIRECTS + 1):
            self._check_link(request.url)
            response = await way.handle_async_request(request)
            if not response.has_redirect_location:
                return response
            response.request = request
            try:
                request = _redirected(response, cookies)
                await _skip(response, self.timeouts.read)
            finally:
                await response.aclose()
        raise httpx.TooManyRedirects("Exceeded maximum allowed redirects.", request=request)

    def _check_link(self, link: httpx.URL) -> None:
        """Keep the key from picture hosts, also where a link or a redirect would carry it there."""
        url = str(link)
        if HIDDEN in unquote(url) or (self._key and self._key.redaction.opaque(url) != url):
            raise HostRefused("The link holds the API key, which goes to no picture host.")

    async def _chunks(self, pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        with self._border(lambda: True):
            async for chunk in pieces:
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
        self, address: httpx.URL, packed: bytes, more: Mapping[str, str]
    ) -> list[tuple[bytes, bytes]]:
        """The headers of a request, as they go out; the key comes later."""
        own = [(name.encode(), value.encode()) for name, value in more.items()]
        return [(b"host", address.netloc), *self._usual, (b"accept-encoding", packed), *own]

    def _extensions(self, read: float, sending: Departure) -> dict[str, Any]:
        """What httpcore is told beside a request."""
        timeouts = {"connect": self.timeouts.connect, "read": read, "write": read}
        return {"timeout": timeouts, "trace": sending.note}

    def _way(self, purpose: str) -> httpx.AsyncBaseTransport:
        """One way a purpose, made on first use: `api`, `paid` or `pictures`."""
        if purpose not in self._ways:
            self._ways[purpose] = (
                Network(
                    self._roots,
                    proxied=self._proxied,
                    kept=0 if purpose == "paid" else CONNECTIONS,
                    guard=self._guard if purpose == "pictures" else None,
                    plain=purpose == "paid",
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
    """Send a request and read its answer to the end."""
    if key is not None:  # at the last moment, where no traceback looks
        request.headers["authorization"] = key.authorization()
    response = await way.handle_async_request(request)
    try:
        headers, body = _headers(response), bytearray()
        async for chunk in _pieces(response, headers):
            body += chunk
            if len(body) > MAX_BODY:
                raise httpx.ReadError("the reply is too long", request=request)
        return Reply(response.status_code, headers, bytes(body))
    finally:
        await response.aclose()


def _pieces(response: httpx.Response, headers: Mapping[str, str]) -> AsyncIterable[bytes]:
    """What a response holds, as it comes: unpacked where it is packed, which costs more."""
    if "content-encoding" in headers:
        return response.aiter_bytes()
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return response.stream


def _redirected(response: httpx.Response, cookies: httpx.Cookies) -> httpx.Request:
    """The request that follows from a redirect; a GET stays one, and cookies last for one link.

    Raises:
        httpx.RemoteProtocolError: it leads to no address.
    """
    before = response.request
    try:
        url = httpx.URL(response.headers["location"])
    except httpx.InvalidURL as exc:
        raise httpx.RemoteProtocolError(f"Invalid URL in location header: {exc}.") from None
    if url.scheme and not url.host:
        url = url.copy_with(host=before.url.host)
    if url.is_relative_url:
        url = before.url.join(url)
    if before.url.fragment and not url.fragment:
        url = url.copy_with(fragment=before.url.fragment)
    headers = before.headers.copy()
    headers["host"] = url.netloc.decode("ascii")
    here, there = _origin(before.url), _origin(url)
    if here != there and (here, there) != (("http", url.host, 80), ("https", url.host, 443)):
        headers.pop("authorization", None)  # of user and password in the link, never the key
    headers.pop("cookie", None)
    cookies.extract_cookies(response)
    request = httpx.Request(
        "GET", url, headers=headers, stream=before.stream, extensions=before.extensions
    )
    cookies.set_cookie_header(request)
    return request


async def _skip(response: httpx.Response, seconds: float) -> None:
    """Read what a redirect says beside its address, if it is not long and comes in time."""
    assert isinstance(response.stream, httpx.AsyncByteStream)
    size = 0
    with contextlib.suppress(TimeoutError, httpx.ReadTimeout):  # whereto it leads is known
        async with deadline(seconds):
            async for chunk in response.stream:
                size += len(chunk)
                if size > SKIPPED:
                    break


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


def _origin(url: httpx.URL) -> Origin:
    port = url.port or {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.host.lower(), port


@functools.lru_cache(maxsize=1024)
def _address(url: str) -> tuple[httpx.URL, Origin]:
    """An address of the API, read once: that of a task is asked again and again."""
    address = httpx.URL(url)
    return address, _origin(address)
