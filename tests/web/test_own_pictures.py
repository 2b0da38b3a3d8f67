"""Pictures that an enterprise gives of its product: from a phone's photo to the public page."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.fixtures_accounts import send, token
from tests.html_checks import check_page
from tests.registry_samples import GTIN
from verify_app.domain.account import Role, Scope
from verify_app.domain.passport import Review
from verify_app.images.errors import ImageError
from verify_app.images.product_photo import render
from verify_app.store.drafts import last_model
from verify_app.store.engine import reading

pytest_plugins = ("tests.fixtures_portal",)
PAGE = f"/enterprise/products/{GTIN}/pictures"


def photo(size=(1600, 1200), kind="JPEG"):
    exif = Image.Exif()
    exif[0x010F] = "Canon"
    exif[0x0112] = 6  # held with the right side down
    out = io.BytesIO()
    Image.new("RGB", size, "#3a7").save(out, kind, exif=exif)
    return out.getvalue()


def put(client, data, shows="product", alt=""):
    form = {"csrf_token": token(client), "act": "put", "shows": shows, "alt": alt}
    return client.post(PAGE, data=form | {"photo": (io.BytesIO(data), "anh.jpg")})


def draft(office):
    with reading(office.engine) as connection:
        return last_model(connection, GTIN)


def test_a_photo_becomes_a_draft_in_all_sizes_without_what_the_phone_wrote(office, author, tmp_path):
    before = draft(office)
    check_page(author.get(PAGE).text, "vi")
    assert put(author, photo()).status_code == 303
    made = draft(office)
    assert (made.review, made.version) == (Review.DRAFT, before.version + 1)
    fresh = [one for one in made.pictures if one not in before.pictures]
    assert [(one.name.rpartition(".")[2], one.width, one.height) for one in fresh] == [
        ("webp", 480, 640), ("webp", 240, 320), ("avif", 480, 640), ("avif", 240, 320),
    ]  # fmt: skip
    assert {one.alt for one in fresh} == {made.name}
    for one in fresh:
        data = (tmp_path / "pictures" / one.name).read_bytes()
        assert b"Canon" not in data
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.size == (one.width, one.height)
    assert put(author, photo((800, 800), "PNG"), "seal", "Tem dán kín nắp").status_code == 303
    assert {one.shows.value for one in draft(office).pictures} == {"product", "seal"}
    page = author.get(f"/enterprise/products/{GTIN}/{draft(office).version}").text
    check_page(page, "vi")
    assert (fresh[0].name in page, "pictures.0" in page) == (True, False)
    assert send(author, PAGE, act="drop", shows="product").status_code == 303
    assert {one.shows.value for one in draft(office).pictures} == {"seal"}


def test_what_is_no_usable_photo_is_refused_in_words_and_changes_nothing(office, author):
    before = draft(office)
    for data, problem in (
        (photo((300, 900)), "too_small"),
        (photo((400, 1300)), "too_long"),
        (photo()[:2000], "damaged"),
        (b"%PDF-1.7", "wrong_type"),
    ):
        with pytest.raises(ImageError) as refused:
            render(data)
        assert refused.value.problem == problem
    said = put(author, b"")
    assert (said.status_code, "Hãy chọn một ảnh" in said.text) == (422, True)
    assert draft(office) == before


def test_nobody_else_puts_pictures_on_a_product(office):
    stranger = office.someone(Role.ENTERPRISE, account_id="other", scope=Scope(enterprises=("e2",)))
    assert stranger.get(PAGE).status_code == 404
    assert put(stranger, photo()).status_code == 404
