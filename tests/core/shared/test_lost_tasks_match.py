"""A lost task is adopted only where it is proven and nothing else can be true."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evolink_widgets.core.shared.lost_tasks import (
    EARLY,
    LATE,
    LostRequest,
    assign_tasks,
    in_doubt_since,
    lost_request,
    lost_request_of,
    surely_not_accepted,
)
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.pricing.tariff import Tariff, facts_of
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.evidence import expected
from evolink_widgets.rules.tasks.task import TaskListItem, TaskSnapshot, TaskStatus
from evolink_widgets.runtime.clock import ClockOffset
from evolink_widgets.store.journal.journal import Entry, Step

T = 1_795_500_000
CUP = ImageRequest("a blue cup", size="1:1", quality="low")
DRAGON = ImageRequest("a red dragon", size="16:9", quality="high", n=3)
HARE = ImageRequest("a hare in a wood", size="1:1", quality="low")


def cost(request: ImageRequest) -> float:
    """What the service sets aside for it."""
    amount = Tariff().amount(facts_of(request))
    assert amount is not None
    return round(amount.credits, 4)


def search(
    key: str = "mine", request: ImageRequest = CUP, *, sent: float = T, lost: float = T + 5,
    **more: object,
) -> LostRequest:  # fmt: skip
    facts = {
        "model": "gpt-image-2",
        "identity": key,
        "offset": ClockOffset(),
        "answered": False,
        **more,
    }
    shown = expected(request, Tariff(), Tariff())
    return lost_request(key, sent_at=sent, lost_at=lost, expected=shown, **facts)  # type: ignore[arg-type]


def task(name: str, created: int | None = T + 1, model: str | None = "gpt-image-2") -> TaskListItem:
    return TaskListItem(name, TaskStatus.PROCESSING, model, created)


def found(
    mine: LostRequest | Sequence[LostRequest],
    items: Sequence[TaskListItem],
    known: Collection[str] = (),
    rivals: Sequence[LostRequest] = (),
    costs: Mapping[str, float | None] | None = None,
) -> str | list[str | None] | None:
    """What is found where each task costs what a cup does, unless it is told otherwise."""
    told = {item.id: cost(CUP) for item in items} | dict(costs or {})
    readings = {
        name: TaskSnapshot(name, TaskStatus.PROCESSING, receipt=Receipt(reserved=credits))
        for name, credits in told.items()
    }
    searches = [mine] if isinstance(mine, LostRequest) else mine
    ids = [one.task_id for one in assign_tasks(searches, items, readings, set(known), rivals)]
    return ids[0] if isinstance(mine, LostRequest) else ids


def line(step: Step, *, sent: float | None = T, failure: dict[str, object] | None = None) -> Entry:
    """A line of the journal."""
    return Entry(
        key="mine", step=step, service="a host", request={"model": "gpt-image-2", "n": 1},
        idempotency_key="ew-0", created_at=T - 1, sent_at=sent, identity="a fox", failure=failure,
    )  # fmt: skip


def test_the_only_task_of_its_credits_is_it() -> None:
    assert found(search(), [task("a"), task("old", T - 60)]) == "a"
    dearer = {"b": cost(DRAGON)}
    assert found(search(), [task("a"), task("b")], costs=dearer) == "a"


def test_a_task_of_its_time_and_model_alone_is_not_taken() -> None:
    assert found(search(), [task("a")], costs={"a": cost(DRAGON)}) is None
    assert found(search(), [task("a")], costs={"a": None}) is None
    (silent,) = assign_tasks([search()], [task("a")], {}, set(), [])
    assert silent.task_id is None


def test_what_is_not_told_yet_may_be_it_and_keeps_the_others_from_being_taken() -> None:
    assert found(search(), [task("a"), task("b")], costs={"b": None}) is None


def test_what_the_journal_knows_belongs_to_somebody() -> None:
    assert found(search(), [task("a"), task("b")], {"a"}) == "b"
    assert found(search(), [task("a")], {"a"}) is None


def test_what_turned_out_to_be_anothers_is_not_found_again() -> None:
    items = [task("a"), task("b")]
    assert found(search(ruled_out={"a"}), items) == "b"
    assert found(search(ruled_out={"a", "b"}), items) is None
    (told,) = assign_tasks([search(ruled_out={"a"})], [task("a")], {}, set(), [])
    assert "1 has pictures of another size or number" in told.said


def test_of_two_that_are_the_same_none_is_taken() -> None:
    assert found(search(), [task("a"), task("b", T + 3)]) is None


def test_another_model_another_time_or_no_time_does_not_fit() -> None:
    strangers = [
        task("model", model="gpt-image-2-beta"),
        task("early", int(T - EARLY - 1)),
        task("late", int(T + 5 + LATE + 1)),
        task("timeless", None),
    ]
    assert found(search(), strangers) is None
    assert found(search(), [*strangers, task("a", model=None)]) == "a"


def test_after_an_answer_nothing_more_is_written_down() -> None:
    late = [task("late", int(T + 5 + EARLY + 2))]
    assert found(search(), late) == "late"
    assert found(search(answered=True), late) is None


def test_three_different_asks_at_once_each_find_their_own() -> None:
    mine = [search("cup", CUP), search("dragon", DRAGON), search("hare", HARE)]
    costs = {"1": cost(HARE), "2": cost(CUP), "3": cost(DRAGON)}
    assert found(mine, [task("1"), task("2"), task("3")], costs=costs) == ["2", "3", "1"]


def test_a_rival_that_could_own_it_leaves_it_open() -> None:
    assert found(search(), [task("a")], rivals=[search("other")]) is None


def test_a_rival_of_another_price_or_time_is_none() -> None:
    assert found(search(), [task("a")], rivals=[search("other", DRAGON)]) == "a"
    later = search("other", sent=T + 900, lost=T + 901)
    assert found(search(), [task("a")], rivals=[later]) == "a"


def test_a_rival_that_can_only_have_another_leaves_this_one() -> None:
    wide = search("mine", lost=T + 120)
    assert found(wide, [task("a"), task("b", T + 100)], rivals=[search("other")]) == "b"


def test_requests_for_the_same_pictures_share_what_is_there() -> None:
    mine, twin = search("mine", identity="fox"), search("twin", identity="fox")
    assert found(mine, [task("a"), task("b", T + 3)], rivals=[twin]) in ("a", "b")
    assert found(twin, [task("a"), task("b", T + 3)], {"a"}) == "b"
    assert sorted(map(str, found([mine, twin], [task("a"), task("b")]) or ())) == ["a", "b"]
    # One more than there are askers: a stranger's is among them.
    assert found(mine, [task("a"), task("b"), task("c")], rivals=[twin]) is None


def test_requests_of_unknown_identity_never_share() -> None:
    mine, twin = search("mine", identity=None), search("twin", identity=None)
    assert found(mine, [task("a"), task("b")], rivals=[twin]) is None


def test_a_clock_that_is_wrong_by_minutes_is_allowed_for() -> None:
    theirs = task("a", T + 301)
    assert found(search(), [theirs]) is None
    assert found(search(offset=ClockOffset(300, 300)), [theirs]) == "a"


def test_a_slow_reply_does_not_move_the_time_in_which_a_task_is_looked_for() -> None:
    # Written down at T + 1, there at T + 4.6: the clocks may as well be the same.
    offset = ClockOffset.told(T + 1, sent=T + 0.5, received=T + 4.6)
    assert offset is not None
    assert offset.low <= 0 <= offset.high
    mine, strangers = task("mine", T + 1), task("a stranger's", T - 2)
    assert found(search(lost=T + 1.2, answered=True, offset=offset), [strangers, mine]) is None
    prompt = ClockOffset.told(T + 5, sent=T + 5.1, received=T + 5.2, known=offset)
    assert found(search(lost=T + 1.2, answered=True, offset=prompt), [strangers, mine]) is None
    earlier = task("a stranger's", T - 4)
    assert found(search(lost=T + 1.2, answered=True, offset=prompt), [earlier, mine]) == "mine"


seconds = st.floats(0, 5)


@given(
    ahead=st.floats(-1000, 1000),
    replies=st.lists(st.tuples(seconds, seconds), min_size=1, max_size=6),
    arrives=seconds,
)
def test_the_own_task_is_always_among_those_looked_at(
    ahead: float, replies: list[tuple[float, float]], arrives: float
) -> None:
    offset, ours = None, T + 100.25
    for out, back in replies:
        said = math.floor(ours + out + ahead)
        offset = ClockOffset.told(said, sent=ours, received=ours + out + back, known=offset)
        ours += 11.37
    assert offset is not None
    own = task("mine", math.floor(T + arrives + ahead))
    assert search(lost=T + arrives, answered=True, offset=offset).fits(own)


def test_a_clock_that_is_set_meanwhile_is_read_anew() -> None:
    before = ClockOffset.told(T, sent=T + 0.1, received=T + 0.2)
    assert before == pytest.approx((-0.2, 0.9))
    assert ClockOffset.told(T + 60, sent=T + 0.3, received=T + 0.4, known=before) == ClockOffset(
        T + 60 - (T + 0.4), T + 61 - (T + 0.3)
    )
    # Ours, between the request and its reply.
    assert ClockOffset.told(T, sent=T + 60, received=T + 1, known=before) == before


ids = st.sampled_from("abcdef")
prices = st.sampled_from([cost(CUP), cost(HARE), cost(DRAGON), None])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    items=st.lists(st.builds(task, ids, st.integers(T - 30, T + 60)), unique_by=lambda i: i.id),
    known=st.sets(ids),
    rivals=st.lists(
        st.tuples(st.integers(-60, 60), st.sampled_from([CUP, HARE, DRAGON])), max_size=3
    ),
    costs=st.fixed_dictionaries(dict.fromkeys("abcdef", prices)),
)
def test_what_is_found_fits_costs_the_same_and_has_no_other_owner(
    items: list[TaskListItem],
    known: set[str],
    rivals: list[tuple[int, ImageRequest]],
    costs: dict[str, float | None],
) -> None:
    mine = search()
    others = [
        search(f"other {at} {number}", request, sent=T + at, lost=T + at + 5)
        for number, (at, request) in enumerate(rivals)
    ]
    told = {item.id: costs[item.id] for item in items}
    task_id = found(mine, items, known, others, told)
    if task_id is None:
        return
    (item,) = (one for one in items if one.id == task_id)
    assert item.id not in known
    assert mine.fits(item)
    assert told[item.id] == cost(CUP)
    same = [
        one.id
        for one in items
        if one.id not in known and mine.fits(one) and told[one.id] in (cost(CUP), None)
    ]
    assert len(same) <= 1 + len(others)


def test_a_request_that_was_sent_again_is_looked_for_since_the_first_time() -> None:
    lost = {"lost_at": T + 70, "doubt_since": T}
    again = lost_request_of(
        line(Step.UNKNOWN, sent=T + 60, failure=lost), paid_timeout=45, offset=ClockOffset()
    )
    assert again.fits(task("of the first", T + 1))
    assert again.fits(task("of the second", T + 65))


def test_what_is_written_of_an_earlier_post_does_not_shorten_the_search_for_the_next() -> None:
    earlier = {"lost_at": T + 1, "accepted": False, "status": 429}
    out = lost_request_of(
        line(Step.SENDING, sent=T + 60, failure=earlier), paid_timeout=45, offset=ClockOffset()
    )
    assert out.fits(task("of this one", T + 100))
    assert not out.fits(task("of a stranger", T + 1))


def test_only_what_may_have_been_accepted_is_in_doubt() -> None:
    refused = line(Step.UNKNOWN, failure={"accepted": False})
    assert (in_doubt_since(refused), surely_not_accepted(refused)) == (None, True)
    assert in_doubt_since(line(Step.INTENDED, sent=None)) is None
    assert in_doubt_since(line(Step.ACCEPTED)) is None
    assert in_doubt_since(line(Step.SENDING)) == T
    assert in_doubt_since(line(Step.UNKNOWN, failure={"lost_at": T + 9})) == T
