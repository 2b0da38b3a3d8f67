"""What is known of a value that is being loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .memory import Entry
from .redis_tier import Shared


@dataclass(slots=True)
class Origin:
    """Where a value comes from, and what was known of its tags before it was loaded."""

    tags: tuple[str, ...]
    marks: tuple[int, ...]
    began: float
    before: Entry | None = None  # what is renewed
    shared: Shared | None = None
    value: Any = None

    def entry(self, lifetime: float, size: int, stale: float = 0.0) -> Entry:
        """The value with its times. One that is what it was stays the same object: what was made of it holds on."""
        if self.before is not None and self.before.value == self.value:
            self.value = self.before.value
        expires = self.began + lifetime
        return Entry(self.value, expires, self.began, self.tags, self.marks, size, expires + stale)
