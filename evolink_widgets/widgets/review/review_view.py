"""`ReviewView`: pictures one by one, to keep, reject and caption by keys."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from evolink_widgets.batches.rows.frames import Frame, is_missing, read_frame
from evolink_widgets.connect.current import session
from evolink_widgets.core.loop import call_on_loop, spawn
from evolink_widgets.errors import ConfigurationError, EvolinkError
from evolink_widgets.judging.agreement import Agreement
from evolink_widgets.judging.review import Review
from evolink_widgets.rules.tasks.played import badge_of
from evolink_widgets.runtime.clock import now
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.static_copy import html, sheet
from evolink_widgets.store.judging.verdicts import Change, Judgement, Verdict
from evolink_widgets.store.store import Store
from evolink_widgets.store.unwritten import is_library
from evolink_widgets.text.wording import counted
from evolink_widgets.widgets.base import assets, describe
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.base.saved_runs import finished
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.base.view import View
from evolink_widgets.widgets.batch.batch_view import spread
from evolink_widgets.widgets.gallery.thumbnails import ThumbnailSender

__all__ = ["ReviewView"]

_STRIP, _STAGE = 96, 640
"""Longest edges in pixels: of the strip's pictures, and of the large one as it first comes."""

_MOST_PLACES = 64
"""Pictures that are told of in one answer."""

_MOST_CHANGES = 1_000
"""Decisions that are taken in one message."""

_PAUSE = 3.0
"""Seconds between two copies that stay: each holds its pictures."""

_MOST_ROWS, _VALUE = 40, 400
"""Columns of a row that are shown, and characters of a value."""


