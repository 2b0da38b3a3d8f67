"""Two tiers, process memory before Redis, with one load at a time for each key."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock, Thread
from typing import Any

from .kind import Kind, Value
from .memory import Entry, MemoryTier
from .origin import Origin
from .redis_tier import RedisTier
from .renewal import Renewals
from .stats import Stats
from .tags import Generations

VISIBLE_SECONDS = 2.0  # a purge reaches every process within this time
_LOOK_SECONDS = 0.5  # how often a process asks Redis for purges
_WAIT_SECONDS = 10.0  # how long one caller waits for another one's load
_NEGATIVE_ENTRIES = 20_000  # apart from the others: a flood of invented codes drives out nothing but itself


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in this process: the monotonic clock, and how many purges were known."""

    time: float
    purges: int


@dataclass(frozen=True, slots=True)
class Labels:
    """Tags of a value to `put`, and the moment before it was read."""

    tags: tuple[str, ...]
    since: Moment


@dataclass(slots=True)
class _Flight:
    """A load under way, for which others wait. Who comes after a purge does not wait for a load begun before it."""

    marks: tuple[int, ...]
    done: Event = field(default_factory=Event)
    value: Any = None
    error: BaseException | None = None


class TieredCache:
    """Read-through cache for frozen values. Losing it costs time, never an answer.

    A hit in memory costs no round trip. A purge is seen by this process at once and by the others within
    `VISIBLE_SECONDS`: each looks into the log of purges twice a second, in a thread of its own, and while it
    cannot (Redis is away), it uses nothing that is older than `VISIBLE_SECONDS`.
    """

    def __init__(
        self,
        memory: MemoryTier,
        redis: RedisTier | None = None,
        *,
        stats: Stats | None = None,
        renewals: Renewals | None = None,
    ) -> None:
        self._memory, self._redis = memory, redis
        self._unknown = MemoryTier(entries=_NEGATIVE_ENTRIES)
        self.stats = stats or Stats()
        self._generations = Generations()
        self._random = Random()  # noqa: S311 - spreads lifetimes, hides nothing
        self._lock = Lock()
        self._flights: dict[str, _Flight] = {}
        self._renewals = renewals or Renewals(self.stats)
        self._owed: set[str] = set()  # purges that Redis has not heard yet
        self._sequence = -1
        self._synced = 0.0
        self._watched_by = 0  # process id: threads do not survive a fork
        self._stop = Event()

    def get_or_load(
        self, kind: Kind[Value], name: str, load: Callable[[], Value | None], tags: tuple[str, ...] = ()
    ) -> Value | None:
        """Value of a name; from memory, else Redis, else `load()`, whose None means "not there".

        Many callers at once cause one load; if it fails, all of them get its error. `load` must not ask the cache
        for the same name.
        """
        key = kind.prefix + name
        entry = self._remembered(key)
        if entry is not None:
            found: Value | None = entry.value
            if entry.expires <= time.monotonic():
                self.renew(kind, name, load, tags)
            return found
        return self._fly(kind, key, load, tags)

    def renew(self, kind: Kind[Value], name: str, load: Callable[[], Value | None], tags: tuple[str, ...] = ()) -> None:
        """Load a name whose value is stale, behind those who are given it; never waits. (`get_or_load` does so too.)"""
        key = kind.prefix + name
        self._renewals.start(key, lambda: self._fly(kind, key, load, tags))

    def held(self, kind: Kind[Value], name: str) -> Entry | None:
        """What memory holds under a name and until when (if that is past, `renew` it); its value None: it is known
        not to be there. None: memory cannot tell. Never waits, for nothing and nobody."""
        return self._remembered(kind.prefix + name)

    def unchanged(self, since: Moment) -> bool:
        """Whether nothing was purged since a moment, and a purge would have been heard of: then whoever has made
        something of what was held after that moment may use it again, until the first part of it expires."""
        if self._generations.purges != since.purges:
            return False
        if self._redis is not None and time.monotonic() - self._synced > VISIBLE_SECONDS:
            return False
        self.stats.count("memory_hits")
        return True

    def moment(self) -> Moment:
        """Now, for `put`: take it before the value is read."""
        return Moment(time.monotonic(), self._generations.purges)

    def put(self, kind: Kind[Value], name: str, value: Value | None, labels: Labels) -> None:
        """Keep a value in memory that was read along with another one (None: it is not there); not if anything was
        purged since."""
        marks = self._generations.of(labels.tags)
        if self._generations.purges == labels.since.purges:
            self._keep(kind, kind.prefix + name, value, Origin(labels.tags, marks, labels.since.time))

    def purge_tag(self, tag: str) -> bool:
        """Use no more what carries the tag. Call it after the commit. False: Redis did not hear it yet; then this
        process repeats it until it does, and the others stop trusting their memory within `VISIBLE_SECONDS`."""
        self.stats.count("purges")
        self._generations.purge((tag,))
        if self._redis is None or self._redis.purge(tag):
            return True
        with self._lock:
            self._owed.add(tag)
        self._watch()
        return False

    def clear(self) -> None:
        """Forget what this process holds in memory."""
        self._memory.clear()
        self._unknown.clear()

    def sync(self) -> None:
        """Ask Redis once for purges; the watching thread does so twice a second."""
        if self._redis is None:
            return
        with self._lock:
            owed = tuple(self._owed)
        for tag in owed:
            if self._redis.purge(tag):
                with self._lock:
                    self._owed.discard(tag)
        asked = time.monotonic()
        purges = self._redis.purges_since(self._sequence)
        if purges is None:
            return
        if purges.tags is None:
            self._generations.purge_all()
        else:
            self._generations.purge(purges.tags)
        self._sequence, self._synced = purges.sequence, asked

    def close(self) -> None:
        """End the watching thread and give the connections back."""
        self._stop.set()
        if self._redis is not None:
            self._redis.close()

    def _remembered(self, key: str) -> Entry | None:
        for tier, counter in ((self._memory, "memory_hits"), (self._unknown, "negative_hits")):
            entry = tier.get(key)
            if entry is not None:
                now = time.monotonic()
                if self._usable(entry, now):
                    self.stats.count(counter if now < entry.expires else "stale_hits")
                    return entry
                tier.drop(key)
        return None

    def _usable(self, entry: Entry, now: float) -> bool:
        if entry.ends <= now or entry.marks != self._generations.of(entry.tags):
            return False
        return self._redis is None or now - max(entry.loaded, self._synced) <= VISIBLE_SECONDS

    def _fly(
        self, kind: Kind[Value], key: str, load: Callable[[], Value | None], tags: tuple[str, ...]
    ) -> Value | None:
        with self._lock:
            flight, marks = self._flights.get(key), self._generations.of(tags)
            leads = flight is None or flight.marks != marks
            if flight is None or leads:
                flight = self._flights[key] = _Flight(marks)
        if not leads:
            self.stats.count("shared_loads")
            if not flight.done.wait(_WAIT_SECONDS):
                return load()
            if flight.error is not None:
                raise flight.error
            waited: Value | None = flight.value
            return waited
        try:
            flight.value = self._fetch(kind, key, load, tags)
        except BaseException as error:
            flight.error = error
            raise
        finally:
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]
            flight.done.set()
        found: Value | None = flight.value
        return found

    def _fetch(
        self, kind: Kind[Value], key: str, load: Callable[[], Value | None], tags: tuple[str, ...]
    ) -> Value | None:
        entry = self._remembered(key)  # another flight may have landed since the caller looked
        if entry is not None and time.monotonic() < entry.expires:
            value = entry.value
        else:
            self._watch()
            origin = Origin(tags, self._generations.of(tags), time.monotonic(), entry)
            if self._redis is not None and kind.codec is not None:
                origin.shared = self._redis.read(key, tags)
            if not self._from_redis(kind, key, origin):
                self.stats.count("loads")
                origin.value = load()
                self._keep(kind, key, origin.value, origin)
            value = origin.value
        found: Value | None = value
        return found

    def _from_redis(self, kind: Kind[Any], key: str, origin: Origin) -> bool:
        shared = origin.shared
        if shared is None or shared.payload is None or kind.codec is None:
            return False
        try:
            origin.value = kind.codec.decode(shared.payload)
        except Exception:  # noqa: BLE001 - whatever a decoder says of strange bytes: it is a miss
            self.stats.count("decode_failures")
            return False
        self.stats.count("redis_hits")
        lifetime = min(shared.lifetime, kind.ttl)
        self._memory.put(key, origin.entry(lifetime, 4 * len(shared.payload), kind.stale))
        return True

    def _keep(self, kind: Kind[Any], key: str, value: Any, origin: Origin) -> None:
        origin.value = value
        if origin.marks != self._generations.of(origin.tags):
            return  # purged meanwhile; a newer value may be there already
        spread = 0.9 + 0.1 * self._random.random()
        if value is None:
            if kind.negative_ttl:
                self._unknown.put(key, origin.entry(kind.negative_ttl * spread, kind.size))
            return
        size = kind.size
        if origin.shared is not None and self._redis is not None and kind.codec is not None:
            payload = kind.codec.encode(value)
            size = 4 * len(payload)  # Python's objects take about four times their JSON
            generations = origin.shared.generations
            self._redis.write(key, payload, generations=generations, lifetime=kind.ttl * spread)
        self._memory.put(key, origin.entry(kind.ttl * spread, size, kind.stale))

    def _watch(self) -> None:
        """Begin to watch for purges in this process, unless it is being done."""
        if self._redis is None or self._watched_by == os.getpid():
            return
        with self._lock:
            if self._watched_by == os.getpid():
                return
            self._watched_by = os.getpid()
        self.sync()  # before the first load: what is loaded afterwards cannot be older than this
        Thread(target=self._look, name="cache-purges", daemon=True).start()

    def _look(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                self.sync()
            except Exception:  # noqa: BLE001 - a watch that ended would slow this process down for ever
                self.stats.count("redis_failures")
