"""Folders as a stranger would make them: each kind of trap, alone and together, by a seed.

A trap leads out of the folder, to `Outside`: whoever follows it writes, reads or removes what
lies there, or fetches from an address of the stranger's.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import sqlite3
import struct
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, PngImagePlugin

from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.links import kept_name
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Store
from evolink_widgets.store.database.schema import MIGRATIONS

MARK = b"what nobody outside may read 3f9c1d7be2a84c60"
NOW = 1_795_500_000.0
SAVED, TRASHED, READY, ACCEPTED = "savedsavedsa", "trashedtrash", "readyreadyre", "acceptedacce"


def picture(name: str, comment: bytes = b"") -> bytes:
    """A small real PNG; every name has other bytes."""
    pixels = hashlib.shake_256(name.encode()).digest(16 * 16 * 3)
    buffer, told = io.BytesIO(), PngImagePlugin.PngInfo()
    if comment:
        told.add_text("Comment", comment.decode("ascii"))
    Image.frombytes("RGB", (16, 16), pixels).save(buffer, "PNG", pnginfo=told)
    return buffer.getvalue()


SECRET = picture("secret", MARK)


class Outside:
    """A folder of the user's beside the store; nothing in it may change or be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "secret.txt").write_bytes(MARK)
        (folder / "secret.png").write_bytes(SECRET)
        (folder / "empty").write_bytes(b"")
        (folder / ".left.tmp").write_bytes(MARK)
        other = Store(folder / "another")
        other.presets["theirs"] = {"prompt": MARK.decode()}
        other.close()
        self._told: dict[str, tuple[object, ...]] = {}
        self._shared: set[str] = set()

    def take_down(self) -> None:
        """Remember how everything is now; last read long ago."""
        old = time.time() - 86_400 * 9
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                os.utime(path, (old, old + 86_400))
        self._told = self._seen()
        self._shared = {
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if path.is_file() and path.stat().st_nlink > 1
        }

    def changes(self) -> list[str]:
        """What has become another since, was read, or is new or gone.

        A file that has a second name in the store is also the store's: it may be read there.
        """
        now = self._seen()
        return sorted(
            name
            for name in {*now, *self._told}
            if _less(now.get(name), name in self._shared)
            != _less(self._told.get(name), name in self._shared)
        )

    def _seen(self) -> dict[str, tuple[object, ...]]:
        found: dict[str, tuple[object, ...]] = {}
        for path in sorted(self.folder.rglob("*")):
            state = path.lstat()
            facts: tuple[object, ...] = (state.st_mode, state.st_ino)
            if path.is_file():
                facts += (state.st_atime_ns, state.st_mtime_ns, state.st_size)
                facts += (hashlib.sha256(path.read_bytes()).hexdigest(),)
                os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
            found[str(path.relative_to(self.folder))] = facts
        return found


def _less(facts: tuple[object, ...] | None, is_shared: bool) -> tuple[object, ...] | None:
    """What is told of a file, without when it was read if that counts for nothing."""
    return facts if facts is None or not is_shared else facts[:2] + facts[3:]


@dataclass
class Trapped:
    """A store's folder while traps are laid in it.

    Attributes:
        root: the folder.
        outside: where traps lead.
        service: whose tasks are in its journal.
        address: an address of the stranger's.
        chance: of the seed.
        pictures: the files of each set.
        kinds: the traps that were laid.
    """

    root: Path
    outside: Outside
    service: str
    address: str
    chance: random.Random
    pictures: dict[str, list[Path]] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)

    def run(self, *changes: str) -> None:
        """Change the database, as its format allows."""
        with closing(sqlite3.connect(self.root / "evolink.sqlite")) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            for change in changes:
                connection.execute(change)
            connection.commit()

    def replace(self, name: str, make: Callable[[Path], object]) -> None:
        """Put something else in the place of a file or folder."""
        path = self.root / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        path.parent.mkdir(exist_ok=True)
        make(path)

    def lead(self, name: str, where: str) -> None:
        """Put a link to something outside in the place of a file or folder."""
        self.replace(name, lambda path: path.symlink_to(self.outside.folder / where))


