"""How a connection is made: directly or through the environment's proxy, and whereto it may lead.

Links to pictures come from the service, and redirects from any host. `Guard` keeps them out of
networks in which the API itself is not: it resolves a name once, checks every address, and
connects to one that it has checked. Behind a proxy it is the proxy that resolves, so there the
host's text alone is checked.
"""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore
import httpx

from evolink_widgets.core.service.certificates import FILE, FOLDER, trusted
from evolink_widgets.core.service.connection import Connections
from evolink_widgets.core.service.pool import Pool, Ways
from evolink_widgets.core.service.proxies import Proxy, proxy_for
from evolink_widgets.core.service.sockets import Sockets, addresses_of
from evolink_widgets.rules.request.addresses import Zone, reachable_from, zone_of, zone_of_host

__all__ = ["Guard", "HostRefused", "Network", "ProxyRefused", "Roots"]

KEPT_FOR = 20.0
"""Seconds that an idle connection is kept open."""

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


class Guard(Sockets):
    """Connects to no network but the internet and those in which the API itself is.

    Args:
        hosts: the API's.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = tuple(hosts)

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
        return await super().connect_tcp(host, port, timeout)

    async def check(self, host: str, addresses: Sequence[str]) -> None:
        """Refuse a host of which one address is where the API is not.

        Raises:
            HostRefused: nothing is connected.
        """
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
        kept: idle connections that are kept open. How many are in use is for the callers to bound.
        guard: which hosts may be asked; `None` where they are the API's own.
        plain: whether httpcore's own connections are used, which cost more.
    """

    def __init__(
        self,
        roots: Roots,
        *,
        proxied: bool,
        kept: int,
        guard: Guard | None = None,
        plain: bool = False,
    ) -> None:
        self._roots = roots
        self._proxied = proxied
        self._kept = kept
        self._guard = guard
        self._plain = plain
        self._ways: dict[tuple[str | None, ssl.SSLContext | None], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request.

        Raises:
            HostRefused: the guard does not let it through.
            SettingFault: the environment's proxy or roots can't be used.
            httpx.HTTPError: the exchange broke; of a proxy's it names the proxy.
        """
        url = request.url
        if url.scheme not in _PORTS:
            raise httpx.UnsupportedProtocol(f"a link leads to {url.scheme[:20]}:, not to the web")
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
            self._ways[name] = _Way(
                proxy, context, self._kept, self._guard or Sockets(), plain=self._plain
            )
        return self._ways[name]


class _Way(httpx.AsyncHTTPTransport):
    """httpx's own transport, over a pool and sockets that cost less than those it would make.

    Through a proxy the sockets are httpcore's: they put TLS into TLS on every Python.
    """

    def __init__(
        self,
        proxy: Proxy | None,
        context: ssl.SSLContext | None,
        kept: int,
        sockets: Sockets,
        *,
        plain: bool,
    ) -> None:
        limits = httpx.Limits(keepalive_expiry=KEPT_FOR)
        its_own = context if proxy and proxy.url.lower().startswith("https:") else None
        super().__init__(
            verify=context or False,
            trust_env=False,
            limits=limits,
            proxy=None if proxy is None else httpx.Proxy(proxy.url, ssl_context=its_own),
        )
        ways: Ways = self._pool
        if proxy is None and not plain:
            ways = Connections(sockets, context, KEPT_FOR)
        elif proxy is None:  # httpx has no argument for the sockets; httpcore has
            ways = httpcore.AsyncConnectionPool(
                ssl_context=context, keepalive_expiry=KEPT_FOR, network_backend=sockets
            )
        self._pool = Pool(ways, kept)  # type: ignore[assignment]  # it does what is asked of one


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


async def _zones(host: str) -> set[Zone]:
    """Where a host is; by its text where it can't be resolved."""
    try:
        return {zone_of(address) for address in await addresses_of(host, 0)}
    except OSError:
        zone = zone_of_host(host)
        return set() if zone is None else {zone}
