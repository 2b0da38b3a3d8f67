"""The ledger search: by code, product, lot, enterprise, place and period; a page at a time, or the whole as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.account import Account
from ...domain.code import CodeError
from ...domain.local_time import VIETNAM, local_date
from ...domain.parse import parse
from ...domain.provinces import PROVINCES
from ...domain.registry import Enterprise
from ...inspection.records import LedgerRow, SearchFor, SearchTooWide, place_of_row
from ..accounts.door import the_account
from ..accounts.person import now_ms
from ..accounts.trace import saw
from ..language import words
from .reach import areas_of, office, province_name, sector_of
from .tables import FORMS, Cell, Columns, table_file

pages = Blueprint("search", __name__)
MOST, SHEET = 200_000, 50_000  # rows of one file, and of a workbook, which costs fifteen times as much as CSV
_MONTH, _PARTS = 31, 60  # days from which on a search is cut into months; months at most
_FIELDS = ("code", "gtin", "lot", "enterprise", "province", "since", "until")
_COLUMNS = ("time", "gtin", "lot", "serial", "province", "commune", "country", "device", "kind", "entry", "prior_scans")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for: the search, or the message id of why there is none; enterprises to choose from."""

    wanted: SearchFor | None = None
    problem: str = ""
    choices: tuple[Enterprise, ...] = ()
    given: dict[str, str] = field(default_factory=dict)


@pages.get("/search")
def search() -> str:
    """The form, and one page of what it finds."""
    asked = _asked(the_account())
    if not asked.wanted:
        return _page(asked)
    saw(f"ledger: {_told(asked)}", request.args.get("why", "")[:200] or "search")
    try:
        page = office().records.search(asked.wanted, now_ms())
    except SearchTooWide:
        return _page(replace(asked, problem="wide"))
    following = f"{page.next[0]}.{page.next[1]}" if page.next else ""
    return _page(asked, rows=tuple(_within(page.rows, the_account())), following=following)


@pages.get("/search.<form>")
def search_file(form: str) -> ResponseReturnValue:
    """Everything that the search finds, as a file. More than `MOST` rows (`SHEET` of a workbook) are no file, but a
    page that offers them month by month, or day by day."""
    asked, now = _asked(the_account()), now_ms()
    if asked.wanted is None or form not in FORMS:
        abort(404)
    wanted, most = replace(asked.wanted, after=None), min(MOST, SHEET) if form == "xlsx" else MOST
    try:
        total = office().records.count(wanted, now, most)
    except SearchTooWide:
        return _page(replace(asked, problem="wide")), 422
    if total > most:
        parts = _parts(wanted, now)
        return _page(replace(asked, problem="many" if parts else "many_day"), parts=parts, form=form, most=most), 422
    saw(f"ledger: {_told(asked)}", f"export as {form}")
    rows = _within(office().records.found(wanted, now, most), the_account())
    columns = Columns(_COLUMNS, tuple(words().text(f"records.column.{name}") for name in _COLUMNS))
    moment = words().moment
    return table_file(form, "scans", columns, (_cells(row, moment(row.when)) for row in rows), total)


def _page(asked: Asked, **more: object) -> str:
    return render_template("desk/search.html", **{
        "asked": asked, "problem": asked.problem, "rows": (), "following": "", "parts": (), "place_of": place_of_row,
        "provinces": [(str(number), province.name) for number, province in enumerate(PROVINCES)], **more,
    })  # fmt: skip


def _parts(wanted: SearchFor, now: int) -> list[tuple[str, str]]:
    """First and last day of the months that a search covers, or of its days where it covers no more than a month,
    the newest first; none for a single day."""
    last = local_date(wanted.until - 1 if wanted.until else now)
    first = local_date(wanted.since or office().records.begin() or now)
    if (last - first).days > _MONTH:
        ends = [last]
        while len(ends) < _PARTS and (end := ends[-1].replace(day=1) - timedelta(days=1)) >= first:
            ends.append(end)
        return [(max(first, end.replace(day=1)).isoformat(), end.isoformat()) for end in ends]
    days = [(last - timedelta(days=back)).isoformat() for back in range((last - first).days + 1)]
    return [(day, day) for day in days] if len(days) > 1 else []


def _cells(row: LedgerRow, moment: str) -> tuple[Cell, ...]:
    place = place_of_row(row)
    return (moment, row.gtin, row.lot, row.serial, place.province, place.commune, row.country, f"{row.tag:08x}",
            row.kind, row.entry, row.prior_scans)  # fmt: skip


def _within(rows: Iterable[LedgerRow], account: Account) -> Iterator[LedgerRow]:
    """Those of the account's sectors."""
    known: dict[str, bool] = {}
    for row in rows:
        if row.gtin not in known:
            known[row.gtin] = account.scope.covers_sector(sector_of(row.gtin))
        if known[row.gtin]:
            yield row


def _asked(account: Account) -> Asked:
    """The search of the form. Who names no goods sees the scans of the own provinces only."""
    given = {name: request.args.get(name, "").strip()[:500] for name in _FIELDS}
    if not any(given.values()):
        return Asked(given=given)
    try:
        wanted = SearchFor(since=_day(given["since"]), until=_day(given["until"], 1), after=_after())
    except ValueError:
        return Asked(problem="day", given=given)
    if given["code"]:
        try:
            code = parse(given["code"])
        except CodeError:
            return Asked(problem="code", given=given)
        if code.gtin and not code.serial:
            wanted = replace(wanted, gtin=code.gtin, lot=code.lot)
        else:
            wanted = replace(wanted, identity=code.identity)
    wanted = replace(
        wanted, gtin=given["gtin"].zfill(14) if given["gtin"] else wanted.gtin, lot=given["lot"] or wanted.lot
    )
    if given["enterprise"]:
        choices = office().records.enterprises(given["enterprise"])
        if len(choices) != 1:
            return Asked(problem="choose" if choices else "enterprise", choices=choices, given=given)
        wanted = replace(wanted, enterprise=choices[0].id)
    return _placed(account, wanted, given)


def _placed(account: Account, wanted: SearchFor, given: dict[str, str]) -> Asked:
    areas = areas_of(account)
    place = given["province"] if province_name(given["province"]) else ""
    if areas and not (wanted.identity or wanted.gtin or wanted.lot or wanted.enterprise):
        if place and place not in areas:
            return Asked(problem="place", given=given)
        place = place or areas[0]
    return Asked(replace(wanted, province=int(place) if place else None), given=given)


def _day(given: str, later: int = 0) -> int:
    """The instant at which a local day (or the one so many days later) begins, 0 for none. Raises `ValueError`."""
    if not given:
        return 0
    day = datetime.strptime(given, "%Y-%m-%d").date() + timedelta(days=later)
    return int(datetime.combine(day, time(), VIETNAM).timestamp() * 1000)


def _after() -> tuple[int, str] | None:
    when, _, scan = request.args.get("after", "").partition(".")
    return (int(when), scan[:32]) if when.isascii() and when.isdigit() and len(when) < 16 and scan else None


def _told(asked: Asked) -> str:
    return ", ".join(f"{name}={value}" for name, value in asked.given.items() if value)[:400]
