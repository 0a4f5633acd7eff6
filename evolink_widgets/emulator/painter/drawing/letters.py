"""Letters: words set into a box as large as they fit, with Pillow's own font.

That font knows little beyond ASCII. Accents are drawn over their letters by hand, other scripts by
``alphabets``, some signs are spelled out, and what no letter stands for is left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from PIL import ImageDraw, ImageFont

from evolink_widgets.emulator.painter.drawing.alphabets import Glyph, glyph

Ink = tuple[int, ...]

_SPELLED = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l",
     "Ł": "L", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "€": "EUR ", "£": "GBP ", "–": "-",
     "—": "-", "‑": "-", "•": "·", "→": ">", "×": "x", "№": "No. ", ",": ",", "!": "!",
     ":": ":", "?": "?", "（": "(", "）": ")", "0": "0", "1": "1", "2": "2", "3": "3", "4": "4",
     "5": "5", "6": "6", "7": "7", "8": "8", "9": "9", "%": "%"}
)  # fmt: skip
_KNOWN = frozenset(map(chr, range(32, 127))) | frozenset("«»°±·‘’“”…™\n")
_MARKS = {
    "\u0308": ((-0.13, 0, -0.13, 0.01), (0.13, 0, 0.13, 0.01)),
    "\u0301": ((-0.05, 0.05, 0.09, -0.05),),
    "\u0300": ((-0.09, -0.05, 0.05, 0.05),),
    "\u0302": ((-0.13, 0.05, 0, -0.05), (0, -0.05, 0.13, 0.05)),
    "\u030c": ((-0.13, -0.05, 0, 0.05), (0, 0.05, 0.13, -0.05)),
    "\u0303": ((-0.14, 0.03, -0.04, -0.03), (-0.04, -0.03, 0.04, 0.03), (0.04, 0.03, 0.14, -0.03)),
    "\u0304": ((-0.13, 0, 0.13, 0),),
    "\u030b": ((-0.12, 0.05, -0.02, -0.05), (0.04, 0.05, 0.14, -0.05)),
    "\u030a": ((-0.06, 0, 0, -0.06), (0, -0.06, 0.06, 0), (0.06, 0, 0, 0.06), (0, 0.06, -0.06, 0)),
    "\u0306": ((-0.12, -0.04, 0, 0.04), (0, 0.04, 0.12, -0.04)),
}
"""Strokes of an accent, as shares of the font's size, around a spot above the letter."""
_LEADING = 1.16
_MOST_LINES = 5
_UNBROKEN = 4
"""Characters of a word that may be broken."""


Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=64)
def font(size: float) -> Font:
    """Pillow's own font; sizes are rounded so that few are made."""
    return ImageFont.load_default(size)


def legible(text: str) -> str:
    """What of ``text`` can be lettered, decomposed into letters and accents; "" if too little."""
    spelled = "".join(
        one if glyph(one) else unicodedata.normalize("NFD", one)
        for one in unicodedata.normalize("NFC", text.translate(_SPELLED))
    )
    kept = "".join(one for one in spelled if one in _KNOWN or one in _MARKS or glyph(one))
    plain = "".join(kept.split())
    return kept.strip() if plain and 2 * len(plain) >= len("".join(spelled.split())) else ""


def lettered(
    pencil: ImageDraw.ImageDraw,
    text: str,
    middle: tuple[float, float],
    box: tuple[float, float],
    ink: Ink,
    *,
    bold: float = 0.0,
    most: float = 1e9,
    shade: tuple[float, Ink] | None = None,
) -> float:
    """Letter ``text`` around ``middle`` in as many lines as make it largest; returns its size.

    Args:
        pencil: draws.
        text: line feeds in it are kept.
        middle: of the box, in pixels.
        box: width and height that it may take, in pixels.
        ink: its colour.
        bold: how much fatter the letters are, as a share of their size.
        most: a limit to the size, in pixels.
        shade: offset, as a share of the size, and colour of a shadow.
    """
    text = legible(text)
    if not text or min(box) < 2:
        return 0.0
    lines, size = _fitted(text, *box)
    size = max(4.0, round(min(size, most) * 2) / 2)
    for shift, tone in ((shade[0] * size, shade[1]), (0.0, ink)) if shade else ((0.0, ink),):
        y = middle[1] - (len(lines) - 1) / 2 * size * _LEADING + shift
        for line in lines:
            _set(pencil, line, (middle[0] + shift, y), size, tone, bold)
            y += size * _LEADING
    return size


def fitting(text: str, wide: float, high: float) -> float:
    """How large ``text`` is set into a box."""
    text = legible(text)
    return _fitted(text, wide, high)[1] if text else 0.0


