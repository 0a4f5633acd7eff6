"""Whole stores as one zip file that comes in pieces, and such a file laid out as folders again.

It is what a person takes home from a machine that is given back: everything that `merge` takes
in, each file as it lies in the folder. Small copies, the emulator's own files and what is still
fetched stay behind. Nothing of it is held in memory but a piece, and a line for each file.
"""

from __future__ import annotations

import errno
import logging
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path, PurePosixPath

from evolink_widgets.errors import StoreDamaged, StoreError, StoreFull, StoreReadOnly, StoreTooNew
from evolink_widgets.images.proof.check_picture import EXTENSIONS
from evolink_widgets.moved_files import MONTH
from evolink_widgets.rules.request.recipe import handed_on
from evolink_widgets.store.database.checking import harden
from evolink_widgets.store.database.copy_aside import copy_aside
from evolink_widgets.store.database.database import FILE, dump, load_object, sqlite_guarded
from evolink_widgets.store.library.database_in import database_in
from evolink_widgets.store.merging.readable_rows import copy_readable_rows
from evolink_widgets.store.safe_files import (
    REFERENCES,
    TRASH,
    NotPlain,
    file_error,
    guarded,
    is_plain,
    names_in,
    own_folder,
    place_new,
    read_plain,
    remove,
    temporary,
)

__all__ = ["NOTE", "is_zip", "pack", "pieces", "unpacked"]

NOTE = "HOW-TO-USE.txt"
"""What tells a person who has unpacked the file what to do with it."""

_NOTE = """The pictures are in the folders, as they were saved, each with its recipe beside it.

To take all of them into a store of your own, with their recipes, credits and marks:

    import evolink_widgets as ew
    ew.store.merge("{name}")  # or this zip file, as it is

Taking them in again brings in only what is new.
"""

_DAMAGED = """
The database of {name} is damaged. What can be read of it is here; some tasks, credits or marks may
be missing. Keep {file} of that folder, with the files beside it, until it is mended.
"""

log = logging.getLogger("evolink_widgets")

_BLOCK = 256 * 1024
_PICTURES = frozenset(EXTENSIONS.values())
_OURS = _PICTURES | {".json"}
#: A folder that is packed by another program, while a kernel is at work or after one was killed,
#: has the newest of its database in the files beside it.
_DATABASE = (FILE, f"{FILE}-wal", f"{FILE}-journal")
#: Columns in which older versions, or the journal, have the address that is told of the end.
_ADDRESSED = (("tasks", "request"), ("tasks", "recipe"), ("sets", "recipe"))
#: Tables of what people have asked for and said.
_KEPT = ("tasks", "sets", "presets", "verdicts", "votes")
#: How often a store is looked through: what is moved meanwhile is in another folder by then.
_LOOKS = 4
#: Bytes of one file in a zip that is taken in; `merge` has narrower bounds of its own.
_LARGEST = 4_000_000_000
_MOST_FILES = 1_000_000
#: What zipfile says of a file that is torn, locked or packed in a way that it does not know.
_TORN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


def pieces(stores: Mapping[str, Path]) -> Iterator[bytes]:
    """Yield a zip file of whole stores, some 256 kB at a time.

    The pictures are those of the moment at which a store's database is copied; kernels may go on
    meanwhile. One that is deleted for good just then may be missing. Of a damaged database what
    can be read goes along; the note in the zip file and a warning say so.

    Args:
        stores: their folders, by the folders that they are to be in the zip.

    Raises:
        StoreError: there is nothing to pack, or a file can't be read.
    """
    growing, damaged = _Growing(), list[str]()
    with zipfile.ZipFile(growing, "w", zipfile.ZIP_STORED) as archive:
        for folder, root in stores.items():
            yield from _members(root, archive, growing, folder, damaged)
        if not archive.filelist:
            raise StoreError("There is nothing to take home yet.", advice="Ask for pictures.")
        note = _NOTE.format(name=next(iter(stores)))
        note += "".join(_DAMAGED.format(name=folder, file=FILE) for folder in damaged)
        archive.writestr(NOTE, note)
    yield growing.take()


