"""A whole store goes home as one zip file, in pieces, and is taken in by `merge` as it is."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
import zipfile

import pytest
from hostile_stores import hot_journal

from evolink_widgets.errors import StoreError
from evolink_widgets.rules.request.links import kept_name
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Query, Store
from evolink_widgets.store.database.database import FILE, Database, dump, insert
from evolink_widgets.store.database.schema import MIGRATIONS
from evolink_widgets.store.gallery.moves import months
from evolink_widgets.store.judging.verdicts import Change
from evolink_widgets.store.merging.whole_zip import NOTE, pieces

KEY, OTHER = "k3j2mnpqrstu", "k3j2mnpqrstv"


@pytest.fixture
def home(tmp_path):
    opened = Store(tmp_path / "home" / "pictures")
    yield opened
    opened.close()


def pictures_of(store) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.root.rglob("*.png")}


def test_all_of_a_store_comes_home_and_is_taken_in_as_it_is(
    store, admit, home, now, picture, tmp_path
):
    data = picture("jpeg", seed=9)
    digest = hashlib.sha256(data).hexdigest()
    store.uploads.keep(data, digest, "jpeg", None)
    admit(KEY, 0)
    admit(KEY, 1)
    part = store.gallery.part_path(OTHER, 0)
    part.write_bytes(picture(seed=7))
    recipe = Recipe(ImageRequest("ein Käuzchen 雪", references=(kept_name(digest),)), "emulator")
    store.gallery.admit(OTHER, 0, part, recipe, now=now)
    months.move_some(store.root, store.database, "")
    store.gallery.favourite([(KEY, 0)], True)
    store.gallery.trash([(KEY, 1)], now=now)
    store.verdicts.judge("ana", [Change((KEY, 0), now, "keep", "sharp")], now)
    store.presets.put("poster", {"size": "2:3"})

    path = store.pack(tmp_path)
    assert path == tmp_path / "evolink_images.zip"
    assert not list(tmp_path.glob(".*")), "nothing half written is left"
    merged = home.merge(path)
    assert (merged.pictures, merged.verdicts, merged.presets, merged.left_out) == (3, 1, 1, ())
    assert pictures_of(home) == pictures_of(store)
    assert home.gallery.count(Query(favourite=True)) == 1
    assert home.gallery.count(Query(trashed=True)) == 1
    assert home.uploads.file_of(digest).read_bytes() == data
    again = home.merge(path)
    assert (again.pictures, again.already) == (0, 3), "once"
    store.presets.put("banner", {"size": "3:1"})
    assert store.pack(tmp_path).name == "evolink_images-2.zip", "nothing is overwritten"


def test_a_folder_that_another_program_has_packed_brings_what_a_kernel_has_just_written(
    store, admit, home, now, tmp_path
):
    admit(KEY, 0)
    store.verdicts.judge("ana", [Change((KEY, 0), now, "keep", "sharp")], now)
    assert (store.root / f"{FILE}-wal").stat().st_size, "the kernel is still at work"
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as made:
        for path in store.root.rglob("*"):
            if path.is_file() and not path.name.endswith("-shm"):
                made.write(path, path.relative_to(tmp_path))
    merged = home.merge(tmp_path / "download.zip")
    assert (merged.pictures, merged.verdicts, merged.left_out) == (1, 1, ())


def test_a_journal_in_a_zip_can_have_no_other_file_removed(store, admit, home, tmp_path):
    admit(KEY, 0)
    store.close()
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("all of it", "utf-8")
    with zipfile.ZipFile(tmp_path / "gift.zip", "w") as made:
        for path in store.root.rglob("*"):
            if path.is_file():
                made.write(path, path.relative_to(tmp_path))
        journal = store.database.path.with_name(f"{FILE}-journal").relative_to(tmp_path)
        made.writestr(str(journal), hot_journal(store.database.path, thesis))
    merged = home.merge(tmp_path / "gift.zip")
    assert thesis.read_text("utf-8") == "all of it"
    assert merged.pictures == 1, "by its recipe file"
    assert "SQLite would remove another file" in merged.left_out[0]


def test_it_may_be_unpacked_by_hand_and_needs_no_database(store, admit, home, tmp_path):
    admit(KEY, 0)
    store.close()
    for ending in ("", "-wal", "-shm"):
        (store.root / f"{FILE}{ending}").unlink(missing_ok=True)
    (store.root / FILE).write_bytes(b"SQLite format 3\0" + os.urandom(4_000))
    with zipfile.ZipFile(store.pack(tmp_path)) as packed:
        assert packed.testzip() is None
        assert "ew.store.merge" in packed.read(NOTE).decode()
        packed.extractall(tmp_path / "by-hand")
    assert home.merge(tmp_path / "by-hand" / "evolink_images").pictures == 1
    assert home.merge(tmp_path / "evolink_images.zip").already == 1


def test_a_damaged_database_is_packed_in_its_good_part_and_says_so(
    store, admit, home, tmp_path, caplog
):
    """The file as it lies there lacks the newest tasks, and holds addresses."""
    admit(KEY, 0)
    secret = "https://hooks.example.org/the-secret-path"
    request = ImageRequest("a fox " * 40, callback_url=secret)
    one = {"step": "accepted", "service": "emulator", "request": dump(request.to_record()),
           "recipe": dump(Recipe(request, "emulator").to_record()), "created_at": 1e9}  # fmt: skip

    def ask(connection, key):
        own = {"key": key, "task_id": f"task-{key}", "idempotency_key": f"once-{key}"}
        insert(connection, "tasks", one | own)

    keys = [f"k{number:011d}" for number in range(300)]
    with store.database.write() as connection:
        for key in keys[:-1]:
            ask(connection, key)
    store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    path = store.root / FILE
    data = path.read_bytes()
    size = int.from_bytes(data[16:18], "big")
    at = data.index(f"once-{keys[150]}".encode()) // size * size
    with path.open("r+b") as file:  # another connection's page that is torn
        file.seek(at)
        file.write(b"\xff" * size)
    with store.database.write() as connection:
        ask(connection, keys[-1])
    assert (store.root / f"{FILE}-wal").stat().st_size

    packed = store.pack(tmp_path)
    store.close()
    assert "is not packed" in caplog.text
    with zipfile.ZipFile(packed) as archive:
        assert "evolink_images is damaged" in archive.read(NOTE).decode()
        assert not [one for one in archive.namelist() if b"the-secret" in archive.read(one)]
        archive.extractall(tmp_path / "by-hand")
    mended = Database(tmp_path / "by-hand/evolink_images" / FILE)
    assert mended.rows("PRAGMA quick_check")[0][0] == "ok"
    found = {row["key"] for row in mended.rows("SELECT key FROM tasks")}
    mended.close()
    assert {keys[0], keys[-2], keys[-1]} < found
    assert len(found) > 200
    merged = home.merge(packed)
    assert (merged.pictures, merged.left_out) == (1, ())
    assert home.database.rows("SELECT count(*) FROM tasks")[0][0] >= len(found)


def test_a_store_whose_making_was_cut_off_is_packed(store, admit, home, tmp_path):
    admit(KEY, 0)
    store.close()
    for ending in ("", "-wal", "-shm"):
        (store.root / f"{FILE}{ending}").unlink(missing_ok=True)
    (store.root / FILE).touch()
    assert home.merge(store.pack(tmp_path)).pictures == 1


def test_a_store_of_an_older_version_is_packed_as_it_is(home, admit, store, tmp_path):
    """It may be open in a kernel of that version: it is for that one to bring up to date."""
    old = tmp_path / "old"
    old.mkdir()
    older = Database(old / FILE, migrations=MIGRATIONS[:4])
    older.rows("PRAGMA user_version")
    with older.write() as connection:
        connection.execute("INSERT INTO presets VALUES ('poster', '{}')")
    older.close()
    assert older.schema == 4
    path = Store(old).pack(tmp_path / "old.zip")
    assert older.schema == 4
    admit(KEY, 0)
    assert home.merge(path).pictures == 0
    assert home.merge(store.pack(tmp_path)).pictures == 1


def test_several_stores_are_one_zip_and_a_kernel_goes_on_meanwhile(
    store, admit, home, picture, recipe, now, tmp_path
):
    second = Store(tmp_path / "two" / "evolink_images")
    part = second.gallery.part_path(OTHER, 0)
    part.write_bytes(picture(seed=5))
    second.gallery.admit(OTHER, 0, part, recipe(), now=now)
    admit(KEY, 0)
    path = tmp_path / "both.zip"
    with path.open("wb") as file:
        for number, piece in enumerate(pieces({"one": store.root, "deep/two": second.root})):
            file.write(piece)
            if number == 0:
                admit(KEY, 1)  # after the database was copied
    second.close()
    merged = home.merge(path)
    assert merged.left_out == ()
    assert merged.pictures in (2, 3)
    assert home.merge(store.root).already + merged.pictures >= 3


@pytest.mark.parametrize("meanwhile", ["to the trash", "out of the trash", "to their months"])
def test_what_is_moved_while_a_store_is_packed_comes_home_all_the_same(
    meanwhile, store, admit, home, now, tmp_path
):
    for number in range(3):
        admit(KEY, number, n=3)
    kept = pictures_of(store)
    both = [(KEY, 1), (KEY, 2)]
    if meanwhile == "out of the trash":
        store.gallery.trash(both, now=now)
    (store.root / "2026-01-01_a-large-one_1.png").write_bytes(os.urandom(1_000_000))
    path = tmp_path / "home.zip"
    moved = False
    with path.open("wb") as file:
        for piece in pieces({"home": store.root}):
            file.write(piece)
            if not moved and b"a-large-one" in piece:  # the names of the folder are read by now
                moved = True
                if meanwhile == "to their months":
                    months.move_some(store.root, store.database, "")
                elif meanwhile == "to the trash":
                    assert store.gallery.trash(both, now=now) == 2
                else:
                    assert store.gallery.restore(both) == 2
    assert moved
    merged = home.merge(path)
    assert (merged.pictures, merged.left_out) == (3, ())
    assert pictures_of(home) == kept


def test_a_large_store_takes_no_more_memory_than_a_piece(store, admit):
    admit(KEY, 0)
    with (store.root / "2026-11-24_large_k3j2_1.png").open("wb") as file:
        file.truncate(300_000_000)
    tracemalloc.start()
    total = sum(map(len, pieces({"home": store.root})))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total > 300_000_000
    assert peak < 4_000_000


def test_a_strangers_zip_leads_nowhere_and_says_what_it_lacks(store, admit, home, tmp_path):
    admit(KEY, 0)
    good = store.pack(tmp_path)
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as made:
        for member in source.infolist():
            made.writestr(member.filename, source.read(member))
        for name in ("../../up.png", f"{tmp_path}/absolute.png", "evolink_images/../side.json"):
            made.writestr(name, b"{}")
        link = zipfile.ZipInfo("evolink_images/linked.png")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    before = {path for path in tmp_path.rglob("*") if home.root not in path.parents}
    assert home.merge(bad).pictures == 1
    after = {path for path in tmp_path.rglob("*") if home.root not in path.parents}
    assert after - before <= {home.root, home.root.parent}
    assert not any(path.is_symlink() for path in home.root.rglob("*"))

    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as made:
        made.writestr("readme.txt", "hello")
    with pytest.raises(StoreError, match="has no store in it"):
        home.merge(empty)
    torn = tmp_path / "torn.zip"
    torn.write_bytes(b"torn " + good.read_bytes()[2_000:])
    with pytest.raises(StoreError, match=r"can.t be unpacked"):
        home.merge(torn)
    with pytest.raises(StoreError, match="nothing to take home"):
        Store(tmp_path / "none").pack(tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()
