"""Posts a task to its callback address, with the documented retries."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import re
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

import anyio

from evolink_widgets.emulator.contract.public_hosts import ip_is_public

__all__ = ["RETRY_SECONDS", "TIMEOUT_SECONDS", "Sender", "deliver", "post"]

TIMEOUT_SECONDS = 10.0
RETRY_SECONDS = (1.0, 2.0, 4.0)

Sender = Callable[[str, dict[str, Any]], Awaitable[int]]
"""Posts a document to an address and returns the status; 0 where no answer came in time."""


async def deliver(
    url: str,
    document: dict[str, Any],
    *,
    send: Sender,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> list[int]:
    """Post the task; any 2xx is success, else again after 1, 2 and 4 seconds.

    Args:
        url: the callback's address.
        document: the task, as it is read.
        send: posts one document.
        sleep: waits between attempts, in seconds.

    Returns:
        the status of each attempt.
    """
    statuses: list[int] = []
    for wait in (0.0, *RETRY_SECONDS):
        if wait:
            await sleep(wait)
        statuses.append(await send(url, document))
        if 200 <= statuses[-1] < 300:
            break
    return statuses


async def post(url: str, document: dict[str, Any], *, loopback: bool = False) -> int:
    """Post JSON and return the status; redirects are not followed, as they may lead anywhere.

    Args:
        url: the address, found good when the task was accepted.
        document: sent as JSON.
        loopback: this very machine may be called too.

    Returns:
        the status; 0 where no public host answered within 10 seconds.
    """
    with contextlib.suppress(OSError, TimeoutError, ValueError, EOFError):
        with anyio.fail_after(TIMEOUT_SECONDS):
            return await _post(urlsplit(url), document, loopback)
    return 0


async def _post(url: SplitResult, document: dict[str, Any], loopback: bool) -> int:
    secure = url.scheme == "https"
    port = url.port or (443 if secure else 80)
    host = url.hostname or ""
    # Resolved once: the address that is judged is the one that is called.
    address = await _address(host, port, loopback)
    reader, writer = await asyncio.open_connection(
        address,
        port,
        ssl=ssl.create_default_context() if secure else None,
        server_hostname=host if secure else None,
    )
    try:
        writer.write(_request(url, json.dumps(document).encode()))
        await writer.drain()
        match = re.match(rb"HTTP/1\.[01] (\d{3})\b", await reader.readline())
        return int(match[1]) if match else 0
    finally:
        writer.close()


async def _address(host: str, port: int, loopback: bool) -> str:
    """The address of a host, all of whose addresses may be called.

    Raises:
        ValueError: one may not.
        OSError: there is none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ips = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    if not all(ip_is_public(ip) or (loopback and ip.is_loopback) for ip in ips):
        raise ValueError(f"{host} is not a public address")
    return str(ips[0])


def _request(url: SplitResult, body: bytes) -> bytes:
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    safe = re.sub(r"[^\x21-\x7e]", lambda found: _quoted(found[0]), target)
    host = url.netloc.rpartition("@")[2]
    head = [
        f"POST {safe} HTTP/1.1",
        f"Host: {host.encode('idna').decode() if not host.isascii() else host}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "User-Agent: evolink-emulator",
        "Connection: close",
    ]
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + body


def _quoted(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
