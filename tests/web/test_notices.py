"""What an enterprise is told: webhooks with their log, and the letter each morning; and the claims that it makes."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook as Verifier

from tests.fixtures_accounts import send, token
from tests.fixtures_mail import mail_server
from tests.html_checks import check_page
from tests.registry_samples import GTIN
from verify_app.domain.account import Role, Scope
from verify_app.enterprise.letters import MailServer
from verify_app.enterprise.safe_target import Target, TargetError
from verify_app.serving.digest_words import digest_words
from verify_app.serving.jobs import jobs_of, run_once

pytest_plugins = ("tests.fixtures_portal",)
PUBLIC = Target("hooks.example", 443, "/in", "93.184.216.34")
MORNING = int(datetime(2026, 11, 23, 0, 30, tzinfo=UTC).timestamp() * 1000)  # half past seven in Vietnam


def check(url):
    if not url.startswith("https://hooks.example"):
        raise TargetError("Expected a host on the public network, got another.")
    return PUBLIC


class Receiver:
    """An enterprise's server that answers with 500 first."""

    def __init__(self):
        self.came = []

    def __call__(self, target, body, headers):
        self.came.append((body, headers))
        return 500 if len(self.came) == 1 else 200


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def office(office, receiver):
    parts = office.app.extensions["parts"]
    desk = replace(parts.desk, check=check, post=receiver)
    office.app.extensions["parts"] = replace(parts, desk=desk)
    return office


def csv_file(author, rows):
    form = {"csrf_token": token(author), "kind": "items", "file": (io.BytesIO(rows.encode()), "items.csv")}
    return author.post("/enterprise/imports", data=form)


def test_webhook_is_made_told_of_an_import_and_asked_again_from_its_log(author, desk, receiver):
    path = "/enterprise/webhooks"
    check_page(author.get(path).text, "vi")
    refused = send(author, path, act="make", url="https://127.0.0.1/", kind="import.ended")
    assert (refused.status_code, "Không dùng được địa chỉ này" in refused.text) == (422, True)
    made = send(author, path, act="make", url="https://hooks.example/in", kind=["import.ended", "version.moved"])
    secret = made.text.partition('mono">whsec_')[2].partition("<")[0]
    assert "whsec_" not in author.get(path).text
    csv_file(author, f"gtin,serial,lot\n{GTIN},W1,L1\n{GTIN},W 2,L1\n")
    send(author, f"/enterprise/products/{GTIN}/1", act="submit")
    run_once(jobs_of(desk))
    body, headers = receiver.came[-1]
    told = Verifier(f"whsec_{secret}").verify(body, headers)
    assert (told["type"], told["data"]["bad"], told["data"]["status"]) == ("import.ended", 1, "done")
    page = author.get(path).text
    assert ("Chờ gửi" in page, "500" in page) == (True, True)
    (log,) = desk.webhooks.log("e1")
    send(author, path, act="replay", id=log.id)
    run_once(jobs_of(desk))
    assert receiver.came[-1][1]["webhook-id"] == headers["webhook-id"], "the same message again"
    send(author, path, act="try")
    run_once(jobs_of(desk))
    assert b'"type":"test"' in receiver.came[-1][0]
    (hook,) = desk.webhooks.all("e1")
    send(author, path, act="stop", id=hook.id)
    assert "Chưa có webhook nào" in author.get(path).text
    check_page(author.get(f"{path}?lang=en").text, "en")


