"""A store of 100,000 pictures: answered in pages, and the server's loop is free meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from shelves import Shelf

from evolink_widgets.store.gallery.rows import kinds

COUNT = 100_000
#: Seconds of the processor that one step of the loop may take; the answers take many times that.
_LONGEST_STEP = 0.1


def fill(one: Shelf) -> None:
    """Copy the rows of one picture; only what is looked at has files."""
    first = one.add("a fox in the snow")
    for number in (*range(1, 11), *range(COUNT // 2 - 250, COUNT // 2 + 1)):
        (one.folder / f"fox_{number}.png").write_bytes(first.read_bytes()[:8])
    numbers = range(1, COUNT)
    with one.store.database.write() as connection:
        for table, column in (("sets", "stem"), ("pictures", "path")):
            row = dict(connection.execute(f"SELECT * FROM {table}").fetchone())
            ending = "" if table == "sets" else ".png"
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            connection.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",
                (
                    row
                    | {"key": f"k{number:011d}".translate(str.maketrans("01", "mn"))}
                    | {"created_at": float(number), column: f"fox_{number}{ending}"}
                    for number in numbers
                ),
            )
    kinds.put_right(one.store.database)


@pytest.mark.slow
async def test_a_hundred_thousand_pictures_are_answered_in_pages_beside_the_loop(
    client: Any, shelf: Callable
) -> None:
    one = shelf()
    await asyncio.to_thread(fill, one)
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        before = time.thread_time()
        while True:
            await asyncio.sleep(0.005)
            now = time.thread_time()
            longest, before = max(longest, now - before), now

    await client.get("pictures/look")  # opens the store, and loads the modules
    beating = asyncio.get_running_loop().create_task(beat())
    began = time.process_time()
    assert (await client.get("pictures/look"))["count"] == COUNT
    assert (await client.get("pictures/look", query={"text": "snow"}))["count"] == COUNT
    assert (await client.get("pictures/look", query={"text": "hare"}))["count"] == 0
    last = await client.get("pictures/page", offset=COUNT - 10, limit=500)
    assert len(last["items"]) == 10
    page = await client.get("pictures/page", offset=50_000, limit=100_000)
    assert len(page["items"]) == 200, "a page has an end, whatever is asked for"
    ids = await client.get("pictures/ids", **{"from": 0, "to": COUNT})
    assert len(ids["ids"]) == ids["most"] == 2_000
    beating.cancel()
    assert time.process_time() - began > longest
    assert longest < _LONGEST_STEP
