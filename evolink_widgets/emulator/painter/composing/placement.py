"""The cast: how large each subject is, where it stands, and who rides, holds or shelters whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from evolink_widgets.emulator.painter.composing.actors import Actor, draw
from evolink_widgets.emulator.painter.lettering.kinds import PAGE_NAMES, is_small, kind_of, label_of
from evolink_widgets.emulator.painter.places import Place
from evolink_widgets.emulator.painter.reading.scene import Scene, Subject
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext
from evolink_widgets.emulator.painter.subjects import SubjectKind

_SHARES = {
    "head": (0.2, 0.42),
    "hand": (0.18, 0.6),
    "inner": (0.5, 1.1),
    "seat": (0.3, 0.85),
    "shelter": (1.35, 2.4),
    "hang": (0.35, 0.7),
}
"""How tall a companion is against its bearer, at least and at most, by what it is to it."""
_ROLES = {"riding": "seat", "on": "seat", "in": "inner", "front": "front", "behind": "back",
          "printed": "print"}  # fmt: skip
_CARRIED = {"wearing": "head", "holding": "hand"}
_PLAYED = ("chessboard", "piano", "drum", "keyboard", "table", "desk")
"""What stands before who plays or uses it."""
_SADDLE = 0.27
"""The part of a rider that hangs below the seat."""


@dataclass(frozen=True)
class Bond:
    """What one subject of the scene is to another, its base."""

    base: int
    role: str
    """Seat, inner, head, hand, print, shelter, hang, front or back."""
    kind: str
    """The relation's own word."""


def homes(scene: Scene) -> list[str]:
    """Places that suit the subjects: what floats decides, else the tallest."""
    kinds = [kind_of(one.name, one.form) for one in scene.subjects]
    bonds = bonds_of(scene)
    bearers = {bond.base for bond in bonds.values() if bond.role in ("seat", "inner")}
    borne = {n for n, bond in bonds.items() if bond.role in ("print", "head", "hand")}
    known = [kind for number, kind in enumerate(kinds) if kind and number not in borne]
    known = [kind for number in sorted(bearers) if (kind := kinds[number])] or known
    wet = [kind for kind in known if kind.stands in ("water", "under")]
    if not known:
        return []
    if all(is_small(kind.name) for kind in known) and any("tabletop" in k.homes for k in known):
        indoors = [home for kind in known for home in kind.homes if home in ("tabletop", "studio")]
        return list(dict.fromkeys(indoors))  # wares are not on a beach unless they are asked there
    return list(max(wet or known, key=lambda kind: kind.tall).homes)


def paint_subjects(
    context: PaintContext, place: Place, taken: Sequence[tuple[float, float]] = ()
) -> None:
    """Place every subject of the scene and draw it, the farthest first.

    ``taken`` are spans across the picture that newcomers leave free.
    """
    rng = context.rng("cast")
    for actor in sorted(placed_actors(context, place, rng, taken), key=lambda one: one.order):
        if not actor.subject.hidden:
            draw(context, place, actor)


def bonds_of(scene: Scene) -> dict[int, Bond]:
    """Which subjects depend on another one, by their number."""
    bonds: dict[int, Bond] = {}
    for relation in scene.relations:
        first, second = relation.first, relation.second
        if (held := bonds.get(first)) and held.role in ("head", "hand", "inner"):
            first = held.base  # a fox with a hat under a tree: the fox is under the tree
        one, other = (
            kind_of(s.name, s.form) for s in (scene.subjects[first], scene.subjects[second])
        )
        if first == second or one is None or other is None:
            continue
        number, base, role = first, second, _ROLES.get(relation.kind, "")
        if relation.kind in _CARRIED:
            if other.tall > one.tall and not (other.worn or other.held):
                continue  # a castle is not carried: it stands beside
            if other.name in _PLAYED or other.name == "board":
                side = "back" if other.name == "board" else "front"
                bonds.setdefault(second, Bond(first, side, relation.kind))
                continue
            number, base = second, first
            role = "head" if other.worn else _CARRIED[relation.kind]
        elif relation.kind == "printed":
            if label_of(one.name) is None:
                continue
            number, base = second, first
        elif relation.kind == "under":
            number, base = second, first
            role = "shelter" if other.shelters else "hang"
            if other.stands == "ground" and other.tall > 1.5:
                role = "shelter"
        if role == "inner" and other.inner is None:
            role = "seat" if other.seat else "front"
        if role and number not in bonds and not _leads(bonds, base, number):
            bonds[number] = Bond(base, role, relation.kind)
    return bonds


