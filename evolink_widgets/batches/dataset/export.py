"""Writes a dataset: all of it beside its place first, so that it is there whole or not at all."""

from __future__ import annotations

import glob
import hashlib
import io
import json
import secrets
import shutil
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from evolink_widgets.batches.dataset.card import Reviewed, card
from evolink_widgets.batches.dataset.near import near_duplicates, picture_hash
from evolink_widgets.batches.dataset.samples import Sample
from evolink_widgets.batches.rows.frames import free_names
from evolink_widgets.errors import StoreError
from evolink_widgets.judging.verdicts import Only, is_wanted
from evolink_widgets.problem import shown
from evolink_widgets.runtime.clock import now
from evolink_widgets.store.gallery.copies.copies import with_recipe
from evolink_widgets.store.safe_files import guarded
from evolink_widgets.store.store import Store
from evolink_widgets.store.user_paths import path_of

__all__ = ["Format", "export"]

Format = Literal["imagefolder", "parquet", "webdataset"]

SHARD = 1_000
"""Samples in one file of Parquet or tar: about half a gigabyte of usual pictures."""

_UNFINISHED = ".unfinished"
"""How a folder's name ends that an export is still writing."""

_LEFT = 86_400.0
"""Seconds without a change after which such a folder is one that a killed export has left."""


def export(
    dest: str | Path,
    samples: Sequence[Sample],
    *,
    format: Format,
    store: Store,
    given: Mapping[str, Any],
    missing: int,
    service: str,
    only: Only | None = None,
) -> Path:
    """Write a dataset into a folder of its own; return the folder.

    Args:
        dest: the folder; it must not hold anything yet.
        samples: what it is to hold.
        format: of the pictures and their values.
        store: knows the receipts.
        given: the fields of the batch, for the card.
        missing: how many rows have no picture.
        service: what drew the pictures.
        only: which samples, by their verdicts; `None` is all.

    Raises:
        StoreError: the folder has something in it or can't be written, a picture is gone, or
            the format can't be written here.
    """
    target = path_of(dest, "dest").absolute()
    if format not in get_args(Format):
        said = " or ".join(f'"{one}"' for one in get_args(Format))
        raise StoreError(f"format must be {said}; it is {shown(format)}.", advice="Name one.")
    if only not in (*get_args(Only), None):
        said = " or ".join(f'"{one}"' for one in get_args(Only))
        raise StoreError(f"only must be {said}; it is {shown(only)}.", advice="Name one.")
    if not samples:
        raise StoreError("There is no picture to export yet.", advice="See run.failures.")
    reviewed = _reviewed(samples, only)
    samples = [one for one in samples if is_wanted(one.verdict, only)]
    if not samples:
        raise StoreError(
            f"No picture is {only}; nothing was written.", advice="Keep some with run.review()."
        )
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise StoreError(
            f"{target} is there already and not empty; nothing is overwritten.",
            advice="Name another folder.",
        )
    with guarded(target, "written"):
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        beside = target.parent / f".{target.name}-{secrets.token_hex(4)}{_UNFINISHED}"
        beside.mkdir()
    try:
        with guarded(target, "written"):
            files = _WRITERS[format](beside, samples)
            hashes = {one.key: bits for one in samples if (bits := picture_hash(one.image))}
            _add_papers(beside, target.name, format, samples, hashes, files, store, given,
                        missing, service, reviewed)  # fmt: skip
            if target.exists():
                target.rmdir()
            beside.rename(target)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(beside)
        raise
    return target


def _sweep(target: Path) -> None:
    """Remove what exports to the same place have left that were killed, a day after that."""
    for path in target.parent.glob(f".{glob.escape(target.name)}-????????{_UNFINISHED}"):
        with suppress(OSError):
            touched = max(one.lstat().st_mtime for one in (path, *path.rglob("*")))
            if touched < now() - _LEFT and not path.is_symlink():
                shutil.rmtree(path)


def _add_papers(
    folder: Path,
    name: str,
    format: str,
    samples: Sequence[Sample],
    hashes: Mapping[str, int],
    files: Sequence[Mapping[str, Any]],
    store: Store,
    given: Mapping[str, Any],
    missing: int,
    service: str,
    reviewed: Reviewed | None,
) -> None:
    """Write the card, the manifest, the receipts and the look-alikes."""
    alike = near_duplicates(hashes)
    receipts = list(_receipts(store, samples))
    charged = sum(one["charged"] or 0.0 for one in receipts)
    text = card(
        folder=name,
        format=format,
        values=[one.values for one in samples],
        given=given,
        credits=charged,
        missing=missing,
        alike=sum(map(len, alike)),
        made=date.today().isoformat(),
        service=service,
        reviewed=reviewed,
    )
    (folder / "README.md").write_text(text, "utf-8")
    _write_json(folder / "near_duplicates.json", alike)
    with (folder / "receipts.jsonl").open("w", encoding="utf-8") as lines:
        for receipt in receipts:
            lines.write(json.dumps(receipt, ensure_ascii=False) + "\n")
    _write_json(folder / "manifest.json", {"format": format, "files": list(files)})


