"""How a connection is made: directly or through the environment's proxy, and whereto it may lead.

Links to pictures come from the service, and redirects from any host. `Guard` keeps them out of
networks in which the API itself is not: it resolves a name once, checks every address, and
connects to one that it has checked. Behind a proxy it is the proxy that resolves, so there the
host's text alone is checked.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import httpcore
import httpx

from evolink_widgets.core.loop import spawn
from evolink_widgets.core.service.certificates import FILE, FOLDER, trusted
from evolink_widgets.core.service.proxies import Proxy, proxy_for
from evolink_widgets.rules.request.addresses import Zone, reachable_from, zone_of, zone_of_host

__all__ = ["Guard", "HostRefused", "Network", "ProxyRefused", "Roots"]

APART = 0.25
"""Seconds after which the next address of a name is tried beside the first."""

_PORTS = {"https": 443, "http": 80}


class HostRefused(Exception):
    """A link leads into a network in which the service is not; nothing was connected."""


class ProxyRefused(httpx.ProxyError):
    """A proxy said no to the tunnel for a reason that stays (4xx): nothing was sent."""


class Roots:
    """The TLS context of a transport, made when the first connection needs it.

    Reading the roots takes 20 ms: once is enough, until the environment names others.
    """

    def __init__(self) -> None:
        self._made: tuple[object, ssl.SSLContext] | None = None

    def context(self) -> ssl.SSLContext:
        """The context.

        Raises:
            SettingFault: the roots that the environment names can't be read.
        """
        named = tuple(map(os.environ.get, (FILE, FOLDER)))
        if self._made is None or self._made[0] != named:
            made = trusted(lambda: httpx.create_ssl_context(trust_env=False))
            self._made = named, made
        return self._made[1]


class Guard(httpcore.AsyncNetworkBackend):
    """Connects to no network but the internet and those in which the API itself is.

    Args:
        hosts: the API's.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = tuple(hosts)
        self._sockets = httpcore.AnyIOBackend()

    def check_name(self, host: str) -> None:
        """Check a host that a proxy will resolve, by its text.

        Raises:
            HostRefused: it may not be asked.
        """
        zone = zone_of_host(host)
        if zone is Zone.PUBLIC:
            return
        own = {found for one in self._hosts if (found := zone_of_host(one)) is not None}
        if zone is None or zone not in reachable_from(own):
            raise _refusal(host, zone)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to an address of `host` after all of them were checked."""
        if zone_of_host(host) is None:
            raise _refusal(host, None)
        try:
            addresses = await asyncio.wait_for(_addresses(host, port), timeout)
        except asyncio.TimeoutError:
            raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from None
        except OSError as exc:
            raise httpcore.ConnectError(str(exc)) from None
        await self._check(host, addresses)

        def connect(address: str) -> Awaitable[httpcore.AsyncNetworkStream]:
            return self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)

        return await _first(connect, addresses)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """No link leads to a socket of this machine."""
        raise HostRefused("The link leads to a socket of this machine.")

    async def sleep(self, seconds: float) -> None:
        """Wait between two tries to connect."""
        await asyncio.sleep(seconds)

    async def _check(self, host: str, addresses: Sequence[str]) -> None:
        zones = {zone_of(address) for address in addresses}
        if zones <= {Zone.PUBLIC}:
            return
        allowed = reachable_from([zone for own in self._hosts for zone in await _zones(own)])
        for zone in zones - allowed:
            raise _refusal(host, zone)


class Network(httpx.AsyncBaseTransport):
    """Sends each request the way that its address asks for.

    Args:
        roots: makes the TLS context.
        proxied: whether the environment's proxies count.
        connections: at once, at most.
        kept: idle connections that are kept open.
        guard: which hosts may be asked; `None` where they are the API's own.
    """

    def __init__(
        self, roots: Roots, *, proxied: bool, connections: int, kept: int, guard: Guard | None
    ) -> None:
        self._roots = roots
        self._proxied = proxied
        self._limits = httpx.Limits(
            max_connections=connections, max_keepalive_connections=kept, keepalive_expiry=20.0
        )
        self._guard = guard
        self._ways: dict[tuple[str | None, ssl.SSLContext | None], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request.

        Raises:
            HostRefused: the guard does not let it through.
            SettingFault: the environment's proxy or roots can't be used.
            httpx.HTTPError: the exchange broke; of a proxy's it names the proxy.
        """
        url = request.url
        port = url.port or _PORTS[url.scheme]
        proxy = proxy_for(url.scheme, url.host, port) if self._proxied else None
        if proxy is None:
            return await self._way(None, url.scheme == "https").handle_async_request(request)
        if self._guard is not None:
            self._guard.check_name(url.host)
        try:
            return await self._way(proxy, True).handle_async_request(request)
        except httpx.ProxyError as exc:
            raise _said_no(proxy, str(exc)) from None
        except httpx.TransportError as exc:
            raise type(exc)(f"through {proxy}: {exc}") from None

    async def aclose(self) -> None:
        """Close all connections."""
        ways, self._ways = list(self._ways.values()), {}
        for way in ways:
            with contextlib.suppress(Exception):
                await way.aclose()

    def _way(self, proxy: Proxy | None, tls: bool) -> httpx.AsyncHTTPTransport:
        # Plain HTTP, as to an emulator, needs no roots and must not fail for want of them.
        context = self._roots.context() if tls else None
        name = (None if proxy is None else proxy.url, context)
        if name not in self._ways:
            if proxy is None:
                self._ways[name] = _Direct(context, self._limits, self._guard)
            else:
                its_own = context if proxy.url.lower().startswith("https:") else None
                self._ways[name] = httpx.AsyncHTTPTransport(
                    verify=context or False,
                    trust_env=False,
                    limits=self._limits,
                    proxy=httpx.Proxy(proxy.url, ssl_context=its_own),
                )
        return self._ways[name]


