"""Signing in, being locked out, second factors, sessions, and keeping the accounts of others."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from passlib.totp import TOTP

from tests.fixtures_accounts import PASSWORD, empty_database, office, send, token
from verify_app.domain.account import IDLE_DAYS, Role, Scope
from verify_app.store.audit import latest
from verify_app.web.accounts.person import now_ms

__all__ = ["empty_database", "office"]
DAY = 86_400_000


def is_in(client) -> bool:
    return client.get("/account").status_code == 200


def test_looking_at_the_sign_in_page_gives_no_cookie_and_signing_in_does(office):
    person, client = office.open(Role.INSPECTOR), office.world.client()
    page = client.get("/account/sign-in")
    assert (page.status_code, page.headers.getlist("Set-Cookie")) == (200, [])
    answer = client.post("/account/sign-in", data={"email": person.email.upper(), "password": PASSWORD})
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert is_in(client)


def test_with_https_the_cookie_is_bound_to_the_host(office):
    from verify_app.settings import Settings
    from verify_app.web.accounts.configuration import configuration

    made = configuration(Settings(public_url="https://verify.example.vn"), b"k" * 32)
    assert made["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert made["SESSION_COOKIE_SECURE"]


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(office):
    person = office.open(Role.INSPECTOR)
    answers = [
        office.world.client().post("/account/sign-in", data={"email": email, "password": "một mật khẩu sai"})
        for email in (person.email, "nobody@example.vn")
    ]
    texts = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
    assert texts[0] == texts[1]
    assert "Set-Cookie" not in answers[0].headers


def test_five_wrong_passwords_lock_the_door_even_to_the_right_one_until_the_lock_ends(office):
    person = office.open(Role.INSPECTOR)
    for _ in range(5):
        office.sign_in(person, "một mật khẩu sai")
    assert not is_in(office.sign_in(person))
    office.accounts.lock(person.id, now_ms() - 1)
    assert is_in(office.sign_in(person))
    assert office.accounts.get(person.id).failures == 0


def test_an_account_idle_for_45_days_is_shut_also_in_an_open_session(office):
    person = office.open(Role.INSPECTOR)
    client = office.sign_in(person)
    long_ago = now_ms() - (IDLE_DAYS + 1) * DAY
    office.accounts.change(replace(person, created=long_ago, last_seen=long_ago))
    assert not is_in(client)
    assert not is_in(office.sign_in(person))


def test_signing_out_ends_a_copied_cookie_too(office):
    person = office.open(Role.INSPECTOR)
    client, thief = office.sign_in(person), office.world.client()
    name = "verify-session"
    thief.set_cookie(name, client.get_cookie(name).value)
    assert is_in(thief)
    assert send(client, "/account/sign-out").status_code == 302
    assert not is_in(thief)


def test_a_form_from_another_site_is_refused_with_and_without_a_session(office):
    person = office.open(Role.INSPECTOR)
    fields = {"email": person.email, "password": PASSWORD}
    stranger = office.world.client()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert stranger.post("/account/sign-in", data=fields, headers=headers).status_code == 403
    client = office.sign_in(person)
    assert client.post("/account/password", data={"password": PASSWORD}).status_code == 400  # no token


def test_after_signing_in_one_is_where_one_wanted_to_be_but_never_elsewhere(office):
    person, client = office.open(Role.PROVINCE), office.world.client()
    door = client.get("/account/people")
    assert door.location == "/account/sign-in?next=/account/people"
    fields = {"email": person.email, "password": PASSWORD}
    assert client.post(door.location, data=fields).location.endswith("/account/people")
    answer = office.world.client().post("/account/sign-in?next=https://evil.example/", data=fields)
    assert "evil" not in (answer.location or "")


def said_last(office):
    return latest(office.engine, limit=1)[0].note.action


def _set_up_codes(client):
    page = client.post("/account/second-factor", data={"csrf_token": token(client), "setup": "authenticator"}).text
    key = re.search(r'<span class="mono">([^<]+)</span></p></li>', page)[1].replace(" ", "").replace("-", "")
    state = re.search(r'action="(/account/second-factor/[^"]+)"', page)[1]
    codes = TOTP(key=key)
    return codes, client.post(state, data={"csrf_token": token(client), "code": codes.generate().token})


def test_a_second_factor_is_asked_for_and_each_code_counts_once(office):
    person = office.open(Role.INSPECTOR)
    client = office.sign_in(person)
    codes, answer = _set_up_codes(client)
    assert answer.status_code == 302
    assert said_last(office) == "own.second_factor"
    used = codes.generate().token
    half_way = office.sign_in(person)
    assert not is_in(half_way)
    page = "/account/second-factor/code"
    half_way.post(page, data={"csrf_token": token(half_way, page), "code": used})
    assert not is_in(half_way), "the code of the set-up was used already"
    later = codes.generate(time.time() + 30).token
    half_way.post(page, data={"csrf_token": token(half_way, page), "code": later})
    assert is_in(half_way)


def test_recovery_codes_stand_in_for_a_lost_phone_once(office):
    person = office.open(Role.INSPECTOR)
    client = office.sign_in(person)
    _set_up_codes(client)
    page = send(client, "/account/recovery-codes").text
    code = re.findall(r'<li class="mono">([^<]+)</li>', page)[0]
    for works in (True, False):
        other = office.sign_in(person)
        other.post("/account/recovery", data={"csrf_token": token(other, "/account/recovery"), "code": code})
        assert is_in(other) is works


def test_an_administrator_opens_an_account_and_its_owner_sets_a_long_password_once(office):
    client = office.someone(Role.PROVINCE)
    page = send(client, "/account/people", email="moi@example.vn", name="Nguyễn Văn Mới", role="inspector",
                areas="Gia Lai", sectors="*").text  # fmt: skip
    address = re.search(r"data-link>([^<]+)<", page)[1]
    guest = office.world.client()
    assert guest.get(address).status_code == 200
    assert guest.post(address, data={"password": "ngắn quá 12", "again": "ngắn quá 12"}).status_code == 422
    assert guest.post(address, data={"password": PASSWORD, "again": PASSWORD + "x"}).status_code == 422
    assert guest.post(address, data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert said_last(office) == "own.password"
    assert guest.get(address).status_code == 410
    assert is_in(office.sign_in(office.accounts.find("email", "moi@example.vn")[0]))


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "operator", "areas": "Gia Lai"},
        {"role": "inspector", "areas": "Hà Nội"},
        {"role": "inspector", "areas": "*"},
    ],
)
def test_a_province_gives_no_rights_that_it_has_not(office, fields):
    client = office.someone(Role.PROVINCE)
    answer = send(client, "/account/people", email="moi@example.vn", name="Mới", sectors="*", **fields)
    assert answer.status_code == 403
    assert office.accounts.find("email", "moi@example.vn") is None


def test_accounts_outside_the_own_area_are_not_even_there(office):
    other = office.open(Role.INSPECTOR, "far", scope=Scope(("Hà Nội",), ("*",)))
    client = office.someone(Role.PROVINCE)
    assert other.email not in client.get("/account/people").text
    assert client.get(f"/account/people/{other.id}").status_code == 404
    assert send(client, f"/account/people/{other.id}", act="disable").status_code == 404


def test_closing_an_account_ends_its_sessions_and_opening_it_lets_it_in_again(office):
    person = office.open(Role.INSPECTOR)
    client, boss = office.sign_in(person), office.someone(Role.PROVINCE)
    send(boss, f"/account/people/{person.id}", act="disable")
    assert not is_in(client)
    assert not is_in(office.sign_in(person))
    send(boss, f"/account/people/{person.id}", act="enable")
    assert is_in(office.sign_in(person))


def test_a_lost_second_factor_is_taken_away_by_the_administrator(office):
    person = office.open(Role.INSPECTOR)
    client, boss = office.sign_in(person), office.someone(Role.PROVINCE)
    _set_up_codes(client)
    page = send(boss, f"/account/people/{person.id}", act="reset").text
    assert "/account/welcome/" in page
    assert office.accounts.find("id", person.id)[1].totp_secret == ""


@pytest.mark.parametrize("path", ["/account/second-factor", "/account/passkeys"])
def test_what_changes_the_account_asks_for_the_password_again_after_half_an_hour(office, path):
    client = office.someone(Role.INSPECTOR)
    assert client.get(path).status_code == 200
    office.app.config["SECURITY_FRESHNESS"] = timedelta(microseconds=1)
    assert "/account/again" in client.get(path).location


@pytest.mark.parametrize("path", ["/account", "/account/people", "/account/password", "/account/second-factor",
                                  "/account/passkeys", "/account/recovery-codes", "/account/sign-in"])  # fmt: skip
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_has_words_in_both_languages_and_is_kept_by_nobody(office, path, language):
    answer = office.someone(Role.OPERATOR).get(f"{path}?lang={language}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
