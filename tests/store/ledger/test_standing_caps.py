"""Caps that hold are kept for others to show; those of a process that is gone are not shown."""

from __future__ import annotations

import math

from evolink_widgets.store import Cap
from evolink_widgets.store.ledger.standing_caps import StandingCap, keep_caps, standing_caps

DAY = Cap(100, name="today's budget", since=1_000.0, service="emulator")
OWN = Cap(20, name="this notebook's budget", scope="notebook fox.ipynb", service="emulator")


def test_what_holds_now_is_read_with_this_days_beginning(store):
    keep_caps(store.journal, "fox.ipynb", store.owner, [DAY, OWN])
    today = Cap(100, name="today's budget", since=2_000.0, service="emulator")
    found = standing_caps(store.database, midnight=2_000.0)
    assert found == [StandingCap("fox.ipynb", today), StandingCap("fox.ipynb", OWN)]


def test_the_newest_word_of_a_notebook_counts_also_none(store):
    for caps in ([DAY], [OWN], [OWN]):
        keep_caps(store.journal, "fox.ipynb", store.owner, caps)
    keep_caps(store.journal, None, store.owner, [Cap(math.inf)])
    assert [one.cap.limit for one in standing_caps(store.database, 0.0)] == [20]
    keep_caps(store.journal, "fox.ipynb", store.owner, [])
    assert standing_caps(store.database, 0.0) == []


def test_caps_of_a_process_that_is_gone_hold_no_more(store):
    gone = f"999999999@{store.owner.partition('@')[2]}"
    keep_caps(store.journal, "fox.ipynb", gone, [DAY])
    assert standing_caps(store.database, 0.0) == []


def test_a_damaged_note_hides_no_other(store):
    keep_caps(store.journal, "fox.ipynb", store.owner, [DAY])
    store.journal.remember("caps bad.ipynb", {"owner": store.owner, "caps": 3, "notebook": "x"})
    store.journal.remember("caps odd.ipynb", {"caps": []})
    assert len(standing_caps(store.database, 0.0)) == 1
