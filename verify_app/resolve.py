"""From a code to its passport, through the cache: every key, lifetime and tag stands here.

| part | key | shared in Redis | lives at most | unknown lives | tags |
|---|---|---|---|---|---|
| model | GTIN | yes | 10 minutes, 30 s more while one load renews it | 10 s | gtin |
| lot | GTIN/lot | yes | as the model | 10 s | gtin, lot |
| item | GTIN/serial | no: scanned rarely, and SQL is as near as Redis | 5 minutes | 10 s | gtin, item |
| short code | short code | no | 1 hour: it is given once and never again | 10 s | none |
| links | primary key | yes | 10 minutes | 10 s | key |
| deeper links | path of a code | no | 1 minute | 10 s | key |

A thousand items share one model and one lot. Warm, a scan costs no SQL and no round trip; cold, one query (two for a
short code, or for an item that claims another lot than its own).

**How old an answer may be.** After `purge_published` this process answers anew at once and every other within two
seconds. Only if the purging process dies before a sick Redis has heard it may an old page live its time out.
Nobody need purge for a new serial (seen after 10 s). Whoever changes an item's state calls `purge_item` (an import, at
its end, purges its products); without it the old state may be seen for five minutes. **A recall or suspension is never
late:** it also travels as a flag with the history of each scan, and `judge` heeds both, so a page from the cache cannot
hide it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from cache import Codec, Kind, Labels

from .at_hand import Cache, NotAtHand, Reading
from .domain.code import SHORT, Code
from .domain.passport import ModelPart, Passport
from .domain.serial_scheme import SerialKeys, check
from .lease import Leases
from .store.engine import ask
from .store.items_together import MOST, find_items
from .store.passports import (
    Found,
    ItemFound,
    LotFound,
    assemble,
    find_item,
    find_lot,
    find_parts,
    named_by_short,
    resolve_short,
    serial_of,
)

Value = TypeVar("Value")
_Found = TypeVar("_Found", ItemFound, LotFound)


def codec_of(kept: type[Value]) -> Codec[Value]:
    """How a part is written into Redis."""
    return Codec(msgspec.json.encode, msgspec.json.Decoder(kept).decode)


def shape_of(kept: type) -> str:
    """Part of a key, so that a process with another version of the code never reads what this one wrote."""
    return blake2b(repr(msgspec.json.schema(kept)).encode(), digest_size=4).hexdigest()


MODEL: Kind[ModelPart] = Kind(
    f"model.{shape_of(ModelPart)}:", ttl=600, negative_ttl=10, codec=codec_of(ModelPart), stale=30
)
LOT: Kind[LotFound] = Kind(f"lot.{shape_of(LotFound)}:", ttl=600, negative_ttl=10, codec=codec_of(LotFound), stale=30)
ITEM: Kind[ItemFound] = Kind("item:", ttl=300, negative_ttl=10, size=700)
SHORT_CODE: Kind[tuple[str, str]] = Kind("short:", ttl=3600, negative_ttl=10, size=400)


_NO_LOT, _NO_ITEM = LotFound(None), ItemFound(None)


def gtin_tag(gtin: str) -> str:
    """Tag of everything of one GTIN."""
    return f"gtin:{gtin}"


def lot_tag(gtin: str, lot: str) -> str:
    """Tag of one lot."""
    return f"lot:{gtin}/{lot}"


def item_tag(gtin: str, serial: str) -> str:
    """Tag of one item."""
    return f"item:{gtin}/{serial}"


class CachedPassports:
    """The registry behind the cache; see the module for lifetimes. Safe under threads."""

    def __init__(self, engine: sa.Engine, cache: Cache, master: bytes = b"") -> None:
        self._engine, self._cache, self._master = engine, cache, master
        self._leases = Leases(cache)

    def find(self, code: Code) -> Passport | None:
        """Passport of a code; None if the registry does not hold its GTIN. An unknown lot or serial of a known
        GTIN gives a passport with `lot` or `item` None. Raises `StoreUnavailable` if the registry cannot answer."""
        named = self._named(code)
        if named is None or not named.gtin:
            return None
        gtin = named.gtin
        model = self._cache.get_or_load(MODEL, gtin, lambda: self._load_all(named), (gtin_tag(gtin),))
        if model is None:
            return None
        serial = serial_of(named)
        signature = self._signature(model, serial)
        item = self._item(gtin, serial) if serial and signature is not False else None
        return _signed(_whole(named, model, item, self._lot), signature)

    def at_hand(self, code: Code) -> Passport | None:
        """The same, if all of it lies in this process's memory; never waits. Raises `NotAtHand` otherwise."""
        leased = self._leases.get(code)
        if leased is not None:
            return leased
        gtin, reading = code.gtin, Reading(self._cache)
        if not gtin:
            raise NotAtHand
        model = reading.of(MODEL, gtin)
        if model is None:
            return None
        serial = serial_of(code)
        signature = self._signature(model, serial)
        asked = bool(serial) and signature is not False
        item = (reading.of(ITEM, f"{gtin}/{serial}") or _NO_ITEM) if asked else None
        lot_of = lambda gtin, lot: reading.of(LOT, f"{gtin}/{lot}") or _NO_LOT  # noqa: E731 - one line
        passport = _signed(_whole(code, model, item, lot_of), signature)
        if passport is not None and (passport.item is not None or not serial):  # invented serials leave no trace
            self._leases.put(passport, reading.until, reading.since)
        for kind, name in reading.stale:
            self._renew(kind, name)
        return passport

    def _renew(self, kind: Kind[Any], name: str) -> None:
        """Load a model or lot anew, while its stale passport is given."""
        gtin, _, lot = name.partition("/")
        if kind is MODEL:
            self._cache.renew(MODEL, name, lambda: self._load_all(Code("01", gtin)), (gtin_tag(gtin),))
        else:
            self._cache.renew(LOT, name, lambda: self._load_lot(gtin, lot), (gtin_tag(gtin), lot_tag(gtin, lot)))

    def _signature(self, model: ModelPart, serial: str) -> bool | None:
        """Whether a serial bears the product's signature. An invented one is not looked up: whoever tries numbers out
        costs three short hashes each."""
        if not serial or model.serials is None or not self._master:
            return None
        return check(model.serials, SerialKeys(self._master, model.enterprise_id, model.gtin), serial)

    def fetch(self, codes: Sequence[Code]) -> None:
        """Bring what these codes need into memory, for `at_hand`: the items of known products in one query for all,
        whatever else is missing as `find` does. Raises `StoreUnavailable`."""
        for code in {code.gtin: code for code in codes if code.gtin}.values():
            if self._cache.held(MODEL, code.gtin) is None:
                self.find(code)  # its product, lot and item in one query; then its other items together
        missing = [pair for pair in {(code.gtin, serial_of(code)) for code in codes} if self._lacks(*pair)][:MOST]
        if missing:
            moment, found = self._cache.moment(), ask(self._engine, lambda connection: find_items(connection, missing))
            for (gtin, serial), item in found.items():
                labels = Labels((gtin_tag(gtin), item_tag(gtin, serial)), moment)
                self._cache.put(ITEM, f"{gtin}/{serial}", _known(item), labels)
        for code in codes:
            try:
                self.at_hand(code)
            except NotAtHand:
                self.find(code)

    def _lacks(self, gtin: str, serial: str) -> bool:
        """Whether an item of a known product is to be looked up: none that the product's own signature disowns."""
        model = self._cache.held(MODEL, gtin) if serial else None
        if model is None or model.value is None or self._signature(model.value, serial) is False:
            return False
        return self._cache.held(ITEM, f"{gtin}/{serial}") is None

    def _named(self, code: Code) -> Code | None:
        if code.key != SHORT:
            return code
        pair = self._cache.get_or_load(SHORT_CODE, code.value, lambda: self._load_short(code))
        return named_by_short(code, *pair) if pair else None

    def _item(self, gtin: str, serial: str) -> ItemFound:
        name, tags = f"{gtin}/{serial}", (gtin_tag(gtin), item_tag(gtin, serial))

        def load() -> ItemFound | None:
            return _known(ask(self._engine, lambda connection: find_item(connection, gtin, serial)))

        return self._cache.get_or_load(ITEM, name, load, tags) or _NO_ITEM

    def _lot(self, gtin: str, lot: str) -> LotFound:
        tags = gtin_tag(gtin), lot_tag(gtin, lot)
        return self._cache.get_or_load(LOT, f"{gtin}/{lot}", lambda: self._load_lot(gtin, lot), tags) or _NO_LOT

    def _load_lot(self, gtin: str, lot: str) -> LotFound | None:
        return _known(ask(self._engine, lambda connection: find_lot(connection, gtin, lot)))

    def _load_short(self, code: Code) -> tuple[str, str] | None:
        named = ask(self._engine, lambda connection: resolve_short(connection, code))
        return (named.gtin, serial_of(named)) if named else None

    def _load_all(self, code: Code) -> ModelPart | None:
        """Model of a code, while its lot and item come along in the same query and are kept too."""
        moment, gtin, serial = self._cache.moment(), code.gtin, serial_of(code)
        found = ask(self._engine, lambda connection: find_parts(connection, code))
        if found is None:
            return None
        if found.item is not None:
            labels = Labels((gtin_tag(gtin), item_tag(gtin, serial)), moment)
            self._cache.put(ITEM, f"{gtin}/{serial}", _known(found.item), labels)
        shown = code.lot or (found.item.part.lot if found.item and found.item.part else "")
        if found.lot is not None:
            labels = Labels((gtin_tag(gtin), lot_tag(gtin, shown)), moment)
            self._cache.put(LOT, f"{gtin}/{shown}", _known(found.lot), labels)
        return found.model


