"""Field mode on the server: what a phone sends twice is stored once; each check comes back with all that is known."""

from __future__ import annotations

import io
import json
import re
import uuid
from dataclasses import replace
from hashlib import sha256

import pytest
from PIL import Image
from pypdfium2 import PdfDocument

from tests.fixtures_accounts import empty_database, office, token
from tests.fixtures_web import GTIN, ITEM, sample_model
from verify_app.domain.account import Role
from verify_app.domain.parse import parse
from verify_app.domain.passport import Risk
from verify_app.domain.provinces import CELL, PROVINCES
from verify_app.images.pool import DecodePool
from verify_app.images.symbols import draw, modules
from verify_app.store.audit import latest
from verify_app.store.engine import writing
from verify_app.store.ledger import LedgerRow, append

__all__ = ["empty_database", "office"]


def new_id():
    return str(uuid.uuid4())


def send(client, visit, *checks, **more):
    told = {"id": visit, "opened": 1_700_000_000_000, "place": "Chợ Ví Dụ", **more}
    body = {"visit": told, "checks": list(checks)}
    key = client.get("/desk/field/token").json["token"]
    return client.post("/desk/field/send", json=body, headers={"X-CSRFToken": key, "Accept": "application/json"})


def check(text=ITEM, **more):
    return {"id": new_id(), "text": text, "taken": 1_700_000_000_500, **more}


def upload(client, visit, data, kind, check_id=""):
    address = f"/desk/field/photos/{new_id()}?visit={visit}&kind={kind}&check={check_id}"
    return client.post(address, data=data, headers={"X-CSRFToken": token(client)}, content_type="image/jpeg")


def photo(**exif):
    picture, out = Image.new("RGB", (80, 60), "red"), io.BytesIO()
    tags = picture.getexif()
    tags[0x010F] = "Spy phone"
    picture.save(out, "JPEG", exif=tags)
    return out.getvalue()


def test_each_check_comes_back_with_reasons_and_checklist_and_sending_again_doubles_nothing(office):
    client, visit = office.someone(Role.INSPECTOR), new_id()
    office.world.passports.models[GTIN] = sample_model(risk=Risk.HIGH)
    unknown, later = "/01/09521234543213/10/L9/21/NONE", 1_700_000_000_900
    one, other = check(), check(unknown, taken=later, marks={"quantity": "missing"}, note="nhãn mờ")
    first = send(client, visit, one, other).json["checks"]
    assert first[0]["title"]
    assert first[0]["group"] == 2
    declared = first[0]["declared"]
    assert (declared["quantity"], declared["expiry"], declared["origin"]) == (
        "500 g", "12/01/2099", "Sản xuất tại Việt Nam")  # fmt: skip
    assert any("Rủi ro cao" in known and "phải in trên hàng" in known for known in first[0]["known"])
    assert first[1]["title"]
    again = send(client, visit, one, {**other, "group": 2, "note": "nhãn mờ, đã chụp"}).json["checks"]
    assert len(again) == 2
    page = client.get(f"/desk/field/visits/{visit}").text
    assert "nhãn mờ, đã chụp" in page
    assert "Thiếu: Định lượng" in page
    assert "· Thực phẩm</summary>" in page
    assert page.count('class="sheet kit-check') == 2


def test_a_visit_tells_why_it_was_made_and_what_the_seller_lacked(office):
    client, visit = office.someone(Role.INSPECTOR), new_id()
    send(client, visit)
    page = client.get(f"/desk/field/visits/{visit}").text
    assert "tự nó không phải là căn cứ xử phạt" in page
    send(client, visit, basis="risk", marks={"visit.decision": "ok", "visit.records": "missing"})
    page = client.get(f"/desk/field/visits/{visit}").text
    assert "dữ liệu rủi ro" in page
    assert "Thiếu: Người bán còn giữ hồ sơ" in page
    send(client, visit, check(marks={"quantity": "missing"}, note="tem <mờ>"), check("???"), basis="risk")
    body = client.get(f"/desk/field/visits/{visit}/record.pdf").get_data()
    told = " ".join("".join(sheet.get_textpage().get_text_range() for sheet in PdfDocument(body)).split())
    for words in ("KIỂM TRA TẠI CHỖ", "Điều 89", "Chợ Ví Dụ", "Thiếu: Định lượng", "tem <mờ>", "Hàng hóa số 2", "???"):
        assert words in told, words
    note = latest(office.engine, limit=1)[0].note
    assert (note.action, note.why) == ("field.record", f"SHA-256 {sha256(body).hexdigest()}")
    assert "tự nó không phải là căn cứ xử phạt" not in page


