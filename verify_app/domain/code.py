"""What a scanned text turned out to be: one canonical value, whatever its spelling."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote

from .derived import derived

CANONICAL_ROOT = "https://id.gs1.org"  # GS1 Digital Link URI Syntax 1.6.0, clause 4.12: the canonical form

SHORT = "short"  # Code.key of this service's own short code
FOREIGN = "foreign"  # Code.key of a link that another traceability system manages

_ITEM_KEYS = frozenset({"00", "8004", "8006", "8017", "8018"})  # keys that name one thing by themselves
_SERIAL_QUALIFIERS = ("21", "235")


class Granularity(StrEnum):
    """What one code stands for (Decree 37/2026 Art. 3(20)): a model, a lot or one item."""

    MODEL = "model"
    LOT = "lot"
    ITEM = "item"


class Spelling(StrEnum):
    """How the text was written."""

    DIGITAL_LINK = "digital_link"
    COMPRESSED = "compressed"
    ELEMENT_STRING = "element_string"
    BRACKETED = "bracketed"
    PLAIN = "plain"
    SHORT = "short"
    FOREIGN = "foreign"


class CodeError(ValueError):
    """The text is no code. `str(error)` says in English what was expected and what came.

    `problem` is a stable slug for the page's catalogue ("check_digit", "length", "characters", "order",
    "duplicate", "empty", "unknown_ai", "missing_key", "too_long", "not_a_code", "value" such as a date that does
    not exist, "pair": AIs that exclude or need each other); `kind` is "MALFORMED" (meant as a GS1 or short code, but
    broken) or "NOT_GS1" (nothing that we know).
    """

    def __init__(self, problem: str, expected: str, got: str, *, kind: str = "MALFORMED") -> None:
        super().__init__(f"Expected {expected}, got {got}.")
        self.problem = problem
        self.expected = expected
        self.got = got
        self.kind = kind


@dataclass(frozen=True)  # no slots: each derived name is asked for many times in one scan, and computed once
class Code:
    """A parsed code. Equal codes are equal objects, whatever the spelling.

    `key` is the AI of the primary key ("01", "00", "414" …), or SHORT or FOREIGN. `qualifiers` are (AI, value)
    pairs in the order of the standard. `attributes` are further (AI, value) pairs on the carrier, such as the
    expiry date 17: claims about the thing, no part of its name, so they do not make two codes different.
    """

    key: str
    value: str
    qualifiers: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    spelling: Spelling = field(default=Spelling.DIGITAL_LINK, compare=False)
    link: str = field(default="", compare=False)  # the link as read, for FOREIGN only; never stored

    @property
    def gtin(self) -> str:
        """GTIN-14, or "" where the primary key is another one."""
        return self.value if self.key == "01" else ""

    @derived
    def lot(self) -> str:
        """Batch or lot number, AI (10); "" if none was given."""
        return self._qualifier("10")

    @derived
    def serial(self) -> str:
        """Serial number, AI (21), else the third-party serial extension (235); "" if none was given."""
        return self._qualifier("21") or self._qualifier("235")

    @derived
    def granularity(self) -> Granularity:
        """Model, lot or item (Decree 37/2026 Art. 3(20))."""
        if self.key in _ITEM_KEYS or any(self._qualifier(ai) for ai in _SERIAL_QUALIFIERS):
            return Granularity.ITEM
        return Granularity.LOT if self.lot else Granularity.MODEL

    @derived
    def path(self) -> str:
        """Path of the code's page here: "/01/{gtin}[/22/…][/10/…][/21/…]", or "/c/{short}"."""
        if self.key == SHORT:
            return f"/c/{self.value}"
        parts = ((self.key, self.value), *self.qualifiers)
        return "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in parts)

    @derived
    def canonical(self) -> str:
        """One URI for the code: GS1's canonical Digital Link without attributes; "urn:short:…" for a short code,
        "foreign:{host}" for a link of another system (its path may name a person and is not kept)."""
        if self.key == SHORT:
            return f"urn:short:{self.value}"
        if self.key == FOREIGN:
            return f"foreign:{self.value}"
        return CANONICAL_ROOT + self.path

    @derived
    def identity(self) -> str:
        """Key of the code's scan history. GTIN + serial is one item (GS1 General Specifications, clause 3.5.2),
        so a lot or variant written beside the serial does not give an item a second history."""
        for ai in _SERIAL_QUALIFIERS:
            if serial := self._qualifier(ai):
                return f"{self.key}/{self.value}/{ai}/{serial}"
        if self.lot:
            return f"{self.key}/{self.value}/10/{self.lot}"
        return "/".join((self.key, self.value, *(part for pair in self.qualifiers for part in pair)))

    def attribute(self, ai: str) -> str:
        """Value of one attribute on the carrier, such as "17"; "" if it is not there."""
        return dict(self.attributes).get(ai, "")

    def _qualifier(self, ai: str) -> str:
        for name, value in self.qualifiers:
            if name == ai:
                return value
        return ""
