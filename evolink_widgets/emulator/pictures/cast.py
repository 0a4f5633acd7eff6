"""The cast: how large each subject is, where it stands, and how it sits in the scene's light."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from PIL import Image, ImageChops, ImageFilter

from .colour import Colour, lighter, mix, times
from .pen import Pen
from .places import Place
from .scene import Scene, Subject
from .stage import Glow, Stage
from .subjects import KINDS, Kind

_FINE = 2  #: tiles are drawn this much larger, so that their edges come out smooth
_LARGEST_TILE = 2200
_RESTS = {"riding": "seat", "on": "seat", "in": "inner"}
_BORNE = {"wearing": "head", "holding": "hand"}


@dataclass(frozen=True)
class Actor:
    """One thing in the picture. Lengths in canvas pixels; (x, y) is where it stands."""

    kind: Kind
    subject: Subject
    number: int  #: which subject of the scene
    x: float
    y: float
    high: float
    flip: bool
    aloft: bool = False  #: casts no shadow at its feet

    @property
    def wide(self) -> float:
        """Width of its box."""
        return self.high * self.kind.wide / 100

    def spot(self, place: tuple[float, float]) -> tuple[float, float]:
        """Canvas pixels of a place in the subject's units."""
        across = (place[0] / self.kind.wide - 0.5) * self.wide
        return self.x + (-across if self.flip else across), self.y + (
            place[1] / 100 - 1
        ) * self.high


def homes(scene: Scene) -> list[str]:
    """Places that suit the subjects: what floats decides, else the tallest."""
    known = [KINDS[one.name] for one in scene.subjects if one.name in KINDS]
    wet = [kind for kind in known if kind.stands in ("water", "under")]
    return list(max(wet or known, key=lambda kind: kind.tall).homes) if known else []


def paint_cast(stage: Stage, place: Place) -> None:
    """Place every subject of the scene and draw it, the farthest first."""
    rng = stage.rng("cast")
    for actor in sorted(_placed(stage, place, rng), key=lambda one: one.y):
        _draw(stage, place, actor)


def _placed(stage: Stage, place: Place, rng: Random) -> list[Actor]:
    scene = stage.scene
    known = [(n, s, KINDS[s.name]) for n, s in enumerate(scene.subjects) if s.name in KINDS]
    anchored = {
        (one.second if one.kind in _BORNE else one.first): one
        for one in scene.relations
        if _anchor(scene, one.first, one.second, one.kind)
    }
    actors: list[Actor] = []
    free = [entry for entry in known if entry[0] not in anchored]
    if not free:
        free, anchored = known, {}
    heights = _heights(stage, free)
    slots = _slots(stage, free, heights, rng)
    for (number, subject, kind), high, places in zip(free, heights, slots, strict=True):
        for k, x in enumerate(places):
            actors.append(
                _stand(
                    stage,
                    place,
                    rng,
                    Actor(
                        kind,
                        subject,
                        number,
                        x,
                        0.0,
                        high * (1 - 0.12 * rng.random() * bool(k)),
                        x > stage.width * 0.55 if len(free) > 1 else rng.random() < 0.5,
                    ),
                )
            )
    for number, relation in anchored.items():
        base = relation.first if number == relation.second else relation.second
        bearer = next((actor for actor in actors if actor.number == base), None)
        subject = scene.subjects[number]
        if bearer:
            actors.append(_borne(bearer, number, subject, relation.kind))
        else:
            actors.append(
                _stand(
                    stage,
                    place,
                    rng,
                    Actor(
                        KINDS[subject.name],
                        subject,
                        number,
                        stage.width / 2,
                        0.0,
                        stage.unit * KINDS[subject.name].hero * 0.6,
                        False,
                    ),
                )
            )
    return actors


def _anchor(scene: Scene, first: int, second: int, kind: str) -> str | None:
    """Which anchor a relation uses, when both sides are drawn and the bearer has it."""
    names = scene.subjects[first].name, scene.subjects[second].name
    if names[0] not in KINDS or names[1] not in KINDS:
        return None
    if kind in _RESTS:
        bearer, anchor = KINDS[names[1]], _RESTS[kind]
    elif kind in _BORNE:
        bearer, anchor = KINDS[names[0]], _BORNE[kind]
    else:
        return None
    return anchor if getattr(bearer, anchor) else None


