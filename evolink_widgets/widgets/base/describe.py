"""Describes tasks, problems, prices and rules to the browser, as plain JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from evolink_widgets.core.task import Stage, TaskState
from evolink_widgets.errors import Billed, ContentRefused, DownloadFailed, EvolinkError
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request import sizes
from evolink_widgets.rules.request.request import (
    MAX_N,
    MAX_PROMPT,
    MAX_REFERENCES,
    MODELS,
    QUALITIES,
    ImageRequest,
    Problem,
    problems,
)
from evolink_widgets.rules.tasks.played import NOT_CHARGED, RECORDED
from evolink_widgets.store import in_use
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.widgets.base import money
from evolink_widgets.widgets.base.transfers.incoming_files import MOST

__all__ = [
    "FIELDS",
    "check",
    "facts",
    "problem",
    "rules",
    "run",
    "title",
    "trouble",
    "typed",
]

#: The controls of the composer, by the names of their traits.
FIELDS = ("prompt", "size", "resolution", "quality", "n", "model", "references")

_TITLES = {
    Stage.QUEUED: "Waiting to be sent",
    Stage.SENDING: "Sending",
    Stage.PENDING: "Waiting in the queue",
    Stage.PROCESSING: "Rendering",
    Stage.SAVING: "Saving pictures",
    Stage.DONE: "Done",
    Stage.FAILED: "Failed",
    Stage.REFUSED: "Not accepted",
    Stage.STOPPED: "Waiting stopped",
    Stage.UNKNOWN: "Outcome unknown",
}
_CHARGES = {
    Billed.NO: "not charged",
    Billed.YES: "charged",
    Billed.UNKNOWN: "may",
    Billed.LATER: "later",
}
_POLICY = "Refused by content policy"
#: What to press next. Errors advise those who write code: `task.resume()`.
_PRESS = {
    Stage.STOPPED: "Press Wait again to collect the pictures.",
    Stage.UNKNOWN: "Press Look again to search for it; nothing is sent twice by itself.",
}


def title(state: TaskState) -> str:
    """The stage in people's words."""
    if isinstance(state.error, ContentRefused):
        return _POLICY
    if isinstance(state.error, DownloadFailed):
        return "Pictures not fetched yet"
    if state.stage is Stage.DONE and state.reused is not None and _all_stored(state):
        return f"From {state.reused.source}"
    return _TITLES[state.stage]


def run(
    key: str, request: ImageRequest, state: TaskState, estimate: Estimate | None = None
) -> dict[str, Any]:
    """One run of the log, as the front end draws it.

    Args:
        key: the task's.
        request: what was asked.
        state: how far it is.
        estimate: what it would cost, for an outcome that is not known.
    """
    error = state.error if state.stage.ended else None
    stake = f"{money.amount(estimate.high)} credits" if estimate else None
    size = state.size or request.pixels
    if size is None and state.images:
        size = (state.images[0].width, state.images[0].height)
    return {
        "key": key,
        "prompt": request.prompt,
        "n": state.expected,
        "ratio": list(size) if size else None,
        "stage": _drawn_stage(state),
        "ended": state.stage.ended,
        "progress": state.progress,
        "startedAt": state.started_at,
        "at": state.at,
        "endedAt": state.ended_at,
        "left": [_finite(end) for end in state.left] if state.left else None,
        "landed": [place for place, _ in state.placed],
        "taskId": state.task_id,
        "charge": _charge(state, stake),
        "title": title(state),
        "message": _message(state),
        "advice": _PRESS.get(state.stage, error.advice) if error else None,
        "actions": _actions(state),
        "simulated": state.simulated,
        "badge": state.badge,
        "stake": stake,
        "reused": state.reused.price if state.reused and _all_stored(state) else None,
    }


def _message(state: TaskState) -> str | None:
    """What there is to say beside title and charge, in whole sentences."""
    said = []
    if state.stage.ended and state.error is not None:
        said.append(_told_by(state.error))
    if state.reused is not None and not _all_stored(state):
        reused = state.reused
        said.append(f"{reused.pictures} of {state.expected} {reused}")
    said.append(state.note or "")
    return " ".join(f"{words.rstrip('.')}." for words in said if words) or None