def _reviewed(samples: Sequence[Sample], only: Only | None) -> Reviewed | None:
    """What people have said of the samples; `None` where nothing was said or asked for."""
    found = Counter(one.verdict for one in samples)
    captions = sum(bool(one.caption) for one in samples)
    if only is None and not captions and found[None] == len(samples):
        return None
    return Reviewed(found["keep"], found["reject"], found[None], captions, only)


def _receipts(store: Store, samples: Sequence[Sample]) -> Iterator[dict[str, Any]]:
    """What each task that the pictures are from was charged; no id of the service's."""
    for key in dict.fromkeys(one.image.task_key for one in samples):
        entry = store.journal.get(key)
        receipt = None if entry is None else entry.receipt
        yield {
            "task": key,
            "charged": None if receipt is None else receipt.charged,
        }


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), "utf-8")


def _facts(name: str, data: bytes, sample: Sample | None = None) -> dict[str, Any]:
    found = {"file": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return found if sample is None else {**found, "recipe": sample.values.get("recipe")}


def _image_folder(folder: Path, samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Files, and `metadata.jsonl` that names them, as `datasets` reads them."""
    files = []
    (folder / "images").mkdir()
    with (folder / "metadata.jsonl").open("w", encoding="utf-8") as lines:
        for one in samples:
            data = with_recipe(one.image)
            name = f"images/{one.file_name}"
            (folder / name).write_bytes(data)
            files.append(_facts(name, data, one))
            moved = free_names(["file_name"], one.values)["file_name"]
            own = {moved if key == "file_name" else key: v for key, v in one.values.items()}
            lines.write(json.dumps({"file_name": name, **own}, ensure_ascii=False) + "\n")
    return files


def _web_dataset(folder: Path, samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Tar files with a picture and its values, as JSON, under one name."""
    files = []
    for number, some in enumerate(_shards(samples)):
        path = folder / f"train-{number:06}.tar"
        with tarfile.open(path, "w") as tar:
            for one in some:
                parts = {
                    one.file_name: with_recipe(one.image),
                    f"{one.key}.json": json.dumps(one.values, ensure_ascii=False).encode(),
                }
                for name, data in parts.items():
                    entry = tarfile.TarInfo(name)
                    entry.size, entry.mtime = len(data), int(one.image.created_at)
                    tar.addfile(entry, io.BytesIO(data))
                    if name == one.file_name:
                        files.append({**_facts(name, data, one), "shard": path.name})
    return files


def _parquet(folder: Path, samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Parquet files with the pictures' bytes, as the `Image` feature of `datasets` keeps them."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise StoreError(
            "Parquet needs pyarrow.", advice='pip install pyarrow, or format="imagefolder".'
        ) from None
    columns = {name: [one.values.get(name) for one in samples] for name in samples[0].values}
    typed = {name: _column(pa, values) for name, values in columns.items()}
    name = free_names(["image"], typed)["image"]
    picture = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    head = {"info": {"features": {name: {"_type": "Image"}}}}
    schema = pa.schema(
        [(name, picture), *((key, one.type) for key, one in typed.items())],
        metadata={"huggingface": json.dumps(head)} if name == "image" else None,
    )
    (folder / "data").mkdir()
    files, shards = [], list(_shards(samples))
    for number, some in enumerate(shards):
        path = folder / "data" / f"train-{number:05}-of-{len(shards):05}.parquet"
        start = number * SHARD
        with pq.ParquetWriter(path, schema) as writer:
            for at in range(0, len(some), 100):
                data = [with_recipe(one.image) for one in some[at : at + 100]]
                cells = [
                    {"bytes": file, "path": one.file_name}
                    for file, one in zip(data, some[at:], strict=False)
                ]
                begin, end = start + at, start + at + len(data)
                table = pa.table(
                    {name: pa.array(cells, picture),
                     **{key: one[begin:end] for key, one in typed.items()}},
                    schema=schema,
                )  # fmt: skip
                writer.write_table(table)
        content = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                content.update(block)
        files.append({"file": f"data/{path.name}", "bytes": path.stat().st_size,
                      "sha256": content.hexdigest(), "samples": len(some)})  # fmt: skip
    return files


def _column(pa: Any, values: Sequence[Any]) -> Any:
    """The values of a column; as text where they are of several kinds."""
    try:
        found = pa.array(values)
    except (pa.ArrowException, OverflowError):
        return pa.array([None if one is None else str(one) for one in values], pa.string())
    return found.cast(pa.string()) if pa.types.is_null(found.type) else found


def _shards(samples: Sequence[Sample]) -> Iterator[Sequence[Sample]]:
    for start in range(0, len(samples), SHARD):
        yield samples[start : start + SHARD]


_WRITERS: dict[str, Callable[[Path, Sequence[Sample]], list[dict[str, Any]]]] = {
    "imagefolder": _image_folder,
    "parquet": _parquet,
    "webdataset": _web_dataset,
}
