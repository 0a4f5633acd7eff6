"""Who walks on two legs: person, astronaut, robot, wizard, ghost, snowman."""

from __future__ import annotations

import math

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, luminance, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

SKINS: tuple[Colour, ...] = ((244, 205, 172), (222, 170, 128), (166, 112, 78), (108, 72, 54))
HAIRS: tuple[Colour, ...] = ((58, 42, 40), (112, 70, 44), (206, 160, 90), (150, 72, 44))
DARK: Colour = (44, 40, 54)


HAIR_OF: dict[str, Colour] = {
    "grey": (206, 206, 210), "old": (214, 214, 216), "blond": (232, 200, 124),
    "ginger": (190, 92, 44), "dark": (46, 38, 40),
}  # fmt: skip
WOMEN = frozenset(
    [
        "woman",
        "lady",
        "girl",
        "mother",
        "bride",
        "actress",
        "waitress",
        "queen",
        "female",
        "princess",
        "grandmother",
        "grandma",
        "granny",
        "aunt",
        "sister",
        "daughter",
        "wife",
        "businesswoman",
        "saleswoman",
        "she",
        "ballerina",
        "mum",
        "mom",
        "nun",
        "frau",
        "femme",
        "mujer",
        "donna",
        "mädchen",
        "fille",
        "niña",
    ]
)
MEN = frozenset(
    [
        "man",
        "gentleman",
        "father",
        "groom",
        "boy",
        "grandfather",
        "grandpa",
        "uncle",
        "brother",
        "son",
        "husband",
        "businessman",
        "policeman",
        "salesman",
        "fireman",
        "fisherman",
        "guy",
        "male",
        "king",
        "monk",
        "mann",
        "homme",
        "hombre",
        "uomo",
        "junge",
        "garçon",
        "niño",
    ]
)
_APART = 26
"""How far hair and skin differ in luminance."""
_CUTS = {"bald": 4, "hijab": 6, "curly": 5, "long": 1, "short": 0}


def cut_of(p: Pen) -> int | None:
    """Which cut suits what was said: 0 short, 1 long, 2 a bun, 3 parted, 4 none, 5 curls, 6 a
    cloth; None leaves it to chance."""
    asked = next((cut for trait, cut in _CUTS.items() if trait in p.traits), None)
    if asked is not None:
        return asked
    said = set(p.role.casefold().split())
    if said & WOMEN:
        return p.rng.choice((1, 2))
    return p.rng.choice((0, 3)) if said & MEN or {"beard", "moustache"} & p.traits else None


