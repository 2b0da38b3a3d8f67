"""What is cached: kinds of things, each with its lifetime and its way into the shared tier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")

LONGEST = 24 * 3600.0  # tag generations live a week in Redis; no entry may outlive them


@dataclass(frozen=True, slots=True)
class Codec(Generic[Value]):
    """How a value travels through Redis. `decode` may raise anything: bytes that it cannot read are a miss."""

    encode: Callable[[Value], bytes]
    decode: Callable[[bytes], Value]


@dataclass(frozen=True, slots=True)
class Kind(Generic[Value]):
    """One kind of cached values. Values must be frozen: every thread gets the same object.

    `prefix` begins the keys ("passport.model.1:") and carries the version of the value's shape. `ttl` and
    `negative_ttl` are seconds, at most `LONGEST`; entries live 90 to 100 % of them, so that what was loaded
    together does not expire together. `negative_ttl` 0: "not there" is not remembered. Without a codec a value
    stays in the process's memory. `size` is the estimate in bytes where no encoded form tells it. For `stale` seconds
    past its lifetime a value in memory is still given, while one load behind it renews it; a purge ends that too.
    """

    prefix: str
    ttl: float
    negative_ttl: float = 0.0
    codec: Codec[Value] | None = None
    size: int = 600
    stale: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.ttl <= self.ttl + self.stale <= LONGEST or not 0 <= self.negative_ttl <= LONGEST:
            raise ValueError(
                f"Expected lifetimes of at most {LONGEST:.0f} seconds, got {self.ttl} and {self.negative_ttl}."
            )
