"""Links of a fictional enterprise, for clients of the GS1 resolver; and how `demo list` names their anchors."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import sqlalchemy as sa

from ..domain.code import Code
from ..domain.link import Link, primary_path
from ..domain.parse import parse
from ..store.links import Anchored, write_hosts, write_links
from . import source
from .identifiers import serial
from .source import Table

RESOLVER = "RESOLVER"  # stands in `demo list` where other entries name a verdict


@cache
def anchors() -> tuple[Anchored, ...]:
    """The demonstration's links, anchor by anchor."""
    return tuple(_anchored(raw) for raw in source.links()["anchor"])


def resolver_list() -> list[dict[str, str]]:
    """The anchors as `{"path", "expect", "title"}`, the title in Vietnamese and English."""
    titles = (source.text(raw["title"]) for raw in source.links()["anchor"])
    return [
        {"path": anchored.path, "expect": RESOLVER, "title": f"{title.text('vi')} / {title.text('en')}"}
        for anchored, title in zip(anchors(), titles, strict=True)
    ]


def write_demo_links(engine: sa.Engine) -> None:
    """Write the links and the hosts that they lead to; twice changes nothing. The enterprise must be registered."""
    raw = source.links()
    write_hosts(engine, raw["enterprise"], raw["hosts"])
    for anchored in anchors():
        write_links(engine, anchored)


def _anchored(raw: Table) -> Anchored:
    code = _code(raw)
    below = code.path.removeprefix(primary_path(code))
    return Anchored(
        code.path, source.links()["enterprise"], tuple(replace(_link(held), qualifiers=below) for held in raw["link"])
    )


def _link(raw: Table) -> Link:
    return Link(
        qualifiers="",
        rel=raw["rel"],
        href=raw["href"],
        title=raw["title"],
        hreflang=tuple(raw.get("hreflang", ())),
        media_type=raw.get("media_type", ""),
        default=raw.get("default", False),
    )


def _code(raw: Table) -> Code:
    if "path" in raw:
        return parse(raw["path"])
    gtin, lot = source.products()[raw["product"]]["gtin"], raw.get("lot", "")
    named = serial(gtin, lot, raw["item"]) if "item" in raw else ""
    printed = (("10", "" if raw.get("without_lot") else lot), ("21", named))
    return Code("01", gtin, tuple((ai, value) for ai, value in printed if value))
