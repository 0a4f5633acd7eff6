# ruff: noqa: E501  (a table: one letter a line reads better than one width a line)
"""Letters that Pillow's own font does not have: Cyrillic, Greek and Hangul.

Cyrillic and Greek letters are Latin ones where they look alike, else strokes; a Hangul syllable
is put together from the strokes of its letters.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

CAP = 0.7
"""Height of capitals, as a share of the font's size."""
_SMALL = 0.74
"""Small letters that are drawn as capitals, against those."""
Stroke = tuple[tuple[float, float], ...]

_TWINS = {
    **dict(zip("АВЕКМНОРСТУХІЈЅаеорсухіјѕ", "ABEKMHOPCTYXIJSaeopcyxijs", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True)),
}
_SMALL_TWINS = dict(zip("вкмнтαβεζηικμνρτυχ", "BKMHTABEZHIKMNPTYX", strict=True))
_DRAWN = """
Б 6,0 0,0 0,10 4,10 5.6,9.4 6.4,8 6.4,6.8 5.6,5.2 4,4.6 0,4.6
Г 5.4,0 0,0 0,10
Д 0.2,12 0.2,10 7.4,10 7.4,12;1.2,10 2,6 2.2,0 6.2,0 6.2,10
Ж 5,0 5,10;0,0 3.2,5 6.8,5 10,0;3.2,5 0,10;6.8,5 10,10
З 0.2,1.6 1.2,.4 2.8,0 4.6,.4 5.4,1.6 5.4,3 4.4,4.4 2.4,4.8;2.4,4.8 4.6,5.2 5.8,6.6 5.8,8 4.8,9.4 2.8,10 1,9.6 0,8.2
И 0,0 0,10 7,0 7,10
Й 0,0 0,10 7,0 7,10;2,-2.6 2.8,-1.7 4.2,-1.7 5,-2.6
Ё 6,0 0,0 0,10 6,10;0,4.9 5.4,4.9;1.7,-2 1.9,-2;4.1,-2 4.3,-2
ё .2,6.4 5.6,6.4 5.2,4.4 4,3.2 2.6,3 1.2,3.6 .2,5 0,6.6 .6,8.8 2.4,10 4.2,9.6 5.2,8.6;1.6,1.2 1.8,1.2;3.8,1.2 4,1.2
Ї 1.4,0 1.4,10;.3,-2 .5,-2;2.3,-2 2.5,-2
ї 1.4,3 1.4,10;.3,1.2 .5,1.2;2.3,1.2 2.5,1.2
Л 0,10 1,9.4 1.6,7 2,0 6.6,0 6.6,10
П 0,10 0,0 7,0 7,10
Ф 4.5,-.4 4.5,10.4;4.5,1.4 2,1.6 .4,3 0,4.8 .4,6.6 2,8 4.5,8.4 7,8 8.6,6.6 9,4.8 8.6,3 7,1.6 4.5,1.4
Ц 0,0 0,10 7.4,10 7.4,12;6,0 6,10
Ч 0,0 0,3.6 .8,5.2 2.4,5.8 6.2,5.2;6.2,0 6.2,10
Ш 0,0 0,10 10,10 10,0;5,0 5,10
Щ 0,0 0,10 10.8,10 10.8,12;4.8,0 4.8,10;9.6,0 9.6,10
Ъ 0,0 2,0 2,10 5.4,10 7,9.4 7.8,8 7.8,6.8 7,5.2 5.4,4.6 2,4.6
Ы 0,0 0,10 3.4,10 5,9.4 5.8,8 5.8,6.8 5,5.2 3.4,4.6 0,4.6;9,0 9,10
Ь 0,0 0,10 3.8,10 5.4,9.4 6.2,8 6.2,6.8 5.4,5.2 3.8,4.6 0,4.6
Э 0,2.4 1,.8 3,0 5,.6 6.6,2.4 7.2,5 6.6,7.6 5,9.4 3,10 1,9.2 0,7.6;2.4,4.8 7.2,4.8
Є 7.2,2.4 6.2,.8 4.2,0 2.2,.6 .6,2.4 0,5 .6,7.6 2.2,9.4 4.2,10 6.2,9.2 7.2,7.6;0,4.8 4.8,4.8
Ю 0,0 0,10;0,5 3.4,5;6.9,0 4.8,.6 3.6,2.4 3.4,5 3.6,7.6 4.8,9.4 6.9,10 9,9.4 10.2,7.6 10.4,5 10.2,2.4 9,.6 6.9,0
Я 6.4,10 6.4,0 2.8,0 1,.6 .2,2 .2,3.4 1,4.8 2.8,5.4 6.4,5.4;3.2,5.4 0,10
б 5.6,0 3,.8 1,2.4 .2,5 .2,7 .8,9 2.8,10 4.8,9.2 5.6,7 5,4.6 3,3.6 1.2,4.4 .3,6
ф 4,.5 4,13;4,3.2 1.6,3.6 .2,5.2 0,6.6 .4,8.4 1.8,9.8 4,10 6.2,9.8 7.6,8.4 8,6.6 7.8,5.2 6.4,3.6 4,3.2
Γ 5.4,0 0,0 0,10
Δ 0,10 3.8,0 7.6,10 0,10
Θ 4,0 1.6,.6 .3,2.4 0,5 .3,7.6 1.6,9.4 4,10 6.4,9.4 7.7,7.6 8,5 7.7,2.4 6.4,.6 4,0;2.2,5 5.8,5
Λ 0,10 3.6,0 7.2,10
Ξ 0,0 6.4,0;.8,5 5.6,5;0,10 6.4,10
Π 0,10 0,0 7,0 7,10
Σ 6,0 0,0 3.6,4.8 0,10 6.4,10
Φ 4.5,-.4 4.5,10.4;4.5,1.4 2,1.6 .4,3 0,4.8 .4,6.6 2,8 4.5,8.4 7,8 8.6,6.6 9,4.8 8.6,3 7,1.6 4.5,1.4
Ψ 4.4,0 4.4,10;0,0 0,3.6 1,5.6 3,6.4 4.4,6.5 5.8,6.4 7.8,5.6 8.8,3.6 8.8,0
Ω 0,10 2.6,10 2.6,9 .8,7.2 .2,4.6 .8,2 2.4,.4 4.2,0 6,.4 7.6,2 8.2,4.6 7.6,7.2 5.8,9 5.8,10 8.4,10
"""
"""A letter a line, its strokes parted by semicolons: 0 is the top of capitals, 10 the baseline."""
_RING = "1,.5 .93,.75 .75,.93 .5,1 .25,.93 .07,.75 0,.5 .07,.25 .25,.07 .5,0 .75,.07 .93,.25 1,.5"
_JAMO = {
    "ㄱ": "0,0 1,0 .9,1", "ㄴ": "0,0 0,1 1,1", "ㄷ": "1,0 0,0 0,1 1,1",
    "ㄹ": "0,0 1,0 1,.5 0,.5 0,1 1,1", "ㅁ": "0,0 1,0 1,1 0,1 0,0",
    "ㅂ": "0,0 0,1 1,1 1,0;0,.45 1,.45", "ㅅ": ".5,0 .45,.4 0,1;.5,.35 1,1", "ㅇ": _RING,
    "ㅈ": "0,0 1,0;.5,0 .45,.45 0,1;.5,.4 1,1",
    "ㅊ": ".5,-.08 .5,.15;0,.2 1,.2;.5,.2 .45,.55 0,1;.5,.5 1,1",
    "ㅋ": "0,0 1,0 .9,1;0,.45 .95,.45", "ㅌ": "1,0 0,0 0,1 1,1;0,.5 .9,.5",
    "ㅍ": "0,0 1,0;.3,0 .3,1;.7,0 .7,1;0,1 1,1",
    "ㅎ": ".5,-.08 .5,.1;0,.18 1,.18;.8,.68 .7,.9 .5,1 .3,.9 .2,.68 .3,.46 .5,.36 .7,.46 .8,.68",
    "ㅏ": ".3,0 .3,1;.3,.5 .9,.5", "ㅐ": ".2,0 .2,1;.8,0 .8,1;.2,.5 .8,.5",
    "ㅑ": ".3,0 .3,1;.3,.35 .9,.35;.3,.65 .9,.65",
    "ㅒ": ".2,0 .2,1;.8,0 .8,1;.2,.35 .8,.35;.2,.65 .8,.65", "ㅓ": ".7,0 .7,1;.1,.5 .7,.5",
    "ㅔ": ".55,0 .55,1;.95,0 .95,1;.05,.5 .55,.5",
    "ㅕ": ".7,0 .7,1;.1,.35 .7,.35;.1,.65 .7,.65",
    "ㅖ": ".55,0 .55,1;.95,0 .95,1;.05,.35 .55,.35;.05,.65 .55,.65", "ㅣ": ".5,0 .5,1",
    "ㅗ": "0,.8 1,.8;.5,.1 .5,.8", "ㅛ": "0,.8 1,.8;.35,.1 .35,.8;.65,.1 .65,.8",
    "ㅜ": "0,.2 1,.2;.5,.2 .5,.95", "ㅠ": "0,.2 1,.2;.35,.2 .35,.95;.65,.2 .65,.95",
    "ㅡ": "0,.5 1,.5",
}  # fmt: skip
"""The strokes of a Hangul letter in a box of its own."""
_FIRST, _MIDDLE, _LAST = (
    row.split(" ")
    for row in (
        "ㄱ ㄱㄱ ㄴ ㄷ ㄷㄷ ㄹ ㅁ ㅂ ㅂㅂ ㅅ ㅅㅅ ㅇ ㅈ ㅈㅈ ㅊ ㅋ ㅌ ㅍ ㅎ",
        "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ",
        " ㄱ ㄱㄱ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅅㅅ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ",
    )
)
"""The first letters, vowels and ends of syllables, in the order of their numbers."""
_LYING = "ㅗㅛㅜㅠㅡ"