def head(p: Pen, x: float, y: float, size: float, skin: Colour | None = None) -> None:
    """A friendly head of radius ``size``, with the hair, beard and age that were asked for."""
    skin = skin or p.rng.choice(SKINS)
    hair, own = p.rng.choice(HAIRS), p.rng.randrange(4)
    said = p.hair or next((tone for one, tone in HAIR_OF.items() if one in p.traits), None)
    hair = said or hair
    if not said and abs(luminance(hair) - luminance(skin)) < _APART:
        hair = darker(hair, 0.5)
    asked = cut_of(p)
    cut = own if asked is None else asked
    s = size
    if cut == 1:  # long
        p.blob(
            f"{x - s * 1.08},{y} {x - s * 1.16},{y + s * 1.1} {x - s * 0.7},{y + s * 1.5} "
            f"{x + s * 0.7},{y + s * 1.5} {x + s * 1.16},{y + s * 1.1} {x + s * 1.08},{y}",
            hair,
        )
    if cut == 2:  # a bun
        p.oval(x + s * 0.1, y - s * 1.24, s * 0.44, s * 0.42, darker(hair, 0.12))
    if cut == 5:
        for k in range(11):
            turn = math.pi * (k / 10) + math.pi
            p.oval(x + s * 1.08 * math.cos(turn), y - s * 0.1 + s * 1.08 * math.sin(turn),
                   s * 0.42, s * 0.42, darker(hair, 0.1 * (k % 2)))  # fmt: skip
    cloth = lighter(p.main, 0.35)
    if cut == 6:
        p.blob(f"{x - s * 1.2},{y - s * 0.2} {x},{y - s * 1.34} {x + s * 1.2},{y - s * 0.2} "
               f"{x + s * 1.1},{y + s * 1.2} {x},{y + s * 1.7} {x - s * 1.1},{y + s * 1.2}",
               cloth)  # fmt: skip
    elif cut != 4:
        p.oval(x, y - s * 0.12, s * 1.1, s * 1.1, hair)
    for sign in (-1, 1) if cut != 6 else ():
        p.oval(x + sign * s * 0.94, y + s * 0.2, s * 0.17, s * 0.24, darker(skin, 0.1))
    if cut == 4:
        p.oval(x, y - s * 0.02, s * 0.97, s * 1.04, skin)
        p.inside.oval(x - s * 0.3, y - s * 0.7, s * 0.24, s * 0.12, lighter(skin, 0.5), -20, 0.7)
    p.oval(x, y + s * 0.12, s * 0.95 * (0.9 if cut == 6 else 1), s * 0.92, skin)
    fringe = (
        f"{x - s * 1.2},{y + s * 0.1}! {x - s * 0.72},{y - s * 0.3} {x - s * 0.1},{y - s * 0.52} "
        f"{x + s * 0.6},{y - s * 0.3} {x + s * 1.2},{y + s * 0.1}! {x + s * 1.1},{y - s * 1.3} "
        f"{x - s * 1.1},{y - s * 1.3}"
    )
    if cut == 3:  # parted
        fringe = (
            f"{x - s * 1.2},{y + s * 0.1}! {x - s * 0.6},{y - s * 0.2} {x + s * 0.35},"
            f"{y - s * 0.74} {x + s * 0.8},{y - s * 0.3} {x + s * 1.2},{y + s * 0.1}! "
            f"{x + s * 1.1},{y - s * 1.3} {x - s * 1.1},{y - s * 1.3}"
        )
    if cut != 4:
        p.inside.blob(fringe, cloth if cut == 6 else hair)
    _beard(p, x, y, s, hair)
    for sign in (-1, 1):
        ex = x + sign * s * 0.36
        p.eyes.append((ex, y + s * 0.2, s * 0.13))
        p.person = True
        p.inside.oval(ex, y + s * 0.2, s * 0.11, s * 0.15, DARK)
        p.inside.oval(ex + s * 0.04, y + s * 0.14, s * 0.04, s * 0.05, (255, 255, 255))
        p.inside.stroke(f"{ex - s * 0.16},{y - s * 0.06} {ex},{y - s * 0.12} {ex + s * 0.16},"
                        f"{y - s * 0.06}", s * 0.07, s * 0.07, darker(hair, 0.2))  # fmt: skip
        p.inside.oval(x + sign * s * 0.58, y + s * 0.46, s * 0.17, s * 0.11,
                      mix(skin, (226, 96, 88), 0.4), 0, 0.7)  # fmt: skip
        if "old" in p.traits:
            for k, lift in enumerate((0.16, 0.3)):
                p.inside.stroke(f"{x + sign * s * 0.62},{y + s * lift} {x + sign * s * 0.8},"
                                f"{y + s * (lift - 0.08 + 0.16 * k)}", s * 0.04, s * 0.03,
                                darker(skin, 0.25))  # fmt: skip
            p.inside.stroke(f"{x + sign * s * 0.2},{y + s * 0.44} {x + sign * s * 0.34},"
                            f"{y + s * 0.58}", s * 0.04, s * 0.03, darker(skin, 0.25))  # fmt: skip
    p.inside.oval(x, y + s * 0.36, s * 0.08, s * 0.06, darker(skin, 0.2))
    p.inside.stroke(
        f"{x - s * 0.22},{y + s * 0.58} {x},{y + s * 0.7} {x + s * 0.22},{y + s * 0.58}",
        s * 0.08,
        s * 0.08,
        (178, 78, 74),
    )


