"""`ImageCompare`: what differs between pictures, and between the prompts that made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import traitlets

from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.tasks.played import badge_of
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.static_copy import html, sheet
from evolink_widgets.widgets.base import assets, describe
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.base.saved_runs import finished
from evolink_widgets.widgets.base.traits import WholeNumber
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.base.view import View
from evolink_widgets.widgets.compare.compared_pictures import ComparedPicture, read_all
from evolink_widgets.widgets.compare.prompt_words import Part, differing, in_words

__all__ = ["ImageCompare"]

_MODES = ("slider", "side", "blink", "difference")
#: Pixels of the screen that one of a picture may take; the front end's limit too.
_LARGEST = 8.0
_SIMULATED = "Simulated: drawn by the emulator, nothing was charged."


class ImageCompare(View):
    """A comparison of two to nine pictures: one over the other or side by side, their prompts too.

    The first picture is what the others are compared with. Every view shows the same part of
    all pictures: zooming and moving one moves all. Pictures of another size are shown whole, in
    the first one's frame.

    Args:
        pictures: two to nine, or lists of them: saved pictures, paths, bytes, PIL images,
            NumPy arrays, Matplotlib figures. They are read now; links are not fetched.
        labels: what they are called on screen; by default what differs between saved pictures
            (words of the prompt, size, quality), and the file names of others.

    Traits:
        mode: "slider" (before and after), "side" (all of them), "blink" (one after the other)
            or "difference" (what differs shines); "slider" for two, else "side".
        index: which picture is compared with the first, from 1.
        position: how much of the first the slider leaves to be seen, from 0.0 to 1.0.
        zoom: pixels of the screen for one of the first picture's, up to 8.0; 0.0 shows all of
            it. 1.0 is one to one.
        gain: how many times brighter a difference is shown than it is, from 1 to 32.

    Raises:
        InvalidRequest: fewer than two pictures, more than nine, or something that is none.

    Example:
        >>> images = ew.generate("a fox in the snow", n=2).result()
        >>> comparison = ew.ImageCompare(images, mode="difference", gain=8)
        >>> comparison.position = 0.25
    """

    _esm = assets.esm("compare")
    _css = assets.css("compare")

    mode = traitlets.Enum(_MODES, default_value="slider").tag(sync=True)
    index = WholeNumber(1, min=1).tag(sync=True)
    position = traitlets.Float(0.5, min=0.0, max=1.0).tag(sync=True)
    zoom = traitlets.Float(0.0, min=0.0, max=_LARGEST).tag(sync=True)
    gain = traitlets.Float(2.0, min=1.0, max=32.0).tag(sync=True)

    _handlers: ClassVar[dict[str, str]] = {
        **View._handlers,
        "hello": "_on_hello",
        "code": "_on_code",
        "facts": "_on_facts",
    }

    def __init__(self, *pictures: object, labels: Sequence[str] | None = None, **traits: Any):
        self._pictures = read_all(pictures, labels)
        traits.setdefault("mode", "slider" if len(self._pictures) == 2 else "side")
        super().__init__(**traits)

    @traitlets.validate("index")
    def _check_index(self, proposal: dict[str, Any]) -> int:
        last, index = len(self._pictures) - 1, int(proposal["value"])
        if index > last:
            raise traitlets.TraitError(f"index must be 1 to {last}; it is {index}.")
        return index

    @property
    def prompts(self) -> tuple[str | None, ...]:
        """What each picture was asked with; `None` where that is not known."""
        recipes = [one.recipe for one in self._pictures]
        return tuple(recipe.request.prompt if recipe else None for recipe in recipes)

    def words(self, index: int | None = None) -> list[Part]:
        """The prompts of the first picture and another as one text, with what differs marked.

        Args:
            index: of the other picture, from 1; the one that is compared now by default.

        Returns:
            Pairs of "same", "removed" or "added", and the words; empty where a prompt is not
            known.
        """
        before, after = self.prompts[0], self.prompts[self.index if index is None else index]
        return [] if before is None or after is None else differing(before, after)

    # -- what the browser says -----------------------------------------------------------------

    def _on_hello(self, content: dict[str, Any]) -> Answer:
        first = self._pictures[0]
        pictures = [
            {
                "id": str(at),
                "label": one.label,
                "width": one.width,
                "height": one.height,
                "alt": one.alt,
                "same": one.sha256 == first.sha256,
                "words": self.words(at),
            }
            for at, one in enumerate(self._pictures)
        ]
        self._answer(content, "welcome", {"pictures": pictures, "note": self._note(_SIMULATED)})
        for at, one in enumerate(self._pictures):
            run_on_loop(self._send_picture(at, one))
        self._companion.meet_page()
        return None

    async def _send_picture(self, at: int, one: ComparedPicture) -> None:
        try:
            told, thumb = await outgoing_pictures.workers.run(one.told)
        except EvolinkError as error:
            told, thumb = {"alt": str(error)}, b""
        await outgoing_pictures.send_rate.room(len(thumb))
        self.send({"kind": "picture", "index": at, **told}, [thumb])

    def _piece(self, picture: object, what: str, offset: int) -> tuple[dict[str, Any], bytes]:
        return self._find(picture).piece(what, offset)

    def _on_code(self, content: dict[str, Any]) -> Answer:
        return "code", {"text": self._find(content.get("picture")).code()}

    def _on_facts(self, content: dict[str, Any]) -> Answer:
        return "facts", {"rows": _facts(self._find(content.get("picture")))}

    def _find(self, name: object) -> ComparedPicture:
        for at, one in enumerate(self._pictures):
            if name == str(at):
                return one
        raise EvolinkError("There is no such picture here.", advice="Run the cell again.")

    # -- being shown ---------------------------------------------------------------------------

    def _static_html(self) -> str:
        names = [f"{at}. {one.label}" for at, one in enumerate(self._pictures, start=1)]
        notes = [self._note()]
        for at in range(1, len(self._pictures)):
            if said := in_words(self.words(at)):
                which = f"Words of {at + 1}" if len(self._pictures) > 2 else "Words"
                notes.append(f"{which} {said}.")
        note = " ".join(filter(None, notes))
        return html(self._pictures, key=self._key, caption=" · ".join(names), note=note)

    def _static_picture(self) -> dict[str, str]:
        return sheet(self._pictures)

    def _note(self, simulated: str = "") -> str:
        """What is to be known of all of them; with words for where some are simulated."""
        if not any(one.simulated for one in self._pictures):
            simulated = ""
        if any(one.recorded for one in self._pictures):
            simulated = f"{badge_of(self._pictures)}."
        same = len(set(self.prompts)) == 1 and self.prompts[0] is not None
        said = [_sizes(self._pictures), "The prompts are the same." if same else "", simulated]
        return " ".join(filter(None, said))

    def __repr__(self) -> str:
        return f"<ImageCompare, {len(self._pictures)} pictures, {self.mode}>"


def _sizes(pictures: Sequence[ComparedPicture]) -> str:
    """A sentence where sizes differ."""
    sizes = list(dict.fromkeys(f"{one.width} × {one.height}" for one in pictures))
    if len(sizes) == 1:
        return ""
    return f"Sizes differ: {', '.join(sizes)}. Each is shown whole in the frame of the first."


def _facts(one: ComparedPicture) -> list[list[str]]:
    if isinstance(one.source, GeneratedImage):
        return describe.facts(one.source, finished([one.source]))
    ready = one.source
    rows = [["Picture", one.label], ["Given", f"{ready.original.named}, {ready.original.kind}"]]
    rows.append(["Size", f"{one.width} × {one.height} px"])
    rows += [["Note", notice] for notice in ready.notices]
    return rows
