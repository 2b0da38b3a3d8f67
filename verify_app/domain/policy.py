"""The rules in force, as data: weights and thresholds of the score, those that are only compared, and their jitter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b

from .score import Rules

_JITTER = 0.1
# Judges by registry facts alone: no score reaches its thresholds. For tests, and for whoever wants no statistics.
FACTS_ONLY = Rules("facts-only", bias=0.0, amber=1e9, red=1e9)


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the rules.

    `rules` judge; `shadow` are computed too and compared, and nobody is told what they say. `secret` moves the
    thresholds of each product by up to a tenth of what lies between caution and alert, so that nobody learns them at
    one product for another. `abroad_visitors` is from how many on scans abroad are worth a word.
    """

    rules: Rules = FACTS_ONLY
    shadow: Rules | None = None
    secret: bytes = b""
    abroad_visitors: int = 3

    @property
    def version(self) -> str:
        """Name of the rules, as it stands in every verdict."""
        return self.rules.version

    def for_product(self, gtin: str) -> Rules:
        """The rules with this product's thresholds."""
        return _moved(self.rules, self.secret, gtin) if self.secret else self.rules


@lru_cache(maxsize=4096)
def _moved(rules: Rules, secret: bytes, gtin: str) -> Rules:
    digest = blake2b(f"thresholds/{gtin}".encode(), key=secret[:64], digest_size=4).digest()
    share = int.from_bytes(digest, "big") / 0xFFFFFFFF * 2 - 1
    away = share * _JITTER * (rules.red - rules.amber)
    return replace(rules, amber=rules.amber + away, red=rules.red + away)
