"""What the server's part refuses: strangers, other origins, ways out of the root, bad stores."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth.authorizer import Authorizer
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from evolink_widgets.store.database.database import FILE

PLACES = ("pictures/look", "pictures/page", "pictures/ids", "pictures/facts", "bytes/thumb")


@pytest.fixture
def without_token_check(jp_serverapp: Any) -> Any:
    """The server as it is for a browser that has a cookie and no token in its requests."""
    jp_serverapp.identity_provider.token = ""
    return jp_serverapp


@pytest.mark.parametrize("place", [*PLACES, "changes"])
async def test_without_a_token_nothing_is_told(
    place: str, jp_serverapp: Any, http_server_client: Any, jp_base_url: str
) -> None:
    address = f"{jp_base_url.rstrip('/')}/evolink-widgets/{place}"
    answer = await http_server_client.fetch(address, raise_error=False, follow_redirects=False)
    assert answer.code in (302, 403)
    assert b"fox" not in answer.body


async def test_a_foreign_origin_gets_nothing(
    without_token_check: Any, http_server_client: Any, jp_base_url: str, shelf: Callable
) -> None:
    shelf().add()
    foreign = {"Origin": "http://evil.example", "Referer": "http://evil.example/page"}
    for place in (*PLACES, "changes"):
        answer = await http_server_client.fetch(
            f"{jp_base_url.rstrip('/')}/evolink-widgets/{place}", headers=foreign, raise_error=False
        )
        assert answer.code in (400, 403, 404)
        assert b"fox" not in answer.body


async def test_a_write_without_the_xsrf_token_is_refused(
    without_token_check: Any, http_server_client: Any, jp_base_url: str, shelf: Callable
) -> None:
    picture = shelf().add()
    address = f"{jp_base_url.rstrip('/')}/evolink-widgets/pictures/trash"
    answer = await http_server_client.fetch(
        address, method="POST", body=json.dumps({"pictures": []}), raise_error=False
    )
    assert answer.code == 403
    assert picture.exists()


class ReadsOnly(Authorizer):
    """Lets people look at files, and write none."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return action == "read" or resource != "contents"


