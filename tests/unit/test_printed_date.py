"""Dates as a label prints them."""

from datetime import date

import pytest

from verify_app.domain.printed_date import PrintedDate

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("yymmdd", "iso"),
    [("270905", "2027-09-05"), ("270900", "2027-09"), ("761231", "2076-12-31"), ("771231", "1977-12-31")],
)
def test_the_century_of_a_gs1_date_is_the_nearest_one(yymmdd, iso):
    printed = PrintedDate.from_gs1(yymmdd, TODAY)
    assert printed.iso == iso
    assert printed.gs1 == yymmdd


def test_late_in_a_century_a_small_year_belongs_to_the_next():
    assert PrintedDate.from_gs1("010101", date(2099, 1, 1)).year == 2101
    assert PrintedDate.from_gs1("490101", date(2099, 1, 1)).year == 2149
    assert PrintedDate.from_gs1("500101", date(2099, 1, 1)).year == 2050


@pytest.mark.parametrize("text", ["", "27090", "2709055", "27a905", "２７０９０５", "271305", "270931", "270230"])
def test_what_is_no_gs1_date_is_refused(text):
    with pytest.raises(ValueError, match="Expected"):
        PrintedDate.from_gs1(text, TODAY)


@pytest.mark.parametrize("text", ["2027-09-05", "2027-09", "2028-02-29", "0001-01-01"])
def test_an_iso_date_comes_back_as_it_went_in(text):
    assert PrintedDate.from_iso(text).iso == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2027",
        "2027-9-5",
        "2027-09-00",
        "2027-00",
        "2027-13",
        "2027-02-29",
        "0000-01",
        "2027-09-05T00",
        "２０２７-09",
    ],
)
def test_what_is_no_iso_date_is_refused(text):
    with pytest.raises(ValueError, match="Expected a date"):
        PrintedDate.from_iso(text)


@pytest.mark.parametrize(
    ("year", "month", "day"), [(0, 1, 1), (10_000, 1, 1), (2027, 0, 1), (2027, 1, 32), (2027, 1, -1)]
)
def test_a_date_that_no_calendar_has_is_refused(year, month, day):
    with pytest.raises(ValueError, match="Expected a date"):
        PrintedDate(year, month, day)


def test_a_date_is_printed_day_month_year():
    assert PrintedDate(2026, 9, 5).printed == "05/09/2026"
    assert PrintedDate(2026, 9).printed == "09/2026"


def test_a_date_without_day_covers_its_month():
    month = PrintedDate(2028, 2)
    assert (month.first_day, month.last_day) == (date(2028, 2, 1), date(2028, 2, 29))
    day = PrintedDate(2028, 2, 7)
    assert day.first_day == day.last_day == date(2028, 2, 7)
