"""Tells whether a folder is on a network file system that several machines share.

SQLite's WAL keeps an index in memory that all its users map. Two machines do not share that
memory, and SQLite can't notice (sqlite.org/wal.html): there the DELETE journal is used.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path, PurePath

# By the kernel's names. Of "fuse.*" some are local; the DELETE journal is right there too,
# only slower. 9p and virtiofs are folders of a host in its guest.
_SHARED = frozenset({"nfs", "nfs3", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "afs"})
_SHARED |= {"ceph", "glusterfs", "gpfs", "lustre", "beegfs", "orangefs", "ocfs2", "gfs2"}
_SHARED |= {"davfs", "ncpfs", "vboxsf", "prl_fs", "vmhgfs"}


def on_network(folder: Path) -> bool:
    """Tell whether another machine may use this folder at the same time; `False` if unsure."""
    if sys.platform == "win32":
        return folder.absolute().drive.startswith("\\\\")
    with suppress(OSError):
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
        return is_shared(file_system(folder.resolve(), mounts))
    return False


def file_system(folder: PurePath, mountinfo: str) -> str:
    """Return the type of the file system that holds `folder`; "" where none does.

    Args:
        folder: absolute, without links.
        mountinfo: Linux's /proc/self/mountinfo; of mounts on one place the last one counts.
    """
    best, found = -1, ""
    for line in mountinfo.splitlines():
        left, separator, right = line.partition(" - ")
        fields = left.split(" ")
        if not separator or len(fields) < 5:
            continue
        place = PurePath(_unescape(fields[4]))
        depth = len(place.parts)
        if depth >= best and (place == folder or place in folder.parents):
            best, found = depth, right.split(" ")[0]
    return found


def is_shared(kind: str) -> bool:
    """Tell whether file systems of this type may be used from several machines at once."""
    return kind in _SHARED or kind.startswith("fuse.")


def _unescape(text: str) -> str:
    for code in ("040", "011", "012", "134"):
        text = text.replace(f"\\{code}", chr(int(code, 8)))
    return text