def store_with_everything(root: Path, service: str) -> dict[str, list[Path]]:
    """Fill a store as our own kernels do; returns its pictures' files."""
    store, found = Store(root), {}
    kept = picture("reference")
    digest = hashlib.sha256(kept).hexdigest()
    store.uploads.keep(kept, digest, "png")
    for key in (SAVED, TRASHED, READY, ACCEPTED):
        references = (kept_name(digest),) if key == SAVED else ()
        request = ImageRequest(
            f"a {key}", n=2, quality="low", size="816x816", references=references
        )
        recipe = Recipe(request, "emulator")
        store.journal.intend(
            request.to_record(), service=service, now=NOW, key=key,
            recipe=recipe.to_record(), identity=recipe.identity,
        )  # fmt: skip
        store.ledger.reserve(key, 9.0, now=NOW, service=service, scopes=["winter"])
        store.journal.sending(key, NOW)
        store.journal.accepted(key, f"task-unified-1795500000-{key[:8]}", NOW)
        if key == READY:
            store.journal.ready(key, ["http://127.0.0.1:9/1.png"], until=NOW + 86_400)
        if key in (READY, ACCEPTED):
            continue
        for index in range(2):
            part = store.gallery.part_path(key, index)
            part.write_bytes(picture(f"{key} {index}"))
            store.gallery.admit(key, index, part, recipe, now=NOW, task_id=f"task-{key}")
        store.ledger.settle(key, Receipt(charged=7.5), NOW)
        store.journal.finished(key, NOW, receipt=Receipt(charged=7.5))
        images = store.gallery.images(key)
        found[key] = [image.path for image in images]
        images[0].small()
    store.gallery.trash([(TRASHED, 0), (TRASHED, 1)], now=NOW)
    store.presets["poster"] = {"size": "2:3"}
    store.close()
    return found


Kind = Callable[[Trapped], object]
KINDS: dict[str, Kind] = {}


def kind(lay: Kind) -> Kind:
    """Note a trap under its function's name."""
    KINDS[getattr(lay, "__name__").removeprefix("_")] = lay  # noqa: B009
    return lay


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _second_name_of(there: Path) -> Callable[[Path], object]:
    return lambda path: os.link(there, path)


# Files and folders that lead elsewhere.


@kind
def _part_is_a_link(store: Trapped) -> None:
    for index in (1, 2):
        store.lead(f".parts/{READY}_{index}.part", "secret.txt")


@kind
def _part_is_a_link_to_nothing(store: Trapped) -> None:
    store.lead(f".parts/{ACCEPTED}_1.part", "new.txt")


@kind
def _part_is_a_second_name(store: Trapped) -> None:
    there = store.outside.folder / "secret.txt"
    store.replace(f".parts/{READY}_1.part", _second_name_of(there))


@kind
def _parts_is_a_link(store: Trapped) -> None:
    (store.outside.folder / f"{READY}_1.part").write_bytes(MARK)
    store.lead(".parts", "")


@kind
def _trash_is_a_link(store: Trapped) -> None:
    for path in store.pictures[TRASHED]:
        (store.outside.folder / path.name).write_bytes(SECRET)
    store.lead(".trash", "")


@kind
def _thumbs_is_a_link(store: Trapped) -> None:
    for path in store.pictures[SAVED]:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        (store.outside.folder / f"{sha256[:32]}_512.webp").write_bytes(SECRET)
    store.lead(".thumbs", "")


@kind
def _references_is_a_link(store: Trapped) -> None:
    sha256 = hashlib.sha256(SECRET).hexdigest()
    (store.outside.folder / f"{sha256}.png").write_bytes(SECRET)
    store.lead(".references", "")


@kind
def _thumb_is_a_link(store: Trapped) -> None:
    for path in store.root.joinpath(".thumbs").iterdir():
        store.lead(f".thumbs/{path.name}", "secret.png")


@kind
def _thumb_is_a_pipe(store: Trapped) -> None:
    for path in store.root.joinpath(".thumbs").iterdir():
        store.replace(f".thumbs/{path.name}", _pipe)


@kind
def _reference_is_a_link(store: Trapped) -> None:
    store.lead(f".references/{hashlib.sha256(SECRET).hexdigest()}.png", "secret.png")


@kind
def _reference_is_a_pipe(store: Trapped) -> None:
    store.replace(f".references/{hashlib.sha256(SECRET).hexdigest()}.png", _pipe)


