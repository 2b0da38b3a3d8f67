"""The machine of states of a shopper's report, its terms and its number."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from verify_app.domain.local_time import local_datetime
from verify_app.domain.report import (
    MOST_ANSWER,
    MOST_AREA,
    MOST_NOTE,
    Grievance,
    Move,
    NewReport,
    Outcome,
    Photo,
    ReportError,
    State,
    Step,
    overdue,
    possible,
    received,
    stepped,
)
from verify_app.domain.report_number import display_number, parse_number, report_number

FILED = int(datetime(2026, 11, 22, 18, 30, tzinfo=UTC).timestamp() * 1000)  # already the 23rd in Viet Nam
DAY = 86_400_000
NEW = NewReport(FILED, Grievance.SEAL, "01/09521234543213/21/A1", "/01/09521234543213/21/A1", "VALID")
PHOTO = Photo("0" * 64, 10, 10, 100)
ANSWER = Step(Move.ANSWER, "an", FILED + DAY, outcome=Outcome.VIOLATION, answer="Đã xử lý.")


def day(ms):
    return local_datetime(ms).strftime("%Y-%m-%d %H:%M:%S")


def test_a_report_is_received_with_terms_in_vietnamese_days():
    report = received(7, NEW)
    assert (report.state, report.version, report.changed) == (State.RECEIVED, 0, FILED)
    assert day(report.take_by) == "2026-11-26 23:59:59"
    assert day(report.answer_by) == "2026-12-08 23:59:59"


def test_harm_is_looked_at_first():
    assert day(received(7, replace(NEW, grievance=Grievance.HARM)).take_by) == "2026-11-24 23:59:59"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"note": "x" * (MOST_NOTE + 1)}, "note"),
        ({"area": "x" * (MOST_AREA + 1)}, "area"),
        ({"photos": (PHOTO,) * 4}, "photos"),
        ({"grievance": Grievance.OTHER}, "note"),
    ],
)
def test_what_is_beyond_its_limits_is_refused(changes, field):
    with pytest.raises(ReportError, match="Expected") as caught:
        received(1, replace(NEW, **changes))
    assert caught.value.field == field


def test_another_reason_needs_words_or_a_photo():
    assert received(1, replace(NEW, grievance=Grievance.OTHER, note="Sai giá")).version == 0
    assert received(1, replace(NEW, grievance=Grievance.OTHER, photos=(PHOTO,))).version == 0


def test_from_received_to_answered():
    taken = stepped(received(7, NEW), Step(Move.TAKE, "an", FILED + 1))
    assert (taken.state, taken.owner, taken.version) == (State.TAKEN, "an", 1)
    noted = stepped(taken, Step(Move.NOTE, "binh", FILED + 2, "đã gọi nơi bán"))
    assert (noted.state, noted.owner) == (State.TAKEN, "an")
    answered = stepped(noted, ANSWER)
    assert (answered.state, answered.outcome, answered.answer) == (State.ANSWERED, Outcome.VIOLATION, "Đã xử lý.")
    again = stepped(answered, Step(Move.REOPEN, "chi", FILED + 5 * DAY, "có ảnh mới"))
    assert (again.state, again.owner, again.outcome, again.answer) == (State.TAKEN, "chi", None, "")
    assert again.answer_by == answered.answer_by + 5 * DAY
    assert again.version == 4


def test_forwarding_gives_it_a_new_area_and_a_new_term_to_take_it_but_not_to_answer():
    first = received(7, NEW)
    report = stepped(first, Step(Move.FORWARD, "an", FILED + DAY, area="Gia Lai/Xã Ví Dụ"))
    assert (report.state, report.what.area, report.owner) == (State.FORWARDED, "Gia Lai/Xã Ví Dụ", "")
    assert (report.take_by, report.answer_by) == (first.take_by + DAY, first.answer_by)
    assert stepped(report, Step(Move.TAKE, "binh", FILED + DAY)).owner == "binh"


@pytest.mark.parametrize(
    ("state", "step", "field"),
    [
        (State.RECEIVED, ANSWER, "state"),
        (State.ANSWERED, Step(Move.TAKE, "an", FILED), "state"),
        (State.ANSWERED, Step(Move.FORWARD, "an", FILED, area="Huế"), "state"),
        (State.TAKEN, Step(Move.REOPEN, "an", FILED, "?"), "state"),
        (State.TAKEN, Step(Move.FORWARD, "an", FILED), "area"),
        (State.ANSWERED, Step(Move.REOPEN, "an", FILED), "note"),
        (State.TAKEN, replace(ANSWER, outcome=None), "outcome"),
        (State.TAKEN, replace(ANSWER, answer=""), "answer"),
        (State.TAKEN, replace(ANSWER, answer="x" * (MOST_ANSWER + 1)), "answer"),
    ],
)
def test_a_step_that_is_not_possible_says_why(state, step, field):
    with pytest.raises(ReportError) as caught:
        stepped(replace(received(7, NEW), state=state), step)
    assert caught.value.field == field


def test_a_term_that_has_passed_is_said():
    report = received(7, NEW)
    assert not overdue(report, report.take_by)
    assert overdue(report, report.take_by + 1)
    taken = replace(report, state=State.TAKEN)
    assert not overdue(taken, report.take_by + 1)
    assert overdue(taken, report.answer_by + 1)
    assert overdue(replace(report, state=State.FORWARDED, take_by=report.answer_by + DAY), report.answer_by + 1)
    assert not overdue(replace(report, state=State.ANSWERED), report.answer_by + DAY)


def test_a_number_is_read_in_any_spelling():
    number = report_number(bytes(range(200, 232)))
    assert len(number) == 16
    shown = display_number(number)
    assert shown.count("-") == 3
    for spelling in (shown, shown.lower(), f" {number} ", shown.replace("-", " "), number.replace("1", "I")):
        assert parse_number(spelling) == number


def test_one_wrong_symbol_is_noticed_at_every_place():
    number = report_number(b"\x5a" * 9)
    for at in range(1, 16):
        for symbol in "0Z7":
            if number[at] != symbol:
                with pytest.raises(ReportError):
                    parse_number(number[:at] + symbol + number[at + 1 :])


@pytest.mark.parametrize("text", ["", "R", "X" * 16, "R" * 17, "R00000000000000U", "R000000000000é00"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ReportError) as caught:
        parse_number(text)
    assert caught.value.field == "number"


def test_a_number_needs_enough_chance():
    assert report_number(b"\0" * 9) == "R" + "0" * 15
    with pytest.raises(ValueError, match="9 bytes"):
        report_number(b"12345678")


def test_the_moves_that_are_offered_are_those_that_succeed():
    report = received(7, NEW)
    assert Move.TAKE in possible(report)
    assert Move.ANSWER in possible(stepped(report, Step(Move.TAKE, "an", FILED)))
    assert possible(stepped(stepped(report, Step(Move.TAKE, "an", FILED)), ANSWER)) == (Move.NOTE, Move.REOPEN)