def pack(stores: Mapping[str, Path], target: Path) -> Path:
    """Write a zip file of whole stores; return its path. Nothing is overwritten.

    Args:
        stores: their folders, by the folders that they are to be in the zip.
        target: the file; where another has its name, "-2" is added to it.

    Raises:
        StoreError: as `pieces`, or it can't be written; no file is left then.
    """
    with guarded(target, "written"):
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary(target.parent) as path:
            with path.open("wb") as file:
                for piece in pieces(stores):
                    file.write(piece)
            return place_new(path, target)


def is_zip(path: Path) -> bool:
    """Tell whether this is a zip file."""
    with suppress(OSError):
        return path.is_file() and zipfile.is_zipfile(path)
    return False


@contextmanager
def unpacked(path: Path) -> Iterator[list[Path]]:
    """Give the stores of a zip file as folders, while the block runs; the file is only read.

    It may be packed anew by another program, and may be a stranger's: no name in it leads out of
    the folder, and nothing becomes a link. What the stores hold is for `merge` to check.

    Raises:
        StoreError: it can't be read, is larger than the disk, or has no store in it.
    """
    with tempfile.TemporaryDirectory(prefix="evolink-") as made:
        folder = Path(made)
        try:
            with zipfile.ZipFile(path) as archive:
                _lay_out(archive, path, folder)
        except (*_TORN, OSError) as exc:
            if isinstance(exc, OSError) and exc.errno != errno.EINVAL:  # a seek before its begin
                raise file_error(exc, folder, "written") from exc
            raise StoreError(
                f"{path} can't be unpacked: {exc}.", advice="Download it again."
            ) from exc
        found = sorted(_stores_in(folder))
        if not found:
            raise StoreError(
                f"{path} has no store in it: neither {FILE} nor recipe files.",
                advice="Name the zip file that Download all has made, or a store's folder.",
            )
        yield found


def _members(
    root: Path, archive: zipfile.ZipFile, growing: _Growing, folder: str, damaged: list[str]
) -> Iterator[bytes]:
    """Add a store's files, also those that are moved within it meanwhile.

    Its folder is added to `damaged` where its database is.
    """
    with tempfile.TemporaryDirectory(prefix="evolink-") as made:
        copy, damage = _copy_of_database(root, Path(made))
        if damage is not None:
            log.warning("What can't be read of a store's database is not packed: %s", damage)
            damaged.append(folder)
        if is_plain(copy) and _holds_anything(copy):
            yield from _add(archive, growing, f"{folder}/{FILE}", copy)
    packed: set[str] = set()
    for _ in range(_LOOKS):
        before, known = len(packed), frozenset(packed)
        for inner, name in _files_of(root):
            if name not in known:
                source = root / inner / name
                member = source.relative_to(root).as_posix()
                if (yield from _add(archive, growing, f"{folder}/{member}", source)):
                    packed.add(name)
        if len(packed) == before:
            break


def _files_of(root: Path) -> Iterator[tuple[str, str]]:
    """The files of a store that go along: the folder in it, and the name."""
    months = sorted(name for name in names_in(root) if MONTH.fullmatch(name))
    for inner in ("", *months, TRASH, REFERENCES):
        for name in sorted(names_in(root / inner)):
            if not name.startswith(".") and Path(name).suffix in _OURS:
                yield inner, name


def _copy_of_database(root: Path, folder: Path) -> tuple[Path, str | None]:
    """Copy a store's database for others.

    Returns:
        The copy, which is missing where there is nothing to copy; and what is wrong with the
        database, where not all of it is in the copy.
    """
    copy, database = folder / FILE, database_in(root)
    try:
        database.copy_to(copy)
        if is_plain(copy):  # else there is no store yet
            _leave_out_addresses(copy)
        return copy, None
    except (StoreDamaged, StoreReadOnly, StoreTooNew):
        remove(copy)
    finally:
        database.close()
    # Its files are copied as they lie there: the live one lacks what is in its WAL.
    try:
        with guarded(folder, "written"):
            aside = copy_aside(database.path, own_folder(folder, "aside"))
    except StoreDamaged as exc:
        return copy, exc.message
    try:
        _leave_out_addresses(aside)
        return aside, None
    except StoreDamaged as exc:
        said = exc.message.replace(str(aside), str(database.path))
    try:
        copy_readable_rows(aside, copy)
        _leave_out_addresses(copy)
    except StoreDamaged:
        remove(copy)
    return copy, said