@kind
def _picture_is_a_link(store: Trapped) -> None:
    path = store.pictures[SAVED][0]
    store.lead(path.name, "secret.png")
    sha256 = hashlib.sha256(SECRET).hexdigest()
    store.run(
        f"UPDATE pictures SET sha256 = '{sha256}', bytes_count = {len(SECRET)} "
        f"WHERE key = '{SAVED}' AND number = 0"
    )


@kind
def _picture_is_a_pipe(store: Trapped) -> None:
    store.replace(store.pictures[SAVED][1].name, _pipe)


@kind
def _trashed_picture_is_a_link(store: Trapped) -> None:
    store.lead(f".trash/{store.pictures[TRASHED][0].name}", "secret.png")


@kind
def _next_name_is_a_link(store: Trapped) -> None:
    for path in store.pictures[TRASHED]:
        store.lead(path.name, "new.png")
    for path in store.pictures[SAVED]:
        store.lead(f".trash/{path.name}", "secret.png")


@kind
def _recipe_file_is_a_link(store: Trapped) -> None:
    for path in store.root.glob("*.json"):
        store.lead(path.name, "secret.txt")


@kind
def _emulators_memory_is_a_link(store: Trapped) -> None:
    store.lead(".emulator.jsonl", store.chance.choice(["secret.txt", "new.jsonl"]))


@kind
def _emulators_memory_is_a_pipe(store: Trapped) -> None:
    store.replace(".emulator.jsonl", _pipe)


@kind
def _emulators_memory_is_a_second_name(store: Trapped) -> None:
    store.replace(".emulator.jsonl", _second_name_of(store.outside.folder / "secret.txt"))


@kind
def _emulators_folder_is_a_link(store: Trapped) -> None:
    store.lead(".emulator.files", "")


@kind
def _emulators_upload_is_a_link(store: Trapped) -> None:
    told = {
        "name": "x.png", "original_name": "x.png", "folder": "uploads", "mime_type": "image/png",
        "size": 9, "uploaded": time.time(),
    }  # fmt: skip
    store.lead(".emulator.files/file-0123456789ab-00000000", "secret.png")
    store.lead(".emulator.files/file-0123456789ab-00000000.held", "secret.png")
    store.replace(
        ".emulator.files/file-0123456789ab-00000000.json",
        lambda path: path.write_text(json.dumps(told)),
    )
    store.replace(".emulator.files/file-0123456789ab-00000001.json", _pipe)


@kind
def _database_is_a_link(store: Trapped) -> None:
    store.lead("evolink.sqlite", "another/evolink.sqlite")


@kind
def _database_is_a_link_to_nothing(store: Trapped) -> None:
    store.lead("evolink.sqlite", "new.sqlite")


@kind
def _database_is_a_second_name(store: Trapped) -> None:
    there = store.outside.folder / "another" / "evolink.sqlite"
    store.replace("evolink.sqlite", _second_name_of(there))


@kind
def _database_is_a_pipe(store: Trapped) -> None:
    store.replace("evolink.sqlite", _pipe)


@kind
def _wal_is_a_link(store: Trapped) -> None:
    store.lead("evolink.sqlite-wal", store.chance.choice(["secret.txt", "empty", "new"]))


@kind
def _shared_memory_is_a_link(store: Trapped) -> None:
    store.lead("evolink.sqlite-shm", store.chance.choice(["secret.txt", "empty", "new"]))


@kind
def _journal_is_a_link(store: Trapped) -> None:
    store.lead("evolink.sqlite-journal", "secret.txt")


