"""The fast door says what the application says: the same requests through both, and every difference is a fault."""

from __future__ import annotations

import gzip
import random
import sys
import time
from dataclasses import dataclass, field, replace
from io import BytesIO
from urllib.parse import unquote_to_bytes

import brotli
import pytest

from tests.fixtures_web import GTIN, Display, ItemState, Review, World, make_world, recall, sample_lot, sample_model
from verify_app.detection import holding
from verify_app.detection.watch import Watch
from verify_app.domain.code import Code
from verify_app.domain.evidence import Evidence
from verify_app.domain.history import Flags, History
from verify_app.domain.passport import ItemPart
from verify_app.domain.scan import Visit, VisitKind
from verify_app.parts import StoreUnavailable
from verify_app.serving.fast_door import FastDoor
from verify_app.together import Met
from verify_app.web.metrics import requests_total, scans_total

REQUESTS = 2_200
NOW = 1_795_305_600_000  # 2026-11-22 07:00 in Vietnam
OTHER = "09520123456788"  # recalled
HIDDEN = "09506000134352"  # its display is suspended
DRAFT = "09506000134376"  # not reviewed yet
NOWHERE = "09506000164908"  # registered by nobody
SERIALS = ("A1B2C3", "SOLD-1", "STOLEN.1", "IN-LOT-2", "A/B", "lower_case", "NONE0001", "-x", ".x", "a.b.c", "X" * 20)
USUAL = (
    f"/01/{GTIN}/21/A1B2C3",
    f"/01/{GTIN}/10/L2601/21/A1B2C3",
    f"/01/{GTIN}/10/L2601/21/NONE-2",
    f"/01/{GTIN}/21/a.b.c",
    f"/01/{OTHER}/21/A1B2C3",
    f"/01/{GTIN}/10/L2601",
    f"/01/{GTIN}",
)
PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/142.0 Mobile Safari/537.36"
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ACCEPT = (
    *(HTML, HTML, HTML, "application/json", "application/json", "*/*", "", "text/plain", "garbage;;q=,", "image/*"),
    *("application/json;q=0.5,text/html;q=0.6", "application/linkset+json", "application/ld+json", "text/html;q=0"),
)


@dataclass
class ScriptedHistories:
    """Tells of each code's past what the test's own chance says, the same in both worlds, and notes who was seen."""

    seen: list[tuple[str, VisitKind, str, bytes]] = field(default_factory=list)
    told: History | None = None
    available = True

    def observe(self, code: Code, visit: Visit) -> History | None:
        self.seen.append((code.identity, visit.kind, visit.entry.value, visit.visitor))
        return self.told


@dataclass
class Door:
    """A world behind one door, and how often its application was asked."""

    world: World
    histories: ScriptedHistories
    call: object = None
    asked: int = 0

    def __call__(self, environ):
        told = []
        body = b"".join(self.call(dict(environ), lambda status, headers, *_: told.extend((status, headers))))
        return told[0], told[1], body


def furnish(tmp_path) -> Door:
    world = make_world(tmp_path)
    passports = world.passports
    passports.models[OTHER] = replace(sample_model(), gtin=OTHER, recall=recall())
    passports.models[HIDDEN] = replace(sample_model(), gtin=HIDDEN, display=Display.SUSPENDED, display_act=recall())
    passports.models[DRAFT] = replace(sample_model(), gtin=DRAFT, review=Review.SUBMITTED)
    passports.lots[GTIN, "L2"] = replace(sample_lot(), lot="L2", declared=5, uploaded=5)
    for gtin in (OTHER, HIDDEN, DRAFT):
        passports.lots[gtin, "L2601"] = sample_lot()
        passports.items[gtin, "A1B2C3"] = ItemPart("A1B2C3", "L2601")
    for part in (
        ItemPart("SOLD-1", "L2601", ItemState.SOLD, state_at=NOW - 5_000_000),
        ItemPart("STOLEN.1", "L2601", ItemState.STOLEN, state_at=NOW - 9_000_000),
        ItemPart("IN-LOT-2", "L2", state_at=77),
        ItemPart("lower_case"),
        ItemPart("a.b.c", "L2"),
        ItemPart("X" * 20, "L2601"),
    ):
        passports.items[GTIN, part.serial] = part
    histories = ScriptedHistories()
    object.__setattr__(world.app.extensions["parts"], "history", histories)
    return Door(world, histories)


