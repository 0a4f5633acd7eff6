"""Portraits: head and shoulders, dressed as the role asks."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.people import SKINS, WOMEN, head
from evolink_widgets.emulator.painter.subjects.registry import subject

WHITE: Colour = (250, 250, 248)
INK: Colour = (44, 40, 54)
_ATTIRE = {
    "suit": "business ceo cto cfo lawyer manager banker president politician executive founder "
    "consultant judge boss entrepreneur accountant minister secretary broker investor groom "
    "salesman saleswoman director agent butler spy suit blazer tuxedo "
    "jacket tie",
    "coat": "lab doctor nurse scientist chemist dentist surgeon pharmacist vet researcher "
    "biologist physicist therapist professor paramedic",
    "apron": "chef cook baker barista waiter waitress butcher florist gardener potter carpenter "
    "blacksmith bartender brewer apron",
    "vest": "worker engineer builder electrician plumber mechanic miner firefighter courier "
    "driver welder architect bricklayer roofer vest",
}
_HEADWEAR = {
    "toque": "chef cook baker",
    "helmet": "worker engineer builder electrician miner firefighter welder bricklayer roofer",
    "cap": "pilot captain police driver courier sailor conductor postman",
}
_AT_DESKS = ("software", "data", "sound", "web", "prompt", "game")
"""Engineers and others who wear what they like."""


def _of(table: dict[str, str], role: str) -> str:
    """Which of the table's wear suits a role."""
    if any(one in role for one in _AT_DESKS):
        return ""
    return next(
        (wear for wear, roles in table.items() if any(one in role for one in roles.split())), ""
    )


def wears_a_hat(role: str) -> bool:
    """Does a role bring its own headwear?"""
    return _of(_HEADWEAR, role) != ""


@subject("bust", wide=110, tall=1.0, colours="3f6fa8 5f8f6a b8604a 6a5a8a", hero=0.74,
         homes="studio", head=(55, 12))  # fmt: skip
def bust(p: Pen) -> None:
    """A person from the chest up, looking at the viewer."""
    role = p.role.casefold()
    wear = _of(_ATTIRE, role)
    skin = p.rng.choice(SKINS)
    cloth = WHITE if wear == "coat" else p.main
    p.blob("2,114! 6,84 26,74 42,69 55,68 68,69 84,74 104,84 108,114!", cloth)
    p.inside.blob("76,72 104,84 112,114! 92,114! 88,88", darker(cloth, 0.4), 0.3)
    p.inside.blob("43,69 55,84 67,69 66,60 44,60", skin)
    if wear in ("suit", "coat"):
        shirt = WHITE if wear == "suit" else lighter(p.main, 0.3)
        p.inside.blob("44,68! 66,68! 55,112!", shirt)
        p.inside.blob("46,66! 64,66! 55,82!", skin)
        if not WOMEN & set(role.split()):
            p.inside.blob("51,79! 59,79! 57,86! 60,108! 55,114! 50,108! 53,86!", (176, 66, 66))
        for side in (-1, 1):
            p.inside.poly([(55 + side * 12, 67), (55 + side * 20, 74), (55 + side * 13, 84),
                           (55 + side * 16, 88), (55, 114), (55 + side * 4, 104)],
                          darker(cloth, 0.18))  # fmt: skip
    elif wear == "apron":
        p.inside.rect(32, 84, 78, 120, lighter(p.main, 0.7), 4)
        for side in (-1, 1):
            p.inside.line(55 + side * 20, 86, 55 + side * 15, 68, 4, lighter(p.main, 0.7))
    elif wear == "vest":
        for side in (-1, 1):
            p.inside.poly([(55 + side * 8, 66), (55 + side * 30, 70), (55 + side * 32, 114),
                           (55 + side * 6, 114)], (240, 150, 50))  # fmt: skip
            p.inside.line(55 + side * 20, 70, 55 + side * 20, 114, 4, (250, 240, 150))
    else:
        p.inside.stroke("40,70 48,80 55,82 62,80 70,70", 4, 4, darker(cloth, 0.25))
    p.rect(46, 56, 64, 76, darker(skin, 0.12), 8)
    head(p, 55, 38, 25, skin)
    _headwear(p, _of(_HEADWEAR, role))


def _headwear(p: Pen, kind: str) -> None:
    if kind == "toque":
        p.blob("34,22! 30,2 26,-8 40,-14 55,-13 70,-14 84,-8 80,2 76,22!", WHITE)
        p.inside.rect(32, 12, 78, 24, (226, 226, 228))
        p.inside.line(46, -8, 47, 12, 1, (214, 214, 220))
        p.inside.line(64, -8, 63, 12, 1, (214, 214, 220))
    elif kind == "helmet":
        p.blob("27,26! 28,6 40,-4 55,-6 70,-4 82,6 83,26!", (246, 190, 60))
        p.inside.rect(51, -8, 59, 26, (226, 164, 40))
        p.rect(22, 22, 88, 28, (226, 164, 40), 3)
    elif kind == "cap":
        p.blob("27,20! 22,6 40,-5 70,-5 88,6 83,20!", darker(p.main, 0.45))
        p.rect(27, 17, 83, 23, INK)
        p.blob("28,22! 82,22! 76,30 55,32 34,30", INK)
        p.oval(55, 9, 5, 5, (236, 186, 78))
