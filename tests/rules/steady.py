"""Properties checked with the same examples on every machine and in every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import hypothesis
from hypothesis import HealthCheck, settings

Test = TypeVar("Test", bound=Callable[..., Any])


def given(*strategies: Any, examples: int = 100, **named: Any) -> Callable[[Test], Test]:
    """As `hypothesis.given`, without chance and without a database of earlier failures."""
    steady = settings(
        derandomize=True,
        deadline=None,
        database=None,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],
    )

    def decorate(test: Test) -> Test:
        return steady(hypothesis.given(*strategies, **named)(test))

    return decorate