@pytest.fixture
def doors(tmp_path, monkeypatch):
    clock = [NOW]
    monkeypatch.setattr(time, "time_ns", lambda: clock[0] * 1_000_000)
    plain, fast = furnish(tmp_path / "plain"), furnish(tmp_path / "fast")
    plain.call = plain.world.app.wsgi_app
    inner = fast.world.app.wsgi_app

    def counted(environ, start_response):
        fast.asked += "verify_app.unseen" not in environ
        return inner(environ, start_response)

    fast.world.app.wsgi_app = counted
    fast.call = FastDoor(fast.world.app)
    return plain, fast, clock


def environ_of(target: str, method: str = "GET", **headers: str) -> dict[str, object]:
    path, _, query = target.partition("?")
    made: dict[str, object] = {
        "REQUEST_METHOD": method,
        "RAW_URI": target,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "198.51.100.7",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_USER_AGENT": PHONE,
    }
    return made | {f"HTTP_{name}": value for name, value in headers.items()}


def plainly(answer):
    """Status, headers and body of an answer, the body unpacked and without the length of its packed form."""
    status, headers, body = answer
    packed = dict(headers).get("Content-Encoding", "")
    if packed and body:
        assert int(dict(headers)["Content-Length"]) == len(body)
        body = brotli.decompress(body) if packed == "br" else gzip.decompress(body)
        headers = [header for header in headers if header[0] != "Content-Length"]
    headers = [header for header in headers if header[0] != "Date"]  # the server's own, whatever the application says
    return status, sorted((name.lower(), value) for name, value in headers), body


def some_path(chance: random.Random) -> str:
    gtin = chance.choice((GTIN, GTIN, GTIN, GTIN, OTHER, HIDDEN, DRAFT, NOWHERE))
    lot = chance.choice(("", "/10/L2601", "/10/L2601", "/10/L2", "/10/NO-LOT"))
    serial = chance.choice(("", *(f"/21/{serial.replace('/', '%2F')}" for serial in SERIALS), f"/21/{SERIALS[0]}"))
    return f"/01/{gtin}{lot}{serial}"


def odd_target(chance: random.Random) -> str:
    path = some_path(chance)
    return chance.choice(
        (
            path + "/",
            path + "?lang=en",
            path + "?17=281231",
            path + "?17=999999",
            path + "?via=typed",
            path + "?format=svg",
            path + "?format=png&scale=x",
            path + "?linkType=all",
            path + "?training=1",
            path + "?",
            path + "#part",
            path.replace("/21/", "/21//"),
            path.replace("/21/", "/%32%31/"),
            path.replace("/01/", "/1/"),
            path.replace("/01/0", "/01/"),
            path[:-1] + chance.choice("0123456789"),
            path + "%",
            path + "%00",
            path + "\u00e9",
            "http://127.0.0.1:8000" + path,
            "/21/A1B2C3" + path,
            "/01/" + "9" * chance.randrange(1, 20),
            "/01/%E0%B9%91" + path[5:],
            "/c/K7F3Q2",
            "/c/V0000-0000-000",
            "/" + "x" * chance.randrange(1, 3000),
            "/",
            "/scan",
            "/static/css/page.css",
            "/api/v1/verify",
            "/nothing/here",
            "*",
            "",
        )
    )