def _leave_out_addresses(path: Path) -> None:
    """Take out of a copy what the journal keeps of addresses that are told of a task's end.

    They may hold a secret, and the copy may be for other people. They are only a hint.
    """
    with sqlite_guarded(path, "written"), closing(sqlite3.connect(path)) as connection:
        harden(connection)
        connection.execute("PRAGMA journal_mode = DELETE")
        known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        found = [
            (table, column, key, text)
            for table, column in _ADDRESSED
            if table in known  # a process that was killed as it made the store leaves none
            for key, text in connection.execute(
                f"SELECT key, {column} FROM {table} WHERE instr({column}, '\"callback_url\"') "
                f"AND NOT instr({column}, '\"callback_url\":null')"
            )
        ]
        for table, column, key, text in found:
            with suppress(StoreDamaged):
                record = load_object(text, f"The {column} of {key}") or {}
                clean = handed_on(record) | ({"callback_url": None} if column == "request" else {})
                sql = f"UPDATE {table} SET {column} = ? WHERE key = ?"
                connection.execute(sql, (dump(clean), key))
        connection.commit()
    if found:  # what was written over is still in the file's free space
        with sqlite_guarded(path, "written"), closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("VACUUM")


def _holds_anything(path: Path) -> bool:
    """Whether a person has anything in it: a panel that is only looked at makes one, too."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            harden(connection)
            known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            kept = [table for table in _KEPT if table in known]  # an older version has fewer
            rows = (connection.execute(f"SELECT 1 FROM {table} LIMIT 1") for table in kept)
            return any(found.fetchone() for found in rows)
    except sqlite3.Error:  # damaged: a person may mend it
        return True


def _add(
    archive: zipfile.ZipFile, growing: _Growing, name: str, source: Path
) -> Generator[bytes, None, bool]:
    """Add a file; return whether it is there."""
    try:
        file = read_plain(source)
    except (FileNotFoundError, NotPlain):  # moved or deleted since it was listed; no file of ours
        return False
    with guarded(source, "read"), file:
        about = zipfile.ZipInfo.from_file(source, name, strict_timestamps=False)
        with archive.open(about, "w") as member:
            while block := file.read(_BLOCK):
                member.write(block)
                yield growing.take()
    return True


def _lay_out(archive: zipfile.ZipFile, path: Path, folder: Path) -> None:
    members = [one for one in archive.infolist() if _is_ours(one)]
    if len(members) > _MOST_FILES or any(one.file_size > _LARGEST for one in members):
        raise StoreError(f"{path} holds more than a store does.", advice="Unpack it yourself.")
    wanted, free = sum(one.file_size for one in members), shutil.disk_usage(folder).free
    if wanted > free:
        raise StoreFull(f"{path} needs {wanted:,} bytes to be unpacked; {free:,} are free.")
    for one in members:
        archive.extract(one, folder)  # zipfile takes "..", drives and roots out of a name


def _is_ours(member: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(member.filename)
    return not member.is_dir() and (name.name in _DATABASE or name.suffix.lower() in _OURS)


def _stores_in(folder: Path) -> Iterable[Path]:
    inside = [path for path in folder.rglob(FILE) if path.is_file()]
    known = {path.parent for path in inside}
    yield from known
    for path in folder.rglob("*.json"):  # a store without its database
        root = path.parent.parent if MONTH.fullmatch(path.parent.name) else path.parent
        if root not in known and path.name != "manifest.json":
            known.add(root)
            yield root


class _Growing:
    """What a zip file has written, and has not been taken yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """There is nothing to do: what was written is there."""

    def close(self) -> None:
        """What was written stays until it is taken."""

    def take(self) -> bytes:
        """Return what has come since, and let go of it."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
