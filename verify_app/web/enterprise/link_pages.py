"""The editor of links: where a code leads, for whom and when. The resolver answers with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.code import CodeError
from ...domain.link import DEFAULT_LINK, LINK_TYPES, LINKSET
from ...domain.parse import parse
from ...enterprise.link_office import Link, LinkError
from ..language import link
from ..target import the_parts
from .own import own_enterprise

blueprint = Blueprint("links", __name__)
_VIETNAM = timedelta(hours=7)
_COMMON = ("pip", "instructions", "recipeInfo", "certificationInfo", "sustainabilityInfo", "promotion", "safetyInfo",
           "support", "socialMedia", "hasRetailers", "traceability", "homepage")  # fmt: skip
_SPARE = 3  # empty lines behind the links that are there, all but the first folded away
_FIELDS = ("rel", "href", "title", "hreflang", "context", "from", "until")


@blueprint.get("/enterprise/links")
def links() -> ResponseReturnValue:
    """Addresses that have links; with `?at=` the editor of one."""
    asked = request.args.get("at", "").strip()[:200]
    if not asked:
        return _list()
    try:
        path = parse(asked).path
        rows = [_cells(one) for one in the_parts().desk.links.at(own_enterprise(), path)]
    except (CodeError, LinkError) as error:
        return _list(str(error)), 422
    return _editor(path, rows)


@blueprint.post("/enterprise/links")
def write() -> ResponseReturnValue:
    """Write the links of one address in place of those before; lines without an address are left out."""
    path = request.form.get("at", "")[:200]
    columns = [request.form.getlist(name) for name in _FIELDS]
    rows = [dict(zip(_FIELDS, cells, strict=True)) for cells in zip(*columns, strict=False)][:50]
    chosen = request.form.get("default", "")
    for place, row in enumerate(rows):
        row["default"] = "1" if chosen == str(place) else ""
    kept = [row for row in rows if row["href"].strip()]
    try:
        the_parts().desk.links.write(own_enterprise(), path, tuple(map(_link, kept)))
    except (LinkError, ValueError) as error:
        return _editor(path, kept, str(error)), 422
    return redirect(link("/enterprise/links"), 303)


def _link(row: dict[str, str]) -> Link:
    """The link of one line. Raises `ValueError` for what is no day."""
    return Link(
        qualifiers="",
        rel=row["rel"],
        href=row["href"].strip(),
        title=" ".join(row["title"].split())[:200],
        hreflang=tuple(row["hreflang"].replace(",", " ").split()),
        context=tuple(row["context"].replace(",", " ").split()),
        default=bool(row["default"]),
        valid_from=_midnight(row["from"], 0),
        valid_until=_midnight(row["until"], 1),
    )


def _cells(one: Link) -> dict[str, str]:
    return {
        "rel": one.rel,
        "href": one.href,
        "title": one.title,
        "hreflang": " ".join(one.hreflang),
        "context": " ".join(one.context),
        "from": _day(one.valid_from, 0),
        "until": _day(one.valid_until, 1),
        "default": "1" if one.default else "",
    }


def _midnight(day: str, after: int) -> int:
    """UTC milliseconds of the beginning of a Vietnamese day, or of the day after it; 0 for no day."""
    if not day.strip():
        return 0
    begin = datetime.fromisoformat(day.strip()).replace(tzinfo=UTC, hour=0, minute=0) - _VIETNAM
    return int((begin + timedelta(days=after)).timestamp() * 1000)


def _day(when: int, after: int) -> str:
    if not when:
        return ""
    return (datetime.fromtimestamp(when / 1000, UTC) + _VIETNAM - timedelta(days=after)).date().isoformat()


def _list(problem: str = "") -> str:
    desk, mine = the_parts().desk, own_enterprise()
    products = desk.reviews.own(mine)
    return render_template(
        "enterprise/links.html",
        anchors=desk.links.anchors(mine),
        hosts=desk.links.hosts(mine),
        products=products,
        names={one.gtin: one.name for one in products if not one.lot},
        problem=problem,
    )


def _editor(path: str, rows: list[dict[str, str]], problem: str = "") -> str:
    empty = dict.fromkeys((*_FIELDS, "default"), "")
    types = [name for name in sorted(LINK_TYPES) if name not in _COMMON and not name.startswith(DEFAULT_LINK)]
    return render_template(
        "enterprise/link_edit.html",
        path=path,
        rows=rows + [empty] * _SPARE,
        spare=_SPARE - 1,
        common=_COMMON,
        types=[name for name in types if name != LINKSET],
        hosts=the_parts().desk.links.hosts(own_enterprise()),
        problem=problem,
    )
