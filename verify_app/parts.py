"""The parts that a running service is made of, chosen once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from redis.exceptions import RedisError

from cache import open_cache

from .detection.address_files import Addresses, NoAddresses, open_addresses
from .detection.policy_files import LivePolicy
from .detection.shadow import Shadow
from .detection.watch import Watch
from .domain.code import Code
from .domain.history import History
from .domain.link import Link
from .domain.passport import Passport
from .domain.policy import Policy
from .domain.report import NewReport
from .domain.requester import Requester
from .domain.scan import Visit
from .enterprise.desk import Desk
from .enterprise.letters import MailServer
from .images.keeping import Kept
from .images.pool import DecodePool
from .inspection.holders import HolderDesk, Tried
from .inspection.office import Office
from .inspection.shopper_reports import ReportDesk
from .inspection.site import Site
from .resolve import CachedPassports, purge_item, purge_published
from .resolve_links import CachedLinks, purge_links
from .secret import load_secret
from .serving.engines import EmbeddedValkey
from .serving.part_probes import Engines, probes_of
from .serving.probes import Probe
from .settings import Settings
from .store.accounts import NoAccounts, Passkey, Secrets, StoredAccounts
from .store.acts import flag_rows
from .store.cluster import is_cluster
from .store.engine import StoreUnavailable, UnfitValueError, open_engine, reading
from .store.flagged import FlaggedClients
from .store.flags import set_flags
from .store.group_commit import GroupedRedis
from .store.history import ValkeyHistory, connect
from .store.journal import Journal
from .store.rates import Rates
from .store.reports import ReportFile, StoredReports
from .store.requesters import StoredRequesters

__all__ = [
    "Histories",
    "Links",
    "NoLinks",
    "Parts",
    "Passkey",
    "Passports",
    "Secrets",
    "StoreUnavailable",
    "StoredAccounts",
    "UnfitValueError",
    "build",
]

_CACHE_MS = 100  # how long the cache waits for its second tier before it rests


class Passports(Protocol):
    """Where passports are found: the registry behind its caches, or a plain dictionary in a test."""

    def find(self, code: Code) -> Passport | None:
        """Passport of a code; None if the registry does not hold its GTIN. An unknown lot or serial of a known
        GTIN gives a passport with `lot` or `item` None. Raises `StoreUnavailable` if the registry cannot answer."""

    def at_hand(self, code: Code) -> Passport | None:
        """The same without waiting for anything. Raises `NotAtHand` if it would have to."""

    def fetch(self, codes: Sequence[Code]) -> None:
        """Bring what these codes need to hand. Raises `StoreUnavailable` if the registry cannot answer."""


class Histories(Protocol):
    """Where scans are recorded and remembered."""

    @property
    def available(self) -> bool:
        """Whether the last scan reached the engine."""

    def observe(self, code: Code, visit: Visit) -> History | None:
        """Record this scan and return what was there before, in one atomic step; None: history unavailable, the
        scan went to the local journal."""

    def observe_all(self, scans: Sequence[tuple[Code, Visit]]) -> list[History | None]:
        """The same for scans that came at the same moment, in their order, in one round trip."""


class Links(Protocol):
    """Where the links of enterprises are found."""

    def find(self, code: Code) -> tuple[Link, ...]:
        """Links at all levels of a code. Raises `StoreUnavailable` if they cannot be had now."""


class NoLinks:
    """No enterprise has set any link."""

    def find(self, code: Code) -> tuple[Link, ...]:  # noqa: ARG002 - the Protocol's argument
        """None for every code."""
        return ()


class Requesters(Protocol):
    """Who may ask for verification messages by name."""

    def find(self, gln: str) -> Requester | None:
        """Requester of a GLN, None if nobody knows it. Raises `StoreUnavailable`."""


class NoRequesters:
    """Nobody is known by name."""

    def find(self, gln: str) -> Requester | None:  # noqa: ARG002 - the Protocol's argument
        """None for every GLN."""
        return None


class Reports(Protocol):
    """Where shoppers' reports are brought and followed."""

    def file(self, number: str, new: NewReport, photos: Collection[Kept] = ()) -> bool:
        """Keep a report under its receipt number; False if it is there already. Raises `ReportError`, and
        `StoreUnavailable` if nothing was kept."""

    def follow(self, number: str) -> ReportFile | None:
        """The report of a receipt number, None if there is none. Raises `StoreUnavailable`."""


class NoReports:
    """There is no place to keep a report."""

    def file(self, number: str, new: NewReport, photos: Collection[Kept] = ()) -> bool:  # noqa: ARG002
        """Keeps nothing and says so."""
        raise StoreUnavailable("Expected a store for reports, got none.")

    def follow(self, number: str) -> ReportFile | None:  # noqa: ARG002 - the Protocol's argument
        """None for every number."""
        return None


class Holders(Protocol):
    """Where holders of items bring what they can show."""

    def try_number(self, gtin: str, serial: str, typed: str, now: int) -> Tried:
        """What came of a typed hidden number. Raises `StoreUnavailable`."""

    def note_receipt(self, gtin: str, serial: str, now: int) -> None:
        """Keep that the slip of the first check was shown. Raises `StoreUnavailable`."""


