"""What was spent, as rows, sums and a small table; and what receipts teach."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date, datetime, timezone
from html.parser import HTMLParser

import pytest

from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.pricing.learning import Learned, Sample
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Store
from evolink_widgets.store.ledger.ledger import samples
from evolink_widgets.store.ledger.spending_report import read_spending

HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture
def buy(store: Store, admit: Callable[..., object], now: float) -> Callable[..., str]:
    """Write a task into the books, up to where it came."""
    bought: list[str] = []

    def write(
        prompt: str = "a fox in the snow",
        *,
        ends: str = "charged",
        charged: float | None = 1.5,
        at: float = 0.0,
        notebook: str | None = "fox.ipynb",
        service: str = "api.evolink.ai",
        pictures: int = 1,
        **fields: object,
    ) -> str:
        key = f"key{len(bought):09d}"
        bought.append(key)
        request = ImageRequest(prompt, **{"size": "1:1", "quality": "low", **fields})
        with store.database.write():
            store.ledger.reserve(key, 2.0, now=now + at, service=service)
            store.journal.intend(
                request.to_record(), key=key, service=service, now=now + at, origin=notebook,
                recipe={"service": service},
            )  # fmt: skip
        store.journal.sending(key, now + at)
        if ends == "perhaps charged":
            store.journal.unknown(key)
            return key
        store.journal.accepted(key, f"task-unified-{key}", now + at)
        if ends in ("charged", "not reported"):
            store.journal.ready(key, ["https://pictures"] * pictures, until=None)
            admit(key, 0, prompt=prompt, n=pictures)
            receipt = Receipt(charged=charged if ends == "charged" else None)
            store.journal.finished(key, now + at, receipt=receipt)
            store.ledger.settle(key, receipt, now + at)
        elif ends == "not charged":
            store.journal.failed(key, {}, now + at)
            store.ledger.release(key, now + at)
        return key

    return write


ENDS = ("charged", "not charged", "not reported", "reserved", "perhaps charged")


def test_each_task_says_what_became_of_its_credits(store: Store, buy: Callable[..., str]) -> None:
    for hour, ends in enumerate(ENDS):
        buy(f"a fox, {ends}", ends=ends, at=hour * HOUR, n=2)
    rows = read_spending(store.database)
    assert [row.state for row in rows] == list(ENDS[::-1])  # newest first
    assert {row.state: row.charged for row in rows} == {
        "charged": 1.5, "not charged": 0.0, "not reported": None, "reserved": None,
        "perhaps charged": None,
    }  # fmt: skip
    row = rows[-1]
    assert (row.prompt, row.notebook, row.size, row.quality, row.n, row.reserved) == (
        "a fox, charged", "fox.ipynb", "1:1", "low", 2, 2.0,
    )  # fmt: skip
    assert row.when == datetime.fromtimestamp(1_795_500_000, timezone.utc)
    assert not row.simulated


def test_sums_keep_apart_what_was_charged_not_reported_and_is_still_out(
    store: Store, buy: Callable[..., str]
) -> None:
    for ends in ENDS:
        buy(ends=ends)
    total = read_spending(store.database).total
    assert total == (5, 2, 1.5, 2.0, 4.0)
    assert "2.0000 credits not reported" in str(total)
    only = read_spending(store.database)[2:3]
    assert only[0].state == "not reported"
    assert only.total.charged is None
    assert "charge not reported" in str(only.total)


def test_rows_by_notebook_and_by_day(store: Store, buy: Callable[..., str]) -> None:
    buy(notebook="a.ipynb", charged=0.1)
    buy(notebook="b.ipynb", charged=0.2, at=DAY)
    buy(notebook="a.ipynb", charged=0.2, at=2 * DAY)
    buy(notebook=None, ends="not reported", at=2 * DAY + 1)
    by_notebook = read_spending(store.database, by="notebook")
    assert [(row.notebook, row.tasks, row.charged, row.unreported) for row in by_notebook] == [
        (None, 1, None, 2.0), ("a.ipynb", 2, 0.3, 0.0), ("b.ipynb", 1, 0.2, 0.0),
    ]  # fmt: skip
    by_day = read_spending(store.database, by="day")
    assert [(row.tasks, row.charged) for row in by_day] == [(2, 0.2), (1, 0.2), (1, 0.1)]
    assert by_day[0].day - by_day[2].day == date(2026, 11, 3) - date(2026, 11, 1)
    assert by_day.total == by_notebook.total == read_spending(store.database).total


def test_a_stretch_of_time_can_be_named_in_several_ways(
    store: Store, buy: Callable[..., str], now: float
) -> None:
    for days in range(4):
        buy(at=days * DAY)
    second = datetime.fromtimestamp(now + DAY)
    for since in (now + DAY, second, second.isoformat(), datetime.fromtimestamp(now + DAY - 1)):
        assert len(read_spending(store.database, since=since)) == 3
    assert len(read_spending(store.database, since=second.date(), until=now + 2 * DAY)) == 1
    assert len(read_spending(store.database, until=now)) == 0


@pytest.mark.parametrize(
    "wrong", [{"by": "week"}, {"since": "yesterday"}, {"until": []}, {"since": True}]
)
def test_what_can_not_be_read_is_refused_by_name(store: Store, wrong: dict[str, object]) -> None:
    (name,) = wrong
    with pytest.raises(ConfigurationError, match=name):
        read_spending(store.database, **wrong)


def test_simulated_credits_are_never_added_to_real_ones(
    store: Store, buy: Callable[..., str]
) -> None:
    buy(charged=1.0)
    buy(charged=5.0, service="emulator")
    assert read_spending(store.database).total.charged == 1.0
    simulated = read_spending(store.database, simulated=True)
    assert simulated.total.charged == 5.0
    assert simulated[0].simulated
    assert "Simulated" in repr(simulated)
    assert str(simulated.total).endswith("5.0000 credits would be charged"), "nothing was"


def test_it_is_what_pandas_takes(store: Store, buy: Callable[..., str]) -> None:
    buy()
    for by in ("task", "notebook", "day"):
        rows = read_spending(store.database, by=by)
        assert isinstance(rows, Sequence)
        assert all(dataclasses.is_dataclass(row) for row in rows)
        with pytest.raises(dataclasses.FrozenInstanceError):
            rows[0].charged = 0.0


class Table(HTMLParser):
    """The cells of a table, and everything else that was found."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def scopes(self, scope: str) -> int:
        return sum(tag == "th" and attrs.get("scope") == scope for tag, attrs in self.tags)


