"""File names from hostile prompts, and texts fit to be shown."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evolink_widgets.store.file_names import one_line, slug, stem

HOSTILE = [
    "../../etc/passwd",
    "..\\..\\windows\\system32",
    "/absolute",
    "C:\\Users\\x",
    "\\\\server\\share",
    "con",
    "NUL.png",
    "COM1",
    "aux ",
    ".hidden",
    "-rf *",
    "a\x00b",
    "line\nbreak\r\ttab",
    "trailing dots...",
    "<b>&amp;</b>|?*:\"'`$(rm)",
    "\u202egnp.exe",
    "\ud800\udfff",
    "~/.ssh/id_rsa",
    "a" * 32_000,
    "狐" * 32_000,
    "e\u0301" * 400,
    "🦊" * 5,
    "",
    "   ",
]

RESERVED = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789"),
}


def check(name: str) -> None:
    assert name
    assert len(name.encode("utf-8")) <= 128
    assert PurePosixPath(name).name == name
    assert PureWindowsPath(name).name == name
    assert PureWindowsPath(name).drive == ""
    assert name.partition(".")[0].upper().rstrip() not in RESERVED
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in name)
    assert not set(name) & set('/\\:*?"<>|\0')
    assert name[0] not in ".-~ "
    assert name[-1] not in ". "


@pytest.mark.parametrize("prompt", HOSTILE)
def test_a_hostile_prompt_gives_a_safe_name(prompt, now):
    check(stem(prompt, "k3j2", now) + "_10-2.webp")


@given(st.text(max_size=300), st.floats())
@example("x", 1e300)
@example("x", float("nan"))
@example("x", -1e12)
def test_any_prompt_at_any_time_gives_a_safe_name(prompt, when):
    check(stem(prompt, "k3j2mnpqrstu", when) + "_10-2.webp")


def test_names_are_readable(now):
    assert stem("A fox in the snow", "k3j2", now) == "2026-11-24_a-fox-in-the-snow_k3j2"


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Füchse im Schnee", "füchse-im-schnee"),
        ("狐狸在雪中", "狐狸在雪中"),
        ("हिन्दी चित्र", "हिन्दी-चित्र"),
        ("u\u0308ber", "über"),
        ("🦊🦊", "picture"),
        ("a, b; c!", "a-b-c"),
        ("word " * 100, "word-word-word-word-word-word-word-word-word"),
    ],
)
def test_letters_of_every_script_are_kept_and_whole_words_fit(prompt, expected):
    assert slug(prompt) == expected


@given(st.text(), st.integers(1, 80))
def test_one_line_can_always_be_saved_and_fits(text, limit):
    line = one_line(text, limit)
    line.encode("utf-8")
    assert len(line) <= limit
    assert not set(line) & {"\n", "\r", "\t", "\0"}


def test_one_line_keeps_ordinary_text_as_it_is():
    assert one_line("a  fox\nin <b>the</b> snow 狐👩‍👧", 60) == "a fox in <b>the</b> snow 狐👩‍👧"
    assert one_line("abcdefgh", 5) == "abcd…"
