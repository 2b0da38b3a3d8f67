"""The officers' desk: cases, orders with two persons and effect on the public page, and the log of it all."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256

import pytest
import sqlalchemy as sa

from tests.fixtures_accounts import empty_database, office, send
from tests.fixtures_web import GTIN
from tests.registry_samples import REGISTRY
from verify_app.domain.account import Role, Scope
from verify_app.domain.alert import Alert, Rule
from verify_app.domain.audit import flaws
from verify_app.domain.evidence import NO_PEERS, Evidence
from verify_app.domain.field import Check, Mark, Visit
from verify_app.domain.provinces import PROVINCES
from verify_app.domain.registry import ActKind
from verify_app.domain.report import Grievance, NewReport
from verify_app.domain.signals import signals
from verify_app.i18n import catalogue
from verify_app.inspection.holders import HolderDesk
from verify_app.store.acts import acts_upon
from verify_app.store.audit import entries
from verify_app.store.cases import find_case, record_alert
from verify_app.store.engine import reading, writing
from verify_app.store.field import Photo, keep_check, keep_photo, keep_visit
from verify_app.store.inspection_tables import case_file
from verify_app.store.registry import write_registry
from verify_app.store.report_photos import KeptPhoto
from verify_app.store.reports import StoredReports
from verify_app.web.accounts.person import now_ms

__all__ = ["empty_database", "office"]
GIA_LAI = next(str(number) for number, province in enumerate(PROVINCES) if province.name == "Gia Lai")


def raise_alert(office, key="a", **changes):
    found = Alert(key, Rule.COPIED_CODE, "1.2", f"01/{GTIN}/21/A1B2C3", now_ms() - 1000, now_ms(), score=9.5, gtin=GTIN,
                  lot="L2601", serial="A1B2C3", places=(GIA_LAI,), evidence=(("credited", 7),),
                  contributions=(("credited", 6.5),))  # fmt: skip
    return record_alert(office.engine, replace(found, **changes)).case_id


@pytest.fixture
def goods(office):
    write_registry(office.engine, REGISTRY)
    return office


def test_the_queue_is_ranked_and_explained_and_each_look_is_in_the_log(office):
    weak = raise_alert(office, "weak", subject="client:1", gtin="", lot="", serial="", score=1.0)
    strong = raise_alert(office)
    client = office.someone(Role.INSPECTOR)
    page = client.get("/desk/").text
    assert page.index(f"/desk/cases/{strong}") < page.index(f"/desk/cases/{weak}")
    shown = client.get(f"/desk/cases/{strong}").text
    for told in (
        "Mã có dấu hiệu bị sao chép",
        "Quy tắc phiên bản 1.2",
        "Người quét mới không giải thích được",
        "+6,5",
        "Điều 91",
    ):
        assert told.replace(",", ".") in shown.replace(",", "."), told
    looks = [entry.note for entry in entries(office.engine) if entry.note.action == "look"]
    assert [(note.actor, note.subject) for note in looks] == [
        ("inspector", "queue of cases"), ("inspector", f"case {strong}")]  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_count_and_weight_that_an_alert_can_tell_has_words(language):
    named = set(Evidence.__dataclass_fields__) | signals(Evidence(), NO_PEERS).keys()
    named |= {"bias", "cases", "z", "amber", "red", "last_odd", "unknown_serials", "reports", "photos"}
    words = catalogue(language)
    assert [name for name in named if not words.has(f"desk.evidence.{name}")] == []


def test_a_case_tells_what_holders_showed_and_what_shoppers_sent(office, tmp_path):
    number, when = raise_alert(office), now_ms()
    desk = HolderDesk(office.engine, b"k")
    desk.note_receipt(GTIN, "A1B2C3", when)
    for _ in range(2):
        desk.try_number(GTIN, "A1B2C3", "WRONG1", when)
    report = NewReport(when, Grievance.COPIED, f"01/{GTIN}/21/A1B2C3", f"/01/{GTIN}/21/A1B2C3", "REPEATED", gtin=GTIN)
    stored = StoredReports(office.engine, tmp_path / "reports")
    stored.file("0" * 13, report, [KeptPhoto(b"jpeg", 4, 3)])
    client = office.someone(Role.INSPECTOR)
    shown = client.get(f"/desk/cases/{number}?lang=en").text
    for told in (
        "The device that checked it first showed its slip",
        "Hidden number typed wrong</b> · 2 times",
        "1 photo",
        "/desk/reports/1",
    ):
        assert told in shown, told


def test_cases_of_another_province_or_sector_are_not_even_there(office):
    case = raise_alert(office, places=("11",))
    client = office.someone(Role.INSPECTOR)
    assert f"/desk/cases/{case}" not in client.get("/desk/").text
    assert client.get(f"/desk/cases/{case}").status_code == 404
    assert send(client, f"/desk/cases/{case}", move="open").status_code == 404


def test_a_commune_officer_sees_what_was_handed_over_and_works_on_nothing_else(office):
    case = raise_alert(office)
    commune, inspector = office.someone(Role.COMMUNE), office.someone(Role.INSPECTOR)
    assert commune.get(f"/desk/cases/{case}").status_code == 404
    stranger = office.open(Role.COMMUNE, "elsewhere", scope=Scope(("Lào Cai/Xã Khác",), ("*",)))
    refused = send(inspector, f"/desk/cases/{case}", move="assign", owner=stranger.email)
    assert refused.status_code == 422
    assert "không phụ trách địa bàn" in refused.text
    assert stranger.email not in inspector.get(f"/desk/cases/{case}").text, "whoever is not competent is not proposed"
    send(inspector, f"/desk/cases/{case}", move="assign", owner="commune_officer@example.vn", deadline="2030-01-02")
    assert "2/1/2030" in commune.get(f"/desk/cases/{case}").text.replace("02/01/2030", "2/1/2030")
    assert send(commune, f"/desk/cases/{case}", move="note", note="x").status_code == 403


def test_a_case_that_is_handed_over_has_a_term_and_an_overdue_one_stands_out(office):
    number, client = raise_alert(office), office.someone(Role.INSPECTOR)
    assert "10 ngày kể từ hôm nay" in client.get(f"/desk/cases/{number}").text
    past = send(client, f"/desk/cases/{number}", move="assign", owner="inspector@example.vn", deadline="2020-01-02")
    assert (past.status_code, "phải ở sau thời điểm này" in past.text) == (422, True)
    before = now_ms()
    assert send(client, f"/desk/cases/{number}", move="assign", owner="inspector@example.vn").status_code == 303
    due = find_case(office.engine, number).case.deadline
    assert 9 * 86_400_000 < due - before < 11 * 86_400_000
    assert "quá hạn" not in client.get("/desk/").text
    assert "Không có hồ sơ nào" in client.get("/desk/?state=late").text
    with writing(office.engine) as connection:
        connection.execute(sa.update(case_file).values(deadline=before - 1))
    assert "(quá hạn)" in client.get("/desk/").text
    assert f"/desk/cases/{number}" in client.get("/desk/?state=late").text
    assert [row["number"] for row in client.get("/desk/cases.json?state=late").json] == [number]


def test_who_reaches_a_case_sees_what_was_found_and_photographed_on_site(office):
    number, picture = raise_alert(office), b"jpeg"
    digest = sha256(picture).hexdigest()
    keep_visit(office.engine, Visit("v1", "somebody", "Cán bộ An", "Chợ Ví Dụ", opened=now_ms(), basis="risk"))
    marks = {"origin": Mark.MISSING, "quantity": Mark.OK}
    keep_check(office.engine, Check("c1", "v1", "x", now_ms(), now_ms(), gtin=GTIN, lot="L2601", serial="A1B2C3",
                                    level=2, reasons=("REPEATED",), marks=marks, note="tem lệch"))  # fmt: skip
    keep_photo(office.engine, Photo("p1", "v1", "c1", "photo", digest, now_ms()))
    client = office.someone(Role.INSPECTOR)
    path = office.app.extensions["parts"].site.file_of(digest)
    path.parent.mkdir(parents=True)
    path.write_bytes(picture)
    page = client.get(f"/desk/cases/{number}").text
    for told in ("Chợ Ví Dụ", "Cán bộ An", "Thiếu: Xuất xứ", "tem lệch", f"evidence/{digest}.jpg"):
        assert told in page, told
    assert "Thiếu: Định lượng" not in page
    assert client.get(f"/desk/cases/{number}/evidence/{digest}.jpg").data == picture
    assert client.get(f"/desk/cases/{number}/evidence/{'0' * 64}.jpg").status_code == 404
    assert [entry.note.subject for entry in entries(office.engine)][-1] == f"photo: case {number}"
    elsewhere = office.sign_in(office.open(Role.INSPECTOR, "other", scope=Scope(("Hà Nội",), ("*",))))
    assert elsewhere.get(f"/desk/cases/{number}/evidence/{digest}.jpg").status_code == 404


def test_a_case_goes_from_new_to_closed_with_two_persons_for_a_violation(office):
    number = raise_alert(office)
    first = office.someone(Role.INSPECTOR)
    second = office.sign_in(office.open(Role.INSPECTOR, "second"))
    for fields in ({"move": "open"}, {"move": "investigate"}, {"move": "propose", "note": "nhãn in khác"}):
        assert send(first, f"/desk/cases/{number}", **fields).status_code == 303
    end = {"move": "close", "finding": "confirmed", "result": "violation"}
    assert send(first, f"/desk/cases/{number}", **end).status_code == 422
    assert send(second, f"/desk/cases/{number}", **end).status_code == 303
    file = find_case(office.engine, number)
    assert [taken.step.move.value for taken in file.history] == ["open", "investigate", "propose", "close"]
    acts = [entry.note.action for entry in entries(office.engine) if entry.kind == "act"]
    assert acts == ["case.open", "case.investigate", "case.propose", "case.close"]


def test_two_inspectors_at_once_do_not_overwrite_each_other(office):
    number = raise_alert(office)
    client = office.someone(Role.INSPECTOR)
    assert send(client, f"/desk/cases/{number}", move="open", version="0").status_code == 303
    assert send(client, f"/desk/cases/{number}", move="investigate", version="0").status_code == 409


def test_an_order_upon_a_lot_is_in_force_at_once_and_lifted_with_a_reason(goods):
    shown = []
    parts = goods.app.extensions["parts"]
    goods.app.extensions["parts"] = replace(
        parts, office=replace(parts.office, effect=lambda *what: shown.append(what))
    )
    client = goods.someone(Role.INSPECTOR)
    fields = {
        "kind": "suspended",
        "gtin": GTIN,
        "lot": "L2601",
        "reason": "Nghi hàng giả mạo nhãn",
        "advice": "Ngừng dùng",
    }
    assert send(client, "/desk/orders", **fields).status_code == 303
    with reading(goods.engine) as connection:
        (act,) = acts_upon(connection, GTIN)
    assert (act.kind, act.lot, act.act.reason.text("vi")) == (ActKind.SUSPENDED, "L2601", "Nghi hàng giả mạo nhãn")
    assert send(client, "/desk/orders/1", act="lift", why="").status_code == 422
    assert send(client, "/desk/orders/1", act="lift", why="Đã kiểm tra, đúng hàng").status_code == 303
    with reading(goods.engine) as connection:
        assert acts_upon(connection, GTIN)[0].ended > 0
    assert shown == [(GTIN, "L2601", ())] * 2


def test_a_whole_product_waits_for_a_second_person_who_is_another(goods):
    first, second = goods.someone(Role.PROVINCE), goods.sign_in(goods.open(Role.PROVINCE, "second"))
    inspector = goods.someone(Role.INSPECTOR)
    send(inspector, "/desk/orders", kind="recall", gtin=GTIN, reason="Dị vật")
    send(first, "/desk/orders", kind="recall", gtin=GTIN, reason="Dị vật lần hai")
    with reading(goods.engine) as connection:
        assert acts_upon(connection, GTIN) == ()
    assert send(inspector, "/desk/orders/1", act="confirm").status_code == 422
    assert send(first, "/desk/orders/2", act="confirm").status_code == 422
    assert send(second, "/desk/orders/2", act="confirm").status_code == 303
    with reading(goods.engine) as connection:
        (act,) = acts_upon(connection, GTIN)
    assert (act.lot, act.ended) == ("", 0)
    assert send(first, "/desk/orders/1", act="refuse", why="Trùng lệnh 2").status_code == 303
    assert send(inspector, "/desk/orders/2", act="lift", why="Hết").status_code == 422


def test_a_range_names_its_registered_items_one_by_one(goods):
    client = goods.someone(Role.INSPECTOR)
    fields = {"kind": "recall", "gtin": GTIN, "first": "S2", "last": "S9", "reason": "Dị vật"}
    assert send(client, "/desk/orders", **fields).status_code == 303
    with reading(goods.engine) as connection:
        assert {act.serial for act in acts_upon(connection, GTIN)} == {"S2", "S3"}
    assert send(client, "/desk/orders", **{**fields, "first": "Z1", "last": "Z9"}).status_code == 422


def test_an_order_that_cannot_be_is_refused_in_words(goods):
    client, right = goods.someone(Role.INSPECTOR), {"kind": "recall", "gtin": GTIN, "lot": "L2601", "reason": "Dị vật"}
    for wrong in ({"gtin": "1"}, {"kind": "x"}, {"reason": " "}, {"first": "9", "last": "1"}, {"gtin": "0" * 14}):
        answer = send(client, "/desk/orders", **right | wrong)
        assert (answer.status_code, 'class="field-error"' in answer.text) == (422, True), wrong


def test_goods_of_another_sector_are_out_of_reach(goods):
    client = goods.someone(Role.INSPECTOR, scope=Scope(("Gia Lai",), ("toys",)))
    assert send(client, "/desk/orders", kind="recall", gtin=GTIN, lot="L2601", reason="Dị vật").status_code == 422


def test_the_log_tells_of_signing_in_of_acts_and_of_reading_it_and_is_whole(goods):
    boss, inspector = goods.someone(Role.PROVINCE), goods.someone(Role.INSPECTOR)
    send(inspector, "/desk/orders", kind="recall", gtin=GTIN, lot="L2601", reason="=1+1")
    page = boss.get("/desk/audit").text
    assert "Người inspector" in page
    assert f"Thu hồi {GTIN} lô L2601" in page
    table = boss.get("/desk/audit.csv")
    assert "'=1+1" in table.text
    assert "Tải về dạng CSV" in boss.get("/desk/audit").text
    told = [entry.note.action for entry in entries(goods.engine)]
    assert told == ["sign-in", "sign-in", "order.propose", "look", "look", "look"]
    assert list(flaws(entries(goods.engine), now_ms())) == []


def test_the_database_itself_refuses_to_change_or_delete_the_log(office):
    office.someone(Role.INSPECTOR)
    for statement in ("DELETE FROM audit", "UPDATE audit SET body = 'x'", "UPDATE audit SET when_ms = 1, body = ''"):
        with pytest.raises(sa.exc.IntegrityError), office.engine.begin() as connection:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_the_desk_has_words_in_both_languages(goods, language):
    number = raise_alert(goods)
    client = goods.someone(Role.PROVINCE)
    send(client, "/desk/orders", kind="recall", gtin=GTIN, reason="Dị vật")
    for path in ("/desk/", f"/desk/cases/{number}", "/desk/orders", "/desk/audit", "/desk/?state=closed"):
        answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer.status_code == 200, path
        assert not re.search(r"<script>|style=", answer.text)
