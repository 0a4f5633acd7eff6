"""Another store is taken in once, set by set, and only read; a stranger's harms nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import unicodedata
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from refusing import refuse

from evolink_widgets.errors import StoreDamaged, StoreError, StoreTooNew
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.links import kept_name
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Query, Step, Store
from evolink_widgets.store.database.schema import MIGRATIONS
from evolink_widgets.store.gallery.archive import export_zip
from evolink_widgets.store.judging.verdicts import Change, Judgement

KEY = "k3j2mnpqrstu"


@pytest.fixture
def other(tmp_path):
    opened = Store(tmp_path / "other")
    yield opened
    opened.close()


@pytest.fixture
def fill(picture, now):
    """Let a store buy pictures: `fill(store, "a fox", n=2)`; returns the task's key."""

    def buy(
        store, prompt="a fox", *, n=2, key=None, when=0.0, service="emulator", end=True,
        references=(),
    ):  # fmt: skip
        recipe = Recipe(ImageRequest(prompt, n=n, references=references), service)
        entry = store.journal.intend(
            recipe.request.to_record(),
            service=service,
            now=now + when,
            key=key,
            recipe=recipe.to_record(),
            identity=recipe.identity,
            origin="winter.ipynb",
        )
        key = entry.key
        store.ledger.reserve(key, 9.0, now=now + when, service=service, scopes=["winter"])
        store.journal.sending(key, now + when)
        store.journal.accepted(key, f"task-{key}", now + when)
        if not end:
            store.journal.ready(key, ["https://inside.example/secret"], until=now + 9)
            return key
        for index in range(n):
            part = store.gallery.part_path(key, index)
            part.write_bytes(picture(seed=f"{prompt} {key} {index}"))
            store.gallery.admit(
                key, index, part, recipe, now=now + when, task_id=f"task-{key}",
                notebook="winter.ipynb",
            )  # fmt: skip
        receipt = Receipt(charged=7.5)
        store.ledger.settle(key, receipt, now + when)
        store.journal.finished(key, now + when, receipt=receipt)
        return key

    return buy


def contents(root: Path) -> dict[str, object]:
    """Every file below a folder, with its bytes and the moment it was changed."""
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }


def test_pictures_recipes_tasks_and_credits_come_in_once(store, other, fill, now, visible):
    mine = fill(store, "a hare", n=1)
    key = fill(other, "a fox", n=2, when=-86_400)
    other.gallery.favourite([(key, 1)], True)
    before = contents(other.root)
    merged = store.merge(other.root)
    assert (merged.pictures, merged.tasks, merged.already, merged.left_out) == (2, 1, 0, ())
    assert contents(other.root) == before, "the other store is only read"
    theirs, ours = other.gallery.images(key), store.gallery.images(key)
    assert [image.bytes for image in ours] == [image.bytes for image in theirs]
    assert [(image.index, image.favourite) for image in ours] == [(0, False), (1, True)]
    assert ours.recipe == theirs.recipe
    assert ours.receipt.charged == 7.5
    assert ours[0].notebook == "winter.ipynb"
    assert ours[0].created_at == theirs[0].created_at
    assert store.journal.get(key) == other.journal.get(key)
    assert store.ledger.spent().charged == 15.0
    assert store.ledger.spent(since=now - 100).charged == 7.5, "yesterday's stay yesterday's"
    assert store.ledger.spent(scope="winter").charged == 15.0
    assert store.gallery.count(Query(text="FOX")) == 2
    record = json.loads((store.root / f"{ours[0].path.stem[:-2]}.json").read_text())
    assert [one["file"] for one in record["pictures"]] == [image.path.name for image in ours]
    assert store.gallery.images(mine)[0].path.is_file()
    names = visible(store)
    again = store.merge(str(other.root))
    assert (again.pictures, again.tasks, again.already) == (0, 0, 2)
    assert (visible(store), store.ledger.spent().charged) == (names, 15.0)
    assert not list((store.root / ".parts").iterdir())


