"""Checks a POST's JSON against the contract's limits: this side's own reading of them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from evolink_widgets.emulator.contract.public_hosts import host_is_public, read_callback_host
from evolink_widgets.emulator.contract.refusal import bad

__all__ = ["BETA", "CheckedRequest", "read_request"]

BETA = "gpt-image-2-beta"
_MODELS = ("gpt-image-2", BETA)
_RATIOS = {
    "1:1", "1:2", "2:1", "1:3", "3:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9",
    "9:21", "21:9",
}  # fmt: skip
_TARGET = {"1K": 1024 * 1024, "2K": 2048 * 2048, "4K": 3840 * 2160}
_LEAST_PIXELS, _MOST_PIXELS = 655_360, 8_294_400
_SHORTEST_EDGE, _LONGEST_EDGE = 16, 3840
_MOST_CHARACTERS = 32_000
_MOST_BETA_TOKENS = 2_000
_AUTO_SHAPES = ((1024, 1024), (1248, 832), (832, 1248))
"""What `auto` comes to: the service decides; ours by the prompt, near one megapixel."""
_UNUSABLE = re.compile(r"\.(gif|bmp|tiff?|svg|avif|heic)$", re.IGNORECASE)


@dataclass(frozen=True)
class CheckedRequest:
    """A request that was found good.

    Attributes:
        width, height: pixels of each picture, whichever way they were asked for.
        auto: whether the pixels were left to the service.
        references: links, as they came.
    """

    model: str
    prompt: str
    width: int
    height: int
    resolution: str
    quality: str
    n: int
    references: tuple[str, ...] = ()
    callback_url: str | None = None
    auto: bool = False

    @property
    def beta(self) -> bool:
        """Whether it goes through the cheaper channel."""
        return self.model == BETA


def read_request(body: object, *, loopback_callbacks: bool = False) -> CheckedRequest:
    """The request in a POST's JSON. Unknown fields are passed over; `null` is no value.

    Args:
        body: the parsed JSON.
        loopback_callbacks: take callbacks to this very machine too, without TLS if need be.

    Raises:
        Refusal: 400 with the field at fault in `param`.
    """
    if not isinstance(body, Mapping):
        raise bad("body", "The body must be a JSON object.")
    model = body.get("model")
    if not isinstance(model, str) or model not in _MODELS:
        raise bad("model", f"model is required and must be one of {', '.join(_MODELS)}.")
    beta = model == BETA
    resolution = _resolution(body.get("resolution", "1K"))
    prompt = _prompt(body.get("prompt"), beta)
    size = body.get("size", "auto")
    width, height = _pixels(size, resolution, prompt)
    quality = _quality(body.get("quality", "medium"))
    return CheckedRequest(
        model=model,
        prompt=prompt,
        width=width,
        height=height,
        resolution=resolution,
        quality="medium" if beta else quality,
        n=_count(body.get("n", 1), beta),
        references=_references(body["image_urls"]) if "image_urls" in body else (),
        callback_url=(
            _callback(body["callback_url"], loopback_callbacks) if "callback_url" in body else None
        ),
        auto=size == "auto",
    )


def _prompt(value: object, beta: bool) -> str:
    if not isinstance(value, str) or not value:
        raise bad("prompt", "prompt is required and must be text of at least one character.")
    if len(value) > _MOST_CHARACTERS:
        told = f"prompt has {len(value)} characters; at most {_MOST_CHARACTERS} are allowed."
        raise bad("prompt", told)
    if any(0xD800 <= ord(character) < 0xE000 for character in value):
        raise bad("prompt", "prompt must be valid Unicode; it holds half of a surrogate pair.")
    if beta and len(re.findall(r"\w{1,6}|[^\w\s]", value)) > _MOST_BETA_TOKENS:
        raise bad("prompt", f"prompt has more than {_MOST_BETA_TOKENS} tokens.")
    return value


def _resolution(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch("[124][kK]", value):
        raise bad("resolution", "resolution must be 1K, 2K or 4K.")
    return value.upper()


def _quality(value: object) -> str:
    if value not in ("low", "medium", "high"):
        raise bad("quality", "quality must be low, medium or high.")
    return str(value)


def _count(value: object, beta: bool) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10:
        raise bad("n", "n must be an integer from 1 to 10.")
    if beta and value != 1:
        raise bad("n", "n must be 1 with this model.")
    return value


def _pixels(value: object, resolution: str, prompt: str) -> tuple[int, int]:
    if not isinstance(value, str):
        raise bad("size", "size must be text.")
    if value == "auto":
        return _AUTO_SHAPES[sum(map(ord, prompt[:200])) % len(_AUTO_SHAPES)]
    if value in _RATIOS:
        a, b = map(int, value.split(":"))
        return _of_ratio(a, b, _TARGET[resolution])
    match = re.fullmatch(r"([0-9]{2,4})[xX×]([0-9]{2,4})", value)
    if not match:
        raise bad("size", "size must be auto, a supported ratio, or pixels as WxH.")
    width, height = int(match[1]), int(match[2])
    short, long = sorted((width, height))
    if width % 16 or height % 16:
        raise bad("size", "width and height must be multiples of 16.")
    if short < _SHORTEST_EDGE or long > _LONGEST_EDGE:
        raise bad("size", f"edges must be from {_SHORTEST_EDGE} to {_LONGEST_EDGE}.")
    if not _LEAST_PIXELS <= width * height <= _MOST_PIXELS:
        raise bad("size", f"the pixel count must be from {_LEAST_PIXELS} to {_MOST_PIXELS}.")
    if long > 3 * short:
        raise bad("size", "the long edge may be at most 3 times the short edge.")
    return width, height


def _of_ratio(a: int, b: int, target: int) -> tuple[int, int]:
    """The contract's rule: nearest multiples of 16; what is too large is scaled and floored."""
    if a < b:
        height, width = _of_ratio(b, a, target)
        return width, height
    exact = (math.sqrt(target * a / b), math.sqrt(target * b / a))
    width, height = (int(edge / 16 + 0.5) * 16 for edge in exact)
    if width > _LONGEST_EDGE or width * height > _MOST_PIXELS:
        shrink = min(1.0, _LONGEST_EDGE / exact[0])
        width, height = (int(edge * shrink / 16 + 1e-9) * 16 for edge in exact)
    return width, height


def _references(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= 16:
        raise bad("image_urls", "image_urls must be a list of 1 to 16 links.")
    for link in value:
        if not _is_link(link):
            raise bad("image_urls", "each of image_urls must be an http or https link.")
        if _UNUSABLE.search(urlsplit(link).path):
            raise bad("image_urls", "references must be jpeg, jpg, png or webp.")
    return tuple(value)


def _is_link(link: object) -> bool:
    if not isinstance(link, str) or re.search(r"[\x00-\x20\x7f\ud800-\udfff]", link):
        return False
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _callback(value: object, loopback: bool) -> str:
    if not isinstance(value, str) or len(value) > 2048:
        raise bad("callback_url", "callback_url must be text of at most 2048 characters.")
    host = read_callback_host(value)
    if host is None:
        raise bad("callback_url", "callback_url must be an https address.")
    if loopback and host in ("127.0.0.1", "localhost", "::1"):
        return value
    if not value.startswith("https://"):
        raise bad("callback_url", "callback_url must be an https address.")
    if not host_is_public(host):
        raise bad("callback_url", "callback_url must be a public address.")
    return value
