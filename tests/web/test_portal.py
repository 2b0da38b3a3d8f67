"""Pages of enterprises and the review queue, with real accounts on a real database."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from tests.fixtures_accounts import send, token
from tests.html_checks import Page, check_page
from tests.registry_samples import GTIN
from verify_app.domain.account import Role, Scope
from verify_app.enterprise.single import cells_of_lot, cells_of_product
from verify_app.serving.jobs import jobs_of, run_once
from verify_app.store.drafts import last_lot, last_model
from verify_app.store.engine import reading
from verify_app.store.registry import find

pytest_plugins = ("tests.fixtures_portal",)
NEW = "09521234543220"


@pytest.fixture
def reviewer(office):
    return office.someone(Role.PROVINCE)


def test_first_page_tells_what_to_do_next_and_checks_numbers(office, author):
    looked: list[str] = []

    def explain(_connection, cursor, statement, parameters, *_rest):
        looked.extend(row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    sa.event.listen(office.engine, "before_cursor_execute", explain)
    assert "Đã xong 5 trên 8 phần" in author.get("/enterprise").text
    sa.event.remove(office.engine, "before_cursor_execute", explain)
    assert any("ix_scan_identity_when_ms (identity=?)" in step for step in looked), "no item walks through all scans"
    page = author.get("/enterprise/check?number=9521234543231&kind=gtin").text
    assert "Chữ số cuối phải là 7" in page
    assert "952 là đầu số minh họa" in page
    assert "chữ số kiểm tra là 7" in page
    lot = author.get("/enterprise/check", query_string={"number": "LÔ 1", "kind": "lot"}).text
    assert lot.count('class="is-wrong"') == 2


def test_draft_goes_from_the_form_through_review_to_the_public_page(office, author, reviewer):
    fields = {"gtin": NEW, "name": "Cà phê Ví Dụ", "origin": "Sản xuất tại Việt Nam"}
    assert send(author, "/enterprise/products/new/products", **fields).status_code == 303
    assert "Cà phê Ví Dụ" in author.get("/enterprise/products").text
    assert NEW in author.get("/enterprise/products?q=CÀ PHÊ VÍ").text
    assert "Không có sản phẩm" in author.get("/enterprise/products?q=mèo").text
    own, theirs = f"/enterprise/products/{NEW}/1", f"/desk/reviews/{NEW}/1"
    assert "Hình ảnh" in author.get(own).text, "what is missing is named"
    assert send(author, own, act="approve").status_code == 409
    assert send(author, own, act="submit").status_code == 303
    assert "Cà phê Ví Dụ" in reviewer.get("/desk/reviews").text
    refused = send(reviewer, theirs, act="return", reason="")
    assert (refused.status_code, "Hãy ghi lý do" in refused.text) == (409, True)
    assert send(reviewer, theirs, act="approve", publish="on").status_code == 303
    from verify_app.domain.code import Code

    with reading(office.engine) as connection:
        assert find(connection, Code("01", NEW)).model.review.value == "published"
    assert "person" not in author.get(own).text


def test_wrong_field_is_told_beside_it(author):
    answer = send(author, "/enterprise/products/new/lots", gtin=GTIN, lot="L9", expiry="31/02/2027")
    assert answer.status_code == 422
    assert "không phải ngày có thật" in answer.text
    assert send(author, "/enterprise/products/new/products").status_code == 422
    assert author.get("/enterprise/products/new/cats").status_code == 404


def test_form_shows_what_is_there_and_saved_as_it_is_changes_nothing(office, author, desk):
    page = Page(author.get(f"/enterprise/products/new/products?gtin={GTIN}").text)
    assert page.all("input", id="name")[0]["value"] == "Hạt tiêu Ví Dụ"
    with reading(office.engine) as connection:
        model, lot = last_model(connection, GTIN), last_lot(connection, GTIN, "L1")
    for kind, cells in (("products", cells_of_product(model)), ("lots", cells_of_lot(GTIN, lot))):
        assert send(author, f"/enterprise/products/new/{kind}", **cells).status_code == 303
    with reading(office.engine) as connection:
        assert (last_model(connection, GTIN), last_lot(connection, GTIN, "L1")) == (model, lot)
    assert send(author, "/enterprise/products/new/products", gtin=GTIN, brand="Mới").status_code == 303
    page = author.get(f"/enterprise/products/{GTIN}/2").text
    assert ("Nhãn hiệu" in page, "<ins>Mới</ins>" in page, ">brand<" in page) == (True, True, False)


def test_file_is_sent_followed_and_its_refused_rows_come_back(author, desk):
    data = f"gtin,serial,lot\n{GTIN},W1,L1\n{GTIN},W 2,L1\n".encode()
    form = {"csrf_token": token(author), "kind": "items", "file": (io.BytesIO(data), "mã.csv")}
    sent = author.post("/enterprise/imports", data=form)
    assert sent.status_code == 303
    assert 'http-equiv="refresh"' in author.get(sent.location).text
    run_once(jobs_of(desk))
    page = author.get(sent.location).text
    assert 'http-equiv="refresh"' not in page
    assert "Tải các dòng bị từ chối" in page
    assert ("Dòng 3" in page, "W 2" in page) == (True, True), "the first refused rows stand on the page"
    assert "W 2" in author.get(f"{sent.location}/errors").text
    assert "mã.csv" in author.get("/enterprise/imports").text
    for wrong in ({}, {"kind": "items", "file": (io.BytesIO(b"x"), "a.exe")}):
        assert author.post("/enterprise/imports", data={"csrf_token": token(author)} | wrong).status_code == 422
    for form in ("xlsx", "csv"):
        assert author.get(f"/enterprise/templates/items.{form}").status_code == 200
    assert author.get("/enterprise/templates/items.exe").status_code == 404


def test_key_is_shown_once_rotated_and_revoked(author, desk):
    made = send(author, "/enterprise/keys", name="ERP", scope="read").text
    assert "vk_" in made
    assert "vk_" not in author.get("/enterprise/keys").text
    (key,) = desk.keys.all("e1")
    assert "vk_" in send(author, "/enterprise/keys", act="rotate", key=key.id).text
    assert "Đã thu hồi" in send(author, "/enterprise/keys", act="revoke", key=key.id).text
    assert send(author, "/enterprise/keys", name="", scope="read").status_code == 422


def test_others_see_neither_the_pages_nor_the_imports_of_an_enterprise(office, author, desk):
    stranger = office.someone(Role.ENTERPRISE, account_id="other", scope=Scope(enterprises=("e2",)))
    assert stranger.get(f"/enterprise/products/{GTIN}/1").status_code == 404
    assert send(stranger, f"/enterprise/products/{GTIN}/1", act="submit").status_code in (404, 409)
    elsewhere = office.someone(Role.PROVINCE, account_id="far", scope=Scope(("Đắk Lắk",), ("*",)))
    assert elsewhere.get(f"/desk/reviews/{GTIN}/1").status_code == 404
    assert author.get("/desk/reviews").status_code == 403


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_pages_are_sound_html_in_both_languages(author, reviewer, lang):
    for client, path in (
        (author, "/enterprise"),
        (author, "/enterprise/check?kind=lot&number=L1"),
        (author, "/enterprise/products"),
        (author, "/enterprise/products/new/events"),
        (author, f"/enterprise/products/{GTIN}/1"),
        (author, "/enterprise/imports"),
        (author, "/enterprise/keys"),
        (reviewer, "/desk/reviews"),
    ):
        page = client.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        assert page.status_code == 200, path
        check_page(page.text, lang)
        assert "portal." not in page.text, path