def some_headers(chance: random.Random) -> dict[str, str]:
    made = {
        "ACCEPT": chance.choice(ACCEPT),
        "ACCEPT_LANGUAGE": chance.choice(
            ("vi-VN,vi;q=0.9", "en-GB,en", "", "de", "en;q=0.1,vi;q=0.2", "*;q=x", "ja,en")
        ),
        "ACCEPT_ENCODING": chance.choice(
            ("gzip, br, zstd", "gzip", "", "br", "identity", "gzip;q=0", "*", "br;q=0", "GZIP")
        ),
    }
    made = {name: value for name, value in made.items() if value}
    more = {
        "COOKIE": "a=b",
        "AUTHORIZATION": "Basic eDp5",
        "IF_NONE_MATCH": chance.choice(("*", '"x"', 'W/"' + "0" * 40 + '"', "", "nonsense")),
        "IF_MODIFIED_SINCE": "Sat, 21 Nov 2026 00:00:00 GMT",
        "RANGE": "bytes=0-9",
        "SEC_PURPOSE": "prefetch;prerender",
        "PURPOSE": "preview",
        "USER_AGENT": chance.choice(("Twitterbot/1.0", "", "curl/8.1", "facebookexternalhit/1.1", "Zalo android")),
        "X_FORWARDED_FOR": "203.0.113.9, 198.51.100.1",
        "X_FORWARDED_PROTO": "https",
        "X_FORWARDED_HOST": "evil.example",
        "HOST": chance.choice(("verify.example.vn", "bad host", "[::1]:8000", "xn--80ak6aa92e.com", "")),
        "SAVE_DATA": "on",
        "DNT": "1",
        "REFERER": "https://elsewhere.example/",
        "X_ANYTHING": "1",
        "TRANSFER_ENCODING": "chunked",
    }
    for name in chance.sample(sorted(more), chance.choice((0, 0, 0, 0, 1, 1, 2, 4))):
        made[name] = more[name]
    return made