def test_into_a_store_that_is_not_there_yet_and_after_it_was_moved(tmp_path, other, fill):
    key = fill(other)
    other.close()
    other.root.rename(tmp_path / "moved")
    store = Store(tmp_path / "new")
    assert store.merge(tmp_path / "moved").pictures == 2
    assert len(store.gallery.images(key)) == 2
    store.close()


def test_a_picture_whose_file_was_lost_comes_back_from_a_copy(store, other, fill, now, visible):
    key = fill(other, n=3)
    assert store.merge(other.root).pictures == 3
    store.gallery.favourite([(key, 0)], True)
    store.gallery.trash([(key, 2)], now=now)
    names, before = visible(store), list(store.gallery.images(key))
    for image in before:
        image.path.unlink()
    lost_in_trash = next((store.root / ".trash").iterdir())
    lost_in_trash.unlink()
    merged = store.merge(other.root)
    assert (merged.pictures, merged.already, merged.left_out) == (2, 1, ())
    assert (visible(store), list(store.gallery.images(key))) == (names, before)
    assert [image.bytes for image in before] == [one.bytes for one in other.gallery.images(key)[:2]]
    assert not lost_in_trash.exists(), "what was deleted stays deleted"
    assert store.merge(other.root).pictures == 0


def test_presets_come_in_where_their_names_are_free(store, other, fill):
    store.presets["poster"] = {"size": "2:3"}
    store.presets["wide"] = {"size": "21:9"}
    other.presets["poster"] = {"size": "3:2"}
    other.presets["wide"] = {"size": "21:9"}
    other.presets["night <b>"] = {"prompt": "a fox at night", "n": 2}
    fill(other)
    merged = store.merge(other.root)
    assert (merged.pictures, merged.presets) == (2, 1)
    assert str(merged).startswith(
        "2 pictures and 1 task taken over; 1 preset taken over; 1 thing left"
    )
    [left_out] = merged.left_out
    assert "The preset 'poster' is another one here" in left_out
    assert store.presets == {
        "poster": {"size": "2:3"},
        "wide": {"size": "21:9"},
        "night <b>": {"prompt": "a fox at night", "n": 2},
    }
    assert store.merge(other.root).presets == 0


def test_damaged_presets_of_a_stranger_are_left_out_with_a_sentence(store, other, fill):
    fill(other)
    other.presets["good"] = {"n": 2}
    with other.database.write() as connection:
        connection.executemany(
            "INSERT INTO presets VALUES (CAST(? AS TEXT), ?)",
            [
                ("bad", "{"), ("wrong", '{"size": "17:3"}'), ("two\nlines", '{"n": 1}'),
                ("long", '{"prompt": "' + "x" * 1_000_001 + '"}'), (b"\xff", '{"n": 1}'),
                ("more", '{"n": 1, "references": ["https://inside.example/secret"]}'),
            ],
        )  # fmt: skip
    merged = store.merge(other.root)
    assert (merged.presets, len(merged.left_out)) == (1, 5)
    assert dict(store.presets) == {"good": {"n": 2}}


