"""Corporate networks: through a real proxy and TLS under a CA of its own, and all that is amiss."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from corporate import API, Corporate, Proxy, certificates, over_tls, proxying
from services import KEY, OnPort, quick

from evolink_widgets import errors
from evolink_widgets.core.service.proxies import SettingFault, proxy_for
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import Billed
from evolink_widgets.rules.request.request import ImageRequest

PASSWORD = "s3cret-of-the-proxy"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The company's CA, and its host's certificate and key."""
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing of proxies and certificates."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.fixture
def corporate() -> Corporate:
    """The service behind the proxy."""
    return Corporate()


@pytest.fixture
def proxy(
    environment: pytest.MonkeyPatch, corporate: Corporate, pem: tuple[Path, Path, Path]
) -> Iterator[Proxy]:
    """A proxy that leads to the service; the environment names it and the CA."""
    ca, host, key = pem
    with over_tls(corporate.app, host, key) as port, proxying(Proxy(port)) as proxy:
        environment.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        environment.setenv("SSL_CERT_FILE", str(ca))
        yield proxy


def refused(session: Session, request: ImageRequest) -> errors.Unreachable:
    """Ask, and see that nothing was sent, and nothing is reserved."""
    task = session.submit(request)
    with pytest.raises(errors.Unreachable) as caught:
        task.result(30)
    assert task.state.stage is Stage.REFUSED
    assert caught.value.billed is Billed.NO
    spent = session.store.ledger.spent()
    assert (spent.charged, spent.reserved) == (0.0, 0.0)
    assert session.store.journal.open_entries() == []
    assert "message above" not in str(caught.value)
    return caught.value


def test_a_picture_is_bought_through_the_proxy_under_the_company_s_ca(
    proxy: Proxy, corporate: Corporate, open_session: Open, small: Small
) -> None:
    images = open_session(corporate).submit(small(n=2)).result(30)
    assert [image.pil.size for image in images] == [(816, 816), (816, 816)]
    assert corporate.counts()["accepted"] == 1
    assert {"images.corporate.example:443", "pictures.corporate.example:443"} == set(proxy.tunnels)
    assert not any(KEY.encode() in head for head in proxy.seen)


