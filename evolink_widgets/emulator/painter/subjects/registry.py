"""What the composer knows of each subject besides how to draw it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evolink_widgets.emulator.painter.drawing.colour import Colour, colour
from evolink_widgets.emulator.painter.drawing.curves import Point
from evolink_widgets.emulator.painter.drawing.pen import Pen

Artist = Callable[[Pen], None]


@dataclass(frozen=True)
class SubjectKind:
    """One kind of subject. Places on it are in its own units (see ``pen``)."""

    name: str
    draw: Artist
    wide: float
    """Width of its box; the height is 100."""
    tall: float
    """Real height in metres, for proportions between subjects."""
    stands: str
    """"ground", "water", "air", "under"."""
    homes: tuple[str, ...]
    """Places that suit it when none is asked for."""
    colours: tuple[Colour, ...]
    """Natural colours, one of them is chosen."""
    seat: Point | None
    """Where a rider or a thing on top of it stands."""
    inner: Point | None
    """Where the foot of something inside it is."""
    head: Point | None
    """Where a hat sits."""
    hand: Point | None
    """Where it holds things."""
    tint: bool
    """Does an asked-for colour replace its own."""
    hero: float
    """Height against the shorter edge when it is alone in the picture."""
    grip: Point | None = None
    """Where it is held, when it is."""
    deep: bool = False
    """What is in it is hidden below its rim."""
    room: float = 0.0
    """How tall, against itself, a thing in it is; 0: by its nature."""
    mount: bool = False
    """Who is on it rides it."""
    sits: bool = False
    """Has a pose for the saddle."""
    shelters: bool = False
    """Is held over one's head."""
    held: float = 0.0
    """How tall, against its bearer, it is when it is held; 0: by its nature."""
    worn: bool = False
    """Goes on heads."""
    leafy: bool = False
    """Its colour is the season's."""
    shines: bool = False
    """Gives light: the dark of the scene does not touch it."""


KINDS: dict[str, SubjectKind] = {}


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
    grip: Point | None = None,
    deep: bool = False,
    room: float = 0.0,
    mount: bool = False,
    sits: bool = False,
    shelters: bool = False,
    held: float = 0.0,
    worn: bool = False,
    leafy: bool = False,
    shines: bool = False,
) -> Callable[[Artist], Artist]:
    """Register an artist. ``colours`` and ``homes`` are separated by blanks and commas."""

    def register(artist: Artist) -> Artist:
        KINDS[name] = SubjectKind(
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
            grip,
            deep,
            room,
            mount,
            sits,
            shelters,
            held,
            worn,
            leafy,
            shines,
        )
        return artist

    return register
