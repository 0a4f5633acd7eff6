"""A lost task is adopted only where nothing else can be true."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evolink_widgets.core.lookout import in_doubt_since, search_of, surely_not_accepted
from evolink_widgets.core.lookup import EARLY, LATE, Search, find, search_for
from evolink_widgets.rules.task import TaskListItem, TaskStatus
from evolink_widgets.store.journal import Entry, Step

T = 1_795_500_000


def search(key: str = "mine", *, sent: float = T, lost: float = T + 5, **more: object) -> Search:
    facts = {"model": "gpt-image-2", "identity": key, "skew": 0.0, "answered": False, **more}
    return search_for(key, sent_at=sent, lost_at=lost, **facts)  # type: ignore[arg-type]


def task(name: str, created: int | None = T + 1, model: str | None = "gpt-image-2") -> TaskListItem:
    return TaskListItem(name, TaskStatus.PROCESSING, model, created)


def line(step: Step, *, sent: float | None = T, failure: dict[str, object] | None = None) -> Entry:
    """A line of the journal."""
    return Entry(
        key="mine", step=step, service="a host", request={"model": "gpt-image-2", "n": 1},
        idempotency_key="ew-0", created_at=T - 1, sent_at=sent, identity="a fox", failure=failure,
    )  # fmt: skip


def test_the_only_task_that_fits_is_it() -> None:
    assert find(search(), [task("a"), task("old", T - 60)], set(), []) == "a"


def test_what_the_journal_knows_belongs_to_somebody() -> None:
    assert find(search(), [task("a"), task("b")], {"a"}, []) == "b"
    assert find(search(), [task("a")], {"a"}, []) is None


def test_of_two_that_fit_none_is_taken() -> None:
    assert find(search(), [task("a"), task("b", T + 3)], set(), []) is None


def test_another_model_another_time_or_no_time_does_not_fit() -> None:
    strangers = [
        task("model", model="gpt-image-2-beta"),
        task("early", int(T - EARLY - 1)),
        task("late", int(T + 5 + LATE + 1)),
        task("timeless", None),
    ]
    assert find(search(), strangers, set(), []) is None
    assert find(search(), [*strangers, task("a", model=None)], set(), []) == "a"


def test_after_an_answer_nothing_more_is_written_down() -> None:
    late = [task("late", int(T + 5 + EARLY + 2))]
    assert find(search(), late, set(), []) == "late"
    assert find(search(answered=True), late, set(), []) is None


def test_a_rival_that_could_own_it_leaves_it_open() -> None:
    assert find(search(), [task("a")], set(), [search("other")]) is None


def test_a_rival_of_another_time_is_none() -> None:
    assert find(search(), [task("a")], set(), [search("other", sent=T + 900, lost=T + 901)]) == "a"


def test_requests_for_the_same_pictures_share_what_is_there() -> None:
    mine, twin = search("mine", identity="fox"), search("twin", identity="fox")
    assert find(mine, [task("a"), task("b", T + 3)], set(), [twin]) == "a"
    assert find(twin, [task("a"), task("b", T + 3)], {"a"}, []) == "b"
    # One more than there are askers: a stranger's is among them.
    assert find(mine, [task("a"), task("b"), task("c")], set(), [twin]) is None


def test_requests_of_unknown_identity_never_share() -> None:
    mine, twin = search("mine", identity=None), search("twin", identity=None)
    assert find(mine, [task("a"), task("b")], set(), [twin]) is None


def test_a_clock_that_is_wrong_by_minutes_is_allowed_for() -> None:
    theirs = task("a", T + 301)
    assert find(search(), [theirs], set(), []) is None
    assert find(search(skew=300.0), [theirs], set(), []) == "a"
    # What whole seconds explain is no difference.
    assert search(skew=1.0) == search(skew=0.0)


ids = st.sampled_from("abcdef")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    items=st.lists(st.builds(task, ids, st.integers(T - 30, T + 60)), unique_by=lambda i: i.id),
    known=st.sets(ids),
    rivals=st.lists(st.integers(-60, 60), max_size=3),
)
def test_what_is_found_fits_is_unknown_and_nobody_elses(
    items: list[TaskListItem], known: set[str], rivals: list[int]
) -> None:
    mine = search()
    others = [search(f"other {at}", sent=T + at, lost=T + at + 5) for at in rivals]
    found = find(mine, items, known, others)
    fitting = [item for item in items if item.id not in known and mine.fits(item)]
    if found is None:
        contested = any(rival.fits(item) for rival in others for item in fitting)
        assert len(fitting) != 1 or contested
    else:
        assert [item.id for item in fitting] == [found]
        assert not any(rival.fits(fitting[0]) for rival in others)


def test_a_request_that_was_sent_again_is_looked_for_since_the_first_time() -> None:
    lost = {"lost_at": T + 70, "doubt_since": T}
    again = search_of(line(Step.UNKNOWN, sent=T + 60, failure=lost), paid_timeout=45, skew=0)
    assert again.fits(task("of the first", T + 1))
    assert again.fits(task("of the second", T + 65))


def test_what_is_written_of_an_earlier_post_does_not_shorten_the_search_for_the_next() -> None:
    earlier = {"lost_at": T + 1, "accepted": False, "status": 429}
    out = search_of(line(Step.SENDING, sent=T + 60, failure=earlier), paid_timeout=45, skew=0)
    assert out.fits(task("of this one", T + 100))
    assert not out.fits(task("of a stranger", T + 1))


def test_only_what_may_have_been_accepted_is_in_doubt() -> None:
    refused = line(Step.UNKNOWN, failure={"accepted": False})
    assert (in_doubt_since(refused), surely_not_accepted(refused)) == (None, True)
    assert in_doubt_since(line(Step.INTENDED, sent=None)) is None
    assert in_doubt_since(line(Step.ACCEPTED)) is None
    assert in_doubt_since(line(Step.SENDING)) == T
    assert in_doubt_since(line(Step.UNKNOWN, failure={"lost_at": T + 9})) == T