class ReviewView(View):
    """Pictures one by one, large: `→` keeps, `←` rejects, `↓` leaves it for later.

    `Z` takes the last decision back, `C` goes to the caption, `↑` looks back. The keys act while
    the view has the focus. Each decision is kept in the pictures' store, under the judge's name;
    what others have decided is shown when it is asked for, and at the end.

    Args:
        pictures: saved pictures of one store, one or several; each is shown once.
        judge: the name of the person who decides; by default the store's own, "judge-7f3a" for
            instance. Where several people judge, give each a name.
        rows: a frame with a row for each picture, whose columns are shown beside it; of its kind
            are the frames of `agreement()` and `verdicts()`.

    Raises:
        ConfigurationError: there is no picture, they lie in several stores, or the rows are not
            as many.
        InvalidRequest: the name is none.

    Example:
        >>> images = ew.generate("a fox in the snow", n=2).result()
        >>> review = ew.ReviewView(images, judge="ana")
        >>> len(review.undecided), review.agreement()
        (2, [])
    """

    _esm = assets.esm("review")
    _css = assets.css("review")

    _handlers: ClassVar[dict[str, str]] = {
        **View._handlers,
        "hello": "_on_hello",
        "about": "_on_about",
        "want": "_on_want",
        "large": "_on_large",
        "judge": "_on_judge",
        "agreement": "_on_agreement",
        "code": "_on_code",
        "facts": "_on_facts",
    }

    def __init__(
        self,
        pictures: GeneratedImage | Iterable[GeneratedImage],
        judge: str | None = None,
        *,
        rows: Any = None,
        **traits: Any,
    ) -> None:
        images = _pictures(pictures)
        self._frame = None if rows is None else _frame_of(rows, len(images))
        beside = [{}] * len(images) if self._frame is None else list(self._frame.rows())
        each = {(one.task_key, one.index): at for at, one in reversed(list(enumerate(images)))}
        places = sorted(each.values())
        self._rows: list[dict[str, Any]] = [beside[at] for at in places]
        self._store = Store(_judged_in(images[0]))
        self._review = Review([images[at] for at in places], self._store, judge)
        self._is_copying = False
        super().__init__(**traits)
        self._strip = ThumbnailSender(self._image, self._send_parts, _STRIP)
        self._stage = ThumbnailSender(self._image, self._send_shots, _STAGE)

    @property
    def judge(self) -> str:
        """The name under which is decided here."""
        return self._review.judge

    @property
    def images(self) -> tuple[GeneratedImage, ...]:
        """The pictures, in order."""
        return self._review.images

    @property
    def kept(self) -> tuple[GeneratedImage, ...]:
        """What this judge has kept so far."""
        return self._review.where("keep")

    @property
    def rejected(self) -> tuple[GeneratedImage, ...]:
        """What this judge has rejected so far."""
        return self._review.where("reject")

    @property
    def undecided(self) -> tuple[GeneratedImage, ...]:
        """What this judge has not decided yet."""
        return self._review.where(None)

    def decide(
        self,
        pictures: GeneratedImage | Iterable[GeneratedImage],
        verdict: Verdict | None,
        caption: str | None = None,
    ) -> None:
        """Decide from code, as the keys do: for a rule, or for a model as another judge.

        Args:
            pictures: of this review, one or several.
            verdict: `"keep"`, `"reject"`, or `None`, which takes it back.
            caption: the judge's words; empty takes them back, `None` leaves them as they are.

        Raises:
            ConfigurationError: a picture is not of this review.
            InvalidRequest: the verdict or the caption is none.
            StoreError: nothing was written.

        Example:
            >>> images = ew.generate("a fox in the snow", n=2).result()
            >>> review = ew.ReviewView(images, judge="my classifier")
            >>> review.decide(images[0], "keep", "a fox that looks back")
            >>> review.kept == (images[0],)
            True
        """
        given = (pictures,) if isinstance(pictures, GeneratedImage) else tuple(pictures)
        moment = now()
        changes = []
        for image in given:
            name = image.task_key, image.index
            if not self._review.has(name):
                raise ConfigurationError(
                    f"{image.path.name} is not among the pictures of this review.",
                    advice="See review.images.",
                )
            changes.append(Change(name, moment, verdict, caption))
        self._decide(changes)

    def agreement(self) -> Any:
        """How far each two judges agree: a row for each pair, as a frame of the rows' kind.

        The columns: `judge`, `other`, `both` (pictures that both have kept or rejected), `same`
        (of these, those on which they say the same), `kappa` (Cohen's; missing where both always
        say one and the same thing, for then chance explains it all) and its 95 % interval, `low`
        and `high` (missing where they always agree). Without rows it is a list of dicts.

        Raises:
            StoreError: the store can't be read.
        """
        found = self._review.agreements()
        columns = {
            "judge": [one.judges[0] for one in found],
            "other": [one.judges[1] for one in found],
            **{
                name: [getattr(one, name) for one in found]
                for name in ("both", "same", "kappa", "low", "high")
            },
        }
        return self._alike(columns)

    def verdicts(self) -> Any:
        """All that is said of the pictures: `path`, `judge`, `verdict`, `caption` and `at`.

        A row for each picture and judge, as a frame of the rows' kind; `at` are Unix seconds.

        Raises:
            StoreError: the store can't be read.
        """
        return self._alike(self._review.rows())

    def _alike(self, columns: dict[str, list[Any]]) -> Any:
        return (self._frame or read_frame([])).alike(columns)

    # -- what the browser says -----------------------------------------------------------------

    def _on_hello(self, content: dict[str, Any]) -> Answer:
        self._answer_later(content, lambda: ("welcome", self._welcome()))
        self._companion.meet_page()
        return None

    def _welcome(self) -> dict[str, Any]:
        said = self._review.said()
        others = {judge for one in said.values() for judge in one} - {self.judge}
        place = f"{self._store.root} {self.judge}".encode("utf-8", "replace")
        return {
            "letters": self._review.letters(),
            "judge": self.judge,
            "others": len(others),
            "name": hashlib.sha256(place).hexdigest()[:16],
            "now": now(),
            "badge": badge_of(self.images),
        }

    def _on_about(self, content: dict[str, Any]) -> Answer:
        places = self._places(content.get("places"))[:_MOST_PLACES]
        shows = content.get("others") is True
        self._answer_later(content, lambda: ("about", {"pictures": self._about(places, shows)}))
        return None

    def _about(self, places: Sequence[int], shows_others: bool) -> list[dict[str, Any]]:
        said = self._review.said(places)
        found = []
        for place in places:
            image, name = self.images[place], self._review.names[place]
            by_judge = said.get(name, {})
            own = by_judge.pop(self.judge, Judgement())
            found.append(
                {
                    "place": place,
                    "id": f"{name[0]}.{name[1]}",
                    "width": image.width,
                    "height": image.height,
                    "alt": image.alt,
                    "caption": own.caption,
                    "rows": _told(image, self._rows[place]),
                    "others": [
                        [judge, one.verdict or "", one.caption] for judge, one in by_judge.items()
                    ]
                    if shows_others
                    else [],
                }
            )
        return found

    def _on_want(self, content: dict[str, Any]) -> Answer:
        names = map(str, self._places(content.get("places")))
        self._strip.want(str(content.get("view")), names)
        return "ok", {}

    def _on_large(self, content: dict[str, Any]) -> Answer:
        names = map(str, self._places(content.get("places")))
        self._stage.want(str(content.get("view")), names)
        return "ok", {}

    def _on_judge(self, content: dict[str, Any]) -> Answer:
        given = content.get("changes")
        changes = [_change(one) for one in given[:_MOST_CHANGES]] if isinstance(given, list) else []

        self._answer_later(content, lambda: ("judged", self._decide(changes)))
        return None

    def _decide(self, changes: Sequence[Change]) -> dict[str, Any]:
        decided = {"changes": [list(one) for one in self._review.decide(changes)]}
        self.send({"kind": "judged", **decided})  # all pages of the view show the same
        call_on_loop(self._copy_soon)
        return decided

    def _on_agreement(self, content: dict[str, Any]) -> Answer:
        def told() -> Answer:
            found = self._review.agreements()
            return "agreement", {"pairs": [_told_agreement(one, self.judge) for one in found]}

        self._answer_later(content, told)
        return None

    def _on_code(self, content: dict[str, Any]) -> Answer:
        return "code", {"text": self._image(content.get("picture")).as_code()}

    def _on_facts(self, content: dict[str, Any]) -> Answer:
        image = self._image(content.get("picture"))
        return "facts", {"rows": describe.facts(image, finished([image]))}

    def _piece(self, picture: object, what: str, offset: int) -> tuple[dict[str, Any], bytes]:
        return outgoing_pictures.piece(self._image(picture), what, offset)

    def _send_parts(self, told: dict[str, Any], parts: Sequence[bytes]) -> None:
        self.send(told, list(parts))

    def _send_shots(self, told: dict[str, Any], parts: Sequence[bytes]) -> None:
        self.send({**told, "kind": "shots"}, list(parts))

    def _places(self, given: object) -> list[int]:
        """Places that there are, of what a page asks for."""
        asked = given if isinstance(given, list) else []
        return [one for one in asked if type(one) is int and 0 <= one < len(self.images)]

    def _image(self, place: object) -> GeneratedImage:
        try:
            return self.images[self._places([int(str(place))])[0]]
        except (ValueError, IndexError):
            raise EvolinkError(
                "This review has no such picture.", advice="Run the cell again."
            ) from None

    # -- being shown ---------------------------------------------------------------------------

    def _copy_soon(self) -> None:
        """Draw the copy that stays anew, with what is decided until then."""
        if not self._is_copying:
            self._is_copying = True
            spawn(self._copy(), name="evolink-review-copy")

    async def _copy(self) -> None:
        await asyncio.sleep(_PAUSE)
        self._is_copying = False
        self._companion.update()

    def _static_html(self) -> str:
        said = f"Reviewed by {self.judge}: {self._counts()}"
        kept = self.kept
        notes = ["Shown are pictures that are kept."] if kept else []
        if not self.undecided:  # before the end it would tell what others say
            notes += [_sentence(one) for one in self._review.agreements() if one.both]
        note = " ".join(notes) or None
        return html(spread(kept or self.images), key=self._key, caption=said, note=note)

    def _static_picture(self) -> dict[str, str]:
        return sheet(spread(self.kept or self.images))

    def _counts(self) -> str:
        kept, rejected, undecided = self._review.counts()
        return f"{kept:,} kept, {rejected:,} rejected, {undecided:,} undecided"

    def __repr__(self) -> str:
        try:
            counts = self._counts()
        except EvolinkError as error:
            counts = error.message
        return f"<ReviewView by {self.judge}, {counted(len(self.images), 'picture')}: {counts}>"

    def close(self) -> None:
        """Take the view away; what was decided stays in the store."""
        if self.comm is not None:
            self._strip.stop()
            self._stage.stop()
            self._store.close()
        super().close()


