"""What a store of 100,000 tasks answers, and how soon.

The store is grown as an earlier version would have left it: its rows, a small file for each
picture and a recipe file beside it, all in one folder. Then this version brings it up to date,
which is measured too. Each figure is taken in a fresh Python, by the clock and in processor
time, and printed beside its goal: on a machine with other work only the processor time says
anything. `--n 10000` is quicker; `--folder` keeps the store between two calls.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from side_by_side import row, run

SCHEMA = 6
"""The last schema whose pictures lay in one folder."""
SUBJECTS = (
    "a fox in the snow, morning light, a long shadow over the field, film grain",
    "a lighthouse at dusk with gulls above the rocks, oil on canvas, muted blues",
    "two boats on a still lake, seen from above, reflections of pine trees",
    "雪の中の狐、朝の光、長い影、フィルムの粒子",
)
SIZES = ("1024x1024", "16:9", "3:2", "auto")
START, DAYS, NOTEBOOKS = 1_760_000_000.0, 70, 200
GROUPINGS = ("task", "day", "notebook")
SEARCHES = {
    "a word of a quarter of them": "fox",
    "two words": "snow number",
    "what few have": "number 77",
    "what none has": "zeppelin",
    "one letter": "x",
    "two characters of Japanese": "の狐",
    "one character of Japanese": "雪",
}
GOALS = {
    "first": 100, "later": 20, "page": 150, "imports": 60, "count": 20, "search": 30, "memory": 40,
}  # fmt: skip


def grow(root: Path, n: int) -> None:
    """Write a store of so many tasks, a picture each, as schema 6 had them."""
    from PIL import Image

    from evolink_widgets.images.proof.check_picture import check_picture
    from evolink_widgets.rules.pricing.pricing import Receipt
    from evolink_widgets.rules.request.recipe import Recipe
    from evolink_widgets.rules.request.request import ImageRequest
    from evolink_widgets.store.database.database import FILE, Database, dump, insert
    from evolink_widgets.store.database.schema import MIGRATIONS
    from evolink_widgets.store.file_names import search_text, stem
    from evolink_widgets.store.journal.journal import Entry, Step, columns_of

    root.mkdir(parents=True)
    small = root / ".small.png"
    Image.new("RGB", (64, 64), (40, 90, 160)).save(small)
    data = small.read_bytes()
    with small.open("rb") as file:
        facts = check_picture(file)
    small.unlink()
    database = Database(root / FILE, migrations=MIGRATIONS[:SCHEMA])
    with closing(database), database.write() as connection:
        for at in range(n):
            when = START + at * (DAYS * 86_400 / n)
            key = f"t{at:011}"
            request = ImageRequest(
                f"{SUBJECTS[at % 4]}, number {at}", size=SIZES[at // 4 % 4], quality="low"
            )
            recipe = Recipe(request, "emulator")
            notebook = f"nb{at * NOTEBOOKS // n}.ipynb" if at % 50 else None
            entry = Entry(
                key=key, step=Step.SAVED, service="emulator", request=request.to_record(),
                idempotency_key=f"ew-{at:032x}", created_at=when, recipe=recipe.to_record(),
                identity=recipe.identity, task_id=f"task-{at}", sent_at=when, accepted_at=when,
                ended_at=when + 9, results=(f"https://pictures.example/{at}.png",),
                estimate_high=0.8, receipt=Receipt(charged=0.5), origin=notebook,
            )  # fmt: skip
            insert(connection, "tasks", columns_of(entry))
            name = stem(request.prompt, key[-8:], when)
            columns = {
                "key": key, "stem": name, "recipe": dump(recipe.to_record()),
                "identity": recipe.identity, "service": "emulator", "simulated": 1,
                "task_id": entry.task_id, "expected": 1, "created_at": when,
                "prompt": request.prompt, "size": request.size, "quality": request.quality,
                "model": request.model, "notebook": notebook,
                "words": search_text(request.prompt),
            }  # fmt: skip
            insert(connection, "sets", columns)
            columns = {
                "key": key, "number": 0, "path": f"{name}_1.png", "format": facts.format,
                "width": facts.width, "height": facts.height, "bytes_count": facts.bytes_count,
                "sha256": facts.sha256, "created_at": when + 9, "favourite": at % 10 == 0,
                "trashed_at": None,
            }  # fmt: skip
            insert(connection, "pictures", columns)
            # Most are charged, some cost nothing, and of a few no charge was reported.
            state = "released" if at % 40 == 0 else "settled"
            charged = {"released": 0}.get(state, None if at % 60 == 1 else 500_000 + at % 7)
            columns = {
                "key": key, "service": "emulator", "state": state, "reserved": 800_000,
                "charged": charged, "reserved_at": when, "settled_at": when + 9,
            }  # fmt: skip
            insert(connection, "ledger", columns)
            scope = (f"notebook {notebook}", key)
            connection.execute("INSERT INTO ledger_scopes (scope, key) VALUES (?, ?)", scope)
            (root / f"{name}_1.png").write_bytes(data)
            (root / f"{name}.json").write_text(json.dumps({"task": {"key": key}}))


def clocks() -> tuple[float, float]:
    """Milliseconds: as they pass, and of this process's work."""
    return 1000 * time.perf_counter(), 1000 * time.process_time()


