"""A saved picture, its recipe, its parents and what can be asked of it; and the set of one task."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Row
from typing import TYPE_CHECKING, Any, TypeVar, overload

import evolink_widgets as public
from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.images.proof.check_picture import EXTENSIONS
from evolink_widgets.moved_files import where_it_lies
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.links import digest_of
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.tasks.played import badge_of, is_recorded, is_simulated
from evolink_widgets.runtime.lazy_module import LazyModule
from evolink_widgets.store import in_use
from evolink_widgets.store.database.database import Database, dump
from evolink_widgets.store.file_names import in_database, one_line
from evolink_widgets.store.gallery.rows.rows import (
    SELECT,
    check_row,
    in_reach,
    place_of,
    recipe_of,
    with_file_in_place,
)
from evolink_widgets.store.gallery.stars import starred
from evolink_widgets.store.library.database_in import database_in
from evolink_widgets.store.safe_files import (
    THUMBS,
    NotPlain,
    guarded,
    is_plain,
    is_there,
    not_plain,
    read_plain,
    store_of,
)
from evolink_widgets.store.unwritten import is_library
from evolink_widgets.store.user_paths import path_of
from evolink_widgets.text.printable import printable
from evolink_widgets.text.wording import counted

if TYPE_CHECKING:
    import numpy
    import numpy.typing
    from PIL.Image import Image

    from evolink_widgets.store.gallery.copies import copies
    from evolink_widgets.store.gallery.thumbnails import thumbs
    from evolink_widgets.store.gallery.thumbnails.thumbs import Thumb
else:
    numpy, pillow = LazyModule("numpy"), LazyModule("PIL.Image")
    copies = LazyModule("evolink_widgets.store.gallery.copies.copies")
    thumbs = LazyModule("evolink_widgets.store.gallery.thumbnails.thumbs")
    Image, Thumb = "pillow.Image", "thumbs.Thumb"

_JPEG_BYTES = 5_200

Kind = TypeVar("Kind")


class _WhereItLies:
    """A picture's path: that of its file now, also once that was moved to its month's folder."""

    name = "path"

    def __get__(self, image: object, kind: type) -> Any:
        return self if image is None else where_it_lies(vars(image)[self.name])

    def __set__(self, image: object, path: Path) -> None:
        vars(image)[self.name] = path

    @classmethod
    def kept(cls, kind: type[Kind]) -> type[Kind]:
        """Let a class's paths be read so."""
        setattr(kind, cls.name, cls())
        return kind


