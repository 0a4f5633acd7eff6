"""Keeps references' bytes by content, and remembers where the files service has them.

The bytes lie in a folder of the store under their SHA-256, so that a request can be asked again
when its link has run out, by any kernel. A row for each content and account says which link it
has and until when, or who is uploading it at this moment: of many who need it, one uploads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.images.proof.check_picture import EXTENSIONS
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.journal.journal import LONGEST_LEASE, is_lease_free
from evolink_widgets.store.safe_files import (
    REFERENCES,
    guarded,
    is_plain,
    own_folder,
    remove,
    rewrite,
    sha256_of,
    size_of,
)

__all__ = ["FOLDER", "KEPT", "MARGIN", "Turn", "Upload", "Uploads"]

FOLDER = REFERENCES

KEPT = 72 * 3600.0
"""Seconds for which the files service keeps a file."""

MARGIN = 600.0
"""Seconds before its end at which a link counts as run out: the service still has to fetch it."""


@dataclass(frozen=True)
class Upload:
    """A file at the files service.

    Attributes:
        link: what the service is given.
        file_id: the service's own name for it, where it gave one.
        uploaded_at: Unix seconds.
        expires_at: Unix seconds.
    """

    link: str
    file_id: str | None
    uploaded_at: float
    expires_at: float


@dataclass(frozen=True)
class Turn:
    """The turn to upload a content: it is there, or it is ours to upload, or another's.

    Attributes:
        upload: it is there; use its link.
        mine: it is the asker's to upload.
        doubtful: an earlier upload may have arrived; it is to be looked for first.
    """

    upload: Upload | None = None
    mine: bool = False
    doubtful: bool = False


class Uploads:
    """The references of one store. Safe from any thread and process; every method blocks.

    Args:
        root: the store's folder.
        database: its database.
        libraries: folders of stores that are only read, whose references serve, too.
    """

    def __init__(self, root: Path, database: Database, libraries: Sequence[Path] = ()) -> None:
        self._root = root
        self._folder = root / FOLDER
        self._folders = [self._folder, *(library / FOLDER for library in libraries)]
        self._database = database

    def keep(self, data: bytes, sha256: str, form: str, original: str | None = None) -> Path:
        """Keep a reference's bytes; those that are there already are left as they are.

        Args:
            data: the bytes.
            sha256: their SHA-256, in hex.
            form: "png", "jpeg" or "webp".
            original: SHA-256 of the file that the bytes were made from.

        Raises:
            StoreError: they can't be written.
        """
        target = self._folder / f"{sha256}{EXTENSIONS[form]}"
        with guarded(target, "written"):
            if size_of(target) != len(data):
                own_folder(self._root, REFERENCES)
                rewrite(target, data)
        if original is not None:
            with self._database.write() as connection:
                connection.execute(
                    "INSERT OR IGNORE INTO origins (sha256, original) VALUES (?, ?)",
                    (sha256, original),
                )
        return target

    def has(self, sha256: str) -> bool:
        """Whether a reference's bytes seem to be there; they are not read."""
        names = [f"{sha256}{one}" for one in EXTENSIONS.values()]
        return any(is_plain(folder / name) for folder in self._folders for name in names)

    def file_of(self, sha256: str) -> Path:
        """The file with these bytes; read once, to see that it still has them.

        Raises:
            StoreDamaged: there is none, or it was changed.
            StoreError: it can't be read.
        """
        for path in (
            folder / f"{sha256}{ending}"
            for folder in self._folders
            for ending in EXTENSIONS.values()
        ):
            with guarded(path, "read"):
                if is_plain(path):
                    if sha256_of(path) == sha256:
                        return path
                    if path.parent != self._folder:
                        continue  # another library may have it as it was
                    raise StoreDamaged(
                        f"The reference {path} was changed after it was kept.",
                        advice="Give the reference again; its file is then written anew.",
                    )
        raise StoreDamaged(
            f"The store has no reference {sha256[:12]}….",
            advice="Give the reference again: its bytes are not in this store.",
        )

    def drop(self, sha256: str) -> None:
        """Remove a reference's bytes, if they are there."""
        for extension in EXTENSIONS.values():
            with guarded(self._folder, "written"):
                remove(self._folder / f"{sha256}{extension}")

    def find(self, account: str, sha256: str, now: float) -> Upload | None:
        """The upload whose link still holds; `None` where there is none.

        Args:
            account: the files service, and whose.
            sha256: the content, in hex.
            now: Unix seconds.
        """
        rows = self._database.rows(
            "SELECT * FROM uploads WHERE account = ? AND sha256 = ?", (account, sha256)
        )
        return _upload(rows[0], now) if rows else None

    def digest_of(self, link: str) -> str | None:
        """The SHA-256 of the file that was uploaded to a link; `None` where that is not known."""
        rows = self._database.rows("SELECT sha256 FROM uploads WHERE link = ? LIMIT 1", (link,))
        return str(rows[0]["sha256"]) if rows else None

    def take_turn(self, account: str, sha256: str, owner: str, now: float, lease_s: float) -> Turn:
        """See whether a content is uploaded; if not, become the one who does that.

        Args:
            account: the files service, and whose.
            sha256: the content.
            owner: who asks; `Store.owner` names this process.
            now: Unix seconds.
            lease_s: seconds until another may take over; at most an hour.

        Returns:
            The upload; or the turn to make it; or neither, while another has the turn.
        """
        until = now + min(lease_s, LONGEST_LEASE)
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT * FROM uploads WHERE account = ? AND sha256 = ?", (account, sha256)
            ).fetchone()
            if row is not None:
                if (upload := _upload(row, now)) is not None:
                    return Turn(upload)
                if not is_lease_free(row["owner"], row["lease_until"], owner, now):
                    return Turn()
            connection.execute(
                "INSERT INTO uploads (account, sha256, owner, lease_until) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (account, sha256) DO UPDATE SET link = NULL, "
                "owner = excluded.owner, lease_until = excluded.lease_until",
                (account, sha256, owner, until),
            )
        tried = None if row is None else row["tried_at"]
        return Turn(mine=True, doubtful=tried is not None and 0 <= now - tried < KEPT)

    def sending(self, account: str, sha256: str, owner: str, now: float) -> None:
        """Write down that the bytes go out now: should no answer come, they may be there.

        Args:
            account: the files service, and whose.
            sha256: the content, in hex.
            owner: who has the turn.
            now: Unix seconds.
        """
        self._change("tried_at = ?", (now,), account, sha256, owner)

    def arrived(self, account: str, sha256: str, upload: Upload) -> None:
        """Write down where the content is, and give the turn back.

        Should another have taken over meanwhile: both links are good, and those who wait have
        this one.

        Args:
            account: the files service, and whose.
            sha256: the content, in hex.
            upload: where it is, and until when.
        """
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO uploads (account, sha256, link, file_id, uploaded_at, "
                "expires_at) VALUES (?, ?, ?, ?, ?, ?)",
                (account, sha256, upload.link, upload.file_id, upload.uploaded_at,
                 upload.expires_at),
            )  # fmt: skip

    def give_up(self, account: str, sha256: str, owner: str, *, doubtful: bool) -> None:
        """Give the turn back without an upload.

        Args:
            account: the files service, and whose.
            sha256: the content, in hex.
            owner: who has the turn.
            doubtful: the bytes went out, and no answer came: they may be there.
        """
        tried = "" if doubtful else "tried_at = NULL, "
        self._change(f"{tried}owner = NULL, lease_until = NULL", (), account, sha256, owner)

    def forget(self, account: str, sha256: str, link: str) -> None:
        """Forget a link that leads nowhere any more; a newer one stays.

        Args:
            account: the files service, and whose.
            sha256: the content, in hex.
            link: the one that leads nowhere.
        """
        with self._database.write() as connection:
            connection.execute(
                "UPDATE uploads SET link = NULL, tried_at = NULL "
                "WHERE account = ? AND sha256 = ? AND link = ?",
                (account, sha256, link),
            )

    def _change(
        self, columns: str, values: tuple[Any, ...], account: str, sha256: str, owner: str
    ) -> None:
        with self._database.write() as connection:
            connection.execute(
                f"UPDATE uploads SET {columns} WHERE account = ? AND sha256 = ? AND owner = ?",
                (*values, account, sha256, owner),
            )


def _upload(row: Any, now: float) -> Upload | None:
    link, until, since = row["link"], row["expires_at"], row["uploaded_at"]
    if link is None or until is None or since is None:
        return None
    # A clock that has jumped back must not keep a link for ever.
    if not since - KEPT <= now < until - MARGIN:
        return None
    return Upload(link, row["file_id"], since, until)