def test_a_store_of_schema_1_is_merged_and_stays_of_schema_1(store, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(Path(__file__).parent.parent / "database" / "schema_1", old)
    with closing(sqlite3.connect(old / "evolink.sqlite")) as connection:
        connection.executescript((old / "evolink.sql").read_text(encoding="utf-8"))
    before = contents(old)
    merged = store.merge(old)
    # A file's name may have another form on this system; the recipe file's list is exact.
    assert merged.pictures + len(merged.left_out) == 3
    assert merged.tasks == 3
    assert contents(old) == before
    assert store.journal.get("lostcccccccc").step is Step.SENDING
    assert store.ledger.spent().reserved == 9.0


def test_a_newer_store_is_refused_with_a_sentence(store, other, fill):
    fill(other)
    other.close()
    with closing(sqlite3.connect(other.database.path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(StoreTooNew, match=r"other/evolink\.sqlite.*Upgrade"):
        store.merge(other.root)
    assert store.gallery.count(Query()) == 0


@pytest.mark.parametrize("name", ["itself", "nothing", "empty", "file"])
def test_what_is_no_other_store_is_a_sentence(store, fill, tmp_path, name):
    fill(store)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "itself").symlink_to(store.root)
    with pytest.raises(StoreError):
        store.merge(tmp_path / name)


def test_a_merge_while_the_other_store_is_at_work(store, other, fill):
    """Its WAL holds rows that its database file has not yet."""
    key = fill(other)
    assert other.database.path.with_name("evolink.sqlite-wal").stat().st_size
    assert store.merge(other.root).pictures == 2
    assert store.journal.get(key).step is Step.SAVED
    second = fill(other, "a hare")
    assert store.merge(other.root).pictures == 2
    assert len(store.gallery.images(second)) == 2


def test_names_that_clash_get_free_ones(store, other, fill, now):
    fill(store, "a fox", key="k3j2aaaaaaaa", n=1)
    fill(other, "a fox", key="k3j2bbbbbbbb", n=1)
    mine = store.root / "2026-11-24_a-fox_k3j2bbbb_1.png"
    mine.write_bytes(b"my own file")
    store.merge(other.root)
    image = store.gallery.images("k3j2bbbbbbbb")[0]
    assert image.path.name == "2026-11-24_a-fox_k3j2bbbb_1-2.png"
    assert mine.read_bytes() == b"my own file"
    assert store.gallery.images("k3j2aaaaaaaa")[0].path.is_file()


def test_the_same_key_with_another_recipe_becomes_a_set_of_its_own(store, other, fill):
    fill(store, "a fox", key=KEY, n=1)
    mine = store.gallery.images(KEY)[0]
    fill(other, "a hare", key=KEY, n=1)
    assert store.merge(other.root).pictures == 1
    assert store.gallery.images(KEY)[0].bytes == mine.bytes
    assert store.journal.get(KEY).request["prompt"] == "a fox"
    hares = store.gallery.page(Query(text="hare"), 0, 9)
    assert [image.bytes for image in hares] == [other.gallery.images(KEY)[0].bytes]
    assert store.merge(other.root).already == 1
    assert store.gallery.count(Query()) == 2


def test_a_set_is_not_taken_in_under_the_key_of_our_open_task(store, other, fill):
    """Else the picture that we paid for would be taken for one that is here."""
    fill(store, "a fox", key=KEY, end=False)
    fill(other, "a hare", key=KEY)
    store.merge(other.root)
    with pytest.raises(StoreError, match="no pictures"):
        store.gallery.images(KEY)
    assert store.journal.get(KEY).step is Step.READY
    assert store.gallery.count(Query(text="hare")) == 2


def test_a_copy_that_went_on_alone_brings_its_end_home(store, fill, tmp_path, picture, now):
    key = fill(store, "a fox", n=1, end=False)
    store.close()
    shutil.copytree(store.root, tmp_path / "copy")
    copy = Store(tmp_path / "copy")
    part = copy.gallery.part_path(key, 0)
    part.write_bytes(picture())
    copy.gallery.admit(key, 0, part, Recipe(ImageRequest("a fox"), "emulator"), now=now)
    copy.ledger.settle(key, Receipt(charged=5.0), now)
    copy.journal.finished(key, now, receipt=Receipt(charged=5.0))
    copy.close()
    assert store.merge(copy.root).pictures == 1
    assert store.journal.get(key).step is Step.SAVED
    spent = store.ledger.spent()
    assert (spent.charged, spent.reserved) == (5.0, 0.0)


@pytest.mark.parametrize("change", ["idempotency_key = 'x'", "task_id = 'x'", "service = 'x.ai'"])
def test_a_stranger_cannot_end_our_open_task(store, other, fill, tmp_path, change):
    key = fill(store, "a fox", key=KEY, n=1, end=False)
    fill(other, "a fox", key=KEY, n=1)
    idempotency = store.journal.get(key).idempotency_key
    with other.database.write() as connection:
        connection.execute("UPDATE tasks SET idempotency_key = ?", (idempotency,))
        connection.execute(f"UPDATE tasks SET {change}")
        connection.execute("UPDATE ledger SET state = 'released', charged = 0")
    store.merge(other.root)
    assert store.journal.get(key).step is Step.READY
    assert store.ledger.spent().reserved == 9.0


def test_open_tasks_come_without_links_and_unsent_ones_not_at_all(store, other, fill, now):
    key = fill(other, "a fox", end=False)
    other.journal.intend({}, service="emulator", now=now, key="unsent")
    store.merge(other.root)
    entry = store.journal.get(key)
    assert (entry.step, entry.results, entry.links_until) == (Step.ACCEPTED, (), None)
    assert entry.task_id == f"task-{key}"
    assert store.journal.get("unsent") is None


@pytest.fixture
def referring(fill, picture, now):
    """Let a store buy a picture, and ask for a change of it: both keys, and the reference."""

    def buy(store, *, end=True):
        parent = fill(store, "a fox", n=1)
        data = picture("jpeg", seed="a reference")  # the parent, made ready
        digest = hashlib.sha256(data).hexdigest()
        original = store.gallery.images(parent)[0].sha256
        store.uploads.keep(data, digest, "jpeg", original=original)
        name = kept_name(digest)
        return (
            parent,
            fill(store, "at night", n=1, when=5, references=(name, name), end=end),
            digest,
        )

    return buy


def test_the_references_of_what_comes_in_come_too(store, other, referring, picture, visible):
    parent, child, digest = referring(other)
    other.uploads.keep(b"nobody needs it", "0" * 64, "png")
    (other.root / ".emulator.files").mkdir()
    (other.root / ".emulator.files" / "file-1").write_bytes(picture())
    (other.root / ".emulator.jsonl").write_text("{}")
    merged = store.merge(other.root)
    assert (merged.pictures, merged.left_out) == (2, ())
    assert store.uploads.file_of(digest).read_bytes() == other.uploads.file_of(digest).read_bytes()
    made = store.gallery.images(child)[0]
    assert made.parents == (store.gallery.images(parent)[0],) * 2
    hidden = {path.name for path in store.root.iterdir() if path.name.startswith(".")}
    assert hidden <= {".parts", ".references", ".thumbs"}
    assert [path.name for path in (store.root / ".references").iterdir()] == [f"{digest}.jpg"]
    with zipfile.ZipFile(export_zip([made], store.root)) as packed:
        assert set(packed.namelist()) == {"manifest.json", made.path.name}
    # What a merge was stopped before is made up for by the next one.
    store.uploads.drop(digest)
    assert store.merge(other.root).already == 2
    assert store.uploads.has(digest)


def test_a_task_that_is_still_out_brings_its_references(store, other, referring):
    _, child, digest = referring(other, end=False)
    store.merge(other.root)
    assert store.journal.get(child).ended_at is None
    assert store.uploads.file_of(digest).is_file()


def test_the_recipe_files_too_name_the_references_that_come(store, other, referring):
    _, _, digest = referring(other)
    other.close()
    for path in other.root.glob("evolink.sqlite*"):
        path.unlink()
    assert store.merge(other.root).pictures == 2
    assert store.uploads.file_of(digest).is_file()


@pytest.mark.parametrize("kind", ["changed", "gone", "no picture", "link", "folder of links"])
def test_a_reference_that_is_not_what_it_was_is_left_out_and_the_pictures_come(
    store, other, referring, tmp_path, picture, kind
):
    _, _, digest = referring(other)
    path, folder = other.uploads.file_of(digest), other.root / ".references"
    if kind == "changed":
        path.write_bytes(picture("jpeg", seed="another"))
    elif kind == "gone":
        path.unlink()
    elif kind == "no picture":
        path.write_bytes(b"root:x:0:0")
    elif kind == "link":
        path.rename(tmp_path / "secret.jpg")
        path.symlink_to(tmp_path / "secret.jpg")
    else:
        folder.rename(tmp_path / "secrets")
        folder.symlink_to(tmp_path / "secrets")
    merged = store.merge(other.root)
    assert merged.pictures == 2
    (said,) = merged.left_out
    assert said.startswith(f"The reference {folder / digest}")
    assert not store.uploads.has(digest)
    assert not list((store.root / ".parts").iterdir())


@pytest.mark.parametrize("whose", ["a store that is merged", "the own store"])
def test_pictures_whose_names_a_mac_has_spelled_are_found(store, other, fill, now, whose):
    key, second = fill(other, "eine Käuzchen-Tür über 서울"), fill(other, "noch eine Tür", n=1)
    other.gallery.trash([(key, 1)], now=now)
    other.close()
    for path in list(other.root.rglob("*")):
        if path.is_file() and "evolink.sqlite" not in path.name:
            path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))
    if whose == "the own store":
        mac = Store(other.root)
        assert len(mac.gallery.page(Query(), 0, 9)) == 2
        assert mac.gallery.find(second, 0).bytes
        assert mac.gallery.restore([(key, 1)]) == 1
        assert len(mac.gallery.page(Query(), 0, 9)) == 3
        mac.close()
        return
    merged = store.merge(other.root)
    assert (merged.pictures, merged.left_out) == (3, ())
    assert len(store.gallery.page(Query(), 0, 9)) == 2


