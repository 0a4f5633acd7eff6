"""Latin squares and their company: n² cells in which every two axes show each pair once.

Three axes of n levels are a Latin square, four a Graeco-Latin one, more a hyper-Graeco-Latin one.
They come from finite fields (Bose 1938, "On the application of the properties of Galois fields to
the problem of construction of hyper-Græco-Latin squares"): over a field of q elements the cells
(r, c, r + c, r + 2c, …) are q - 1 squares that are orthogonal to one another. Where n is no prime
power, one field for each of its prime powers is combined (MacNeish 1922), which gives as many
axes as the smallest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

__all__ = ["latin_cells", "most_axes"]

Element = tuple[int, ...]


def most_axes(levels: int) -> int:
    """How many axes of so many levels are built: the smallest prime power in it, and one."""
    return min(_prime_powers(levels)) + 1 if levels > 1 else 2


def latin_cells(levels: int, axes: int) -> list[tuple[int, ...]]:
    """The n² cells, each a level for each axis.

    Args:
        levels: of each axis.
        axes: how many, from 3 to `most_axes(levels)`.
    """
    fields = [_Field(one) for one in _prime_powers(levels)]
    sizes = [field.size for field in fields]
    parts = list(product(*(range(size) for size in sizes)))
    number = {part: at for at, part in enumerate(parts)}

    def cell(row: Element, column: Element) -> tuple[int, ...]:
        more = (
            tuple(
                field.added(r, field.times(by, c))
                for field, r, c in zip(fields, row, column, strict=True)
            )
            for by in range(1, axes - 1)
        )
        return (number[row], number[column], *(number[one] for one in more))

    return [cell(row, column) for row in parts for column in parts]


def _prime_powers(number: int) -> list[int]:
    """Its prime powers: 12 is 4 and 3."""
    found, rest, factor = [], number, 2
    while rest > 1:
        power = 1
        while rest % factor == 0:
            power, rest = power * factor, rest // factor
        if power > 1:
            found.append(power)
        factor += 1
    return found


class _Field:
    """A finite field; its elements are numbered from 0, and 0 and 1 are what they say.

    Args:
        size: a prime power.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._prime = next(one for one in range(2, size + 1) if size % one == 0)
        degree = next(one for one in range(1, size) if self._prime**one == size)
        #: What x to the power of the degree is: the rest of an irreducible polynomial.
        self._rest = self._irreducible(degree)
        digits = product(range(self._prime), repeat=degree)
        self._elements = [one[::-1] for one in digits]  # 1 comes second: its lowest digit is 1
        self._numbers = {one: at for at, one in enumerate(self._elements)}

    def added(self, one: int, other: int) -> int:
        """The sum of two elements."""
        pairs = zip(self._elements[one], self._elements[other], strict=True)
        return self._numbers[tuple((a + b) % self._prime for a, b in pairs)]

    def times(self, one: int, other: int) -> int:
        """The product of two elements."""
        return self._numbers[self._product(self._elements[one], self._elements[other], self._rest)]

    def _product(self, one: Element, other: Element, rest: Sequence[int]) -> Element:
        degree = len(one)
        found = [0] * (2 * degree - 1)
        for i, a in enumerate(one):
            for j, b in enumerate(other):
                found[i + j] = (found[i + j] + a * b) % self._prime
        for at in range(len(found) - 1, degree - 1, -1):
            high, found[at] = found[at], 0
            for i, digit in enumerate(rest):
                found[at - degree + i] = (found[at - degree + i] + high * digit) % self._prime
        return tuple(found[:degree])

    def _irreducible(self, degree: int) -> Element:
        """Digits for which every element but 0 has an inverse: tried, as fields here are small."""
        if degree == 1:
            return (0,)
        elements = list(product(range(self._prime), repeat=degree))
        zero = (0,) * degree
        for rest in elements:
            products = (
                self._product(a, b, rest) for a in elements for b in elements if zero not in (a, b)
            )
            if zero not in products:
                return rest
        raise AssertionError(f"no field of {self.size} elements")  # there always is one