class Nothing(Authorizer):
    """Lets people do nothing with files."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return resource != "contents"


async def test_the_servers_own_authorizer_is_asked(
    client: Any, shelf: Callable, jp_serverapp: Any
) -> None:
    shelf().add()
    name = await client.first()
    jp_serverapp.web_app.settings["authorizer"] = ReadsOnly(parent=jp_serverapp)
    assert (await client.ask("pictures/look")).code == 200
    assert (await client.ask("pictures/trash", body={"pictures": [name]})).code == 403
    jp_serverapp.web_app.settings["authorizer"] = Nothing(parent=jp_serverapp)
    for place in PLACES:
        assert (await client.ask(place, picture=name)).code == 403


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..~..", "x~../../secret.0", "%2e%2e/secret.png", "~", "a" * 121, ""],
)
async def test_a_picture_is_an_id_and_no_path(name: str, client: Any, shelf: Callable) -> None:
    shelf().add()
    store = (await client.first()).partition("~")[0]
    for tried in (name, f"{store}~{name}"):
        answer = await client.ask("bytes/original", picture=tried)
        assert answer.code in (400, 404)
        assert answer.headers["Content-Type"].startswith("application/json")


async def test_links_are_not_followed(
    client: Any, shelf: Callable, jp_root_dir: Path, tmp_path: Path
) -> None:
    outside = shelf("../outside/evolink_images")
    outside.add("a secret")
    outside.store.close()
    (jp_root_dir / "linked").symlink_to(outside.store.root.parent)
    (jp_root_dir / "evolink_images").symlink_to(outside.store.root)
    (jp_root_dir / "file").mkdir()
    (jp_root_dir / "file" / FILE).symlink_to(outside.store.root / FILE)
    assert (await client.get("pictures/look"))["count"] == 0


async def test_a_link_in_the_place_of_a_picture_shows_nothing(
    client: Any, shelf: Callable, jp_root_dir: Path
) -> None:
    secret = jp_root_dir.parent / "secret.png"
    path = shelf().add()
    name = await client.first()
    shutil.move(path, secret)
    path.symlink_to(secret)
    assert (await client.ask("bytes/original", picture=name)).code == 404


async def test_hidden_folders_stay_hidden(client: Any, shelf: Callable) -> None:
    shelf(".private/evolink_images").add("a secret")
    shelf("plain/evolink_images").add("a fox")
    found = (await client.get("pictures/page", limit=10))["items"]
    assert [item["prompt"] for item in found] == ["a fox"]
    refused = await client.ask("pictures/look", query=json.dumps({"trashed": True}))
    assert "hidden" in json.loads(refused.body)["message"]


async def test_a_server_that_shows_hidden_files_shows_hidden_stores(
    client: Any, shelf: Callable, jp_serverapp: Any
) -> None:
    jp_serverapp.contents_manager.allow_hidden = True
    shelf(".private/evolink_images").add("a fox")
    assert (await client.get("pictures/look"))["count"] == 1


@pytest.mark.parametrize("query", ["[", "3", '"x"', '{"text": 3}', '{"since": "now"}', "[" * 5_000])
async def test_a_query_that_is_none_is_refused_in_a_sentence(query: str, client: Any) -> None:
    answer = await client.ask("pictures/look", query=query)
    assert answer.code in (200, 400, 409)
    assert "Traceback" not in answer.body.decode()


@pytest.mark.parametrize(
    "body", [None, [], {"pictures": "x"}, {"pictures": [3]}, {"pictures": ["x"] * 2_001}]
)
async def test_a_write_of_nonsense_is_refused(body: Any, client: Any) -> None:
    assert (await client.ask("pictures/trash", body={} if body is None else body)).code == 400


def damaged(folder: Path) -> str:
    (folder / FILE).write_bytes(b"SQLite format 3\0" + os.urandom(4_000))
    return "damaged"


def newer(folder: Path) -> str:
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    return "999"


def older(folder: Path) -> str:
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    return "older version"


@pytest.mark.parametrize("spoil", [damaged, newer, older])
async def test_a_store_that_cant_be_read_is_told_and_hides_no_other(
    spoil: Callable[[Path], str], client: Any, shelf: Callable, jp_ws_fetch: Any
) -> None:
    bad, good = shelf("bad/evolink_images"), shelf("good/evolink_images")
    for one in (bad, good):
        one.add()
        one.store.close()
    for ending in ("-wal", "-shm"):
        (bad.store.root / f"{FILE}{ending}").unlink(missing_ok=True)
    word = spoil(bad.store.root)
    before = (bad.store.root / FILE).read_bytes()
    assert (await client.get("pictures/look"))["count"] == 1
    socket = await jp_ws_fetch("evolink-widgets", "changes")
    told = json.loads(await socket.read_message())
    socket.close()
    problems = {one["folder"]: one["problem"] for one in told["stores"]}
    assert word in problems["bad/evolink_images"]
    assert problems["good/evolink_images"] is None
    assert (bad.store.root / FILE).read_bytes() == before, "it was only looked at"


async def test_a_locked_database_is_a_sentence(client: Any, shelf: Callable) -> None:
    one = shelf()
    one.add()
    name = await client.first()
    held = sqlite3.connect(one.store.root / FILE, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    try:
        answer = await client.ask("pictures/favourite", body={"pictures": [name], "on": True})
        assert answer.code == 409
        assert "held by another program" in json.loads(answer.body)["message"]
    finally:
        held.execute("ROLLBACK")
        held.close()


async def test_hostile_prompts_and_names_travel_as_text(client: Any, shelf: Callable) -> None:
    prompt = '<img src=x onerror="alert(1)">\u202e "\'`${}'
    shelf("<b>name & co/evolink_images").add(prompt)
    item = (await client.get("pictures/page", limit=1))["items"][0]
    assert "<img src=x" in item["prompt"]
    rows = dict((await client.get("pictures/facts", picture=item["id"]))["rows"])
    assert rows["Folder"] == "<b>name & co/evolink_images"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.png", "a/../../secret.png", "/etc/passwd", "//secret.png", "linked/secret.png",
        ".hidden/fox.png", "plain/.fox.png", "link.png", "plain", "", "plain/", "x" * 5_000,
        "plain\0/fox.png", "plain/fox.png/../../../secret.png", "\\..\\secret.png",
        "évil\udcff.png",
    ],
)  # fmt: skip
async def test_a_recipe_is_read_of_no_file_that_the_server_would_not_show(
    path: str, client: Any, shelf: Callable, jp_root_dir: Path
) -> None:
    picture = shelf("plain/evolink_images").add("a secret")
    outside = jp_root_dir.parent
    for place in ("secret.png", "root_dir/.hidden/fox.png", "root_dir/plain/.fox.png"):
        (outside / place).parent.mkdir(exist_ok=True)
        shutil.copy(picture, outside / place)
    (jp_root_dir / "linked").symlink_to(outside)
    (jp_root_dir / "link.png").symlink_to(outside / "secret.png")
    sent = path.encode("utf-8", "surrogateescape")
    answer = await client.ask("recipe", path=sent)
    assert answer.code in (400, 404)
    assert b"secret" not in answer.body


async def test_a_page_of_another_origin_hears_nothing_over_the_socket(
    without_token_check: Any, http_server_client: Any, jp_base_url: str, shelf: Callable
) -> None:
    shelf().add()
    place = f"{jp_base_url.rstrip('/')}/evolink-widgets/changes"
    address = http_server_client.get_url(place).replace("http", "ws", 1)
    own = await websocket_connect(address)
    assert json.loads(str(await own.read_message()))["kind"] == "state"
    own.close()
    foreign = HTTPRequest(address, headers={"Origin": "http://evil.example"})
    with pytest.raises(HTTPClientError) as refused:
        await websocket_connect(foreign)
    assert refused.value.code == 403


async def test_the_servers_own_authorizer_is_asked_for_the_socket(
    jp_serverapp: Any, jp_ws_fetch: Any, shelf: Callable
) -> None:
    shelf().add()
    jp_serverapp.web_app.settings["authorizer"] = Nothing(parent=jp_serverapp)
    with pytest.raises(HTTPClientError) as refused:
        await jp_ws_fetch("evolink-widgets", "changes")
    assert refused.value.code == 403


async def test_a_database_that_another_program_holds_is_waited_for_and_then_told(
    client: Any, shelf: Callable, jp_ws_fetch: Any
) -> None:
    held, free = shelf("held/evolink_images"), shelf("free/evolink_images")
    for one in (held, free):
        one.add()
        one.store.close()
    with sqlite3.connect(held.store.root / FILE) as setting:
        setting.execute("PRAGMA journal_mode = DELETE")
    setting.close()
    holder = sqlite3.connect(held.store.root / FILE, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert (await client.get("pictures/look"))["count"] == 1
        socket = await jp_ws_fetch("evolink-widgets", "changes")
        told = json.loads(await socket.read_message())
        socket.close()
        problems = {one["folder"]: one["problem"] for one in told["stores"]}
        assert "held by another program" in problems["held/evolink_images"]
        assert problems["free/evolink_images"] is None
    finally:
        holder.execute("ROLLBACK")
        holder.close()
