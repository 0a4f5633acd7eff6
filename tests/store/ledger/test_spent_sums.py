"""The sums that the store keeps are those of its rows, whatever has happened in any order."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from evolink_widgets.errors import BudgetExceeded, StoreError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Cap, Store
from evolink_widgets.store.gallery.rows import kinds
from evolink_widgets.store.ledger.spending_report import Spending, read_spending
from evolink_widgets.store.ledger.spending_rows import grouped
from evolink_widgets.store.ledger.task_rows import read_tasks
from evolink_widgets.store.spent_sums import count_new, differences, put_right

KEY = "ours0000000"
NOON = 1_795_500_000.0
SERVICES = ("api.evolink.ai", "emulator", "school.example")
NOTEBOOKS = ("fox.ipynb", "neige ❄.ipynb", None)
#: Whole hours, half hours, a quarter of one; and an hour in which clocks go back after midnight.
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "America/Havana")
ENDS = ((-1e18, 1e18), (NOON - 86_400 * 9, NOON + 5_000.5), (NOON + 1_800, 1e18))

needs_time_zones = pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has one zone")


class Life:
    """One store, and whatever may happen to the tasks in it; what is not allowed does nothing."""

    def __init__(self, root: Path) -> None:
        self.store = Store(root)
        self.keys: list[str] = []

    def buy(self, chance: int, at: float) -> None:
        key = f"{self.store.root.name}{len(self.keys):07d}"
        self.keys.append(key)
        service, notebook = SERVICES[chance % 3], NOTEBOOKS[chance // 3 % 3]
        request = ImageRequest(f"a fox, {chance % 5}", n=1 + chance % 3)
        # "school.example" may be an emulator's address: the recipe says it then.
        recipe = Recipe(request, "emulator" if chance % 7 == 0 else service)
        with self.store.database.write():
            self.store.ledger.reserve(
                key, 0.1 + chance % 11, now=at, service=service, scopes=(f"notebook {notebook}",)
            )
            self.store.journal.intend(
                request.to_record(), key=key, service=service, now=at, origin=notebook,
                recipe=recipe.to_record(), identity=recipe.identity,
            )  # fmt: skip

    def reserve_again(self, key: str, chance: int, at: float) -> None:
        self.store.ledger.reserve(key, 0.25 * chance, now=at, service=SERVICES[chance % 3])

    def send(self, key: str, chance: int, at: float) -> None:
        self.store.journal.sending(key, at)

    def lose(self, key: str, chance: int, at: float) -> None:
        self.store.journal.unknown(key)

    def accept(self, key: str, chance: int, at: float) -> None:
        self.store.journal.accepted(key, f"task-{key}", at)
        self.store.ledger.raise_to(key, 0.5 * chance, at)

    def find(self, key: str, chance: int, at: float) -> None:
        self.store.journal.adopt(key, f"found-{chance}", at)

    def disown(self, key: str, chance: int, at: float) -> None:
        self.store.journal.disown(key, f"found-{chance}", "it is another's")

    def ready(self, key: str, chance: int, at: float) -> None:
        self.store.journal.ready(key, ["https://a", ""][: chance % 3], until=None)

    def save(self, key: str, chance: int, at: float) -> None:
        entry = self.store.journal.get(key)
        assert entry is not None
        part = self.store.gallery.part_path(key, chance % 2)
        drawn = io.BytesIO()
        tone = (self.keys.index(key), len(self.store.root.name), chance % 2)
        Image.new("RGB", (16, 12), tone).save(drawn, "PNG")
        part.write_bytes(drawn.getvalue())
        recipe = Recipe.from_record(entry.recipe)
        self.store.gallery.admit(key, chance % 2, part, recipe, now=at, notebook=entry.origin)

    def end(self, key: str, chance: int, at: float) -> None:
        receipt = Receipt(charged=None if chance % 4 == 0 else chance / 7)
        with self.store.database.write():
            self.store.journal.finished(key, at, links=["https://a"] * (chance % 3))
            self.store.ledger.settle(key, receipt, at)

    def settle(self, key: str, chance: int, at: float) -> None:
        self.store.ledger.settle(key, Receipt(charged=chance / 3, reserved=2.0), at)

    def refund(self, key: str, chance: int, at: float) -> None:
        self.store.ledger.settle(key, Receipt(charged=0.0), at)

    def refuse(self, key: str, chance: int, at: float) -> None:
        with self.store.database.write():
            self.store.journal.refused(key, {}, at)
            self.store.ledger.release(key, at)

    def trash(self, key: str, chance: int, at: float) -> None:
        self.store.gallery.trash([(key, 0), (key, 1)], now=at)

    def restore(self, key: str, chance: int, at: float) -> None:
        self.store.gallery.restore([(key, 0)])

    def empty(self, key: str, chance: int, at: float) -> None:
        self.store.gallery.empty_trash(before=1e18)

    def raise_to(self, key: str, chance: int, at: float) -> None:
        self.store.ledger.raise_to(key, 9.0, at)

    def lower_to(self, key: str, chance: int, at: float) -> None:
        self.store.ledger.lower_to(key, 0.2)

    def pay_before(self, key: str, chance: int, at: float) -> None:
        """As of a task whose database was deleted meanwhile: the ledger knows it first."""
        self.store.ledger.settle(key, Receipt(charged=2.0), at)

    def intend_late(self, key: str, chance: int, at: float) -> None:
        self.store.journal.intend({}, service=SERVICES[0], now=at, key=key, origin=NOTEBOOKS[0])

    def lose_folder(self, key: str, chance: int, at: float) -> None:
        shutil.rmtree(self.store.root)

    def look(self, key: str, chance: int, at: float) -> None:
        assert read_spending(self.store.database, simulated=bool(chance % 2)) is not None


TO_A_TASK = [
    "reserve_again", "send", "lose", "accept", "find", "disown", "ready", "save", "end", "settle",
    "refund", "refuse", "trash", "restore", "empty", "look",
]  # fmt: skip
moments = st.builds(
    lambda day, seconds: NOON + 86_400 * day + seconds,
    st.integers(-30, 30),
    st.sampled_from([0, 0.25, 1_799.75, 1_800, 3_600, 40_000, 61_200, 84_600]),
)
OFTEN = ["buy", "buy", "buy", "send", "accept", "ready", "save", "end"]
steps = st.lists(
    st.tuples(st.sampled_from([*OFTEN, "merge", *TO_A_TASK]), st.integers(0, 20), moments),
    min_size=10,
    max_size=60,
)


@contextmanager
def zone(name: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


@needs_time_zones
@settings(max_examples=60, derandomize=True, database=None)
@given(steps=steps, always=st.booleans())
def test_sums_are_those_of_the_rows_after_any_history(
    steps: list[tuple[str, int, float]], always: bool
) -> None:
    with tempfile.TemporaryDirectory() as place:
        ours, theirs = Life(Path(place) / "ours"), Life(Path(place) / "them-")
        with closing(ours.store), closing(theirs.store):
            for number, (name, chance, at) in enumerate(steps):
                life = theirs if number % 3 == 2 else ours
                happens(life, name, chance, at, theirs)
                if always:  # or only what the history itself looks at
                    count_new(life.store.database)
            assert_exact(ours.store)
            assert kinds.differences(ours.store.database) == []


def happens(life: Life, name: str, chance: int, at: float, theirs: Life) -> None:
    try:
        if name == "merge":
            if theirs.keys and life is not theirs:
                life.store.merge(theirs.store.root)
        elif name == "buy":
            life.buy(chance, at)
        elif life.keys:
            getattr(life, name)(life.keys[chance % len(life.keys)], chance, at)
    except StoreError:
        pass  # this can't follow what was before


def assert_exact(store: Store, zones: Sequence[str] = ZONES) -> None:
    database = store.database
    for zone_name in zones:
        with zone(zone_name):
            for ends in ENDS:
                rows = list(read_tasks(database, ends))
                for simulated in (False, True):
                    alike = [row for row in rows if row.simulated == simulated]
                    for by in ("task", "notebook", "day"):
                        found = read(store, by, ends, simulated)
                        assert list(found) == grouped(alike, by), (zone_name, by, ends)
                        assert found.total == Spending(alike).total
    assert differences(database) == []
    # What a cap counts is the ledger's, and the same.
    everything = store.ledger.spent()
    both = [read(store, "day", ENDS[0], simulated).total for simulated in (False, True)]
    assert everything.total == pytest.approx(
        sum((total.charged or 0) + total.unreported + total.reserved for total in both)
    )


def read(store: Store, by: str, ends: tuple[float, float], simulated: bool) -> Spending[object]:
    since, until = (None if abs(end) == 1e18 else end for end in ends)
    return read_spending(store.database, by=by, since=since, until=until, simulated=simulated)


SENT = ["buy", "send", "accept"]


@needs_time_zones
@pytest.mark.parametrize(
    "names",
    [
        [*SENT, "ready", "end"],
        [*SENT, "ready", "settle", "refund"],
        [*SENT, "save", "trash", "restore", "trash", "empty"],
        ["buy", "raise_to", "lower_to", "reserve_again", "refuse", "reserve_again"],
        ["buy", "send", "lose", "find", "ready", "disown"],
        ["buy", "send", "lose", "refuse", "accept", "ready", "end"],
        ["pay_before", "intend_late"],
        ["buy", "send", "lose_folder", "raise_to", "lose"],
    ],
    ids="-".join,
)
def test_a_task_that_is_counted_and_changes_is_counted_anew(
    tmp_path: Path, names: list[str]
) -> None:
    life = Life(tmp_path / "ours")
    with closing(life.store):
        for name in names:
            life.buy(5, NOON) if name == "buy" else getattr(life, name)(KEY, 1, NOON)
            assert count_new(life.store.database)
            assert_exact(life.store, ["UTC"])
            assert kinds.differences(life.store.database) == []


def test_a_task_that_ended_in_a_copy_is_counted_anew_here(tmp_path: Path) -> None:
    life = Life(tmp_path / "ours")
    for name in SENT:
        life.buy(5, NOON) if name == "buy" else getattr(life, name)(KEY, 1, NOON)
    life.store.close()
    shutil.copytree(tmp_path / "ours", tmp_path / "copy")
    there = Store(tmp_path / "copy")
    there.journal.ready(KEY, ["https://a"], until=None)
    there.journal.finished(KEY, NOON)
    there.ledger.settle(KEY, Receipt(charged=3.0), NOON)
    there.close()
    with closing(life.store):
        assert count_new(life.store.database)
        life.store.merge(tmp_path / "copy")
        assert_exact(life.store, ["UTC"])
        assert read_spending(life.store.database).total.charged == 3.0


@pytest.fixture
def bought(store: Store) -> Callable[..., None]:
    """Write so many settled tasks into the books, a minute after one another."""

    def write(count: int) -> None:
        with store.database.write() as connection:
            for number in range(count):
                at = NOON + 60 * number
                connection.execute(
                    "INSERT INTO ledger (key, service, state, reserved, charged, reserved_at, "
                    "settled_at) VALUES (?, 'api.evolink.ai', 'settled', 2000000, ?, ?, ?)",
                    (f"key{number:09}", 1_000_000 + number, at, at),
                )

    return write


def test_older_rows_are_read_when_they_are_looked_at(
    store: Store, bought: Callable[..., None]
) -> None:
    bought(1_300)
    rows = read_spending(store.database)
    assert len(rows) == 1_300
    assert [row.task for row in rows] == [f"key{number:09}" for number in range(1_299, -1, -1)]
    assert [rows[place].task for place in (0, 49, 50, 999, -1)] == [
        "key000001299", "key000001250", "key000001249", "key000000300", "key000000000",
    ]  # fmt: skip
    assert [row.task for row in rows[45:55]] == [f"key{1299 - at:09}" for at in range(45, 55)]
    assert [row.task for row in rows[1290:40:-500]] == [
        "key000000009", "key000000509", "key000001009",
    ]  # fmt: skip
    with pytest.raises(IndexError, match="1300"):
        rows[1_300]
    assert rows.total.charged == Spending(list(rows)).total.charged


def test_what_is_bought_since_is_not_among_the_rows_that_are_looked_at_later(
    store: Store, bought: Callable[..., None]
) -> None:
    bought(120)
    rows = read_spending(store.database)
    store.ledger.reserve("newer", 1.0, now=NOON + 1e6, service="api.evolink.ai")
    store.ledger.settle("key000000003", Receipt(charged=7.0), NOON)
    assert len(rows) == len(list(rows)) == 120
    assert rows[119 - 3].charged == 7.0  # as it is now
    assert rows[-1].task == "key000000000"
    assert read_spending(store.database)[0].task == "newer"


def test_rows_can_be_copied_and_need_no_store_then(
    store: Store, bought: Callable[..., None]
) -> None:
    bought(60)
    rows = read_spending(store.database)
    copied = pickle.loads(pickle.dumps(rows))
    assert list(copied) == list(rows)
    assert copied.total == rows.total


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE hours_spent SET charged = charged + 1 WHERE hour % 2 = 0", "hours_spent"),
        ("UPDATE notebooks_spent SET pictures = 7", "notebooks_spent"),
        ("DELETE FROM hours_spent", "hours_spent"),
        ("INSERT INTO notebooks_spent VALUES (0, 'none.ipynb', 1, 1, 1, 1, 1, 1)", "none.ipynb"),
        ("UPDATE ledger SET charged = 5 WHERE key = 'key000000007'", "hours_spent"),
        ("UPDATE ledger SET notebook = 'other' WHERE key = 'key000000007'", "key000000007"),
    ],
)
def test_a_difference_is_found_and_put_right(
    store: Store, bought: Callable[..., None], damage: str, said: str
) -> None:
    bought(150)
    assert count_new(store.database)
    assert differences(store.database) == []
    with store.database.write() as connection:
        connection.execute(damage)
    assert said in " ".join(differences(store.database))
    put_right(store.database)
    expected = list(read_tasks(store.database, ENDS[0]))
    for by in ("task", "notebook", "day"):
        assert list(read_spending(store.database, by=by)) == grouped(expected, by)
    assert differences(store.database) == []


def test_what_a_cap_counts_rests_on_no_sum(store: Store, bought: Callable[..., None]) -> None:
    bought(3)
    count_new(store.database)
    with store.database.write() as connection:
        connection.execute("UPDATE hours_spent SET charged = 0")
        connection.execute("UPDATE notebooks_spent SET charged = 0")
    assert store.ledger.spent().charged == 3.000003
    with pytest.raises(BudgetExceeded, match="3 spent"):
        store.ledger.reserve("more", 1.0, now=NOON, service="x", caps=[Cap(3.5)])


@pytest.mark.parametrize(
    ("damage", "told"), [("charged = 'x'", []), ("key = x'00ff'", [r"b'\x00\xff'"])]
)
def test_a_damaged_row_hides_no_other(
    store: Store, bought: Callable[..., None], damage: str, told: list[str]
) -> None:
    bought(5)
    with store.database.write() as connection:
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute("DELETE FROM ledger_scopes WHERE key = 'key000000002'")
        connection.execute(f"UPDATE ledger SET {damage} WHERE key = 'key000000002'")
    assert not count_new(store.database)
    rows = read_spending(store.database)
    names = [f"key{number:09}" for number in range(5)]
    assert [row.task for row in rows] == [names[4], names[3], *told, names[1], names[0]]
    assert read_spending(store.database, by="day").total == rows.total


def test_a_store_that_can_not_be_written_to_is_read_row_by_row(
    store: Store, bought: Callable[..., None]
) -> None:
    bought(70)
    held = Store(store.root)
    store.database.busy_timeout = 0.05
    store.close()
    with closing(held), held.database.write():  # by a program that lets no other write
        rows = read_spending(store.database)
        assert len(rows) == 70
        assert read_spending(store.database, by="day").total == rows.total