def test_what_lies_in_their_trash_lies_in_ours(store, other, fill, now):
    key = fill(other, "a fox")
    other.gallery.trash([(key, 0)], now=now)
    store.merge(other.root)
    assert [image.index for image in store.gallery.images(key)] == [1]
    assert store.gallery.restore([(key, 0)]) == 1
    assert len(store.gallery.images(key)) == 2


def test_without_a_database_the_recipe_files_are_enough(store, other, fill):
    key = fill(other, "狐狸 \x00 in the snow")
    data = [image.bytes for image in other.gallery.images(key)]
    other.close()
    for path in other.root.glob("evolink.sqlite*"):
        path.unlink()
    merged = store.merge(other.root)
    assert (merged.pictures, merged.tasks) == (2, 0)
    images = store.gallery.images(key)
    assert [image.bytes for image in images] == data
    assert images.recipe.request.prompt == "狐狸 \x00 in the snow"
    assert store.merge(other.root).already == 2


@pytest.mark.parametrize("junk", [b"not a database" * 400, b"", "page"])
def test_a_damaged_database_is_said_and_the_recipe_files_are_used(store, other, fill, junk):
    key = fill(other)
    other.close()
    path = other.database.path
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096) if junk == "page" else junk)
    before = path.read_bytes()
    merged = store.merge(other.root)
    assert merged.pictures == 2
    assert junk == b"" or "evolink.sqlite" in merged.left_out[0]
    assert path.read_bytes() == before
    assert len(store.gallery.images(key)) == 2
    for record in other.root.glob("*.json"):
        record.unlink()
    if junk:
        with pytest.raises(StoreDamaged, match=r"other/evolink\.sqlite"):
            store.merge(other.root)


