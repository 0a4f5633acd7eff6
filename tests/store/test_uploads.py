"""References in the store: bytes by their content, one row for each account, one who uploads."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.store import Store
from evolink_widgets.store.journal.process_name import this_process
from evolink_widgets.store.uploads import KEPT, MARGIN, Turn, Upload, Uploads

ACCOUNT = "files.example"
DATA = b"\x89PNG a picture, as far as the shelf is concerned"
DIGEST = hashlib.sha256(DATA).hexdigest()
ME, OTHER = "1@here", "2@there"


@pytest.fixture
def uploads(store: Store) -> Uploads:
    return Uploads(store.root, store.database)


def upload(now: float, link: str = "https://files.example/a.png") -> Upload:
    return Upload(link, "file-1", now, now + KEPT)


def test_bytes_are_kept_once_and_found_by_their_content(uploads: Uploads, store: Store) -> None:
    path = uploads.keep(DATA, DIGEST, "png")
    stamp = path.stat().st_mtime_ns
    assert uploads.keep(DATA, DIGEST, "png") == path
    assert path.stat().st_mtime_ns == stamp
    assert uploads.file_of(DIGEST) == path
    assert path.read_bytes() == DATA
    assert [found.name for found in path.parent.iterdir()] == [f"{DIGEST}.png"]
    assert path.parent.name.startswith("."), "people look through the store's folder"


def test_bytes_that_were_changed_or_lost_are_named_and_come_back(uploads: Uploads) -> None:
    path = uploads.keep(DATA, DIGEST, "png")
    path.write_bytes(DATA[:-1] + b"!")
    with pytest.raises(StoreDamaged, match="was changed"):
        uploads.file_of(DIGEST)
    path.unlink()
    with pytest.raises(StoreDamaged, match=DIGEST[:12]) as caught:
        uploads.file_of(DIGEST)
    assert "Give the reference again" in caught.value.advice
    uploads.keep(DATA, DIGEST, "png")
    assert uploads.file_of(DIGEST) == path
    uploads.drop(DIGEST)
    uploads.drop(DIGEST)
    assert not path.exists()


def test_one_has_the_turn_and_the_others_wait_for_its_link(uploads: Uploads, now: float) -> None:
    assert uploads.take_turn(ACCOUNT, DIGEST, ME, now, 60) == Turn(mine=True)
    assert uploads.take_turn(ACCOUNT, DIGEST, OTHER, now, 60) == Turn()
    assert uploads.find(ACCOUNT, DIGEST, now) is None
    uploads.arrived(ACCOUNT, DIGEST, upload(now))
    assert uploads.take_turn(ACCOUNT, DIGEST, OTHER, now, 60) == Turn(upload(now))
    assert uploads.find(ACCOUNT, DIGEST, now) == upload(now)


def test_other_accounts_and_contents_have_turns_of_their_own(uploads: Uploads, now: float) -> None:
    uploads.take_turn(ACCOUNT, DIGEST, ME, now, 60)
    assert uploads.take_turn("elsewhere", DIGEST, OTHER, now, 60).mine
    assert uploads.take_turn(ACCOUNT, DIGEST[::-1], OTHER, now, 60).mine


def test_a_link_counts_until_shortly_before_its_end(uploads: Uploads, now: float) -> None:
    uploads.arrived(ACCOUNT, DIGEST, upload(now))
    last = now + KEPT - MARGIN
    assert uploads.find(ACCOUNT, DIGEST, last - 1) is not None
    assert uploads.find(ACCOUNT, DIGEST, last) is None
    assert uploads.take_turn(ACCOUNT, DIGEST, ME, last, 60) == Turn(mine=True)


def test_a_clock_that_jumped_back_keeps_no_link_for_ever(uploads: Uploads, now: float) -> None:
    uploads.arrived(ACCOUNT, DIGEST, upload(now))
    assert uploads.find(ACCOUNT, DIGEST, now - KEPT - 1) is None


def test_a_turn_that_was_not_given_back_runs_out(uploads: Uploads, now: float) -> None:
    uploads.take_turn(ACCOUNT, DIGEST, OTHER, now, 60)
    assert not uploads.take_turn(ACCOUNT, DIGEST, ME, now + 59, 60).mine
    assert uploads.take_turn(ACCOUNT, DIGEST, ME, now + 60, 60) == Turn(mine=True)


def test_the_turn_of_a_process_that_is_gone_is_free_at_once(uploads: Uploads, now: float) -> None:
    host = this_process().partition("@")[2]
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)
    uploads.take_turn(ACCOUNT, DIGEST, f"{child}@{host}", now, 60)
    assert uploads.take_turn(ACCOUNT, DIGEST, ME, now, 60).mine


def test_what_may_have_arrived_is_looked_for_first(uploads: Uploads, now: float) -> None:
    uploads.take_turn(ACCOUNT, DIGEST, OTHER, now, 60)
    uploads.sending(ACCOUNT, DIGEST, OTHER, now)
    assert uploads.take_turn(ACCOUNT, DIGEST, ME, now + 99, 60) == Turn(mine=True, doubtful=True)
    uploads.give_up(ACCOUNT, DIGEST, ME, doubtful=True)
    assert uploads.take_turn(ACCOUNT, DIGEST, ME, now + 99, 60).doubtful
    uploads.give_up(ACCOUNT, DIGEST, ME, doubtful=False)
    assert uploads.take_turn(ACCOUNT, DIGEST, OTHER, now + 99, 60) == Turn(mine=True)


def test_a_dead_link_is_forgotten_and_a_newer_one_stays(uploads: Uploads, now: float) -> None:
    uploads.arrived(ACCOUNT, DIGEST, upload(now))
    uploads.forget(ACCOUNT, DIGEST, "https://files.example/older.png")
    assert uploads.find(ACCOUNT, DIGEST, now) is not None
    uploads.forget(ACCOUNT, DIGEST, upload(now).link)
    assert uploads.find(ACCOUNT, DIGEST, now) is None
    assert uploads.take_turn(ACCOUNT, DIGEST, ME, now, 60) == Turn(mine=True)


def test_of_many_threads_one_has_the_turn(store: Store, now: float) -> None:
    def ask(number: int) -> bool:
        mine = Store(store.root)
        try:
            turns = Uploads(mine.root, mine.database)
            return turns.take_turn(ACCOUNT, DIGEST, f"{number}@there", now, 60).mine
        finally:
            mine.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(ask, range(32))) == 1
