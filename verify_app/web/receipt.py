"""The verdict part of a result page as plain values, made anew for each scan. Templates only lay it out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import unquote

from ..domain.code import Code, CodeError, Granularity
from ..domain.judge import LEVELS, judge_error
from ..domain.passport import Act, LotPart, Passport
from ..domain.policy import Policy
from ..domain.printed_date import PrintedDate
from ..domain.short_code import display_short, fold_short
from ..domain.text import Text
from ..domain.verdict import Level, Reason, Verdict
from ..i18n import Catalogue

_TONES = {Level.OK: "ok", Level.INFORMATION: "info", Level.CAUTION: "caution", Level.ALERT: "alert"}
_CHECK_DIGIT = re.compile(r"check digit (\d)\b")


@dataclass(frozen=True, slots=True)
class Card:
    """One reason in words. `tone` names colour and icon together; `id` is unique on its page."""

    name: str
    level: int
    tone: str
    level_words: str
    title: str
    meaning: str
    next: str
    detail: str = ""
    id: int = 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing to look for on the product in hand: what should be printed there. `differs` is what the code
    itself says where that is something else."""

    name: str
    value: str
    differs: str = ""


def card_of(verdict: Verdict, words: Catalogue, number: int = 1) -> Card:
    """The headline of a verdict. A valid code keeps its tick when it was checked before: that is no mark against it."""
    tone = _TONES[verdict.level]
    if verdict.name is Reason.VALID and verdict.level is Level.INFORMATION:
        tone = "ok"
    return Card(
        name=verdict.name,
        level=int(verdict.level),
        tone=tone,
        level_words=words.text("verdict.level.0" if tone == "ok" else f"verdict.level.{int(verdict.level)}"),
        title=words.text(f"verdict.{verdict.name}.title"),
        meaning=words.text(f"verdict.{verdict.name}.meaning"),
        next=words.text(f"verdict.{verdict.name}.next"),
        detail=_detail(verdict, words) if verdict.name in (Reason.VALID, Reason.CONFIRMED) else "",
        id=number,
    )


def card_of_reason(name: str, words: Catalogue) -> Card:
    """The headline of a verdict that was given at another time, by its name."""
    return card_of(Verdict((Reason(name),), LEVELS[Reason(name)]), words)


def further(verdict: Verdict, words: Catalogue) -> list[Card]:
    """The other reasons, in order of weight; advice that the headline gave already is not said twice."""
    cards = [card_of(Verdict((reason,), LEVELS[reason]), words) for reason in verdict.reasons[1:]]
    said = words.text(f"verdict.{verdict.name}.next")
    return [
        replace(card, next="", detail=_detail(verdict, words))
        if card.name == Reason.VALID
        else replace(card, next="" if card.next == said else card.next)
        for card in cards
    ]


def first_checked(verdict: Verdict, words: Catalogue) -> str:
    """Day of the first known check, never its hour, place or number; "" where there is none to tell."""
    return words.date(verdict.first_checked) if verdict.first_checked else ""


def comparisons(code: Code, passport: Passport | None, today: date, words: Catalogue) -> list[Comparison]:
    """What should be printed on the product: lot, dates, serial, with what the code says where it differs. Without a
    passport (or while its display is stopped) only what the code itself says."""
    lot = passport.lot if passport else None
    rows = [Comparison(words.text("compare.gtin"), printed_gtin(code.gtin))] if code.gtin else []
    recorded_lot = (passport.item.lot if passport and passport.item else "") or (lot.lot if lot else "")
    if lot_number := recorded_lot or code.lot:
        rows.append(Comparison(words.text("compare.lot"), lot_number, _other(code.lot, lot_number)))
    rows += _dates(code, lot, today, words)
    if code.serial:
        rows.append(Comparison(words.text("compare.serial"), code.serial))
    return rows


