"""What the browser is told: tasks, problems, prices and rules as plain JSON, in people's words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from evolink_widgets.core.state import Stage, TaskState
from evolink_widgets.errors import Billed, ContentRefused, DownloadFailed
from evolink_widgets.rules import pricing, sizes
from evolink_widgets.rules.request import (
    MAX_N,
    MAX_PROMPT,
    MODELS,
    QUALITIES,
    ImageRequest,
    Problem,
    problems,
)
from evolink_widgets.rules.task import Credits
from evolink_widgets.store.pictures import GeneratedImage

__all__ = [
    "FIELDS",
    "balance",
    "check",
    "facts",
    "picture_id",
    "problem",
    "rules",
    "run",
    "title",
    "typed",
]

#: The controls of the composer, by the names of their traits.
FIELDS = ("prompt", "size", "resolution", "quality", "n", "model")

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


def title(state: TaskState) -> str:
    """The stage in people's words."""
    if isinstance(state.error, ContentRefused):
        return _POLICY
    if isinstance(state.error, DownloadFailed):
        return "Pictures not fetched yet"
    return _TITLES[state.stage]


def run(key: str, request: ImageRequest, state: TaskState) -> dict[str, Any]:
    """One run of the log, as the front end draws it."""
    error = state.error if state.stage.ended else None
    size = state.size or request.pixels
    if size is None and state.images:
        size = (state.images[0].width, state.images[0].height)
    return {
        "key": key,
        "prompt": request.prompt,
        "n": state.expected,
        "ratio": list(size) if size else None,
        "stage": _drawn_stage(state),
        "progress": state.progress,
        "startedAt": state.started_at,
        "at": state.at,
        "endedAt": state.ended_at,
        "left": [_finite(end) for end in state.left] if state.left else None,
        "landed": [place for place, _ in state.placed],
        "taskId": state.task_id,
        "charge": _charge(state),
        "title": title(state),
        "message": error.message if error else _sentence(state.note),
        "advice": error.advice if error else None,
        "actions": _actions(state),
        "simulated": state.simulated,
    }


def _drawn_stage(state: TaskState) -> str:
    """Endings are drawn by what a person does next: a policy's refusal is one of its own."""
    if state.stage is Stage.FAILED and isinstance(state.error, ContentRefused):
        return Stage.REFUSED.value
    if state.stage is Stage.REFUSED and not isinstance(state.error, ContentRefused):
        return Stage.FAILED.value
    return state.stage.value


def _charge(state: TaskState) -> dict[str, str] | None:
    receipt = state.receipt
    if state.stage is Stage.DONE:
        # What the service did not report is left out: it is not zero.
        told = receipt is not None and receipt.charged is not None
        return {"kind": "charged", "text": str(receipt)} if told else None
    if state.stage.ended and state.error is not None:
        billed = state.error.billed
        return {"kind": _CHARGES[billed], "text": billed.value.capitalize()}
    if receipt and receipt.reserved is not None:
        return {"kind": "reserved", "text": f"{receipt.reserved:.4g} credits reserved"}
    return None


def _actions(state: TaskState) -> list[str]:
    stage = Stage(_drawn_stage(state))
    if not stage.ended:
        return ["stop"]
    if isinstance(state.error, DownloadFailed):
        return ["resume", "copyDetails"]
    return {
        Stage.DONE: ["saveAll", "runAgain"],
        Stage.FAILED: ["runAgain", "copyDetails"],
        Stage.REFUSED: ["editPrompt", "copyDetails"],
        Stage.STOPPED: ["resume", "copyTaskId"] if state.task_id else ["resume"],
        Stage.UNKNOWN: ["lookAgain", "sendAgain", "copyDetails"],
    }[stage]


def check(fields: Mapping[str, Any], credits: Credits | None) -> dict[str, Any]:
    """Problems, notices, pixels and price of what the controls say."""
    wanted = typed({name: fields[name] for name in FIELDS if name in fields})
    found = problems(**wanted)
    told: dict[str, Any] = {
        "problems": [problem(item) for item in found],
        "notices": [],
        "pixels": None,
        "price": None,
        "balance": balance(credits),
    }
    # An empty prompt is no reason to hide the price of what the other controls say.
    if any(item.field != "prompt" for item in found):
        return told
    request = ImageRequest(**{**wanted, **({"prompt": "-"} if found else {})})
    estimate = pricing.estimate(request)
    told["notices"] = list(request.notices)
    told["pixels"] = list(request.pixels) if request.pixels else None
    told["price"] = {
        "low": estimate.low,
        "high": estimate.high,
        "usdLow": estimate.usd_low,
        "usdHigh": estimate.usd_high,
        "text": str(estimate),
    }
    return told


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
        },
    }


def balance(credits: Credits | None) -> dict[str, Any] | None:
    """What is left, as the smaller of key and account."""
    left = credits.spendable if credits else None
    return None if left is None else {"credits": left, "text": f"{left:,.1f} credits"}


def picture_id(image: GeneratedImage) -> str:
    """How the browser names a picture."""
    return f"{image.task_key}.{image.index}"


def facts(image: GeneratedImage, state: TaskState) -> list[list[str]]:
    """Label and value pairs for the lightbox."""
    request = image.recipe.request
    size = f"{image.width} × {image.height} px"
    if ":" in request.size:
        size += f" · {request.size} · {request.resolution}"
    rows = [["Prompt", request.prompt], ["Size", size], ["Quality", request.quality.capitalize()]]
    if state.receipt is not None and state.receipt.charged is not None:
        each = state.receipt.charged / max(1, len(state.images))
        rows.append(["Charged", f"{each:.4g} of {state.receipt.charged:.4g} credits"])
    if state.ended_at is not None:
        rows.append(["Made in", f"{max(1, round(state.ended_at - state.started_at))} s"])
    rows.append(["File", image.path.name])
    if state.task_id:
        rows.append(["Task", state.task_id])
    if image.simulated:
        rows.append(["Simulated", "Drawn by the emulator; nothing was charged"])
    return rows


def _sentence(words: str | None) -> str | None:
    """Words that others may stand behind."""
    return f"{words.rstrip('.')}." if words else None


def _finite(seconds: float) -> float:
    return seconds if math.isfinite(seconds) else 0.0
