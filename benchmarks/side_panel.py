"""What the extension costs a page: JupyterLab's start, idle requests, scrolling, and the delay.

A real JupyterLab in Chromium over a store of 10,000 pictures. Its page is loaded by turns with the
extension and without it, from the same server and the same warm cache; what is added is the
difference of two neighbours. Where other work is on the machine the time to the end of the start
spreads by more than that; the processor time of the page's main thread does not. The panel is
scrolled as a page that stands still is watched in the same minute. A task is written into the
journal, and the page notes when it can be seen. Goals: 50 ms, no request while nothing happens,
60 frames a second where the page that stands still has them, 1 s.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gallery import fill
from side_by_side import HERE, options, row

#: The page's own list of extensions, read before the application's scripts run.
WITHOUT_US = """document.addEventListener("readystatechange", () => {
  const told = document.querySelector("#jupyter-config-data");
  if (!told) return;
  const config = JSON.parse(told.textContent);
  const isOurs = ({ name }) => name === "evolink-widgets";
  config.federated_extensions = config.federated_extensions.filter((one) => !isOurs(one));
  told.textContent = JSON.stringify(config);
}, { once: true });"""
STARTED = """async () => {
  await jupyterapp.restored;
  return performance.now();
}"""
FRAMES = 300
#: A step a frame; the times between frames, in milliseconds.
SCROLL = """async ([frames, step]) => {
  const shelf = document.querySelector(".evolink-side .ew-shelf");
  const times = [];
  let last = await new Promise(requestAnimationFrame);
  for (let i = 0; i < frames; i++) {
    shelf.scrollTop += step;
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times;
}"""
SEEN = """words => new Promise((resolve) => {
  const list = document.querySelector(".evolink-side .ew-running");
  const look = () => {
    if (list.textContent.includes(words)) (watch.disconnect(), resolve(Date.now() / 1000));
  };
  const watch = new MutationObserver(look);
  watch.observe(list, { childList: true, subtree: true, characterData: true });
  look();
})"""
QUIET = 10.0
"""Seconds for which requests are listened for."""


@contextmanager
def lab(pictures: int) -> Iterator[tuple[Any, Any, Path]]:
    """A JupyterLab over a store of so many pictures, and a browser."""
    for place in ("tests", "tests/lab", "tests/contracts"):
        sys.path.insert(0, str(HERE.parent / place))
    from install_browser import launch
    from notebook_page import serve
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        store = server.root / "evolink_images"
        fill(store, pictures)
        browser = launch(playwright, whole=True)
        assert browser is not None, "No Chromium starts here: make test installs one."
        context = browser.new_context(viewport={"width": 1280, "height": 960})
        context.set_default_timeout(120_000)
        yield server, context, store
        browser.close()


def clock_of(page: Any) -> Callable[[], float]:
    """Tells the milliseconds of the processor that the page's main thread has taken from now on."""
    line = page.context.new_cdp_session(page)
    line.send("Performance.enable", {"timeDomain": "threadTicks"})

    def taken() -> float:
        told = line.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(one["value"] for one in told if one["name"] == "TaskDuration"))

    return taken


def start(context: Any, address: str, *, with_us: bool) -> tuple[float, float]:
    """Milliseconds until the host's page is there, and of its main thread."""
    page = context.new_page()
    taken = clock_of(page)
    if not with_us:
        page.add_init_script(WITHOUT_US)
    page.goto(address)
    page.wait_for_function("() => window.jupyterapp?.restored")
    took = page.evaluate(STARTED)
    busy = taken()
    page.close()
    return took, busy


def measure_start(context: Any, address: str, runs: int) -> None:
    """By turns, so that both meet the same minute."""
    for with_us in (True, False):
        start(context, address, with_us=with_us)
    pairs = []
    for turn in range(runs):
        order = (True, False) if turn % 2 else (False, True)
        found = {with_us: start(context, address, with_us=with_us) for with_us in order}
        pairs.append((found[True], found[False]))
    row("start without it", [without[0] for _, without in pairs], " ms")
    row("added to the start", [ours[0] - without[0] for ours, without in pairs], " ms")
    row("main thread without it", [without[1] for _, without in pairs], " ms")
    row("added to the main thread", [ours[1] - without[1] for ours, without in pairs], " ms")


def opened(context: Any, address: str) -> Any:
    """A page with the panel, filled."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(
        "() => window.jupyterapp?.commands.hasCommand('evolink-widgets:show-panel')"
    )
    page.evaluate("() => jupyterapp.restored")  # which shows the panel of the last time
    page.evaluate("() => void jupyterapp.commands.execute('evolink-widgets:show-panel')")
    page.wait_for_function("() => document.querySelector('.evolink-side .ew-cell img[src]')")
    page.wait_for_timeout(3_000)
    return page


def measure_quiet(page: Any) -> None:
    """What a page on which nothing happens asks for, and is told."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1_000 * QUIET)
    ours = [url for url in asked if "evolink" in url]
    print(f"requests in {QUIET:.0f} s of quiet: {len(ours)}")


def measure_scroll(page: Any, runs: int) -> None:
    """Times between frames while the panel scrolls, and while it stands."""
    taken = clock_of(page)
    for words, step in (("scrolling", 40), ("standing", 0)):
        p95, busy = [], []
        for _ in range(runs):
            before = taken()
            times = page.evaluate(SCROLL, [FRAMES, step])
            busy.append((taken() - before) / FRAMES)
            p95.append(statistics.quantiles(times, n=20)[-1])
        row(f"p95 of frames, {words}", p95, " ms")
        row(f"main thread a frame, {words}", busy, " ms")
    heap = page.evaluate("() => performance.memory.usedJSHeapSize / 2 ** 20")
    print(f"heap after it: {heap:.0f} MB")


def measure_delay(page: Any, folder: Path, runs: int) -> None:
    """From a write to the journal until it can be seen in the panel."""
    from evolink_widgets.store import Store

    store = Store(folder)
    delays = []
    for number in range(2 * runs):
        words = f"fox number {number} of the delay"
        page.evaluate(f"words => {{ window.seen = ({SEEN})(words) }}", words)
        began = time.time()
        store.journal.intend(
            {"prompt": words, "n": 1}, service="emulator", now=began, owner=store.owner
        )
        delays.append(page.evaluate("() => window.seen") - began)
        time.sleep(0.13 * (number % 5))  # at another moment between two looks
    store.close()
    row("delay to the panel", delays, " s")


def main() -> None:
    """Print the figures."""
    given = options(__doc__, pictures=10_000)
    with lab(given.pictures) as (server, context, folder):
        address = f"{server.url}lab?token={server.token}&reset"
        measure_start(context, address, given.runs)
        page = opened(context, address)
        measure_quiet(page)
        measure_delay(page, folder, given.runs)
        measure_scroll(page, given.runs)


if __name__ == "__main__":
    main()