def hot_journal(database: Path, other: Path) -> bytes:
    """A journal that SQLite rolls back when `database` is opened, and then removes `other`."""
    page = int.from_bytes(database.read_bytes()[16:18], "big")
    magic, name = bytes.fromhex("d9d505f920a163d7"), os.fsencode(other.absolute())
    head = struct.pack(">IIIII", 0, 7, database.stat().st_size // page, 512, page)
    end = struct.pack(">I", 2**30 // page + 1) + name + struct.pack(">II", len(name), sum(name))
    return (magic + head).ljust(512, b"\0") + end + magic


@kind
def _journal_names_another_file(store: Trapped) -> None:
    made = hot_journal(store.root / "evolink.sqlite", store.outside.folder / "secret.txt")
    store.replace("evolink.sqlite-journal", lambda path: path.write_bytes(made))


@kind
def _wal_is_a_second_name(store: Trapped) -> None:
    store.replace("evolink.sqlite-wal", _second_name_of(store.outside.folder / "empty"))


# Rows that lead elsewhere.


@kind
def _picture_has_a_path(store: Trapped) -> None:
    there = store.outside.folder
    for number, path in enumerate((there / "secret.png", f"../{there.name}/secret.png")):
        store.run(
            f"UPDATE pictures SET path = '{path}' WHERE number = {number} AND key = '{SAVED}'"
        )


@kind
def _trashed_picture_has_a_path(store: Trapped) -> None:
    path = f"../../{store.outside.folder.name}/secret.png"
    store.run(f"UPDATE pictures SET path = '{path}' WHERE number = 0 AND key = '{TRASHED}'")


@kind
def _picture_is_the_database(store: Trapped) -> None:
    store.run(f"UPDATE pictures SET path = 'evolink.sqlite' WHERE number = 0 AND key = '{SAVED}'")


@kind
def _picture_has_a_pattern_for_a_digest(store: Trapped) -> None:
    store.run(f"UPDATE pictures SET sha256 = '../../*' WHERE key = '{TRASHED}'")


@kind
def _set_has_a_path(store: Trapped) -> None:
    store.run(
        f"UPDATE sets SET stem = '../{store.outside.folder.name}/secret' WHERE key = '{SAVED}'"
    )


@kind
def _task_has_a_path_for_a_key(store: Trapped) -> None:
    key = f"../../{store.outside.folder.name}/readyre"
    (store.outside.folder / "readyre_1.part").write_bytes(MARK)
    store.run(*(f"UPDATE {table} SET key = '{key}' WHERE key = '{READY}'"
                for table in ("tasks", "ledger")))  # fmt: skip


@kind
def _links_lead_to_the_stranger(store: Trapped) -> None:
    links = json.dumps([f"{store.address}/{number}.png" for number in (1, 2)])
    store.run(f"UPDATE tasks SET results = '{links}', step = 'ready' WHERE ended_at IS NULL")


@kind
def _links_lead_to_files(store: Trapped) -> None:
    links = json.dumps([(store.outside.folder / "secret.png").as_uri()])
    store.run(f"UPDATE tasks SET results = '{links}' WHERE key = '{READY}'")


@kind
def _task_id_leads_to_another_address(store: Trapped) -> None:
    store.run(f"UPDATE tasks SET task_id = '..' WHERE key = '{READY}'",
              f"UPDATE tasks SET task_id = '../credits' WHERE key = '{ACCEPTED}'")  # fmt: skip


@kind
def _headers_stand_in_a_key(store: Trapped) -> None:
    store.run("UPDATE tasks SET idempotency_key = 'x' || char(13, 10) || 'Host: stranger', "
              f"task_id = NULL, step = 'unknown' WHERE key = '{ACCEPTED}'")  # fmt: skip


@kind
def _fields_are_of_other_types(store: Trapped) -> None:
    column = store.chance.choice(["created_at", "accepted_at", "service", "owner", "results"])
    value = store.chance.choice(["'soon'", "x'00ff'", "9e999", "'[7]'", "'{}'"])
    store.run(f"UPDATE tasks SET {column} = {value} WHERE key IN ('{READY}', '{ACCEPTED}')")


@kind
def _credits_are_less_than_nothing(store: Trapped) -> None:
    into = "INSERT INTO ledger (key, service, state, reserved, charged, reserved_at, settled_at) "
    store.run(f"{into} VALUES ('less', 'emulator', 'settled', 0, -9000000000, 1.0, 1.0)",
              f"{into} VALUES ('text', 'emulator', 'reserved', 'many', NULL, 1.0, 1.0)",
              f"{into} VALUES ('most', 'emulator', 'reserved', -9223372036854775808, "
              "-9223372036854775808, 1.0, 1.0)")  # fmt: skip


@kind
def _uploads_lead_to_the_stranger(store: Trapped) -> None:
    sha256 = hashlib.sha256(picture("reference")).hexdigest()
    for account in ("emulator", store.service):
        store.run(
            "INSERT OR REPLACE INTO uploads VALUES "
            f"('{account}', '{sha256}', '{store.address}/reference.png', 'file-1', "
            f"{time.time()}, {time.time() + 9000}, NULL, NULL, NULL)"
        )


# Schemas that run something.


@kind
def _trigger_on_the_ledger(store: Trapped) -> None:
    store.run("CREATE TRIGGER free AFTER INSERT ON ledger BEGIN "
              "UPDATE ledger SET state = 'released', charged = 0; END")  # fmt: skip


@kind
def _trigger_on_the_journal(store: Trapped) -> None:
    store.run(
        "CREATE TRIGGER links AFTER UPDATE ON tasks BEGIN UPDATE tasks SET step = 'ready', "
        f"results = '[\"{store.address}/3.png\"]' WHERE key = new.key; END"
    )


@kind
def _view_in_place_of_a_table(store: Trapped) -> None:
    store.run("ALTER TABLE ledger RENAME TO hidden",
              "CREATE VIEW ledger AS SELECT key, service, state, 0 AS reserved, 0 AS charged, "
              "reserved_at, settled_at FROM hidden")  # fmt: skip


@kind
def _virtual_table(store: Trapped) -> None:
    store.run("CREATE VIRTUAL TABLE found USING fts5(words)")


@kind
def _generated_column(store: Trapped) -> None:
    store.run("ALTER TABLE ledger ADD COLUMN more GENERATED ALWAYS AS (abs(charged)) VIRTUAL")


@kind
def _index_on_an_expression(store: Trapped) -> None:
    store.run("CREATE INDEX ledger_odd ON ledger (abs(charged))")


@kind
def _table_of_its_own(store: Trapped) -> None:
    store.run("CREATE TABLE theirs (x DEFAULT (random()))")


@kind
def _rule_in_a_table(store: Trapped) -> None:
    store.run("UPDATE sqlite_master SET sql = replace(sql, 'charged INTEGER', "
              "'charged INTEGER CHECK (charged < 1)') WHERE name = 'ledger'")  # fmt: skip


@kind
def _foreign_key_that_cascades(store: Trapped) -> None:
    store.run(
        "UPDATE sqlite_master SET sql = replace(sql, 'REFERENCES ledger (key)', "
        "'REFERENCES ledger (key) ON DELETE CASCADE') WHERE name = 'ledger_scopes'"
    )


@kind
def _index_is_missing(store: Trapped) -> None:
    store.run("DROP INDEX tasks_open")


@kind
def _version_is_less_than_nothing(store: Trapped) -> None:
    store.run(f"PRAGMA user_version = -{store.chance.randrange(1, len(MIGRATIONS))}")


@kind
def _version_is_of_the_future(store: Trapped) -> None:
    store.run("PRAGMA user_version = 99")


@kind
def _version_is_older_than_the_tables(store: Trapped) -> None:
    store.run(f"PRAGMA user_version = {store.chance.randrange(len(MIGRATIONS))}")


@kind
def _page_is_damaged(store: Trapped) -> None:
    path = store.root / "evolink.sqlite"
    data = bytearray(path.read_bytes())
    for _ in range(200):
        data[store.chance.randrange(4096, len(data))] = store.chance.randrange(256)
    path.write_bytes(bytes(data))


def trapped(seed: int, base: Path, folder: Path, service: str, address: str) -> Trapped:
    """Make a hostile store by its number: first each kind alone, then some of them together.

    Args:
        seed: its number.
        base: a store of our own, to begin with.
        folder: where it is made, and what it must not touch.
        service: whose tasks are in it.
        address: the stranger's.
    """
    chance = random.Random(seed)
    root = folder / "evolink_images"
    shutil.copytree(base, root)
    found = Trapped(root, Outside(folder / "outside"), service, address, chance)
    with closing(sqlite3.connect(root / "evolink.sqlite")) as connection:
        for key, name in connection.execute("SELECT key, path FROM pictures ORDER BY number"):
            place = root / (".trash" if key == TRASHED else "") / name
            found.pictures.setdefault(key, []).append(place)
    names = list(KINDS)
    if seed < len(names):
        chosen = [names[seed]]
    else:
        chosen = chance.sample(names, chance.randrange(2, 5))
        # What is no database any more can't be changed further: that comes last.
        chosen.sort(
            key=lambda name: name.startswith(("database", "wal", "shared", "journal", "page"))
        )
    for name in chosen:
        try:
            KINDS[name](found)
        except (OSError, sqlite3.Error):  # another trap lies there already
            continue
        found.kinds.append(name)
    found.outside.take_down()
    return found