class _Direct(httpx.AsyncHTTPTransport):
    """httpx's own transport, over connections that a guard may make."""

    def __init__(
        self, context: ssl.SSLContext | None, limits: httpx.Limits, guard: Guard | None
    ) -> None:
        super().__init__(verify=context or False, trust_env=False, limits=limits)
        if guard is not None:  # httpx has no argument for it; httpcore has
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=context,
                max_connections=limits.max_connections,
                max_keepalive_connections=limits.max_keepalive_connections,
                keepalive_expiry=limits.keepalive_expiry,
                network_backend=guard,
            )


def _said_no(proxy: Proxy, said: str) -> httpx.ProxyError:
    reason = f"{proxy} answered {said}"
    if said.startswith("407"):
        form = "http://user:password@host:port"
        return ProxyRefused(f"{reason}; it asks for a user and password, as in {form}")
    return ProxyRefused(reason) if said.startswith("4") else httpx.ProxyError(reason)


def _refusal(host: str, zone: Zone | None) -> HostRefused:
    if zone is None:
        return HostRefused("The link names its host in a form that may hide another address.")
    return HostRefused(
        f"The link leads to {host} ({zone.value}), and the service itself is not there."
    )


async def _addresses(host: str, port: int) -> list[str]:
    """All addresses of a host, in the resolver's order, each once.

    Raises:
        OSError: it has none.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as exc:  # a label that is empty or too long
        raise OSError(f"{host[:80]} is no name of a host") from exc
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def _zones(host: str) -> set[Zone]:
    """Where a host is; by its text where it can't be resolved."""
    try:
        return {zone_of(address) for address in await _addresses(host, 0)}
    except OSError:
        zone = zone_of_host(host)
        return set() if zone is None else {zone}


async def _first(
    connect: Callable[[str], Awaitable[httpcore.AsyncNetworkStream]], addresses: Sequence[str]
) -> httpcore.AsyncNetworkStream:
    """The first connection that stands; each address begins a little after the one before."""
    waiting = list(addresses)
    going: set[asyncio.Future[httpcore.AsyncNetworkStream]] = set()
    failure: BaseException = httpcore.ConnectError("the name has no address")
    try:
        while waiting or going:
            if waiting:
                going.add(asyncio.ensure_future(connect(waiting.pop(0))))
            done, going = await asyncio.wait(
                going, timeout=APART if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            stands = [one for one in done if one.exception() is None]
            failure = next((one.exception() for one in done if one.exception()), None) or failure
            if stands:
                going.update(stands[1:])
                return stands[0].result()
    finally:
        for one in going:
            one.add_done_callback(_hang_up)
            one.cancel()
    raise failure


def _hang_up(late: asyncio.Future[httpcore.AsyncNetworkStream]) -> None:
    """Close a connection that came too late."""
    if not late.cancelled() and late.exception() is None:
        spawn(_close(late.result()))


async def _close(stream: httpcore.AsyncNetworkStream) -> None:
    with contextlib.suppress(Exception):
        await stream.aclose()