def test_the_table_is_one_for_screen_readers_too(store: Store, buy: Callable[..., str]) -> None:
    for ends in ENDS:
        buy(ends=ends)
    table = Table(read_spending(store.database)._repr_html_())
    assert table.scopes("col") == 8
    assert table.scopes("row") == 5
    # What is wider than its place is scrolled to, and not hidden.
    (div, style), *inner = [(tag, attrs.get("style") or "") for tag, attrs in table.tags[:3]]
    assert (div, "overflow-x:auto" in style) == ("div", True)
    assert [tag for tag, _ in inner] == ["table", "caption"]
    assert {"not reported", "perhaps charged", "1.5000", "0.0000"} <= set(table.text)
    aligned = [attrs for tag, attrs in table.tags if "tabular-nums" in (attrs.get("style") or "")]
    assert len(aligned) == 3 * 6
    assert not any("color" in (attrs.get("style") or "") for _, attrs in table.tags)


def test_text_stays_text(store: Store, buy: Callable[..., str]) -> None:
    buy("</table><script>alert(1)</script>\n\x00 fox", notebook="<b>\ud800.ipynb")
    rows = read_spending(store.database)
    table = Table(rows._repr_html_())
    assert not {"script", "b"} & {tag for tag, _ in table.tags}
    assert any("<script>" in text for text in table.text)
    repr(rows).encode()
    rows._repr_html_().encode()