@_WhereItLies.kept
@dataclass(frozen=True)
class GeneratedImage:
    """One picture on disk: the service's bytes, untouched, and where they come from.

    It is taken wherever a path or an array is: `open(image)`, `PIL.Image.open(image)`,
    `numpy.asarray(image)`, `plt.imshow(image)`. `str(image)` is its path: so it goes into text,
    CSV and JSON, and with `frame.astype({"image": str})` into Parquet.

    Args:
        path: the file.
        index: its place in the task, from 0.
        width: pixels.
        height: pixels.
        format: "png", "jpeg" or "webp": what the bytes are.
        task_key: the task's local key.
        task_id: the service's id of the task.
        recipe: what made it.
        simulated: drawn by the emulator.
        created_at: when it was saved, Unix seconds.
        bytes_count: the file's size.
        sha256: of the file's bytes, in hex.
        notebook: where it was asked for, where known.

    Example:
        >>> image = ew.generate("a fox").result()[0]
        >>> isinstance(image, ew.GeneratedImage), image.pil.size
    """

    path: Path
    index: int
    width: int
    height: int
    format: str
    task_key: str
    task_id: str | None
    recipe: Recipe = field(repr=False, compare=False)
    simulated: bool
    created_at: float
    bytes_count: int
    sha256: str = field(repr=False)
    notebook: str | None = field(default=None, compare=False)

    @property
    def bytes(self) -> bytes:
        """The file's bytes, as the service sent them."""
        self._check_there()
        with guarded(self.path, "read"), read_plain(self.path) as file:
            return file.read()

    @property
    def pil(self) -> Image:
        """The picture as a loaded `PIL.Image.Image`."""
        from PIL import Image

        self._check_there()
        try:
            # Pillow would run other programs for some formats; those are never ours.
            kinds = [kind.upper() for kind in EXTENSIONS]
            with read_plain(self.path) as file, Image.open(file, formats=kinds) as image:
                image.load()
                return image
        except Exception as exc:  # Pillow's decoders raise many kinds on broken bytes
            raise StoreDamaged(f"{self.path} can't be decoded ({exc}).") from exc

    def __hash__(self) -> int:
        return hash((self.task_key, self.index, self.sha256))  # the path may become another

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return str(self.path)

    def __array__(
        self, dtype: numpy.typing.DTypeLike | None = None, copy: bool | None = None
    ) -> numpy.ndarray[Any, Any]:
        """The pixels: height × width × 3 (RGB) or 4 (RGBA), or height × width (grey); decoded.

        Raises:
            StoreDamaged: the file is gone or broken.
            ValueError: `copy` is False: they are in no array yet that could be shared.
        """
        from numpy import array

        if copy is False:
            raise ValueError("A picture's pixels are decoded into a new array: copy=False can't be")
        return array(_with_plain_pixels(self.pil), dtype=dtype)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height as they came."""
        return self.width, self.height

    @property
    def recorded(self) -> bool:
        """Whether it came from a cassette: recorded, not charged."""
        return is_recorded(self.recipe.service, self.task_id)

    @property
    def asked_pixels(self) -> tuple[int, int] | None:
        """Width and height as they were asked for; `None` where the service was to choose."""
        return self.recipe.request.pixels

    @property
    def alt(self) -> str:
        """What a screen reader says: prompt, place, and "simulated" or "recorded"."""
        said = [one_line(self.recipe.request.prompt, 160)]
        if self.recipe.request.n > 1:
            said.append(f"picture {self.index + 1} of {self.recipe.request.n}")
        if self.simulated:
            said.append("simulated")
        if self.recorded:
            said.append("recorded")
        return ", ".join(said)

    def as_code(self) -> str:
        """The line that gives this very picture, under the call that made it as a comment.

        The call itself could give another of its pictures, or buy one.

        Example:
            >>> image = ew.generate("a fox").result()[0]
            >>> eval(image.as_code()) == image
            True
        """
        made = "\n".join(f"# {line}" for line in self.recipe.as_code().splitlines())
        return f"{made}\new.store.picture({self.task_key!r}, {self.index + 1})"

    @property
    def favourite(self) -> bool:
        """Whether it is marked, in any panel; read from its store each time.

        `ew.store.favourite(images)` marks pictures.
        """
        return self._is("favourite")

    @property
    def trashed(self) -> bool:
        """Whether it lies in the trash; read from its store each time."""
        return self._is("trashed_at IS NOT NULL")

    def _is(self, condition: str) -> bool:
        if is_library(self._root):  # marks on it are the person's own
            return condition == "favourite" and (self.task_key, self.index) in starred()
        sql = f"SELECT 1 FROM pictures WHERE key = ? AND number = ? AND {condition}"
        with closing(database_in(self._root)) as database:
            return bool(database.rows(sql, (self.task_key, self.index)))

    @property
    def parents(self) -> tuple[GeneratedImage, ...]:
        """The pictures that it was made from, in order, as far as they are there.

        They may be in the same store, or in a library.
        """
        if not self.recipe.request.references:
            return ()
        libraries = in_use.choice.libraries() if in_use.choice.settled is not None else ()
        roots = dict.fromkeys([self._root, *(library.root for library in libraries)])
        return tuple(_parents(list(roots), self.recipe))

    def edit(
        self,
        prompt: str,
        *,
        size: str | None = None,
        resolution: str | None = None,
        quality: str | None = None,
        n: int = 1,
        model: str | None = None,
        references: Iterable[Any] = (),
        callback_url: str | None = None,
        fresh: bool = False,
        keep_metadata: bool = False,
    ) -> public.Task:
        """Ask for this picture, changed as the prompt says; returns at once with a `Task`.

        Args:
            prompt: what is to change, or what the whole is to be.
            size: as in `ew.generate`; by default this picture's own, like the next three.
            resolution: the tier of a ratio: `"1K"`, `"2K"` or `"4K"`.
            quality: `"low"`, `"medium"` or `"high"`.
            n: how many pictures, 1 to 10; each is charged.
            model: `"gpt-image-2"` or `"gpt-image-2-beta"`; this picture's own by default.
            references: more pictures to work from, at most 15; they come after this one.
            callback_url: an https address that the service tells of the end.
            fresh: ask for new pictures, whatever the store has; they are paid for.
            keep_metadata: leave location and camera data in the references.

        Raises:
            InvalidRequest: with all problems at once; nothing was sent.

        Example:
            >>> image = ew.generate("a fox in the snow", size="3:2").result()[0]
            >>> night = image.edit("make it night", quality="high").result()[0]
            >>> night.parents == (image,)
            True
        """
        own = self.recipe.request
        return public.generate(
            prompt,
            size=own.size if size is None else size,
            resolution=own.resolution if resolution is None else resolution,
            quality=own.quality if quality is None else quality,
            n=n,
            model=own.model if model is None else model,
            references=(self, *references),
            callback_url=callback_url,
            fresh=fresh,
            keep_metadata=keep_metadata,
        )

    def vary(
        self,
        n: int = 4,
        *,
        size: str | None = None,
        resolution: str | None = None,
        quality: str | None = None,
        model: str | None = None,
        references: Iterable[Any] = (),
        callback_url: str | None = None,
        fresh: bool = False,
        keep_metadata: bool = False,
    ) -> public.Task:
        """Ask for more like this one: the same prompt, with this picture beside it.

        Args:
            n: how many pictures, 1 to 10; each is charged.
            size: as in `edit`, like all that follow.
            resolution: the tier of a ratio.
            quality: `"low"`, `"medium"` or `"high"`.
            model: this picture's own by default.
            references: more pictures to work from, at most 15.
            callback_url: an https address that the service tells of the end.
            fresh: ask for new pictures, whatever the store has; they are paid for.
            keep_metadata: leave location and camera data in the references.

        Raises:
            InvalidRequest: with all problems at once; nothing was sent.

        Example:
            >>> image = ew.generate("a fox in the snow", size="3:2").result()[0]
            >>> others = image.vary(n=2).result()
        """
        return self.edit(
            self.recipe.request.prompt,
            size=size,
            resolution=resolution,
            quality=quality,
            n=n,
            model=model,
            references=references,
            callback_url=callback_url,
            fresh=fresh,
            keep_metadata=keep_metadata,
        )

    def save(self, dest: str | Path, *, format: str | None = None, bare: bool = False) -> Path:
        """Write a copy that carries its recipe; return its path. Nothing is overwritten.

        The copy's XMP holds the recipe, which `ew.recipe(path)` reads back, and the IPTC's mark
        for AI-made pictures. Pixels and all else in the file are as the service sent them,
        unless the copy is to be of another format: then PNG and WebP keep every pixel, JPEG has
        a small loss.

        Args:
            dest: a folder (it is made where it is missing), or a file name; its ending, `.png`,
                `.jpg`, `.jpeg` or `.webp`, says the format. Where another file has the name,
                "-2" is added to it.
            format: `"png"`, `"jpeg"` or `"webp"`; the picture's own by default.
            bare: copy the bytes untouched, with no recipe and no mark; a signature over the
                whole file (C2PA) stays valid in these copies alone.

        Raises:
            StoreError: ending and format don't fit together, or a bare copy would have to be
                converted; or the copy can't be written.

        Example:
            >>> image = ew.generate("a fox").result()[0]
            >>> ew.recipe(image.save("out/")) == image.recipe
            >>> image.save("out/fox.jpg").suffix
            '.jpg'
        """
        target = path_of(dest, "dest")
        self._check_there()
        if target.suffix and not target.is_dir():
            planned = [copies.file_copy(self, target, format=format, bare=bare)]
        else:
            planned = copies.folder_copies([self], target, format=format, bare=bare)
        return copies.write(planned, bare=bare)[0]

    def small(self, edge: int = 320, *, limit: int | None = None) -> Thumb:
        """Return a small WebP copy and its size; kept in the cache of the store, or of the own one.

        Args:
            edge: its longest edge in pixels.
            limit: bytes it may have at most.
        """
        root = self._root
        # A library is not written to: what is made of its pictures is kept in the own store.
        own = in_use.choice.settled if is_library(root) else root
        cache = None if own is None else own / THUMBS
        return thumbs.thumbnail(self.path, edge, limit=limit, cache=cache, name=self.sha256)

    @property
    def _root(self) -> Path:
        return store_of(self.path)

    def thumbnail(self, edge: int = 320) -> builtins.bytes:
        """Return a small WebP copy that fits into `edge` × `edge` pixels."""
        return self.small(edge).data

    def __repr__(self) -> str:
        words = ["recorded"] * self.recorded + ["simulated"] * self.simulated + ["picture"]
        kind = " ".join(words)
        size = f"{self.width}×{self.height} {self.format.upper()}"
        return printable(f"<{kind} {size} {in_database(self.path.name)}>")

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show small copies, under 20 kB in all: the original stays on disk.

        The HTML carries the alt text, which JupyterLab drops from plain pictures; the JPEG is
        for exports that take no HTML, such as PDF.
        """
        from evolink_widgets.store.gallery.thumbnails.static_copy import html

        shown = {"text/plain": repr(self)}
        try:
            thumb = self.small(256, limit=_JPEG_BYTES)
            shown["image/jpeg"] = thumbs.as_jpeg(thumb, _JPEG_BYTES)
        except StoreError as exc:
            return {"text/plain": f"{self!r}: {exc}"}, {}
        shown["text/html"] = html([self])
        return shown, {"image/jpeg": {"alt": self.alt}}

    def _check_there(self) -> None:
        if is_there(self.path) and not is_plain(self.path):
            raise not_plain(NotPlain(self.path, "it is a link, or no plain file"))
        if not is_plain(self.path):
            raise _gone(self.path)


