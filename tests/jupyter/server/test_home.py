"""All pictures of the server go home as one zip file, which a store of one's own takes in."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth.authorizer import Authorizer

from evolink_widgets.store import Store
from evolink_widgets.widgets.pictures.taking_home import mark_of


async def test_all_stores_come_home_in_one_file_and_are_taken_in(
    client: Any, shelf: Callable, tmp_path: Path
) -> None:
    first, second = shelf("one/evolink_images"), shelf("two/deeper/pictures")
    saved = [first.add("a fox", letter="a"), second.add("a hare", letter="b")]
    assert await client.get("home/look") == {"there": True, "machine": None}
    answer = await client.ask("home/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="pictures.zip"'
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as packed:
        assert f"two/deeper/pictures/{saved[1].name}" in packed.namelist()
    (tmp_path / "home.zip").write_bytes(answer.body)
    mine = Store(tmp_path / "mine")
    merged = mine.merge(tmp_path / "home.zip")
    mine.close()
    assert (merged.pictures, merged.left_out) == (2, ())
    assert {path.name: path.read_bytes() for path in (tmp_path / "mine").glob("*.png")} == {
        path.name: path.read_bytes() for path in saved
    }


async def test_one_store_is_asked_for_by_its_mark(client: Any, shelf: Callable) -> None:
    first, second = shelf("one/evolink_images"), shelf("two/pictures")
    first.add("a fox", letter="a")
    second.add("a hare", letter="b")
    answer = await client.ask("home/zip", mark=mark_of(second.folder))
    assert 'filename="pictures.zip"' in answer.headers["Content-Disposition"]
    names = zipfile.ZipFile(io.BytesIO(answer.body)).namelist()
    assert all(name.startswith("two/pictures/") for name in names[:-1])
    assert (await client.get("home/look", mark="0" * 24))["there"] is False
    nothing = await client.ask("home/zip", mark="0" * 24)
    assert nothing.code == 409
    assert "nothing to take home" in json.loads(nothing.body)["message"]


class ReadsOnly(Authorizer):
    """Lets people look at files, and write none."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return action == "read" or resource != "contents"


async def test_strangers_and_those_who_may_only_look_get_nothing(
    client: Any, shelf: Callable, jp_serverapp: Any, http_server_client: Any, jp_base_url: str
) -> None:
    shelf().add()
    address = f"{jp_base_url.rstrip('/')}/evolink-widgets/home/zip"
    stranger = await http_server_client.fetch(address, raise_error=False, follow_redirects=False)
    assert stranger.code in (302, 403)
    jp_serverapp.web_app.settings["authorizer"] = ReadsOnly(
        parent=jp_serverapp, identity_provider=jp_serverapp.identity_provider
    )
    for place in ("home/look", "home/zip"):
        answer = await client.ask(place)
        assert answer.code == 403
        assert b"PK" not in answer.body
    jp_serverapp.web_app.settings["authorizer"] = jp_serverapp.authorizer
    jp_serverapp.identity_provider.token = ""  # a browser with a cookie, on another's page
    foreign = {"Origin": "http://evil.example", "Referer": "http://evil.example/page"}
    answer = await http_server_client.fetch(address, headers=foreign, raise_error=False)
    assert answer.code in (400, 403, 404)


async def test_a_page_is_told_where_the_pictures_go_with_their_machine(
    client: Any, shelf: Callable, jp_ws_fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")
    shelf().add()
    assert (await client.get("home/look"))["machine"] == "Binder's"
    line = await jp_ws_fetch("evolink-widgets", "changes")
    told = json.loads(await line.read_message())
    line.close()
    assert told["machine"] == "Binder's"