class Glyph(NamedTuple):
    """A letter of another script. Lengths are shares of the font's size."""

    wide: float
    """How far the next letter is."""
    twin: str = ""
    """The Latin letter that looks like it: as wide as that is."""
    share: float = 1.0
    """The twin's size."""
    strokes: tuple[Stroke, ...] = ()
    """Lines from a letter's left end and the baseline, y downwards."""


@lru_cache(maxsize=512)
def glyph(letter: str) -> Glyph | None:
    """How ``letter`` is drawn, if it is of one of these scripts."""
    if twin := _TWINS.get(letter):
        return Glyph(0.0, twin)
    if twin := _SMALL_TWINS.get(letter):
        return Glyph(0.0, twin, _SMALL)
    if "가" <= letter <= "힣":
        return Glyph(0.96, strokes=_syllable(ord(letter) - 0xAC00))
    return _strokes(letter)


def _strokes(letter: str) -> Glyph | None:
    drawn, share = _drawn(), CAP / 10
    if letter not in drawn:  # most small letters are small capitals
        letter, share = letter.upper(), share * _SMALL
        if letter not in drawn:
            return None
    paths = _paths(drawn[letter])
    wide = max(x for path in paths for x, _ in path)
    moved = tuple(tuple((0.05 + x * share, (y - 10) * share) for x, y in path) for path in paths)
    return Glyph(wide * share + 0.14, strokes=moved)