def _borne(bearer: Actor, number: int, subject: Subject, relation: str) -> Actor:
    """A rider, a passenger, a hat, a thing in the hand."""
    kind = KINDS[subject.name]
    anchor = _RESTS.get(relation) or _BORNE[relation]
    x, y = bearer.spot(getattr(bearer.kind, anchor))
    share = (kind.tall / bearer.kind.tall) ** 0.6
    least, most = {"head": (0.2, 0.42), "hand": (0.18, 0.6), "inner": (0.7, 1.1)}.get(
        anchor, (0.35, 0.8)
    )
    high = bearer.high * max(least, min(most, share))
    sink = {"head": 0.12, "hand": 0.25}.get(anchor, 0.06) * high
    return Actor(kind, subject, number, x, y + sink, high, bearer.flip, aloft=True)


def _heights(stage: Stage, free: list[tuple[int, Subject, Kind]]) -> list[float]:
    """Heights in canvas pixels: real proportions, softened so that nothing gets lost."""
    if not free:
        return []
    tallest = max(kind.tall for _, _, kind in free)
    lead = max(kind.hero for _, _, kind in free)
    framing = {"close": 1.35, "wide": 0.55}.get(stage.scene.framing, 1.0)
    heights = []
    for _, subject, kind in free:
        share = kind.hero if len(free) == 1 else lead * (kind.tall / tallest) ** 0.3
        size = {"small": 0.68, "large": 1.3}.get(subject.size, 1.0)
        crowd = subject.count**-0.28
        heights.append(min(0.86, share * framing * size) * crowd * stage.unit)
    return heights


def _slots(
    stage: Stage, free: list[tuple[int, Subject, Kind]], heights: list[float], rng: Random
) -> list[list[float]]:
    """Where each subject's copies stand across the picture; shrinks ``heights`` until all fit."""
    total = sum(
        high * kind.wide / 100 * (1 + 0.8 * (subject.count - 1))
        for (_, subject, kind), high in zip(free, heights, strict=True)
    )
    room = stage.width * 0.88
    gap = min(stage.unit * 0.05, max(0.0, room - total) / max(1, len(free)))
    if total > room:
        heights[:] = [high * room / total for high in heights]
        total = room
    spare = room - total - gap * (len(free) - 1)
    x = stage.width * 0.06 + spare * (0.5 + rng.uniform(-0.2, 0.2))
    slots = []
    for (_, subject, kind), high in zip(free, heights, strict=True):
        wide = high * kind.wide / 100
        slots.append([x + wide * (0.5 + 0.8 * k) for k in range(subject.count)])
        x += wide * (1 + 0.8 * (subject.count - 1)) + gap
    return slots


def _stand(stage: Stage, place: Place, rng: Random, actor: Actor) -> Actor:
    """Give an actor its ground, its water or its air."""
    stands = actor.kind.stands
    if (
        any(one.kind == "above" and one.first == actor.number for one in stage.scene.relations)
        or actor.subject.pose == "flying"
    ):
        stands = "air"
    floats = place.surface == "void" or (place.surface == "under" and stands in ("under", "water"))
    if floats or stands == "air":
        middle = 0.5 if floats else min(0.42, stage.horizon / stage.height * 0.62)
        y = stage.height * (middle + rng.uniform(-0.07, 0.07) * (1 + (actor.subject.count > 1)))
        return replace(actor, y=max(actor.high * 1.06, y + actor.high / 2), aloft=True)
    low, high = place.stand
    depth = low + (high - low) * (0.75 + rng.uniform(-0.25, 0.25))
    y = stage.ground_at(depth)
    if stands == "water" and place.surface == "shore" and stage.shore > stage.horizon:
        y = stage.horizon + (stage.shore - stage.horizon) * rng.uniform(0.55, 0.9)
    y = max(y, min(stage.height * 0.95, actor.high * 1.04))
    return replace(actor, y=y, aloft=place.surface == "water" and stands != "ground")


