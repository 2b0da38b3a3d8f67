"""Every page of both applications, and everybody who may ask for it: as the permission matrix says."""

from __future__ import annotations

import re

import pytest

from tests.fixtures_accounts import ROLES, empty_database, make_office, token
from verify_app.domain.account import Role
from verify_app.domain.permissions import MATRIX, Permission
from verify_app.store.audit import latest
from verify_app.web.audience import ROUTES

__all__ = ["empty_database"]
SIGN_OUT = "security.logout"  # ends the session that the other tests use
RESTRICTED = {Permission.READ_CASES, Permission.READ_AUDIT, Permission.INSPECT, Permission.MANAGE_ACCOUNTS,
              Permission.ADMIT_ENTERPRISES, Permission.REVIEW_PUBLICATIONS}  # fmt: skip
WITHOUT_DATA = ("desk.search.search", "desk.site.kit", "desk.site.kit_worker", "desk.site.token", "desk.site.visits")
OIDC = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "x", "oidc_client_secret": "y"}


@pytest.fixture(scope="module")
def house(tmp_path_factory, empty_database):
    """An office with one signed-in browser of each role, and one without."""
    office = make_office(tmp_path_factory.mktemp("office"), empty_database, **OIDC)
    browsers = {role: office.someone(role) for role in ROLES}
    browsers[Role.SHOPPER] = office.world.client()
    tokens = {role: token(browsers[role]) for role in ROLES} | {Role.SHOPPER: ""}
    yield office, browsers, tokens
    office.engine.dispose()


def rules(app):
    """Every rule of an application with each method of its own."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            path = re.sub(r"<int:\w+>", "1", rule.rule)
            yield rule.endpoint, method, re.sub(r"<(?:\w+:)?\w+>", "x", path)


@pytest.mark.parametrize("role", [Role.SHOPPER, *ROLES])
def test_each_page_opens_to_exactly_those_whom_the_matrix_names(house, role):
    office, browsers, tokens = house
    wrong = []
    for endpoint, method, path in rules(office.app):
        if endpoint == SIGN_OUT:
            continue
        if role in ROLES and browsers[role].get("/account").status_code != 200:  # a step out of turn signed out
            browsers[role] = office.sign_in(office.accounts.get(role.value))
            tokens[role] = token(browsers[role])
        answer = browsers[role].open(path, method=method, data={"csrf_token": tokens[role]} if method != "GET" else {})
        to_the_door = answer.status_code == 302 and answer.location.startswith("/account/sign-in?next=")
        refused = answer.status_code in (401, 403) or (to_the_door and ROUTES[endpoint] is not Permission.PUBLIC)
        if refused is (role in MATRIX[ROUTES[endpoint]]) or answer.status_code >= 500:
            wrong.append((endpoint, method, answer.status_code))
    assert wrong == []


def test_a_page_of_restricted_data_leaves_a_line_in_the_log(house):
    office, browsers, _ = house
    boss = browsers[Role.PROVINCE] = office.sign_in(office.accounts.get(Role.PROVINCE.value))
    silent = []
    for endpoint, method, path in rules(office.app):
        if method != "GET" or ROUTES[endpoint] not in RESTRICTED:
            continue
        before = last_number(office.engine)
        answer = boss.get(path)
        if answer.status_code == 200 and answer.get_data() and last_number(office.engine) == before:
            silent.append(endpoint)
    assert sorted(silent) == sorted(WITHOUT_DATA), "a form not filled in yet, the kit, one's own visits"


def last_number(engine):
    return next((entry.number for entry in latest(engine, 0, 1)), 0)


def test_public_pages_open_to_everybody_and_give_no_cookie(house):
    office, _, _ = house
    for _endpoint, method, path in rules(office.world.app):
        answer = office.world.client().open(path, method=method)
        keyed = answer.headers.get("WWW-Authenticate") == "Bearer"  # asks for an enterprise's key, not for a person
        assert keyed or answer.status_code not in (401, 403), path
        assert "Set-Cookie" not in answer.headers, path
        assert "Cookie" not in answer.headers.get("Vary", ""), path


def test_a_page_that_nobody_wrote_into_the_matrix_opens_to_nobody(house):
    office, browsers, _ = house
    office.app.view_functions["forgotten"] = lambda: "open"
    office.app.url_map.add(office.app.url_rule_class("/desk/forgotten", endpoint="forgotten", methods={"GET"}))
    refused = browsers[Role.OPERATOR].get("/desk/forgotten")
    assert refused.status_code == 403
    assert 'class="button" href="/account"' in refused.text, "not to the shoppers' first page"


@pytest.mark.parametrize("role", ROLES)
def test_the_ways_on_the_page_are_those_that_open(house, role):
    _, browsers, _ = house
    page = browsers[role].get("/account").text
    ways = re.findall(r'<li><a href="(/[^"?]*)', page.partition('class="desk-ways"')[2].partition("</nav>")[0])
    assert "/account" in ways
    assert [way for way in ways if browsers[role].get(way).status_code != 200] == []
