"""How a gallery of 10,000 pictures opens, and how it scrolls in Chromium.

A store is filled with small files and their rows. Opening is measured in a fresh Python: from
`ew.Gallery()` to the first page and its first small pictures, beside what importing ipywidgets
and anywidget costs, which a kernel with widgets has paid already. For scrolling the real
`Gallery` answers a real page; its comm goes over a socket. A page that scrolls nothing but an
empty box of the same height says what this machine can do. On a machine with other work the
frames are late whatever the page does; the processor time that its main thread takes for a
frame is not (Linux only), and 60 frames a second leave it 16.7 ms. So it is for Python: its
figures are processor time. Goals: open in
at most 300 ms of Python; 60 frames a second; elements, listeners and heap no more after all
than near the start.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from side_by_side import HERE, options, row, run

PROMPTS = ("a fox in the snow", "a lighthouse at dusk", "two boats", "a paper lantern in fog")
TALL = "px => { document.querySelector('#bare div').style.height = px + 'px' }"
FRAMES = 600
PARTS = ("median of frames", "p95 of frames", "main thread a frame")
DISTINCT = 60
"""Different pictures; the rest are hard links to them."""


def fill(root: Path, count: int) -> None:
    """Make a store of so many pictures, four of each task."""
    from PIL import Image

    from evolink_widgets.images.proof.check_picture import check_picture
    from evolink_widgets.rules.request.recipe import Recipe
    from evolink_widgets.rules.request.request import ImageRequest
    from evolink_widgets.store.gallery.rows import kinds
    from evolink_widgets.store.store import Store

    store = Store(root)
    root.mkdir(parents=True)
    drawn = []
    for number in range(DISTINCT):
        path = root / f".drawn-{number}.png"
        tone = number * 255 // DISTINCT
        size = ((384, 256), (256, 384), (320, 320))[number % 3]
        gradient = Image.linear_gradient("L").resize(size)
        Image.merge("RGB", (gradient, Image.new("L", size, tone), gradient)).save(path)
        with path.open("rb") as file:
            drawn.append((path, check_picture(file)))
    with store.database.write() as connection:
        for at in range(count):
            key, number = f"bench{at // 4:07}", at % 4
            path, facts = drawn[at % DISTINCT]
            if number == 0:
                request = ImageRequest(f"{PROMPTS[at // 4 % 4]}, number {at // 4}", n=4)
                add_set(connection, key, Recipe(request, "emulator"), at)
            name = f"bench_{at}.png"
            os.link(path, root / name)
            connection.execute(
                "INSERT INTO pictures (key, number, path, format, width, height, bytes_count,"
                " sha256, created_at, favourite) VALUES (?,?,?,?,?,?,?,?,?,?)",
                (key, number, name, facts.format, facts.width, facts.height,
                 facts.bytes_count, facts.sha256, 1.76e9 + at, at % 10 == 0),
            )  # fmt: skip
    kinds.put_right(store.database)
    store.close()


def add_set(connection: Any, key: str, recipe: Any, at: int) -> None:
    """One task's row."""
    from evolink_widgets.store.database.database import dump, insert
    from evolink_widgets.store.file_names import search_text

    request = recipe.request
    insert(
        connection,
        "sets",
        {
            "key": key, "stem": f"bench_{at}", "recipe": dump(recipe.to_record()),
            "identity": recipe.identity, "service": "emulator", "simulated": True,
            "expected": 4, "created_at": 1.76e9 + at, "prompt": request.prompt,
            "size": request.size, "quality": request.quality, "model": request.model,
            "words": search_text(request.prompt),
        },
    )  # fmt: skip


class Wire:
    """The browser's end of a widget's comm: what Python sends is queued."""

    def __init__(self, folder: Path) -> None:
        import comm
        import comm.base_comm

        self.queue: SimpleQueue[bytes] = SimpleQueue()
        wire = self

        class Line(comm.base_comm.BaseComm):
            def publish_msg(self, msg_type: str, data: Any = None, *_: Any, **more: Any) -> None:
                if (data or {}).get("method") == "custom":
                    parts = [bytes(part) for part in more.get("buffers") or ()]
                    wire.queue.put(packed(data["content"], parts))

        comm.create_comm = Line
        import evolink_widgets as ew

        ew.configure(mode="emulator", store=folder)
        self.gallery = ew.Gallery()

    def tell(self, content: dict[str, Any]) -> None:
        """A message from the browser."""
        self.say({"method": "custom", "content": content})

    def say(self, data: dict[str, Any]) -> None:
        """A message on the comm, as it stands."""
        self.gallery.comm.handle_msg({"content": {"comm_id": "", "data": data}, "buffers": []})

    def hear(self, kind: str) -> dict[str, Any]:
        """Wait for the next message of a kind."""
        while True:
            message = self.queue.get(timeout=30)
            content: dict[str, Any] = json.loads(
                message[4 : 4 + int.from_bytes(message[:4], "big")]
            )
            if content["content"]["kind"] == kind:
                return content["content"]


