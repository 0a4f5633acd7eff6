"""A study's cells as tables: two axes across and down, a third as panels, the others at a level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from evolink_widgets.batches.study.axes import Axes, Axis
from evolink_widgets.batches.study.balance import Cell
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.problem import shown

__all__ = ["Pivot", "no_axis", "pivoted"]


@dataclass(frozen=True)
class Pivot:
    """How cells are laid out.

    Attributes:
        axes: all axes.
        x, y: the axes across and down; "" is none.
        facet: the axis whose levels are a panel each; "" is none.
        at: of every other axis the level that is shown, by its number; by default the first.
    """

    axes: Axes
    x: str
    y: str
    facet: str = ""
    at: Mapping[str, int] = field(default_factory=dict)

    @property
    def corner(self) -> str:
        """What stands where the labels of both axes meet."""
        return f"{self.y} by {self.x}" if self.x and self.y else self.x or self.y

    @property
    def rest(self) -> str:
        """The levels of the axes that are not laid out: "quality: low"."""
        return ", ".join(
            f"{axis.name}: {axis.said[self._level(axis, self.at)]}"
            for axis in self.axes.axes
            if axis.name not in (self.x, self.y, self.facet) and len(axis.values) > 1
        )

    def labels(self, name: str) -> tuple[str, ...]:
        """The levels of an axis as text; of none it is one without a word."""
        axis = self._axis(name)
        return axis.said if axis else ("",)

    def panels(self) -> Iterator[tuple[str, list[list[Cell]]]]:
        """Each panel's title, and its cells by rows."""
        facet = self._axis(self.facet)
        for number in range(len(facet.values) if facet else 1):
            rows = [
                [self._cell({**self.at, self.x: across, self.y: down, self.facet: number})
                 for across in self._levels(self.x)]
                for down in self._levels(self.y)
            ]  # fmt: skip
            yield f"{facet.name}: {facet.said[number]}" if facet else "", rows

    def _cell(self, at: Mapping[str, int]) -> Cell:
        return tuple(self._level(axis, at) for axis in self.axes.axes)

    def _axis(self, name: str) -> Axis | None:
        return next((one for one in self.axes.axes if one.name == name), None)

    def _levels(self, name: str) -> range:
        axis = self._axis(name)
        return range(len(axis.values) if axis else 1)

    @staticmethod
    def _level(axis: Axis, at: Mapping[str, int]) -> int:
        return min(max(at.get(axis.name, 0), 0), len(axis.values) - 1)


def pivoted(axes: Axes, x: str | None, y: str | None, facet: str | None) -> Pivot:
    """The layout that is named; what is not named is chosen.

    Args:
        axes: all axes.
        x: across; by default the longest that is left.
        y: down; by default the prompt, or the first that is left.
        facet: as panels; by default none.

    Raises:
        ConfigurationError: there is no such axis, or one is named twice.
    """
    counts = dict(zip(axes.names, axes.counts, strict=True))
    given = [one for one in (x, y, facet) if one]
    for name, value in (("x", x), ("y", y), ("facet", facet)):
        if value and value not in counts:
            raise ConfigurationError(no_axis(axes, name, value), advice="Name one of them.")
    if len(set(given)) < len(given):
        raise ConfigurationError(
            "x, y and facet must be three axes; one is named twice.", advice="Name each once."
        )
    left = {name: count for name, count in counts.items() if name not in given}
    if y is None and len(left) > (x is None):
        y = "prompt" if "prompt" in left else next(iter(left))
        del left[y]
    if x is None and left:
        x = max(left, key=left.__getitem__)
    return Pivot(axes, x or "", y or "", facet or "")


def no_axis(axes: Axes, field: str, value: str) -> str:
    """The sentence for a name that is no axis."""
    there = ", ".join(axes.names) or "it has none"
    return f"{field} must be an axis of the study ({there}); it is {shown(value)}."