def _told_by(error: EvolinkError) -> str:
    """What an error says beside title and charge: not again that it is refused or what it costs."""
    if not isinstance(error, ContentRefused):
        return error.message
    added = error.message.partition(": ")[2] or error.message
    return "" if "content policy" in added.lower() else added


def trouble(error: EvolinkError) -> str:
    """What went wrong and what to do; nothing of a charge, where there was to be none."""
    ends = error.message.endswith((".", "?", "!", "…"))
    return f"{error.message}{'' if ends else '.'} {error.advice}".strip()


def _all_stored(state: TaskState) -> bool:
    """Whether every picture was there already."""
    return state.reused is not None and state.reused.pictures >= state.expected


def _drawn_stage(state: TaskState) -> str:
    """Endings are drawn by what a person does next: a policy's refusal is one of its own."""
    if state.stage is Stage.FAILED and isinstance(state.error, ContentRefused):
        return Stage.REFUSED.value
    if state.stage is Stage.REFUSED and not isinstance(state.error, ContentRefused):
        return Stage.FAILED.value
    return state.stage.value


def _charge(state: TaskState, stake: str | None) -> dict[str, str] | None:
    receipt = state.receipt
    if state.stage is Stage.DONE and _all_stored(state):
        return {"kind": "charged", "text": "0 credits"}
    if state.stage is Stage.DONE:
        # What the service did not report is left out: it is not zero.
        told = receipt is not None and receipt.charged is not None
        return {"kind": "charged", "text": receipt_words(state)} if told else None
    if state.stage.ended and state.error is not None:
        billed = state.error.billed
        if state.error.badge:  # whatever it was, nothing is charged now
            return {"kind": _CHARGES[Billed.NO], "text": state.error.badge}
        return {"kind": _CHARGES[billed], "text": _bill(billed, stake, state.simulated)}
    if receipt and receipt.reserved is not None:
        said = f"{money.amount(receipt.reserved)} credits reserved"
        return {"kind": "reserved", "text": f"{NOT_CHARGED}: {said}" if state.recorded else said}
    return None


def receipt_words(state: TaskState) -> str:
    """A receipt, and whether it is one that was paid."""
    if state.recorded:
        return f"{NOT_CHARGED}: {state.receipt}"
    return f"Would cost {state.receipt}" if state.simulated else str(state.receipt)


def _bill(billed: Billed, stake: str | None, simulated: bool) -> str:
    """Whether an ending took money, with the most that it can be."""
    if simulated and billed is not Billed.NO:
        ends = {Billed.UNKNOWN: ", or nothing", Billed.LATER: " when it finishes"}
        return f"Would cost{f' up to {stake}' if stake else ''}{ends.get(billed, '')}"
    if billed is Billed.UNKNOWN and stake:
        return f"Up to {stake} {billed.value}"
    return billed.value.capitalize()


def _actions(state: TaskState) -> list[str]:
    stage = Stage(_drawn_stage(state))
    if not stage.ended:
        return ["stop", "lookAgain"] if state.held else ["stop"]
    if isinstance(state.error, DownloadFailed):
        return ["resume", "copyDetails"]
    return {
        Stage.DONE: ["saveAll", "runAgain"],
        Stage.FAILED: ["runAgain", "copyDetails"],
        Stage.REFUSED: ["editPrompt", "copyDetails"],
        Stage.STOPPED: ["resume", "copyTaskId"] if state.task_id else ["resume"],
        Stage.UNKNOWN: ["lookAgain", "sendAgain", "copyDetails"],
    }[stage]


