"""Asks and tasks are matched as a whole; what could be otherwise stays open."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Mapping

from hypothesis import given
from hypothesis import strategies as st

from evolink_widgets.rules.tasks.assignment import certain_assignments

Edges = dict[str, dict[str, bool]]


def proven(**asks: str) -> Edges:
    """`a="12"`: ask a could have task 1 or 2, and each would be proven."""
    return {ask: dict.fromkeys(tasks, True) for ask, tasks in asks.items()}


def alone(edges: Edges) -> dict[str, Hashable]:
    return {ask: ask for ask in edges}


def test_each_of_three_gets_its_own() -> None:
    edges = proven(a="1", b="2", c="3")
    assert certain_assignments(edges, alone(edges)) == {"a": "1", "b": "2", "c": "3"}


def test_one_that_can_only_have_one_leaves_the_other_to_the_next() -> None:
    edges = proven(a="12", b="1")
    assert certain_assignments(edges, alone(edges)) == {"a": "2", "b": "1"}


def test_where_a_swap_is_as_good_nothing_is_decided() -> None:
    edges = proven(a="12", b="12")
    assert certain_assignments(edges, alone(edges)) == {}


def test_those_that_are_interchangeable_share_what_is_there() -> None:
    edges = proven(a="12", b="12")
    assert certain_assignments(edges, {"a": "fox", "b": "fox"}) == {"a": "1", "b": "2"}
    assert certain_assignments(proven(a="1", b="1"), {"a": "fox", "b": "fox"}) == {"a": "1"}


def test_one_task_more_than_there_are_askers_leaves_all_open() -> None:
    edges = proven(a="123", b="123")
    assert certain_assignments(edges, {"a": "fox", "b": "fox"}) == {}
    assert certain_assignments(proven(a="12"), {"a": "a"}) == {}


def test_what_could_be_and_is_not_proven_stands_in_the_way_and_is_never_taken() -> None:
    assert certain_assignments({"a": {"1": False}}, {"a": "a"}) == {}
    assert certain_assignments({"a": {"1": True, "2": False}}, {"a": "a"}) == {}
    edges = {"a": {"1": True}, "b": {"1": False}}
    assert certain_assignments(edges, alone(edges)) == {}


graphs = st.dictionaries(
    st.sampled_from("abcde"),
    st.dictionaries(st.sampled_from("12345"), st.booleans(), max_size=4),
    max_size=5,
)


def every_largest(edges: Edges) -> Iterator[Mapping[str, str]]:
    """All matchings of the largest size, the slow way."""
    tasks = [[None, *found] for found in edges.values()]
    ways = [
        {ask: task for ask, task in zip(edges, way, strict=True) if task is not None}
        for way in itertools.product(*tasks)
    ]
    fair = [way for way in ways if len(set(way.values())) == len(way)]
    most = max(map(len, fair))
    return (way for way in fair if len(way) == most)


@given(graphs, st.fixed_dictionaries({ask: st.sampled_from(["x", "y", ask]) for ask in "abcde"}))
def test_what_is_decided_is_so_in_every_largest_matching(
    edges: Edges, groups: dict[str, Hashable]
) -> None:
    found = certain_assignments(edges, groups)
    assert len(set(found.values())) == len(found)
    for ask, task in found.items():
        assert edges[ask][task]
        for way in every_largest(edges):
            owners = [groups[one] for one, given_ in way.items() if given_ == task]
            assert owners == [groups[ask]]


@given(graphs)
def test_and_nothing_that_is_so_in_every_one_and_proven_is_left_open(edges: Edges) -> None:
    found = certain_assignments(edges, alone(edges))
    ways = list(every_largest(edges))
    for ask, task in ways[0].items():
        if edges[ask][task] and all(way.get(ask) == task for way in ways):
            assert found[ask] == task


def test_a_hundred_alike_are_matched_quickly() -> None:
    tasks = dict.fromkeys(map(str, range(100)), True)
    edges = {f"ask {number}": tasks for number in range(100)}
    assert len(certain_assignments(edges, dict.fromkeys(edges, "fox"))) == 100