def _pictures(given: object) -> tuple[GeneratedImage, ...]:
    found = (given,) if isinstance(given, GeneratedImage) else given
    images = tuple(found) if isinstance(found, Iterable) else (found,)
    if not images or not all(isinstance(one, GeneratedImage) for one in images):
        said = f"a {type(given).__name__}" if images else "no pictures"
        raise ConfigurationError(
            f"ReviewView shows saved pictures; it was given {said}.",
            advice="Give it run.images, task.result(), or other saved pictures.",
        )
    roots = list(dict.fromkeys(map(_judged_in, images)))
    if len(roots) > 1:
        raise ConfigurationError(
            f"The pictures of a review lie in one store; these lie in {roots[0]} and {roots[1]}.",
            advice="Take one store into the other first: ew.store.merge(...).",
        )
    return images


def _judged_in(image: GeneratedImage) -> Path:
    """The store that keeps what is said of a picture: of a library's the person's own."""
    return session().store.root if is_library(image._root) else image._root


def _frame_of(rows: Any, count: int) -> Frame:
    frame = read_frame(rows)
    if len(frame) != count:
        raise ConfigurationError(
            f"rows must be as many as the pictures, {count:,}; they are {len(frame):,}.",
            advice="Give a row for each picture, in order.",
        )
    return frame


