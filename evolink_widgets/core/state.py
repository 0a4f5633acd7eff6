"""What a task looks like at one moment: the frozen picture that views draw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from evolink_widgets.clock import now
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.text import day


class Stage(str, Enum):
    """Where a task stands, from the click to the saved files.

    Example:
        >>> ew.generate("a fox").state.stage in ew.Stage
        True
    """

    QUEUED = "queued"
    """Asked for, not yet sent: nothing is charged."""
    SENDING = "sending"
    """The request is on its way, or its lost reply is looked for."""
    PENDING = "pending"
    """The service has it and has not begun."""
    PROCESSING = "processing"
    """The service is working on it."""
    SAVING = "saving"
    """Finished at the service; its pictures are being fetched."""
    DONE = "done"
    """Every picture that the service made is a file."""
    FAILED = "failed"
    """The service gave up, or its pictures could not be fetched yet (see `error`)."""
    REFUSED = "refused"
    """Never accepted, surely not charged."""
    STOPPED = "stopped"
    """We stopped waiting; the task goes on at the service."""
    UNKNOWN = "unknown"
    """It was sent and no task id came back: it may have been charged."""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in _ENDED


_ENDED = frozenset({Stage.DONE, Stage.FAILED, Stage.REFUSED, Stage.STOPPED, Stage.UNKNOWN})


@dataclass(frozen=True)
class Stored:
    """Pictures that answer a request for 0 credits.

    Attributes:
        pictures: how many of those that are asked for.
        credits: what they cost when they were bought; `None` where the service did not report
            it for all of them.
        paid_at: Unix seconds; of several purchases the newest.
        notebook: the notebook that asked for them; `None` where it is not known, or several did.
        simulated: drawn by the emulator: nothing was charged.
    """

    pictures: int
    credits: float | None
    paid_at: float
    notebook: str | None = None
    simulated: bool = False

    def __str__(self) -> str:
        when = day(self.paid_at, now())
        if self.credits is None:
            return f"from the store, paid on {when} (charge not reported)"
        kind = "simulated credits" if self.simulated else "credits"
        return f"from the store, paid {_amount(self.credits)} {kind} on {when}"


def _amount(credits: float) -> str:
    return f"{credits:.1f}" if credits >= 1 else f"{credits:.2g}"


@dataclass(frozen=True)
class TaskState:
    """One reading of a task; each change makes a new one.

    Attributes:
        stage: where the task stands.
        progress: percent, 0 to 100, as far as known; 100 is said only when it is done.
        started_at: Unix seconds when it was asked for.
        at: Unix seconds of this reading.
        ended_at: Unix seconds when it ended, or `None` while it goes on.
        left: the seconds that are left at `at`, as a range, or `None` when it is not known.
        images: the pictures that are saved so far, in the order of what was asked.
        expected: how many pictures were asked for.
        size: width and height in pixels, or `None` when the service chooses.
        error: what went wrong, for the stages that end badly.
        task_id: the service's id, once it accepted.
        receipt: credits as the service reported them.
        simulated: whether the emulator plays the service.
        note: one sentence beside the stage ("3 of 4 pictures came"), or `None`.
        reused: what of it came from the store, for 0 credits; `None` where all is new.
        places: the place of each of `images` in what was asked, from 0; empty where that is
            each picture's own `index`. Places do not change while others land.
        held: whether it waits to be read because the service asked for that; `look_again`
            does not.

    Example:
        >>> isinstance(ew.generate("a fox").state, ew.TaskState)
        True
    """

    stage: Stage
    progress: int | None
    started_at: float
    at: float
    ended_at: float | None
    left: tuple[float, float] | None
    images: tuple[GeneratedImage, ...]
    expected: int
    size: tuple[int, int] | None
    error: EvolinkError | None
    task_id: str | None
    receipt: Receipt | None
    simulated: bool
    note: str | None
    reused: Stored | None = None
    places: tuple[int, ...] = ()
    held: bool = False

    @property
    def placed(self) -> tuple[tuple[int, GeneratedImage], ...]:
        """Each picture with its place in what was asked: a view's name for it."""
        places = self.places or [image.index for image in self.images]
        return tuple(zip(places, self.images, strict=True))