def test_a_picture_that_was_changed_or_lost_is_left_out_with_a_sentence(store, other, fill):
    key = fill(other, n=3)
    images = other.gallery.images(key)
    images[0].path.unlink()
    images[1].path.write_bytes(images[2].bytes)
    merged = store.merge(other.root)
    assert merged.pictures == 1
    assert len(merged.left_out) == 2
    assert "not there any more" in merged.left_out[0]
    assert "changed" in merged.left_out[1]
    assert [image.index for image in store.gallery.images(key)] == [2]
    assert "2 things left out" in str(merged)


BAD_ROWS = [
    "UPDATE pictures SET path = '../outside.png' WHERE number = 0",
    "UPDATE pictures SET path = '/etc/passwd' WHERE number = 0",
    "UPDATE pictures SET path = 'a' || char(0) || 'b' WHERE number = 0",
    "UPDATE pictures SET sha256 = '../../x' WHERE number = 0",
    "UPDATE pictures SET number = -1 WHERE number = 0",
    "UPDATE pictures SET number = 99999999 WHERE number = 0",
    "UPDATE pictures SET created_at = 'yesterday' WHERE number = 0",
    "UPDATE pictures SET path = x'ff' WHERE number = 0",
]


@pytest.mark.parametrize("change", BAD_ROWS)
def test_a_hostile_picture_is_left_out_and_its_set_comes_in(
    store, other, fill, tmp_path, change, picture
):
    key = fill(other)
    (tmp_path / "outside.png").write_bytes(picture(seed=f"a fox {key} 0"))
    with other.database.write() as connection:
        connection.execute(change)
    merged = store.merge(other.root)
    assert merged.pictures == 1
    assert len(merged.left_out) == 1, merged.left_out
    assert [image.index for image in store.gallery.images(key)] == [1]


