"""Libraries under the root: shown beside the stores, and left as they are to the last byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evolink_widgets.store import in_use


def tree(root: Path) -> dict[str, Any]:
    """All that is in a folder, with the times of its files."""
    return {
        path.relative_to(root).as_posix(): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None,
        )
        for path in sorted([root, *root.rglob("*")])
    }


@pytest.fixture(params=["its own file", "the setting"])
def known_by(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, jp_root_dir: Path
) -> str:
    """How the server knows of the library; the setting stands before it starts."""
    monkeypatch.setattr(in_use, "choice", in_use.StoreInUse())
    if request.param == "the setting":
        monkeypatch.setenv("EVOLINK_LIBRARY", str(jp_root_dir / "course/evolink_images"))
    return str(request.param)


async def test_a_library_is_shown_and_not_changed(
    known_by: str,
    client: Any,
    shelf: Callable,
    jp_root_dir: Path,
    jp_ws_fetch: Any,
) -> None:
    own = shelf("notes/evolink_images")
    own.add("a fox", letter="a")
    library = jp_root_dir / "course/evolink_images"
    if known_by == "its own file":
        own.store.publish(library)
    else:  # one that its owner works with in another process
        theirs = shelf("growing")
        theirs.add("a hare", letter="b")
        theirs.store.close()
        library.parent.mkdir()
        theirs.store.root.rename(library)
    own.add("an owl", letter="c")
    before = tree(library)
    page = await jp_ws_fetch("evolink-widgets", "changes")
    state = json.loads(await page.read_message())
    assert {one["folder"]: one["problem"] for one in state["stores"]} == {
        "notes/evolink_images": None,
        "course/evolink_images": None,
    }
    assert (await client.get("pictures/look"))["count"] == 3
    items = (await client.get("pictures/page", limit=9))["items"]
    [name] = [
        item["id"]
        for item in items
        if ["Library", "course"] in (await client.get("pictures/facts", picture=item["id"]))["rows"]
    ]
    assert (await client.ask("bytes/thumb", picture=name)).code == 200
    assert (await client.ask("bytes/original", picture=name)).code == 200
    for act in ("favourite", "trash", "restore"):
        refused = await client.ask(f"pictures/{act}", body={"pictures": [name], "on": True})
        assert refused.code >= 400
        assert b"only read" in refused.body
    assert (await client.ask("home/zip")).code == 200
    assert tree(library) == before
    page.close()
