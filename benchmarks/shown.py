"""How soon 40 pictures of 3840×2160 are seen in JupyterLab, and what crosses the line for them.

A real JupyterLab in real Chromium, a new page and a new kernel each time. Against `ImageGrid`
stands what one would write without the package: an `ipywidgets.Image` for each file, in a
`GridBox`. The clock runs from the moment a cell is started to the frame in which the last
picture is decoded and painted; the bytes are those of the kernel's messages. The grid is timed
twice: as after a run, when the pictures' small copies lie in the store, and with those copies
removed, as in a store from elsewhere. Goals: 0.05 of the bytes, 0.1 of the time.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from side_by_side import HERE, options, row, service

SIZE = "3840x2160"
EACH = 10
"""Pictures a task."""

#: Counts what comes through every WebSocket of the page.
COUNT = """() => {
  window.crossed = 0;
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        window.crossed += data.byteLength ?? data.size ?? data.length;
      });
    }
  };
}"""

#: Runs the active cell; answers with milliseconds and bytes until all pictures are painted.
WATCH = """async ([count, which]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const cell = jupyterapp.shell.currentWidget.content.activeCell.node;
  const shown = () => [...cell.querySelectorAll(which)]
    .filter((img) => img.checkVisibility() && img.complete && img.naturalWidth);
  const bytes = window.crossed, began = performance.now();
  void jupyterapp.commands.execute("notebook:run-cell");
  while (shown().length < count) await frame();
  await Promise.all(shown().map((img) => img.decode()));
  await frame();
  await frame();
  return { milliseconds: performance.now() - began, bytes: window.crossed - bytes };
}"""

IMPORTS = "import ipywidgets, evolink_widgets as ew; from pathlib import Path"
MADE = """
ew.configure(api_key="a-key-for-benchmarks", base_url={url!r}, store={store!r}, mode="live")
tasks = [ew.generate(f"a {{i}}", size={size!r}, n={each}) for i in range({tasks})]
images = [image for task in tasks for image in task.result()]
for image in images: image.small(512)
len(images)
"""
OURS = "ew.ImageGrid(images)"
THEIRS = """ipywidgets.GridBox(
    [ipywidgets.Image.from_file(image.path, width="100%") for image in images],
    layout=ipywidgets.Layout(grid_template_columns="repeat(4, 24%)"))"""
WITHOUT = """for copy in (images[0].path.parent / ".thumbs").iterdir(): copy.unlink()
"""
#: What is run, and which elements are to be seen then: not the copies that stay in the file.
WAYS = {
    "ipywidgets.Image in a GridBox": (THEIRS, "img.widget-image"),
    "ImageGrid": (OURS, ".ew-live img"),
    "ImageGrid, no small copies yet": (WITHOUT + OURS, ".ew-live img"),
}


@contextmanager
def lab(folder: Path) -> Iterator[tuple[Any, Any]]:
    """A JupyterLab and a browser."""
    for place in ("tests", "tests/lab", "tests/contracts"):
        sys.path.insert(0, str(HERE.parent / place))
    from install_browser import launch
    from notebook_page import serve
    from playwright.sync_api import sync_playwright

    with serve(folder) as server, sync_playwright() as playwright:
        browser = launch(playwright, whole=True)
        assert browser is not None
        yield server, browser
        browser.close()


def seen(server: Any, browser: Any, way: str, url: str, pictures: int) -> dict[str, float]:
    """One way in a notebook of its own."""
    from notebook_page import Notebook

    store = tempfile.mkdtemp(dir=server.root)
    made = MADE.format(url=url, store=store, size=SIZE, each=EACH, tasks=pictures // EACH)
    code, which = WAYS[way]
    path = server.write("shown", IMPORTS, made, code)
    context = browser.new_context(viewport={"width": 1280, "height": 960})
    page = context.new_page()
    page.set_default_timeout(300_000)
    page.add_init_script(f"({COUNT})()")
    page.goto(server.address(path, "lab/tree"))
    notebook = Notebook(page, path)
    notebook.wait()
    notebook.run(0)
    notebook.run(1)
    page.evaluate("() => { jupyterapp.shell.currentWidget.content.activeCellIndex = 2 }")
    found: dict[str, float] = page.evaluate(WATCH, [pictures, which])
    page.close()
    context.close()
    server.end_kernels()
    return found


def main() -> None:
    """Measure and print."""
    given = options(__doc__, pictures=40)
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    with (
        tempfile.TemporaryDirectory() as folder,
        service("--seconds", 0.5, "--prepare", SIZE) as place,
        lab(Path(folder)) as (server, browser),
    ):
        print(f"{given.pictures} pictures of {place['picture_bytes'] / 1e6:.1f} MB")
        for _ in range(given.runs):
            for way, results in found.items():
                results.append(seen(server, browser, way, place["url"], given.pictures))

    theirs, *ours = WAYS
    for way, results in found.items():
        row(f"{way}: to all painted", [one["milliseconds"] / 1000 for one in results], " s")
        row(f"{way}: bytes", [one["bytes"] / 1e6 for one in results], " MB")
    for way in ours:
        for part in ("milliseconds", "bytes"):
            pairs = zip(found[way], found[theirs], strict=True)
            row(f"{part}, {way} / ipywidgets", [a[part] / b[part] for a, b in pairs])


if __name__ == "__main__":
    main()
