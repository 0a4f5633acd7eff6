"""Keeps uploaded references for 72 hours: the state of the files API."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import random
import re
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evolink_widgets.emulator.contract.refusal import FileRefusal
from evolink_widgets.emulator.storage import plain_files
from evolink_widgets.emulator.storage.stored_lines import read_upload
from evolink_widgets.emulator.storage.upload_folder import UploadFolder

__all__ = [
    "KEEP_SECONDS",
    "MAX_BYTES",
    "MAX_FILES",
    "StoredFile",
    "StoredUploads",
    "file_id_in",
    "from_base64",
]

KEEP_SECONDS = 72 * 3600
MAX_BYTES = 100 * 1024 * 1024
MAX_FILES = 100
_KINDS = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
_ID = re.compile(r"/files/(file-[0-9a-f]{12}-[0-9a-f]{8})/")


@dataclass(frozen=True)
class StoredFile:
    """One upload.

    Attributes:
        name: what it is called in its link; letters, digits, dot, dash and underscore.
        original_name: what the caller called it.
        folder: where it lies in the account's tree.
        uploaded: Unix seconds.
        at: where its bytes are.
        account: whose it is.
    """

    id: str
    name: str
    original_name: str
    folder: str
    mime_type: str
    size: int
    uploaded: float
    at: Path
    account: str = ""

    @property
    def expires(self) -> float:
        """Unix seconds."""
        return self.uploaded + KEEP_SECONDS


class StoredUploads:
    """All uploads, of each account apart. A file too old is gone. Safe for threads.

    Args:
        clock: Unix seconds.
        seed: of the ids; `None` draws ids that no other process has.
        folder: where the bytes lie, for several processes that share an account; `None`: where
            they are gone with the process.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        seed: int | None = None,
        folder: Path | None = None,
    ) -> None:
        self._clock = clock
        self._files: dict[str, StoredFile] = {}
        self._chance = random.Random(seed)
        self._folder = UploadFolder(folder)
        self._lock = threading.Lock()

    def put(
        self,
        data: bytes,
        *,
        name: str | None = None,
        path: str | None = None,
        account: str = "",
    ) -> StoredFile:
        """Keep a picture.

        Args:
            data: its bytes.
            name: what the caller calls it.
            path: the folder that the caller wishes for.
            account: whose it is.

        Raises:
            FileRefusal: 400 not a picture, 413 too large, 403 the quota is used up.
        """
        if len(data) > MAX_BYTES:
            raise FileRefusal(413, "The file is larger than 100 MB.")
        mime, ending = _kind_of(data)
        digest = hashlib.sha256(data).hexdigest()[:12]
        safe = re.sub(r"[^A-Za-z0-9._-]", "_", name or "")[-80:].lstrip(".")
        with self._lock:
            self._forget_old()
            if len(self._of(account)) >= MAX_FILES:
                raise FileRefusal(403, f"The file quota of {MAX_FILES} files is used up.")
            file_id = f"file-{digest}-{self._chance.getrandbits(32):08x}"
            record: dict[str, Any] = {
                "name": safe or f"{digest}.{ending}",
                "original_name": (name or "")[:200],
                "folder": re.sub(r"[^A-Za-z0-9/_-]", "_", path or "uploads").strip("/")[:120],
                "mime_type": mime,
                "size": len(data),
                "uploaded": self._clock(),
                "account": account,
            }
            at = self._folder.write(file_id, data, record)
            stored = StoredFile(id=file_id, at=at, **record)
            self._files[file_id] = stored
        return stored

    def get(self, file_id: str, *, account: str | None = None) -> StoredFile:
        """A stored file; of any account where none is named, as its link is all that is needed.

        Raises:
            FileRefusal: 404.
        """
        with self._lock:
            self._forget_old()
            stored = self._files.get(file_id)
        if stored is None or account not in (None, stored.account):
            raise FileRefusal(404, "There is no such file.")
        return stored

    def read(self, file_id: str) -> tuple[bytes, str]:
        """A stored file's bytes and MIME type.

        Raises:
            FileRefusal: 404.
        """
        stored = self.get(file_id)
        try:
            return plain_files.read(stored.at), stored.mime_type
        except OSError:  # deleted at this very moment
            raise FileRefusal(404, "There is no such file.") from None

    def hold(self, file_id: str) -> None:
        """Keep a file's bytes for a task that was accepted with it, whatever becomes of it."""
        with self._lock:
            self._folder.hold(file_id)

    def held(self, file_id: str) -> bytes | None:
        """The bytes of a file that was kept for a task; `None` when they are no longer here."""
        with self._lock:
            return self._folder.held(file_id)

    def all(self, *, account: str = "") -> list[StoredFile]:
        """List an account's files that have not expired, newest first."""
        with self._lock:
            self._forget_old()
            found = self._of(account)[::-1]
        return sorted(found, key=lambda file: -file.uploaded)

    def delete(self, file_id: str, *, account: str = "") -> None:
        """Remove a file of an account.

        Raises:
            FileRefusal: 404.
        """
        self.get(file_id, account=account)
        with self._lock:
            self._drop(file_id)

    def quota(self, *, account: str = "") -> dict[str, Any]:
        """Return the `data` of `GET /api/v1/files/quota`."""
        used = len(self.all(account=account))
        return {
            "user_group": "default",
            "used_files": used,
            "max_files": MAX_FILES,
            "remain_files": MAX_FILES - used,
        }

    @staticmethod
    def document(stored: StoredFile, base: str) -> dict[str, Any]:
        """A file as the API tells of it; `base` is the address of the files host."""
        link = f"{base}/files/{stored.id}/{stored.name}"
        return {
            "file_id": stored.id,
            "file_name": stored.name,
            "original_name": stored.original_name,
            "file_size": stored.size,
            "mime_type": stored.mime_type,
            "upload_path": stored.folder,
            "file_url": link,
            "download_url": f"{link}?download=1",
            "upload_time": _iso(stored.uploaded),
            "expires_at": _iso(stored.expires),
        }

    def _of(self, account: str) -> list[StoredFile]:
        return [file for file in self._files.values() if file.account == account]

    def _forget_old(self) -> None:
        """Take in what other processes uploaded and deleted, and drop what is too old."""
        found: dict[str, StoredFile] = {}
        for file_id, record, at in self._folder.records():
            try:
                known = self._files.get(file_id)
                found[file_id] = known or StoredFile(id=file_id, at=at, **read_upload(record))
            except ValueError as reason:
                self._folder.set_aside(file_id, reason)
        order = sorted(found.values(), key=lambda file: file.uploaded)
        self._files = {file.id: file for file in order}
        now = self._clock()
        for file_id in [i for i, file in self._files.items() if file.expires <= now]:
            self._drop(file_id)

    def _drop(self, file_id: str) -> None:
        if self._files.pop(file_id, None):
            self._folder.drop(file_id)


def from_base64(text: object) -> bytes:
    """The bytes of base64, plain or as a data URL.

    Raises:
        FileRefusal: 400.
    """
    if not isinstance(text, str):
        raise FileRefusal(400, "base64_data is required and must be text.")
    plain = re.sub(r"^data:[\w/+.-]*;base64,", "", text)
    try:
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        raise FileRefusal(400, "base64_data is not base64.") from None


def file_id_in(link: str) -> str | None:
    """The id of the stored file that a link leads to, if it looks like one of ours."""
    match = _ID.search(link)
    return match[1] if match else None


def _kind_of(data: bytes) -> tuple[str, str]:
    """MIME type and ending, by what the bytes are and not by what they are called."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(_KINDS)) as picture:
                return _KINDS[picture.format or ""]
    except (OSError, ValueError, KeyError, SyntaxError, Warning, Image.DecompressionBombError):
        raise FileRefusal(400, "Only jpeg, png, gif and webp pictures can be uploaded.") from None


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