def _beard(p: Pen, x: float, y: float, s: float, hair: Colour) -> None:
    if "beard" in p.traits:
        p.blob(
            f"{x - s * 0.98},{y + s * 0.1}! {x - s * 0.6},{y + s * 0.42} {x},{y + s * 0.46} "
            f"{x + s * 0.6},{y + s * 0.42} {x + s * 0.98},{y + s * 0.1}! "
            f"{x + s * 0.92},{y + s * 0.8} "
            f"{x + s * 0.4},{y + s * 1.42} {x},{y + s * 1.56} {x - s * 0.4},{y + s * 1.42} "
            f"{x - s * 0.92},{y + s * 0.8}",
            lighter(hair, 0.08),
        )
        for k in (-0.5, -0.17, 0.17, 0.5):
            p.inside.stroke(f"{x + s * k},{y + s * 0.84} {x + s * k * 0.8},{y + s * 1.3}",
                            s * 0.05, s * 0.03, darker(hair, 0.18))  # fmt: skip
    if p.traits & {"beard", "moustache"}:
        p.blob(
            f"{x},{y + s * 0.42} {x + s * 0.3},{y + s * 0.44} {x + s * 0.52},{y + s * 0.66} "
            f"{x + s * 0.2},{y + s * 0.6} {x},{y + s * 0.54} {x - s * 0.2},{y + s * 0.6} "
            f"{x - s * 0.52},{y + s * 0.66} {x - s * 0.3},{y + s * 0.44}",
            darker(hair, 0.3),
        )


def _neckwear(p: Pen) -> None:
    """What is worn below a face that is seen from the front."""
    if len(p.eyes) < 2:
        return
    (x0, y, _), (x1, _, _) = sorted(p.eyes[:2])
    apart = x1 - x0
    x, y = (x0 + x1) / 2, y + apart * (1.55 if p.person else 1.05)
    s, tone = apart * 0.5, (206, 62, 70)
    if "scarf" in p.traits:
        p.rect(x - s * 1.5, y - s * 0.3, x + s * 1.5, y + s * 0.4, tone, s * 0.3)
        p.rect(x + s * 0.4, y, x + s * 1.1, y + s * 1.8, darker(tone, 0.15), s * 0.2)
    if "bow tie" in p.traits:
        for sign in (-1, 1):
            p.poly([(x, y), (x + sign * s, y - s * 0.55), (x + sign * s, y + s * 0.55)], tone)
        p.oval(x, y, s * 0.24, s * 0.28, darker(tone, 0.25))
    if "tie" in p.traits and not p.person:
        p.poly([(x - s * 0.2, y), (x + s * 0.2, y), (x + s * 0.45, y + s * 2), (x, y + s * 2.5),
                (x - s * 0.45, y + s * 2)], tone)  # fmt: skip
    if "necklace" in p.traits:
        for k in range(9):
            turn = math.pi * (k + 0.5) / 9
            p.oval(x - s * 1.2 * math.cos(turn), y + s * 0.9 * math.sin(turn), s * 0.2, s * 0.2,
                   (250, 240, 222))  # fmt: skip


PALE_RIM: Colour = (214, 202, 176)


