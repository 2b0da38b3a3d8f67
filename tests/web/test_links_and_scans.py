"""The editor of links, and the counts of scans: in the pages, as files, and for programs."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from tests.fixtures_accounts import send, token
from tests.html_checks import check_page
from tests.registry_samples import GTIN
from verify_app.domain.account import Role, Scope
from verify_app.domain.code import Code
from verify_app.enterprise.api_keys import Scope as KeyScope
from verify_app.store.engine import reading, writing
from verify_app.store.ledger import LedgerRow, append
from verify_app.store.links import find_links

pytest_plugins = ("tests.fixtures_portal",)
NOON = 1_795_323_600_000  # 22 November 2026, noon in Vietnam
HANOI, HUE = (420, 2117), (329, 2152)  # cells of 0.05 degrees


def scans(office):
    """Six scans in Hanoi, one in Hue, one look; the last ones of a serial that nobody issued and of no serial."""
    rows = [
        ("S1", "scan", 0, 0, HANOI), ("S1", "scan", 1, 0, HANOI), ("S1", "scan", 2, 1, HANOI),
        ("S1", "look", 3, 1, HANOI), ("XX", "scan", 0, 0, HANOI), ("", "scan", 0, 0, HANOI), ("", "scan", 0, 0, HUE),
        ("", "scan", 0, 0, None),
    ]  # fmt: skip
    with writing(office.engine) as connection:
        append(
            connection,
            [
                LedgerRow(f"{n:032x}", NOON + n, f"i{n}", GTIN, "L1", serial, kind, country="VN", cell=cell,
                          prior_scans=before, prior_others=others)
                for n, (serial, kind, before, others, cell) in enumerate(rows)
            ],
        )  # fmt: skip


def test_scans_are_counted_by_day_province_and_result_and_a_lonely_one_is_not_placed(office, author):
    scans(office)
    days = {"from": "2026-11-20", "to": "2026-11-22"}
    page = author.get("/enterprise/scans", query_string=days).text
    check_page(page, "vi")
    assert ("<title>2026-11-22: 7</title>" in page, page.count("<title>2026-11-")) == (True, 3)
    assert "Huế" not in page, "one scan in a province is not told"
    rows = list(csv.DictReader(io.StringIO(author.get("/enterprise/scans.csv", query_string=days).text)))
    told = {(row["province"], row["result"]): int(row["scans"]) for row in rows}
    assert told == {
        ("Hà Nội", "first"): 1,
        ("Hà Nội", "again"): 1,
        ("Hà Nội", "others"): 1,
        ("Hà Nội", "not_issued"): 1,
        ("Hà Nội", "class"): 1,
        ("", "class"): 2,
    }
    assert len(author.get("/enterprise/scans.json", query_string=days).json["counts"]) == 6
    assert author.get("/enterprise/scans.json?from=2026-11-20&to=2026-11-22&gtin=09506000134352").json["counts"] == []
    for wrong in (
        {"from": "x"},
        {"from": "2026-11-22", "to": "2026-11-20"},
        {"from": "2020-01-01", "to": "2026-01-01"},
    ):
        assert author.get("/enterprise/scans", query_string=wrong).status_code == 422
        assert author.get("/enterprise/scans.csv", query_string=wrong).status_code == 422
    stranger = office.someone(Role.ENTERPRISE, account_id="other", scope=Scope(enterprises=("e2",)))
    assert stranger.get("/enterprise/scans.json", query_string=days).json["counts"] == []

    desk = office.world.app.extensions["parts"].desk
    key = desk.keys.make("e1", "ERP", (KeyScope.READ,), "an", now=NOON)
    program = office.world.app.test_client()
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key.secret}"
    answer = program.get("/api/v1/scans/counts", query_string=days).json
    assert answer["counts"][0] == {"day": "2026-11-22", "province": "", "result": "class", "scans": 2}
    assert program.get("/api/v1/scans/counts?from=yesterday").status_code == 422


def test_links_are_edited_by_kind_language_market_and_time(office, author):
    parts, purged = office.app.extensions["parts"], []
    desk = replace(parts.desk, purge_links=purged.append)
    office.app.extensions["parts"] = replace(parts, desk=desk)
    path = f"/01/{GTIN}"
    check_page(author.get("/enterprise/links").text, "vi")
    editor = author.get("/enterprise/links", query_string={"at": path})
    check_page(editor.text, "vi")
    assert author.get("/enterprise/links?at=cat").status_code == 422

    def write(*rows, default=""):
        names = ("rel", "href", "title", "hreflang", "context", "from", "until")
        form = {name: [row.get(name, "") for row in rows] for name in names}
        sent = {"csrf_token": token(author), "at": path, "default": default, **form}
        return author.post("/enterprise/links", data=sent)

    recipe = {"rel": "recipeInfo", "href": "https://vidu.example/nau", "title": "Công thức", "hreflang": "vi",
              "context": "VN", "from": "2026-11-01", "until": "2026-11-30"}  # fmt: skip
    assert write(recipe).status_code == 422, "the host is not allowed yet"
    desk.links.allow("e1", ("vidu.example",))
    shop = {"rel": "promotion", "href": "https://vidu.example/", "title": "Khuyến mãi"}
    refused = write(recipe | {"from": "mai"})
    assert (refused.status_code, "https://vidu.example/nau" in refused.text) == (422, True), "what was typed stays"
    assert write(recipe, {}, shop, default="2").status_code == 303
    with reading(office.engine) as connection:
        first, second = find_links(connection, Code("01", GTIN)).links
    assert (first.rel, first.hreflang, first.context, first.default) == ("recipeInfo", ("vi",), ("VN",), False)
    assert (first.holds(NOON), first.holds(first.valid_until)) == (True, False)
    assert first.valid_until - first.valid_from == 30 * 86_400_000, "the last day counts as a whole"
    assert (second.default, [code.value for code in purged]) == (True, [GTIN])
    again = author.get("/enterprise/links", query_string={"at": path}).text
    assert ('value="2026-11-30"' in again, "vidu.example" in again) == (True, True)
    assert "2 liên kết" in author.get("/enterprise/links").text
    assert write({}).status_code == 303
    assert "Chưa có liên kết nào" in author.get("/enterprise/links").text
    stranger = office.someone(Role.ENTERPRISE, account_id="other", scope=Scope(enterprises=("e2",)))
    assert send(stranger, "/enterprise/links", at=path, rel="pip", href="https://vidu.example/", title="x",
                hreflang="", context="", **{"from": "", "until": ""}).status_code == 422  # fmt: skip
