"""Noun phrases of unknown words: which word may name a thing, and which only tell how it is."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.letters import legible
from evolink_widgets.emulator.painter.reading.nouns import PLAIN, VERBS, word_set
from evolink_widgets.emulator.painter.reading.vocabulary import Meaning, index

DETERMINERS = word_set(
    """
    the my your his her our their this these those its der die das den dem le la les el los las
    il lo gli mein meine mon ma mi
    """
)
LINKS = word_set(
    """
    of to for from as at into onto that which who whose is are was were has have being when
    while where than or by like against between among around through across along toward towards
    during before after until im am beim vom zum zur dans au aux nel nella von zu aus bei für
    de du des del di
    """
)
_ENDINGS = ("ing", "ed", "ly", "ous", "ful", "ish", "less", "able", "ible", "ive", "esque", "ical")
_SHORTEST_END = 4
_LONGEST_NAME = 24


def standing(word: str) -> str:
    """What an unknown word is to a phrase: "determiner", "link", "verb", "plain" or "noun"."""
    if word in DETERMINERS:
        return "determiner"
    if word in LINKS:
        return "link"
    if word in VERBS or (word.endswith("s") and word[:-1] in VERBS):
        return "verb"
    if word.endswith(("ing", "ed")) and len(word) > _SHORTEST_END:
        return "verb"
    if word in PLAIN or len(word) < 3 or word.isdecimal() or not legible(word):
        return "plain"
    return "noun"


def names_a_thing(word: str) -> bool:
    """May an unknown word be the head of a phrase, by its ending?"""
    return not (word.endswith(_ENDINGS) and len(word) > _SHORTEST_END + 1)


def opens(meaning: Meaning) -> bool:
    """Does a phrase begin with a preposition: "on a stage"? No noun before it belongs to it."""
    first, _, more = meaning.phrase.partition(" ")
    return bool(more) and (first in LINKS or index().get(first, ("", ""))[0] == "relation")


def singular(word: str) -> str:
    """An unknown word without its plural's ending."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "os")) and len(word) > 3:
        return word[:-1]
    return word


def known_end(word: str) -> tuple[str, str] | None:
    """The table and sense of a known noun that a word ends in: "houseboat" is a boat."""
    for cut in range(2, len(word) - 3):
        found = index().get(word[cut:])
        if found and found[0] in ("subject", "thing", "like"):
            return found
    return None


def title(words: list[str]) -> str:
    """Words as they are lettered on what they name."""
    kept = list(words)
    while len(kept) > 1 and len(" ".join(kept)) > _LONGEST_NAME:
        kept.pop(0)
    name = " ".join(kept)[:_LONGEST_NAME]
    return name[:1].upper() + name[1:]