def spectacles(p: Pen) -> None:
    """Glasses before the eyes that were drawn: two from the front, one from the side."""
    _neckwear(p)
    dark = "sunglasses" in p.traits
    if not p.eyes or not (dark or "glasses" in p.traits):
        return
    eyes = sorted(p.eyes[:2])
    radius = max(one[2] for one in eyes) * 2.1
    if len(eyes) == 2:
        radius = min(max(radius, 2.6), (eyes[1][0] - eyes[0][0]) * 0.44)
        (x0, y0, _), (x1, y1, _) = eyes
        p.line(x0 + radius * 0.8, y0, x1 - radius * 0.8, y1, radius * 0.28, DARK)
        p.inside.line(x0 - radius * 2.2, y0 - radius * 0.4, x0 - radius, y0, radius * 0.26, DARK)
        p.inside.line(x1 + radius, y1, x1 + radius * 2.2, y1 - radius * 0.4, radius * 0.26, DARK)
    else:
        radius = max(radius, 3.0)
        p.inside.line(eyes[0][0] - radius * 4, eyes[0][1] - radius * 0.5, eyes[0][0], eyes[0][1],
                      radius * 0.28, DARK)  # fmt: skip
    for x, y, _ in eyes:
        if dark:
            for share, tone in ((1.0, PALE_RIM), (0.86, DARK)):  # seen on dark faces, too
                p.rect(x - radius * 1.5 * share, y - radius * 1.05 * share,
                       x + radius * 1.5 * share, y + radius * 1.2 * share, tone,
                       radius * 0.7)  # fmt: skip
            p.inside.line(x - radius * 0.7, y + radius * 0.5, x + radius * 0.1, y - radius * 0.6,
                          radius * 0.3, (112, 118, 134))  # fmt: skip
        else:
            p.oval(x, y, radius, radius, (236, 244, 250), 0, 0.4)
            p.ring(x, y, radius * 1.12, max(0.7, radius * 0.24), DARK)


def legs(
    p: Pen,
    hips: tuple[tuple[float, float], tuple[float, float]],
    foot: float,
    cloth: Colour,
    shoe: Colour,
    wide: float,
) -> Colour:
    """Two legs, or in the saddle the one that shows. Returns the skin for the rest."""
    if p.seated:
        (x, y), _ = hips
        x += 4
        p.stroke(
            f"{x},{y - 4} {x + 9},{y + (foot - y) * 0.5} {x + 5},{foot}", wide * 1.15, wide, cloth
        )
        p.oval(x + 7.4, foot + 2, wide * 0.85, wide * 0.46, shoe)
    else:
        for number, (x, y) in enumerate(hips):
            p.stroke(f"{x},{y} {x},{foot}", wide, wide * 0.88, darker(cloth, 0.18 * number))
            p.oval(x + 1.5, foot + 3.6, wide * 0.78, wide * 0.48, shoe)
    return p.rng.choice(SKINS)


@subject(
    "person",
    sits=True,
    wide=56,
    tall=1.7,
    colours="d9624a 3f7fa8 e0a84a 5f8f6a 8a6fa8",
    hero=0.5,
    homes="meadow, beach, street",
    head=(28, 6),
    hand=(47, 66),
)
def person(p: Pen) -> None:
    """A person in a coat and boots."""
    skin = legs(p, ((23, 66), (33.5, 66)), 93, (66, 70, 96), (112, 74, 56), 7.4)
    p.stroke("19,37 11,50 10,62", 7.4, 5.6, p.dark)
    p.stroke("37,37 45,50 46,62", 7.4, 5.6, p.dark)
    for x in (10, 46):
        p.oval(x, 64.4, 3.2, 3.4, skin)
        p.rect(x - 3.2, 60.4, x + 3.2, 63, lighter(p.main, 0.3), 1)
    p.blob("19,33 28,30 37,33 41,48 44,75! 28,78 12,75! 15,48", p.main)
    p.inside.blob("34,31 46,46 48,80 36,80 37,52", p.dark, 0.4)
    p.inside.line(28, 34, 28, 78, 0.8, p.dark)
    for y in (44, 53, 62):
        p.inside.oval(30.4, y, 0.9, 0.9, lighter(p.main, 0.6))
    for x in (17, 33):
        p.inside.rect(x, 62, x + 6.4, 63.4, p.dark)
    head(p, 28, 17, 11.5, skin)
    p.blob("18,29 28,33 38,29 39,34 28,38.4 17,34", mix(p.main, (250, 224, 150), 0.75))
    p.stroke("34,34 36,42 35,48", 4, 4.4, mix(p.main, (250, 224, 150), 0.75))


@subject("astronaut", sits=True, wide=68, tall=1.9, colours="f2f2f0 ece8e2", hero=0.54,
         homes="moon ground, space", head=(34, 2), hand=(57, 66))  # fmt: skip