def some_history(chance: random.Random) -> History | None:
    if chance.random() < 0.1:
        return None
    scans = chance.choice((0, 0, 1, 5, 40))
    first = NOW - chance.randrange(1, 400) * 86_400_000
    flags = chance.choice((Flags(), Flags(), Flags(), Flags(), Flags(recall="recall:17"), Flags(display="suspended:4")))
    return History(
        scans=scans,
        others=chance.randrange(scans + 1),
        days=chance.randrange(8),
        first=first if scans else 0,
        last=first + 5 if scans else 0,
        regions=(chance.randrange(3), 0, 1),
        travel=chance.choice((0, 0, 0, 2)),
        abroad=chance.choice((0, 0, 3)),
        mine_first=chance.random() < 0.3,
        repeat=chance.random() < 0.2,
        recorded=chance.random() < 0.8,
        flags=flags,
        evidence=Evidence(credited=chance.choice((0, 1, 1))),  # who is the first gets a slip of his own
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_both_doors_give_the_same_status_headers_and_body(doors, seed):
    plain, fast, clock = doors
    chance = random.Random(seed)
    tags: list[str] = []
    pasts = [some_history(chance) for _ in range(6)]
    for number in range(REQUESTS // 2):
        usual = chance.random() < 0.6  # often the same, as in life; else hardly anything would be asked for twice
        target = odd_target(chance) if chance.random() < 0.2 else USUAL[number % 7] if usual else some_path(chance)
        method = "GET" if usual else chance.choice(("GET",) * 6 + ("HEAD", "OPTIONS", "POST", "DELETE", "get"))
        headers = {"ACCEPT": chance.choice((HTML, "application/json"))} if usual else some_headers(chance)
        headers |= {"ACCEPT_ENCODING": chance.choice(("gzip, br", "gzip", ""))} if usual else {}
        if tags and chance.random() < 0.2:
            headers["IF_NONE_MATCH"] = chance.choice(tags)
        plain.histories.told = fast.histories.told = chance.choice(pasts) if usual else some_history(chance)
        clock[0] = NOW + number * 40_000
        environ = environ_of(target, method, **headers)
        one, other = plainly(plain(environ)), plainly(fast(environ))
        assert [pair for pair in zip(one[1], other[1], strict=False) if pair[0] != pair[1]] == [], (number, environ)
        assert one == other, (number, environ)
        tags += [value for name, value in one[1] if name == "etag"]
    assert fast.histories.seen == plain.histories.seen
    assert fast.asked < 0.8 * REQUESTS // 2, "the door itself answered too few to prove anything"


def browse(door: Door, target: str, times: int = 3, **headers: str):
    answers = [
        door(environ_of(target, **{"ACCEPT": HTML, "ACCEPT_ENCODING": "gzip, br", **headers})) for _ in range(times)
    ]
    return answers[-1]


def test_a_scan_asked_for_again_does_not_go_through_the_application(doors):
    _, fast, _ = doors
    fast.histories.told = History()
    browse(fast, f"/01/{GTIN}/21/A1B2C3")
    before = fast.asked
    browse(fast, f"/01/{GTIN}/21/A1B2C3")
    assert fast.asked == before


def test_every_answer_is_one_record(doors):
    _, fast, _ = doors
    fast.histories.told = History()
    browse(fast, f"/01/{GTIN}/21/A1B2C3", times=7)
    assert len(fast.histories.seen) == 7


def test_a_changed_product_is_shown_at_once(doors):
    plain, fast, _ = doors
    for door in (plain, fast):
        door.histories.told = History()
    path = f"/01/{GTIN}/21/A1B2C3"
    before = plainly(browse(fast, path))[2]
    for door in (plain, fast):
        passports = door.world.passports
        passports.models[GTIN] = replace(passports.models[GTIN], brand="Another brand", version=2)
    after = plainly(browse(fast, path, times=1))
    assert after == plainly(browse(plain, path, times=1))
    assert before != after[2]
    assert b"Another brand" in after[2]


def test_a_product_page_kept_whole_heeds_tags_recalls_days_and_changes(doors, monkeypatch):
    plain, fast, clock = doors
    leased: dict[tuple[int, Code], object] = {}
    for door in (plain, fast):  # the same passport again, as a lease gives it
        find = door.world.passports.find
        monkeypatch.setattr(
            door.world.passports,
            "find",
            lambda code, find=find, door=door: leased.setdefault((id(door), code), find(code)),
        )

    def page(told: History | None, **headers: str) -> tuple[str, bytes, str]:
        plain.histories.told = fast.histories.told = told
        answers = [plainly(browse(door, f"/01/{GTIN}", times=1, **headers)) for door in (plain, fast)]
        assert answers[0] == answers[1]
        return answers[1][0], answers[1][2], dict(answers[1][1]).get("etag", "")

    for _ in range(3):
        status, body, tag = page(History())
    asked = fast.asked
    assert page(History()) == (status, body, tag)
    assert page(History(), IF_NONE_MATCH=tag) == ("304 NOT MODIFIED", b"", tag)
    assert fast.asked == asked
    assert page(History(flags=Flags(recall="recall:17")))[1] != body
    assert page(None)[2] == ""
    assert page(History(), IF_NONE_MATCH=tag)[0].startswith("304")
    clock[0] += 86_400_000
    assert page(History())[0] == status
    leased.clear()
    for door in (plain, fast):
        models = door.world.passports.models
        models[GTIN] = replace(models[GTIN], brand="Another brand", version=2)
    assert b"Another brand" in page(History(), IF_NONE_MATCH=tag)[1]
    assert len(fast.histories.seen) == len(plain.histories.seen) > 8


def test_a_registry_that_cannot_answer_is_told_by_the_application(doors, monkeypatch):
    plain, fast, _ = doors
    for door in (plain, fast):
        door.histories.told = History()
        browse(door, f"/01/{GTIN}/21/A1B2C3")

        def away(code: Code) -> None:
            raise StoreUnavailable("Expected an answer, got none.")

        monkeypatch.setattr(door.world.passports, "find", away)
    one, other = (plainly(browse(door, f"/01/{GTIN}/21/A1B2C3")) for door in (plain, fast))
    assert one == other
    assert one[0].startswith("503")


def counted(metric) -> dict[tuple, float]:
    return {
        tuple(sorted(s.labels.items())): s.value
        for m in metric.collect()
        for s in m.samples
        if s.name.endswith("_total")
    }


def test_measures_do_not_tell_the_doors_apart(doors):
    grown = []
    for door in doors[:2]:
        door.histories.told = History()
        before = counted(requests_total), counted(scans_total)
        browse(door, f"/01/{GTIN}/21/A1B2C3", times=9)
        browse(door, f"/01/{GTIN}", times=9)
        after = counted(requests_total), counted(scans_total)
        grown.append(
            [
                {k: v - old.get(k, 0) for k, v in new.items() if v != old.get(k)}
                for old, new in zip(before, after, strict=True)
            ]
        )
    assert grown[0] == grown[1]
    assert sum(grown[0][1].values()) == 18


def test_nothing_runs_before_or_after_requests_that_the_door_does_not_know_of(doors):
    """The door answers without Flask's hooks. Whoever adds one decides here whether the door must heed it too."""
    app = doors[1].world.app
    before = sorted(
        f"{hook.__module__}.{hook.__name__}" for hooks in app.before_request_funcs.values() for hook in hooks
    )
    after = sorted(f"{hook.__module__}.{hook.__name__}" for hooks in app.after_request_funcs.values() for hook in hooks)
    assert before == ["verify_app.web.limits.widen", "verify_app.web.metrics._begin"]
    assert after == [
        "verify_app.web.compression.squeeze",  # a snapshot is compressed by itself
        "verify_app.web.headers.secure",  # in the snapshot
        "verify_app.web.metrics._end",  # the door counts by itself
        "verify_app.web.resolver.let_scripts_read",  # in the snapshot
    ]


def test_who_is_held_off_reads_the_same_at_both_doors_and_in_the_lane(doors, monkeypatch):
    plain, fast, clock = doors
    monkeypatch.setattr(holding, "_AT_ONCE", 2)
    for door in doors[:2]:
        object.__setattr__(door.world.app.extensions["parts"], "watch", Watch(guesses_a_minute=1))
        door.histories.told = History()
        for serial in ("NONE-1", "NONE-2"):
            assert browse(door, f"/01/{GTIN}/21/{serial}", times=1)[0] == "200 OK"
    fast.world.passports.at_hand = fast.world.passports.find
    seen, asked = len(fast.histories.seen), fast.asked
    for headers in ({"ACCEPT": HTML, "ACCEPT_LANGUAGE": "en"}, {"ACCEPT": "application/json"}, {"ACCEPT_ENCODING": ""}):
        paths = [f"/01/{GTIN}/10/L2601/21/NONE-{number}" for number in (3, 4)]
        here = [plainly(browse(plain, path, times=1, **headers)) for path in paths]
        environs = [environ_of(path, **{"ACCEPT": HTML, "ACCEPT_ENCODING": "gzip, br", **headers}) for path in paths]
        terms = [fast.call.terms(environ, clock[0]) for environ in environs]
        lane = [fast.call.meet(told, path, clock[0]) for told, path in zip(terms, paths, strict=True)]
        assert here == [plainly((reply.status, reply.headers(), reply.body)) for reply in lane]
        assert here[0][0] == "429 TOO MANY REQUESTS"
        assert ("retry-after", "60") in here[0][1]
        assert here == [plainly(fast(environ)) for environ in environs], "and through the door that is no lane"
    assert len(fast.histories.seen) == seen, "what is not answered is not recorded"
    assert isinstance(fast.call.meet(terms[0], f"/01/{GTIN}/21/A1B2C3", clock[0]), Met), "a code that exists"
    assert fast.asked - asked == 6, "the lane rendered nothing anew"
