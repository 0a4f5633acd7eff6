"""Opens, writes, renames and removes the store's files: no link followed, none half written.

A store's folder may come from a stranger, or be shared with other users: a name in it may be a
link, a pipe, or the second name of a file elsewhere, and the hidden folders may be links too.
What is written is made exclusively, under a name that can't be guessed, or is looked at first;
what is read, renamed or removed is a plain file of the folder that is held open meanwhile.

The store's own folder may be a link: the user has named it.

A new file grows under a hidden name, is flushed to the disk, and gets its name in one step, never
over another's. What the system refuses becomes an error of the package in `guarded`.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from evolink_widgets.errors import StoreDamaged, StoreError, StoreFull, StoreReadOnly
from evolink_widgets.moved_files import MONTH
from evolink_widgets.store.unwritten import check_may_write

PARTS = ".parts"
"""The folder inside the store where files grow."""

TRASH = ".trash"
"""The folder inside the store where deleted pictures wait."""

THUMBS = ".thumbs"
"""The folder inside the store with small copies."""

REFERENCES = ".references"
"""The folder inside the store where the bytes of references are."""

DATABASE = "evolink.sqlite"
"""The database's name in a store's folder."""

HIDDEN = frozenset({PARTS, TRASH, THUMBS, REFERENCES})
"""Folders of a store that have to be its own, like those of its months: none may be a link."""

# Windows has none of these; its links are looked for by name there.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_PLAIN = _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", os.O_RDONLY)
_HOLDS_FOLDERS = _NO_LINK != 0 and {os.open, os.link, os.rename, os.unlink} <= os.supports_dir_fd

_BLOCK = 1 << 20
_WORTH_THREADS, _MOST_THREADS = 3, 8
"""Files from which on threads flush them, and how many of these there are at most."""

# What file systems without hard links answer (FAT, some network folders).
_NO_LINKS = frozenset(
    getattr(errno, name)
    for name in ("EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES", "EINVAL")
    if hasattr(errno, name)
)

_FULL = frozenset(
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)
)
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST})


class NotPlain(OSError):
    """A file or folder of the store is a link or a device, or not the store's own."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(errno.ELOOP, reason, str(path))


@contextmanager
def guarded(path: Path, doing: str) -> Iterator[None]:
    """Turn whatever the disk raises inside into a `StoreError`.

    Args:
        path: the file or folder at work; it is named in the message.
        doing: what was tried, as it ends the sentence "… could not be …": "written".
    """
    try:
        yield
    except OSError as exc:
        raise file_error(exc, path, doing) from exc
    except UnicodeEncodeError as exc:
        raise StoreError(
            f"{str(path)!a} could not be {doing}: this locale has no such letters in file names.",
            advice="Set PYTHONUTF8=1, or choose another folder with ew.configure(store=...).",
        ) from exc


def file_error(exc: OSError, path: Path, doing: str) -> StoreError:
    """Return the package's error for an OS error on `path`.

    Args:
        exc: the error.
        path: the file or folder.
        doing: what failed, as a participle: "read", "written".
    """
    if isinstance(exc, NotPlain):
        return not_plain(exc)
    what = f"{path} could not be {doing}: {exc.strerror or exc}."
    if exc.errno in _FULL:
        return StoreFull(what)
    if exc.errno in _FORBIDDEN:
        return StoreReadOnly(what)
    return StoreError(what)


def not_plain(exc: NotPlain) -> StoreDamaged:
    """Return the package's error for a file that may lead elsewhere."""
    return StoreDamaged(
        f"{exc.filename} is left alone: {exc.strerror}.",
        advice="Find out who put it there; then remove it, or choose another folder with "
        "ew.configure(store=...).",
    )