class ImageSet(Sequence[GeneratedImage]):
    """The pictures of one task, in the service's order.

    Args:
        images: those that are there.
        key: the task's local key.
        recipe: what made them.
        receipt: what they cost; `None` where nothing was reported yet.
        expected: how many were asked for.
        places: the place of each picture in what was asked; each one's own index by default.

    Example:
        >>> images = ew.generate("a fox", n=2).result()
        >>> isinstance(images, ew.ImageSet), [image.path.name for image in images]
    """

    def __init__(
        self,
        images: Sequence[GeneratedImage],
        *,
        key: str,
        recipe: Recipe,
        receipt: Receipt | None = None,
        expected: int | None = None,
        places: Sequence[int] | None = None,
    ) -> None:
        found = places or [image.index for image in images]
        placed = sorted(zip(found, images, strict=True), key=lambda one: one[0])
        self._images = tuple(image for _, image in placed)
        self._places = frozenset(found)
        self.key = key
        self.recipe = recipe
        self.receipt = receipt
        self.expected = recipe.request.n if expected is None else expected

    @property
    def missing(self) -> tuple[int, ...]:
        """Places (from 0) with no picture: not delivered, or its file is gone."""
        return tuple(place for place in range(self.expected) if place not in self._places)

    def save(
        self,
        dest: str | Path,
        *,
        format: str | None = None,
        name: str | None = None,
        bare: bool = False,
    ) -> list[Path]:
        """Write copies that carry their recipes into a folder; return the copies' paths.

        Nothing is overwritten, and no copy gets its name before all of them are made.

        Args:
            dest: the folder; it is made where it is missing. A set of one picture takes a file
                name, too.
            format: `"png"`, `"jpeg"` or `"webp"`; each picture's own by default.
            name: what the copies are called, with `{number}` (from 1, or `{number:02}`),
                `{prompt}`, `{date}` and `{name}` in it; their own names by default.
            bare: copy the bytes untouched, with no recipe and no mark; see `GeneratedImage.save`.

        Raises:
            StoreError: the arguments don't fit together, or a copy can't be written.

        Example:
            >>> images = ew.generate("a fox", n=2).result()
            >>> [path.name for path in images.save("out/", name="fox-{number}", format="jpeg")]
            ['fox-1.jpg', 'fox-2.jpg']
        """
        target = path_of(dest, "dest")
        if name is None and copies.ending_format(target.name) and not target.is_dir():
            if len(self) == 1:
                return [self[0].save(target, format=format, bare=bare)]
            raise StoreError(
                f"{target.name} names one file, and there are {counted(len(self), 'picture')}.",
                advice=f"For instance save({str(target.parent)!r}, "
                f"name='{target.stem}-{{number}}{target.suffix}').",
            )
        planned = copies.folder_copies(
            self._images,
            target,
            numbers=[place + 1 for place in sorted(self._places)],
            name=name,
            format=format,
            bare=bare,
        )
        with guarded(target, "written"):
            target.mkdir(parents=True, exist_ok=True)
        return copies.write(planned, bare=bare)

    @overload
    def __getitem__(self, index: int) -> GeneratedImage: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[GeneratedImage, ...]: ...
    def __getitem__(self, index: int | slice) -> GeneratedImage | tuple[GeneratedImage, ...]:
        return self._images[index]

    def __len__(self) -> int:
        return len(self._images)

    def __repr__(self) -> str:
        count = len(self._images)
        came = counted(count, "picture")
        if self.missing:
            came = f"{count} of {self.expected} pictures"
        said = badge_of(self._images)
        kind = f" ({said.lower()})" if said else ""
        return printable(f"<{came}{kind}: {one_line(self.recipe.request.prompt, 60)!r}>")

    def _repr_html_(self) -> str:
        from evolink_widgets.store.gallery.thumbnails.static_copy import html

        note = f"{len(self)} of {self.expected} pictures came" if self.missing else None
        return html(self._images, caption=self.recipe.request.prompt, note=note)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show small copies, and for exports that take no HTML one JPEG of them all."""
        from evolink_widgets.store.gallery.thumbnails.static_copy import sheet

        plain = {"text/plain": repr(self), "text/html": self._repr_html_()}
        return {**plain, **sheet(self._images)}


def read_image(root: Path, row: Row, recipe: Recipe | None = None) -> GeneratedImage:
    """Return the picture in a row of `SELECT`; its file is not looked at.

    Args:
        root: the store's folder.
        row: the row.
        recipe: the set's recipe, where it was read before.

    Raises:
        StoreDamaged: the row is not what this package writes.
    """
    if recipe is None:
        recipe = recipe_of(root, row["key"], row["recipe"])
    check_row(root, row)
    return GeneratedImage(
        path=place_of(root, row),
        index=row["number"],
        width=row["width"],
        height=row["height"],
        format=row["format"],
        task_key=row["key"],
        task_id=row["task_id"],
        recipe=recipe,
        simulated=is_simulated(recipe.service, row["task_id"]),
        created_at=row["created_at"],
        bytes_count=row["bytes_count"],
        sha256=row["sha256"],
        notebook=row["notebook"],
    )


def find(root: Path, database: Database, task_key: str, index: int) -> GeneratedImage:
    """Return one picture of a store, in the trash or not.

    Args:
        root: the store's folder.
        database: its database.
        task_key: the task's local key.
        index: the picture's place in the task, from 0.

    Raises:
        StoreError: the store has no such picture, or its file is gone.
    """
    rows = (
        database.rows(f"{SELECT} WHERE key = ? AND number = ?", (task_key, index))
        if in_reach(task_key, index)
        else []
    )
    if not rows:
        raise StoreError(
            f"The store in {root} has no picture {index + 1} of task {task_key}.",
            advice="Look for it in ew.Gallery().",
        )
    image = read_image(root, with_file_in_place(root, database, rows[0]))
    if not is_plain(image.path):
        raise _gone(image.path)
    return image


def in_place(image: GeneratedImage) -> GeneratedImage:
    """Return a picture with its file where it lies now: in the trash, or under another name.

    Raises:
        StoreError: the store has no such picture any more, or its file is gone.
    """
    with closing(database_in(image._root)) as database:
        return find(image._root, database, image.task_key, image.index)


def _parents(roots: Sequence[Path], recipe: Recipe) -> list[GeneratedImage]:
    """The pictures of some stores that a recipe's references were made from, in their order.

    References from elsewhere have none here; of pictures with the same bytes it is the oldest.

    Args:
        roots: the picture's own store, which knows what its references were made from; then the
            others in which they may lie.
        recipe: the recipe.
    """
    found = []
    with ExitStack() as stack:
        stores = [(root, stack.enter_context(closing(database_in(root)))) for root in roots]
        for digest in filter(None, map(digest_of, recipe.request.references)):
            originals = [row[0] for row in stores[0][1].rows(_ORIGINALS, (digest,))]
            for root, database in stores:
                with suppress(StoreError):  # its file is gone, or a library can't be read
                    rows = database.rows(_WITH_BYTES, (dump([digest, *originals]),))
                    images = [find(root, database, row["key"], row["number"]) for row in rows]
                    if images:
                        found += images
                        break
    return found


_ORIGINALS = "SELECT original FROM origins WHERE sha256 = ?"
_WITH_BYTES = (
    "SELECT pictures.key, number FROM pictures WHERE sha256 IN (SELECT value FROM json_each(?)) "
    "ORDER BY created_at, pictures.key, number LIMIT 1"
)


def _gone(path: Path) -> StoreDamaged:
    return StoreDamaged(
        f"{path} is not there any more.",
        advice="It was moved or deleted; put it back, or ask for it again.",
    )


def _with_plain_pixels(picture: Image) -> Image:
    """The picture with pixels that are colours: no palette, no ink, no channel pairs."""
    if picture.mode in ("RGB", "RGBA", "L", "F", "I") or picture.mode.startswith("I;16"):
        return picture
    if picture.mode == "1":
        return picture.convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