def purge_published(cache: Cache, gtin: str, lot: str = "") -> bool:
    """Show what was published (or what an act changed) for a lot, or for all of a GTIN. Call it after the commit.

    False: Redis did not hear it yet; this process goes on trying for as long as it lives.
    """
    return cache.purge_tag(lot_tag(gtin, lot) if lot else gtin_tag(gtin))


def purge_item(cache: Cache, gtin: str, serial: str) -> bool:
    """Show an item's new state, or an act upon it. Call it after the commit; False as for `purge_published`."""
    return cache.purge_tag(item_tag(gtin, serial))


def _whole(
    code: Code, model: ModelPart, item: ItemFound | None, lot_of: Callable[[str, str], LotFound]
) -> Passport | None:
    """Passport of the parts of a code; `lot_of` finds the lots that it turns out to need."""
    own = item.part.lot if item and item.part else ""
    shown = code.lot or own
    lot = lot_of(code.gtin, shown) if shown else None
    own_lot = lot_of(code.gtin, own) if own and own != shown else None
    return assemble(code, Found(model, lot, item, own_lot))


def _signed(passport: Passport | None, signature: bool | None) -> Passport | None:
    return passport and (passport if signature is None else replace(passport, signature=signature))


def _known(found: _Found) -> _Found | None:
    """None for what the registry does not hold and no act names: remembered apart from the known, and shortly."""
    return found if found.part or found.recall or found.display_act else None
