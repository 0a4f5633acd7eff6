"""The files API's state: references that were uploaded, kept for 72 hours."""

from __future__ import annotations

import base64
import binascii
import hashlib
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["FileRefusal", "FileShelf", "StoredFile"]

KEEP_SECONDS = 72 * 3600
MAX_BYTES = 100 * 1024 * 1024
MAX_FILES = 100
_MAGIC = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", "jpg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", "png"),
    (re.compile(rb"GIF8[79]a"), "image/gif", "gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp", "webp"),
)


class FileRefusal(Exception):
    """The files API says no, in its own shape of error body."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"success": False, "code": status, "msg": message}


@dataclass(frozen=True)
class StoredFile:
    """One upload."""

    id: str
    name: str
    original_name: str
    path: str
    mime_type: str
    data: bytes
    uploaded: float

    @property
    def expires(self) -> float:
        """Unix seconds."""
        return self.uploaded + KEEP_SECONDS


class FileShelf:
    """All uploads of the account. A file too old is gone."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._files: dict[str, StoredFile] = {}
        self._chance = random.Random(0)

    def put(self, data: bytes, *, name: str | None = None, path: str | None = None) -> StoredFile:
        """Keep a picture.

        Raises:
            FileRefusal: 400 not a picture, 413 too large, 403 the quota is used up.
        """
        if len(data) > MAX_BYTES:
            raise FileRefusal(413, "The file is larger than 100 MB.")
        kind = next(((m, e) for magic, m, e in _MAGIC if magic.match(data)), None)
        if kind is None:
            raise FileRefusal(400, "Only jpeg, png, gif and webp pictures can be uploaded.")
        if len(self.all()) >= MAX_FILES:
            raise FileRefusal(403, "The file quota is used up.")
        digest = hashlib.sha256(data).hexdigest()[:12]
        mime, ending = kind
        file_id = f"file-{digest}-{self._chance.getrandbits(32):08x}"
        safe = re.sub(r"[^A-Za-z0-9._-]", "_", name or "")[-80:].lstrip(".")
        stored = StoredFile(
            id=file_id,
            name=safe or f"{digest}.{ending}",
            original_name=(name or "")[:200],
            path=re.sub(r"[^A-Za-z0-9/_-]", "_", path or "uploads").strip("/")[:120],
            mime_type=mime,
            data=data,
            uploaded=self._clock(),
        )
        self._files[file_id] = stored
        return stored

    def put_base64(self, text: object, **place: str | None) -> StoredFile:
        """Keep a picture given as base64, plain or as a data URL.

        Raises:
            FileRefusal: 400 not base64, and as `put`.
        """
        if not isinstance(text, str):
            raise FileRefusal(400, "base64_data must be text.")
        plain = re.sub(r"^data:[\w/+.-]*;base64,", "", text)
        try:
            data = base64.b64decode(plain, validate=True)
        except (binascii.Error, ValueError):
            raise FileRefusal(400, "base64_data is not base64.") from None
        return self.put(data, **place)

    def get(self, file_id: str) -> StoredFile:
        """A stored file.

        Raises:
            FileRefusal: 404.
        """
        stored = self._files.get(file_id)
        if stored is None or stored.expires <= self._clock():
            raise FileRefusal(404, "There is no such file.")
        return stored

    def all(self) -> list[StoredFile]:
        """What has not expired, newest first."""
        now = self._clock()
        self._files = {i: f for i, f in self._files.items() if f.expires > now}
        return sorted(self._files.values(), key=lambda file: -file.uploaded)

    def delete(self, file_id: str) -> None:
        """Remove a file.

        Raises:
            FileRefusal: 404.
        """
        del self._files[self.get(file_id).id]

    def quota(self) -> dict[str, Any]:
        """What `GET /api/v1/files/quota` answers in `data`."""
        used = len(self.all())
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
            "file_size": len(stored.data),
            "mime_type": stored.mime_type,
            "upload_path": stored.path,
            "file_url": link,
            "download_url": f"{link}?download=1",
            "upload_time": _iso(stored.uploaded),
            "expires_at": _iso(stored.expires),
        }


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
