"""The front end's source files: functions of a size that can be read in one go."""

from __future__ import annotations

import re

from evolink_widgets.widgets.base import assets

MOST_LINES = 120
#: Literals and comments hold braces that open and close nothing.
_BRACE = re.compile(assets._LITERAL + r"|/\*[\s\S]*?\*/|(?:(?<=\s)|^)//.*|([{}])", re.M)


def blocks(source: str) -> list[tuple[str, int]]:
    """The first line of each block, and how many lines it has."""
    found = []
    opened: list[int] = []
    for match in _BRACE.finditer(source):
        if match[2] == "{":
            opened.append(match.start())
        elif match[2]:
            start = opened.pop()
            head = source[source.rfind("\n", 0, start) + 1 : start].strip()
            found.append((head, source.count("\n", start, match.start()) + 1))
    assert not opened
    return found


def test_blocks_are_counted_through_texts_and_comments() -> None:
    source = 'function a() {\n  b("}", `${c}`); // }\n  /* { */\n  return () => {\n  };\n}\n'
    assert blocks(source) == [("return () =>", 2), ("function a()", 6)]


def test_no_function_is_longer_than_can_be_read_in_one_go() -> None:
    long = {
        f"{path.name}: {head}": lines
        for path in sorted(assets._WIDGETS.rglob("static/*.js"))
        for head, lines in blocks(path.read_text("utf-8"))
        if lines > MOST_LINES
    }
    assert long == {}
