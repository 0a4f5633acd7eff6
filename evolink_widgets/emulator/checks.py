"""What the service takes: this side's own reading of the contract's limits."""

from __future__ import annotations

import ipaddress
import math
import re
import socket
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Ask", "Refusal", "address_is_public", "read_ask"]

_RATIOS = {
    "1:1", "1:2", "2:1", "1:3", "3:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9",
    "9:21", "21:9",
}  # fmt: skip
_TARGET = {"1K": 1024 * 1024, "2K": 2048 * 2048, "4K": 3840 * 2160}
_MODELS = {"gpt-image-2", "gpt-image-2-beta"}
_AUTO_SHAPES = ((1024, 1024), (1248, 832), (832, 1248))

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "invalid_request_error",
    413: "request_too_large_error",
    429: "rate_limit_error",
    500: "internal_server_error",
    502: "upstream_error",
    503: "service_unavailable_error",
}


class Refusal(Exception):
    """The service says no: a status and the documented error body."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        error = {"code": code, "message": message, "type": _TYPES.get(status, "error")}
        if param:
            error["param"] = param
        self.body = {"error": error}


@dataclass(frozen=True)
class Ask:
    """A request that was found good."""

    model: str
    prompt: str
    width: int
    height: int
    resolution: str
    quality: str
    n: int
    references: tuple[str, ...]
    callback_url: str | None


def read_ask(body: object, *, may_call: Callable[[str], bool]) -> Ask:
    """The request in a POST's JSON.

    Args:
        body: the parsed JSON.
        may_call: whether a host may receive callbacks.

    Raises:
        Refusal: with the field at fault in `param`.
    """
    if not isinstance(body, Mapping):
        raise _bad("body", "The body must be a JSON object.")
    model = body.get("model", "gpt-image-2")
    if not isinstance(model, str) or model not in _MODELS:
        raise _bad("model", f"Unknown model; use one of {', '.join(sorted(_MODELS))}.")
    beta = model.endswith("-beta")
    resolution = _resolution(body.get("resolution", "1K"))
    prompt = _prompt(body.get("prompt"), beta)
    width, height = _size(body.get("size", "auto"), resolution, prompt)
    return Ask(
        model=model,
        prompt=prompt,
        width=width,
        height=height,
        resolution=resolution,
        quality="medium" if beta else _quality(body.get("quality", "medium")),
        n=_count(body.get("n", 1), beta),
        references=_references(body["image_urls"]) if "image_urls" in body else (),
        callback_url=_callback(body.get("callback_url"), may_call),
    )


def address_is_public(host: str) -> bool:
    """Whether a host resolves to public addresses only. Asks the resolver."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        # A name that cannot be resolved here is judged when the callback goes out.
        return "." in host.strip(".") and not host.rstrip(".").endswith((".local", ".localhost"))
    return all(ipaddress.ip_address(str(item[4][0]).split("%")[0]).is_global for item in found)


def _bad(param: str, message: str) -> Refusal:
    return Refusal(400, "invalid_parameters", message, param=param)


def _prompt(value: object, beta: bool) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _bad("prompt", "prompt is required and must be text.")
    if len(value) > 32_000:
        raise _bad("prompt", f"prompt has {len(value)} characters; at most 32000 are allowed.")
    if any(0xD800 <= ord(character) < 0xE000 for character in value):
        raise _bad("prompt", "prompt must be valid Unicode.")
    if beta and len(value) > 2_000 * 8:
        raise _bad("prompt", "prompt has more than 2000 tokens.")
    return value


def _resolution(value: object) -> str:
    if not isinstance(value, str) or value.upper() not in _TARGET:
        raise _bad("resolution", "resolution must be 1K, 2K or 4K.")
    return value.upper()


def _quality(value: object) -> str:
    if value not in ("low", "medium", "high"):
        raise _bad("quality", "quality must be low, medium or high.")
    return str(value)


def _count(value: object, beta: bool) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10:
        raise _bad("n", "n must be an integer from 1 to 10.")
    if beta and value != 1:
        raise _bad("n", "n must be 1 with this model.")
    return value


def _size(value: object, resolution: str, prompt: str) -> tuple[int, int]:
    if not isinstance(value, str):
        raise _bad("size", "size must be text.")
    if value == "auto":
        return _AUTO_SHAPES[sum(map(ord, prompt[:200])) % len(_AUTO_SHAPES)]
    if value in _RATIOS:
        a, b = value.split(":")
        return _of_ratio(int(a), int(b), _TARGET[resolution])
    match = re.fullmatch(r"([0-9]{2,4})[xX×]([0-9]{2,4})", value, re.ASCII)
    if not match:
        raise _bad("size", "size must be auto, a supported ratio, or WxH.")
    width, height = int(match[1]), int(match[2])
    small, large = min(width, height), max(width, height)
    if width % 16 or height % 16:
        raise _bad("size", "width and height must be multiples of 16.")
    if small < 16 or large > 3840:
        raise _bad("size", "width and height must be from 16 to 3840.")
    if not 655_360 <= width * height <= 8_294_400:
        raise _bad("size", "the pixel count must be from 655360 to 8294400.")
    if large > 3 * small:
        raise _bad("size", "the long edge may be at most 3 times the short edge.")
    return width, height


def _of_ratio(a: int, b: int, target: int) -> tuple[int, int]:
    if a < b:
        height, width = _of_ratio(b, a, target)
        return width, height
    raw = (math.sqrt(target * a / b), math.sqrt(target * b / a))
    width, height = (int(edge / 16 + 0.5) * 16 for edge in raw)
    if width > 3840 or width * height > 8_294_400:
        shrink = min(1.0, 3840 / raw[0])
        width, height = (int(edge * shrink / 16 + 1e-9) * 16 for edge in raw)
    return width, height


def _references(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= 16:
        raise _bad("image_urls", "image_urls must be a list of 1 to 16 links.")
    for link in value:
        parts = urllib.parse.urlsplit(link) if isinstance(link, str) else None
        if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
            raise _bad("image_urls", "each of image_urls must be an http or https link.")
        if re.search(r"\.(gif|bmp|tiff?|svg|avif|heic)$", parts.path, re.IGNORECASE):
            raise _bad("image_urls", "references must be jpeg, jpg, png or webp.")
    return tuple(value)


def _callback(value: object, may_call: Callable[[str], bool]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 2048:
        raise _bad("callback_url", "callback_url must be text of at most 2048 characters.")
    try:
        host = urllib.parse.urlsplit(value).hostname
    except ValueError:
        host = None
    if not value.startswith("https://") or not host:
        raise _bad("callback_url", "callback_url must be an https address.")
    if not may_call(host):
        raise _bad("callback_url", "callback_url must be a public address.")
    return value