def check(fields: Mapping[str, Any]) -> tuple[dict[str, Any], ImageRequest | None]:
    """Problems, notices and pixels of what the controls say; and the request, to be priced.

    An empty prompt is no reason to hide the price of what the other controls say: the request
    has another then.
    """
    wanted = typed({name: fields[name] for name in FIELDS if name in fields})
    found = problems(**wanted)
    told: dict[str, Any] = {
        "problems": [problem(item) for item in found],
        "notices": [],
        "pixels": None,
    }
    if any(item.field != "prompt" for item in found):
        return told, None
    request = ImageRequest(**{**wanted, **({"prompt": "-"} if found else {})})
    told["notices"] = list(request.notices)
    told["pixels"] = list(request.pixels) if request.pixels else None
    return told, request


def typed(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with a number where digits were typed."""
    n = fields.get("n")
    # Longer than any legal number: Python refuses to read thousands of digits.
    if isinstance(n, str) and n.strip().isdecimal() and len(n) < 10:
        return {**fields, "n": int(n)}
    return fields


def problem(item: Problem) -> dict[str, Any]:
    """One broken rule, for the place beside its control."""
    rule = item.rule[:1].upper() + item.rule[1:]
    return {
        "field": item.field,
        "rule": item.rule,
        "nearest": item.nearest,
        "message": f"{rule}.",
    }


def rules() -> dict[str, Any]:
    """The constants that the controls are built from."""
    return {
        "ratios": [
            {
                "ratio": ratio,
                **{tier: list(sizes.pixels(ratio, tier) or ()) for tier in sizes.TIERS},
            }
            for ratio in sizes.RATIOS
        ],
        "tiers": list(sizes.TIERS),
        "qualities": list(QUALITIES),
        "models": list(MODELS),
        "limits": {
            "prompt": MAX_PROMPT,
            "n": [1, MAX_N],
            "edge": [sizes.MIN_EDGE, sizes.MAX_EDGE],
            "step": sizes.STEP,
            "references": MAX_REFERENCES,
            "file": MOST,
        },
    }


def facts(image: GeneratedImage, state: TaskState) -> list[list[str]]:
    """Label and value pairs for the lightbox."""
    request = image.recipe.request
    size = f"{image.width} × {image.height} px"
    if ":" in request.size:
        size += f" · {request.size} · {request.resolution}"
    if (asked := image.asked_pixels) not in (None, image.pixels):
        size += f" · not the {asked[0]} × {asked[1]} px that were asked for"
    rows = [["Prompt", request.prompt], ["Size", size], ["Quality", request.quality.capitalize()]]
    # A picture that was there before has a task of its own, with its own cost and time.
    stored = state.reused is not None and image.task_id != state.task_id
    if stored and state.reused is not None:
        library = in_use.choice.library_of(image)
        place = "the store" if library is None else f"the library {library}"
        rows.append([f"From {place}", state.reused.price])
    elif state.receipt is not None and state.receipt.charged is not None:
        made = sum(other.task_id == image.task_id for other in state.images)
        each = state.receipt.charged / max(1, made)
        word = "Would cost" if image.simulated else "Charged"
        if image.recorded:
            word = NOT_CHARGED
        rows.append([word, f"{each:.4g} of {state.receipt.charged:.4g} credits"])
    if state.ended_at is not None and not stored:
        rows.append(["Made in", f"{max(1, round(state.ended_at - state.started_at))} s"])
    if parents := image.parents:
        rows.append(["Made from", ", ".join(parent.path.name for parent in parents)])
    rows.append(["File", image.path.name])
    if image.task_id:
        rows.append(["Task", image.task_id])
    rows += _origin(image)
    return rows


def _origin(image: GeneratedImage) -> list[list[str]]:
    """Where a picture comes from that nothing was charged for."""
    rows = []
    if image.recorded:
        rows.append(["Recorded", "From a cassette; nothing was charged"])
    if image.simulated:
        said = "Drawn by the emulator; nothing was charged"
        if image.recipe.service == RECORDED and not image.recorded:
            said = f"Not on the cassette. {said}"
        rows.append(["Simulated", said])
    return rows


def _finite(seconds: float) -> float:
    return seconds if math.isfinite(seconds) else 0.0
