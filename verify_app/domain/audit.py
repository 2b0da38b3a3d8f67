"""The audit log as values: who did or saw what, when and why, each entry sealed to the one before it.

An entry's seal is SHA-256 over the seal before it, its number, time, class and the digest of its body. So no entry can
be changed, left out or put between others without every later seal being wrong. When the time of its class is over the
body is taken away and its digest stays: the chain can still be verified, and nobody is named in it any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256

START = "0" * 64  # the seal before the first entry
_YEAR = 365 * 86_400_000


class Kind(StrEnum):
    """Classes of entries, by how long they are kept."""

    LOOK = "look"  # somebody saw restricted data
    DOOR = "door"  # signing in and out, accounts
    ACT = "act"  # something was changed


RETENTION = {Kind.LOOK: 2 * _YEAR, Kind.DOOR: 2 * _YEAR, Kind.ACT: 10 * _YEAR}


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be remembered: who (account id and name, with the role held then), what upon what, and why."""

    kind: Kind
    actor: str
    name: str
    role: str
    action: str
    subject: str = ""
    why: str = ""
    detail: str = ""

    @property
    def body(self) -> str:
        """The note as canonical JSON; the class stands beside it."""
        told = {name: value for name, value in asdict(self).items() if name != "kind"}
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A note in its place in the log. `body` is "" once its time is over; `body_digest` stays."""

    number: int
    when: int
    kind: Kind
    body: str
    body_digest: str
    seal: str

    @property
    def note(self) -> Note | None:
        """The note, None once its time is over."""
        return Note(self.kind, **json.loads(self.body)) if self.body else None


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where the log is not as it was written."""

    number: int
    problem: str


def sealed(note: Note, when: int, number: int, before: str) -> Entry:
    """The entry of a note after the seal of the entry before it."""
    digest = _digest(note.body)
    return Entry(number, when, note.kind, note.body, digest, _seal(before, number, when, note.kind, digest))


def flaws(entries: Iterable[Entry], now: int) -> Iterator[Flaw]:
    """Every place where the chain is broken, oldest first; nothing for a whole log."""
    before, expected, latest = START, 1, 0
    for entry in entries:
        if entry.number != expected:
            yield Flaw(expected, f"Expected entry {expected}, got {entry.number}.")
        if entry.body and _digest(entry.body) != entry.body_digest:
            yield Flaw(entry.number, "Expected the words that were sealed, got others.")
        if not entry.body and now - entry.when < RETENTION[entry.kind]:
            yield Flaw(entry.number, "Expected the words of an entry whose time is not over, got none.")
        if entry.seal != _seal(before, entry.number, entry.when, entry.kind, entry.body_digest):
            yield Flaw(entry.number, "Expected the seal after the entry before, got another.")
        if entry.when < latest:
            yield Flaw(entry.number, "Expected a time after the entry before, got an earlier one.")
        before, expected, latest = entry.seal, entry.number + 1, max(latest, entry.when)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _seal(before: str, number: int, when: int, kind: Kind, digest: str) -> str:
    return _digest(f"{before}|{number}|{when}|{kind.value}|{digest}")
