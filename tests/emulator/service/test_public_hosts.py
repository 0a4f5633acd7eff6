"""Which hosts may be called back: public ones, however they are spelled."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolink_widgets.emulator.contract.public_hosts import (
    host_is_public,
    ip_is_public,
    read_callback_host,
)

from ..conftest import Ask

PRIVATE = [
    "127.0.0.1", "127.1", "0177.0.0.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001",
    "0", "0.0.0.0", "10.0.0.1", "10.1", "192.168.0.1", "172.16.0.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "127.0.0.1.", "１２７.0.0.1", "127。0。0。1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:7f00:1",
    "2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1", "localhost", "LOCALHOST", "localhost.",
    "a.localhost", "printer.local", "db.internal", "router.lan", "intranet", "", ".", "..",
    "999.1.1.1", "1.2.3.4.5", "0x", "a..b", "a b.com", "exa%6dple.com",
]  # fmt: skip
PUBLIC = [
    "example.com", "EXAMPLE.com.", "a-b.example.co.uk", "8.8.8.8", "134744072", "0x08080808",
    "2606:4700:4700::1111", "bücher.example", "xn--bcher-kva.example", "1.example.com",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_a_host_that_is_private_or_no_host_is_refused(host: str) -> None:
    assert not host_is_public(host)


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_host_is_taken(host: str) -> None:
    assert host_is_public(host)


@settings(max_examples=200, derandomize=True, database=None)
@given(ip=st.ip_addresses(v=4))
def test_a_number_is_judged_alike_in_every_spelling(ip: ipaddress.IPv4Address) -> None:
    a, b, c, d = ip.packed
    spelled = [
        str(ip), str(int(ip)), hex(int(ip)), f"0{int(ip):o}", f"{a}.{b}.{c * 256 + d}",
        f"0x{a:x}.0{b:o}.{c}.{d}", f"{a}.{int(ip) & 0xFFFFFF}",
    ]  # fmt: skip
    assert {host_is_public(host) for host in spelled} == {ip_is_public(ip)}
    assert host_is_public(f"::ffff:{ip}") == ip_is_public(ip)


@pytest.mark.parametrize(
    "url",
    [
        "https://8.8.8.8\\@example.com/", "https://exa\nmple.com/", "https://example.com/a b",
        "https://[::1", "https://example.com:99999/", "https://", "https:///a",
    ],
)  # fmt: skip
def test_an_address_that_two_readers_could_take_differently_has_no_host(url: str) -> None:
    assert read_callback_host(url) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "a@127.0.0.1", "example.com@0x7f.1"])
def test_a_request_with_a_private_callback_is_refused(ask: Ask, host: str) -> None:
    reply = ask(callback_url=f"https://{host}/hook")
    assert (reply.status, reply.error["param"]) == (400, "callback_url")