BAD_SETS = [
    "UPDATE sets SET recipe = '{'",
    "UPDATE sets SET recipe = x'ffff'",
    "UPDATE sets SET recipe = printf('%.*c', 2000000, '[')",
    "UPDATE sets SET recipe = replace(recipe, 'a fox', '')",
    "UPDATE sets SET created_at = 'never'",
    "UPDATE sets SET key = '../../key'; UPDATE pictures SET key = '../../key'",
    "UPDATE sets SET stem = '../../stem', identity = 'wrong', expected = -5, notebook = x'ff'",
    "UPDATE tasks SET step = 'paid twice'",
    'UPDATE tasks SET receipt = \'{"charged": "lots"}\'',
    "UPDATE tasks SET receipt = '['",
    "UPDATE tasks SET created_at = 9e999",
    "UPDATE tasks SET request = printf('%.*c', 5000000, 'x')",
    "UPDATE ledger SET charged = 9000000000000000000",
    "UPDATE ledger SET charged = -5",
    "UPDATE ledger SET state = 'gift'",
    "UPDATE ledger SET reserved_at = 'never'",
    "UPDATE ledger SET charged = 'all'",
    "ALTER TABLE ledger ADD COLUMN theirs TEXT",
    "ALTER TABLE ledger RENAME COLUMN charged TO changed",
    "ALTER TABLE pictures RENAME COLUMN favourite TO liked",
    "DROP TABLE ledger_scopes",
    "DROP TABLE tasks",
]


@pytest.mark.parametrize("change", BAD_SETS)
def test_a_hostile_database_breaks_nothing_of_ours(store, other, fill, tmp_path, change):
    mine = fill(store, "a hare", n=1)
    fill(other, "a fox", n=1)
    good = fill(other, "a good one", n=1, key="goodgoodgood", when=5)
    scoped = change
    if change.startswith("UPDATE"):
        scoped = "; ".join(f"{part} WHERE key != 'goodgoodgood'" for part in change.split("; "))
    other.close()
    with closing(sqlite3.connect(other.database.path)) as connection:
        connection.executescript(scoped)
    before = sorted(path.name for path in tmp_path.iterdir())
    store.merge(other.root)
    assert len(store.gallery.images(good)) == 1
    assert store.gallery.images(mine)[0].bytes
    assert 7.5 <= store.ledger.spent().total <= 22.5 + 9.0
    assert store.database.rows("PRAGMA integrity_check")[0][0] == "ok"
    assert [image.path.parent for image in store.gallery.page(Query(), 0, 9)]
    assert all(image.path.parent == store.root for image in store.gallery.page(Query(), 0, 9))
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    for entry in store.journal.open_entries():
        Recipe.from_record(entry.recipe)


