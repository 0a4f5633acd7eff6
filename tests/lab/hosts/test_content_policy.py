"""A strict Content-Security-Policy, as a hub sets it: what the widgets ask of it, and what not."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyterlab.commands import get_app_dir
from notebook_page import Notebook, Server, expect_pictures, press_run, serve
from playwright.sync_api import Page, expect

HOSTS = Path(__file__).parents[3] / "docs" / "howto" / "hosts.md"

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

#: What docs/howto/hosts.md asks for.
OURS = {
    "script-src": ["blob:"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["blob:", "data:"],
}
#: What JupyterLab 4.6 cannot start without: it compiles the schemas of its settings.
JUPYTERLABS = {
    "script-src": ["'unsafe-eval'"],
    "font-src": ["data:"],
    "connect-src": ["ws:", "wss:"],
}
SHOW = """
import evolink_widgets as ew
ew.configure(speed=40)
ew.ImageStudio(prompt="a fox", n=2)
""".strip()
OTHERS = (
    "images = await ew.generate('a heron', n=2)\ndisplay(ew.ImageCompare(images), ew.Gallery())"
)
NOTE_VIOLATIONS = """window.refused = [];
document.addEventListener("securitypolicyviolation", (refused) => {
    window.refused.push(`${refused.effectiveDirective} ${refused.blockedURI}`);
});"""
#: A policy can be made stricter while a page is there, never laxer.
TIGHTEN = """(policy) => {
    const meta = document.createElement("meta");
    Object.assign(meta, { httpEquiv: "Content-Security-Policy", content: policy });
    document.head.append(meta);
}"""
EVALUATES = """() => new Promise((tell) => setTimeout(() => {
    try { tell(eval("true")); } catch { tell(false); }
}))"""


def policy() -> str:
    """What both ask for, in one header."""
    # The script that takes the token out of the address.
    index = (Path(get_app_dir()) / "static" / "index.html").read_text("utf-8")
    inline = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", index, re.S)
    ]
    directives = {"default-src": ["'self'"], "script-src": inline}
    for asked in (OURS, JUPYTERLABS):
        for name, sources in asked.items():
            directives[name] = [*directives.get(name, []), *sources]
    return "; ".join(f"{name} 'self' {' '.join(them)}" for name, them in directives.items())


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"headers": {"Content-Security-Policy": policy()}}
    folder = tmp_path_factory.mktemp("strict")
    with serve(folder, f"--ServerApp.tornado_settings={settings!r}") as running:
        yield running


def tightened(notebook: Notebook, scripts: str) -> Page:
    """The page from now on without `unsafe-eval`, which JupyterLab needed to start."""
    page = notebook.page
    page.evaluate(NOTE_VIOLATIONS)
    page.evaluate(TIGHTEN, f"script-src {scripts}")
    assert not page.evaluate(EVALUATES)
    assert page.evaluate("refused.splice(0)") == ["script-src eval"]
    return page


def test_the_widgets_evaluate_no_text_and_break_no_rule(
    strict: Server, open_at: Callable[..., Notebook]
) -> None:
    notebook = open_at(strict, strict.write("strict", SHOW, OTHERS), stranger=True)
    page = tightened(notebook, "'self' blob:")
    notebook.run(0)
    panel = notebook.panel(0)
    press_run(panel)
    expect_pictures(panel.get_by_role("article"), 2)
    panel.get_by_role("gridcell").first.press("Enter")
    box = panel.get_by_role("dialog")
    expect_pictures(box, None)
    box.press("Escape")
    panel.get_by_role("button", name="Save all").click()
    expect(panel.get_by_text("2 pictures saved.").last).to_be_visible()

    notebook.run(1)
    expect_pictures(notebook.cell(1), 2 + 4)
    notebook.cell(1).get_by_text("Difference", exact=True).click()
    expect(notebook.cell(1).locator(".ew-much")).to_contain_text("of the pixels differ")
    assert page.evaluate("refused") == []


def test_where_modules_of_blobs_are_refused_a_tasks_copy_is_still_shown(
    strict: Server, open_at: Callable[..., Notebook]
) -> None:
    task = f"{SHOW.rpartition(chr(10))[0]}\new.generate('a fox', n=2)"
    notebook = open_at(strict, strict.write("no-blobs", task), stranger=True)
    page = tightened(notebook, "'self'")
    notebook.run(0)
    expect_pictures(notebook.cell(0), 2)
    assert page.evaluate("refused") == ["script-src-elem blob"]
    # anywidget and ipywidgets say so on the console, and nowhere else.
    assert any("blob:" in error for error in notebook.errors)
    notebook.errors.clear()


def test_the_docs_ask_for_what_is_tested() -> None:
    text = HOSTS.read_text("utf-8")
    for name, sources in OURS.items():
        assert f"| `{name}` | {' '.join(f'`{source}`' for source in sources)} |" in text