@lru_cache(maxsize=1)
def _drawn() -> dict[str, str]:
    return dict(line.split(" ", 1) for line in _DRAWN.strip().splitlines())


def _paths(text: str) -> tuple[Stroke, ...]:
    return tuple(
        tuple((float(x), float(y)) for x, _, y in (at.partition(",") for at in path.split()))
        for path in text.split(";")
    )


def _syllable(number: int) -> tuple[Stroke, ...]:
    """The strokes of a Hangul syllable: one or two letters, a vowel beside or below, an end."""
    first, middle = _FIRST[number // 588], _MIDDLE[number % 588 // 28]
    last = _LAST[number % 28]
    deep = 0.56 if last else 1.0
    found: list[Stroke] = []
    lying, standing = middle[0] in _LYING, middle[-1] not in _LYING
    right = 0.52 if standing else 0.84
    _fill(found, first, 0.06 if standing else 0.16, 0.0, right, deep * (0.48 if lying else 0.94))
    if lying:
        _fill(found, middle[0], 0.02, deep * 0.56, 0.6 if standing else 0.98, deep)
    if standing:
        _fill(found, middle[-1], 0.62, 0.0, 0.98, deep)
    if last:
        _fill(found, last, 0.16, 0.68, 0.86, 1.0)
    return tuple(tuple((0.04 + x * 0.86, 0.82 * y - 0.76) for x, y in path) for path in found)


def _fill(
    found: list[Stroke], letters: str, left: float, top: float, right: float, low: float
) -> None:
    """Put letters into a box, beside each other."""
    step = (right - left) / len(letters)
    for number, letter in enumerate(letters):
        wide, x0 = step * (0.84 if len(letters) > 1 else 1.0), left + number * step
        for path in _paths(_JAMO[letter]):
            found.append(tuple((x0 + x * wide, top + y * (low - top)) for x, y in path))
