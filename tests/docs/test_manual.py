"""The manual is whole: every link leads somewhere, every name has its entry, nothing is foreign."""

from __future__ import annotations

import html
import json
import os
import re
from pathlib import Path

import pytest
from examples import example, public_names
from links import Manual
from source import ROOT
from sphinx.util.inventory import InventoryFile

import evolink_widgets

pytestmark = pytest.mark.timeout(600)


def test_every_link_leads_to_a_page_and_a_place_in_it(manual: Manual) -> None:
    assert len(manual.pages) > 100
    assert manual.broken == []


def test_no_page_loads_anything_from_another_host(manual: Manual) -> None:
    assert manual.loaded == []


def test_every_public_name_has_an_entry_with_its_example(pages: Path) -> None:
    with (pages / "objects.inv").open("rb") as file:
        found = InventoryFile.load(file, "", os.path.join)
    entries = {
        name: at for kind, its in found.items() if kind[:3] == "py:" for name, at in its.items()
    }
    for name, value in public_names().items():
        full = f"evolink_widgets.{name}"
        assert full in entries, f"ew.{name} has no entry"
        page = pages / entries[full].uri.partition("#")[0]
        words = re.sub(r"<[^>]+>", "", page.read_text("utf-8"))
        first = example(value)[0].source.splitlines()[0]
        assert first in html.unescape(words), f"the page of ew.{name} lacks its example"


def test_a_name_in_a_page_is_a_link_to_its_entry(pages: Path) -> None:
    text = (pages / "explanation" / "promises.html").read_text("utf-8")
    assert re.search(r'href="\.\./reference/api/functions/recover\.html#[\w.]+"', text)


def test_every_lesson_and_every_document_is_a_page(pages: Path) -> None:
    for lesson in (ROOT / "notebooks").glob("*.ipynb"):
        assert (pages / "tutorials" / f"{lesson.stem}.html").is_file()
    sources = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("[a-z]*/*.md")]
    assert len(sources) > 40
    for source in sources:
        page = source.relative_to(ROOT / "docs").with_suffix(".html")
        assert (pages / page).is_file(), page


def test_every_variable_that_is_read_stands_among_the_settings() -> None:
    settings = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    package = Path(evolink_widgets.__file__).parent
    read = {
        name
        for path in package.rglob("*.py")
        for name in re.findall(r'"(EVOLINK_[A-Z_]*[A-Z])"', path.read_text("utf-8"))
    }
    assert len(read) >= 9
    assert {name for name in read if f"`{name}`" not in settings} == set()


def test_every_command_says_what_it_takes(pages: Path) -> None:
    text = (pages / "reference" / "api" / "commands.html").read_text("utf-8")
    for command in Path(evolink_widgets.__file__).parent.glob("*/__main__.py"):
        assert f"$ python -m evolink_widgets.{command.parent.name} --help" in text
    assert "--course-budget" in text


def test_what_reads_no_html_has_every_page_too(manual: Manual) -> None:
    listed = (manual.folder / "llms.txt").read_text("utf-8")
    full = (manual.folder / "llms-full.txt").read_text("utf-8")
    assert listed.startswith("# evolink_widgets\n\n> ")
    made = {path.relative_to(manual.folder.resolve()).as_posix() for path in manual.pages}
    pages = made - {"index.html", "genindex.html", "search.html", "py-modindex.html"}
    assert {page for page in pages if f"]({page})" not in listed} == set()
    assert {page for page in pages if f"<!-- {page} -->" not in full} == set()
    assert "Money is never spent by surprise" in full
    assert "<div" not in full


def test_search_needs_no_server(pages: Path) -> None:
    index = (pages / "searchindex.js").read_text("utf-8")
    found = json.loads(index[index.index("{") : index.rindex("}") + 1])
    assert "faq" in found["docnames"]
    assert "recov" in found["terms"], "the words of the text"
