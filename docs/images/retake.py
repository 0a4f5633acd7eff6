"""Takes the documents' pictures anew: real views in a real JupyterLab, light, dark and narrow.

    make pictures                 # all of them
    make pictures ONLY="batch"    # some

Needs what `make test` installs. Look at each before you commit it. A view more is a row more in
`SHOTS`.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_tests = HERE.parents[1] / "tests"
sys.path[:0] = [str(_tests), str(_tests / "lab"), str(_tests / "contracts")]

from install_browser import launch  # noqa: E402
from notebook_page import Notebook, Server, expect_pictures, press_run, serve  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Locator, expect, sync_playwright  # noqa: E402

WIDE, NARROW = 1200, 640
"""Widths of the window; beside the notebook's own edges about 520 are left of the narrow one."""


@dataclass(frozen=True)
class Shot:
    """One view that is photographed.

    Attributes:
        name: of the files: `batch-light.webp`, `batch-dark.webp`, `batch-narrow.webp`.
        cells: what is run; the last one is photographed.
        ready: brings the last cell's view to the moment that is worth a picture.
        is_narrow: whether there is a narrow one, too, in light.
    """

    name: str
    cells: tuple[str, ...]
    ready: Callable[[Notebook, Locator], object]
    is_narrow: bool = False


def a_finished_run(notebook: Notebook, cell: Locator) -> None:
    """Four pictures, made by a press on Run."""
    panel = notebook.panel(notebook_length(notebook) - 1)
    press_run(panel)
    run = panel.get_by_role("article")
    expect_pictures(run, 4)
    expect(run.get_by_role("progressbar")).to_be_hidden()


def a_batch_on_its_way(notebook: Notebook, cell: Locator) -> None:
    """Pictures in sight, failures below them, and some rows to come."""
    view = cell.locator(".ew.ew-live:not(.ew-off)")
    expect(view.get_by_role("button", name="Show rows").nth(1)).to_be_visible(timeout=120_000)
    cell.page.wait_for_function(
        "view => [...view.querySelectorAll('.ew-dot')].filter("
        "(dot) => dot.style.getPropertyValue('--thumb').startsWith('url')).length > 90",
        arg=view.element_handle(),
        timeout=120_000,
    )


def a_batch_before(notebook: Notebook, cell: Locator) -> None:
    """The price, the problems, and the buttons."""
    expect(cell.get_by_role("button", name="Preview 8")).to_be_visible()


def a_review_on_its_way(notebook: Notebook, cell: Locator) -> None:
    """A few are decided by keys, one of them rejected; what another says is asked for."""
    view = cell.locator(".ew.ew-live:not(.ew-off)")
    picture = view.locator(".ew-shot")
    for number in range(9):
        expect(picture.get_by_role("img")).to_be_visible()
        picture.press("ArrowLeft" if number % 4 == 3 else "ArrowRight")
    view.get_by_role("button", name="Show what").click()
    expect(view).to_contain_text("agree on")
    picture.focus()
    cell.page.wait_for_timeout(1_500)  # until the sharp copy is there


def a_crossing_with_gaps(notebook: Notebook, cell: Locator) -> None:
    """Two axes with their labels; the keyboard is at a cell that was not bought."""
    view = cell.locator(".ew.ew-live:not(.ew-off)")
    expect(view.locator(".ew-at img").nth(5)).to_be_visible()
    view.locator(".ew-at[data-s='.']").first.focus()
    expect(view.get_by_role("button", name="Make this cell").first).to_be_visible()
    cell.page.wait_for_timeout(1_500)  # until the small pictures are there


def a_ranking_that_is_nearly_settled(notebook: Notebook, cell: Locator) -> None:
    """A pair in view, and the scores beside it, behind their letters."""
    view = cell.locator(".ew.ew-live:not(.ew-off)")
    expect(view.locator(".ew-shot img")).to_have_count(2)
    view.get_by_role("button", name="Show scores").click()
    expect(view.get_by_role("list", name="Scores").get_by_role("listitem")).to_have_count(6)
    view.get_by_role("group", name="Which is nicer?").focus()


