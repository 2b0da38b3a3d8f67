"""Review before publishing: what an author and a reviewer see, and what their acts do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..domain.passport import LotPart, ModelPart, Review
from ..domain.review import Completeness, Difference, ReviewAct, ReviewError, after, completeness, differences
from ..store.drafts import last_lot, last_model
from ..store.engine import Connection, Engine, ask, writing
from ..store.owners import gtin_owners
from ..store.reviews import NoVersionError, Queued, ReviewNote, move_version, notes, own_versions, queue, shown_number
from ..store.versions import VersionNote, version, versions

__all__ = ["Actor", "Dossier", "NoVersionError", "Reviews"]

Key = tuple[str, str, int]  # GTIN, lot ("" for the product), version

_BY_AUTHORS = frozenset({ReviewAct.SUBMIT, ReviewAct.WITHDRAW})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an enterprise's person (`enterprise_id`), or a reviewer of a province (`tenant`, "" for all)."""

    name: str
    enterprise_id: str = ""
    tenant: str = ""
    reviewer: bool = False


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a reviewer needs of one version."""

    part: ModelPart | LotPart
    model: ModelPart
    status: Review
    author: str
    changes: tuple[Difference, ...]
    lacking: Completeness
    notes: tuple[ReviewNote, ...]
    versions: tuple[VersionNote, ...]
    shown: int


class Reviews:
    """Versions on their way to the public page. `purge` shows what was published at once, everywhere."""

    def __init__(self, engine: Engine, purge: Callable[[str, str], object]) -> None:
        self._engine, self._purge = engine, purge

    def waiting(self, tenant: str) -> tuple[Queued, ...]:
        """Versions that wait for a reviewer, or for being published, the oldest first."""
        wanted = (Review.SUBMITTED, Review.APPROVED)
        return ask(self._engine, lambda connection: queue(connection, wanted, tenant))

    def own(self, enterprise_id: str) -> tuple[Queued, ...]:
        """The last version of each product and lot of an enterprise."""
        return ask(self._engine, lambda connection: own_versions(connection, enterprise_id))

    def lot(self, gtin: str, number: str) -> LotPart | None:
        """The last version of a lot, None for an unknown one."""
        return ask(self._engine, lambda connection: last_lot(connection, gtin, number))

    def dossier(self, key: Key, now: int) -> Dossier:
        """What is to be looked at before a version is approved. Raises `NoVersionError`."""
        return ask(self._engine, lambda connection: _dossier(connection, key, now))

    def act(self, key: Key, act: ReviewAct, actor: Actor, reason: str = "", *, now: int) -> Review:
        """Do something to a version and return its new status; what is published is shown at once.

        Raises `ReviewError` and `NoVersionError`. An approval is refused while a mandatory item is missing.
        """
        gtin, lot, number = key
        note = ReviewNote(number, act.value, actor.name, reason.strip()[:2000], now)
        with writing(self._engine) as connection:
            self._check(connection, key, act, actor, now)
            status = move_version(
                connection, key, lambda held, author: after(held, act, (author, actor.name), reason), note
            )
        if status is Review.PUBLISHED:
            self._purge(gtin, lot)
        return status

    def _check(self, connection: Connection, key: Key, act: ReviewAct, actor: Actor, now: int) -> None:
        owner = gtin_owners(connection, [key[0]]).get(key[0])
        if act in _BY_AUTHORS or not actor.reviewer:
            if not actor.enterprise_id or owner != actor.enterprise_id:
                raise ReviewError("not_yours", "a product of your own", key[0])
            if act not in (*_BY_AUTHORS, ReviewAct.PUBLISH):
                raise ReviewError("not_reviewer", "a reviewer of the authority", "somebody else")
        elif actor.enterprise_id == owner:
            raise ReviewError("same_person", "a reviewer of the authority", "the enterprise itself")
        if act in (ReviewAct.SUBMIT, ReviewAct.APPROVE):
            lacking = _dossier(connection, key, now).lacking
            if lacking.passport:
                raise ReviewError("incomplete", "all items of Decree 37/2026 Art. 32(1)", ", ".join(lacking.passport))


def _dossier(connection: Connection, key: Key, now: int) -> Dossier:
    gtin, lot, number = key
    part, model = version(connection, gtin, lot, number), last_model(connection, gtin)
    if part is None or model is None:
        raise NoVersionError(f"Expected a version of {gtin}, got {number}.")
    if isinstance(part, ModelPart):
        model = part
    shown = shown_number(connection, gtin, lot)
    public = version(connection, gtin, lot, shown) if shown else None
    history = versions(connection, gtin, lot)
    note = next(note for note in history if note.number == number)
    return Dossier(
        part=part,
        model=model,
        status=note.status,
        author=note.author,
        changes=differences(public, part),
        lacking=completeness(model, part if isinstance(part, LotPart) else None, now),
        notes=notes(connection, gtin, lot),
        versions=history,
        shown=shown,
    )