def _told(image: GeneratedImage, row: dict[str, Any]) -> list[list[str]]:
    """What stands beside a picture: its row's columns, and its prompt."""
    shown = [
        [name, one_line(f"{value:.6g}" if isinstance(value, float) else str(value), _VALUE)]
        for name, value in list(row.items())[:_MOST_ROWS]
        if not is_missing(value)
    ]
    prompt = one_line(image.recipe.request.prompt, _VALUE)
    if any(value == prompt for _, value in shown):
        return shown
    return [*shown, ["prompt", prompt]]


def _told_agreement(one: Agreement, own: str) -> dict[str, Any]:
    """Two judges' agreement as the page draws it, the judge of the view first."""
    judges = sorted(one.judges, key=lambda judge: judge != own)
    return {
        "judges": judges,
        "both": one.both,
        "same": one.same,
        "kappa": one.kappa,
        "low": one.low,
        "high": one.high,
    }


def _sentence(one: Agreement) -> str:
    kappa = "" if one.kappa is None else f", Cohen's kappa {one.kappa:.2f}"
    return f"{one.judges[0]} and {one.judges[1]} agree on {one.same:,} of {one.both:,}{kappa}."


def _change(told: object) -> Change:
    """A decision as a page tells it.

    Raises:
        EvolinkError: it is none.
    """
    if isinstance(told, dict):
        key, _, number = str(told.get("picture")).rpartition(".")
        at, caption = told.get("at"), told.get("caption")
        is_moment = isinstance(at, (int, float)) and not isinstance(at, bool) and math.isfinite(at)
        if key and number.isdecimal() and is_moment and isinstance(caption, (str, type(None))):
            verdict = told.get("verdict", "stays")
            return Change((key, int(number)), float(str(at)), verdict, caption)
    raise EvolinkError("A decision could not be read.", advice="Decide again.")
