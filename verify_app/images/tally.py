"""Readings of all passes over one photo, and which of them are believed.

The rules, from measured false readings:

- A 2-D text has error correction and is believed at once; but a DataMatrix of fewer than 6 characters, or of 7
  digits, is what texture gives and needs a second pass. DataBar (check value mod 79) counts as 2-D here.
- A check digit is right by chance once in ten times, so a linear text needs a second pass with the same text, a
  UPC-E and an ITF both decoders.
- Both decoders can misread one smeared print alike. Where two linear texts claim one place, all passes vote.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .decoded import Position, Symbol
from .reading import Reading, expand_upc_e, same_place

MOST = 20
"""Symbols that one photo gives at most: a wall of codes is no product."""

_SHORTEST_ITF = 6  # digits: any two bars begin an Interleaved 2 of 5, and two passes agree on short ones


@dataclass(slots=True)
class _Found:
    reading: Reading
    corners: Position  # in pixels of the upright picture
    passes: set[int] = field(default_factory=set)
    decoders: set[str] = field(default_factory=set)

    @property
    def enough(self) -> bool:
        """Whether it was read often enough to be believed."""
        kind, text = self.reading.format, self.reading.text
        if kind in ("UPC-E", "ITF"):
            return len(self.decoders) > 1
        if self.reading.linear or (kind == "DataMatrix" and (len(text) < 6 or (len(text) == 7 and text.isdigit()))):
            return len(self.passes) > 1
        return True

    @property
    def sure(self) -> bool:
        """Whether no further pass is needed: of a linear code, one decoder may repeat its own mistake once."""
        return self.enough and (not self.reading.linear or len(self.decoders) > 1 or len(self.passes) > 2)


class Tally:
    """Collects what the passes read, merged by text and place."""

    def __init__(self) -> None:
        self._found: list[_Found] = []

    def add(self, number: int, reading: Reading, corners: Position) -> None:
        """Note a reading of pass `number`; `corners` in pixels of the upright picture."""
        if not reading.text or (reading.format == "ITF" and len(reading.text) < _SHORTEST_ITF):
            return
        for found in self._found:
            if found.reading.key == reading.key and same_place(found.corners, corners):
                if reading.linear and reading.decoder == "zxing" and "zxing" not in found.decoders:
                    found.corners = corners  # zbar's place of a slanted bar code is a slab out of its middle
                found.passes.add(number)
                found.decoders.add(reading.decoder)
                return
        self._found.append(_Found(reading, corners, {number}, {reading.decoder}))

    @property
    def has_linear(self) -> bool:
        """Whether a linear code was read at all."""
        return any(found.reading.linear for found in self._found)

    @property
    def has_matrix(self) -> bool:
        """Whether a 2-D text is believed."""
        return any(found.enough and not found.reading.linear for found in self._found)

    @property
    def settled(self) -> bool:
        """Whether something was read, and nothing that was read needs a further pass."""
        return bool(self._found) and all(found.sure and not self._rivals(found) for found in self._found)

    def symbols(self) -> tuple[Symbol, ...]:
        """What is believed, and a linear code that one pass alone read if nothing contradicts it."""
        believed = [found for found in self._found if found.enough and self._wins(found)]
        lone = [found for found in self._found if not found.enough]
        single = lone if len(lone) == 1 and self._may_stand(lone[0], believed) else []
        chosen = [_symbol(found, confirmed=True) for found in believed]
        chosen += [_symbol(found, confirmed=False) for found in single]
        return tuple(chosen[:MOST])

    def _rivals(self, one: _Found) -> list[_Found]:
        """Other texts in the same place: of linear codes any, of 2-D codes what the other decoder made of it. (One
        decoder may rightly read two: a QR Code within a QR Code is in use.)"""
        return [
            other
            for other in self._found
            if other is not one
            and other.reading.linear == one.reading.linear
            and (one.reading.linear or not other.decoders & one.decoders)
            and same_place(other.corners, one.corners)
        ]

    def _wins(self, one: _Found) -> bool:
        rivals = self._rivals(one)
        if one.reading.linear:
            return all(len(one.passes) > len(rival.passes) for rival in rivals)
        return not rivals or "zxing" in one.decoders  # which knows more charsets

    @staticmethod
    def _may_stand(lone: _Found, believed: list[_Found]) -> bool:
        if not lone.reading.linear or lone.reading.format in ("UPC-E", "ITF"):
            return False
        return not any(same_place(lone.corners, other.corners) for other in believed)


def _symbol(found: _Found, *, confirmed: bool) -> Symbol:
    reading = found.reading
    text = reading.text
    if reading.format == "UPC-E" and len(text) == 8:
        text = expand_upc_e(text).zfill(13)
    return Symbol(text, reading.format, reading.identifier, found.corners, confirmed)