class NoHolders:
    """There is no place to keep what a holder shows."""

    def try_number(self, gtin: str, serial: str, typed: str, now: int) -> Tried:  # noqa: ARG002
        """Knows no number and says so."""
        raise StoreUnavailable("Expected a store for hidden numbers, got none.")

    def note_receipt(self, gtin: str, serial: str, now: int) -> None:
        """Keeps nothing."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What `verify` and the web need. Built by `build(settings)`."""

    settings: Settings
    passports: Passports
    history: Histories
    decoder: DecodePool
    policies: Callable[[], Policy] = Policy  # the rules in force; the default judges by registry facts alone
    addresses: Addresses = NoAddresses()  # noqa: RUF009 - has no state
    watch: Watch = field(default_factory=Watch)
    shadow: Shadow = field(default_factory=Shadow)
    links: Links = NoLinks()  # noqa: RUF009 - has no state
    requesters: Requesters = NoRequesters()  # noqa: RUF009 - has no state
    reports: Reports = NoReports()  # noqa: RUF009 - has no state
    holders: Holders = NoHolders()  # noqa: RUF009 - has no state
    rates: Rates = field(default_factory=Rates)
    desk: Desk = field(default_factory=Desk)  # the services of enterprises
    accounts: StoredAccounts = field(default_factory=NoAccounts)
    office: Office = field(default_factory=Office)  # the services of officers
    site: Site = field(default_factory=Site)  # visits on site
    secret: bytes = b""  # key of visitors' tags
    probes: Mapping[str, Callable[[], Probe]] = field(default_factory=dict)  # part -> is it well?
    cache_counts: Callable[[], Mapping[str, int]] = dict  # what the cache has counted since this process began

    @property
    def policy(self) -> Policy:
        """The rules in force now."""
        return self.policies()


def build(settings: Settings) -> Parts:
    """Join the real parts. Opens no connection yet: each part connects when it is first asked, and may be away."""
    redis_url = settings.redis_url or EmbeddedValkey(settings.data_dir).url
    secret = load_secret(settings)
    engine = open_engine(settings.database)
    client = connect(redis_url, settings.history_timeout_ms)
    if not is_cluster(redis_url):  # a cluster's client groups by itself, one line for each node
        client = GroupedRedis(client)
    journal = Journal(settings.data_dir / "journal")
    cache = open_cache(redis_url, connect(redis_url, _CACHE_MS) if is_cluster(redis_url) else None)
    return Parts(
        settings=settings,
        passports=CachedPassports(engine, cache, load_secret(settings)),
        history=ValkeyHistory(
            client, journal, shards=settings.stream_shards, reload_ms=settings.reload_minutes * 60_000
        ),
        decoder=DecodePool(settings.decode_processes, settings.decode_queue),
        links=CachedLinks(engine, cache),
        requesters=StoredRequesters(engine),
        reports=ReportDesk(StoredReports(engine, settings.data_dir / "reports")),
        holders=HolderDesk(engine, secret),
        rates=Rates(connect(redis_url, settings.history_timeout_ms)),
        desk=_desk(settings, engine, cache, secret),
        accounts=StoredAccounts(engine),
        office=Office(
            engine, _Effect(engine, cache, connect(redis_url, settings.history_timeout_ms), settings.stream_shards)
        ),
        site=Site(engine, settings.data_dir),
        secret=secret,
        policies=LivePolicy(settings.data_dir, secret),
        addresses=open_addresses(settings.address_table) if settings.address_table else NoAddresses(),
        watch=Watch(FlaggedClients(connect(redis_url, settings.history_timeout_ms)), settings.guesses_per_minute),
        shadow=Shadow(settings.data_dir / "policy"),
        probes=probes_of(settings, Engines(engine, client, journal)),
        cache_counts=cache.stats.snapshot,
    )


def _desk(settings: Settings, engine: Any, cache: Any, secret: bytes) -> Desk:
    """The services of enterprises, with the ways to show at once what they changed."""
    return Desk(
        engine,
        settings.data_dir,
        purge=lambda gtin, lot: purge_published(cache, gtin, lot),
        purge_item=lambda gtin, serial: purge_item(cache, gtin, serial),
        purge_links=lambda code: purge_links(cache, code),
        mail=MailServer(settings.smtp_url, settings.mail_from),
        secret=secret,
    )


@dataclass(frozen=True, slots=True)
class _Effect:
    """What makes an order show on the next scan: the flags beside the history, and the caches."""

    engine: Any
    cache: Any
    client: Any
    shards: int

    def __call__(self, gtin: str, lot: str, serials: tuple[str, ...]) -> None:
        """Show what changed for a product. If Redis is away the worker sets the flags as soon as it is back."""
        with suppress(RedisError):
            with reading(self.engine) as connection:
                rows = list(flag_rows(connection, gtin))
            set_flags(self.client, gtin, rows, shards=self.shards)
        purge_published(self.cache, gtin, lot)
        for serial in serials:
            purge_item(self.cache, gtin, serial)
