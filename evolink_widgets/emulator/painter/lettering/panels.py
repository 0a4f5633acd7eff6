"""More screens: settings, boards of tasks, code, mail, music, maps, calls."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import WHITE, Colour, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.lettering.page import page, part_names, series
from evolink_widgets.emulator.painter.lettering.screens import rows, window
from evolink_widgets.emulator.painter.subjects.people import head

_NIGHT: Colour = (34, 38, 52)


@page("settings screen", wide=110)
def settings(p: Pen) -> None:
    """A dialog: a title, switches, two buttons."""
    p.rect(0, -4, 110, 102, WHITE, 5)
    p.inside.rect(0, -4, 110, 14, lighter(series(p, 0), 0.75))
    p.words(p.text or "Settings", 55, 5, 80, 12, _NIGHT, bold=0.02)
    for k, name in enumerate(part_names(p, "Sound Dark Updates Privacy", 5)):
        y, on = 24 + k * 13, k % 2 == 0
        p.words(name, 32, y, 46, 8, _NIGHT, most=7)
        p.inside.rect(84, y - 4, 101, y + 4, series(p, 0) if on else (204, 206, 212), 4)
        p.inside.oval(97 if on else 88, y, 3.2, 3.2, WHITE)
    for x, name, tone in ((66, "Cancel", (204, 206, 212)), (94, "OK", series(p, 0))):
        p.inside.rect(x - 12, 86, x + 12, 97, tone, 3)
        p.words(name, x, 91.5, 20, 7, _NIGHT if x < 80 else WHITE, most=6)


@page("kanban page")
def kanban(p: Pen) -> None:
    """Columns of cards."""
    paper, ink, quiet = window(p)
    p.words(p.text or "Board", 69, 13, 110, 9, ink, bold=0.02)
    names = part_names(p, "Backlog Doing Done", 4)
    if not p.items:
        names = ["To do", "Doing", "Done"]
    step = 130 / len(names)
    for k, name in enumerate(names):
        x = 4 + k * step
        p.inside.rect(x + 1, 20, x + step - 1, 99, mix(paper, quiet, 0.6), 3)
        p.words(name, x + step / 2, 26, step - 6, 8, ink, most=7, bold=0.02)
        for row in range((3, 2, 3, 1)[k % 4]):
            y = 33 + row * 21
            p.inside.rect(x + 4, y, x + step - 4, y + 18, WHITE, 2)
            p.inside.rect(x + 4, y, x + 6, y + 18, series(p, k + row), 1)
            rows(p, x + 9, y + 4, step - 20, 2, mix(quiet, ink, 0.3))


@page("code editor", colours="242838 2a3040")
def code(p: Pen) -> None:
    """Coloured lines of a program, numbered."""
    window(p)
    p.inside.rect(0, 6, 138, 103, _NIGHT)
    p.inside.rect(0, 6, 138, 14, (50, 56, 74))
    p.words(p.text or "main.py", 26, 10, 44, 6, WHITE, most=6)
    lines = ("def main():", "  total = 0", "  for x in data:", "    if x > 3:", "      total += x",
             "  print(total)", "", "main()")  # fmt: skip
    for k, line in enumerate(lines):
        y, wide = 21 + k * 10, len(line.strip()) * 4.6
        p.words(str(k + 1), 6, y, 8, 6, (120, 128, 150), most=6)
        x = 16 + (len(line) - len(line.strip())) * 4
        p.words(line.strip(), x + wide / 2, y, wide, 8, lighter(series(p, k + 1), 0.35), most=8)


@page("inbox")
def inbox(p: Pen) -> None:
    """A list of messages."""
    paper, ink, quiet = window(p)
    p.inside.rect(0, 6, 30, 103, mix(paper, series(p, 0), 0.3))
    p.inside.rect(4, 11, 26, 19, series(p, 0), 3)
    p.words("Write", 15, 15, 18, 6, WHITE)
    for k, name in enumerate(("Inbox", "Sent", "Drafts")):
        p.words(name, 15, 28 + k * 10, 20, 6, ink, most=5.4)
    p.words(p.text or "Inbox", 84, 12, 90, 9, ink, bold=0.02)
    for k, name in enumerate(part_names(p, "Anna Tom Invoice News Team Shop", 6)):
        y = 24 + k * 13
        p.inside.rect(34, y + 6, 134, y + 6.6, quiet)
        p.inside.oval(40, y, 4, 4, series(p, k))
        p.words(name, 58, y, 24, 7, ink, most=6)
        rows(p, 76, y - 1, 50, 1, mix(quiet, ink, 0.25))


@page("music player", wide=58, hero=0.72)
def player(p: Pen) -> None:
    """A phone that plays a song."""
    p.rect(0, -6, 58, 104, (34, 36, 46), 9)
    p.inside.rect(3, -3, 55, 101, mix(_NIGHT, series(p, 0), 0.35), 7)
    p.inside.rect(10, 8, 48, 46, series(p, 1), 4)
    p.inside.oval(24, 34, 5, 4, WHITE)
    p.inside.line(28, 34, 28, 16, 1.8, WHITE)
    p.inside.poly([(27, 15), (38, 19), (38, 23), (27, 19)], WHITE)
    p.words(p.text or "My song", 29, 55, 46, 9, WHITE, bold=0.02)
    p.inside.rect(8, 66, 50, 67.6, (120, 124, 140), 1)
    p.inside.rect(8, 66, 26, 67.6, WHITE, 1)
    p.inside.oval(26, 66.8, 2, 2, WHITE)
    p.inside.oval(29, 82, 8, 8, WHITE)
    p.inside.poly([(26.6, 78), (26.6, 86), (33.4, 82)], _NIGHT)
    for side in (-1, 1):
        x = 29 + side * 15
        p.inside.poly([(x - side * 3, 79), (x - side * 3, 85), (x + side * 2, 82)], WHITE)
        p.inside.rect(x + side * 2, 79, x + side * 3.4, 85, WHITE)


@page("map page", wide=58, hero=0.72)
def route(p: Pen) -> None:
    """A phone with a map, a way on it and a pin."""
    p.rect(0, -6, 58, 104, (34, 36, 46), 9)
    p.inside.rect(3, -3, 55, 101, (230, 232, 222), 7)
    p.inside.blob("3,60 20,52 34,70 20,90 3,84", (176, 214, 168))
    p.inside.blob("40,-3 55,10 55,40 46,30", (160, 204, 232))
    for x0, y0, x1, y1 in ((3, 30, 55, 44), (3, 76, 55, 62), (16, -3, 24, 101), (42, -3, 38, 101)):
        p.inside.line(x0, y0, x1, y1, 4, WHITE)
    p.inside.stroke("23,88 22,72 30,68 39,66 40,50 40,40", 2.4, 2.4, (66, 120, 226))
    p.inside.oval(23, 88, 3, 3, (66, 120, 226))
    p.inside.poly([(40, 40), (35, 30), (45, 30)], (214, 66, 58))
    p.inside.oval(40, 28, 6, 6, (214, 66, 58))
    p.inside.oval(40, 28, 2.2, 2.2, WHITE)
    p.inside.rect(8, 4, 50, 14, WHITE, 4)
    p.words(p.text or "Where to?", 29, 9, 36, 7, _NIGHT)


@page("video call")
def call(p: Pen) -> None:
    """Four people on a screen."""
    window(p)
    p.inside.rect(0, 6, 138, 103, _NIGHT)
    for k, name in enumerate((part_names(p, "Ana Ben Chloe Dan", 4) * 4)[:4]):
        x, y = 36 + k % 2 * 66, 27 + k // 2 * 39
        p.inside.rect(x - 31, y - 18, x + 31, y + 18, lighter(series(p, k), 0.5), 3)
        p.inside.blob(f"{x - 17},{y + 18}! {x - 12},{y + 9} {x},{y + 7} {x + 12},{y + 9} "
                      f"{x + 17},{y + 18}!", series(p, k + 1))  # fmt: skip
        head(p.inside, x, y - 2, 9)
        p.words(name, x - 22, y + 14, 16, 5, _NIGHT, most=5)
    for k, tone in enumerate(((110, 116, 134), (214, 66, 58), (110, 116, 134))):
        p.inside.oval(58 + k * 11, 94, 4.4, 4.4, tone)
