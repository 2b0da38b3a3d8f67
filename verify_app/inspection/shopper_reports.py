"""A shopper's report on its way in: kept, and laid before the inspectors as an alert."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from ..domain.alert import Alert, Rule
from ..domain.provinces import PROVINCES
from ..domain.report import Grievance, NewReport
from ..domain.verdict import Level
from ..images.keeping import Kept, keep
from ..store.cases import record_alert
from ..store.engine import StoreUnavailable
from ..store.report_photos import KeptPhoto
from ..store.reports import ReportFile, StoredReports

__all__ = ["Kept", "ReportDesk", "ReportFile", "alert_of", "keep"]

log = logging.getLogger(__name__)
VERSION = "1"
# How a report ranks among alerts, in nats: harm before everything, a word alone behind what the counts of scans say.
_WEIGHTS = {
    Grievance.HARM: 8.0,
    Grievance.DATE: 5.0,
    Grievance.COPIED: 5.0,
    Grievance.SEAL: 4.0,
    Grievance.SITE: 4.0,
    Grievance.DIFFERS: 3.0,
    Grievance.OTHER: 2.0,
}
_PHOTO, _UNPROVEN = 1.0, 0.5
_NUMBERS = {province.name: str(number) for number, province in enumerate(PROVINCES)}


@dataclass(frozen=True, slots=True)
class ReportDesk:
    """Where pages bring reports and ask for them."""

    stored: StoredReports

    def file(self, number: str, new: NewReport, photos: Collection[Kept] = ()) -> bool:
        """Keep a report under its receipt number and raise its alert; False if it is there already. Raises
        `ReportError`, and `StoreUnavailable` if nothing was kept."""
        kept = [KeptPhoto(photo.data, photo.width, photo.height) for photo in photos]
        is_new = self.stored.file(number, new, kept)
        try:
            record_alert(self.stored.engine, alert_of(number, new, len(kept)))  # again is as once
        except StoreUnavailable:  # the report itself is kept, and stands in the queue of reports
            log.exception("the alert of a report could not be kept")
        return is_new

    def follow(self, number: str) -> ReportFile | None:
        """The report of a receipt number, None if there is none. Raises `StoreUnavailable`."""
        return self.stored.follow(number)


def alert_of(number: str, new: NewReport, photos: int) -> Alert:
    """The alert of a report. Its key is made of the receipt number and does not tell it."""
    weight = _WEIGHTS[new.grievance] * (1.0 if new.proven else _UNPROVEN)
    place = _NUMBERS.get(new.area.partition("/")[0], "")
    return Alert(
        key=f"report:{sha256(f'alert:{number}'.encode()).hexdigest()[:32]}",
        rule=Rule.SHOPPER_REPORT,
        version=VERSION,
        subject=new.subject,
        first=new.filed,
        last=new.filed,
        level=Level.ALERT if new.grievance is Grievance.HARM else Level.CAUTION,
        score=weight + _PHOTO * min(photos, 1),
        gtin=new.gtin,
        lot=new.lot,
        serial=new.serial,
        places=(place,) if place else (),
        evidence=(("reports", 1.0), ("photos", float(photos))),
        contributions=((new.grievance.value, weight), ("photo", _PHOTO * min(photos, 1))),
        note=new.grievance.value,
    )
