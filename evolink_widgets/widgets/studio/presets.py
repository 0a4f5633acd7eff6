"""The history of prompts, and named presets of a panel's controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from evolink_widgets.connect.current import session
from evolink_widgets.core.loop import Workers
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import EvolinkError, InvalidRequest, StoreError
from evolink_widgets.rules.request.preset import FIELDS, plain_name
from evolink_widgets.store.saved_presets import in_words
from evolink_widgets.widgets.base import describe
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.studio.references import TrayPanel

__all__ = ["PresetPanel"]

#: Prompts and presets in one answer; `ew.presets` has them all.
_MOST_PROMPTS, _MOST_PRESETS = 100, 500

#: One thread: who is answered last has what is true then.
_keepers = Workers("evolink-presets", 1)


class PresetPanel(TrayPanel):
    """A panel with a history of prompts and with named presets of its controls."""

    _handlers: ClassVar[dict[str, str]] = {
        **TrayPanel._handlers,
        "prompts": "_on_prompts",
        "presets": "_on_presets",
        "preset": "_on_preset",
        "savePreset": "_on_save_preset",
        "removePreset": "_on_remove_preset",
    }

    def _on_prompts(self, content: dict[str, Any]) -> Answer:
        most = content.get("most")
        most = min(most, _MOST_PROMPTS) if type(most) is int else _MOST_PROMPTS

        def asked() -> dict[str, Any]:
            told = session().store.prompts(most)
            # What was asked for here a moment ago may not be written down yet.
            tasks = reversed(list(self._tasks.values()))
            queued = [one.request.prompt for one in tasks if one.state.stage is Stage.QUEUED]
            return {"prompts": list(dict.fromkeys([*queued, *told]))[:most]}

        return self._from_store(content, "prompts", asked)

    def _on_presets(self, content: dict[str, Any]) -> Answer:
        return self._from_store(content, "presets", _listed)

    def _on_preset(self, content: dict[str, Any]) -> Answer:
        name = str(content.get("name"))
        return self._from_store(
            content, "preset", lambda: {"fields": session().store.presets[name]}
        )

    def _on_save_preset(self, content: dict[str, Any]) -> Answer:
        name, given = str(content.get("name")), content.get("fields")
        given = given if isinstance(given, dict) else {}
        fields = describe.typed({one: given[one] for one in FIELDS if one in given})
        replace = content.get("replace") is True

        def save() -> dict[str, Any]:
            if not session().store.presets.put(name, fields, replace=replace):
                raise StoreError(
                    f"There is a preset {plain_name(name)!r} by now.",
                    advice="Press Replace to take its place, or choose another name.",
                )
            return _listed()

        return self._from_store(content, "presets", save)

    def _on_remove_preset(self, content: dict[str, Any]) -> Answer:
        name = str(content.get("name"))

        def remove() -> dict[str, Any]:
            # What it held goes with the answer: it may be put back.
            fields = session().store.presets.pop(name)
            return {**_listed(), "fields": fields}

        return self._from_store(content, "presets", remove)

    def _from_store(
        self, content: dict[str, Any], kind: str, work: Callable[[], dict[str, Any]]
    ) -> Answer:
        def answer() -> Answer:
            try:
                return kind, work()
            except InvalidRequest as error:
                return "rejected", {"message": error.message[:1].upper() + error.message[1:]}
            except EvolinkError as error:  # nothing was to be charged: nothing is said of it
                return "rejected", {"message": f"{error.message} {error.advice}"}

        self._answer_later(content, answer, _keepers)
        return None


def _listed() -> dict[str, Any]:
    """The presets as the panel lists them: what they hold is asked for by name."""
    found = session().store.presets.all()
    named = [{"name": name, "text": in_words(fields)} for name, fields in found.items()]
    return {"presets": named[:_MOST_PRESETS]}
