"""A word-by-word difference of two prompts."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

__all__ = ["Part", "differing", "in_words"]

#: "same", "removed" or "added", and the words as they stand.
Part = tuple[str, str]

#: Characters of scripts that write no spaces are words of their own; so is punctuation. All
#: else that stands together is one word: whatever its script joins, it is never cut.
_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS = r""".,;:!?()\[\]{}"“”„«»…。、，！？；：（）「」"""
_WORD = re.compile(rf"([{_ALONE}{_MARKS}]|[^\s{_ALONE}{_MARKS}]+)(\s*)")
#: Words × words that are compared one by one: beyond this a kernel would notice.
_MOST = 2_000_000


def differing(before: str, after: str) -> list[Part]:
    """Both prompts as one text, in which the words of only one of them are marked.

    Args:
        before: its words that the other has not are "removed".
        after: its words that the other has not are "added".
    """
    old, new = _WORD.findall(before.strip()), _WORD.findall(after.strip())
    parts: list[Part] = []

    def add(kind: str, words: list[tuple[str, str]]) -> None:
        if words:
            parts.append((kind, "".join(word + space for word, space in words)))

    for same, start, end, begin, stop in _steps([w for w, _ in old], [w for w, _ in new]):
        if same:
            add("same", new[begin:stop])
        else:
            add("removed", old[start:end])
            add("added", new[begin:stop])
    return parts


def in_words(parts: list[Part]) -> str:
    """What differs, for where nothing can be marked: "removed: snow; added: rain"."""
    said = [f"{kind}: {text.strip()}" for kind, text in parts if kind != "same"]
    return "; ".join(said)


def _steps(old: list[str], new: list[str]) -> list[tuple[bool, int, int, int, int]]:
    """Runs of words that are the same, or not: from and to in the old, and in the new."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    ends = (len(old) - tail, len(new) - tail)
    steps = [(True, 0, head, 0, head)]
    if (ends[0] - head) * (ends[1] - head) > _MOST:
        steps.append((False, head, ends[0], head, ends[1]))
    else:
        matcher = SequenceMatcher(None, old[head : ends[0]], new[head : ends[1]])
        for kind, start, end, begin, stop in matcher.get_opcodes():
            steps.append((kind == "equal", head + start, head + end, head + begin, head + stop))
    steps.append((True, ends[0], len(old), ends[1], len(new)))
    return steps
