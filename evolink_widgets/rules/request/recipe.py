"""A request with everything that identifies its pictures: what reuse and "copy as code" need."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.request.request import BETA, ImageRequest, told_references
from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = ["Recipe", "handed_on"]

_VERSION = 1
_SHA256 = late_pattern(r"[0-9a-f]{64}", re.ASCII)
_SERVICE = late_pattern(r"[\w.:\[\]-]{1,253}")
_DEFAULTS = ImageRequest("-")


@dataclass(frozen=True)
class Recipe:
    """A request, the service that answered it, and the bytes of its references.

    Attributes:
        request: what was asked.
        service: `"emulator"`, or the host that was asked; emulated pictures never stand in
            for real ones.
        reference_hashes: SHA-256 of each reference's bytes, where known, in order.

    Example:
        >>> recipe = ew.Recipe(ew.ImageRequest("a fox", size="16:9"), "emulator")
        >>> print(recipe.as_code())
        ew.generate('a fox', size='16:9')
    """

    request: ImageRequest
    service: str
    reference_hashes: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """SHA-256 over what decides the pictures, and nothing else.

        Two requests that can only differ in price, number or bookkeeping are the same recipe:
        `n` and `callback_url` do not count, nor a tier that has no effect.
        """
        request = self.request
        pixels = request.pixels
        by_tier = request.model == BETA and ":" in request.size
        parts = {
            "model": request.model,
            "prompt": request.prompt,
            "size": list(pixels) if pixels else request.size,
            "quality": None if request.model == BETA else request.quality,
            "tier": request.resolution if by_tier else None,
            "references": list(self.reference_hashes or told_references(request)),
            "service": self.service,
        }
        text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def as_code(self) -> str:
        """One `ew.generate(...)` call that asks for the same again; runs as it stands."""
        request = self.request
        arguments = [repr(request.prompt)]
        idle = set() if ":" in request.size else {"resolution"}
        if request.model == BETA:
            idle.add("quality")
        for name, value in _told(request).items():
            if name == "prompt" or name in idle or value in (getattr(_DEFAULTS, name), []):
                continue
            arguments.append(f"{name}={value!r}")
        line = f"ew.generate({', '.join(arguments)})"
        if len(line) <= 88:
            return line
        body = "".join(f"    {argument},\n" for argument in arguments)
        return f"ew.generate(\n{body})"

    def to_record(self) -> dict[str, Any]:
        """JSON-safe values, for the file beside the pictures; no secret of a link is in them.

        Nor is the address that is told of the end: it decides no picture, and is the asker's own.
        """
        return {
            "version": _VERSION,
            "service": self.service,
            "request": _told(self.request),
            "reference_hashes": list(self.reference_hashes),
        }

    @classmethod
    def from_record(cls, record: object) -> Recipe:
        """The recipe that `to_record` wrote; the record may come from a stranger.

        Raises:
            InvalidRequest: it is no recipe, or asks for what the service does not take.
        """
        if not isinstance(record, Mapping) or not isinstance(record.get("request"), Mapping):
            raise InvalidRequest([Problem("recipe", "no recipe", "must be a recipe's record")])
        hashes = record.get("reference_hashes", [])
        service = record.get("service")
        broken = []
        if not isinstance(hashes, list) or not all(map(_is_digest, hashes)):
            rule = "must be a list of SHA-256 digests"
            broken.append(Problem("reference_hashes", shown(hashes), rule))
        if not isinstance(service, str) or not _SERVICE.fullmatch(service):
            broken.append(Problem("service", shown(service), "must be a host's name"))
        if broken:
            raise InvalidRequest(broken)
        request = handed_on(record)["request"]
        return cls(ImageRequest.from_record(request), str(service), tuple(hashes))


def handed_on(record: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's record for other people: without the address that is told of the end.

    Older versions have kept it in recipes. It may hold a secret.
    """
    request = record.get("request")
    if not isinstance(request, Mapping):
        return dict(record)
    return {**record, "request": {**request, "callback_url": None}}


def _told(request: ImageRequest) -> dict[str, Any]:
    links = list(told_references(request))
    return {**request.to_record(), "references": links, "callback_url": None}


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def identities_of(request: ImageRequest, service: str, stand_ins: Sequence[str]) -> list[str]:
    """The pools that may answer a request, in the order in which they are looked at.

    Args:
        request: what is asked.
        service: the service's name in recipes.
        stand_ins: services whose pictures are as good or better: EvoLink's own address, for an
            emulator and for a gateway; nothing else for that address.
    """
    services = dict.fromkeys((*stand_ins, service))
    return [Recipe(request, one).identity for one in services]