def _fitted(text: str, wide: float, high: float) -> tuple[list[str], float]:
    """The breaks into lines that make the letters largest, and how large they are then."""
    best: tuple[list[str], float] = ([text], 0.0)
    ruler = font(100)
    for lines in _breaks(text):
        longest = max(_length(line, ruler, 100) for line in lines)
        size = min(100 * wide / max(1.0, longest), high / (len(lines) * _LEADING - 0.16))
        if size > best[1]:
            best = lines, size
    return best


def _breaks(text: str) -> Iterator[list[str]]:
    """Ways to cut a text into lines of about the same length."""
    given = [line.strip() for line in text.splitlines() if line.strip()]
    if len(given) > 1:
        yield given
        return
    words = text.split()
    if len(words) == 1 and not text.isascii() and len(text) > _UNBROKEN and glyph(text[0]):
        words = list(text)  # scripts without blanks break anywhere
    joint = "" if len(words) > 1 and " " not in text else " "
    for count in range(1, min(_MOST_LINES, len(words)) + 1):
        goal, lines = len(text) / count, [""]
        for word in words:
            longer = f"{lines[-1]}{joint}{word}".strip()
            over = len(longer) - goal
            if lines[-1] and over > goal - len(lines[-1]) and len(lines) < count:
                lines.append(word)
            else:
                lines[-1] = longer
        yield lines


def _bare(line: str) -> str:
    return "".join(one for one in line if one not in _MARKS)


def _set(
    pencil: ImageDraw.ImageDraw,
    line: str,
    middle: tuple[float, float],
    size: float,
    ink: Ink,
    bold: float,
) -> None:
    bare, kind = _bare(line), font(size)
    width = max(0, round(bold * size))
    if not any(map(glyph, line)):
        pencil.text(middle, bare, font=kind, fill=ink, anchor="mm", stroke_width=width)
        _accents(pencil, line, middle[0] - kind.getlength(bare) / 2, middle[1], size, ink, bold)
        return
    rise, drop = kind.getmetrics() if isinstance(kind, ImageFont.FreeTypeFont) else (size, 0.0)
    x, base = middle[0] - _length(line, kind, size) / 2, middle[1] + (rise - drop) / 2
    for run in _runs(line):
        other = glyph(run)
        if other is None:
            pencil.text((x, base), _bare(run), font=kind, fill=ink, anchor="ls", stroke_width=width)
            _accents(pencil, run, x, middle[1], size, ink, bold)
        else:
            _foreign(pencil, other, (x, base), size, ink, bold)
        x += _length(run, kind, size)


def _runs(line: str) -> Iterator[str]:
    """Latin letters together, those of other scripts one by one."""
    held = ""
    for one in line:
        if glyph(one) is None:
            held += one
            continue
        if held:
            yield held
        held = ""
        yield one
    if held:
        yield held


def _length(line: str, kind: Font, size: float) -> float:
    """How long a line is, in pixels."""
    long = 0.0
    for run in _runs(line):
        other = glyph(run)
        if other is None:
            long += kind.getlength(_bare(run))
        elif other.twin:
            long += kind.getlength(other.twin) * other.share
        else:
            long += other.wide * size
    return long


def _foreign(
    pencil: ImageDraw.ImageDraw,
    letter: Glyph,
    at: tuple[float, float],
    size: float,
    ink: Ink,
    bold: float,
) -> None:
    """Draw a letter that Pillow's font does not have. ``at`` is its left end on the baseline."""
    x, base = at
    if letter.twin:
        fat = max(0, round(bold * size))
        pencil.text(at, letter.twin, font=font(size * letter.share), fill=ink, anchor="ls",
                    stroke_width=fat)  # fmt: skip
        return
    wide = max(1, round(size * (0.085 + bold)))
    for stroke in letter.strokes:
        points = [(x + across * size, base + down * size) for across, down in stroke]
        pencil.line(points, fill=ink, width=wide, joint="curve")
        for across, down in (points[0], points[-1]):
            r = wide / 2 - 0.5
            pencil.ellipse((across - r, down - r, across + r, down + r), fill=ink)


def _accents(
    pencil: ImageDraw.ImageDraw,
    line: str,
    left: float,
    middle: float,
    size: float,
    ink: Ink,
    bold: float,
) -> None:
    bare, kind, passed = _bare(line), font(size), 0
    for one in line:
        if one not in _MARKS:
            passed += 1
            continue
        letter = bare[passed - 1 : passed]
        x = left + kind.getlength(bare[:passed]) - kind.getlength(letter) / 2
        tall = letter.isupper() or letter in "bdfhklt"
        y = middle - size * (0.52 if tall else 0.36)
        for x0, y0, x1, y1 in _MARKS[one]:
            ends = (x + x0 * size, y + y0 * size, x + x1 * size, y + y1 * size)
            pencil.line(ends, fill=ink, width=max(1, round(size * (0.075 + bold))))
            if (x0, y0) == (x1, y1 - 0.01):
                r = size * (0.055 + bold / 2)
                pencil.ellipse((ends[0] - r, ends[1] - r, ends[0] + r, ends[1] + r), fill=ink)
