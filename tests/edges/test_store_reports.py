"""Shoppers' reports in SQLite and PostgreSQL, their photos on the disk."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from verify_app.domain.report import Grievance, Move, NewReport, Outcome, ReportError, State, Step
from verify_app.store import report_photos, whole_file
from verify_app.store.engine import StoreUnavailable, open_engine
from verify_app.store.report_photos import KeptPhoto, PhotoChanged
from verify_app.store.report_tables import report
from verify_app.store.reports import (
    ReportChanged,
    StoredReports,
    Wanted,
    count_reports,
    find_report,
    list_reports,
    take_step,
)

pytest_plugins = ("tests.fixtures_postgres",)

FILED, DAY = 1_790_000_000_000, 86_400_000
NUMBER = "R0000000000000AB"
NEW = NewReport(
    FILED, Grievance.SEAL, "01/09521234543213/21/A1", "/01/09521234543213/21/A1", "VALID", "09521234543213", "L1", "A1",
    "Gia Lai/Xã Ví Dụ", "Niêm phong rách", (), True,
)  # fmt: skip


@pytest.fixture
def reports(registry_url, tmp_path):
    engine = open_engine(registry_url)
    yield StoredReports(engine, tmp_path / "reports")
    engine.dispose()


def file(reports, number=NUMBER, **changes):
    assert reports.file(number, dataclasses.replace(NEW, **changes))
    return reports.follow(number).report


def test_a_report_is_kept_once_with_its_photos_and_followed_by_its_number(reports):
    photos = [KeptPhoto(b"\xff\xd8one", 4, 3), KeptPhoto(b"\xff\xd8two", 3, 4)]
    assert reports.file(NUMBER, NEW, photos)
    assert not reports.file(NUMBER, dataclasses.replace(NEW, note="again"), photos), "the same form, sent twice"
    found = reports.follow(NUMBER)
    kept = tuple(photo.described for photo in photos)
    assert found.report.what == dataclasses.replace(NEW, photos=kept)
    assert (found.report.state, found.history) == (State.RECEIVED, ())
    assert [report_photos.read(reports.folder, photo) for photo in kept] == [b"\xff\xd8one", b"\xff\xd8two"]
    assert reports.follow("R0000000000000AC") is None
    assert len(list_reports(reports.engine)) == 1


def test_nothing_that_officers_get_names_the_sender(reports):
    made = file(reports)
    told = repr(find_report(reports.engine, made.id)) + repr(list_reports(reports.engine))
    assert NUMBER not in told
    assert not {"receipt", "sender", "visitor", "address"} & {
        field.name for kind in (type(made), NewReport, Step) for field in dataclasses.fields(kind)
    }
    with reports.engine.connect() as connection:
        (row,) = connection.execute(sa.select(report)).all()
    assert NUMBER not in repr(row), "not even the database knows the number, only its digest"


def test_steps_change_a_report_and_stay_in_its_history(reports):
    made = file(reports)
    take_step(reports.engine, made.id, Step(Move.TAKE, "an", FILED + 1), version=0)
    answer = Step(Move.ANSWER, "an", FILED + DAY, "xem biên bản 3", "", Outcome.VIOLATION, "Cửa hàng đã bị xử lý.")
    after = take_step(reports.engine, made.id, answer, version=1)
    found = reports.follow(NUMBER)
    assert found.report == after
    assert (after.state, after.outcome, after.owner, after.version) == (State.ANSWERED, Outcome.VIOLATION, "an", 2)
    assert [(taken.number, taken.step.move, taken.state) for taken in found.history] == [
        (1, Move.TAKE, State.TAKEN),
        (2, Move.ANSWER, State.ANSWERED),
    ]
    assert found.history[1].step == answer
    with pytest.raises(ReportChanged):
        take_step(reports.engine, made.id, Step(Move.REOPEN, "chi", FILED, "?"), version=1)
    with pytest.raises(ReportError):
        take_step(reports.engine, made.id, Step(Move.TAKE, "chi", FILED))
    with pytest.raises(LookupError):
        take_step(reports.engine, 999, answer)
    assert len(find_report(reports.engine, made.id).history) == 2
    assert find_report(reports.engine, 999) is None


def test_the_queue_shows_what_is_due_first_and_what_an_officer_may_see(reports):
    late = file(reports, "R1", filed=FILED + DAY)
    harm = file(reports, "R2", filed=FILED + DAY, grievance=Grievance.HARM, area="Gia Lai")
    other = file(reports, "R3", area="Huế", gtin="09521234543220")
    nowhere = file(reports, "R4", filed=FILED + 2 * DAY, area="")
    tricky = file(reports, "R5", filed=FILED + 3 * DAY, area="Gia Lai 2/Xã Khác")
    ids = lambda **wanted: [found.id for found in list_reports(reports.engine, Wanted(**wanted))]  # noqa: E731
    assert ids() == [harm.id, other.id, late.id, nowhere.id, tricky.id]
    assert ids(areas=["Gia Lai"]) == [harm.id, late.id]
    assert ids(areas=["Gia Lai/Xã Ví Dụ"]) == [late.id]
    assert ids(areas=["", "Huế"]) == [other.id, nowhere.id]
    assert ids(gtin="09521234543220") == [other.id]
    assert ids(subject="01/0") == []
    assert ids(overdue_at=harm.take_by + 1) == [harm.id]
    forwarded = take_step(reports.engine, other.id, Step(Move.FORWARD, "an", FILED + 20 * DAY, area="Gia Lai"))
    assert ids(areas=["Gia Lai"])[0] in (other.id, harm.id)
    assert ids(overdue_at=forwarded.answer_by + 1, areas=["Gia Lai"])[:1] == [harm.id]
    assert count_reports(reports.engine) == {State.RECEIVED: 4, State.FORWARDED: 1}
    assert [found.id for found in list_reports(reports.engine, limit=1, offset=1)] == [ids()[1]]


def test_a_disk_without_room_keeps_nothing_and_says_so(reports, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_file.os, "fsync", full)
    with pytest.raises(StoreUnavailable, match="No space"):
        reports.file(NUMBER, NEW, [KeptPhoto(b"\xff\xd8", 1, 1)])
    monkeypatch.undo()
    assert [path for path in reports.folder.rglob("*") if path.is_file()] == []
    assert reports.follow(NUMBER) is None


def test_a_photo_whose_bytes_were_changed_is_not_shown_as_evidence(tmp_path):
    photo = KeptPhoto(b"\xff\xd8one", 4, 3)
    path = report_photos.write(tmp_path, photo)
    assert report_photos.write(tmp_path, photo) == path
    path.write_bytes(b"\xff\xd8two")
    with pytest.raises(PhotoChanged, match=photo.described.sha256):
        report_photos.read(tmp_path, photo.described)
