"""What the holder of one item can show of it: that this device checked it first, or the number hidden on it.

Either changes the holder's own view alone: nothing of it enters the history that everybody else is judged by.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from hmac import compare_digest

from .history import History
from .passport import Passport
from .scan import Actor, Proof, Visit, VisitKind
from .verdict import Reason

BY_SCANS = frozenset({Reason.IMPOSSIBLE_TRAVEL, Reason.REPEATED, Reason.CHECK_PACK})  # from scans alone, so excusable
_FINAL = frozenset({Reason.CONFIRMED, Reason.RECALLED, Reason.CANCELLED, Reason.SUSPENDED})  # holds for every holder
LEAST_NUMBER, MOST_NUMBER = 6, 32  # letters and digits of a hidden number
_TIME, _SIGN = 6, 12  # bytes
_LETTERS = {Proof.FIRST: "f", Proof.SEAL: "s"}
_PROOFS = {letter: proof for proof, letter in _LETTERS.items()}


def excused(found: frozenset[Reason]) -> frozenset[Reason]:
    """The reasons for whoever proved to hold the item: without those that scans alone gave, unless an authority or an
    inspector has spoken."""
    return found if found & _FINAL else found - BY_SCANS


def may_excuse(reasons: tuple[Reason, ...]) -> bool:
    """Whether a holder's proof would change these reasons."""
    found = frozenset(reasons)
    return excused(found) != found


def first_slip(key: bytes, passport: Passport, history: History | None, visit: Visit) -> str:
    """The slip for whoever checks a listed item first; "" unless this look is that check (or its reload) and counted
    as a newcomer's. A program, a data centre or a client that tries codes out is no holder."""
    if history is None or history.others or passport.item is None or history.evidence.credited != 1:
        return ""
    if visit.kind is not VisitKind.SCAN or visit.actor is not Actor.PUBLIC or (history.scans and not history.repeat):
        return ""
    return slip(key, passport.code.identity, Proof.FIRST, history.first or visit.when)


def slip(key: bytes, identity: str, proof: Proof, when: int) -> str:
    """A signed note of 25 letters for the holder's browser: this proof, of this item, at this time (UTC ms)."""
    stamp = when.to_bytes(_TIME, "big")
    return _LETTERS[proof] + urlsafe_b64encode(stamp + _signed(key, identity, proof, stamp)).decode()


def read_slip(key: bytes, identity: str, text: str) -> tuple[Proof, int] | None:
    """What a slip proves of an item, and since when; None for one of another item, or that we never signed."""
    proof = _PROOFS.get(text[:1])
    try:
        raw = urlsafe_b64decode(text[1:].encode("ascii"))
    except ValueError:
        return None
    stamp, sign = raw[:_TIME], raw[_TIME:]
    if proof is None or not compare_digest(sign, _signed(key, identity, proof, stamp)):
        return None
    return proof, int.from_bytes(stamp, "big")


def fold_number(text: str) -> str:
    """A hidden number as it is compared: capital letters and digits alone. "" for what can be none."""
    folded = "".join(letter for letter in text[:200].upper() if letter.isascii() and letter.isalnum())
    return folded if LEAST_NUMBER <= len(folded) <= MOST_NUMBER else ""


def number_digest(key: bytes, gtin: str, serial: str, number: str) -> bytes:
    """The 16 bytes that are kept of a hidden number: without the installation's secret nobody can try numbers out
    against them."""
    told = f"{gtin}/{serial}/{number}".encode()
    return blake2b(told, key=key[:64], digest_size=16, person=b"hidden-number").digest()


def _signed(key: bytes, identity: str, proof: Proof, stamp: bytes) -> bytes:
    told = b"%s/%s/%s" % (proof.encode(), stamp, identity.encode())
    return blake2b(told, key=key[:64], digest_size=_SIGN, person=b"holders-slip").digest()