def since(start: tuple[float, float]) -> list[float]:
    """What went by, of both clocks."""
    return [now - then for now, then in zip(clocks(), start, strict=True)]


def timed(act: Callable[[], Any]) -> list[float]:
    """Milliseconds that one call takes, of both clocks."""
    start = clocks()
    act()
    return since(start)


def median_of(act: Callable[[], Any], times: int = 5) -> list[float]:
    """The median of several calls."""
    return [statistics.median(one) for one in zip(*(timed(act) for _ in range(times)), strict=True)]


def migrated(root: Path) -> dict[str, Any]:
    """Open the store with this version."""
    from evolink_widgets.store.database.database import FILE, Database
    from evolink_widgets.store.spent_sums import count_new

    with closing(Database(root / FILE)) as database:
        found = {"brought up to date": timed(lambda: database.rows("SELECT 1"))}
        # In the background, or by the first `spending`.
        found["what was spent counted, once"] = timed(lambda: count_new(database))
    return found


def spent(root: Path, by: str) -> dict[str, Any]:
    """One grouping of `spending`, in a Python that has done nothing else."""
    import evolink_widgets as ew

    ew.configure(mode="emulator", store=root)
    found: dict[str, Any] = {"first": timed(lambda: ew.spending(by=by).total)}
    found["later"] = median_of(lambda: ew.spending(by=by).total)
    shown = ew.spending(by=by)
    found["shown"] = timed(shown._repr_html_)
    found["tasks"] = shown.total.tasks
    return found


def looked(root: Path) -> dict[str, Any]:
    """Counts, facets and searches, on a connection that is open."""
    from evolink_widgets.store.gallery.rows.query import Query
    from evolink_widgets.store.store import Store

    found: dict[str, Any] = {}
    with closing(Store(root)) as store:
        gallery = store.gallery
        gallery.page(Query(), 0, 1)
        found["facets"] = median_of(gallery.facets)
        kinds = {
            "all": Query(), "a size": Query(size="16:9"), "a notebook": Query(notebook="nb3.ipynb"),
            "favourites": Query(favourite=True), "a month": Query(since=START + 2e6),
            "a size in a month": Query(size="16:9", since=START + 2e6),
            "what a cassette replayed": Query(recorded=True), "the rest": Query(recorded=False),
        }  # fmt: skip
        for name, query in kinds.items():
            found[f"count {name}"] = median_of(lambda query=query: gallery.count(query))
            found[f"page {name}"] = median_of(lambda query=query: gallery.page(query, 0, 60))
        for name, text in SEARCHES.items():
            query = Query(text=text)
            found[f"search count {name}"] = median_of(lambda query=query: gallery.count(query))
            found[f"search page {name}"] = median_of(lambda query=query: gallery.page(query, 0, 60))
        found["deep page"] = median_of(lambda: gallery.page(Query(), 1 << 40, 60))
    return found


