"""Pictures that stay where workers have put them: a bucket, or any place that fsspec knows.

    pictures/<loan>/<file>         the service's bytes, untouched
    manifests/<loan>.jsonl         a line a picture: what it is, what was asked, what it cost

A manifest is written once all of its pictures are there, so what it names is there. Journal and
ledger are never here: they need a database's locks, and stay on disks.
"""

from __future__ import annotations

import builtins
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from evolink_widgets.core.loans.loan import Return
from evolink_widgets.errors import ConfigurationError, EvolinkError, StoreError
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.thumbs import Thumb, thumbnail
from evolink_widgets.store.journal.journal import Step
from evolink_widgets.store.store import Store

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Elsewhere", "PictureElsewhere", "check_address"]

log = logging.getLogger("evolink_widgets")

PICTURES, MANIFESTS = "pictures", "manifests"


@dataclass(frozen=True)
class PictureElsewhere(GeneratedImage):
    """A picture that stays elsewhere: `str()` is its address, `bytes` and `pil` fetch it.

    `path` is its name alone. What needs a file on this disk says so; `save` brings a copy.

    Args:
        url: where it is.
    """

    url: str = field(kw_only=True)

    @property
    def bytes(self) -> builtins.bytes:
        """The file's bytes, as the service sent them; read from where it is."""
        return _read(self.url)

    @property
    def pil(self) -> Image:
        """The picture as a loaded `PIL.Image.Image`; read from where it is."""
        import io

        from PIL import Image

        with Image.open(io.BytesIO(self.bytes)) as image:
            image.load()
            return image

    def small(self, edge: int = 320, *, limit: int | None = None) -> Thumb:
        """Return a small WebP copy and its size; the picture is read for it each time."""
        return thumbnail(self.bytes, edge, limit=limit)

    def __str__(self) -> str:
        return self.url

    def __fspath__(self) -> str:
        raise self._not_here()

    @property
    def _root(self) -> Path:
        raise self._not_here()

    def _check_there(self) -> None:
        """Reading it tells."""

    def _not_here(self) -> StoreError:
        return StoreError(
            f"This picture stays at {self.url}.",
            advice="Read it with image.pil or image.bytes, or bring a copy with image.save(...).",
        )


