"""The ways out of an honest holder: the slip of the first check, the hidden number, the photo. None of them moves what
others see."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.fixtures_web import GTIN, ITEM, LONG_AGO, MODEL, make_world, recall, sample_model
from tests.html_checks import check_page
from tests.migrated import lay_schema
from verify_app.domain.evidence import Evidence
from verify_app.domain.history import Flags, History
from verify_app.domain.holder import number_digest, read_slip, slip
from verify_app.domain.scan import Proof
from verify_app.i18n import catalogue
from verify_app.inspection.holders import HolderDesk
from verify_app.store.engine import open_engine, writing
from verify_app.store.holders import SPENT_MS, Kind, shown_of, write_seals
from verify_app.web.public import holder as holder_page

SECRET = b"k" * 32  # of the world of these tests
IDENTITY = f"01/{GTIN}/21/A1B2C3"
NUMBER = "K7Q2-9XMB"
COPIED = Evidence(credited=20, days=25, ndays=20, places=5, north=7, south=7, gap10=4, lines=9)
FIRST = History(evidence=Evidence(credited=1, days=1, ndays=1))
RED = History(scans=30, others=19, first=LONG_AGO, last=LONG_AGO + 1, evidence=COPIED)


@pytest.fixture
def shop(tmp_path):
    """The small world with a real store for what holders show; one item has a hidden number."""
    url = f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    lay_schema(url)
    engine = open_engine(url)
    with writing(engine) as connection:
        write_seals(connection, [(GTIN, "A1B2C3", number_digest(SECRET, GTIN, "A1B2C3", NUMBER.replace("-", "")))])
    world = make_world(tmp_path)
    world.passports.models[GTIN] = sample_model(sealed=True)
    world.app.extensions["parts"] = replace(world.app.extensions["parts"], holders=HolderDesk(engine, SECRET))
    world.engine = engine
    yield world
    engine.dispose()


def shown(shop, serial="A1B2C3"):
    return {one.kind: one.times for one in shown_of(shop.engine, GTIN, serial)}


def prove(shop, lang="vi", client=None, **data):
    answer = (client or shop.client()).post("/holder", query_string={"lang": lang}, data={"code": ITEM, **data})
    return answer, check_page(answer.text, lang)


def slip_of(answer) -> str:
    found = check_page(answer.text, "vi").all("div", **{"class": "receipt"})
    return found[0].get("data-slip", "")


def test_the_first_device_gets_a_slip_and_its_later_view_stays_green_while_others_see_red(shop):
    shop.histories.present = FIRST
    mine = slip_of(shop.client().get(ITEM))
    assert len(mine) == 25
    proof, when = read_slip(SECRET, IDENTITY, mine)
    assert proof is Proof.FIRST
    shop.histories.present = replace(RED, first=when)
    assert check_page(shop.client().get(ITEM).text, "vi").verdict() == ("REPEATED", "3")
    for lang in ("vi", "en"):
        day = catalogue(lang).date(when)
        answer, page = prove(shop, lang, slip=mine)
        assert (answer.status_code, page.verdict()) == (200, ("VALID", "1"))
        for words in ("verdict.detail.HELD", "holder.first.title", "holder.excused"):
            assert catalogue(lang, strict=True).text(words, date=day, day=day) in page.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert check_page(shop.client().get(ITEM).text, "vi").verdict() == ("REPEATED", "3")
    assert shown(shop) == {Kind.RECEIPT: 1}  # shown twice within minutes
    assert len(shop.histories.seen[IDENTITY]) == 3  # to show a proof is no scan


@pytest.mark.parametrize(
    "present",
    [
        replace(FIRST, evidence=Evidence(hosted=1)),  # a data centre: no newcomer who counts
        replace(FIRST, scans=3, others=2, first=LONG_AGO),  # somebody was here before
        replace(FIRST, scans=1, first=LONG_AGO),  # the same visitor days later, who may be a neighbour by now
        None,
    ],
)
def test_nobody_else_gets_the_slip_of_the_first(shop, present):
    shop.histories.present, shop.histories.away = present, present is None
    assert slip_of(shop.client().get(ITEM)) == ""


def test_a_reload_gets_the_same_slip_and_the_json_has_it_too(shop):
    shop.histories.present = replace(FIRST, scans=1, first=LONG_AGO, repeat=True, mine_first=True)
    expected = slip(SECRET, IDENTITY, Proof.FIRST, LONG_AGO)
    assert slip_of(shop.client().get(ITEM)) == expected
    assert shop.client(accept="application/json").get(ITEM).json["slip"] == expected
    told = shop.client(accept="application/json").post("/holder", data={"code": ITEM, "slip": expected})
    assert (told.json["detail"], told.json["slip"]) == ("HELD", None)


def test_a_slip_of_another_item_a_forged_one_and_one_that_was_not_the_first_change_nothing(shop):
    shop.histories.present = RED
    good = slip(SECRET, IDENTITY, Proof.FIRST, LONG_AGO)
    bad = (
        slip(SECRET, f"01/{GTIN}/21/OTHER", Proof.FIRST, LONG_AGO),
        slip(b"another" * 5, IDENTITY, Proof.FIRST, LONG_AGO),
        slip(SECRET, IDENTITY, Proof.FIRST, LONG_AGO + 1),  # an earlier check has come to light
        "s" + good[1:],
        good[:-1],
        "",
        "f☃" * 40,
    )
    for text in bad:
        answer, page = prove(shop, slip=text)
        assert (answer.status_code, page.verdict()) == (200, ("REPEATED", "3"))
        assert catalogue("vi").text("holder.void.title") in page.text
    assert shown(shop) == {}


@pytest.mark.parametrize(
    ("flags", "changes", "verdict"),
    [
        (Flags(confirmed=LONG_AGO), {}, "CONFIRMED"),
        (Flags(recall="recall:1"), {}, "RECALLED"),
        (Flags(display="suspended:1"), {}, "SUSPENDED"),
        (Flags(), {"recall": recall()}, "RECALLED"),
    ],
)
def test_what_inspectors_and_authorities_said_holds_for_every_holder(shop, flags, changes, verdict):
    shop.passports.models[GTIN] = sample_model(sealed=True, **changes)
    shop.histories.present = replace(RED, flags=flags)
    before = shop.client(accept="application/json").get(ITEM).json
    for proof in ({"slip": slip(SECRET, IDENTITY, Proof.FIRST, LONG_AGO)}, {"number": NUMBER}):
        told = shop.client(accept="application/json").post("/holder", data={"code": ITEM, **proof}).json
        assert (told["verdict"], told["reasons"], told["level"]) == (verdict, before["reasons"], before["level"])
    assert shown(shop) == {Kind.RECEIPT: 1, Kind.SEAL: 1}  # the officers see it all the same


def test_the_hidden_number_helps_the_holder_and_his_browser_remembers_it(shop):
    shop.histories.present = RED
    page = check_page(shop.client().get(ITEM).text, "vi")
    (form,) = page.all("form", action="/holder")
    assert form["method"] == "post"
    answer, page = prove(shop, number=" k7q2 9xmb ")
    assert page.verdict() == ("VALID", "1")
    mine = slip_of(answer)
    assert mine.startswith("s")
    _, later = prove(shop, slip=mine)
    assert later.verdict() == ("VALID", "1")
    assert check_page(shop.client().get(ITEM).text, "vi").verdict() == ("REPEATED", "3")
    assert shown(shop) == {Kind.SEAL: 1}


def test_a_hidden_number_that_somebody_knew_a_day_ago_proves_nothing_more(shop, monkeypatch):
    shop.histories.present = RED
    prove(shop, number=NUMBER)
    with writing(shop.engine) as connection:
        connection.execute(sa.text("UPDATE item_seal SET proven_ms = proven_ms - :ago"), {"ago": SPENT_MS + 60_000})
    answer, page = prove(shop, number=NUMBER)
    assert page.verdict() == ("REPEATED", "3")
    assert slip_of(answer) == ""
    assert "đã có người nhập trước" in page.text
    assert shown(shop) == {Kind.SEAL: 1, Kind.SEAL_LATE: 1}


def test_wrong_numbers_are_counted_and_end_by_item_and_by_sender(shop, monkeypatch):
    shop.histories.present = RED
    monkeypatch.setattr(holder_page, "_TRIED_CODE", 3)
    for wrong in ("AAAAAA", "x", "K7Q29XMB2"):
        answer, page = prove(shop, number=wrong)
        assert (answer.status_code, page.verdict()) == (200, ("REPEATED", "3"))
        assert catalogue("vi").text("holder.wrong.title") in page.text
    answer, page = prove(shop, number=NUMBER)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert page.verdict() == ("REPEATED", "3")
    assert shown(shop) == {Kind.SEAL_WRONG: 3}
    monkeypatch.setattr(holder_page, "_TRIED", 0)
    other = shop.client().post("/holder", data={"code": ITEM.replace("A1B2C3", "A%2FB"), "number": NUMBER})
    assert other.status_code == 429


def test_right_wrong_and_no_number_at_all_cost_the_same_statements(shop):
    shop.histories.present = RED
    costs = []

    def asked(*told):
        costs[-1].append(told[2].split("?")[0][:30])

    sa.event.listen(shop.engine, "before_cursor_execute", asked)
    for code, number in ((ITEM, "WRONG1"), (ITEM.replace("A1B2C3", "A%2FB"), "WRONG1"), (ITEM, NUMBER)):
        costs.append([])
        shop.client().post("/holder", data={"code": code, "number": number})
    assert costs[0] == costs[1] == costs[2]
    assert len(costs[0]) == 4  # BEGIN, the comparison, the mark, the count


def test_a_photo_is_asked_for_where_the_verdict_rests_on_scans_and_its_reason_is_chosen(shop):
    shop.histories.present = RED
    page = check_page(shop.client().get(ITEM).text, "vi")
    (href,) = [a["href"] for a in page.all("a") if a["href"].startswith("/report?reason=")]
    form = check_page(shop.client().get(href).text, "vi")
    assert [field["value"] for field in form.all("input", name="reason") if "checked" in field] == ["copied"]
    assert form.all("input", name="photo", type="file")
    shop.passports.models[GTIN] = sample_model()
    shop.histories.present = FIRST
    assert "data-holder" not in shop.client().get(ITEM).text  # a valid code asks nothing of anybody


def test_there_is_nothing_to_hold_of_a_model_and_nothing_to_open(shop):
    assert shop.client().post("/holder", data={"code": MODEL, "slip": "f"}).status_code == 404
    assert shop.client().post("/holder", data={"code": "nonsense"}).status_code == 400
    assert shop.client().get("/holder").headers["Location"] == "/"
    unlisted, page = prove(shop, number=NUMBER, code=ITEM.replace("A1B2C3", "NONE0001"))
    assert (unlisted.status_code, shown(shop, "NONE0001")) == (200, {})
    shop.histories.away = True
    _, page = prove(shop, number=NUMBER)
    assert page.verdict() == ("HISTORY_UNAVAILABLE", "2")
    assert catalogue("vi").text("holder.away.title") in page.text
