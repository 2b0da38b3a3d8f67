"""How easily the serial numbers of a product can be guessed, from the serials themselves.

Two ways of guessing are weighed: from one known serial to its neighbour (…41 after …40), and any serial of the observed
form, each place filled with a letter seen there. The better way is what a forger would take.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

WORST = 1 / 10_000  # limit of Delegated Regulation (EU) 2016/161 Art. 4(c), which this service takes for all goods
_FORMS = 10_000  # forms (head, tail, length of the number) remembered at once
_MANY = 1_000  # serials after which the letters seen are taken for all that occur
_CONSTANT = 20  # serials after which a place with one letter is taken for a fixed one
_CLASSES = (10, 26, 36, 62, 82)
_NUMBER = re.compile(r"(.*?)([0-9]+)([^0-9]*)")


@dataclass(frozen=True, slots=True)
class Guessability:
    """The estimate for one product: `neighbour` is the share of serials whose next number was issued too; `blind` the
    chance of a guess in the observed form; `shortest` the length of the shortest serial."""

    count: int
    neighbour: float
    blind: float
    shortest: int

    @property
    def chance(self) -> float:
        """Estimated chance that one guess hits, by the better of the two ways; 0 without serials."""
        return max(self.neighbour, self.blind)

    @property
    def safe(self) -> bool:
        """Whether the estimate stays within 1 in 10,000."""
        return self.chance <= WORST

    @property
    def problems(self) -> tuple[str, ...]:
        """What makes them guessable: "sequential", "dense", "short"; empty where nothing does."""
        found = (
            ("sequential", self.neighbour > WORST),
            ("dense", self.blind > WORST),
            ("short", self.count > 0 and self.shortest < 8),
        )
        return tuple(name for name, is_so in found if is_so)


@dataclass(slots=True)
class _Length:
    """What was seen of the serials of one length."""

    count: int = 0
    letters: list[set[str]] = field(default_factory=list)


def guessability(serials: Iterable[str]) -> Guessability:
    """The estimate for serials in rising order (by characters), read once; memory does not grow with their number."""
    lengths: dict[int, _Length] = {}
    last: dict[tuple[str, str, int], int] = {}
    count = neighbours = 0
    for serial in serials:
        count += 1
        seen = lengths.setdefault(len(serial), _Length(letters=[set() for _ in serial]))
        seen.count += 1
        for place, letter in enumerate(serial):
            seen.letters[place].add(letter)
        match = _NUMBER.fullmatch(serial)
        if match:
            form = (match[1], match[3], len(match[2]))
            number = int(match[2])
            neighbours += last.get(form, -2) + 1 == number
            if len(last) > _FORMS:
                last.clear()
            last[form] = number
    blind = sum(_blind(seen) for seen in lengths.values())
    return Guessability(count, neighbours / count if count else 0.0, min(1.0, blind), min(lengths, default=0))


def _blind(seen: _Length) -> float:
    space = 1.0
    for letters in seen.letters:
        space *= _choices(letters, seen.count)
    return seen.count / space


def _choices(letters: set[str], count: int) -> int:
    """How many letters somebody would have to try at one place who saw these."""
    if count >= _MANY or (len(letters) == 1 and count >= _CONSTANT):
        return len(letters)
    joined = "".join(letters)
    if not joined.isalnum():
        return _CLASSES[4]
    if joined.isdigit():
        return _CLASSES[0]
    if joined.upper() != joined:
        return _CLASSES[3]
    return _CLASSES[1] if joined.isalpha() else _CLASSES[2]
