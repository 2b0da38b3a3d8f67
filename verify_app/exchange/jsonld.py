"""A passport as JSON-LD: schema.org and the GS1 Web Vocabulary 1.16, from the same record as the page.

The place of signed forms of it (verifiable credentials) is beside this module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from ..domain.certificate import Certificate
from ..domain.code import Code, Granularity
from ..domain.label import label_of
from ..domain.passport import Operator, OperatorRole, Passport
from ..domain.printed_date import PrintedDate
from ..domain.text import Text
from ..domain.verdict import Reason, Verdict

JSON_LD = "application/ld+json"
_CONTEXT = {"@vocab": "https://schema.org/", "gs1": "https://ref.gs1.org/voc/"}
_TYPES = {  # schema.org allows a serial number on IndividualProduct only, and a lot has no single one
    Granularity.MODEL: "Product",
    Granularity.LOT: "SomeProducts",
    Granularity.ITEM: "IndividualProduct",
}
_FROM_LABEL = {
    "ingredients": "gs1:ingredientStatement",
    "storage": "gs1:consumerStorageInstructions",
    "usage": "gs1:consumerUsageInstructions",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """How to tell: language, public address without a slash at its end, today, and the captions of label items."""

    lang: str
    base: str
    today: date
    caption: Callable[[str], str]

    def say(self, text: Text) -> str:
        """The text in the language."""
        return text.text(self.lang)


def summary(code: Code, passport: Passport, verdict: Verdict, telling: Telling) -> dict[str, Any]:
    """What search engines read in the page: the product, its maker, lot, serial number and dates."""
    model, lot = passport.model, passport.lot
    here = telling.base + code.path
    told: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": [_TYPES[code.granularity], "gs1:Product"],
        "@id": here,
        "hasGS1DigitalLink": here,
        "gtin": model.gtin,
        "name": telling.say(model.name),
        "image": [f"{telling.base}/pictures/{quote(picture.name)}" for picture in model.pictures[:1]],
        "brand": {"@type": "Brand", "name": model.brand} if model.brand else None,
        "manufacturer": _organization(model.operators, telling),
        "gs1:countryOfOriginStatement": "" if model.exempt else telling.say(model.origin),
        "serialNumber": code.serial,
        "gs1:hasSerialNumber": code.serial,
        "gs1:hasBatchLotNumber": code.lot or (passport.item.lot if passport.item else ""),
        "productionDate": _iso(lot.production_date if lot else None),
        "gs1:expirationDate": _iso(lot.expiry if lot else None),
        "gs1:bestBeforeDate": _iso(lot.best_before if lot else None),
        "gs1:isProductRecalled": Reason.RECALLED in verdict.reasons,
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def whole(code: Code, passport: Passport, verdict: Verdict, telling: Telling) -> dict[str, Any]:
    """The summary with certificates, warnings and the electronic label (nhãn điện tử), item by item."""
    told, model = summary(code, passport, verdict, telling), passport.model
    label = label_of(model, passport.lot, telling.today)
    texts = dict(model.label)
    more: dict[str, Any] = {
        "inLanguage": telling.lang,
        "description": telling.say(model.description),
        "hasCertification": [_certification(item, telling) for item in passport.certificates],
        "gs1:warningCopyDescription": [telling.say(warning) for warning in model.warnings],
        **{term: telling.say(texts[item]) for item, term in _FROM_LABEL.items() if item in texts},
        "additionalProperty": [
            {"@type": "PropertyValue", "propertyID": row.item, "name": telling.caption(row.caption), "value": value}
            for row in label.rows
            if (value := _shown(row.value, telling))
        ],
    }
    return told | {name: value for name, value in more.items() if value not in (None, "", [])}


def _organization(operators: tuple[Operator, ...], telling: Telling) -> dict[str, Any] | None:
    maker = next((operator for operator in operators if operator.role is OperatorRole.PRODUCER), None)
    if maker is None:
        return None
    return {"@type": "Organization", "name": telling.say(maker.name), "address": telling.say(maker.address)}


def _certification(item: Certificate, telling: Telling) -> dict[str, Any]:
    told = {
        "@type": "Certification",
        "name": telling.say(item.title),
        "certificationIdentification": item.number,
        "issuedBy": {"@type": "Organization", "name": telling.say(item.body)},
        "validFrom": item.valid_from,
        "expires": item.valid_until,
        "certificationStatus": f"Certification{'Active' if item.state(telling.today) == 'valid' else 'Inactive'}",
    }
    return {name: value for name, value in told.items() if value}


def _shown(value: Text | PrintedDate | None, telling: Telling) -> str:
    if isinstance(value, PrintedDate):
        return value.printed
    return telling.say(value) if value is not None else ""


def _iso(printed: PrintedDate | None) -> str:
    return printed.iso if printed else ""
