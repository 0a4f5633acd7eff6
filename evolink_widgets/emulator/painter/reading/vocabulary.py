"""Words to meanings: the word list indexed for look-up, with plurals and scripts without blanks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from evolink_widgets.emulator.painter.reading import nouns, words

INSCRIPTION = "¶"
"""Stands in a prompt for words that were taken out of it, to be lettered there."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;.!?\n、。,¶]")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONGEST_PHRASE = 4
_LONGEST_RUN = 8
_STOPS = set(",;.!?\n、。,")
_OWNERS = re.compile(r"(?<=[a-z])s'(?=\s+[a-z])")
"""The owners of many: "teachers' desk"."""
_SHORTENED = frozenset(
    ("it's", "that's", "he's", "she's", "there's", "what's", "who's", "let's", "here's", "where's")
)


def _halves(half: int) -> str:
    """One side of the bar in the table of things."""
    rows = (row.partition(":") for row in nouns.THINGS.strip().splitlines() if row)
    return "\n".join(f"{kind}: {[*names.split('|'), ''][half]}" for kind, _, names in rows)


_TABLES = (
    ("subject", words.SUBJECTS),
    ("place", words.PLACES),
    ("time", words.TIMES),
    ("weather", words.WEATHERS),
    ("style", words.STYLES),
    ("sky", words.SKY),
    ("season", words.SEASONS),
    ("colour", words.COLOURS),
    ("size", words.SIZES),
    ("count", words.COUNTS),
    ("relation", words.RELATIONS),
    ("pose", words.POSES),
    ("framing", words.FRAMINGS),
    ("material", nouns.MATERIALS),
    ("trait", nouns.TRAITS),
    ("part", words.PARTS),
    ("thing", _halves(0)),
    ("like", _halves(1)),
)
_PLURAL = ("subject", "place", "sky", "part", "thing", "like")


class Meaning(NamedTuple):
    """What a phrase of the prompt stands for."""

    kind: str
    """The table: "subject", "thing", "place", …; or "stop" (punctuation), "owner" ("cat's"),
    "inscription" (words to be lettered stood here), "unknown"."""
    sense: str
    phrase: str
    plural: bool = False


def tokens(text: str, limit: int = 1500) -> list[str]:
    """Split into lower-case words and punctuation; at most ``limit`` of them."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    plain = _OWNERS.sub("'s", plain)
    found: list[str] = []
    for match in _WORD.finditer(plain):
        found.extend(_unspaced(match.group()))
        if len(found) >= limit:
            break
    return found


def _unspaced(word: str) -> list[str]:
    """Cut a run of a script without blanks into known words, longest first."""
    if not _UNSPACED.search(word) or word in index():
        return [word]
    parts: list[str] = []
    place = 0
    while place < len(word):
        for length in range(min(_LONGEST_RUN, len(word) - place), 0, -1):
            if length == 1 or word[place : place + length] in index():
                parts.append(word[place : place + length])
                place += length
                break
    return parts


@lru_cache(maxsize=1)
def index() -> dict[str, tuple[str, str]]:
    """Phrase → (kind, sense). Where two tables claim a phrase, the earlier one has it."""
    found: dict[str, tuple[str, str]] = {}
    for kind, table in _TABLES:
        for row in table.strip().splitlines():
            sense, _, phrases = row.partition(":")
            for phrase in phrases.split(","):
                plain = unicodedata.normalize("NFKC", phrase).casefold()
                key = " ".join(m.group() for m in _WORD.finditer(plain))
                if key:
                    found.setdefault(key, (kind, sense.strip()))
    return found


def singulars(phrase: str) -> list[str]:
    """Ways to read the last word of a phrase as a plural."""
    forms: list[str] = []
    if phrase.endswith("'s"):
        return forms
    if phrase.endswith("ies") and len(phrase) > 4:
        forms.append(phrase[:-3] + "y")
    if phrase.endswith("ves"):
        forms += [phrase[:-3] + "f", phrase[:-3] + "fe"]
    if phrase.endswith("es"):
        forms.append(phrase[:-2])
    if phrase.endswith("s"):
        forms.append(phrase[:-1])
    if phrase.endswith("men"):
        forms.append(phrase[:-3] + "man")
    if phrase == "children":
        forms.append("child")
    if phrase.endswith(("en", "er", "n")):  # German, after the exact forms were tried
        forms += [phrase[:-1], phrase[:-2]]
    return [form for form in forms if len(form) > 2]


def look_up(phrase: str) -> Meaning | None:
    """The meaning of one phrase, read as it stands, then as a plural."""
    found = index().get(phrase)
    if found:
        return Meaning(*found, phrase)
    if phrase.startswith("ال"):  # the Arabic article
        found = index().get(phrase[2:])
        return Meaning(*found, phrase) if found else None
    for form in singulars(phrase):
        found = index().get(form)
        if found and found[0] in ("thing", "like") and not phrase.endswith(("s", "men")):
            continue
        if found and found[0] in _PLURAL:
            return Meaning(*found, phrase, plural=True)
    return None


def read(text: str) -> list[Meaning]:
    """Read a prompt into meanings, longest phrase first, in the prompt's order."""
    stream = tokens(text)
    found: list[Meaning] = []
    place = 0
    while place < len(stream):
        word = stream[place]
        if word in _STOPS or word == INSCRIPTION:
            found.append(Meaning("stop" if word in _STOPS else "inscription", word, word))
            place += 1
            continue
        for length in range(min(_LONGEST_PHRASE, len(stream) - place), 0, -1):
            phrase = " ".join(stream[place : place + length])
            meaning = look_up(phrase)
            if meaning:
                found.append(meaning)
                place += length
                break
        else:
            found.append(_single(word))
            place += 1
    return found


def _single(word: str) -> Meaning:
    """A word of no table."""
    if number := _number(word):
        return Meaning("count", number, word)
    if word.endswith("room") and not word.endswith("mushroom"):
        return Meaning("place", "room", word)
    if word.endswith("'s") and not word[0].isdecimal():
        return (
            Meaning("unknown", "is", "is") if word in _SHORTENED else Meaning("owner", word, word)
        )
    return Meaning("unknown", word, word)


@lru_cache(maxsize=1)
def materials() -> dict[str, str]:
    """Word → colour of what things are made of, also where the word names a thing, too ("oak")."""
    rows = (row.partition(":") for row in nouns.MATERIALS.strip().splitlines())
    return {name.strip(): tone for tone, _, names in rows for name in names.split(",")}


def _number(word: str) -> str:
    return str(int(word)) if word.isdecimal() and len(word) <= 3 and int(word) > 0 else ""