def _draw(stage: Stage, place: Place, actor: Actor) -> None:
    kind, light = actor.kind, stage.light
    rng = stage.rng(f"{kind.name} {actor.number}")
    main = rng.choice(kind.colours)
    if actor.subject.colour and kind.tint:
        main = actor.subject.colour
    high = max(8, min(_LARGEST_TILE, round(actor.high * _FINE)))
    pen = Pen(kind.wide, high, main, rng=rng, detail=stage.detail, lit=light.lamps)
    pen.text = stage.scene.text
    kind.draw(pen)
    scale = actor.high / high
    size = max(1, round(pen.size[0] * scale)), max(1, round(pen.size[1] * scale))
    tile = pen.tile.resize(size, Image.Resampling.BOX)
    mask = pen.mask.resize(size, Image.Resampling.BOX)
    flip = actor.flip and kind.name != "sign"  # words read one way only
    if flip:
        tile = tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        mask = mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    left = round(actor.x - size[0] / 2)
    top = round(actor.y - (100 + pen.margin) / (100 + 2 * pen.margin) * size[1])
    if not actor.aloft:
        _shadow(stage, place, actor, mask)
    lit = _lit(stage, place, tile, mask, actor)
    stage.canvas.image.paste(lit, (left, top), mask)
    for x, y, radius, tone, strength in pen.lights:
        across = size[0] - x * scale if flip else x * scale
        stage.glows.append(
            Glow(
                left + across,
                top + y * scale,
                radius * scale,
                tone,
                strength * (1.0 if light.lamps else 0.35),
            )
        )


def _shadow(stage: Stage, place: Place, actor: Actor, mask: Image.Image) -> None:
    """A dark touch where it stands, and the shape itself laid on the ground by a low sun."""
    canvas, light = stage.canvas, stage.light
    canvas.glow(actor.x, actor.y, actor.wide * 0.62, light.shade, 0.62, squash=0.16, power=1.2)
    reach = 0.2 if _furnished(place) else min(0.8, light.reach)
    if reach < 0.1 or place.surface in ("void", "under"):
        return
    fallen = mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    small = max(1, mask.width // 4), max(1, round(mask.height * reach * 0.5 / 4))
    fallen = fallen.resize(small, Image.Resampling.BOX)
    lean = -stage.sun_side * small[1] * 1.1
    wide = (small[0] + round(abs(lean)), small[1])
    start = -max(0.0, -lean)  # room on the left when it leans to the left
    fallen = fallen.transform(
        wide,
        Image.Transform.AFFINE,
        (1, -lean / small[1], start, 0, 1, 0),
        Image.Resampling.BILINEAR,
    )
    fallen = fallen.filter(ImageFilter.GaussianBlur(max(0.6, mask.width / 160)))
    foot = 14 / 128 * small[1]
    left = actor.x - mask.width / 2 + start * 4
    top = actor.y - foot * 4
    canvas.stain(fallen, light.shade, (left, top, left + wide[0] * 4, top + wide[1] * 4), 0.42)


def _furnished(place: Place) -> bool:
    """Rooms have lamps of their own; the moon and caves only look like outdoors."""
    return place.indoors and place.surface == "floor"


def _lit(
    stage: Stage, place: Place, tile: Image.Image, mask: Image.Image, actor: Actor
) -> Image.Image:
    """The tile in the scene's light: tinted, darker away from the sun, a bright rim towards it."""
    light = stage.light
    ambient: Colour = light.ambient
    if place.indoors:
        ambient = lighter(ambient, 0.72 if light.lamps else 0.6)
    elif light.moon:
        ambient = lighter(ambient, 0.22)
    if actor.kind.name == "sign":
        ambient = lighter(ambient, 0.8)  # it shines by itself
    tile = ImageChops.multiply(tile, Image.new("RGB", tile.size, ambient))
    shift = max(1, round(actor.high * 0.03)) * (1 if stage.sun_side < 0 else -1)
    down = max(1, round(actor.high * 0.02))
    moved = Image.new("L", mask.size)
    moved.paste(mask, (shift, down))
    rim = ImageChops.subtract(mask, moved).filter(
        ImageFilter.GaussianBlur(max(0.5, actor.high * 0.008))
    )
    tile.paste(
        mix(light.glow, (255, 255, 255), 0.25),
        (0, 0),
        rim.point([round(v * 0.5) for v in range(256)]),
    )
    away = Image.new("L", mask.size)
    away.paste(mask, (-shift * 5, -down * 4))
    dim = ImageChops.subtract(mask, away).filter(
        ImageFilter.GaussianBlur(max(1.0, actor.high * 0.05))
    )
    tile.paste(
        times(light.shade, (210, 210, 230)), (0, 0), dim.point([round(v * 0.3) for v in range(256)])
    )
    far = 0.22 if place.surface == "under" else 0.05
    if stage.scene.weather == "fog":
        far = 0.3
    return Image.blend(tile, Image.new("RGB", tile.size, light.haze), far)
