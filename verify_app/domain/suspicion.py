"""How much one code looks copied: registry facts first, then the score of its scans.

A fact about this one scan (an invalid signature, a serial that was never issued) outweighs any history. Scan
statistics never say more than "signs of being on several items".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from .evidence import NO_PEERS, Evidence, Peers
from .score import Rules
from .signals import BESIDE_PEERS, NO_NATURE, Nature, signals
from .verdict import Level

_ROUNDING = 1e-6  # more than sums of some hundred such numbers can differ by, added in another order


class Sign(StrEnum):
    """Public reasons; coarse on purpose, so that nobody learns a threshold from them."""

    OK_FIRST = "OK_FIRST"
    OK_SEEN = "OK_SEEN"
    NOT_IN_DATA = "NOT_IN_DATA"
    USED_BEFORE = "USED_BEFORE"
    CHECK_PACK = "CHECK_PACK"
    COPY_SUSPECTED = "COPY_SUSPECTED"
    CODE_INVALID = "CODE_INVALID"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the registry and the code itself say at the time of one scan.

    `listed`: the registry holds the serial. `complete`: the producer has sent every serial of the lot. `signature`
    is None where this product's codes carry none. `suspect_client`: it tries codes out.
    """

    listed: bool = True
    complete: bool = False
    signature: bool | None = None
    typed: bool = False
    suspect_client: bool = False


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The outcome for one scan."""

    level: Level
    sign: Sign
    z: float = 0.0


def of_code(facts: Facts) -> Suspicion | None:
    """What the code itself and the registry say, without any history; None: nothing against it.

    A signature that holds on a serial we do not have can only be a late upload: nobody else can sign.
    A client that tries codes out opens no case: its guesses are evidence against the client alone.
    """
    if facts.signature is not False and facts.listed:
        return None
    sign = Sign.CODE_INVALID if facts.signature is False else Sign.NOT_IN_DATA
    if facts.suspect_client:
        return Suspicion(Level.INFORMATION, sign)
    certain = facts.signature is False or (facts.complete and facts.signature is None)
    return Suspicion(Level.ALERT if certain and not facts.typed else Level.CAUTION, sign)


def of_scans(
    evidence: Evidence, peers: Peers, rules: Rules, nature: Nature = NO_NATURE, shift: float = 0.0
) -> Suspicion:
    """What the scans of a listed item say, this one included. `shift` is added to the score: what closed cases of the
    product add, less what a closed case of the code took off."""
    if evidence.credited < 2 and not (evidence.destroyed or evidence.unshipped or evidence.used):
        return Suspicion(Level.OK, Sign.OK_FIRST, rules.bias)
    z = rules.score(signals(evidence, peers, nature)) + shift
    if z >= rules.red:
        return Suspicion(Level.ALERT, Sign.COPY_SUSPECTED, z)
    if z >= rules.amber:
        return Suspicion(Level.CAUTION, Sign.USED_BEFORE if evidence.used else Sign.CHECK_PACK, z)
    return Suspicion(Level.INFORMATION, Sign.OK_SEEN, z)


@lru_cache(maxsize=8192)
def most_of_scans(evidence: Evidence, rules: Rules, nature: Nature = NO_NATURE) -> float:
    """The highest score that this evidence could have beside any peers, in nats, rounded up. Nearly all codes have been
    seen by a few people only: remembering this spares them the whole sum at each scan."""
    own = signals(evidence, NO_PEERS, nature)
    z = rules.bias + _ROUNDING
    for signal, least, weight in rules.steps:
        if weight > 0 if signal in BESIDE_PEERS else own[signal] >= least:
            z += weight
    for signal, weight, most in rules.slopes:
        z += max(0.0, weight) * most if signal in BESIDE_PEERS else weight * min(own[signal], most)
    return z


def level_of_scans(
    evidence: Evidence, peers: Peers, rules: Rules, nature: Nature = NO_NATURE, shift: float = 0.0
) -> Level:
    """The level of `of_scans`, without the sum where it cannot reach a threshold."""
    if evidence.credited >= 2 and most_of_scans(evidence, rules, nature) + shift < min(rules.amber, rules.red):
        return Level.INFORMATION
    return of_scans(evidence, peers, rules, nature, shift).level


def of_lot(level: Level) -> Suspicion:
    """What the scans of a lot's code say: how surely more people looked at it than its items can have."""
    signs = {Level.ALERT: Sign.COPY_SUSPECTED, Level.CAUTION: Sign.CHECK_PACK}
    return Suspicion(level, signs.get(level, Sign.OK_SEEN))
