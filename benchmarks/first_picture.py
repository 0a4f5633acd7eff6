"""How soon the first cell of the quickstart shows its first picture in JupyterLab, and where.

A real JupyterLab in real Chromium, a new page, store and kernel each time, the emulator at the
pace that a newcomer meets: 1.6 to 4.2 s of the time are its own, by chance. The clock runs from
the command to the picture's pixels; it is told, too, how much of its height is in sight with
no scrolling. Goal: 6 s on an idle machine, in sight.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from shown import lab
from side_by_side import HERE, compiled, options, row

SEEN = """() => {
    const picture = document.querySelector(".ew-live article img");
    if (!picture?.complete || !picture.naturalWidth) return null;
    const { top, left, width, height } = picture.getBoundingClientRect();
    const seen = (share) => picture.closest(".ew-tile").contains(
        document.elementFromPoint(left + width / 2, top + share * height));
    return { shares: [0.01, 0.25, 0.5, 0.75, 0.99].filter(seen) };
}"""


def main() -> None:
    """Measure and print."""
    given = options(__doc__, width=1280, height=720)
    compiled()
    times, shares = [], []
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder)) as (server, browser):
        import nbformat
        from notebook_page import CONTENT, Notebook

        quickstart = nbformat.read(HERE.parent / "notebooks" / "01-quickstart.ipynb", 4)
        for _ in range(given.runs):
            path = server.put("quickstart", quickstart)
            context = browser.new_context(viewport={"width": given.width, "height": given.height})
            page = context.new_page()
            page.goto(server.address(path, "lab/tree"))
            notebook = Notebook(page, path)
            notebook.wait()
            page.evaluate(f"() => {{ {CONTENT}.activeCellIndex = 1 }}")
            began = time.monotonic()
            notebook.command("notebook:run-cell-and-select-next", wait=False)  # Shift+Enter
            seen = page.wait_for_function(SEEN, polling=20)
            times.append(time.monotonic() - began)
            shares.append(max([0.0, *seen.json_value()["shares"]]))
            context.close()
            server.end_kernels()
    row("first cell: to the first picture", times, " s")
    row("share of its height in sight", shares)


if __name__ == "__main__":
    main()
