"""The ordered pictures of one task."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import overload

from evolink_widgets.errors import StoreError
from evolink_widgets.printable import printable
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.database.disk_errors import guarded
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery import copies
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.user_paths import path_of
from evolink_widgets.text import counted


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
        kind = " (simulated)" if any(image.simulated for image in self._images) else ""
        return printable(f"<{came}{kind}: {one_line(self.recipe.request.prompt, 60)!r}>")

    def _repr_html_(self) -> str:
        from evolink_widgets.store.gallery.static_copy import html

        note = f"{len(self)} of {self.expected} pictures came" if self.missing else None
        return html(self._images, caption=self.recipe.request.prompt, note=note)
