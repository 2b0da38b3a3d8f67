"""How labels stand on a sheet: sizes in millimetres, and whether a symbol with its quiet zone fits."""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST_MODULE = 0.25
"""Smallest module in millimetres that cheap phones still read on usual paper (GS1 asks for 0.396 at points of sale)."""
MODULE_AT_SALE = 0.396
"""GS1 General Specifications, symbol specification table 1: smallest module of 2D symbols for retail points of sale."""


class TemplateError(ValueError):
    """A template that cannot be printed; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class LabelTemplate:
    """A sheet of labels: page, rows and columns, the size of one label, margins of the page and gaps between labels,
    all in millimetres. `bleed` is printed around each label and cut off, with marks for the knife; `lines` is how many
    lines of text for people stand below the symbol."""

    page: tuple[float, float] = (210.0, 297.0)
    rows: int = 8
    columns: int = 3
    label: tuple[float, float] = (70.0, 37.0)
    margin: tuple[float, float] = (0.0, 0.5)
    gap: tuple[float, float] = (0.0, 0.0)
    bleed: float = 0.0
    padding: float = 2.0
    text_size: float = 2.0  # height of a letter
    lines: int = 5

    @property
    def per_page(self) -> int:
        """Labels of one page."""
        return self.rows * self.columns

    def place(self, number: int) -> tuple[float, float]:
        """Left upper corner of a label of a page, counted from the left upper one, row by row."""
        row, column = divmod(number % self.per_page, self.columns)
        left = self.margin[0] + column * (self.label[0] + self.gap[0])
        return left, self.margin[1] + row * (self.label[1] + self.gap[1])

    def check(self) -> None:
        """Refuse a template whose labels leave the page or each other's bleed no room (`TemplateError`)."""
        if self.rows < 1 or self.columns < 1 or min(*self.label, *self.page, self.text_size) <= 0:
            raise TemplateError(
                f"Expected rows, columns and sizes above 0, got {self.rows}, {self.columns}, {self.label}."
            )
        if min(self.bleed, self.padding, *self.margin, *self.gap) < 0:
            raise TemplateError("Expected margins, gaps, bleed and padding of 0 or more, got a negative one.")
        for axis, count, name in ((0, self.columns, "columns"), (1, self.rows, "rows")):
            needed = self.margin[axis] + count * self.label[axis] + (count - 1) * self.gap[axis]
            if needed > self.page[axis] + 0.01:
                raise TemplateError(f"Expected {name} within {self.page[axis]:g} mm, got {needed:g} mm.")
            if count > 1 and self.gap[axis] < 2 * self.bleed:
                raise TemplateError(
                    f"Expected gaps of at least {2 * self.bleed:g} mm for the bleed, got {self.gap[axis]:g}."
                )

    def module(self, modules: int) -> float:
        """Size of one module of a symbol of so many modules a side, its quiet zone included, that fills what the text
        leaves. Raises `TemplateError` below `SMALLEST_MODULE`: the quiet zone is never cut to make it fit."""
        height = self.label[1] - 2 * self.padding - self.lines * self.text_size * 1.3
        side = min(self.label[0] - 2 * self.padding, height)
        size = side / modules
        if size < SMALLEST_MODULE:
            raise TemplateError(
                f"Expected modules of at least {SMALLEST_MODULE} mm for {modules} modules with their quiet zone, got "
                f"{max(size, 0):.2f} mm on a label of {self.label[0]:g} x {self.label[1]:g} mm."
            )
        return size


TEMPLATES = {
    "a4-24": LabelTemplate(),
    "a4-12": LabelTemplate(rows=6, columns=2, label=(99.1, 42.3), margin=(4.65, 21.6), gap=(2.5, 0.0)),
    "a4-35-cut": LabelTemplate(
        rows=5, columns=4, label=(45.0, 50.0), margin=(8.0, 10.0), gap=(4.0, 4.0), bleed=2.0, text_size=1.8
    ),
    "roll-50x50": LabelTemplate(page=(50.0, 50.0), rows=1, columns=1, label=(50.0, 50.0), margin=(0.0, 0.0)),
}
"""Templates by name; any other is made of the fields."""
