"""Pictures over HTTP: those of all stores under the root as one gallery, and three writes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from PIL import Image


async def test_the_stores_under_the_root_are_one_gallery(client: Any, shelf: Callable) -> None:
    first, second = shelf("one/evolink_images"), shelf("two/deeper/pictures")
    for place in range(3):
        first.add("a fox", letter="a", index=place, when=1_000.0 + 2 * place)
        second.add("a hare", letter="b", index=place, when=1_001.0 + 2 * place)
    assert (await client.get("pictures/look"))["count"] == 6
    found = (await client.get("pictures/page", offset=1, limit=4))["items"]
    assert [item["prompt"] for item in found] == ["a fox", "a hare", "a fox", "a hare"]
    foxes = await client.get("pictures/page", query={"text": "FOX"}, limit=10)
    assert len(foxes["items"]) == 3
    ids = await client.get("pictures/ids", **{"from": 1, "to": 3})
    assert ids["ids"] == [item["id"] for item in found[:2]]


async def test_a_small_copy_is_known_again(client: Any, shelf: Callable) -> None:
    shelf().add()
    name = await client.first()
    small = await client.ask("bytes/thumb", picture=name)
    assert small.headers["Content-Type"] == "image/webp"
    assert max(Image.open(io.BytesIO(small.body)).size) == 320
    again = await client.ask(
        "bytes/thumb", picture=name, headers={"If-None-Match": small.headers["Etag"]}
    )
    assert (again.code, again.body) == (304, b"")


async def test_the_file_itself_comes_whole(client: Any, shelf: Callable) -> None:
    path = shelf().add()
    whole = await client.ask("bytes/original", picture=await client.first())
    assert whole.headers["Content-Type"] == "image/png"
    assert whole.body == path.read_bytes()
    saved = await client.ask("bytes/copy", picture=await client.first())
    assert len(saved.body) == int(saved.headers["Content-Length"]) > len(whole.body)
    assert b"digitalsourcetype/trainedAlgorithmicMedia" in saved.body
    assert saved.headers["Etag"] != whole.headers["Etag"]


async def test_facts_code_and_place_of_a_picture(client: Any, shelf: Callable) -> None:
    path = shelf("one/evolink_images").add("a fox", notebook="lights.ipynb")
    name = await client.first()
    rows = dict((await client.get("pictures/facts", picture=name))["rows"])
    assert rows["Prompt"] == "a fox"
    assert rows["Notebook"] == "lights.ipynb"
    assert rows["Folder"] == "one/evolink_images"
    made, line = (await client.get("pictures/code", picture=name))["text"].rsplit("\n", 1)
    assert "a fox" in made
    assert line.startswith("ew.store.picture(")
    place = await client.get("pictures/place", picture=name)
    assert place["path"] == f"one/evolink_images/{path.name}"


async def test_favourite_trash_and_undo_are_written(client: Any, shelf: Callable) -> None:
    path = shelf().add()
    name = await client.first()
    await client.ask("pictures/favourite", body={"pictures": [name], "on": True})
    assert (await client.get("pictures/look", query={"favourite": True}))["count"] == 1
    await client.ask("pictures/trash", body={"pictures": [name]})
    assert (await client.get("pictures/look"))["count"] == 0
    assert not path.exists()
    gone = await client.ask("bytes/thumb", picture=name)
    assert gone.code == 404, "what lies in the trash is hidden, and no file that is served"
    await client.ask("pictures/restore", body={"pictures": [name]})
    assert (await client.get("pictures/look"))["count"] == 1
    assert path.exists()


async def test_there_is_no_other_write(client: Any, shelf: Callable) -> None:
    shelf().add()
    for place in ("pictures/emptyTrash", "pictures/zip", "pictures/look", "bytes/thumb"):
        assert (await client.ask(place, body={"pictures": []})).code in (404, 405)


async def test_a_picture_is_found_by_the_name_that_a_notebook_knows(
    client: Any, shelf: Callable
) -> None:
    shelf("one/evolink_images").add("a fox", letter="a")
    path = shelf("two/evolink_images").add("a hare", letter="b")
    place = await client.get("pictures/place", picture="k3j2mnpqrstb.0")
    assert place["path"] == f"two/evolink_images/{path.name}"
    assert (await client.ask("pictures/place", picture="k3j2mnpqrstz.0")).code == 404
