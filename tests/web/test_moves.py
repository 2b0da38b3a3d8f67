"""Moves of items by scanning: what a shop books with the phone, takes back, and may not do."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.fixtures_accounts import send, token
from tests.html_checks import check_page
from tests.registry_samples import GTIN
from verify_app.domain.account import Role, Scope
from verify_app.domain.code import Code
from verify_app.domain.item_life import UNDO_MS
from verify_app.domain.registry import Enterprise, EnterpriseKind, Place, Registry
from verify_app.domain.text import Text
from verify_app.images.decode import decode
from verify_app.images.symbols import symbol
from verify_app.store.drafts import last_lot
from verify_app.store.engine import reading, writing
from verify_app.store.registry import find, write_registry
from verify_app.store.tables_enterprise import item_move

pytest_plugins = ("tests.fixtures_portal",)
PAGE, SHOP = "/enterprise/moves", "9520000000028"
ITEM = f"https://tra-cuu.example/01/{GTIN}/21/S1"


@pytest.fixture
def shop(office):
    name = Text.of("Cửa hàng Ví Dụ")
    shop = Enterprise("shop", "gia-lai", EnterpriseKind.HOUSEHOLD, name, name)
    write_registry(office.engine, Registry(enterprises=(shop,), places=(Place(SHOP, "shop", name, name),)))
    return office.someone(Role.ENTERPRISE, account_id="seller", scope=Scope(enterprises=("shop",)))


def booked(client, act, *codes, turn="", **more):
    turn = turn or re.search(r'name="turn" value="(\w+)"', client.get(PAGE).text)[1]
    return send(client, PAGE, act=act, codes="\r\n".join(codes), turn=turn, **more)


def state(office, serial):
    with reading(office.engine) as connection:
        return find(connection, Code("01", GTIN, (("21", serial),))).item.state.value


def test_a_shop_books_what_it_scans_once_and_takes_a_mistake_back_at_its_own_place(office, author, shop):
    check_page(shop.get(PAGE).text, "vi")
    turn = "0123456789abcdef"
    sold = booked(
        shop, "sell", ITEM, f"]d201{GTIN}21S2", f"(01){GTIN}(21)S1", f"(01){GTIN}", "cat", turn=turn, place=SHOP
    )
    check_page(sold.text, "vi")
    assert "Đã ghi nhận 2 trên 4 mã" in sold.text, "an item that was scanned twice is one"
    assert "mã riêng của từng sản phẩm" in sold.text
    assert "Không phải mã sản phẩm" in sold.text
    assert (state(office, "S1"), state(office, "S2")) == ("sold", "sold")
    assert "Đã ghi nhận 1 trên 1 mã" in booked(shop, "sell", ITEM, turn=turn, place=SHOP).text, (
        "sent twice, it is one sale"
    )
    again = booked(shop, "sell", ITEM, place=SHOP).text
    assert "có thể mã đã bị sao chép" in again

    assert "chỉ nơi đó lấy lại được" in booked(author, "undo", ITEM).text
    page = shop.get(PAGE).text
    assert page.count('value="undo"') == 3, "the choice, and a button for each of the two sales"
    assert "Đã ghi nhận 1 trên 1 mã" in booked(shop, "undo", f"/01/{GTIN}/21/S1", place=SHOP).text
    assert state(office, "S1") == "active"
    with writing(office.engine) as connection:
        connection.execute(item_move.update().values(when_ms=item_move.c.when_ms - UNDO_MS))
    assert shop.get(PAGE).text.count('value="undo"') == 1, "after ten days nothing can be taken back"
    assert "quá 10 ngày" in booked(shop, "undo", f"/01/{GTIN}/21/S2", place=SHOP).text


def test_only_the_owner_destroys_and_a_form_without_codes_or_with_too_many_books_nothing(office, author, shop):
    assert "Chỉ chủ sản phẩm" in booked(shop, "destroy", ITEM).text
    assert "Chỉ chủ sản phẩm" in booked(shop, "receive", ITEM, place="9520000000011").text
    assert "Đã ghi nhận 1 trên 1 mã" in booked(author, "destroy", ITEM).text
    assert booked(shop, "receive").status_code == 422
    assert booked(shop, "eat", ITEM).status_code == 422
    many = booked(shop, "receive", *(f"(01){GTIN}(21)S{number}" for number in range(201)))
    assert (many.status_code, "tối đa 200 mã" in many.text) == (422, True)
    pictures = {"photo": [(io.BytesIO(b"a"), f"{number}.png") for number in range(11)]}
    form = {"csrf_token": token(shop), "act": "receive", "turn": "0123456789abcdef", "codes": ITEM}
    assert "tối đa 10 ảnh" in shop.post(PAGE, data=form | pictures).text
    assert "Chưa ghi việc nào" in shop.get(PAGE).text


def test_codes_are_read_from_a_photo(office, shop):
    parts = office.app.extensions["parts"]  # the decoder itself, without the process around it
    office.app.extensions["parts"] = replace(parts, decoder=SimpleNamespace(decode=decode))
    label = symbol(Code("01", GTIN, (("21", "S1"),)), "https://tra-cuu.example", "qr", "png", 8)
    form = {"csrf_token": token(shop), "act": "receive", "turn": "0123456789abcdef", "codes": ""}
    sent = shop.post(PAGE, data=form | {"photo": (io.BytesIO(label), "a.png")})
    assert "Đã ghi nhận 1 trên 1 mã" in sent.text
    assert "Đang lưu thông" in sent.text
    blank = shop.post(PAGE, data=form | {"photo": (io.BytesIO(b"no picture"), "b.png")})
    assert (blank.status_code, "Không đọc được mã nào" in blank.text) == (422, True)


def test_places_are_kept_by_their_enterprise_and_chosen_when_something_is_booked(office, author, shop):
    places = "/enterprise/places"
    check_page(shop.get(places).text, "vi")
    wrong = send(shop, places, name="x", address="", gln="9520000000029")
    check_page(wrong.text, "vi")
    assert (wrong.status_code, wrong.text.count('aria-invalid="true"')) == (422, 3)
    theirs = {"name": "Vườn của người khác", "address": "Thôn 1, xã Ví Dụ", "gln": "9520000000011"}
    assert "đã được đăng ký" in send(shop, places, **theirs).text
    assert send(shop, places, name="Kho <sau> nhà", address="Thôn 2, xã Ví Dụ").status_code == 303
    number = re.search(r"\?at=(dd-[2-9A-Z]{7})\"", shop.get(places).text)[1]
    assert f'value="{number}">Kho &lt;sau&gt; nhà' in shop.get(PAGE).text
    form = shop.get(f"{places}?at={number}")
    check_page(form.text, "vi")
    assert send(shop, places, at=number, name="Kho 2", address="Thôn 2, xã Ví Dụ").status_code == 303
    assert "Đã ghi nhận 1 trên 1 mã" in booked(shop, "receive", ITEM, place=number).text
    assert "nên không bỏ được" in send(shop, places, at=number, act="remove").text
    assert send(shop, places, at=SHOP, act="remove").status_code == 303
    left = shop.get(places).text
    assert (SHOP in left, "Kho 2" in left, "Đã bỏ địa điểm" in left) == (False, True, True)
    for act in ("", "remove"):
        assert send(author, places, at=number, act=act, name="Mine", address="Thôn 2").status_code == 404


def test_an_event_at_an_own_place_gets_its_gln(office, author):
    form = {"gtin": GTIN, "lot": "L1", "stage": "packing", "time": "2026-09-05T07:30", "what": "Đóng gói"}
    assert '<option value="Vườn 1">' in author.get("/enterprise/products/new/events").text
    assert send(author, "/enterprise/products/new/events", **form, place="Vườn 1").status_code == 303
    with reading(office.engine) as connection:
        assert last_lot(connection, GTIN, "L1").events[-1].place_gln == "9520000000011"
