"""One service has one name and one address, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.rules.request.service_address import (
    is_loopback,
    plain_address,
    plain_service,
    service_name,
)

THE_SERVICE = [
    "https://api.evolink.ai", "https://API.evolink.ai", "https://api.evolink.ai:443",
    "https://API.evolink.ai:443/", "https://api.evolink.ai.", "https://api.evolink.ai.:443",
    "https://api.evolink.ai/v1", "https://api.evolink.ai/v1/", "HTTPS://Api.Evolink.AI/V1//",
    "https://api.evolink.ai/", "https://ａｐｉ.evolink.ai", "https://api\u3002evolink\u3002ai",
    " https://api.evolink.ai\n",
]  # fmt: skip
AN_EMULATOR = [
    "http://localhost:8787", "http://LOCALHOST:8787", "http://localhost.:8787/v1",
    "http://127.0.0.1:8787", "http://127.0.0.1:8787/", "http://[::1]:8787",
    "http://[0:0:0:0:0:0:0:1]:8787/v1/",
]  # fmt: skip


@pytest.mark.parametrize("url", THE_SERVICE)
def test_each_spelling_of_the_service_has_its_one_name_and_address(url: str) -> None:
    assert service_name(url) == "api.evolink.ai"
    assert plain_address(url) == "https://api.evolink.ai"


@pytest.mark.parametrize("url", AN_EMULATOR)
def test_each_name_of_this_machine_is_one_service(url: str) -> None:
    assert service_name(url) == "127.0.0.1:8787"
    assert is_loopback(url)


def test_the_address_keeps_the_host_that_is_connected_to() -> None:
    """`localhost` may listen on IPv6 alone: what is one name need not be one socket."""
    assert plain_address("http://LocalHost:80/v1") == "http://localhost"
    assert plain_address("http://[0::1]:8787/") == "http://[::1]:8787"
    assert plain_address("https://gateway.example/evolink/v1/") == "https://gateway.example/evolink"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://api.evolink.ai", "https://api.evolink.ai:8443"),
        ("https://api.evolink.ai", "https://files-api.evolink.ai"),
        ("http://localhost:8787", "http://localhost:8788"),
        ("http://localhost", "https://localhost"),
        ("http://127.0.0.1:8787", "http://127.0.0.2:8787"),
        ("https://[2001:db9::1]", "https://[2001:db9::2]"),
    ],
)
def test_other_services_have_other_names(one: str, other: str) -> None:
    assert service_name(one) != service_name(other)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://BÜCHER.example", "xn--bcher-kva.example"),
        ("https://xn--BCHER-kva.example.", "xn--bcher-kva.example"),
        ("https://straße.example", "xn--strae-oqa.example"),  # and not strasse.example
        ("https://[2606:4700:0:0::1111]:443", "[2606:4700::1111]"),
    ],
)
def test_names_beyond_ascii_and_ipv6_have_one_form(url: str, name: str) -> None:
    assert service_name(url) == name


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("emulator", "emulator"), ("api.evolink.ai", "api.evolink.ai"),
        ("API.evolink.ai:443", "api.evolink.ai"), ("api.evolink.ai.", "api.evolink.ai"),
        ("localhost:8000", "127.0.0.1:8000"), ("[::1]:8000", "127.0.0.1:8000"),
        ("127.0.0.1:8000", "127.0.0.1:8000"), ("", ""), ("a/b", "a/b"), ("[::", "[::"),
        ("host:port", "host:port"),
    ],
)  # fmt: skip
def test_what_an_earlier_version_wrote_is_read_as_that_service(written: str, plain: str) -> None:
    assert plain_service(written) == plain


hosts = st.sampled_from(["api.evolink.ai", "localhost", "127.0.0.1", "[::1]", "a.example"])


@given(hosts, st.integers(1, 65535), st.sampled_from(["http", "https"]))
def test_a_name_is_its_own_plain_form(host: str, port: int, scheme: str) -> None:
    name = service_name(f"{scheme}://{host}:{port}")
    assert plain_service(name) == name
    address = plain_address(f"{scheme}://{host}:{port}/v1")
    assert plain_address(address) == address
    assert service_name(address) == name
