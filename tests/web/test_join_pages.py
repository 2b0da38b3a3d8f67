"""An enterprise asks to be taken up, an officer of its province decides, with and without a mail server."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.fixtures_accounts import PASSWORD, empty_database, make_office, send
from tests.fixtures_mail import mail_server
from tests.html_checks import check_page
from tests.unit.test_joining import GIVEN
from verify_app.domain.account import Role, Scope
from verify_app.enterprise.letters import BACK_OFF_S, MailServer
from verify_app.serving.jobs import jobs_of, run_once
from verify_app.store.engine import reading
from verify_app.store.letters import GIVEN_UP
from verify_app.store.listing import list_enterprises
from verify_app.store.portal_tables import join_request, letter

__all__ = ["empty_database"]
FORM = GIVEN | {"tax_code": "001200000001", "website": "vidu.example", "speak": "on"}


@pytest.fixture
def office(tmp_path, empty_database):
    made = make_office(tmp_path, empty_database)
    yield made
    made.engine.dispose()


def desk_of(office):
    return office.world.app.extensions["parts"].desk


def with_mail(office, url):
    parts = office.world.app.extensions["parts"]
    desk = replace(parts.desk, mail=MailServer(url, "tra-cuu@vidu.example"))
    office.world.app.extensions["parts"] = replace(parts, desk=desk)
    return desk


def the_request(office):
    with reading(office.engine) as connection:
        return connection.execute(join_request.select()).one()


def test_household_joins_from_the_form_to_its_first_page(office):
    guest = office.world.client()
    page = guest.get("/enterprise/join")
    check_page(page.text, "vi")
    assert "Set-Cookie" not in page.headers
    refused = guest.post("/enterprise/join", data=FORM | {"phone": "", "speak": "on", "gln": "1"})
    assert (refused.status_code, refused.text.count("field-error")) == (422, 3)
    sent = guest.post("/enterprise/join", data=FORM)
    assert sent.status_code == 303
    state = guest.get(sent.location)
    check_page(state.text, "vi")
    assert "đang chờ cán bộ xem" in state.text
    assert "001200000001" not in state.text, "a person's own number is shown to officers only"
    assert guest.get("/enterprise/join/nobody").status_code == 404

    officer = office.someone(Role.PROVINCE)
    elsewhere = office.someone(Role.PROVINCE, account_id="far", scope=Scope(("Huế",), ("*",)))
    address = f"/desk/enterprises/{the_request(office).id}"
    assert FORM["person"] in officer.get(address).text
    assert "Hộ kinh doanh Ví Dụ" in officer.get("/desk/enterprises").text
    assert "Hộ kinh doanh Ví Dụ" not in elsewhere.get("/desk/enterprises").text
    assert elsewhere.get(address).status_code == 404
    assert send(officer, address, act="refuse").status_code == 422, "a refusal tells why"
    link = re.search(r"/account/welcome/[\w.-]+", send(officer, address, act="admit").text)[0]
    assert send(officer, address, act="admit").status_code == 409

    desk, (firm,) = desk_of(office), re.findall(r"dn-\w+", str(the_request(office).enterprise_id))
    assert desk.links.hosts(firm) == ("vidu.example",)
    assert send(officer, address, act="hosts", hosts="https://x").status_code == 422
    assert send(officer, address, act="hosts", hosts="shop.vidu.example, vidu.example").status_code == 303
    check_page(officer.get(address).text, "vi")
    assert desk.links.hosts(firm) == ("shop.vidu.example", "vidu.example")

    state = guest.get(sent.location).text
    assert link.partition(".")[0] in state, "the applicant finds the same way without a letter"  # behind it: the time
    assert guest.post(link, data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert "/account/welcome/" not in guest.get(sent.location).text
    guest.post("/account/sign-in", data={"email": "vidu@vidu.example", "password": PASSWORD})
    assert "Hộ kinh doanh Ví Dụ" in guest.get("/enterprise").text
    with reading(office.engine) as connection:
        (made,) = list_enterprises(connection)
    assert (made.tenant_id, made.tax_code, made.kind) == ("gia-lai", "001200000001", "household")


def test_refused_applicant_reads_why_and_a_taken_address_is_told_to_the_officer(office):
    guest, officer = office.world.client(), office.someone(Role.OPERATOR)
    where = guest.post("/enterprise/join", data=FORM | {"email": "operator@example.vn"}).location
    address = f"/desk/enterprises/{the_request(office).id}"
    taken = send(officer, address, act="admit")
    assert (taken.status_code, "đã có tài khoản" in taken.text) == (409, True)
    assert send(officer, address, act="refuse", reason="Tên không khớp").status_code == 303
    assert "Tên không khớp" in guest.get(where).text
    assert guest.post("/enterprise/join", data=FORM | {"fax": "1"}).status_code == 400
    answers = [guest.post("/enterprise/join", data=FORM).status_code for _ in range(22)]  # more than two hours allow
    assert 429 in answers


def test_address_is_confirmed_by_letter_where_there_is_a_mail_server(office):
    with mail_server() as (url, inbox):
        desk = with_mail(office, url)
        guest, officer = office.world.client(), office.someone(Role.PROVINCE)
        sent = guest.post("/enterprise/join?lang=en", data=FORM)
        assert (sent.status_code, "vidu@vidu.example" in sent.text) == (200, True)
        assert FORM["person"] not in officer.get("/desk/enterprises").text, "an unconfirmed request waits for nobody"
        assert run_once(jobs_of(desk)) == 1
        assert (inbox.came[0]["To"], inbox.came[0]["Subject"]) == ("vidu@vidu.example", "Confirm your e-mail address")
        path = re.search(r"/enterprise/join/[\w-]+\?lang=en", inbox.texts()[0])[0]
        assert "waits for an officer" in guest.get(path).text
        send(officer, f"/desk/enterprises/{the_request(office).id}", act="admit")
        run_once(jobs_of(desk))
        assert "/account/welcome/" in inbox.texts()[1]


def test_letter_waits_for_an_absent_server_and_is_given_up_at_last(office):
    desk = with_mail(office, "smtp://127.0.0.1:1")
    assert desk.letters.write("k", "vidu@vidu.example", "one\nline", "body")
    assert not desk.letters.write("k", "vidu@vidu.example", "again", "body")
    now = 4_000_000_000_000
    for _ in range(len(BACK_OFF_S) + 1):
        assert desk.letters.run_next(now) is not None
        assert desk.letters.run_next(now) is None
        now += 100_000_000
    with reading(office.engine) as connection:
        kept = connection.execute(letter.select()).one()
    assert (kept.status, kept.subject, kept.body) == (GIVEN_UP, "one line", "body")
    assert desk.letters.run_next(now) is None
