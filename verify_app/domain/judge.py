"""The verdict: a pure function of what is known. `docs/verdicts.md` explains every outcome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from .circumstances import DAY_MS, nature_of
from .code import FOREIGN, SHORT, Code, CodeError, Granularity
from .history import NO_FLAGS, History
from .holder import excused
from .label import DateState, date_state
from .local_time import local_date
from .passport import Display, ItemPart, ItemState, Passport, Review
from .policy import Policy
from .printed_date import PrintedDate
from .scan import Actor, Entry, Proof, Visit
from .suspicion import level_of_scans
from .verdict import Detail, Level, Reason, Verdict

LEVELS: dict[Reason, Level] = {  # in order of weight: the first that applies is the headline
    Reason.RECALLED: Level.ALERT,
    Reason.CONFIRMED: Level.ALERT,
    Reason.CANCELLED: Level.ALERT,
    Reason.SUSPENDED: Level.CAUTION,
    Reason.CODE_INVALID: Level.ALERT,
    Reason.UNKNOWN_SERIAL: Level.ALERT,
    Reason.UNKNOWN_LOT: Level.CAUTION,
    Reason.LOT_MISMATCH: Level.CAUTION,
    Reason.EXPIRY_MISMATCH: Level.CAUTION,
    Reason.NOT_IN_DATA_YET: Level.CAUTION,
    Reason.EXPIRED: Level.ALERT,
    Reason.ALREADY_SOLD: Level.CAUTION,
    Reason.IMPOSSIBLE_TRAVEL: Level.CAUTION,
    Reason.REPEATED: Level.ALERT,
    Reason.CHECK_PACK: Level.CAUTION,
    Reason.PENDING_REVIEW: Level.CAUTION,
    Reason.HISTORY_UNAVAILABLE: Level.CAUTION,
    Reason.WRONG_MARKET: Level.INFORMATION,
    Reason.BEST_BEFORE_PASSED: Level.INFORMATION,
    Reason.MALFORMED: Level.CAUTION,
    Reason.NOT_GS1: Level.INFORMATION,
    Reason.FOREIGN: Level.INFORMATION,
    Reason.UNKNOWN_CODE: Level.INFORMATION,
    Reason.CLASS_ONLY: Level.INFORMATION,
    Reason.VALID: Level.OK,
}
_WEIGHT = {reason: place for place, reason in enumerate(LEVELS)}
_OTHER_CHANNEL = frozenset(  # say nothing against the code itself, so it may still be called valid
    {Reason.RECALLED, Reason.EXPIRED, Reason.BEST_BEFORE_PASSED, Reason.WRONG_MARKET}
)
_NO_SUSPICION = _OTHER_CHANNEL | {
    Reason.CANCELLED,
    Reason.SUSPENDED,
    Reason.PENDING_REVIEW,
    Reason.HISTORY_UNAVAILABLE,
}
FOR_OFFICERS = frozenset({Reason.WRONG_MARKET})  # a matter of trade: no shopper is told
FOR_ALL = tuple(sorted((reason for reason in LEVELS if reason not in FOR_OFFICERS), key=LEVELS.__getitem__))
_DONE = frozenset({ItemState.SOLD, ItemState.CONSUMED, ItemState.EXPORTED, ItemState.DESTROYED, ItemState.STOLEN})
_GONE = frozenset({ItemState.DESTROYED, ItemState.STOLEN})
_TRAVEL = 2  # pairs of scans too far apart for the time between them, before they are worth a word
_FRESH_MS = 5 * DAY_MS  # who has just bought it looks at it
_DETAIL_LEVELS: dict[Detail | None, Level] = {
    Detail.FIRST: Level.OK,
    Detail.MINE: Level.OK,
    Detail.SEEN: Level.INFORMATION,
    Detail.HELD: Level.INFORMATION,
    Detail.SEALED: Level.INFORMATION,
    Detail.LOT: Level.INFORMATION,
}


def judge(code: Code, passport: Passport | None, history: History | None, visit: Visit, policy: Policy) -> Verdict:
    """Judge one scan. `passport` None: the registry does not hold the code; `history` None: not available now.

    Evidence is only ever added: no reason takes another one away, except that VALID and CLASS_ONLY need the absence
    of anything against the code, and that a holder's proof excuses what scans alone say, for that holder
    (`holder.py`). An item without its history is never valid (HISTORY_UNAVAILABLE).
    """
    if code.key == FOREIGN:
        return Verdict((Reason.FOREIGN,), LEVELS[Reason.FOREIGN], policy=policy.version)
    if passport is None:
        level = Level.CAUTION if code.key == SHORT else LEVELS[Reason.UNKNOWN_CODE]  # our own codes we would know
        return Verdict((Reason.UNKNOWN_CODE,), level, policy=policy.version)
    single = code.granularity is Granularity.ITEM or code is not passport.code or visit.proof
    if not (single or (history and _flagged(history))):
        return _of_class(passport, visit, policy)
    return _of_scan(passport, code, history, visit, policy)


def _flagged(history: History) -> bool:
    return history.flags is not NO_FLAGS


def _of_class(passport: Passport, visit: Visit, policy: Policy) -> Verdict:
    """The verdict on a product or lot without flags, which no scan can change: remembered for the day, so that each
    scan of that day gets the same object."""
    named = local_date(visit.when), policy.version, visit.actor is Actor.PUBLIC
    found: Verdict | None = passport.remembered.get(named)
    if found is None:
        found = _of_scan(passport, passport.code, None, visit, policy)
        passport.remembered[named] = found
    return found


def _of_scan(passport: Passport, code: Code, history: History | None, visit: Visit, policy: Policy) -> Verdict:
    found = _standing(code, passport, history, local_date(visit.when)).union(_scans(code, passport, history, policy))
    if visit.actor is Actor.PUBLIC:
        found -= FOR_OFFICERS
    if visit.proof:
        found = excused(found)
    reasons = _in_order(found, code.granularity)
    detail = _detail(code, history, visit.proof) if Reason.VALID in reasons else None
    confirmed = history.flags.confirmed if history else 0
    levels = {reason: _level(reason, passport, visit) for reason in reasons}
    against = [level for reason, level in levels.items() if reason not in _NO_SUSPICION]
    return Verdict(
        reasons=reasons,
        level=max(*levels.values(), _DETAIL_LEVELS.get(detail, Level.OK)),
        suspicion=max((level for level in against if level > Level.INFORMATION), default=Level.OK),
        detail=detail or (Detail.CONFIRMED if confirmed else None),
        first_checked=_first_checked(code, history, detail),
        acts=passport.acts,
        policy=policy.version,
        confirmed=confirmed,
    )


@lru_cache(maxsize=1024)
def _in_order(found: frozenset[Reason], granularity: Granularity) -> tuple[Reason, ...]:
    """The reasons by weight, with what a code is called against which there is nothing."""
    if found <= _OTHER_CHANNEL:
        found |= {Reason.CLASS_ONLY if granularity is Granularity.MODEL else Reason.VALID}
    return tuple(sorted(found, key=_WEIGHT.__getitem__))


def judge_error(error: CodeError, policy: Policy) -> Verdict:
    """The verdict on a text that is no code: MALFORMED or NOT_GS1."""
    reason = Reason(error.kind)
    return Verdict((reason,), LEVELS[reason], policy=policy.version)


def _standing(code: Code, passport: Passport, history: History | None, today: date) -> frozenset[Reason]:
    """What registry and flags say, whoever looks; without flags it is remembered with the passport for the day."""
    if code is not passport.code or (history and _flagged(history)):
        return frozenset((*_acts(passport, history), *_records(code, passport, today), *_item_life(passport)))
    found: frozenset[Reason] | None = passport.remembered.get(today)
    if found is None:
        found = frozenset((*_acts(passport, None), *_records(code, passport, today), *_item_life(passport)))
        passport.remembered[today] = found
    return found


def _acts(passport: Passport, history: History | None) -> Iterator[Reason]:
    """Recalls, display states and what inspectors found: from the registry, or at once through the flags."""
    flags = history.flags if history else None
    if flags and flags.confirmed:
        yield Reason.CONFIRMED
    parts = [part for part in (passport.model, passport.lot, passport.item) if part]
    if any(part.recall for part in parts) or (flags and flags.recall):
        yield Reason.RECALLED
    displays = {part.display for part in parts}
    if Display.CANCELLED in displays or (flags and flags.display.startswith("cancelled")):
        yield Reason.CANCELLED
    elif Display.SUSPENDED in displays or (flags and flags.display):
        yield Reason.SUSPENDED
    if any(part.review is not Review.PUBLISHED for part in (passport.model, passport.lot) if part):
        yield Reason.PENDING_REVIEW


def _records(code: Code, passport: Passport, today: date) -> Iterator[Reason]:
    """What the carrier claims against what the registry holds, and the dates of the lot."""
    lot, item = passport.lot, passport.item
    if passport.signature is False:
        yield Reason.CODE_INVALID
    if code.serial and item is None:
        late = passport.signature or (passport.signature is None and lot is not None and not lot.complete)
        yield Reason.NOT_IN_DATA_YET if late else Reason.UNKNOWN_SERIAL  # nobody else can sign: it will be sent to us
    if code.lot and lot is None and item is None:
        yield Reason.UNKNOWN_LOT
    if code.lot and item and item.lot and item.lot != code.lot:
        yield Reason.LOT_MISMATCH
    if lot is None:
        return
    if _differs(code.attribute("17"), lot.expiry, today) or _differs(code.attribute("15"), lot.best_before, today):
        yield Reason.EXPIRY_MISMATCH
    state = date_state(lot, today)
    if state is DateState.EXPIRED:
        yield Reason.EXPIRED
    elif state is DateState.BEST_BEFORE_PASSED:
        yield Reason.BEST_BEFORE_PASSED


def _differs(claimed: str, recorded: PrintedDate | None, today: date) -> bool:
    """Whether a YYMMDD on the carrier contradicts the record. A date without day equals any day of its month."""
    if not claimed or recorded is None:
        return False
    printed = PrintedDate.from_gs1(claimed, today)
    if printed.day == 0 or recorded.day == 0:
        return (printed.year, printed.month) != (recorded.year, recorded.month)
    return printed != recorded


def _item_life(passport: Passport) -> Iterator[Reason]:
    if passport.item and passport.item.state in _DONE:
        yield Reason.ALREADY_SOLD


def _scans(code: Code, passport: Passport, history: History | None, policy: Policy) -> Iterator[Reason]:
    """What the scans say: the score of an item's, the overrun of a lot's. What the registry says of a serial that it
    does not hold, or of an item that is gone, outweighs any scans."""
    if code.granularity is not Granularity.ITEM:
        if history and history.flags.overrun and code.granularity is Granularity.LOT:
            yield Reason.REPEATED
        return
    if history is None:
        yield Reason.HISTORY_UNAVAILABLE
        return
    evidence, flags = history.evidence, history.flags
    if evidence.outside >= policy.abroad_visitors:
        yield Reason.WRONG_MARKET
    if passport.item is None or passport.item.state in _GONE:
        return
    shift = flags.prior - flags.excused
    level = level_of_scans(evidence, history.peers, policy.for_product(code.gtin), nature_of(passport), shift)
    if level < Level.CAUTION:
        return
    yield Reason.REPEATED if level is Level.ALERT else Reason.CHECK_PACK
    if evidence.fast_sure + evidence.fast >= _TRAVEL:
        yield Reason.IMPOSSIBLE_TRAVEL


def _level(reason: Reason, passport: Passport, visit: Visit) -> Level:
    if reason is Reason.CODE_INVALID and visit.entry is Entry.TYPED:
        return Level.CAUTION  # mistyped
    if reason is Reason.UNKNOWN_SERIAL and (visit.entry is Entry.TYPED or passport.lot is None):
        return Level.CAUTION  # mistyped, or no lot to tell whether its serials were all sent to us
    if reason is Reason.ALREADY_SOLD and passport.item:
        return _sold_level(passport.item, visit.when)
    return LEVELS[reason]


def _sold_level(item: ItemPart, when: int) -> Level:
    """Destroyed and stolen items should not be seen again; one that was just sold is in its buyer's hand."""
    if item.state in _GONE:
        return Level.ALERT
    fresh = item.state is ItemState.SOLD and 0 <= when - item.state_at < _FRESH_MS
    return Level.INFORMATION if fresh else LEVELS[Reason.ALREADY_SOLD]


def _detail(code: Code, history: History | None, proof: Proof | None) -> Detail:
    if code.granularity is not Granularity.ITEM or history is None:
        return Detail.LOT
    if proof:
        return Detail.HELD if proof is Proof.FIRST else Detail.SEALED
    if history.others == 0 and (history.scans == 0 or history.repeat):
        return Detail.FIRST
    return Detail.MINE if history.mine_first else Detail.SEEN


def _first_checked(code: Code, history: History | None, detail: Detail | None) -> int:
    if code.granularity is not Granularity.ITEM or history is None or detail is Detail.FIRST:
        return 0
    return history.first