def _leads(bonds: dict[int, Bond], start: int, end: int) -> bool:
    while start in bonds and start != end:
        start = bonds[start].base
    return start == end


def placed_actors(
    context: PaintContext, place: Place, rng: Random, taken: Sequence[tuple[float, float]]
) -> list[Actor]:
    """Place, size and order of every subject. Bearers come before what they bear."""
    scene = context.scene
    known = [
        (n, s, kind) for n, s in enumerate(scene.subjects) if (kind := kind_of(s.name, s.form))
    ]
    bonds = bonds_of(scene)
    late = [entry for entry in known if entry[0] not in bonds and entry[1].late]
    free = [entry for entry in known if entry[0] not in bonds and not entry[1].late]
    heights = _heights(context, free, bonds)
    slots = _slots(context, free, heights, rng)
    actors: list[Actor] = []
    for (number, subject, kind), high, places in zip(free, heights, slots, strict=True):
        for k, x in enumerate(places):
            size = high * (1 - 0.12 * rng.random() * bool(k))
            flip = x > context.width * 0.55 if len(free) > 1 else rng.random() < 0.5
            if any(b.base == number and b.role == "hand" for b in bonds.values()):
                flip = False
            actor = Actor(kind, subject, number, x, 0.0, size, flip)
            actors.append(_stand(context, place, rng, actor))
    for number, subject, kind in late:
        actors += _latecomers(context, place, actors, taken, number, subject, kind)
    waiting = {n: (s, kind) for n, s, kind in known if n in bonds}
    while waiting:
        for number, (subject, kind) in list(waiting.items()):
            bond = bonds[number]
            bearer = next((one for one in actors if one.number == bond.base), None)
            if bearer:
                row = [n for n in sorted(bonds) if bonds[n].base == bond.base
                       and bonds[n].role == bond.role == "seat"]  # fmt: skip
                here = _companions(context, bearer, number, subject, kind, bond)
                if len(row) > 1:  # beside each other: "a desk with a lamp and a laptop"
                    share = (row.index(number) + 0.5) / len(row) - 0.5
                    here = [replace(one, x=one.x + share * bearer.wide * 0.9) for one in here]
                actors += here
                del waiting[number]
    return _within(context, actors, bonds)


def _within(context: PaintContext, actors: list[Actor], bonds: dict[int, Bond]) -> list[Actor]:
    """Who is on something stays in the picture: the two are drawn smaller."""

    def root(number: int) -> int:
        while number in bonds and bonds[number].role in ("seat", "inner", "head"):
            number = bonds[number].base
        return number

    kept: list[Actor] = []
    for one in actors:
        base = next(actor for actor in actors if actor.number == root(one.number))
        group = [actor for actor in actors if root(actor.number) == base.number]
        top = min(actor.y - actor.high for actor in group)
        room = base.y - context.height * 0.02
        share = min(1.0, room / max(1.0, base.y - top)) if len(group) > 1 else 1.0
        kept.append(
            replace(
                one,
                x=base.x + (one.x - base.x) * share if one.number != base.number else one.x,
                y=base.y + (one.y - base.y) * share if one.number != base.number else one.y,
                high=one.high * share,
            )
        )
    return kept


def _latecomers(
    context: PaintContext,
    place: Place,
    there: list[Actor],
    taken: Sequence[tuple[float, float]],
    number: int,
    subject: Subject,
    kind: SubjectKind,
) -> list[Actor]:
    """What an edit added, in the widest gap between those who are there already."""
    rng = context.rng(f"late {kind.name} {number}")
    size = {"small": 0.68, "large": 1.3}.get(subject.size, 1.0)
    high = kind.hero * context.unit
    if there:
        lead = max(there, key=lambda one: one.high)
        ratio = (kind.tall / lead.kind.tall) ** 0.36
        high = min(high, max(0.3 * lead.high, min(1.25 * lead.high, lead.high * ratio)))
    high *= size * subject.count**-0.28
    wide = high * kind.wide / 100 * (1 + 0.8 * (subject.count - 1))
    if taken:
        high *= 0.75
    spans = [(one.x - one.wide / 2, one.x + one.wide / 2) for one in there]
    edges = sorted([*spans, *taken])
    best, middle, last = -1.0, context.width / 2, context.width * 0.04
    for left, right in [*edges, (context.width * 0.96, context.width)]:
        if left - last > best:
            best, middle = left - last, (left + last) / 2
        last = max(last, right)
    if 0 < best < wide and kind.stands != "air":
        high *= max(0.6, best / wide)
    step = high * kind.wide / 100 * 0.8
    start = middle - (subject.count - 1) / 2 * step
    flip = middle > context.width / 2
    return [
        _stand(
            context,
            place,
            rng,
            Actor(kind, subject, number, start + k * step, 0.0, high * (1 - 0.06 * k), flip),
        )
        for k in range(subject.count)
    ]