def printed_gtin(gtin: str) -> str:
    """A GTIN of 14 digits as it stands below its bar code: without filling zeros, in the groups of EAN-13, UPC-A or
    EAN-8 (GS1 General Specifications, clauses 5.2.5 and 5.2.6); that of an outer pack as it is."""
    if gtin.startswith("000000"):
        return f"{gtin[6:10]} {gtin[10:]}"
    if gtin.startswith("00"):
        return f"{gtin[2]} {gtin[3:8]} {gtin[8:13]} {gtin[13]}"
    if gtin.startswith("0"):
        return f"{gtin[1]} {gtin[2:8]} {gtin[8:]}"
    return gtin


def shared_path(code: Code, passport: Passport | None) -> str:
    """The address to send to somebody else: of the lot or the product, so that a recall travels with it; never of the
    item, since each opening of that one is a scan. "" where there is none."""
    meant = passport.code if passport else code
    if meant.key != "01":
        return ""
    return replace(meant, qualifiers=tuple(pair for pair in meant.qualifiers if pair[0] != "21"), attributes=()).path


def proof_limits(code: Code, words: Catalogue) -> list[str]:
    """What the code does not prove, by what it stands for."""
    kind = {Granularity.MODEL: "model", Granularity.LOT: "lot", Granularity.ITEM: "item"}[code.granularity]
    return [words.text(f"limits.{kind}"), words.text("limits.goods"), words.text("limits.seller")]


def human_readable(code: Code) -> str:
    """The element string as printed below a symbol: AIs in brackets (GS1 General Specifications, clause 4.14)."""
    if not code.key.isdigit():
        return code.value
    return "".join(f"({ai}){value}" for ai, value in ((code.key, code.value), *code.qualifiers, *code.attributes))


def refusal(error: CodeError, policy: Policy, words: Catalogue, number: int = 1) -> Card:
    """The headline for a text that is no code, with the reason why in plain words."""
    return replace(card_of(judge_error(error, policy), words, number), detail=_plain_problem(error, words))


def _plain_problem(error: CodeError, words: Catalogue) -> str:
    """Why a text is no code, in plain words; with the right check digit where the error names it."""
    digit = _CHECK_DIGIT.search(error.expected) if error.problem == "check_digit" else None
    if digit:
        return words.text("problem.check_digit_is", digit=digit[1], got=error.got)
    msgid = f"problem.{error.problem}"
    return words.text(msgid if words.has(msgid) else "problem.not_a_code")


def short_as_printed(target: str) -> str:
    """The short code that a request target names, in the groups in which it is printed; "" if it names none."""
    path = target.partition("?")[0]
    return display_short(fold_short(unquote(path[3:].strip("/")))) if path.startswith("/c/") else ""


def act_lines(act: Act, words: Catalogue) -> dict[str, str | Text]:
    """An act with its actor, day, reason and advice."""
    return {"kind": words.text(f"act.{act.id.partition(':')[0]}"), "actor": act.actor, "date": words.date(act.when),
            "reason": act.reason, "advice": act.advice}  # fmt: skip


def _detail(verdict: Verdict, words: Catalogue) -> str:
    if verdict.detail is None:
        return ""
    day = words.date(verdict.confirmed) if verdict.confirmed else first_checked(verdict, words)
    return words.text(f"verdict.detail.{verdict.detail}", date=day)


def _dates(code: Code, lot: LotPart | None, today: date, words: Catalogue) -> list[Comparison]:
    if lot is None:
        return []
    found = (
        ("compare.production", lot.production_date, ""),
        ("compare.expiry", lot.expiry, code.attribute("17")),
        ("compare.best_before", lot.best_before, code.attribute("15")),
    )
    return [
        Comparison(words.text(msgid), recorded.printed, _other_date(claimed, recorded, today))
        for msgid, recorded, claimed in found
        if recorded
    ]


def _other(claimed: str, recorded: str) -> str:
    return claimed if claimed and claimed != recorded else ""


def _other_date(claimed: str, recorded: PrintedDate, today: date) -> str:
    """The carrier's date as printed, where it differs; a date of the same month without its day does not."""
    if not claimed:
        return ""
    printed = PrintedDate.from_gs1(claimed, today)
    same_month = (printed.year, printed.month) == (recorded.year, recorded.month)
    if same_month and (printed.day == recorded.day or 0 in (printed.day, recorded.day)):
        return ""
    return printed.printed