def read_plain(path: Path) -> BinaryIO:
    """Open a file for reading.

    Raises:
        NotPlain: it is no plain file, or its folder is a link.
        OSError: it can't be opened.
    """
    return os.fdopen(_open(path, os.O_RDONLY), "rb")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex.

    Raises:
        OSError: as `read_plain`.
    """
    digest = sha256()
    with read_plain(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def change_plain(path: Path) -> BinaryIO:
    """Open a file to be changed.

    Raises:
        NotPlain: it is no plain file, or has another name elsewhere.
        OSError: it can't be opened.
    """
    check_may_write(path.parent)
    handle = _open(path, os.O_RDWR)
    if os.fstat(handle).st_nlink > 1:
        os.close(handle)
        raise NotPlain(path, "it has a second name elsewhere")
    return os.fdopen(handle, "rb+")


def flush(path: Path) -> None:
    """Put the bytes of a file on the disk (fsync)."""
    handle = _open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_together(paths: Sequence[Path]) -> list[OSError | None]:
    """Put the bytes of several files on the disk, and return what was wrong with each.

    Asked at the same moment, a disk flushes them all in little more time than one takes: 16 files
    took a fifth of the time that they took one after the other.
    """

    def flushed(path: Path) -> OSError | None:
        try:
            (flush_folder if path.is_dir() else flush)(path)
        except OSError as exc:
            return exc
        return None

    if len(paths) < _WORTH_THREADS:
        return [flushed(path) for path in paths]
    found: dict[Path, OSError | None] = {}
    left = deque(paths)

    def work() -> None:
        with suppress(IndexError):
            while True:
                path = left.popleft()
                found[path] = flushed(path)

    threads = [
        threading.Thread(target=work, name="evolink-flush", daemon=True)
        for _ in paths[1:_MOST_THREADS]
    ]
    with suppress(RuntimeError):  # Python ends, and starts no threads any more
        for thread in threads:
            thread.start()
    work()
    for thread in threads:
        if thread.ident is not None:
            thread.join()
    return [found[path] for path in paths]


def make_new(path: Path) -> BinaryIO:
    """Make a file, with the permissions that the umask leaves, and open it for writing.

    Raises:
        FileExistsError: something has that name, be it a link.
        NotPlain: its folder is a link.
        OSError: it can't be made.
    """
    check_may_write(path.parent)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN
    with _held(path.parent) as folder:
        handle = os.open(path.name if folder is not None else path, flags, 0o666, dir_fd=folder)
    return os.fdopen(handle, "wb")


_NEW_NAME = re.compile(r"\.[0-9a-f]{32}\.tmp", re.ASCII)


def new_name(ending: str) -> str:
    """Return a hidden name that can't be guessed."""
    return f".{secrets.token_hex(16)}{ending}"


def own_folder(root: Path, name: str) -> Path:
    """Make one of the store's hidden folders, where it is missing; return it.

    Raises:
        NotPlain: it is a link.
        OSError: it can't be made.
    """
    folder = root / name
    if folder in _HOLDING.folders:
        return folder
    check_may_write(root)
    folder.mkdir(parents=True, exist_ok=True)
    if _leads_away(folder):
        raise NotPlain(folder, "it is a link")
    return folder


def lasting_folder(root: Path, name: str) -> Path:
    """Make one of the folders that keep what was paid for, with its own name on the disk, too.

    Raises:
        NotPlain: it is a link.
        OSError: it can't be made.
    """
    was_there = is_there(root / name)
    folder = own_folder(root, name)
    flush_name(folder, is_new=not was_there)
    return folder


def flush_name(folder: Path, *, is_new: bool) -> None:
    """Put a folder's own name on the disk, once in each process.

    Also where it is there already: the process that has made it may have been killed before it
    came to that.
    """
    if is_new or folder not in _LASTING:
        flush_folder(folder.parent)
        _LASTING.add(folder)


_LASTING: set[Path] = set()
"""The folders whose names this process has put on the disk."""


def is_plain(path: Path) -> bool:
    """Tell whether this is a plain file, in a folder that is the store's own."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        return not (_is_own(path.parent) and _leads_away(path.parent))
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Tell whether anything has this name, be it a link that leads nowhere."""
    try:
        return os.path.lexists(path)
    except ValueError:  # no such letters in this locale
        return False


def size_of(path: Path) -> int:
    """Return the bytes of a plain file; 0 where there is none."""
    return path.lstat().st_size if is_plain(path) else 0


def link(source: Path, target: Path) -> None:
    """Give a file a second name.

    Raises:
        FileExistsError: something has that name.
        OSError: it can't be done.
    """
    check_may_write(target.parent)
    with _held(source.parent) as there, _held(target.parent) as here:
        if there is None or here is None:
            os.link(source, target)
        else:
            os.link(
                source.name, target.name, src_dir_fd=there, dst_dir_fd=here, follow_symlinks=False
            )


