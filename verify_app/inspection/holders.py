"""What an honest holder may show of an item: kept for the officers, and judged for that holder alone."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.holder import fold_number, number_digest
from ..store.engine import Engine
from ..store.holders import Kind, Tried, note_shown, try_number

__all__ = ["HolderDesk", "Kind", "Tried"]


@dataclass(frozen=True, slots=True)
class HolderDesk:
    """Where pages bring what a holder shows. `secret` is the installation's; every method raises `StoreUnavailable`."""

    engine: Engine
    secret: bytes

    def try_number(self, gtin: str, serial: str, typed: str, now: int) -> Tried:
        """Compare the hidden number that somebody typed; what can be no number is compared, too, and is wrong."""
        return try_number(self.engine, gtin, serial, number_digest(self.secret, gtin, serial, fold_number(typed)), now)

    def note_receipt(self, gtin: str, serial: str, now: int) -> None:
        """Keep that the device showed its slip that checked the item first."""
        note_shown(self.engine, gtin, serial, Kind.RECEIPT, now)
