"""The rule for repeated scans, as data. A later version replaces the rule, not the interface of `judge`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds of one version of the rules.

    An item is looked at by a buyer, a household, a shop and the receiver of a gift; a copied code is looked at by
    people who know nothing of each other, on many days. So a count alone never decides: `repeated_others` other
    visitors *and* `repeated_days` different days with a newcomer are needed.
    """

    version: str = "simple-1"
    repeated_others: int = 6
    repeated_days: int = 4
    travel_pairs: int = 2
    abroad_visitors: int = 3