STUDIO = """
import evolink_widgets as ew
studio = ew.ImageStudio(prompt="A mountain lake at sunset, gouache", size="3:2", n=4)
studio
"""
ROWS = """
import itertools
import pandas as pd
import evolink_widgets as ew
from evolink_widgets.batches.runs import buying

ew.configure(speed=25)
buying.AT_ONCE = 16  # so that some rows are still to be sent when the picture is taken
animals = "fox owl hare whale bear heron penguin snail fish cat horse frog".split()
places = ["in the snow", "by the sea", "in a forest", "at night", "in a city"]
styles = ["watercolour", "woodcut", "pencil", "linocut"]
df = pd.DataFrame(itertools.product(places, styles, animals), columns=["place", "style", "animal"])
b = ew.batch(df, prompt="a {animal} {place}, {style}", size="816x816", quality="low")
b.preview(40).result()
ew.weather("policy refusal", times=3, after=8)
ew.weather("task failed", times=4, after=20)
None
"""
PRODUCTS = """
import evolink_widgets as ew

things = "teapot lantern chair vase boat clock kite guitar basket lamp drum".split()
rows = [{"thing": one, "setting": place, "ratio": "1:1", "quality": "low"}
        for one in things for place in ("on white", "in a window", "at night")]
rows[4]["thing"], rows[9]["ratio"], rows[20]["quality"] = None, "7:2", "ultra"
few = ew.batch(rows[21:], "a {thing} {setting}", size="1:1", quality="low").create().result()
"""
BATCH = """
b = ew.batch(rows, prompt="a {thing} {setting}", size="{ratio}", quality="{quality}")
b
"""
RUN = """
run = b.create(budget=200)
run
"""
REVIEW = """
import itertools
import evolink_widgets as ew

ew.configure(speed=60)
pairs = itertools.product(("hare", "owl", "fox", "whale"), ("watercolour", "woodcut", "pencil"))
rows = [{"animal": animal, "style": style} for animal, style in pairs]
b = ew.batch(rows, "a {animal} in the snow, {style}", size="1152x768", quality="low")
run = b.create().result()
ben = run.review(judge="ben")
ben.decide(ben.images[:10], "keep")
ben.decide(ben.images[3:6], "reject", "too dark")
"""

STYLES = """
import random
import evolink_widgets as ew

ew.configure(speed=60)
styles = ["gouache", "watercolour", "paper cut", "pixel art", "oil painting", "pastel"]
study = ew.study("a {animal} on a hill, {style}", animal=["owl", "fox"], style=styles,
                 size="1:1", quality="low")
run = study.create().result()
ranking = run.rank("Which is nicer?", by="style", judge="ann", seed=1)
chance = random.Random(2)
for _ in range(60):
    left, right = map(ranking.item_of, ranking.pair)
    more = styles.index(right) - styles.index(left) + chance.gauss(0, 3)
    ranking.vote("tie" if abs(more) < 0.6 else "left" if more > 0 else "right")
"""
RANK = """
run.rank("Which is nicer?", by="style", judge="ann", seed=1)
"""

STUDY = """
import evolink_widgets as ew

ew.configure(speed=60)
study = ew.study("a {animal} {place}, {style}", animal=["fox", "owl", "hare"],
                 place=["in the snow", "by the sea"], repeats=2, design="fraction", budget=11,
                 style=["watercolour", "woodcut", "linocut", "pastel", "paper cut"],
                 size="1024x768", quality="low")
run = study.create().result()
"""
GRID = """
study.grid(x="style", y="animal", facet="place")
"""

SHOTS = (
    Shot("studio", (STUDIO,), a_finished_run),
    Shot("batch-before", (PRODUCTS, BATCH), a_batch_before, is_narrow=True),
    Shot("batch", (ROWS, RUN), a_batch_on_its_way, is_narrow=True),
    Shot("review", (REVIEW, 'run.review(judge="ana")'), a_review_on_its_way, is_narrow=True),
    Shot("study", (STUDY, GRID), a_crossing_with_gaps, is_narrow=True),
    Shot("rank", (STYLES, RANK), a_ranking_that_is_nearly_settled, is_narrow=True),
)


def notebook_length(notebook: Notebook) -> int:
    """How many cells a notebook has."""
    found: int = notebook.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length")
    return found


def taken(server: Server, browser: Browser, shot: Shot) -> None:
    """One view, photographed in both themes, and narrow."""
    page = browser.new_page(viewport={"width": WIDE, "height": 1000}, device_scale_factor=1.5)
    page.set_default_timeout(60_000)
    notebook = Notebook(page, server.write(shot.name, *(cell.strip() for cell in shot.cells)))
    page.goto(server.address(notebook.path, "lab/tree"))
    notebook.wait()
    notebook.command("application:toggle-left-area")
    last = len(shot.cells) - 1
    for at in range(len(shot.cells)):
        notebook.run(at)
    shot.ready(notebook, notebook.cell(last))
    page.mouse.move(0, 0)

    def keep(look: str) -> None:
        page.wait_for_function("() => !document.getAnimations().length")
        png = Image.open(io.BytesIO(notebook.cell(last).screenshot()))
        png.convert("RGB").save(HERE / f"{shot.name}-{look}.webp", quality=88, method=6)

    for theme in ("Dark", "Light"):
        notebook.wear(f"JupyterLab {theme}")
        keep(theme.lower())
    if shot.is_narrow:
        page.set_viewport_size({"width": NARROW, "height": 1400})
        keep("narrow")
    page.close()
    server.end_kernels()


def main() -> None:
    """Photograph what is named on the command line, or all."""
    names = [shot.name for shot in SHOTS]
    wanted = sys.argv[1:] or names
    if strangers := sorted(set(wanted) - set(names)):
        raise SystemExit(f"There is no {', '.join(strangers)}; there are {', '.join(names)}.")
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        if browser is None:
            raise SystemExit("No Chromium starts here: run tests/install_browser.py.")
        for shot in SHOTS:
            if shot.name in wanted:
                taken(server, browser, shot)
        browser.close()


if __name__ == "__main__":
    main()