def packed(content: dict[str, Any], parts: list[bytes]) -> bytes:
    """A message and its buffers in one piece: a length, JSON, then the bytes."""
    head = json.dumps({"content": content, "sizes": [len(part) for part in parts]}).encode()
    return len(head).to_bytes(4, "big") + head + b"".join(parts)


def opening(folder: Path) -> dict[str, float]:
    """Milliseconds in a fresh Python: of its processor time, and of a clock on the wall."""
    marks = [clocks()]
    import anywidget  # noqa: F401
    import ipywidgets  # noqa: F401

    marks.append(clocks())
    wire = Wire(folder)
    marks.append(clocks())
    wire.tell({"kind": "hello", "id": "1"})
    wire.tell({"kind": "look", "id": "2", "query": {}})
    wire.tell({"kind": "page", "id": "3", "query": {}, "offset": 0, "limit": 60})
    items = wire.hear("page")["items"]
    marks.append(clocks())
    names = [item["id"] for item in items[:30]]
    wire.tell({"kind": "thumbs", "id": "4", "view": "a", "pictures": names})
    wire.hear("thumbs")
    marks.append(clocks())
    began, imported, made, paged, shown = marks
    spans = {"imports": (began, imported), "made": (imported, made), "page": (imported, paged)}
    spans["thumbs"] = (imported, shown)
    found = {name: 1000 * (end[0] - start[0]) for name, (start, end) in spans.items()}
    wire.gallery.close()
    return found | {"page by the clock": 1000 * (paged[1] - imported[1])}


def clocks() -> tuple[float, float]:
    """Seconds: of this process's work in all threads, and as they pass."""
    return time.process_time(), time.perf_counter()


PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/widget.css">
<body style="margin:24px;width:1000px"><div id="cell"></div>
<div id="bare" style="height:680px;overflow:auto"><div></div></div><div role="status"></div>
<script type="module">
import widget from "/widget.js";
const listeners = [], state = STATE;
const model = {
  get: (name) => state[name],
  set(name, value) {
    state[name] = value;
    for (const [n, f] of listeners) if (n === `change:${name}`) f();
  },
  save_changes() {},
  send: (content) => void fetch("/say", { method: "POST", body: JSON.stringify(content) }),
  on: (name, f) => listeners.push([name, f]),
  off() {},
};
(async () => {
  for (;;) {
    const data = await (await fetch("/hear")).arrayBuffer();
    if (!data.byteLength) continue;
    const length = new DataView(data).getUint32(0);
    const { content, sizes } = JSON.parse(new TextDecoder().decode(data.slice(4, 4 + length)));
    let at = 4 + length;
    const parts = sizes.map((size) => new DataView(data, (at += size) - size, size));
    for (const [name, f] of listeners) if (name === "msg:custom") f(content, parts);
  }
})();
widget.render({ model, el: document.querySelector("#cell") });
window.scroll = async (selector, pixels, frames) => {
  const box = document.querySelector(selector), times = [];
  let last = await new Promise(requestAnimationFrame);
  for (let i = 0; i < frames; i++) {
    box.scrollTop += pixels;
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times.sort((a, b) => a - b);
};
</script>"""


@contextmanager
def served(wire: Wire) -> Iterator[str]:
    """The page on a port of this machine, with the gallery behind it."""
    from evolink_widgets.widgets.base import assets

    state = {name: getattr(wire.gallery, name) for name in wire.gallery.keys if name[0] != "_"}
    state = {name: value for name, value in state.items() if name not in ("layout", "tooltip")}
    page = PAGE.replace("STATE", json.dumps({**state, "_key": "bench"}, default=str))
    files = {
        "/": ("text/html", page.encode()),
        "/widget.js": ("text/javascript", assets.esm("gallery").encode()),
        "/widget.css": ("text/css", assets.css("gallery").encode()),
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = files.get(self.path, ("application/octet-stream", b""))
            if self.path == "/hear":
                try:
                    body = wire.queue.get(timeout=10)
                except Empty:
                    body = b""
            self.answer(body, f"{kind}; charset=utf-8")

        def do_POST(self) -> None:
            wire.tell(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.answer(b"", "text/plain")

        def answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


def scrolling(folder: Path) -> dict[str, float]:
    """Frame times in milliseconds and what the page holds, in Chromium."""
    sys.path.insert(0, str(HERE.parent / "tests"))
    from install_browser import launch
    from playwright.sync_api import sync_playwright

    wire = Wire(folder)
    with served(wire) as url, sync_playwright() as playwright:
        browser = launch(playwright, whole=True)
        assert browser is not None
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.goto(url)
        page.wait_for_selector(".ew-cell img:not([hidden])", timeout=30_000)
        whole = page.evaluate("() => document.querySelector('.ew-shelf').scrollHeight")
        page.evaluate(TALL, whole)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")

        def holds() -> dict[str, float]:
            middle = "px => { document.querySelector('.ew-shelf').scrollTop = px / 2 }"
            page.evaluate(middle, whole)
            page.wait_for_timeout(2000)
            session.send("HeapProfiler.collectGarbage")
            found = session.send("Performance.getMetrics")["metrics"]
            return {metric["name"]: metric["value"] for metric in found}

        busiest = browser.new_browser_cdp_session()

        def worked() -> float:
            """Milliseconds of processor time of the pages' main threads."""
            found = busiest.send("SystemInfo.getProcessInfo")["processInfo"]
            return sum(main_thread(one["id"]) for one in found if one["type"] == "renderer")

        def frames(selector: str, pixels: float) -> tuple[float, float, float]:
            page.evaluate("s => { document.querySelector(s).scrollTop = 0 }", selector)
            page.wait_for_timeout(500)
            before = worked()
            call = "([s, px, n]) => window.scroll(s, px, n)"
            times = page.evaluate(call, [selector, pixels, FRAMES])
            return times[FRAMES // 2], times[FRAMES * 95 // 100], (worked() - before) / FRAMES

        fast, slow = whole / FRAMES, 25.0
        result: dict[str, float] = {}
        for name, pixels in (("fling", fast), ("reading", slow)):
            for place, selector in (("bare ", "#bare"), ("", ".ew-shelf")):
                values = frames(selector, pixels)
                result |= {
                    f"{name} {place}{part}": value
                    for part, value in zip(PARTS, values, strict=True)
                }
            if name == "fling":  # the caches are as full as they become
                before = holds()
        for _ in range(2):
            frames(".ew-shelf", slow * 4)
        after = holds()
        for metric in ("JSHeapUsedSize", "Nodes", "JSEventListeners"):
            result[f"{metric} before"], result[f"{metric} after"] = before[metric], after[metric]
        browser.close()
    wire.gallery.close()
    return result


def main_thread(process: int) -> float:
    """Milliseconds of processor time that a process's first thread has had."""
    try:
        text = Path(f"/proc/{process}/task/{process}/stat").read_text()
    except OSError:  # no Linux, or gone
        return 0.0
    user, system = text.rpartition(")")[2].split()[11:13]
    return 1000 * (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print; with --way, one way in this process."""
    ways = {"opening": opening, "scrolling": scrolling}
    if "--way" in sys.argv:
        parser = argparse.ArgumentParser()
        parser.add_argument("--way", choices=ways)
        parser.add_argument("--folder", type=Path)
        one = parser.parse_args()
        print(json.dumps(ways[one.way](one.folder)))
        return

    given = options(__doc__, pictures=10_000)
    found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "evolink_images"
        fill(folder, given.pictures)
        run("gallery.py", "--way", "opening", "--folder", folder)  # small copies are made once
        for _ in range(given.runs):
            for way, results in found.items():
                results.append(run("gallery.py", "--way", way, "--folder", folder))

    opened, scrolled = found["opening"], found["scrolling"]
    row("import ipywidgets, anywidget", [one["imports"] for one in opened], " ms")
    row("then ew.Gallery()", [one["made"] for one in opened], " ms")
    row("… and its first page answered", [one["page"] for one in opened], " ms")
    row("… by the clock on the wall", [one["page by the clock"] for one in opened], " ms")
    row("… and its first small pictures sent", [one["thumbs"] for one in opened], " ms")
    row("first page / that import", [one["page"] / one["imports"] for one in opened])
    for name in ("fling", "reading"):
        for part in PARTS:
            ours = [one[f"{name} {part}"] for one in scrolled]
            bare = [one[f"{name} bare {part}"] for one in scrolled]
            row(f"{name}: {part}", ours, " ms")
            ratios = [a / b for a, b in zip(ours, bare, strict=True) if b]
            if ratios:
                row(f"{name}: {part}, ours / an empty box", ratios)
    for metric, name in (("JSHeapUsedSize", "heap"), ("Nodes", "nodes"),
                         ("JSEventListeners", "listeners")):  # fmt: skip
        after = [one[f"{metric} after"] for one in scrolled]
        scale, unit = (1e6, " MB") if name == "heap" else (1, "")
        row(f"{name} after scrolling on", [value / scale for value in after], unit)
        before = [one[f"{metric} before"] for one in scrolled]
        row(f"{name}: after / before", [a / b for a, b in zip(after, before, strict=True)])


if __name__ == "__main__":
    main()
