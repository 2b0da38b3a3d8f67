"""Clients that try codes out: found by what they ask for, not by how often.

A client is an address, known here by a keyed tag alone. Three tells: serials that do not exist, items that nobody
can hold yet, and more different items in a few hours than a shop's carton has. A carrier's gateway stands for many
people, so it may do four times as much. A slow one hides behind many addresses of a block: blocks of hosting and
foreign networks are watched for a month.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from ..domain.evidence import Network

_HOUR = 3_600_000
_WINDOW, _SLOW_WINDOW = 6 * _HOUR, 60 * 24 * _HOUR
_MOST = 100_000  # clients remembered; the longest silent are forgotten


@dataclass(frozen=True, slots=True)
class Asked:
    """One public scan, as the guard sees it. `odd`: the serial does not exist, or nobody can hold the item yet."""

    client: int
    block: int
    crew: int  # tag of the block with the user agent
    network: Network
    abroad: bool
    item: int  # tag of the code, 0 if it names no item
    odd: bool
    when: int


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many on a client is flagged."""

    items: int = 40  # different items in six hours
    odd: int = 8  # different odd ones in six hours
    strange_items: int = 25  # the same for hosting and foreign networks and programs
    strange_odd: int = 4
    block_odd: int = 5  # odd ones of a block in sixty days …
    block_share: float = 0.5  # … and at least this share of all that it asked for
    crew_items: int = 12  # items that one user agent asked for from a block of hosting …
    crew_items_abroad: int = 20  # … or of a foreign network
    carrier: int = 4  # times as much for a carrier's gateway


@dataclass(slots=True)
class _Memory:
    seen: deque[tuple[int, int, bool]] = field(default_factory=deque)
    flagged: bool = False


class Guard:
    """Watches clients of one process; feed it scans in the order of time."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._clients: OrderedDict[int, _Memory] = OrderedDict()
        self._blocks: OrderedDict[int, _Memory] = OrderedDict()
        self._crews: OrderedDict[int, _Memory] = OrderedDict()

    def look(self, asked: Asked) -> bool:
        """Whether the client of this scan tries codes out, this scan included."""
        if not asked.item:
            memory = self._clients.get(asked.client)
            return bool(memory and memory.flagged)
        memory = _recent(self._clients, asked.client, asked, _WINDOW)
        memory.flagged = memory.flagged or self._fast(asked, memory)
        if asked.network is Network.HOSTING or asked.abroad:
            block = _recent(self._blocks, asked.block, asked, _SLOW_WINDOW)
            crew = _recent(self._crews, asked.crew, asked, _SLOW_WINDOW)
            memory.flagged = memory.flagged or (asked.odd and self._slow(block)) or self._crowd(asked, crew)
        return memory.flagged

    def _fast(self, asked: Asked, memory: _Memory) -> bool:
        limits = self._limits
        strange = asked.network is Network.HOSTING or asked.abroad
        many = limits.carrier if asked.network is Network.CARRIER else 1
        least_odd = many * (limits.strange_odd if strange else limits.odd)
        least_items = many * (limits.strange_items if strange else limits.items)
        if len(memory.seen) < min(least_odd, least_items):
            return False
        odd = {item for _, item, is_odd in memory.seen if is_odd}
        return len(odd) >= least_odd or len({item for _, item, _ in memory.seen}) >= least_items

    def _crowd(self, asked: Asked, crew: _Memory) -> bool:
        limits = self._limits
        least = limits.crew_items if asked.network is Network.HOSTING else limits.crew_items_abroad
        return len(crew.seen) >= least and len({item for _, item, _ in crew.seen}) >= least

    def _slow(self, block: _Memory) -> bool:
        odd = {item for _, item, is_odd in block.seen if is_odd}
        items = {item for _, item, _ in block.seen}
        return len(odd) >= self._limits.block_odd and len(odd) >= self._limits.block_share * len(items)


def _recent(memories: OrderedDict[int, _Memory], key: int, asked: Asked, window: int) -> _Memory:
    """The memory of a client or block, with this scan added and what is too old forgotten."""
    memory = memories.get(key)
    if memory is None:
        memory = memories[key] = _Memory()
        if len(memories) > _MOST:
            memories.popitem(last=False)
    else:
        memories.move_to_end(key)
    seen = memory.seen
    while (seen and seen[0][0] < asked.when - window) or len(seen) > 400:
        seen.popleft()
    seen.append((asked.when, asked.item, asked.odd))
    return memory
