"""An `Answer` as JSON: one scan's verdict, and what the public may see of the product."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from ...domain.certificate import Certificate
from ...domain.code import FOREIGN, SHORT, Code
from ...domain.events import CriticalEvent
from ...domain.foreign import foreign_system
from ...domain.label import Label, label_of, passport_may_replace_label
from ...domain.local_time import local_date
from ...domain.passport import Act, Operator, Passport, Picture, Shows
from ...domain.printed_date import PrintedDate
from ...domain.text import Text
from ...domain.traceability_items import public_identifier, public_items, stored_items
from ...domain.verdict import Verdict
from ...i18n import Catalogue, catalogue
from ...verify import Answer
from . import schemas as out


@dataclass(frozen=True, slots=True)
class _Telling:
    """How to tell: the words, the public address of the service, and today's date."""

    words: Catalogue
    public_url: str
    today: date

    def say(self, text: Text) -> str:
        return text.text(self.words.lang)

    def maybe(self, text: Text) -> str | None:
        return self.say(text) or None


def answer_json(answer: Answer, lang: str, public_url: str) -> dict[str, Any]:
    """The answer to one scan as the `VerifyAnswer` of the API, texts in `lang`. While display of a code's trace
    information is stopped, product, passport, label and certificates are left out."""
    telling = _Telling(catalogue(lang), public_url.rstrip("/"), local_date(time.time_ns() // 1_000_000))
    verdict, code = answer.verdict, answer.code
    passport = answer.passport if verdict.shows_passport else None
    certificates = [_certificate(item, telling) for item in passport.certificates] if passport else []
    told = out.VerifyAnswer(
        verdict=verdict.name,
        level=int(verdict.level),
        reasons=list(verdict.reasons),
        detail=verdict.detail,
        title=telling.words.text(f"verdict.{verdict.name}.title"),
        meaning=telling.words.text(f"verdict.{verdict.name}.meaning"),
        next_step=telling.words.text(f"verdict.{verdict.name}.next"),
        detail_text=_detail(verdict, telling.words),
        lang=lang,
        first_checked=local_date(verdict.first_checked) if verdict.first_checked else None,
        code=_code(code, telling),
        product=_product(passport, telling) if passport else None,
        passport=_passport(passport, certificates, telling) if passport else None,
        label=_label(passport, telling) if passport else None,
        certificates=certificates,
        acts=[_act(act, telling) for act in verdict.acts],
        foreign=_foreign(code, telling) if code.key == FOREIGN else None,
        slip=answer.slip or None,
        recorded=answer.history is not None and answer.history.recorded,
        policy=verdict.policy,
    )
    return told.model_dump(mode="json")


def _detail(verdict: Verdict, words: Catalogue) -> str | None:
    if verdict.detail is None:
        return None
    first = words.date(verdict.first_checked) if verdict.first_checked else ""
    return words.text(f"verdict.detail.{verdict.detail}", date=first)


def _code(code: Code, telling: _Telling) -> out.CodeOut:
    ours = code.key not in (SHORT, FOREIGN)
    ai = {code.key: code.value, **dict(code.qualifiers), **dict(code.attributes)} if ours else {}
    return out.CodeOut(
        canonical=code.canonical,
        url=None if code.key == FOREIGN else telling.public_url + code.path,
        gtin=code.gtin or None,
        lot=code.lot or None,
        serial=code.serial or None,
        granularity=code.granularity if ours else None,
        ai=ai,
    )


def _product(passport: Passport, telling: _Telling) -> out.Product:
    items: dict[str, Any] = {key: value for _, key, value in public_items(passport)}
    marks, lot = dict(items["marks"]), passport.lot
    return out.Product(
        name=telling.say(items["product_name"]),
        images=[_image(picture, telling) for picture in items["images"] if picture.shows is Shows.PRODUCT],
        producer_name=telling.maybe(items["producer_name"]),
        producer_address=telling.maybe(items["producer_address"]),
        origin=telling.maybe(items["origin"]),
        marks=out.Marks(**{key: marks.get(key) for key in ("brand", "lot", "serial")}),
        expiry=out.Expiry(expiry=_iso(lot.expiry) if lot else None, best_before=_iso(lot.best_before) if lot else None),
    )


def _image(picture: Picture, telling: _Telling) -> out.Image:
    return out.Image(
        url=f"{telling.public_url}/pictures/{quote(picture.name)}",
        alt=telling.say(picture.alt),
        width=picture.width,
        height=picture.height,
    )


def _passport(passport: Passport, certificates: list[out.CertificateOut], telling: _Telling) -> out.PassportOut:
    model, lot = passport.model, passport.lot
    events: Any = next(value for _, key, value in stored_items(passport) if key == "events")
    return out.PassportOut(
        product_name=telling.say(model.name),
        gtin=model.gtin,
        operators=[_operator(operator, telling) for operator in model.operators],
        origin=None if model.exempt else telling.maybe(model.origin),
        last_processing_place=None if model.exempt else telling.maybe(model.last_processing_place),
        traceability=[_event(event, telling) for event in events],
        certificates=certificates,
        production_date=_iso(lot.production_date) if lot else None,
        expiry_date=_iso(lot.expiry) if lot else None,
        best_before_date=_iso(lot.best_before) if lot else None,
        safety_warnings=[telling.say(warning) for warning in model.warnings],
        extra={key: telling.say(text) for key, text in model.extra},
        version=model.version,
        published=local_date(model.published_at) if model.published_at else None,
        missing=list(passport.missing),
    )


def _operator(operator: Operator, telling: _Telling) -> out.OperatorOut:
    kind, number = public_identifier(operator)
    return out.OperatorOut(
        role=operator.role,
        name=telling.say(operator.name),
        address=telling.say(operator.address),
        id=number or None,
        id_kind=kind or None,
        phone=operator.phone or None,
    )


def _event(event: CriticalEvent, telling: _Telling) -> out.Event:
    return out.Event(
        stage=event.stage,
        time=datetime.fromtimestamp(event.when / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        what=telling.say(event.what),
        place=telling.say(event.place_name),
        place_gln=event.place_gln or None,
        biz_step=event.biz_step or None,
        product_code=event.product_code or None,
    )


def _certificate(item: Certificate, telling: _Telling) -> out.CertificateOut:
    return out.CertificateOut(
        kind=item.kind,
        number=item.number,
        title=telling.say(item.title),
        body=telling.say(item.body),
        standard=item.standard or None,
        valid_from=date.fromisoformat(item.valid_from) if item.valid_from else None,
        valid_until=date.fromisoformat(item.valid_until) if item.valid_until else None,
        stars=item.stars or None,
        state=item.state(telling.today),
    )


def _label(passport: Passport, telling: _Telling) -> out.LabelOut:
    label: Label = label_of(passport.model, passport.lot, telling.today)
    replaces, _ = passport_may_replace_label(passport.model, passport.lot)
    rows = [
        out.LabelRow(
            item=row.item,
            caption=telling.words.text(row.caption),
            value=_shown(row.value, telling),
            mandatory=row.mandatory,
            physical=row.physical,
        )
        for row in label.rows
    ]
    return out.LabelOut(
        group=label.group or None,
        group_name=telling.maybe(label.group_name),
        rows=rows,
        missing=list(label.missing),
        remarks=[out.LabelRemark(kind=remark.kind, item=remark.item) for remark in label.remarks],
        date_state=label.date_state,
        retention_until=label.retention_until,
        recall=telling.maybe(label.recall.reason) if label.recall else None,
        passport_may_replace=replaces,
    )


def _shown(value: Text | PrintedDate | None, telling: _Telling) -> str | None:
    if isinstance(value, PrintedDate):
        return value.printed
    return telling.say(value) if value is not None else None


def _act(act: Act, telling: _Telling) -> out.ActOut:
    return out.ActOut(
        id=act.id,
        reason=telling.say(act.reason),
        actor=telling.say(act.actor),
        date=local_date(act.when),
        advice=telling.maybe(act.advice),
    )


def _foreign(code: Code, telling: _Telling) -> out.ForeignOut:
    system = foreign_system(code.value)
    return out.ForeignOut(
        host=code.value,
        name=telling.maybe(system.name) if system else None,
        manager=telling.maybe(system.manager) if system else None,
    )


def _iso(printed: PrintedDate | None) -> str | None:
    return printed.iso if printed else None