def astronaut(p: Pen) -> None:
    """An astronaut with a golden visor."""
    suit, grey = p.main, darker(p.main, 0.22)
    p.rect(14, 30, 54, 66, darker(p.main, 0.35), 6)
    if p.seated:
        p.stroke("32,68 44,80 42,94", 14, 12, suit)
        p.rect(35, 91, 52, 101, darker(p.main, 0.45), 3)
    for x in () if p.seated else (26, 42):
        p.stroke(f"{x},66 {x},92", 13, 11.5, suit if x < 30 else grey)
        p.rect(x - 7, 90, x + 8, 100, darker(p.main, 0.45), 3)
        p.inside.line(x - 7, 80, x + 7, 80, 1.2, grey)
    p.stroke("20,42 10,54 11,64", 11.5, 9.5, suit)
    p.stroke("48,42 58,54 57,64", 11.5, 9.5, grey)
    p.oval(11, 67, 5.2, 5.2, darker(p.main, 0.45))
    p.oval(57, 67, 5.2, 5.2, darker(p.main, 0.45))
    p.rect(17, 36, 51, 73, suit, 9)
    p.inside.blob("42,36 52,40 52,74 38,74 44,54", grey)
    p.inside.rect(24, 50, 44, 62, darker(p.main, 0.4), 2)
    for x, tone in ((28, (222, 74, 66)), (34, (250, 200, 90)), (40, (90, 170, 220))):
        p.oval(x, 56, 1.9, 1.9, tone)
    p.inside.rect(18, 43, 24, 47, (62, 112, 186), 1)
    p.oval(34, 20, 20, 20, suit)
    p.inside.oval(38, 22, 18, 19, grey, 0, 0.4)
    p.oval(35.5, 21, 15.4, 13.4, darker(p.main, 0.55))
    p.oval(35.5, 21, 13.8, 11.8, (226, 158, 68))
    p.inside.blob("22,20 28,11 44,11 49,20 36,24", (250, 206, 120))
    p.inside.oval(29, 15.5, 3.6, 2, (255, 255, 255), -30, 0.85)


@subject("robot", sits=True, wide=72, tall=1.6, colours="8fa8b8 d98a4a 6fae9a c8b04a", hero=0.5,
         homes="city, room, street", head=(36, 6), hand=(62, 72))  # fmt: skip
def robot(p: Pen) -> None:
    """A friendly robot."""
    eye: Colour = (130, 240, 255)
    p.line(36, 0, 36, 10, 1.6, DARK)
    p.oval(36, -1, 3.2, 3.2, (240, 90, 80))
    if p.seated:
        p.stroke("36,76 48,84 46,95", 8, 8, p.dark)
        p.rect(40, 92, 57, 101, darker(p.main, 0.5), 3)
    for x in () if p.seated else (26, 46):
        p.rect(x - 4, 76, x + 4, 94, p.dark, 1)
        p.rect(x - 8, 92, x + 8, 100, darker(p.main, 0.5), 3)
    p.stroke("16,50 8,58 10,70", 6, 6, p.dark)
    p.stroke("56,50 64,58 62,70", 6, 6, p.dark)
    p.oval(10, 72, 5, 5, darker(p.main, 0.5))
    p.oval(62, 72, 5, 5, darker(p.main, 0.5))
    p.rect(14, 42, 58, 80, p.main, 5)
    p.inside.rect(49, 42, 58, 80, p.dark, 0, 0.5)
    p.inside.rect(22, 50, 46, 68, darker(p.main, 0.5), 2)
    for k, tone in enumerate(((240, 100, 90), (250, 206, 90), (110, 220, 140))):
        p.oval(27 + k * 7, 55, 2, 2, tone)
    p.inside.rect(25, 61, 43, 64, eye, 1)
    p.rect(30, 36, 42, 44, p.dark)
    p.rect(12, 8, 60, 39, lighter(p.main, 0.12), 9)
    p.inside.rect(17, 14, 55, 33, DARK, 7)
    for x in (28, 44):
        p.eyes.append((x, 22.5, 3.4))
        p.oval(x, 22.5, 4.6, 4.8, eye)
        p.oval(x + 1.4, 21, 1.4, 1.4, (255, 255, 255))
        p.light(x, 22.5, 9, eye, 0.5)
    p.inside.stroke("31,29 36,31 41,29", 1.1, 1.1, eye)
    for x in (9, 63):
        p.rect(x - 3, 17, x + 3, 30, darker(p.main, 0.4), 1.5)