def opened(root: Path) -> dict[str, Any]:
    """The gallery's first page; a kernel with widgets has imported ipywidgets and anywidget."""
    import anywidget  # noqa: F401
    import ipywidgets  # noqa: F401

    import evolink_widgets as ew

    ew.configure(mode="emulator", store=root)
    start = clocks()
    ew.Gallery  # noqa: B018
    imports = since(start)
    from gallery import Wire

    start = clocks()
    wire = Wire(root)
    wire.tell({"kind": "hello", "id": "1"})
    wire.tell({"kind": "look", "id": "2", "query": {}})
    wire.tell({"kind": "page", "id": "3", "query": {}, "offset": 0, "limit": 60})
    items = wire.hear("page")["items"]
    page = [a + b for a, b in zip(since(start), imports, strict=True)]
    assert items
    wire.gallery.close()
    return {"imports": imports, "page": page}


def held(root: Path) -> dict[str, Any]:
    """Memory after all of it: what `spending`, the estimate and the gallery take together."""
    import anywidget  # noqa: F401
    import ipywidgets  # noqa: F401

    import evolink_widgets as ew

    ew.configure(mode="emulator", store=root)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for by in GROUPINGS:
        ew.spending(by=by)._repr_html_()
    str(ew.estimate("a fox"))
    looked(root)
    ew.Gallery()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"memory": (after - before) / 1024}


WAYS: dict[str, Callable[..., dict[str, Any]]] = {
    "migrated": migrated, "spent": spent, "looked": looked, "opened": opened, "held": held,
}  # fmt: skip


def figure(name: str, pairs: list[list[float]], goal: float | None = None) -> None:
    """A figure by the clock and in processor time, with its goal."""
    row(name, [pair[0] for pair in pairs], f" ms{f' (goal {goal:g})' if goal else ''}")
    row(f"{name}, processor time", [pair[1] for pair in pairs], " ms")


def report(root: Path, runs: int) -> None:
    """Measure each figure in processes of its own, and print them."""

    def each(*arguments: str) -> list[dict[str, Any]]:
        ways = ("--way", arguments[0], "--folder", root, *arguments[1:])
        return [run("large.py", *ways) for _ in range(runs)]

    for by in GROUPINGS:
        found = each("spent", "--by", by)
        for name in ("first", "later", "shown"):
            told = f"spending(by={by!r}), {name}"
            figure(told, [one[name] for one in found], GOALS.get(name))
    found = each("opened")
    figure("Gallery's first page", [one["page"] for one in found], GOALS["page"])
    figure("… of which imports", [one["imports"] for one in found], GOALS["imports"])
    found = each("looked")
    for name in found[0]:
        kind = name.partition(" ")[0]
        goal = GOALS.get({"facets": "count"}.get(kind, kind)) if kind != "page" else None
        figure(name, [one[name] for one in found], goal)
    found = each("held")
    unit = f" MB (goal {GOALS['memory']})"
    row("memory of all of this", [one["memory"] for one in found], unit)


def main() -> None:
    """Grow, bring up to date, measure and print; with --way, one way in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000, help="tasks; default: 100,000")
    parser.add_argument("--runs", type=int, default=5, help="at least 5 give an honest spread")
    parser.add_argument("--folder", type=Path, help="keep the store here, or find it here")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--by", choices=GROUPINGS, default="task", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        more = [given.by] if given.way == "spent" else []
        print(json.dumps(WAYS[given.way](given.folder, *more)), flush=True)
        os._exit(0)  # nothing of the kernel's own end is measured
    place = Path(tempfile.mkdtemp())
    root = given.folder or place / "evolink_images"
    try:
        if not root.exists():
            start = clocks()
            grow(root, given.n)
            figure("grown", [since(start)])
            found = run("large.py", "--way", "migrated", "--folder", root)
            for name, pair in found.items():
                figure(name, [pair])
        report(root, given.runs)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
