"""Properties checked with the same examples on every machine and in every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import hypothesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

Test = TypeVar("Test", bound=Callable[..., Any])

#: Whatever a JSON parser can give, halves of surrogate pairs and endless integers among it.
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**4000), 2**63, float("nan"), float("inf"), 1e308])
    | st.floats()
    | st.text(st.characters(), max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(), max_size=12), inner, max_size=4)
    ),
    max_leaves=8,
)


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
