"""From a request to a Visit: who is a visitor, what is a scan, what is believed of the headers."""

import re
from pathlib import Path

import pytest
from flask import request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures_web import DAY, ITEM, make_world
from verify_app.domain.scan import Entry, VisitKind
from verify_app.web import visit as visits
from verify_app.web.visit import EPOCH_MS, client_address, country_of, is_preview_bot, new_id, visit_of, visitor

PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/22B83"
KEY = b"k" * 32
HEADERS = ("HTTP_USER_AGENT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT", "HTTP_X_FORWARDED_FOR", "HTTP_SEC_PURPOSE",
           "HTTP_IF_NONE_MATCH", "HTTP_ACCEPT_ENCODING", "HTTP_REFERER")  # fmt: skip


def look(world, path="/", method="GET", entry=Entry.LINK, **headers):
    names = {name.replace("_", "-"): value for name, value in {"User_Agent": PHONE, **headers}.items()}
    with world.app.test_request_context(
        path, method=method, headers=names, environ_base={"REMOTE_ADDR": "113.160.1.1"}
    ):
        return visit_of(request, world.app.extensions["parts"], entry)


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("203.0.113.9", "", 0, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", 0, "203.0.113.9"),  # nobody in front of us: the header is the client's own word
        ("10.0.0.1", "198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", 1, "198.51.100.1"),  # a forged first entry
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", 2, "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1", 2, "198.51.100.1"),
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("10.0.0.1", "nonsense", 1, ""),
        ("", "", 0, ""),
        ("::ffff:203.0.113.9", "", 0, "203.0.113.9"),
        ("10.0.0.1", "[2001:db8::1]", 1, "2001:db8::1"),
    ],
)
def test_only_counted_proxies_are_believed(remote, forwarded, proxies, expected):
    assert client_address(remote, forwarded, proxies) == expected


def test_a_visitor_is_told_by_address_and_browser_for_90_days():
    now = 10 * EPOCH_MS
    one = visitor(KEY, now, "203.0.113.9", PHONE)
    assert one == visitor(KEY, now + 80 * DAY, "203.0.113.9", PHONE)
    others = [
        visitor(KEY, now + 90 * DAY, "203.0.113.9", PHONE),
        visitor(KEY, now, "203.0.113.8", PHONE),
        visitor(KEY, now, "203.0.113.9", PHONE + "\nen"),
        visitor(b"x" * 32, now, "203.0.113.9", PHONE),
    ]
    assert len({one, *others}) == 5
    assert len(one) == 16


def test_an_ipv6_phone_that_changes_its_lower_half_stays_one_visitor():
    assert visitor(KEY, 0, "2001:db8:1:2::3", PHONE) == visitor(KEY, 0, "2001:db8:1:2:a:b:c:d", PHONE)
    assert visitor(KEY, 0, "2001:db8:1:2::3", PHONE) != visitor(KEY, 0, "2001:db8:1:3::3", PHONE)


def test_a_visit_holds_no_address_and_no_user_agent(world):
    visit = look(world, Accept_Language="vi-VN")
    assert "113.160" not in repr(visit)
    assert "Android" not in repr(visit)
    assert visit.country == "VN"
    assert visit.kind is VisitKind.SCAN
    assert visit.cell is None


TEXT = st.text(st.characters(max_codepoint=255), max_size=60)  # what a header can hold when it reaches a WSGI server


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(HEADERS), TEXT), st.binary(max_size=30))
def test_any_text_of_a_visitor_is_survived(world, headers, address):
    environ = {"REQUEST_METHOD": "GET", **headers, "REMOTE_ADDR": address.decode("latin-1")}
    made = visits.visit_from(environ, {}, world.app.extensions["parts"])
    assert 0 <= made.tag("01/1/21/A") < 2**32
    assert len(made.country) in (0, 2)
    assert not any(text in repr(made) for text in headers.values() if len(text) > 8)
    answer = world.client().get(ITEM, environ_overrides=headers)
    assert answer.status_code in (200, 304, 406)
    assert "Set-Cookie" not in answer.headers


def test_ids_are_uuids_of_version_7_that_rise_with_time():
    ids = [new_id(1_700_000_000_000 + step) for step in range(1000)]
    assert ids == sorted(ids)
    assert len({new_id(5) for _ in range(1000)}) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", each) for each in ids)


@pytest.mark.parametrize(
    "headers",
    [
        {"Purpose": "prefetch"},
        {"Sec_Purpose": "prefetch"},
        {"Sec_Purpose": "prefetch;prerender"},
        {"X_Moz": "prefetch"},
        {"X_Purpose": "preview"},
        {"Accept": "application/linkset+json"},
    ],
)
def test_a_prefetch_or_linkset_request_is_a_look(world, headers):
    assert look(world, **headers).kind is VisitKind.LOOK


@pytest.mark.parametrize("path", ["/?linkType=all", "/?linkType=linkset", "/?format=svg", "/?format=png"])
def test_asking_for_links_or_a_symbol_is_a_look(world, path):
    assert look(world, path).kind is VisitKind.LOOK


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_head_and_options_are_looks(world, method):
    assert look(world, method=method).kind is VisitKind.LOOK


@pytest.mark.parametrize(
    "agent",
    [
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "WhatsApp/2.23.20.0 A",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "Mozilla/5.0 (compatible; ZaloBot/1.0)",
        "Slackbot-LinkExpanding 1.0",
    ],
)
def test_a_preview_robot_is_no_scan(world, agent):
    assert is_preview_bot(agent)
    assert look(world, User_Agent=agent).kind is VisitKind.PREVIEW


@pytest.mark.parametrize(
    "agent",
    [
        PHONE,
        PHONE + " Zalo android/12080672 ZaloTheme/light ZaloLanguage/vn",
        IPHONE + " Zalo iOS/611 ZaloLanguage/vn",
        IPHONE + " [FBAN/FBIOS;FBAV/490.0]",
        PHONE + " MetaIAB Facebook",
        IPHONE + " Version/18.1 Safari/604.1",
        "python-requests/2.32",
        "",
    ],
)
def test_a_person_in_a_chat_application_and_a_program_are_scans(world, agent):
    assert not is_preview_bot(agent)
    assert look(world, User_Agent=agent).kind is VisitKind.SCAN


def test_a_partner_that_calls_the_api_is_a_scan_whatever_its_name(world):
    assert look(world, entry=Entry.API, User_Agent="AcmeBot/1.0 (+bot)").kind is VisitKind.SCAN


@pytest.mark.parametrize("address", ["", "10.0.0.1", "127.0.0.1", "::1", "192.168.1.1"])
def test_a_private_address_has_no_country(address):
    assert country_of(address) == ""


def test_the_visitor_behind_a_proxy_is_the_client(tmp_path):
    world = make_world(tmp_path, trusted_proxies=1)
    first = look(world, X_Forwarded_For="198.51.100.1")
    forged = look(world, X_Forwarded_For="1.2.3.4, 198.51.100.1")
    other = look(world, X_Forwarded_For="198.51.100.2")
    assert first.visitor == forged.visitor != other.visitor


def test_no_other_module_reads_client_headers():
    root = Path(visits.__file__).parent
    readers = [
        path.name
        for path in root.rglob("*.py")
        if re.search(
            r"X-Forw|X_FORW|remote_addr|REMOTE_ADDR|User-Agent|USER_AGENT|user_agent|access_route",
            path.read_text("utf-8"),
        )
    ]
    assert sorted(readers) == ["snapshot.py", "visit.py"]  # snapshot.py makes up requests that nobody sent
