"""What a campaign will ask of the service, and how many machines answer it: arithmetic for whoever plans it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

SHARE = 0.7  # of what a machine was seen to hold: waiting times grow long before the limit
STALE_DAYS = 90  # figures older than this may be of another release


@dataclass(frozen=True, slots=True)
class Campaign:
    """So many scans within so many hours; the busiest minute has `peak_factor` times the mean. Raises `ValueError`."""

    scans: float
    hours: float
    peak_factor: float

    def __post_init__(self) -> None:
        for name, value, least in (("scans", self.scans, 1), ("hours", self.hours, 0.01)):
            if value < least:
                raise ValueError(f"Expected at least {least} {name}, got {value}.")
        if self.peak_factor < 1:
            raise ValueError(f"Expected a peak factor of 1 or more, got {self.peak_factor}.")

    @property
    def mean(self) -> float:
        """Scans a second, on average."""
        return self.scans / (self.hours * 3600)

    @property
    def peak(self) -> float:
        """Scans a second in the busiest minute."""
        return self.mean * self.peak_factor


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one machine was seen to hold: scans a second within the thresholds, and the times at that rate."""

    scans_per_second: float
    p95_ms: float
    p99_ms: float
    measured_at: int  # UTC milliseconds
    machine: str
    items: int = 0  # in the registry while it was measured; 0: the demonstration's


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign beside what was measured. `capacity` None: nothing was measured, so nobody can say."""

    campaign: Campaign
    capacity: Capacity | None

    @property
    def machines(self) -> int:
        """Web machines of the measured kind that the peak needs at 70 % of what each holds; 0 when unknown."""
        if self.capacity is None or self.capacity.scans_per_second <= 0:
            return 0
        return max(1, ceil(self.campaign.peak / (SHARE * self.capacity.scans_per_second)))

    @property
    def margin(self) -> float | None:
        """How much more than the expected peak one machine holds: 0.5 is half as much again, -0.5 holds only half."""
        if self.capacity is None:
            return None
        return self.capacity.scans_per_second / self.campaign.peak - 1

    def stale(self, now: int) -> bool:
        """Whether the figures are old at a moment (UTC milliseconds)."""
        return self.capacity is not None and now - self.capacity.measured_at > STALE_DAYS * 86_400_000
