"""Bad days of the service, played on the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evolink_widgets.connect import state
from evolink_widgets.connect.current import session
from evolink_widgets.core.settings.tape_settings import speed_in
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.tasks.played import EMULATOR, RECORDED

if TYPE_CHECKING:
    from evolink_widgets.emulator.service.service import Service

__all__ = ["emulator", "faults", "weather"]


def weather(name: str | None = None, **how: Any) -> list[dict[str, Any]]:
    """Play one of the service's bad days on the emulator, or ask which are being played.

    Args:
        name: the fault, such as "reply lost"; "fair" ends them all; `None` only asks.
        how: `times=`, `on=`, `after=`, `seconds=`, as the emulator takes them.

    A fault waits until it is met. What the store answers is never sent and meets none: the task
    says so in its note, and the fault waits for the next request; `fresh=True` sends one.

    Returns:
        The faults in play.

    Raises:
        ConfigurationError: there is no such fault, or the service is the real one.

    Example:
        >>> ew.weather("reply lost")
        >>> ew.weather("fair")
        []
    """
    current = session()
    if current.service == RECORDED:
        raise ConfigurationError(
            "A cassette plays the weather that was recorded.",
            advice='Play weather on the emulator: ew.configure(mode="emulator").',
        )
    if not current.simulated:
        raise ConfigurationError(
            f"{current.service} is a live service; its weather is its own.",
            advice='Play weather on the emulator: ew.configure(mode="emulator").',
        )
    if name is not None:
        current.weather_played = True
    if current.service != EMULATOR:
        body = {"play": name, **how} if name is not None else None
        from evolink_widgets.core.shared.unmet_weather import faults_in

        return faults_in(current.emulator(body))
    service = emulator()
    if name is not None:
        try:
            service.weather.play(name, **how)
        except (TypeError, ValueError) as exc:
            raise ConfigurationError(
                f"The emulator can't play this: {exc}", advice="Choose one of those."
            ) from exc
        if name == "fair":
            service.free_stuck()
    return service.weather.now


def faults() -> tuple[str, ...]:
    """The faults that `weather` plays, by name."""
    from evolink_widgets.emulator.service.faults import FAULTS

    return tuple(FAULTS)


def emulator() -> Service:
    """The emulator that plays the service in this process."""
    here = state.now
    speed = speed_in(here.settings, here.variables or {})
    return here.played.emulator(session().store.root, speed=speed, seed=here.seed())
