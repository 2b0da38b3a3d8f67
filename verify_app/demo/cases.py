"""Cases of every verdict: what to open, and what the service must say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from ..domain.code import Code
from ..domain.short_code import format_short
from ..domain.text import Text
from ..domain.verdict import Reason
from . import source
from .identifiers import serial, short_payload
from .links import resolver_list
from .source import Table, text


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the path that a browser opens, the headline that must come, and what the case shows.

    `code` is the item or lot that the registry holds for it, None where the case has none; `seen` names the pattern of
    earlier visits that the loader invents for the code; `hidden` is the number hidden on the item, "" for none.
    """

    path: str
    expect: Reason
    title: Text
    code: Code | None = None
    seen: str = ""
    hidden: str = ""


@cache
def cases() -> tuple[Case, ...]:
    """All cases, in the order in which they are shown; VALID comes first."""
    return tuple(_case(raw) for raw in source.cases())


def demo_list() -> list[dict[str, str]]:
    """The cases as `{"path", "expect", "title"}`, the title in Vietnamese and English, and behind them the codes with
    links for clients of the resolver, with "RESOLVER" in place of a verdict. Needs no loaded registry."""
    shown = [
        {
            "path": case.path,
            "expect": case.expect.value,
            "title": f"{case.title.text('vi')} / {case.title.text('en')}",
        }
        for case in cases()
    ]
    return shown + resolver_list()


def _case(raw: Table) -> Case:
    code = _code(raw) if "product" in raw else None
    return Case(
        _path(raw, code), Reason(raw["expect"]), text(raw["title"]), code, raw.get("seen", ""), raw.get("hidden", "")
    )


def _code(raw: Table) -> Code:
    product = source.products()[raw["product"]]
    gtin, lot = product["gtin"], raw.get("lot", "")
    named = serial(gtin, lot, raw["item"]) if "item" in raw else raw.get("serial", "")
    printed = (("10", raw.get("claimed_lot", lot)), ("21", named))
    return Code("01", gtin, tuple((ai, value) for ai, value in printed if value))


def _path(raw: Table, code: Code | None) -> str:
    if "typed" in raw:
        return f"/scan?code={quote(raw['typed'], safe='')}"
    if code is None:
        path: str = raw["path"]
        return path
    if raw.get("form") == "short":
        return f"/c/{format_short(short_payload(code.gtin, code.lot, raw['item']))}"
    return code.path + (f"?{raw['carrier']}" if "carrier" in raw else "")
