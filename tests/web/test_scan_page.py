"""Giving a code by typing, pasting or photo; photos are read by the real decoders in their own process."""

from io import BytesIO

import pytest
from PIL import Image

from tests.fixtures_web import GTIN, ITEM, make_world
from tests.html_checks import check_page
from verify_app.domain.code import Code
from verify_app.domain.parse import parse
from verify_app.images.errors import DecodeBusy, DecodeTimeout
from verify_app.images.pool import DecodePool
from verify_app.images.symbols import symbol

LINK = f"https://verify.example.vn{ITEM}"
BRACKETED = f"(01){GTIN}(10)L2601(21)A1B2C3"


def qr(code: Code) -> Image.Image:
    return Image.open(BytesIO(symbol(code, "https://verify.example.vn", "qr", "png", 5))).convert("L")


def photo(*codes: str, size=(900, 700)) -> BytesIO:
    """A grey picture with a symbol for each code, side by side, as JPEG."""
    picture = Image.new("L", size, 200)
    left = 40
    for code in codes:
        drawn = qr(parse(code))
        picture.paste(drawn, (left, 120))
        left += drawn.width + 60
    file = BytesIO()
    picture.save(file, "JPEG", quality=90)
    file.seek(0)
    return file


@pytest.fixture(scope="module")
def pool():
    decoders = DecodePool(processes=1, queue=2, deadline_s=60)
    yield decoders
    decoders.close()


@pytest.fixture
def shop(tmp_path, pool):
    return make_world(tmp_path, decoder=pool)


def send(world, file, lang="vi", accept="text/html"):
    client = world.client(accept_language=lang, accept=accept)
    return client.post("/scan", data={"photo": (file, "photo.jpg")}, content_type="multipart/form-data")


# --- typed and pasted ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("text", [BRACKETED, f"]d201{GTIN}10L2601\x1d21A1B2C3", LINK, f"https://other.example/x{ITEM}"])
def test_a_typed_code_goes_on_to_its_own_page_and_is_recorded_once(world, text, method):
    client = world.client()
    answer = (
        client.get("/scan", query_string={"code": text})
        if method == "get"
        else client.post("/scan", data={"code": text})
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{ITEM}?via=typed"
    assert world.histories.seen == {}
    assert check_page(client.get(answer.headers["Location"]).text, "vi").verdict()[0] == "VALID"
    assert [len(visits) for visits in world.histories.seen.values()] == [1]


def test_attributes_and_the_chosen_language_go_along(world):
    answer = world.client().get("/scan", query_string={"code": f"{BRACKETED}(17)990112", "lang": "en"})
    assert answer.headers["Location"] == f"{ITEM}?17=990112&via=typed&lang=en"


def test_a_serial_with_a_slash_keeps_it_on_the_way(world):
    answer = world.client().get("/scan", query_string={"code": f"(01){GTIN}(21)A/B"})
    assert answer.headers["Location"] == f"/01/{GTIN}/21/A%2FB?via=typed"


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("text", "verdict"), [("9521234543214", "MALFORMED"), ("Khuyến mãi", "NOT_GS1")])
def test_a_text_that_is_no_code_is_400_and_says_why(world, text, verdict, lang):
    answer = world.client(accept_language=lang).get("/scan", query_string={"code": text})
    assert answer.status_code == 400
    page = check_page(answer.text, lang)
    assert page.verdict()[0] == verdict
    assert page.all("input", id="code")[0]["value"] == text
    assert world.histories.seen == {}


def test_the_right_check_digit_is_named(world):
    answer = world.client().get("/scan?code=9521234543214")
    assert "Chữ số cuối là 4, nhưng theo các chữ số đứng trước thì phải là 3." in answer.text


def test_a_typed_text_cannot_write_into_the_page(world):
    answer = world.client().get("/scan", query_string={"code": '"><script>alert(1)</script>'})
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_link_of_another_system_is_named_and_not_followed(world, lang):
    answer = world.client(accept_language=lang).get("/scan", query_string={"code": "https://verigoods.vn/tra-cuu/1"})
    assert answer.status_code == 200
    page = check_page(answer.text, lang)
    assert page.verdict() == ("FOREIGN", "1")
    assert "VeriGoods" in page.text
    assert not [attrs for _, attrs in page.tags if "verigoods" in attrs.get("href", "")]
    assert "Location" not in answer.headers


def test_an_unknown_other_system_is_named_by_its_host(world):
    page = check_page(world.client().get("/scan?code=https://shop.example.com/p/1").text, "vi")
    assert page.verdict()[0] == "FOREIGN"
    assert "shop.example.com" in page.text