def _companions(
    context: PaintContext,
    bearer: Actor,
    number: int,
    subject: Subject,
    kind: SubjectKind,
    bond: Bond,
) -> list[Actor]:
    """What rides, sits in, is held by, shelters, or stands before or behind its bearer."""
    role = bond.role
    if role in ("front", "back"):
        return [_neighbour(context, bearer, number, subject, kind, role)]
    if role == "print" and (zone := label_of(bearer.kind.name)):
        x, y, across, down, _ = zone
        size = min(down * 1.5, across * 120 / kind.wide) / 100
        high = bearer.high * size
        spot = bearer.spot((x, y + size * 50))
        return [
            Actor(kind, subject, number, *spot, high, False, aloft=True, order=bearer.order + 0.2)
        ]
    share = (kind.tall / bearer.kind.tall) ** 0.6
    least, most = _SHARES[role]
    if role == "hand" and kind.held:
        least = most = kind.held
    if role == "inner" and bearer.kind.room:
        least = most = bearer.kind.room
    high = bearer.high * max(least, min(most, share))
    if bearer.kind.name in PAGE_NAMES:  # a picture on a page keeps within its frame
        high = bearer.high * bearer.kind.room * min(1.0, 110 / kind.wide)
    actor = Actor(kind, subject, number, 0.0, 0.0, high, bearer.flip, aloft=True)
    if role == "shelter":
        high = min(high, context.height * 0.86)
        x, y = bearer.x + bearer.wide * 0.12, bearer.y - context.unit * 0.012
        return [replace(actor, x=x, y=y, high=high, aloft=False, order=bearer.order - 0.3)]
    if role == "hang":
        side = -1 if bearer.x > context.width / 2 else 1
        x = bearer.x + side * (bearer.wide * 0.5 + actor.wide * 0.25)
        y = max(high * 1.1, bearer.y - bearer.high * 0.72)
        return [replace(actor, x=x, y=y, order=bearer.order - 0.1, hung=kind.stands != "air")]
    x, y, over = _perch(bearer, actor, role)
    mounted = role == "seat" and kind.sits and (bond.kind == "riding" or bearer.kind.mount)
    if mounted:
        y += high * (_SADDLE - 0.05)
    step = actor.wide * 0.72
    start = -(subject.count - 1) / 2 * step
    return [
        replace(actor, x=x + start + k * step, y=y, order=bearer.order + over, seated=mounted)
        for k in range(subject.count if role in ("seat", "inner") else 1)
    ]


def _perch(bearer: Actor, actor: Actor, role: str) -> tuple[float, float, float]:
    """Where a companion's foot is on its bearer, and whether it is painted before or after."""
    wide, kind = bearer.kind.wide, actor.kind
    usual = {"seat": (wide / 2, 4.0), "head": (wide / 2, 4.0), "hand": (wide * 0.8, 66.0)}
    x, y = bearer.spot(getattr(bearer.kind, role) or usual.get(role, (wide / 2, 50.0)))
    if role == "hand":
        grip = kind.grip or (kind.wide / 2, 50.0)
        across = (grip[0] / kind.wide - 0.5) * actor.wide
        y += (1 - grip[1] / 100) * actor.high
        return x + (across if actor.flip else -across), y, -0.2 if kind.held > 0.8 else 0.2
    if role == "inner":
        return x, y, -0.1 if bearer.kind.deep else 0.1
    if role == "head" and kind.grip:
        return x, y + (1 - kind.grip[1] / 100) * actor.high, 0.1
    return x, y + actor.high * (0.12 if role == "head" else 0.05), 0.1


