"""What goes to a terminal: nothing active in it, and nothing that its encoding can't hold."""

from __future__ import annotations

import io
import sys

import pytest

from evolink_widgets.text.printable import printable


def test_what_can_be_printed_is_left_as_it_is_where_the_stream_can_hold_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    text = "“a fox” · 816×816 – 雪 👩\u200d🎨 עברית\n\tdone…"
    assert printable(text) == text
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert printable("“a fox” · 816×816 – 雪…") == '"a fox" - 816x816 - \\u96ea...'
    monkeypatch.setattr(sys, "stdout", None)
    assert printable(text + "\x1b[2J\ud800") == text + "\ufffd[2J\ufffd"