def test_several_codes_are_listed_with_their_verdicts(world):
    answer = world.client().post("/scan", data={"code": f"{BRACKETED}\n9521234543214\nhttps://shop.example.com/p"})
    page = check_page(answer.text, "vi")
    verdicts = [attrs["data-verdict"] for _, attrs in page.tags if "data-verdict" in attrs]
    assert verdicts == ["VALID", "MALFORMED", "FOREIGN"]
    assert page.all("a", href=ITEM)
    assert "Cà phê rang xay" in page.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_codes_of_a_list_are_scans_of_their_own(world):
    world.client().get("/scan", query_string=[("code", BRACKETED), ("code", GTIN)])
    visits = [visit for visits in world.histories.seen.values() for visit in visits]
    assert len({visit.id for visit in visits}) == 2
    assert {visit.visitor for visit in visits} == {visits[0].visitor}


def test_nothing_sent_is_400(world):
    answer = world.client().post("/scan", data={})
    assert answer.status_code == 400
    check_page(answer.text, "vi")


def test_a_program_gets_json_for_a_typed_code(world):
    answer = world.client(accept="application/json").post("/scan", data={"code": BRACKETED})
    assert answer.json["verdict"] == "VALID"
    (visits,) = world.histories.seen.values()
    assert visits[0].entry == "typed"


# --- photos ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_photo_is_shown_with_what_was_read_where_and_its_verdict(shop, lang):
    answer = send(shop, photo(BRACKETED), lang)
    assert answer.status_code == 200
    page = check_page(answer.text, lang)
    assert page.verdict() == ("VALID", "0")
    picture = next(image for image in page.all("img") if image["src"].startswith("data:image/jpeg;base64,"))
    assert (picture["width"], picture["height"]) == ("900", "700")
    (box,) = page.all("polygon")
    xs = [float(point.split(",")[0]) for point in box["points"].split()]
    assert len(xs) == 4
    assert 30 < min(xs) < 120
    assert BRACKETED in page.text
    assert page.all("a", href=ITEM)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_language_switch_of_a_photo_leads_to_the_code(shop):
    page = check_page(send(shop, photo(BRACKETED)).text, "vi")
    switch = page.all("a", class_="switch")[0]["href"]
    assert switch == f"{ITEM}?lang=en"
    assert check_page(shop.client().get(switch).text, "en").verdict()[0] == "VALID"


def test_a_photo_is_recorded_as_a_photo(shop):
    send(shop, photo(BRACKETED))
    (visits,) = shop.histories.seen.values()
    assert [visit.entry for visit in visits] == ["photo"]


def test_several_codes_in_a_photo_are_numbered_and_listed(shop):
    page = check_page(send(shop, photo(BRACKETED, f"(01){GTIN}(10)NOSUCH")).text, "vi")
    assert len(page.all("polygon")) == 2
    assert {attrs["data-verdict"] for _, attrs in page.tags if "data-verdict" in attrs} == {"VALID", "UNKNOWN_LOT"}
    assert len(page.all("span", class_="number")) == 2
    switch = page.all("a", class_="switch")[0]["href"]
    assert switch.startswith("/scan?code=")
    listed = check_page(shop.client().get(switch).text, "en")
    assert {attrs["data-verdict"] for _, attrs in listed.tags if "data-verdict" in attrs} == {"VALID", "UNKNOWN_LOT"}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_photo_without_a_code_gives_tips(shop, lang):
    page = check_page(send(shop, photo(), lang).text, lang)
    assert not page.all("polygon")
    assert ("phần ba" if lang == "vi" else "third") in page.text
    assert page.all("input", id="code")
    assert shop.histories.seen == {}


def test_a_program_gets_text_place_and_verdict_as_json(shop):
    answer = send(shop, photo(BRACKETED), accept="application/json")
    assert (answer.json["width"], answer.json["height"]) == (900, 700)
    (found,) = answer.json["symbols"]
    assert found["text"] == LINK
    assert found["verdict"] == "VALID"
    assert found["path"] == ITEM
    assert len(found["position"]) == 4


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"%PDF-1.7 nothing", 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        (b"\xff\xd8\xff\xe0 cut off", 422),
        (b"plain words", 415),
        (b"\x89PNG\r\n\x1a\n", 422),
    ],
)
def test_a_file_that_is_no_picture_is_refused_in_words(shop, body, status, lang):
    answer = send(shop, BytesIO(body), lang)
    assert answer.status_code == status
    page = check_page(answer.text, lang)
    assert "Error" not in page.text or lang == "en"
    assert send(shop, BytesIO(body), accept="application/json").json["status"] == status


def test_twenty_megabytes_are_refused_before_anything_reads_them(world):
    answer = send(world, BytesIO(b"\xff\xd8\xff" + bytes(20 * 1024 * 1024)))
    assert answer.status_code == 413
    assert "12 MB" in check_page(answer.text, "vi").text


def test_a_large_text_is_refused(world):
    assert world.client().post("/scan", data={"code": "9" * 600_000}).status_code == 413


@pytest.mark.parametrize(("error", "status"), [(DecodeBusy(7), 503), (DecodeTimeout(2.0), 422)])
def test_a_busy_or_late_decoder_says_so(tmp_path, error, status):
    class Troubled:
        def decode(self, data):
            raise error

    answer = send(make_world(tmp_path, decoder=Troubled()), photo())
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("7" if status == 503 else None)
    check_page(answer.text, "vi")
