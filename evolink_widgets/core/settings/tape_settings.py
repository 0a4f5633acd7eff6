"""What is said of a cassette: by `configure`, else by the environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evolink_widgets.core.settings.settings import (
    Mode,
    OffTape,
    Settings,
    cassette_of,
    choice,
    speed_of,
)
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.store.in_use import variable

__all__ = ["MODE", "VARIABLES", "cassette_in", "mode_in", "off_tape_in", "speed_in"]

MODE = "EVOLINK_MODE"
CASSETTE = "EVOLINK_CASSETTE"
OFF_TAPE = "EVOLINK_OFF_TAPE"
SPEED = "EVOLINK_SPEED"
VARIABLES = (MODE, CASSETTE, OFF_TAPE, SPEED)


def mode_in(settings: Settings, environment: Mapping[str, str]) -> Mode | None:
    """What plays the service, or is to be done with a cassette.

    Raises:
        ConfigurationError: it is no mode; or a cassette is named, and nothing says what for.
    """
    word = variable(MODE, environment).lower()
    mode: Mode | None = settings.mode
    if mode is None and word:
        mode = choice(MODE, word, Mode)
    named = settings.cassette or variable(CASSETTE, environment)
    if mode is None and named:  # it would go live where there is a key
        raise ConfigurationError(
            f"A cassette is named ({str(named)!r:.80}), and no mode says what is done with it.",
            advice=f'Name {MODE}, or mode=: "replay" or "record".',
        )
    return mode


def cassette_in(settings: Settings, environment: Mapping[str, str]) -> Path:
    """The cassette's file.

    Raises:
        ConfigurationError: none is named.
    """
    if settings.cassette is not None:
        return settings.cassette
    named = variable(CASSETTE, environment)
    if not named:
        raise ConfigurationError(
            "There is no cassette to record or replay.",
            advice=f"Name its file: {CASSETTE}, or ew.configure(cassette=...).",
        )
    return cassette_of(CASSETTE, named)


def off_tape_in(settings: Settings, environment: Mapping[str, str]) -> OffTape:
    """What becomes of an ask that was not recorded.

    Raises:
        ConfigurationError: the environment says something else.
    """
    word = variable(OFF_TAPE, environment).lower()
    said: OffTape = settings.off_tape or (choice(OFF_TAPE, word, OffTape) if word else "error")
    return said


def speed_in(settings: Settings, environment: Mapping[str, str]) -> float | None:
    """How much faster than true; `None` where nothing says so.

    Raises:
        ConfigurationError: the environment says no number.
    """
    word = variable(SPEED, environment)
    return settings.speed or (speed_of(SPEED, word) if word else None)
