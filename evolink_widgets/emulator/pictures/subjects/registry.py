"""What the composer knows of each subject besides how to draw it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..colour import Colour, colour
from ..curves import Point
from ..pen import Pen

Artist = Callable[[Pen], None]


@dataclass(frozen=True)
class Kind:
    """One kind of subject. Places on it are in its own units (see ``pen``)."""

    name: str
    draw: Artist
    wide: float  #: width of its box; the height is 100
    tall: float  #: real height in metres, for proportions between subjects
    stands: str  #: "ground", "water", "air", "under"
    homes: tuple[str, ...]  #: places that suit it when none is asked for
    colours: tuple[Colour, ...]  #: natural colours, one of them is chosen
    seat: Point | None  #: where a rider or a thing on top of it stands
    inner: Point | None  #: where the foot of something inside it is
    head: Point | None  #: where a hat sits
    hand: Point | None  #: where it holds things
    tint: bool  #: does an asked-for colour replace its own
    hero: float  #: height against the shorter edge when it is alone in the picture


KINDS: dict[str, Kind] = {}


def subject(
    name: str,
    *,
    wide: float,
    tall: float,
    colours: str,
    stands: str = "ground",
    homes: str = "meadow",
    seat: Point | None = None,
    inner: Point | None = None,
    head: Point | None = None,
    hand: Point | None = None,
    tint: bool = True,
    hero: float = 0.5,
) -> Callable[[Artist], Artist]:
    """Register an artist. ``colours`` and ``homes`` are separated by blanks and commas."""

    def register(artist: Artist) -> Artist:
        KINDS[name] = Kind(
            name,
            artist,
            wide,
            tall,
            stands,
            tuple(home.strip() for home in homes.split(",")),
            tuple(colour(text) for text in colours.split()),
            seat,
            inner,
            head,
            hand,
            tint,
            hero,
        )
        return artist

    return register