@pytest.mark.parametrize(("language", "food"), [("vi", "Thực phẩm"), ("en", "Food")])
def test_the_kit_takes_the_lists_of_all_groups_along(office, language, food):
    client = office.someone(Role.COMMUNE)
    for path in ("/desk/field/", "/desk/field/kit-worker.js"):
        assert client.get(f"{path}?lang={language}").status_code == 200, path
    page = client.get(f"/desk/field/kit?lang={language}").text
    lists = json.loads(re.search(r"data-lists>(.*?)</script>", page)[1])
    groups = {number: (name, [lists["lines"][place] for place in places]) for number, name, places in lists["groups"]}
    assert set(groups) == set(range(70))
    assert groups[2][0] == food
    assert [key for key, _ in groups[2][1]][:5] == [
        "name",
        "responsible_party",
        "origin",
        "quantity",
        "production_date",
    ]
    assert len(lists["against"]) == 4
    told = dict(map(tuple, groups[3][1]))
    assert (
        "không có tác dụng thay thế thuốc chữa bệnh" in told["phrase_not_medicine"]
    )  # letter for letter, in Vietnamese
    assert all("label.item" not in words and "check." not in words for _, words in lists["lines"])


def test_two_pieces_with_one_serial_stand_out_and_so_does_what_a_colleague_read_elsewhere(office):
    first, second = office.someone(Role.INSPECTOR), office.sign_in(office.open(Role.INSPECTOR, "second"))
    answers = send(first, new_id(), check(), check()).json["checks"]
    assert all("Trùng mã" in answer["odd"][0] for answer in answers)
    (answer,) = send(second, new_id(), check()).json["checks"]
    assert answer["odd"] == ["Số sê-ri này đã được kiểm tra ở nơi khác"]


def test_an_officers_look_leaves_no_trace_in_the_history(office):
    send(office.someone(Role.INSPECTOR), new_id(), check(), check())
    assert office.world.histories.seen == {}


def test_an_officer_reads_near_which_communes_an_item_was_scanned(office):
    code, towns = parse(ITEM), [province.towns[0] for province in PROVINCES[:8]]
    cells = [(279, 2160), *((round(lat / CELL), round(lon / CELL)) for lat, lon in towns), (279, 2160)]
    rows = [LedgerRow(f"{number:032x}", 1_700_000_000_000 + number, code.identity, code.gtin, code.lot, code.serial,
                      country="VN", cell=cell) for number, cell in enumerate(cells)]  # fmt: skip
    with writing(office.engine) as connection:
        append(connection, rows)
    client, visit = office.someone(Role.COMMUNE), new_id()
    (answer,) = send(client, visit, check()).json["checks"]
    (places,) = [known for known in answer["known"] if known.startswith("Nơi quét")]
    assert places.startswith("Nơi quét: Gia Lai (gần Phường Diên Hồng): 2; ")
    assert places.endswith("; và 3 nơi khác")
    assert "Gia Lai (gần Phường Diên Hồng) · " in client.get(f"/desk/field/visits/{visit}").text


def test_a_text_that_is_no_code_is_kept_with_its_reason(office):
    (answer,) = send(office.someone(Role.INSPECTOR), new_id(), check("???")).json["checks"]
    assert answer["title"]


def test_photos_lose_their_metadata_and_keep_their_digest(office):
    client, visit = office.someone(Role.INSPECTOR), new_id()
    send(client, visit)
    kept = upload(client, visit, photo(), "signature").json["digest"]
    shown = client.get(f"/desk/field/visits/{visit}/{kept}.jpg")
    assert dict(Image.open(io.BytesIO(shown.data)).getexif()) == {}
    assert kept in client.get(f"/desk/field/visits/{visit}").text
    assert upload(client, visit, b"%PDF-1.7", "signature").status_code in (415, 422)


def test_a_photo_of_a_code_is_read(office, tmp_path):
    pool = DecodePool(1, 2)
    office.app.extensions["parts"] = replace(office.app.extensions["parts"], decoder=pool)
    client, visit = office.someone(Role.INSPECTOR), new_id()
    send(client, visit)
    out = io.BytesIO()
    symbol = draw(modules(parse(ITEM), "https://verify.example.vn", "qr"), "png")
    Image.open(io.BytesIO(symbol)).convert("RGB").save(out, "JPEG")
    answer = upload(client, visit, out.getvalue(), "photo", new_id())
    pool.close()
    assert answer.json["codes"] == ["https://verify.example.vn" + ITEM]


def test_what_no_kit_sends_is_refused(office):
    client, told = office.someone(Role.INSPECTOR), {"id": new_id(), "opened": 1}
    keyed = {"X-CSRFToken": token(client)}
    for body in (
        [],
        {},
        {"visit": {"id": "x", "opened": 1}},
        {"visit": {"id": new_id()}},
        {"visit": told, "checks": [{"id": "x"}]},
        {"visit": {**told, "opened": float("inf")}},
        {"visit": {**told, "basis": "x"}},
        {"visit": {**told, "marks": {"visit.records": "x"}}},
        {"visit": told, "checks": 5},
    ):
        assert client.post("/desk/field/send", json=body, headers=keyed).status_code == 422, body


def test_anothers_visit_is_neither_seen_nor_written_to(office):
    first, second = office.someone(Role.INSPECTOR), office.sign_in(office.open(Role.INSPECTOR, "second"))
    visit = new_id()
    send(first, visit, check())
    assert second.get(f"/desk/field/visits/{visit}").status_code == 404
    assert second.get(f"/desk/field/visits/{visit}/record.pdf").status_code == 404
    assert send(second, visit, check()).status_code == 403
    assert upload(second, visit, photo(), "signature").status_code == 404