@subject("wizard", wide=70, tall=1.8, colours="5a5aa8 7a4f9a 3f6f8a", hero=0.52, hand=(58, 60),
         homes="forest, mountain, library")  # fmt: skip
def wizard(p: Pen) -> None:
    """A wizard with beard, hat and staff."""
    p.line(60, 24, 60, 100, 2.4, (110, 78, 56))
    p.oval(60, 22, 4.6, 4.6, (150, 230, 255))
    p.light(60, 22, 22, (150, 220, 255), 0.8)
    p.stroke("44,44 54,54 59,58", 9, 8, p.dark)
    p.blob("24,38 34,35 44,38 52,70 58,100! 10,100! 16,70", p.main)
    p.inside.blob("40,36 60,100 44,100 42,66", p.dark, 0.5)
    p.oval(34, 30, 10, 10.4, SKINS[0])
    if "witch" not in p.role:
        p.blob("24,32 34,36 44,32 43,52 34,68 25,52", (240, 238, 240))
    for x in (30, 38):
        p.eyes.append((x, 28.6, 1.4))
        p.oval(x, 28.6, 1.2, 1.5, DARK)
    p.blob("14,25! 22,20 27,8 40,-10! 42,6 46,20 54,25! 34,28", p.dark)
    p.inside.stroke("22,20 34,23 47,20", 2.6, 2.6, (236, 196, 90))


@subject("snowman", wide=64, tall=1.7, colours="f6f8fb", hero=0.5, homes="snow", tint=False)
def snowman(p: Pen) -> None:
    """A snowman with scarf and carrot."""
    p.stroke("18,52 4,40 0,34", 1.6, 1, (100, 70, 54))
    p.stroke("46,52 60,42 64,34", 1.6, 1, (100, 70, 54))
    for y, r in ((78, 23.0), (48, 17.0), (24, 13.0)):
        p.oval(32, y, r, r * 0.96, p.main)
        p.inside.oval(32 + r * 0.5, y + r * 0.3, r * 0.5, r * 0.6, darker(p.main, 0.3), 0, 0.25)
    for y in (44, 53):
        p.oval(32, y, 1.5, 1.5, DARK)
    p.rect(20, 33, 44, 38, (206, 62, 58), 2)
    p.rect(38, 34, 43, 50, (186, 52, 50), 1)
    p.eye(27, 20, 1.7)
    p.eye(37, 20, 1.7)
    p.poly([(31, 23), (45, 27), (31, 28)], (240, 140, 60))
    p.rect(21, -6, 43, 10, DARK, 1)
    p.rect(15, 9, 49, 13, DARK, 1)
    p.inside.rect(21, 4, 43, 9, (206, 62, 58))


@subject("ghost", wide=70, tall=1.6, colours="f0f0f8 e4ecf8", hero=0.44, homes="forest, cave")
def ghost(p: Pen) -> None:
    """A small surprised ghost."""
    p.blob("8,96! 6,40 16,14 35,4 54,14 64,40 62,96! 52,86 44,98! 35,86 26,98! 18,86", p.main)
    p.inside.blob("50,14 66,40 64,98 50,90 54,50", darker(p.main, 0.3), 0.3)
    for x in (26, 44):
        p.eye(x, 36, 4.6)
    p.oval(35, 52, 4.6, 6, DARK)
    p.light(35, 50, 50, (210, 220, 255), 0.25)