def rename(source: Path, target: Path) -> None:
    """Give a file another name, in the place of whatever has it."""
    check_may_write(source.parent)
    check_may_write(target.parent)
    with _held(source.parent) as there, _held(target.parent) as here:
        if there is None or here is None:
            source.replace(target)
        else:
            os.replace(source.name, target.name, src_dir_fd=there, dst_dir_fd=here)


def remove(path: Path) -> None:
    """Remove a file, or a link and not what it leads to; where there is none, nothing."""
    check_may_write(path.parent)
    with suppress(FileNotFoundError), _held(path.parent) as folder:
        os.unlink(path.name if folder is not None else path, dir_fd=folder)


def names_in(folder: Path) -> list[str]:
    """Return what a folder holds; nothing where there is none, or a link in its place."""
    try:
        if _is_own(folder) and _leads_away(folder):
            return []
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def flush_folder(path: Path) -> None:
    """Put a folder's names on the disk; where folders can't be opened (Windows), nothing."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def place(part: Path, target: Path) -> None:
    """Give `part` the name `target`, in one step, unless something has that name.

    Where the file system has links, `part` keeps its old name too; the caller removes it.

    Raises:
        FileExistsError: something has that name; both files are as they were.
        OSError: it could not be done.
    """
    try:
        link(part, target)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError, AttributeError) as exc:
        if isinstance(exc, OSError) and exc.errno not in _NO_LINKS:
            raise
        _place_without_links(part, target)


def take_back(part: Path, target: Path) -> None:
    """Undo `place`: `part` is there, `target` is not."""
    if is_there(part):
        remove(target)
    else:
        rename(target, part)


def rewrite(target: Path, data: bytes) -> None:
    """Write our own file `target` anew: the old bytes or the new ones, never a part of them."""
    rewrite_together({target: data})


def rewrite_together(files: Mapping[Path, bytes], folders: Sequence[Path] = ()) -> None:
    """Write several of our own files anew, each its old bytes or its new ones.

    Args:
        files: the bytes of each.
        folders: whose names are put on the disk with the files' bytes, and before their names.
    """
    written = {target: target.with_name(new_name(".tmp")) for target in files}
    try:
        for target, temporary in written.items():
            with make_new(temporary) as file:
                file.write(files[target])
        for error in flush_together([*folders, *written.values()]):
            if error is not None:
                raise error
        for target, temporary in written.items():
            rename(temporary, target)
    except BaseException:
        for temporary in written.values():
            with suppress(OSError):
                remove(temporary)
        raise


def copy_new(source: Path, target: Path) -> Path:
    """Copy a file under the first free name like `target`; an equal copy is found again.

    Returns:
        The copy's path: `fox.png`, or `fox-2.png` where another file has that name.
    """
    with temporary(target.parent) as path:
        with read_plain(source) as file, change_plain(path) as written:
            shutil.copyfileobj(file, written, _BLOCK)
        return place_new(path, target)


def write_new(data: bytes, target: Path) -> Path:
    """Write a file under the first free name like `target`; an equal one is found again."""
    with temporary(target.parent) as path:
        with change_plain(path) as file:
            file.write(data)
        return place_new(path, target)


@contextmanager
def temporary(folder: Path) -> Iterator[Path]:
    """Give a hidden, empty file in `folder`; it is gone afterwards, whatever happens."""
    path = new_temporary(folder)
    try:
        yield path
    finally:
        with suppress(OSError):
            remove(path)


def new_temporary(folder: Path) -> Path:
    """Make a hidden, empty file in `folder`, under a name that can't be guessed."""
    path = folder / new_name(".tmp")
    make_new(path).close()
    return path


def sweep(folder: Path, after: float = 86_400.0, *, parts: bool = True) -> None:
    """Remove what was left to grow there by processes that were killed.

    Args:
        folder: where.
        after: seconds for which it has not grown; a day by default.
        parts: also pictures that were fetched; else files of `new_temporary` alone.
    """
    left = [
        name
        for name in names_in(folder)
        if _NEW_NAME.fullmatch(name) or (parts and name.endswith(".part"))
    ]
    if not left:
        return
    with suppress(OSError), temporary(folder) as now:
        # By the clock of the disk that writes the times down: a file server has its own.
        long_ago = now.lstat().st_mtime - after
        for name in left:
            with suppress(OSError):
                if (folder / name).lstat().st_mtime < long_ago:
                    remove(folder / name)


