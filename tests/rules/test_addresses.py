"""Callbacks go to public addresses only, however a private one is spelled."""

from __future__ import annotations

import pytest

from evolink_widgets.rules.links import callback_rule


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "017700000001", "0x7f.1", "0x7f000001",
        "0177.0.0.1", "0", "0.0.0.0", "10.0.0.1", "10.1", "172.16.5.4", "172.31.255.255",
        "192.168.1.1", "192.168.257", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "198.18.0.1", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd12::1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "[ff02::1]", "localhost", "LOCALHOST", "localhost.", "a.localhost",
        "printer.local", "vault.internal", "intranet", "127.0.0.1.", "１２７.0.0.1",
        "127。0。0。1", "%31%32%37.0.0.1", "999999999999999",
    ],
)  # fmt: skip
def test_a_private_address_is_refused_in_any_spelling(host: str) -> None:
    assert callback_rule(f"https://{host}/hook") is not None
    assert callback_rule(f"https://{host}:8443/hook") is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook",
        "https://hooks.example.co.uk:8443/a?b=c",
        "https://8.8.8.8/hook",
        "https://[2606:4700:4700::1111]/hook",
        "https://172.32.0.1/",
        "https://bücher.example/",
        "HTTPS://example.com/",
    ],
)
def test_a_public_address_is_taken(url: str) -> None:
    assert callback_rule(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "example.com", "https://", "https:///path",
        "https://user@example.com/", "https://user:pass@example.com/", "https://exa mple.com/",
        "https://example.com\\@127.0.0.1/", "https://example.com:99999/", "https://[::1/", "",
        "https://example.com/\n",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    assert callback_rule(url) is not None


def test_an_address_has_at_most_2048_characters() -> None:
    stem = "https://example.com/"
    assert callback_rule(stem + "a" * (2048 - len(stem))) is None
    assert "2048" in str(callback_rule(stem + "a" * (2049 - len(stem))))
