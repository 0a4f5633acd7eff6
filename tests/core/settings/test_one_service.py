"""However a service's address is written: one cap, one reuse, one journal."""

from __future__ import annotations

import pytest
from services import KEY, OnPort

import evolink_widgets as ew
from evolink_widgets import errors
from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.core.service.limits import limits_for

pytestmark = pytest.mark.usefixtures("own_settings")

SPELLINGS = ["http://{host}", "http://{host}/", "http://LOCALHOST:{port}/v1/", "http://{host}/v1",
             "http://localhost.:{port}"]  # fmt: skip


def test_on_this_machine_one_cap_and_one_reuse_for_every_spelling(on_port: OnPort) -> None:
    host = on_port.api.removeprefix("http://")
    port = host.rpartition(":")[2]
    paths = set()
    for spelling in SPELLINGS[:-1]:  # the last is one that not every resolver takes
        ew.configure(base_url=spelling.format(host=host, port=port), budget=4, per="store")
        assert ew.session().service == f"127.0.0.1:{port}"
        request = ew.ImageRequest("a fox", size="816x816", quality="low")
        (image,) = ew.session().submit(request, execution=None).result(30)
        paths.add(image.path)
    assert len(paths) == 1
    assert on_port.counts()["accepted"] == 1
    spent = ew.session().meters()[0].spent
    for spelling in SPELLINGS:
        ew.configure(base_url=spelling.format(host=host, port=port))
        assert ew.session().meters()[0].spent == spent > 0
    with pytest.raises(errors.BudgetExceeded):
        ew.generate("an owl", size="2048x2048", quality="high", n=4).result(30)


@pytest.mark.parametrize(
    "url",
    ["https://api.evolink.ai", "https://API.evolink.ai:443", "https://api.evolink.ai./v1/",
     " https://api.evolink.ai/v1\n"],
)  # fmt: skip
def test_the_service_has_one_name_and_its_own_files_service(url: str) -> None:
    ew.configure(api_key=KEY, base_url=url)
    session = ew.session()
    assert session.service == "api.evolink.ai"
    assert session.base_url == "https://api.evolink.ai"
    assert session.files_url == "https://files-api.evolink.ai"


def test_limits_are_kept_for_the_service_and_not_for_a_spelling() -> None:
    ew.configure(api_key=KEY, base_url="https://API.EVOLINK.ai:443/v1")
    name = ew.session().service

    async def rooms() -> bool:
        return limits_for(name, "key") is limits_for("api.evolink.ai", "key")

    assert run_on_loop(rooms()).result(10)


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        (f"https://{KEY}@api.evolink.ai", KEY), (f"https://me:{KEY}@api.evolink.ai", KEY),
        (f"https://api.evolink.ai?key={KEY}", KEY), (f"https://api.evolink.ai#{KEY}", KEY),
        (f"htps://me:{KEY}@api.evolink.ai", KEY), (KEY, KEY), (f"//{KEY}@x", KEY),
        (f"https://me:{KEY}@[::1", KEY), (f"https://api.evolink.ai:{KEY}", KEY),
    ],
)  # fmt: skip
def test_an_address_that_holds_a_secret_is_refused_without_it(url: str, secret: str) -> None:
    for name in ("base_url", "files_url", "mode", "spend"):
        with pytest.raises(errors.ConfigurationError, match=name) as caught:
            ew.configure(**{name: url})  # type: ignore[arg-type]
        said = f"{caught.value}{caught.value!r}{vars(caught.value)}"
        assert not any(secret[at : at + 6] in said for at in range(7, len(secret) - 5)), said