def place_new(path: Path, target: Path) -> Path:
    """Give a finished file the first free name like `target`; an equal one is found again."""
    flush(path)
    for candidate in free_names(target):
        try:
            place(path, candidate)
            flush_folder(target.parent)
            return candidate
        except FileExistsError:
            import filecmp

            if is_plain(candidate) and filecmp.cmp(candidate, path, shallow=False):
                return candidate
    raise AssertionError("free_names has no end")


def free_names(target: Path) -> Iterator[Path]:
    """Yield `a.png`, `a-2.png`, `a-3.png`, … for ever."""
    more = (target.with_name(f"{target.stem}-{number}{target.suffix}") for number in count(2))
    return chain((target,), more)


def _place_without_links(part: Path, target: Path) -> None:
    # An empty file takes the name, so that no other process can; then the real one replaces it.
    # A process killed in between leaves it empty: the next process may have that name.
    try:
        make_new(target).close()
    except FileExistsError:
        if not is_plain(target) or target.lstat().st_size:
            raise
    try:
        rename(part, target)
    except BaseException:
        with suppress(OSError):
            remove(target)
        raise


def _open(path: Path, flags: int) -> int:
    try:
        with _held(path.parent) as folder:
            name = path.name if folder is not None else path
            if not _NO_LINK and path.is_symlink():
                raise NotPlain(path, "it is a link")
            handle = os.open(name, flags | _PLAIN, dir_fd=folder)
    except NotPlain:
        raise
    except OSError as exc:
        if exc.errno == errno.ELOOP or (exc.errno == errno.ENXIO and is_there(path)):
            raise NotPlain(path, _what(path)) from exc
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotPlain(path, "it is no plain file")
    return handle


def _what(path: Path) -> str:
    return "it is a link" if path.is_symlink() else "it is no plain file"


class _Holding(threading.local):
    """The folders that this thread holds open."""

    folders: Mapping[Path, int | None] = {}


_HOLDING = _Holding()


@contextmanager
def holding(*folders: Path) -> Iterator[None]:
    """Hold folders open over several acts, so that each of those need not open them anew.

    Raises:
        NotPlain: one is a link that may not be one.
        OSError: one can't be opened.
    """
    before = _HOLDING.folders
    with ExitStack() as stack:
        held = {folder: stack.enter_context(_held(folder)) for folder in folders}
        _HOLDING.folders = {**before, **held}
        try:
            yield
        finally:
            _HOLDING.folders = before


@contextmanager
def _held(folder: Path) -> Iterator[int | None]:
    """Hold a folder open, so that it can't become another; `None` where that can't be done."""
    if folder in _HOLDING.folders:
        yield _HOLDING.folders[folder]
        return
    ours = _is_own(folder)
    if not _HOLDS_FOLDERS:
        if ours and _leads_away(folder):
            raise NotPlain(folder, "it is a link")
        yield None
        return
    try:
        handle = os.open(folder, _FOLDER | (_NO_LINK if ours else 0))
    except OSError as exc:
        if ours and exc.errno in (errno.ELOOP, errno.ENOTDIR) and folder.is_symlink():
            raise NotPlain(folder, "it is a link") from exc
        raise
    try:
        yield handle
    finally:
        os.close(handle)


def store_of(path: Path) -> Path:
    """Return the folder of the store that a picture's file belongs to."""
    folder = path.parent
    return folder.parent if folder.name == TRASH or _is_month(folder) else folder


def _is_own(folder: Path) -> bool:
    return folder.name in HIDDEN or _is_month(folder)


def _is_month(folder: Path) -> bool:
    # A store's own folder may be called so, too, and may be a link.
    return MONTH.fullmatch(folder.name) is not None and is_there(folder.parent / DATABASE)


def _leads_away(folder: Path) -> bool:
    is_junction = getattr(os.path, "isjunction", None)  # Windows, from Python 3.12 on
    return folder.is_symlink() or bool(is_junction and is_junction(folder))