def test_letter_tells_of_yesterday_once_and_of_nothing_never(office, author, desk):
    assert "chưa nối máy chủ thư" in author.get("/enterprise/webhooks").text
    with mail_server() as (url, inbox):
        desk = replace(desk, mail=MailServer(url, "tra-cuu@vidu.example"))
        office.app.extensions["parts"] = replace(office.app.extensions["parts"], desk=desk)
        send(author, "/enterprise/webhooks", act="letters")
        assert "Đang gửi" in author.get("/enterprise/webhooks").text
        desk.digests.begin("e1", "enterprise@example.vn", "vi", MORNING - 86_400_000)
        assert desk.digests.run_next(digest_words, MORNING - 2 * 3_600_000) is None, "at half past five it is too early"
        assert desk.digests.run_next(digest_words, MORNING), "a day without news is passed over"
        assert desk.letters.run_next() is None
        csv_file(author, f"gtin,serial,lot\n{GTIN},W1,L1\n{GTIN},W 2,L1\n")
        run_once({"imports": desk.imports.run_next})
        (done,) = desk.imports.all("e1")
        tomorrow = done.updated_at + 86_400_000
        desk.digests.begin("e1", "enterprise@example.vn", "vi", tomorrow - 86_400_000)
        later = tomorrow - (tomorrow + 7 * 3_600_000) % 86_400_000 + 7 * 3_600_000  # seven in the morning
        assert desk.digests.run_next(digest_words, later)
        assert desk.digests.run_next(digest_words, later) is None
        assert desk.letters.run_next()
        (text,) = inbox.texts()
        assert "1 lần nhập dữ liệu đã xong" in text
        assert "1 dòng bị từ chối" in text
        send(author, "/enterprise/webhooks", act="no_letters")
        assert desk.digests.wanted("e1") == ()


def test_certificate_needs_its_number_and_its_paper_reaches_the_reviewer_only(office, author):
    path = f"/enterprise/products/{GTIN}/certificates"
    check_page(author.get(path).text, "vi")
    given = {"act": "add", "kind": "ocop", "number": "OCOP-7/2026", "title": "OCOP 4 sao", "body": "UBND tỉnh (hư cấu)",
             "valid_from": "2026-01-01", "valid_until": "2029-01-01", "stars": "4"}  # fmt: skip

    def claim(**changes):
        return author.post(path, data={"csrf_token": token(author)} | given | changes)

    pdf = b"%PDF-1.7 fictional"
    for wrong in (
        {"number": " "},
        {"title": ""},
        {"body": ""},
        {"kind": "magic"},
        {"stars": "6"},
        {"kind": "vietgap"},
        {"valid_until": "2025-01-01"},
        {"valid_until": "01/01/2029"},
        {"paper": (io.BytesIO(b"MZ no paper"), "a.exe")},
    ):
        refused = claim(**wrong)
        assert (refused.status_code, "field-error" in refused.text) == (422, True), wrong
    assert claim(paper=(io.BytesIO(pdf), "giấy.pdf")).status_code == 303
    page = author.get(path).text
    assert ("OCOP-7/2026" in page, "★★★★" in page, "giấy.pdf" in page) == (True, True, True)
    dossier = f"/enterprise/products/{GTIN}/2"
    paper = author.get(dossier).text.partition('href="/enterprise/papers/')[2].partition('"')[0]
    assert author.get(f"/enterprise/papers/{paper}").data == pdf
    reviewer = office.someone(Role.PROVINCE)
    assert f"/desk/papers/{paper}" in reviewer.get(f"/desk/reviews/{GTIN}/2").text
    assert reviewer.get(f"/desk/papers/{paper}").data == pdf
    stranger = office.someone(Role.ENTERPRISE, account_id="other", scope=Scope(enterprises=("e2",)))
    elsewhere = office.someone(Role.PROVINCE, account_id="far", scope=Scope(("Huế",), ("*",)))
    assert stranger.get(f"/enterprise/papers/{paper}").status_code == 404
    assert elsewhere.get(f"/desk/papers/{paper}").status_code == 404
    assert stranger.get(path).status_code == 404
    drop = {"act": "drop", "kind": "ocop", "number": "OCOP-7/2026"}
    assert send(author, path, **drop).status_code == 303
    assert send(author, path, **drop).status_code == 422
    assert "OCOP-7/2026" not in author.get(path).text.partition("<form")[0]
