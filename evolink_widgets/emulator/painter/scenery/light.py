"""Light: what time of day and weather do to every colour in a picture.

Painters choose the colour a thing has at noon; ``Light.on`` says what it looks like now and here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from evolink_widgets.emulator.painter.drawing.colour import (
    Colour,
    Stops,
    colour,
    lighter,
    mix,
    times,
    turned,
)

TIMES = ("dawn", "day", "sunset", "dusk", "night")


@dataclass(frozen=True)
class Light:
    """One mood of light."""

    sky: Stops
    """From the zenith (0) to the horizon (1)."""
    haze: Colour
    """What far things fade to."""
    disc: Colour
    """The sun or moon itself."""
    glow: Colour
    """The air around it, and rims of lit things."""
    ambient: Colour
    """Multiplies every local colour."""
    shade: Colour
    """Shadows."""
    cloud: tuple[Colour, Colour]
    """Lit side and shaded side of a cloud."""
    height: tuple[float, float]
    """Where the disc stands: 0 is the horizon, 1 the zenith."""
    moon: bool = False
    stars: float = 0.0
    """How starry, 0..1."""
    lamps: bool = False
    """Are lamps and windows lit."""
    glowing: float = 0.5
    """How strongly the air shines around the disc."""
    reach: float = 0.5
    """Length of cast shadows against the height of the thing."""
    disc_shown: bool = True

    def on(self, local: Colour, depth: float = 1.0) -> Colour:
        """``local`` colour under this light; ``depth`` 1 is near, 0 is on the horizon."""
        seen = times(local, self.ambient)
        return mix(self.haze, seen, min(1.0, 0.12 + 0.88 * depth))

    def tinted(self, tone: Colour) -> Light:
        """The same light under a sky of another colour."""
        pale = lighter(tone, 0.45)
        sky = tuple((place, mix(now, mix(tone, pale, place), 0.72)) for place, now in self.sky)
        return replace(
            self,
            sky=sky,
            haze=mix(self.haze, pale, 0.5),
            ambient=mix(self.ambient, times(self.ambient, lighter(tone, 0.6)), 0.5),
        )


def _stops(text: str) -> Stops:
    words = text.split()
    count = len(words) - 1
    return tuple((number / count, colour(word)) for number, word in enumerate(words))


@dataclass(frozen=True)
class _Mood:
    """What the palettes of one time of day share."""

    height: tuple[float, float]
    reach: float
    glowing: float
    stars: float = 0.0
    """Where there are stars the disc is a moon and the lamps are lit."""


def _light(
    sky: str,
    haze: str,
    disc: str,
    glow: str,
    ambient: str,
    shade: str,
    cloud: str,
    mood: _Mood,
) -> Light:
    lit, shaded = cloud.split()
    return Light(
        _stops(sky),
        colour(haze),
        colour(disc),
        colour(glow),
        colour(ambient),
        colour(shade),
        (colour(lit), colour(shaded)),
        mood.height,
        moon=mood.stars > 0,
        stars=mood.stars,
        lamps=mood.stars > 0,
        glowing=mood.glowing,
        reach=mood.reach,
    )


_DAY = _Mood((0.5, 0.85), reach=0.3, glowing=0.45)
_LOW = _Mood((0.06, 0.2), reach=1.3, glowing=0.8)
_DUSK = _Mood((0.3, 0.7), reach=0.25, glowing=0.35, stars=0.35)
_NIGHT = _Mood((0.45, 0.8), reach=0.35, glowing=0.5, stars=1.0)

_LIGHTS: dict[str, tuple[Light, ...]] = {
    "dawn": (
        _light(
            "5f86bd 9fb6db f0c6c4 ffe4bb",
            "f3d3c6",
            "fff6dc",
            "ffe0a8",
            "f3dcd8",
            "5a5688",
            "fff0e2 c9a9bd",
            _LOW,
        ),
        _light(
            "4a6f9f 8aa5c9 e2b3be ffd3a6",
            "edc3b8",
            "fff1cf",
            "ffd294",
            "ecd2d4",
            "4c4a7c",
            "ffe6d6 b393b3",
            _LOW,
        ),
        _light(
            "5d9aa8 a5cdc8 f4dcbd ffefc4",
            "eeddc2",
            "fffbe6",
            "fff0b8",
            "f2e3cf",
            "4f6480",
            "fff8ea c4b9b4",
            _LOW,
        ),
    ),
    "day": (
        _light(
            "2c78c9 63abe6 a9d5f2 d9eef6",
            "c9e2ef",
            "fffbe8",
            "fff3cf",
            "fffdf6",
            "3c4a78",
            "ffffff c3d3e6",
            _DAY,
        ),
        _light(
            "2f8cae 6cc0d4 b4e2e2 eef6e6",
            "d7ebe2",
            "fffbe2",
            "fff4c9",
            "fffdf2",
            "35566b",
            "fffefa bcd4d8",
            _DAY,
        ),
        _light(
            "4674c4 86aee8 c6daf2 f6ecdc",
            "dde2e6",
            "fffae6",
            "fff0c4",
            "fff9ee",
            "44497a",
            "fffdf8 c6cbe2",
            _DAY,
        ),
    ),
    "sunset": (
        _light(
            "2e2b62 84407f e5675f ffb765 ffd68a",
            "f2a07a",
            "fff2c2",
            "ffb45c",
            "f0ab92",
            "3a2458",
            "ffb08a 8a4a7c",
            _LOW,
        ),
        _light(
            "23427a 6a6299 d98484 ffc07a ffe0a0",
            "f0b48e",
            "fff6d2",
            "ffca78",
            "f2bba0",
            "3a3062",
            "ffc49c 8c6090",
            _LOW,
        ),
        _light(
            "4a2f6e b0476f f2794f ffb85a ffe08a",
            "f5a468",
            "fff4c0",
            "ffb14a",
            "f2a886",
            "43204f",
            "ffab7c 93456f",
            _LOW,
        ),
    ),
    "dusk": (
        _light(
            "151c4a 343a7a 7a5c98 d98a92 f2b79a",
            "9c7fa6",
            "fdf6e4",
            "c9b0dc",
            "9c90c4",
            "1a1840",
            "a78fc0 4c4a80",
            _DUSK,
        ),
        _light(
            "102448 2a4878 5f7aa6 b39ab0 edbf9e",
            "8fa0bc",
            "fdf8ea",
            "b0c4e2",
            "92a0c8",
            "121c3e",
            "93a5c6 3f5580",
            _DUSK,
        ),
    ),
    "night": (
        _light(
            "050a20 0c1a40 1b3363 35588a",
            "2c4a78",
            "fbf6e2",
            "a9c4f0",
            "6880b8",
            "060a22",
            "4a669c 1a2c56",
            _NIGHT,
        ),
        _light(
            "080924 17184a 2d2b66 4c4788",
            "3d3b78",
            "f6f0ff",
            "b4aaf2",
            "7a78bc",
            "080824",
            "5b569a 24234f",
            _NIGHT,
        ),
        _light(
            "03121e 072c3c 10495a 2a6c74",
            "225a66",
            "f4fbea",
            "a0e0da",
            "5f8fa2",
            "03121e",
            "3f7f8c 0e3844",
            _NIGHT,
        ),
    ),
}


def light_for(time: str, weather: str | None, rng: Random) -> Light:
    """Pick one of the palettes of ``time`` and let the weather change it."""
    found = rng.choice(_LIGHTS[time])
    drift = rng.uniform(-0.012, 0.012)
    found = replace(
        found,
        sky=tuple((place, turned(tone, drift)) for place, tone in found.sky),
        haze=turned(found.haze, drift),
    )
    return _weathered(found, weather)


def _weathered(light: Light, weather: str | None) -> Light:
    if weather in ("rain", "storm"):
        dark = 0.34 if weather == "rain" else 0.5
        grey = mix((120, 132, 150), (40, 46, 66), dark)
        grey = mix(times(grey, light.ambient), grey, 0.4)
        return replace(
            light,
            sky=tuple((p, mix(tone, grey, 0.62)) for p, tone in light.sky),
            haze=mix(light.haze, grey, 0.6),
            ambient=mix(light.ambient, times(light.ambient, (168, 178, 200)), 0.8),
            cloud=(mix(light.cloud[0], grey, 0.6), mix(light.cloud[1], grey, 0.7)),
            stars=0.0,
            glowing=light.glowing * 0.4,
            reach=0.0,
            disc_shown=False,
            lamps=True,
        )
    if weather in ("fog", "snow"):
        pale = mix(times((226, 230, 236), light.ambient), (226, 230, 236), 0.15)
        share = 0.62 if weather == "fog" else 0.4
        return replace(
            light,
            sky=tuple((p, mix(tone, pale, share)) for p, tone in light.sky),
            haze=mix(light.haze, pale, 0.5),
            cloud=(mix(light.cloud[0], pale, 0.4), mix(light.cloud[1], pale, 0.4)),
            stars=light.stars * 0.3,
            glowing=light.glowing * 0.7,
            reach=light.reach * 0.3,
            disc_shown=weather == "fog" or light.moon,
        )
    if weather == "aurora":
        return replace(light, disc_shown=False)
    return light
