"""How ready an enterprise is, and what its data lacks."""

from __future__ import annotations

from dataclasses import dataclass

from ..store.engine import Engine, ask
from ..store.quality import QualityCounts, quality_counts, readiness_counts

STALE_MS = 180 * 86_400_000  # a lot without an event for half a year

__all__ = ["Monitor", "QualityCounts", "ReadyPart"]


@dataclass(frozen=True, slots=True)
class ReadyPart:
    """One part of readiness: whether it is there, and how many things stand behind it."""

    name: str
    there: bool
    count: int


class Monitor:
    """What an enterprise sees of its own data."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def readiness(self, enterprise_id: str) -> tuple[ReadyPart, ...]:
        """Codes, products, carrier, data, programs, conformity certificate: in the order in which to do them."""
        counts = ask(self._engine, lambda connection: readiness_counts(connection, enterprise_id))
        return (
            ReadyPart("gln", counts.has_gln, int(counts.has_gln)),
            ReadyPart("products", counts.products > 0, counts.products),
            ReadyPart("published", counts.published > 0, counts.published),
            ReadyPart("items", counts.items > 0, counts.items),
            ReadyPart("labels", counts.labels > 0, counts.labels),
            ReadyPart("events", counts.events > 0, counts.events),
            ReadyPart("keys", counts.keys > 0, counts.keys),
            ReadyPart("conformity", counts.conformity > 0, counts.conformity),
        )

    def quality(self, enterprise_id: str, now: int) -> QualityCounts:
        """Findings of the monitor of data quality."""
        return ask(self._engine, lambda connection: quality_counts(connection, enterprise_id, now, now - STALE_MS))