def test_a_proxy_that_asks_for_a_password_gets_it_and_nothing_else_shows_it(
    proxy: Proxy, corporate: Corporate, open_session: Open, small: Small,
    environment: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    proxy.login = f"me:{PASSWORD}"
    environment.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@127.0.0.1:{proxy.port}")
    session = open_session(corporate)
    assert len(session.submit(small()).result(30)) == 1

    environment.setenv("HTTPS_PROXY", f"http://me:wrong-{PASSWORD}@127.0.0.1:{proxy.port}")
    error = refused(open_session(corporate, store="other"), small())
    assert "407" in str(error)
    said = str(error) + repr(error) + caplog.text
    said += "".join(p.read_bytes().decode("latin-1") for p in tmp_path.rglob("*") if p.is_file())
    assert PASSWORD not in said


@pytest.mark.parametrize(
    ("says", "tries"),
    [
        ("407 Proxy Authentication Required", 1),
        ("403 Forbidden", 1),
        ("502 Bad Gateway", 4),  # it may pass, and nothing was sent
        ("504 Gateway Timeout", 4),
    ],
)
def test_a_proxy_that_says_no_is_named_and_nothing_was_sent(
    proxy: Proxy, corporate: Corporate, open_session: Open, small: Small, says: str, tries: int
) -> None:
    proxy.says = says
    few = quick(unsent=(0.0, 0.0, 0.0))
    error = refused(open_session(corporate, retry=few), small())
    assert f"the proxy 127.0.0.1:{proxy.port} of HTTPS_PROXY answered {says}" in error.message
    assert len([one for one in proxy.tunnels if "images" in one]) >= tries
    assert corporate.counts().get("POST /v1/images/generations", 0) == 0


@pytest.mark.parametrize("drops", ["at once", "the tunnel", "the handshake"])
def test_a_tunnel_that_breaks_before_the_request_has_sent_nothing(
    proxy: Proxy, corporate: Corporate, open_session: Open, small: Small, drops: str
) -> None:
    proxy.drops = drops
    error = refused(open_session(corporate), small())
    assert "through the proxy" in error.message
    assert "HTTPS_PROXY" in error.message
    proxy.drops = None
    assert len(open_session(corporate).submit(small()).result(30)) == 1


def test_a_proxy_that_is_not_there_is_named(
    environment: pytest.MonkeyPatch, corporate: Corporate, open_session: Open, small: Small
) -> None:
    environment.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    error = refused(open_session(corporate), small())
    assert "the proxy 127.0.0.1:1 of HTTPS_PROXY" in error.message


def test_a_proxy_that_answers_in_the_service_s_place_leaves_the_outcome_unknown(
    proxy: Proxy, open_session: Open, small: Small, corporate: Corporate,
    pem: tuple[Path, Path, Path],
) -> None:  # fmt: skip
    """One that opens TLS may answer a POST from its cache, or with a page of its own."""
    posts: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        posts.extend([scope["path"]] if scope["method"] == "POST" else [])
        page = (b"content-type", b"text/html")
        await send({"type": "http.response.start", "status": 200, "headers": [page]})
        await send({"type": "http.response.body", "body": b"<html>Please log in</html>"})

    with over_tls(app, *pem[1:]) as port:
        proxy.goal = port
        session = open_session(corporate)
        task = session.submit(small())
        with pytest.raises(errors.OutcomeUnknown):
            task.result(30)
    assert posts.count("/v1/images/generations") == 1
    assert len(session.store.journal.open_entries()) == 1


def test_a_certificate_of_an_unknown_ca_says_where_a_ca_is_named(
    proxy: Proxy, corporate: Corporate, open_session: Open, small: Small,
    environment: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    environment.delenv("SSL_CERT_FILE")
    error = refused(open_session(corporate), small())
    assert "CERTIFICATE_VERIFY_FAILED" in error.message
    assert "name its CA's file in SSL_CERT_FILE" in error.advice

    other, _, _ = certificates(tmp_path)
    environment.setenv("SSL_CERT_FILE", str(other))
    error = refused(open_session(corporate, store="other"), small())
    assert "Check that SSL_CERT_FILE names the CA" in error.advice


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        ("SSL_CERT_FILE", "{tmp}/nowhere.pem", "is not there"),
        ("SSL_CERT_FILE", "{tmp}", "is a folder"),
        ("SSL_CERT_FILE", "{tmp}/garbage.pem", "holds none that can be read"),
        ("SSL_CERT_FILE", "{tmp}/empty.pem", "holds none that can be read"),
        ("SSL_CERT_DIR", "{tmp}/nowhere", "is not there"),
        ("SSL_CERT_DIR", "{tmp}/empty", "holds none"),
        ("SSL_CERT_DIR", "{tmp}/garbage.pem", "can't be read"),
        ("HTTPS_PROXY", "http://[::1", "must be a proxy's address"),
        ("HTTPS_PROXY", "http://proxy.example:port", "must be a proxy's address"),
        ("HTTPS_PROXY", "http://me:{password}@proxy.example:99999", "must be a proxy's address"),
        ("HTTPS_PROXY", "http://", "must be a proxy's address"),
        ("HTTPS_PROXY", "http://me:{password}@a b:3128", "must be a proxy's address"),
        ("ALL_PROXY", "socks://127.0.0.1:1080", "must begin with http://"),
        ("ALL_PROXY", "socks4://me:{password}@127.0.0.1:1080", "must begin with http://"),
        ("NO_PROXY", "localhost,[::1", "must list names"),
        ("NO_PROXY", "[localhost]", "must list names"),
    ],
)
def test_a_setting_that_can_t_be_used_is_named_with_its_fault(
    proxy: Proxy, corporate: Corporate, open_session: Open, small: Small,
    environment: pytest.MonkeyPatch, tmp_path: Path, pem: tuple[Path, Path, Path],
    variable: str, value: str, fault: str,
) -> None:  # fmt: skip
    (tmp_path / "garbage.pem").write_text("no certificate")
    (tmp_path / "empty.pem").touch()
    (tmp_path / "empty").mkdir()
    if variable == "SSL_CERT_DIR":
        environment.delenv("SSL_CERT_FILE")
    if variable == "ALL_PROXY":
        environment.delenv("HTTPS_PROXY")
    good = dict(os.environ)
    environment.setenv(variable, value.format(tmp=tmp_path, password=PASSWORD))

    session = open_session(corporate)
    error = refused(session, small())
    assert f"{variable} " in error.message
    assert fault in error.message
    assert error.advice == f"Correct or unset {variable}, then ask again."
    with pytest.raises(errors.Unreachable, match=variable):
        session.credits()
    assert PASSWORD not in str(error)
    assert proxy.seen == []

    for name in VARIABLES:  # mended in the same kernel, it works at once
        environment.delenv(name, raising=False)
        if name in good:
            environment.setenv(name, good[name])
    environment.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    environment.setenv("SSL_CERT_FILE", str(pem[0]))
    assert len(session.submit(small()).result(30)) == 1