def test_a_long_list_shows_its_newest_and_sums_all(store: Store, buy: Callable[..., str]) -> None:
    for hour in range(25):
        buy(f"fox {hour}", at=hour * HOUR, charged=1.0)
    rows = read_spending(store.database)
    table = Table(rows._repr_html_())
    assert table.scopes("row") == 20
    assert "fox 24" in table.text
    assert "and 5 more, older ones" in table.text[-1]
    assert repr(rows).splitlines()[0] == "25 tasks, 25 pictures · 25.0000 credits charged"
    assert rows.total.tasks == 25


def test_where_nothing_was_spent_it_says_so(store: Store) -> None:
    for by in ("task", "notebook", "day"):
        rows = read_spending(store.database, by=by)
        assert repr(rows) == "nothing was spent"
        assert "nothing was spent" in rows._repr_html_()
    assert not store.root.exists()


def test_one_damaged_record_hides_nothing_of_what_the_others_cost(
    store: Store, buy: Callable[..., str]
) -> None:
    keys = [buy(f"fox {number}") for number in range(6)]
    with store.database.write() as connection:
        for key, change in zip(
            keys,
            (
                "tasks SET request = '{'",
                "tasks SET request = '[]'",
                "tasks SET results = 'x'",
                "ledger SET charged = 'much'",
                "ledger SET settled_at = 'late'",
            ),
            strict=False,
        ):
            connection.execute(f"UPDATE {change} WHERE key = ?", (key,))
    rows = read_spending(store.database)
    assert [row.prompt for row in rows] == [None, None, "fox 2", "fox 4", "fox 5"]
    assert rows.total.charged == 5 * 1.5
    assert len(samples(store.database, "api.evolink.ai")) == 2


def test_what_the_journal_has_lost_still_counts(store: Store, buy: Callable[..., str]) -> None:
    key = buy()
    with store.database.write() as connection:
        connection.execute("DELETE FROM tasks WHERE key = ?", (key,))
    (row,) = read_spending(store.database)
    assert (row.prompt, row.charged, row.state) == (None, 1.5, "charged")


def test_receipts_teach_by_what_came(store: Store, buy: Callable[..., str]) -> None:
    buy("fuchs", charged=3.0, n=4, pictures=3, quality="high", size="auto", at=HOUR)
    buy(charged=1.0, references=["https://example.com/a.png"])
    for ends in ENDS[1:]:
        buy(ends=ends)
    buy(service="another.host")
    assert samples(store.database, "api.evolink.ai") == [
        Sample("gpt-image-2", "high", (64, 48), 3, 3.0, True, 0, 5),
        Sample("gpt-image-2", "low", (64, 48), 1, 1.0, False, 1, 17),
    ]
    assert len(samples(store.database, "api.evolink.ai", limit=1)) == 1


def test_an_estimate_learns_from_the_store(store: Store, buy: Callable[..., str]) -> None:
    for number in range(10):
        buy(charged=0.5, at=number * HOUR)
    learned = Learned.from_samples(samples(store.database, "api.evolink.ai"))
    estimate = learned.estimate(ImageRequest("a fox", size="1:1", quality="low"))
    assert estimate.basis == "from 10 receipts"


def test_on_the_emulator_it_would_cost_and_nothing_is_charged(
    store: Store, buy: Callable[..., str]
) -> None:
    buy(charged=5.0, service="emulator")
    rows = read_spending(store.database, simulated=True)
    first, titles, _ = repr(rows).splitlines()
    assert first == "Simulated: 1 task, 1 picture · 5.0000 credits would be charged"
    assert titles.endswith("would cost")
    assert "would cost" in rows._repr_html_()