def test_views_triggers_and_virtual_tables_are_not_run(store, other, fill):
    key = fill(other)
    with other.database.write() as connection:
        connection.execute("ALTER TABLE sets RENAME TO hidden")
        connection.execute(
            "CREATE VIEW sets AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS key FROM n"
        )
    merged = store.merge(other.root)
    assert "views or triggers" in merged.left_out[0]
    assert len(store.gallery.images(key)) == 2, "by the recipe files"


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "link to a folder of trash"])
def test_links_and_devices_are_left_out(store, other, fill, tmp_path, now, kind):
    key = fill(other, n=2)
    image = other.gallery.images(key)[0]
    secret = tmp_path / "secret.png"
    image.path.rename(secret)
    if kind == "link":
        image.path.symlink_to(secret)
    elif kind == "folder":
        image.path.mkdir()
    elif kind == "pipe":
        os.mkfifo(image.path)
    else:
        (tmp_path / image.path.name).write_bytes(secret.read_bytes())
        (other.root / ".trash").symlink_to(tmp_path)
        with other.database.write() as connection:
            connection.execute("UPDATE pictures SET trashed_at = 5 WHERE number = 0")
    merged = store.merge(other.root)
    assert (merged.pictures, len(merged.left_out)) == (1, 1)
    assert secret.is_file()


RECORD = {
    "format": "evolink-widgets recipe 1",
    "made": "2026-11-24T10:00:00Z",
    "task": {"key": "abcabcabcabc", "id": "task-1"},
    "recipe": Recipe(ImageRequest("a fox"), "emulator").to_record(),
}
BAD_RECORDS = {
    "nothing": b"",
    "deep": b"[" * 100_000,
    "huge": b'{"format": "evolink-widgets recipe 1", "x": "' + b"x" * 8_100_000 + b'"}',
    "no UTF-8": b"\xff\xfe\x00",
    "a list": b"[]",
    "wrong types": b'{"format": "evolink-widgets recipe 1", "task": 5, "pictures": {}}',
    "no recipe": b'{"format": "evolink-widgets recipe 1"}',
    "pictures outside": json.dumps(
        {**RECORD, "pictures": [{"file": "../secret.png", "index": 0, "sha256": "0" * 64}]}
    ).encode(),
    "pictures of wrong types": json.dumps(
        {**RECORD, "pictures": [5, None, {}, {"file": 5, "index": True, "sha256": []}, "x"]}
    ).encode(),
    "a key that is a path": json.dumps(
        {**RECORD, "task": {"key": "../../x"}, "pictures": [{"file": "x", "index": 0}]}
    ).encode(),
}


@pytest.mark.parametrize("data", BAD_RECORDS.values(), ids=BAD_RECORDS.keys())
def test_a_recipe_file_from_a_stranger_breaks_nothing(store, tmp_path, picture, data):
    folder = tmp_path / "theirs"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(picture())
    (folder / "a.json").write_bytes(data)
    good = picture(seed=5)
    (folder / "fox.png").write_bytes(good)
    listed = {"file": "fox.png", "index": 0, "sha256": hashlib.sha256(good).hexdigest()}
    record = {**RECORD, "task": {"key": "goodgoodgood"}, "pictures": [listed, listed, "../x"]}
    (folder / "b.json").write_text(json.dumps(record))
    (folder / "c.json").symlink_to(tmp_path / "secret.png")
    merged = store.merge(folder)
    assert merged.pictures == 1
    assert store.gallery.images("goodgoodgood")[0].bytes == good
    assert all(len(sentence) < 700 for sentence in merged.left_out)


def test_a_set_comes_in_whole_or_not_at_all(store, other, fill, visible):
    first = fill(other, "a fox", n=2, when=0)
    second = fill(other, "a hare", n=2, when=5)
    image = other.gallery.images(second)[1]
    fill(store, "mine", n=1)
    before = visible(store)
    # Our database refuses the last row of the second set, as a full disk would.
    with store.database.write() as connection:
        refuse(
            connection,
            "CREATE TRIGGER full BEFORE INSERT ON pictures WHEN NEW.sha256 = "
            f"'{image.sha256}' BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
        )
    with pytest.raises(StoreError):
        store.merge(other.root)
    assert len(store.gallery.images(first)) == 2
    with pytest.raises(StoreError, match="no pictures of task"):
        store.gallery.images(second)
    assert len(visible(store)) == len(before) + 3
    assert not list((store.root / ".parts").iterdir())
    with store.database.write() as connection:
        connection.execute("DROP TRIGGER full")
    merged = store.merge(other.root)
    assert (merged.pictures, merged.already) == (2, 2)
    assert len(store.gallery.images(second)) == 2


