"""The parts that a running service is made of, chosen once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from .domain.code import Code
from .domain.history import History
from .domain.passport import Passport
from .domain.policy import Policy
from .domain.scan import Visit
from .settings import Settings

if TYPE_CHECKING:
    from .images.pool import DecodePool
    from .serving.probes import Probe


class Passports(Protocol):
    """Where passports are found: the registry behind its caches, or a plain dictionary in a test."""

    def find(self, code: Code) -> Passport | None:
        """Passport of a code; None if the registry does not hold its GTIN. An unknown lot or serial of a known
        GTIN gives a passport with `lot` or `item` None. Raises `StoreUnavailable` if the registry cannot answer."""


class Histories(Protocol):
    """Where scans are recorded and remembered."""

    def observe(self, code: Code, visit: Visit) -> History | None:
        """Record this scan and return what was there before, in one atomic step; None: history unavailable, the
        scan went to the local journal."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What `verify` and the web need. Built by `build(settings)`."""

    settings: Settings
    passports: Passports
    history: Histories
    policy: Policy
    decoder: DecodePool
    secret: bytes = b""  # key of visitors' tags
    probes: Mapping[str, Callable[[], Probe]] = field(default_factory=dict)  # part -> is it well?
    cache_counts: Callable[[], Mapping[str, int]] = dict  # what the cache has counted since this process began
