"""The WebSocket: what runs and what was spent, told at once and again when it has changed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

SOON = 20.0


class Socket:
    """A page's end of the line."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def next(self, kind: str, fits: Callable[[Any], bool] = lambda _: True) -> Any:
        """The next message of a kind that fits."""

        async def wait() -> Any:
            while True:
                told = json.loads(await self._socket.read_message())
                if told["kind"] == kind and fits(told):
                    return told

        return await asyncio.wait_for(wait(), SOON)

    async def silence(self, seconds: float) -> list[Any]:
        """What comes within a time."""
        heard = []
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                heard.append(await asyncio.wait_for(self._socket.read_message(), left))
            except asyncio.TimeoutError:
                break
        return heard


async def test_a_task_is_told_from_step_to_step(shelf: Callable, jp_ws_fetch: Any) -> None:
    one = shelf("notes/evolink_images")
    one.add()
    page = Socket(await jp_ws_fetch("evolink-widgets", "changes"))
    await page.next("state", lambda told: told["tasks"] == [])
    key = one.ask("a lighthouse at dusk", n=4)
    (task,) = (await page.next("state", lambda told: told["tasks"]))["tasks"]
    assert (task["prompt"], task["title"]) == ("a lighthouse at dusk", "Waiting to be sent")
    assert (task["notebook"], task["folder"]) == ("lights.ipynb", "notes/evolink_images")
    one.store.journal.sending(key, time.time())
    one.store.journal.accepted(key, "task-1", time.time())
    told = await page.next("state", lambda told: told["tasks"][0]["stage"] == "processing")
    low, high = told["tasks"][0]["left"]
    assert 0 < low < high
    one.store.journal.finished(key, time.time())
    await page.next("state", lambda told: told["tasks"] == [])


async def test_a_change_is_told_within_a_second(shelf: Callable, jp_ws_fetch: Any) -> None:
    one = shelf()
    one.add()
    page = Socket(await jp_ws_fetch("evolink-widgets", "changes"))
    await page.next("changed")
    one.add(letter="v")
    began = time.monotonic()
    await page.next("changed")
    assert time.monotonic() - began < 5, "it is looked at every 0.4 s; this machine may be busy"


async def test_nothing_is_said_while_nothing_changes(shelf: Callable, jp_ws_fetch: Any) -> None:
    one = shelf()
    one.add()
    one.ask("a fox")
    page = Socket(await jp_ws_fetch("evolink-widgets", "changes"))
    await page.next("changed")
    assert await page.silence(3.0) == []


async def test_a_task_whose_kernel_has_died_needs_a_person(
    shelf: Callable, jp_ws_fetch: Any
) -> None:
    one = shelf()
    _, _, host = one.store.owner.partition("@")
    key = one.ask("a heron", owner=f"999999999@{host}")
    one.store.journal.sending(key, time.time())
    page = Socket(await jp_ws_fetch("evolink-widgets", "changes"))
    (task,) = (await page.next("state"))["tasks"]
    assert (task["title"], task["needs"]) == ("Outcome unknown", True)
    assert task["may"] == "May have been charged"
    one.store.journal.accepted(key, "task-2", time.time())
    told = await page.next("state", lambda told: told["tasks"][0]["stage"] != "unknown")
    assert told["tasks"][0]["title"] == "Paid, and no kernel collects it"


async def test_a_store_that_comes_and_goes_is_noticed(
    shelf: Callable, jp_ws_fetch: Any, jp_root_dir: Any
) -> None:
    page = Socket(await jp_ws_fetch("evolink-widgets", "changes"))
    assert (await page.next("state"))["stores"] == []
    shelf("evolink_images").add()
    told = await page.next("state", lambda told: told["stores"])
    assert told["stores"][0]["folder"] == "evolink_images"
    (jp_root_dir / "evolink_images").rename(jp_root_dir.parent / "away")
    await page.next("state", lambda told: not told["stores"])


async def test_one_page_is_told_of_what_another_writes(
    shelf: Callable, jp_ws_fetch: Any, client: Any
) -> None:
    shelf().add()
    page = Socket(await jp_ws_fetch("evolink-widgets", "changes"))
    await page.next("changed")
    name = await client.first()
    await client.ask("pictures/favourite", body={"pictures": [name], "on": True})
    await page.next("changed")


async def test_spending_of_today_is_summed_up_over_stores(
    shelf: Callable, jp_ws_fetch: Any
) -> None:
    from evolink_widgets.rules.pricing.pricing import Receipt

    for folder, charged in (("one/evolink_images", 2.5), ("two/evolink_images", 4.0)):
        one = shelf(folder)
        key = one.ask("a fox")
        one.store.ledger.reserve(key, 5.0, now=time.time(), service="emulator")
        one.store.ledger.settle(key, Receipt(charged=charged), time.time())
    page = Socket(await jp_ws_fetch("evolink-widgets", "changes"))
    spending = (await page.next("state"))["spending"]
    assert (spending["charged"], spending["simulated"]) == (6.5, True)
    paths = {row["path"]: (row["notebook"], row["charged"]) for row in spending["notebooks"]}
    assert paths == {
        "one/lights.ipynb": ("lights.ipynb", 2.5),
        "two/lights.ipynb": ("lights.ipynb", 4.0),
    }


async def test_what_is_left_of_a_cap_is_told_as_a_range_while_tasks_are_out(
    shelf: Callable, jp_ws_fetch: Any
) -> None:
    from evolink_widgets.rules.pricing.pricing import Receipt
    from evolink_widgets.store import Cap
    from evolink_widgets.store.ledger.standing_caps import keep_caps

    one = shelf("notes/evolink_images")
    for letter, charged in (("x", 2.5), ("y", None)):
        key = one.ask("a fox", letter=letter)
        one.store.ledger.reserve(key, 5.0, now=time.time(), service="emulator")
        if charged is not None:
            one.store.ledger.settle(key, Receipt(charged=charged), time.time())
    cap = Cap(100, name="today's budget", since=1.0, service="emulator")
    keep_caps(one.store.journal, "lights.ipynb", one.store.owner, [cap])
    page = Socket(await jp_ws_fetch("evolink-widgets", "changes"))
    (told,) = (await page.next("state"))["spending"]["caps"]
    assert told == {"name": "today's budget", "path": "notes/lights.ipynb", "limit": 100.0,
                    "least": 92.5, "most": 97.5}  # fmt: skip


async def test_the_watch_ends_with_the_server(
    shelf: Callable, jp_ws_fetch: Any, jp_serverapp: Any
) -> None:
    shelf().add()
    page = Socket(await jp_ws_fetch("evolink-widgets", "changes"))
    await page.next("changed")
    await jp_serverapp.cleanup_extensions()
    assert [one for one in asyncio.all_tasks() if "keep_watching" in repr(one.get_coro())] == []
