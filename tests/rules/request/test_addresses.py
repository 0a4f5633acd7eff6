"""Callbacks go to public addresses only, however a private one is spelled."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.rules.request.links import callback_rule

PRIVATE = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
private_addresses = st.sampled_from(PRIVATE).flatmap(
    lambda network: st.ip_addresses(v=4, network=network)
)


def is_refused(host: str) -> bool:
    verdicts = {
        callback_rule(f"https://{host}{rest}") is not None
        for rest in ("", "/hook", ":8443/hook?a=b", "./hook" if "]" not in host else "/")
    }
    assert len(verdicts) == 1, verdicts
    return verdicts.pop()


SPELLINGS = {
    "dotted": lambda a, b, c, d: f"{a}.{b}.{c}.{d}",
    "one decimal number": lambda *parts: f"{as_number(*parts)}",
    "one hexadecimal number": lambda *parts: f"{as_number(*parts):#x}",
    "one octal number": lambda *parts: f"0{as_number(*parts):o}",
    "octal parts": lambda *parts: ".".join(f"0{part:o}" for part in parts),
    "padded parts": lambda *parts: ".".join(f"{part:03d}" for part in parts),
    "hexadecimal parts": lambda *parts: ".".join(f"0X{part:X}" for part in parts),
    "mixed parts": lambda a, b, c, d: f"{a:#x}.0{b:o}.{c}.{d:#06x}",
    "two parts": lambda a, b, c, d: f"{a}.{(b << 16) + (c << 8) + d}",
    "three parts": lambda a, b, c, d: f"{a}.{b}.{(c << 8) + d}",
    "full-width digits": lambda *parts: wide(".".join(map(str, parts))),
    "circled digits": lambda *parts: ".".join(map(circled, parts)),
    "full-width dots": lambda *parts: "\uff0e".join(map(str, parts)),
    "ideographic dots": lambda *parts: "\u3002".join(map(str, parts)),
    "half-width dots": lambda *parts: "\uff61".join(map(str, parts)),
    "percent escapes": lambda *parts: "".join(f"%{ord(c):02x}" for c in ".".join(map(str, parts))),
    "mapped into IPv6": lambda *parts: "[::ffff:{}.{}.{}.{}]".format(*parts),
    "mapped, hexadecimal": lambda *parts: f"[::ffff:{as_groups(*parts)}]",
    "compatible with IPv6": lambda *parts: "[::{}.{}.{}.{}]".format(*parts),
    "NAT64": lambda *parts: f"[64:ff9b::{as_groups(*parts)}]",
    "local NAT64": lambda *parts: f"[64:ff9b:1::{as_groups(*parts)}]",
    "6to4": lambda *parts: f"[2002:{as_groups(*parts)}::]",
    "Teredo": lambda *parts: f"[2001:0:1:2:3:4:{as_groups(*(255 - part for part in parts))}]",
    "behind a user name": lambda *parts: "example.com@{}.{}.{}.{}".format(*parts),
}


def as_number(a: int, b: int, c: int, d: int) -> int:
    return (a << 24) + (b << 16) + (c << 8) + d


def as_groups(*parts: int) -> str:
    number = as_number(*parts)
    return f"{number >> 16:x}:{number & 0xFFFF:x}"


def wide(text: str) -> str:
    return "".join(chr(0xFF10 + int(c)) if c.isdecimal() else c for c in text)


def circled(number: int) -> str:
    return "".join("⓪①②③④⑤⑥⑦⑧⑨"[int(c)] for c in str(number))


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(address=private_addresses, examples=20)
def test_a_private_address_is_refused_in_any_spelling(
    spelling: str, address: ipaddress.IPv4Address
) -> None:
    host = SPELLINGS[spelling](*address.packed)
    assert is_refused(host), host


@pytest.mark.parametrize(
    "host",
    [
        "127.1", "0", "0x7f.1", "127.0.0.1..", "127..0.1", "127.0.0.1.1", "266.0.0.1",
        "999999999999999", "10.0.0.1%00", "localhost", "LOCALHOST", "localhost.", "a.localhost",
        "localhost.localdomain", "printer.local", "vault.internal", "metadata.google.internal",
        "router.lan", "box.home.arpa", "intranet", "ip6-localhost", "ｌｏｃａｌｈｏｓｔ",
        "local\u00adhost", "local\u200bhost", "loc%61lhost", "%E2%93%9Bocalhost", "xn--localhost-",
        "xn--127-", "..", ".example.com", "exa..mple.com", "-a.example.com", "a_b.-c.com",
        "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[fe80::1]", "[fe80::1%25eth0]", "[fec0::1]",
        "[fc00::1]", "[fd12::1]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]",
        "[4000::1]", "[2606:4700:4700::1111%251]", "[::g]", "[v1.a:b]",
    ],
)  # fmt: skip
def test_so_are_other_hosts_that_are_not_public(host: str) -> None:
    assert is_refused(host)


@given(st.ip_addresses(v=4))
def test_any_other_ipv4_address_is_taken(address: ipaddress.IPv4Address) -> None:
    relays = ipaddress.ip_network("192.88.99.0/24")
    private = any(address in ipaddress.ip_network(network) for network in PRIVATE)
    assert is_refused(str(address)) is (private or address in relays)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook",
        "https://example.com./hook",
        "https://hooks.example.co.uk:8443/a?b=c#d",
        "https://8.8.8.8/hook",
        "https://1.0.0.127/hook",
        "https://[2606:4700:4700::1111]/hook",
        "https://172.32.0.1/",
        "https://bücher.example/",
        "https://xn--bcher-kva.example/",
        "https://例え.テスト/",
        "https://हिन्दी.भारत/",
        "https://0x7f.example.com/",
        "https://my_host.example.com/a%20b?c=%00",
        "https://localhost.example.com/",
        "https://mylocal.example/",
        "HTTPS://EXAMPLE.com/",
    ],
)
def test_a_public_address_is_taken(url: str) -> None:
    assert callback_rule(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "example.com", "https://", "https:///path",
        "https:example.com", "//example.com/", "https://user@example.com/", "https://@example.com",
        "https://user:pass@example.com/", "https://exa mple.com/", " https://example.com/",
        "https://example.com\\@127.0.0.1/", "https://example.com:99999/", "https://[::1/", "",
        "https://example.com/\n", "ht\ntps://example.com/", "https://example.com/\ud800",
        "https://example.com/\0",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    assert callback_rule(url) is not None


def test_an_address_has_at_most_2048_characters() -> None:
    stem = "https://example.com/"
    assert callback_rule(stem + "a" * (2048 - len(stem))) is None
    assert "2048" in str(callback_rule(stem + "a" * (2049 - len(stem))))


@given(st.text(max_size=40))
def test_any_host_at_all_is_judged_and_nothing_raised(host: str) -> None:
    callback_rule(f"https://{host}/hook")
