"""Rules of the prompt: code points for every model, tokens for the beta model.

A prompt is counted in Unicode code points, as `len` counts, and kept exactly: control
characters, NUL among them, are code points like any other and go out escaped. Half of a
surrogate pair is none: it cannot be written as UTF-8, so it is refused.

The service counts the beta model's tokens with a tokeniser of its own. Ours is two counts that
stand on either side of it: `fewest_tokens`, above which a prompt is surely too long and is
refused, and `likely_tokens`, above which it may be and the user is told.
"""

from __future__ import annotations

import re

from evolink_widgets.problem import Problem, shown

__all__ = [
    "MAX_BETA_TOKENS",
    "MAX_PROMPT",
    "fewest_tokens",
    "likely_tokens",
    "prompt_problems",
    "token_notice",
]

MAX_PROMPT = 32_000
MAX_BETA_TOKENS = 2_000

_SURROGATE = re.compile("[\ud800-\udfff]")
_PIECES = re.compile(r"(?P<word>[^\W\d_]+)|(?P<digits>\d+)|(?P<mark>[^\w\s]+|_+)")
_DENSE = re.compile("[\u2e80-\U0010ffff]")
"""From here on (Chinese, Japanese, Korean, emoji) a character is about a token by itself."""
_EMOJI = re.compile("[\U0001f000-\U0010ffff]")


def prompt_problems(prompt: object, *, tokens: bool = False) -> list[Problem]:
    """All rules that a prompt breaks.

    Args:
        prompt: anything.
        tokens: the model counts tokens, as the beta model does.
    """
    if not isinstance(prompt, str):
        return [Problem("prompt", shown(prompt), "must be text")]
    found = []
    if not prompt:
        found.append(Problem("prompt", "empty", f"must have 1 to {MAX_PROMPT:,} characters"))
    elif prompt.isspace():
        found.append(Problem("prompt", "blank", "must say something besides spaces"))
    if len(prompt) > MAX_PROMPT:
        rule = f"must have at most {MAX_PROMPT:,} characters"
        found.append(Problem("prompt", f"{len(prompt):,} characters long", rule))
    elif tokens and (fewest := fewest_tokens(prompt)) > MAX_BETA_TOKENS:
        rule = f"must have at most {MAX_BETA_TOKENS:,} tokens with this model"
        found.append(Problem("prompt", f"at least {fewest:,} tokens long, by our count", rule))
    if half := _SURROGATE.search(prompt):
        rule = "must not contain half of a surrogate pair, which cannot be sent as UTF-8"
        place = f"U+{ord(half[0]):04X} at character {half.start() + 1:,}"
        found.append(Problem("prompt", place, rule))
    return found


def token_notice(prompt: str) -> str | None:
    """Warn of a prompt that a model counting tokens may find too long; else `None`."""
    likely = likely_tokens(prompt)
    if likely <= MAX_BETA_TOKENS:
        return None
    return (
        f"The prompt has about {likely:,} tokens by our rough count; this model takes "
        f"{MAX_BETA_TOKENS:,}, and refuses longer ones without charge."
    )


def fewest_tokens(text: str) -> int:
    """A count that hardly any tokeniser undercuts.

    A word is at least one token and one for every eight letters; a run of marks is one; of
    digits at most three go into one, of dense characters two.
    """
    count = dense = 0
    for piece in _PIECES.finditer(text):
        heavy = len(_DENSE.findall(piece[0]))
        dense += heavy
        light = len(piece[0]) - heavy
        if light:
            count += -(-light // 3) if piece["digits"] else max(1, light // 8)
    return count + dense // 2


def likely_tokens(text: str) -> int:
    """About as many tokens as a common tokeniser makes, rather more than fewer.

    A word has one for every six letters begun (three outside ASCII), each mark and each dense
    character is one and an emoji two, of digits three go into one.
    """
    count = 0
    for piece in _PIECES.finditer(text):
        heavy = len(_DENSE.findall(piece[0]))
        light = len(piece[0]) - heavy
        if piece["mark"]:
            count += light
        elif light:
            count += -(-light // (6 if piece["word"] and piece[0].isascii() else 3))
        count += heavy
    return count + len(_EMOJI.findall(text))
