"""What an officer is told of a check on site: the verdict, what stands out, and what is known beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from flask import request

from ...domain.checklist import label_lines
from ...domain.code import CodeError
from ...domain.events import CriticalEvent
from ...domain.field import Check
from ...domain.label import label_of
from ...domain.local_time import local_date
from ...domain.parse import parse
from ...domain.passport import Passport, Risk
from ...domain.printed_date import PrintedDate
from ...domain.scan import Actor, VisitKind
from ...inspection.site import SeenScan, named
from ...verify import verify
from ..accounts.person import now_ms
from ..language import words
from ..receipt import refusal
from ..target import the_parts
from ..visit import visit_of

_PLACES = 6  # named of those where an item was scanned


@dataclass(frozen=True, slots=True)
class Goods:
    """What the registry says of the goods of a check: `state` of the item, `chain` of its lot, `group` of Annex I,
    `risk`, and what the label is declared to say (item -> words)."""

    name: str = ""
    state: str = ""
    chain: tuple[CriticalEvent, ...] = ()
    group: int = 0
    risk: str = ""
    declared: dict[str, str] | None = None


def judged(check: Check) -> Check:
    """A check with the verdict of this moment. An officer's look leaves no trace in the code's history."""
    parts = the_parts()
    look = replace(visit_of(request, parts), kind=VisitKind.LOOK, actor=Actor.INSPECTOR)
    try:
        answer = verify(check.text, look, parts)
    except CodeError as error:
        card = refusal(error, parts.policy, words())
        return replace(check, level=card.level, reasons=(card.name,))
    verdict = answer.verdict
    return replace(named(check, answer.code), level=int(verdict.level), reasons=tuple(r.value for r in verdict.reasons))


def answers(visit_id: str) -> list[dict[str, Any]]:
    """What the kit shows of each check of a visit."""
    site = the_parts().site
    checks = site.checks(visit_id)
    odd = {one: [words().text(f"desk.odd.{name.value}") for name in names] for one, names in site.odd(checks).items()}
    return [_answer(check, odd.get(check.id, [])) for check in checks]


def goods_of(check: Check) -> Goods:
    """What the registry says of the goods of a check; nothing for goods that it does not hold."""
    found = the_parts().passports.find(parse(check.path)) if check.path else None
    if found is None:
        return Goods()
    chain = tuple(event for event in (found.lot.events if found.lot else ()) if not event.in_error)
    model, state = found.model, found.item.state.value if found.item else ""
    return Goods(model.name.text(words().lang), state, chain, model.label_group, model.risk.value, _declared(found))


def titles(check: Check) -> list[str]:
    """Titles of a check's reasons, the headline first."""
    return [words().text(f"verdict.{reason}.title") for reason in check.reasons]


def _answer(check: Check, odd: list[str]) -> dict[str, Any]:
    goods, told = goods_of(check), titles(check)
    return {
        "id": check.id,
        "level": check.level,
        "name": goods.name,
        "title": (told or [""])[0],
        "reasons": told[1:],
        "odd": odd,
        "known": _known(check, goods),
        "group": goods.group,
        "declared": goods.declared or {},
    }


def _known(check: Check, goods: Goods) -> list[str]:
    """What an officer may know of an item beside the verdict: scans, places, devices, the state in the records."""
    scans = the_parts().site.scans(check)
    told = []
    if scans:
        places = Counter(_near(scan) for scan in scans if scan.province)
        devices = len({scan.device for scan in scans})
        first, last = words().moment(scans[-1].when), words().moment(scans[0].when)
        told.append(words().text("desk.known.scans", count=len(scans), devices=devices, first=first, last=last))
        named = [f"{place}: {words().number(count)}" for place, count in places.most_common(_PLACES)]
        if len(places) > _PLACES:
            named.append(words().plural("desk.known.places_more", len(places) - _PLACES))
        told.append(words().text("desk.known.places", places="; ".join(named) or "–"))
    if goods.state:
        told.append(words().text("desk.known.state", state=words().text(f"records.item.{goods.state}")))
    if goods.risk in (Risk.MEDIUM, Risk.HIGH):
        told.append(words().text(f"check.risk.{goods.risk}"))
    return told


def _near(scan: SeenScan) -> str:
    """A scan's province, with the commune that it was near."""
    return f"{scan.province} ({words().text('desk.near', commune=scan.near)})" if scan.near else scan.province


def _declared(passport: Passport) -> dict[str, str]:
    """What the enterprise declared for the lines of the label; a line with alternatives shows the one that is there."""
    told: dict[str, str] = {}
    for row in label_of(passport.model, passport.lot, local_date(now_ms())).rows:
        if isinstance(row.value, PrintedDate):
            told[row.item] = row.value.printed
        elif row.value is not None:
            told[row.item] = row.value.text(words().lang)[:200]
    for line in label_lines(passport.model.label_group):
        there = [told[item] for item in line.items if item in told]
        told |= {line.items[0]: there[0]} if there else {}
    return told
