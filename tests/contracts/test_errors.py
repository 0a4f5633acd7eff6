"""Every error of the tree is itself again once it was pickled, copied, or came from a process."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from evolink_widgets import errors
from evolink_widgets.errors import Billed, EvolinkError
from evolink_widgets.problem import Problem

KINDS = sorted(
    (
        kind
        for kind in vars(errors).values()
        if inspect.isclass(kind) and issubclass(kind, EvolinkError)
    ),
    key=lambda kind: kind.__name__,
)
FACTS: dict[str, Any] = {
    "billed": Billed.LATER,
    "advice": "Do this.",
    "code": "a_code",
    "status": 418,
    "request_id": "request-7",
    "task_id": "task-7",
}
ROUND_TRIPS: dict[str, Callable[[EvolinkError], EvolinkError]] = {
    **{
        f"pickle {protocol}": lambda error, protocol=protocol: pickle.loads(
            pickle.dumps(error, protocol)
        )
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    },
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


def made(kind: type[EvolinkError]) -> EvolinkError:
    if kind is errors.InvalidRequest:
        problem = Problem("n", "12", "must be 1 to 10", "10")
        return errors.InvalidRequest([problem, Problem("size", "'x'", "must be a ratio")])
    more = {errors.InsufficientCredits: {"scope": "key"}, errors.RateLimited: {"retry_after": 3.0}}
    return kind("It happened.", **FACTS, **more.get(kind, {}))


def facts(error: EvolinkError) -> tuple[object, ...]:
    return type(error), error.args, vars(error), str(error), repr(error)


def test_every_name_of_the_room_is_tried() -> None:
    assert {kind.__name__ for kind in KINDS} == set(errors.__all__) - {"Billed"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("way", ROUND_TRIPS)
def test_an_error_is_the_same_after_a_round_trip(way: str, kind: type[EvolinkError]) -> None:
    error = made(kind)
    again = ROUND_TRIPS[way](error)
    assert again is not error
    assert facts(again) == facts(error)
    assert repr(again) == f"{kind.__name__}({error.message!r})"


def test_an_errors_own_class_may_have_arguments_of_its_own() -> None:
    again = pickle.loads(pickle.dumps(Odd("a fox", 3)))
    assert (str(again), again.args, again.count) == (str(Odd("a fox", 3)), ("a fox: 3",), 3)


class Odd(EvolinkError):
    """An error of a user's, made from other things than a message."""

    def __init__(self, what: str, count: int) -> None:
        super().__init__(f"{what}: {count}")
        self.count = count


def test_an_error_crosses_to_another_process() -> None:
    error = made(errors.InvalidRequest)
    code = (
        "import pickle, sys; error = pickle.load(sys.stdin.buffer); "
        "print(repr(error)); print(error); print(error.problems[0].nearest)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(error), capture_output=True, check=True
    )
    assert done.stdout.decode().splitlines() == [repr(error), str(error), "10"]