def test_verdicts_come_with_their_pictures_and_the_later_one_stays(store, other, fill, now):
    key = fill(other, "a fox", n=2)
    first, second = (key, 0), (key, 1)
    other.verdicts.judge("ana", [Change(first, now, "keep", "a red fox")], now)
    other.verdicts.judge("ben", [Change(second, now, "reject")], now)
    merged = store.merge(other.root)
    assert merged.verdicts == 2
    assert "2 verdicts taken over" in str(merged)
    said = store.verdicts.of([first, second])
    assert said[first]["ana"] == Judgement("keep", "a red fox", now)
    assert said[second]["ben"].verdict == "reject"
    store.verdicts.judge("ana", [Change(first, now + 2, "reject")], now + 9)
    other.verdicts.judge("ana", [Change(first, now + 1, None)], now + 9)
    other.verdicts.judge("ben", [Change(second, now + 3, None)], now + 9)
    assert store.merge(other.root).verdicts == 0, "nothing is said that was not said before"
    said = store.verdicts.of([first, second])
    assert said[first]["ana"].verdict == "reject", "ours is later"
    assert second not in said, "theirs is taken back later"
    assert store.merge(other.root).verdicts == 0


def test_a_verdict_finds_its_picture_under_another_key(store, other, fill, now):
    fill(store, "a hare", key=KEY, n=1)
    fill(other, "a fox", key=KEY, n=1)
    other.verdicts.judge("ana", [Change((KEY, 0), now, "keep")], now)
    store.verdicts.judge("ana", [Change((KEY, 0), now, "reject")], now)
    assert store.merge(other.root).verdicts == 1
    pictures = {(one.task_key, one.index): one for one in store.gallery.page(Query(), 0, 9)}
    words = {
        pictures[place].recipe.request.prompt: said["ana"].verdict
        for place, said in store.verdicts.of(pictures).items()
    }
    assert words == {"a hare": "reject", "a fox": "keep"}


@pytest.mark.parametrize(
    ("column", "value"),
    [("verdict", "maybe"), ("verdict", b"keep"), ("judge", "a\nb"), ("judge", "x" * 90),
     ("caption", "x" * 5_000), ("caption", b"\xff"), ("at", "later"), ("at", float("inf")),
     ("number", -1), ("number", "two")],
)  # fmt: skip
def test_a_strangers_verdict_that_is_none_stays_there(store, other, fill, now, column, value):
    key = fill(other, "a fox", n=2)
    changes = [Change((key, 0), now, "keep"), Change((key, 1), now, "keep")]
    other.verdicts.judge("ana", changes, now)
    with other.database.write() as connection:
        connection.execute(f"UPDATE verdicts SET {column} = ? WHERE number = 0", (value,))
    assert store.merge(other.root).verdicts == 1
    assert list(store.verdicts.of([(key, 0), (key, 1)])) == [(key, 1)]


def test_a_strangers_moment_that_is_still_to_come_wins_nothing(store, other, fill, now):
    key = fill(other, "a fox", n=1)
    other.verdicts.judge("ana", [Change((key, 0), 9e12, "keep")], 9e12)
    assert store.merge(other.root).verdicts == 1, "there is nothing else"
    store.verdicts.judge("ana", [Change((key, 0), now, "reject")], now)
    assert store.merge(other.root).verdicts == 0
    assert store.verdicts.of([(key, 0)])[key, 0]["ana"].verdict == "reject"
