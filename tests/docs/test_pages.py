"""What the pages show at a prompt is what comes of it."""

from __future__ import annotations

import ast
import doctest
import re
import textwrap
from io import StringIO

import pytest
from examples import FLAGS
from source import ROOT

import evolink_widgets as ew

DOCS = ROOT / "docs"
PAGES = {
    path.relative_to(DOCS).as_posix(): path.read_text("utf-8")
    for path in sorted(DOCS.rglob("*.md"))
    if "_build" not in path.parts and path.stem not in {"changelog", "contributing", "benchmarks"}
}


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, also those in a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, re.M | re.S)
    return [textwrap.dedent(code) for _, code in found]


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(PAGES[page], "pycon")])
def test_what_a_page_shows_at_a_prompt_comes_of_it(page: str, quick_emulator: None) -> None:
    names = {"ew": ew}
    said = StringIO()
    for code in blocks(PAGES[page], "pycon"):
        test = doctest.DocTestParser().get_doctest(code, names, page, page, 0)
        runner = doctest.DocTestRunner(optionflags=FLAGS)
        runner.run(test, out=said.write, clear_globs=False)
        names = test.globs
    assert said.getvalue() == ""


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(PAGES[page], "python")])
def test_the_code_of_a_page_is_python(page: str) -> None:
    for code in blocks(PAGES[page], "python"):
        compile(code, page, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_the_scripts_of_their_page_run_one_after_the_other(
    quick_emulator: None, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"ew": ew, "__name__": "__main__"}
    for code in blocks(PAGES["howto/scripts.md"], "python"):
        exec(compile(code, "a script", "exec"), names)
    shown = capsys.readouterr().out
    assert shown.count("out/") >= 3
    assert "Stage.DONE" in shown
