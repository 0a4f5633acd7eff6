"""A table of a saved output scrolls by keys, and says what it is."""

from __future__ import annotations

from html.parser import HTMLParser

from evolink_widgets.text.scrolling import scrolling


class Boxes(HTMLParser):
    """The attributes of each element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_tab_reaches_it_and_a_screen_reader_says_its_name() -> None:
    [(tag, box), (inside, _)] = Boxes(scrolling("<table></table>", "Spending by day")).found
    assert (tag, inside) == ("div", "table")
    assert box["role"] == "region"
    assert box["aria-label"] == "Spending by day"
    assert box["tabindex"] == "0"
    assert "overflow-x:auto" in (box["style"] or "")
    assert "class" not in box


def test_a_name_from_elsewhere_is_text() -> None:
    name = '"><img src=x onerror=alert(1)>'
    [(_, box)] = Boxes(scrolling("", name, classes="ew-table")).found
    assert box["aria-label"] == name
    assert box["class"] == "ew-table"