def _neighbour(
    context: PaintContext,
    bearer: Actor,
    number: int,
    subject: Subject,
    kind: SubjectKind,
    role: str,
) -> Actor:
    """Something before or behind another thing, beside its middle so that both are seen."""
    share = (kind.tall / bearer.kind.tall) ** 0.3
    high = bearer.high * max(0.4, min(1.5, share))
    side = -1 if bearer.x > context.width / 2 else 1
    x = bearer.x + side * bearer.wide * 0.34
    step = context.unit * (0.07 if role == "front" else -0.06)
    y = min(context.height * 0.96, bearer.y + step)
    return Actor(kind, subject, number, x, y, high, side > 0, order=y, aloft=bearer.aloft)


def _heights(
    context: PaintContext, free: list[tuple[int, Subject, SubjectKind]], bonds: dict[int, Bond]
) -> list[float]:
    """Heights in canvas pixels: real proportions, softened so that nothing gets lost."""
    if not free:
        return []
    tallest = max(kind.tall for _, _, kind in free)
    lead = max(kind.hero for _, _, kind in free)
    framing = {"close": 1.35, "wide": 0.55}.get(context.scene.framing, 1.0)
    heights = []
    for number, subject, kind in free:
        share = kind.hero if len(free) == 1 else lead * (kind.tall / tallest) ** 0.36
        size = {"small": 0.68, "large": 1.3}.get(subject.size, 1.0)
        if any(bond.base == number and bond.role in ("seat", "inner") for bond in bonds.values()):
            size *= 0.86  # room above it
        crowd = subject.count**-0.28
        heights.append(min(0.86, share * framing * size) * crowd * context.unit)
    return heights


def _slots(
    context: PaintContext,
    free: list[tuple[int, Subject, SubjectKind]],
    heights: list[float],
    rng: Random,
) -> list[list[float]]:
    """Where each subject's copies stand across the picture; shrinks ``heights`` until all fit."""
    total = sum(
        high * kind.wide / 100 * (1 + 0.8 * (subject.count - 1))
        for (_, subject, kind), high in zip(free, heights, strict=True)
    )
    room = context.width * 0.88
    gap = min(context.unit * 0.05, max(0.0, room - total) / max(1, len(free)))
    if total > room:
        heights[:] = [high * room / total for high in heights]
        total = room
    spare = room - total - gap * (len(free) - 1)
    x = context.width * 0.06 + spare * (0.5 + rng.uniform(-0.2, 0.2))
    slots = []
    for (_, subject, kind), high in zip(free, heights, strict=True):
        wide = high * kind.wide / 100
        slots.append([x + wide * (0.5 + 0.8 * k) for k in range(subject.count)])
        x += wide * (1 + 0.8 * (subject.count - 1)) + gap
    return slots


def _stand(context: PaintContext, place: Place, rng: Random, actor: Actor) -> Actor:
    """Give an actor its ground, its water or its air."""
    stands = actor.kind.stands
    if (
        any(one.kind == "above" and one.first == actor.number for one in context.scene.relations)
        or actor.subject.pose == "flying"
    ):
        stands = "air"
    floats = place.surface == "void" or (place.surface == "under" and stands in ("under", "water"))
    if floats or stands == "air":
        middle = 0.5 if floats else min(0.42, context.horizon / context.height * 0.62)
        if actor.kind.seat and not floats:
            middle = 0.5 if place.indoors else 0.62  # a shelf, a bough: room above it
        y = context.height * (middle + rng.uniform(-0.07, 0.07) * (1 + (actor.subject.count > 1)))
        y = max(actor.high * 1.06, y + actor.high / 2)
        return replace(actor, y=y, aloft=True, order=y)
    low, high = place.stand
    depth = low + (high - low) * (0.75 + rng.uniform(-0.25, 0.25))
    y = context.ground_at(depth)
    if (
        stands in ("water", "under")
        and place.surface == "shore"
        and context.shore > context.horizon
    ):
        y = context.horizon + (context.shore - context.horizon) * rng.uniform(0.55, 0.9)
    y = max(y, min(context.height * 0.95, actor.high * 1.04))
    return replace(actor, y=y, aloft=place.surface == "water" and stands != "ground", order=y)