class Elsewhere:
    """A place for pictures; every method blocks.

    Args:
        url: such as "s3://bucket/animals".

    Raises:
        ConfigurationError: nothing is installed that knows such addresses.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._files, self._root = _file_system(self.url)

    def check(self) -> None:
        """Look whether it can be written to, by writing a line.

        Raises:
            ConfigurationError: it can't.
        """
        try:
            self._files.pipe_file(f"{self._root}/{MANIFESTS}/.written", b"evolink-widgets\n")
        except Exception as exc:
            raise ConfigurationError(
                f"store={self.url!r} can't be written to: {_said(exc)}.",
                advice="Its credentials come from the environment of each process.",
            ) from exc

    def put(self, store: Store, loan: str, returns: Sequence[Return]) -> list[Return]:
        """Put the pictures of a loan there, then its manifest; safe to do again.

        Args:
            store: the loan's folder.
            loan: its name.
            returns: what became of its purchases.

        Returns:
            The same, with where the pictures are.

        Raises:
            Exception: it can't be written; what is in the folder stays there.
        """
        placed, lines = [], []
        for one in returns:
            records = []
            if one.step is Step.SAVED:
                images = store.gallery.images(one.key)
                charged = None if one.receipt is None else one.receipt.charged
                share = None if charged is None else charged / max(1, len(images))
                records = [self._put(loan, image, share) for image in images]
            lines += records
            placed.append(replace(one, pictures=tuple(records)))
        if lines:
            text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
            self._files.pipe_file(f"{self._root}/{MANIFESTS}/{loan}.jsonl", text.encode())
        return placed

    def _put(self, loan: str, image: GeneratedImage, credits: float | None) -> dict[str, Any]:
        file = f"{PICTURES}/{loan}/{image.path.name}"
        target = f"{self._root}/{file}"
        self._files.pipe_file(target, image.bytes)
        self._files.invalidate_cache()
        size = self._files.info(target)["size"]
        if size != image.bytes_count:
            raise OSError(f"{target} has {size} bytes of {image.bytes_count}")
        return {
            "file": file,
            "key": image.task_key,
            "number": image.index,
            "task_id": image.task_id,
            "identity": image.recipe.identity,
            "recipe": image.recipe.to_record(),
            "prompt": image.recipe.request.prompt,
            "credits": credits,
            "width": image.width,
            "height": image.height,
            "format": image.format,
            "bytes": image.bytes_count,
            "sha256": image.sha256,
            "created_at": image.created_at,
            "simulated": image.simulated,
            "ai_generated": True,
        }

    def known(self) -> dict[str, list[PictureElsewhere]]:
        """The pictures that the manifests name, by their recipes, oldest first.

        Raises:
            StoreError: they can't be read.
        """
        try:
            self._files.invalidate_cache()
            found = self._files.glob(f"{self._root}/{MANIFESTS}/*.jsonl")
            texts = self._files.cat(found) if found else {}
        except Exception as exc:
            raise StoreError(f"The manifests in {self.url} can't be read: {_said(exc)}.") from exc
        pictures: dict[str, list[PictureElsewhere]] = {}
        for name in sorted(texts):
            for line in texts[name].splitlines():
                try:
                    record = json.loads(line)
                    pictures.setdefault(str(record["identity"]), []).append(self.picture(record))
                except (ValueError, KeyError, TypeError, EvolinkError) as exc:
                    log.warning("A line of %s is left out: %s", name, exc)
        for some in pictures.values():
            some.sort(key=lambda one: (one.created_at, one.task_key, one.index))
        return pictures

    def picture(self, record: Mapping[str, Any]) -> PictureElsewhere:
        """The picture that a line of a manifest names.

        Raises:
            KeyError, TypeError, ValueError: the line is none.
            InvalidRequest: its recipe is none.
        """
        file = str(record["file"])
        return PictureElsewhere(
            path=Path(Path(file).name),
            index=int(record["number"]),
            width=int(record["width"]),
            height=int(record["height"]),
            format=str(record["format"]),
            task_key=str(record["key"]),
            task_id=record["task_id"],
            recipe=Recipe.from_record(record["recipe"]),
            simulated=bool(record["simulated"]),
            created_at=float(record["created_at"]),
            bytes_count=int(record["bytes"]),
            sha256=str(record["sha256"]),
            url=f"{self.url}/{file}",
        )

    def pictures(self, records: Iterable[Mapping[str, Any]]) -> tuple[PictureElsewhere, ...]:
        """The pictures of one task."""
        return tuple(map(self.picture, records))


def check_address(url: str) -> str:
    """An address without secrets in it: it is told to the engine and to manifests.

    Raises:
        ConfigurationError: it is none, or has some.
    """
    parts = urlsplit(url)
    if not parts.scheme or "://" not in url:
        raise ConfigurationError(
            f"store must be an address such as 's3://bucket/animals'; it is {url!r:.80}.",
            advice="A folder of this machine is set by ew.configure(store=...).",
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ConfigurationError(
            "store must have no user, password or query: it is told to the engine.",
            advice="Give credentials in the environment of the driver and of each worker.",
        )
    return url.rstrip("/")


def _file_system(url: str) -> tuple[Any, str]:
    scheme = urlsplit(url).scheme
    extra = "evolink-widgets[s3]" if scheme == "s3" else f"fsspec and what it needs for {scheme}"
    how = {"auto_mkdir": True} if scheme in ("file", "local") else {}  # buckets have no folders
    try:
        core: Any = import_module("fsspec.core")
        found: tuple[Any, str] = core.url_to_fs(url, **how)
    except (ImportError, ValueError) as exc:
        raise ConfigurationError(
            f"store={url!r} can't be reached here: {_said(exc)}.",
            advice=f"Install {extra}, here and on the workers.",
        ) from exc
    return found


def _read(url: str) -> bytes:
    files, path = _file_system(url)
    try:
        data: bytes = files.cat_file(path)
    except Exception as exc:
        raise StoreError(f"{url} can't be read: {_said(exc)}.") from exc
    return data


def _said(exc: Exception) -> str:
    return " ".join(str(exc).split())[:300].rstrip(".") or type(exc).__name__