def test_socks_without_its_package_says_what_to_install(
    corporate: Corporate, open_session: Open, small: Small, environment: pytest.MonkeyPatch
) -> None:
    try:
        import socksio  # noqa: F401
    except ModuleNotFoundError:
        environment.setenv("ALL_PROXY", f"socks5://me:{PASSWORD}@127.0.0.1:1080")
        error = refused(open_session(corporate), small())
        assert "pip install 'httpx[socks]'" in error.message
        assert "ALL_PROXY" in error.message
        assert PASSWORD not in str(error)


def test_no_proxy_with_ipv6_in_brackets_is_read(
    proxy: Proxy, corporate: Corporate, open_session: Open, small: Small,
    environment: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    environment.setenv("NO_PROXY", "localhost,[::1],127.0.0.1,10.0.0.0/8,.internal,[fd00::1]:8080")
    assert len(open_session(corporate).submit(small()).result(30)) == 1
    assert len(proxy.seen) >= 2


def test_an_emulator_on_this_machine_asks_neither_proxy_nor_roots(
    on_port: OnPort, open_session: Open, small: Small, environment: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES:
        environment.setenv(name, "http://[::1")
    assert len(open_session(on_port).submit(small()).result(30)) == 1


@pytest.mark.parametrize(
    ("listed", "direct"),
    [
        ("", False), ("*", True), ("images.corporate.example", True), ("corporate.example", True),
        (".corporate.example", True), ("*.corporate.example", True), ("porate.example", False),
        ("IMAGES.Corporate.Example.", True), ("images.corporate.example:443", True),
        ("images.corporate.example:8443", False), ("https://images.corporate.example", True),
        ("a.example, images.corporate.example", True), ("a.example corporate.example", True),
        ("::1", False), ("[::1]:8080", False), (",, ,", False), ("localhost", False),
    ],
)  # fmt: skip
def test_no_proxy_is_read_as_others_read_it(listed: str, direct: bool) -> None:
    settings = {"https": "http://proxy.example:3128", "no": listed}
    found = proxy_for("https", "images.corporate.example", 443, settings)
    assert (found is None) is direct


@pytest.mark.parametrize(
    ("host", "listed", "direct"),
    [
        ("10.1.2.3", "10.0.0.0/8", True), ("11.1.2.3", "10.0.0.0/8", False),
        ("::1", "[::1]", True), ("::1", "::1", True), ("0:0:0:0:0:0:0:1", "[::1]:443", True),
        ("::1", "[::1]:80", False), ("fd00::5", "fd00::/8", True), ("10.1.2.3", "10.1.2.3", True),
    ],
)  # fmt: skip
def test_addresses_in_no_proxy_are_compared_as_addresses(
    host: str, listed: str, direct: bool
) -> None:
    settings = {"all": "proxy.example:3128", "no": listed}
    assert (proxy_for("https", host, 443, settings) is None) is direct


def test_a_proxy_without_a_scheme_is_one_over_http_and_shows_no_password() -> None:
    found = proxy_for("https", "x.example", 443, {"https": f"me:{PASSWORD}@proxy.example:3128"})
    assert found is not None
    assert found.url == f"http://me:{PASSWORD}@proxy.example:3128"
    assert PASSWORD not in f"{found!r} {found}"
    assert proxy_for("http", "x.example", 80, {"https": "http://proxy.example"}) is None


@pytest.mark.parametrize("value", [f"me:{PASSWORD}@host:port", f"socks://me:{PASSWORD}@host",
                                   f"http://me:p@{PASSWORD}@ho st", f"x:{PASSWORD}@"])  # fmt: skip
def test_a_fault_shows_no_password(value: str) -> None:
    with pytest.raises(SettingFault) as caught:
        proxy_for("https", "x.example", 443, {"https": value})
    assert PASSWORD not in str(caught.value)


def test_the_base_url_of_these_tests_is_no_loopback_address() -> None:
    assert "127.0.0.1" not in API
    assert "localhost" not in API
