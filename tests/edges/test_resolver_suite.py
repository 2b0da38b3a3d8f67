"""What GS1's resolver test suite asks of a GS1-Conformant Resolver 1.2.0, asked over real HTTP of all five kinds of
entries of the demonstration: GTIN, GTIN + lot, GTIN + serial, GLN and GIAI. A warning of the suite is a failure here.

The suite asks for `https://{PUBLIC_URL}`; here the same requests go to a server on the loopback.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import jsonschema
import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.fixtures_valkey import ValkeyServer
from tests.gs1_resolver_schemas import DESCRIPTION_FILE, LINKSET
from tests.migrated import lay_schema
from verify_app.app import create_app
from verify_app.demo.build import build_registry
from verify_app.demo.links import resolver_list, write_demo_links
from verify_app.domain.compression import compress
from verify_app.domain.link import LINK_TYPES
from verify_app.domain.parse import parse
from verify_app.parts import build
from verify_app.serving.worker import Worker
from verify_app.settings import Settings
from verify_app.store.engine import open_engine
from verify_app.store.history import Script, connect
from verify_app.store.registry import write_registry

pytest_plugins = ("tests.fixtures_valkey",)

BASE = "https://id.verify.example"
PATHS = [entry["path"] for entry in resolver_list()]
VOC = "https://ref.gs1.org/voc/"
SUITE = {"Origin": "https://suite.example", "Accept": "*/*", "User-Agent": "suite"}


@dataclass(frozen=True)
class Answer:
    """One response, headers by their name in lower case: of several with one name the last one counts, as there."""

    status: int
    headers: dict[str, str]
    body: bytes
    names: frozenset[str]  # of the headers, as they were written

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


class Http11(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_args: object, **_more: object) -> None:
        """Say nothing."""


Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, valkey_module: ValkeyServer) -> Iterator[Ask]:
    folder = tmp_path_factory.mktemp("resolver")
    settings = Settings(data_dir=folder, redis_url=valkey_module.url, history_timeout_ms=5_000, public_url=BASE)
    lay_schema(settings.database)
    engine = open_engine(settings.database)
    write_registry(engine, build_registry(date.today()))
    write_demo_links(engine)
    with connect(settings.redis_url, 10_000) as redis:
        Worker(Script(redis, shards=settings.stream_shards, reload_ms=1), engine, folder).run_once()
    parts = build(settings)
    server = make_server("127.0.0.1", 0, create_app(settings, parts), threaded=True, request_handler=Http11)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def call(url: str, method: str = "HEAD", **headers: str) -> Answer:
        parts_of = urlsplit(url)
        assert f"{parts_of.scheme}://{parts_of.netloc}" == BASE
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in (SUITE | named).items() if value}
        connection.request(method, url.removeprefix(BASE), headers=sent)
        response = connection.getresponse()
        body = response.read()
        assert response.version == 11
        found = {name.lower(): value for name, value in response.getheaders()}
        connection.close()
        return Answer(response.status, found, body, frozenset(name for name, _ in response.getheaders()))

    yield call
    server.shutdown()
    thread.join()
    parts.decoder.close()
    engine.dispose()


@pytest.fixture(scope="module")
def valkey_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    server = ValkeyServer(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=PATHS, ids=["gtin", "lot", "serial", "gln", "giai"])
def link(request: pytest.FixtureRequest) -> str:
    return BASE + request.param


def linkset(ask: Ask, link: str) -> list[dict]:
    return json.loads(ask(link, "GET", Accept="application/linkset+json").body)["linkset"]


def levels(link: str, entries: list[dict]) -> Iterator[tuple[str, list[dict]]]:
    """(link type, its links) as the suite walks them: from the link up, a type only at its finest level."""
    seen, at = set(), link
    while at.count("/") >= 4:
        for entry in entries:
            if entry["anchor"] == at:
                for kind, links in entry.items():
                    if kind not in ("anchor", *seen):
                        seen.add(kind)
                        yield kind, links
        at = at.rsplit("/", 2)[0]


def without_link_type(location: str) -> str:
    return location.split("?linkType=", maxsplit=1)[0].split("&linkType=", maxsplit=1)[0]


def test_there_are_entries_of_five_kinds():
    codes = [parse(path) for path in PATHS]
    assert [code.key for code in codes] == ["01", "01", "01", "414", "8004"]
    assert [(bool(code.lot), bool(code.serial)) for code in codes[:3]] == [(0, 0), (1, 0), (0, 1)]


def test_01_the_input_is_a_digital_link_uri_with_https(link):
    assert urlsplit(link).scheme == "https"
    assert parse(link).path == urlsplit(link).path


def test_02_the_description_file_is_there_and_valid(ask, link):
    answer = ask(BASE + "/.well-known/gs1resolver", "GET", Accept="application/json")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    described = json.loads(answer.body)
    jsonschema.validate(described, DESCRIPTION_FILE)
    assert link.startswith(described["resolverRoot"] + "/")


def test_03_cross_origin_requests_are_allowed(ask, link):
    assert ask(link).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_04_get_head_and_options_are_declared_and_work(ask, link, method):
    answer = ask(link, method, Access_Control_Request_Method="GET,HEAD,OPTIONS")
    assert answer.status < 400
    declared = answer.headers["access-control-allow-methods"]
    assert all(name in declared for name in ("GET", "HEAD", "OPTIONS"))


def test_05_a_redirect_exposes_the_linkset_and_no_other_typed_link(ask, link):
    header = ask(link).headers["link"]
    assert f'<{link}?linkType=linkset>; rel="linkset"; type="application/linkset+json"' in header
    assert 'rel="gs1:' not in header


def test_06_a_broken_uri_is_400_and_never_200(ask, link):
    for method in ("HEAD", "GET"):
        assert ask(link + "/foo", method).status == 400


def test_07_a_trailing_slash_changes_nothing(ask, link):
    with_slash, without = ask(link + "/"), ask(link)
    assert (with_slash.status, with_slash.location) == (without.status, without.location)
    assert without.status == 307


def test_08_the_query_string_is_passed_on(ask, link):
    answer = ask(link + "?foo=bar")
    assert answer.status == 307
    assert "foo=bar" in answer.location


@pytest.mark.parametrize("word", ["linkset", "all"])
def test_09_the_link_type_linkset_gives_the_linkset_without_redirect(ask, link, word):
    answer = ask(f"{link}?linkType={word}")
    assert answer.status == 200
    assert answer.location == ""


def test_10_the_accept_header_gives_the_linkset_without_redirect(ask, link):
    assert ask(link, Accept="application/linkset+json").status == 200
    assert ask(link + "?linkType=all", Accept="application/linkset+json").status == 200


def test_11_the_linkset_is_valid_and_calls_itself_so(ask, link):
    answer = ask(link, "GET", Accept="application/linkset+json")
    assert answer.headers["content-type"] == "application/linkset+json"
    jsonschema.validate(json.loads(answer.body), LINKSET)


def test_12_the_linkset_points_to_its_json_ld_context(ask, link):
    links = ask(link, "GET", Accept="application/linkset+json").headers["link"].split(",")
    assert [
        one
        for one in links
        if 'rel="http://www.w3.org/ns/json-ld#context"' in one and 'type="application/ld+json"' in one
    ]


def test_its_link_header_is_written_as_the_suite_reads_it_from_a_linkset(ask, link):
    assert "link" in ask(link, "GET", Accept="application/linkset+json").names


@pytest.mark.parametrize("nameless", [{"User-Agent": ""}, {"User-Agent": "", "Accept": ""}])
def test_the_suite_s_own_client_which_names_itself_nowhere_is_answered_alike(ask, link, nameless):
    """The suite asks from PHP with GET, `Origin` and often nothing else."""
    for tail in ("", "?linkType=linkset", "?linkType=gs1:certificationInfo", "?linkType=gs1:nosuchlt", "/foo"):
        usual, bare = ask(link + tail, "GET"), ask(link + tail, "GET", **nameless)
        assert (bare.status, bare.location, bare.headers.get("link")) == (
            usual.status,
            usual.location,
            usual.headers.get("link"),
        )


def test_13_there_is_one_default_link_with_a_title_and_nothing_else(ask, link):
    found = dict(levels(link, linkset(ask, link)))[VOC + "defaultLink"]
    assert len(found) == 1
    assert set(found[0]) == {"href", "title"}


def test_14_a_plain_request_goes_to_the_default_link(ask, link):
    default = dict(levels(link, linkset(ask, link)))[VOC + "defaultLink"][0]["href"]
    for method in ("HEAD", "GET"):
        answer = ask(link, method)
        assert (answer.status, answer.location) == (307, default)


def test_15_each_link_type_redirects_to_its_link(ask, link):
    asked = 0
    for kind, links in levels(link, linkset(ask, link)):
        curie = "gs1:" + kind.removeprefix(VOC)
        for one in links:
            wish = {"Accept": one["type"]} if len(links) > 1 else {}
            if len(links) > 1 and "hreflang" in one:
                wish["Accept-Language"] = one["hreflang"][0]
            answer = ask(f"{link}?linkType={curie}", **wish)
            assert answer.status == 307, (curie, one)
            assert without_link_type(answer.location) == one["href"], curie
            asked += 1
    assert asked >= 6


def test_16_link_types_are_those_of_the_vocabulary(ask, link):
    for kind, _ in levels(link, linkset(ask, link)):
        assert kind.startswith(VOC)
        assert kind.removeprefix(VOC) in LINK_TYPES


def test_17_a_link_type_that_is_not_there_is_404(ask, link):
    for method in ("HEAD", "GET"):
        assert ask(link + "?linkType=gs1:nosuchlt", method).status == 404


def test_18_a_finer_code_than_is_known_walks_up(ask, link):
    finer = link + ("/21/KHONG-CO" if "/01/" in link and "/21/" not in link else "")
    finer += "/254/KHONG-CO" if "/414/" in link else "/7040/1ABC" if "/8004/" in link else ""
    answer = ask(finer)
    assert answer.status in (200, 307)  # an item that nobody issued gets our page with the warning, not the site
    typed = ask(finer + "?linkType=gs1:certificationInfo")
    assert typed.status == 307
    anchors = {entry["anchor"] for entry in linkset(ask, finer)}
    assert link in anchors
    assert BASE + "/".join(urlsplit(link).path.split("/")[:3]) in anchors


def test_19_the_linkset_names_each_target_with_a_title_and_every_level(ask, link):
    entries = linkset(ask, link)
    assert entries[0]["anchor"] == link
    primary = BASE + "/".join(urlsplit(link).path.split("/")[:3])
    assert entries[-1]["anchor"] == primary
    for entry in entries:
        for links in (value for name, value in entry.items() if name != "anchor"):
            assert all(one["title"].strip() and one["href"].startswith("https://") for one in links)


def test_20_answers_that_depend_on_headers_say_so(ask, link):
    for url in (link, link + "?linkType=linkset", link + "?linkType=gs1:pip"):
        varies = ask(url).headers["vary"]
        assert "Accept" in varies
        assert "Accept-Language" in varies


def test_21_a_compressed_uri_is_answered_as_its_uncompressed_form_which_the_link_header_names(ask, link):
    short = BASE + compress(parse(link))
    for query in ("", "?linkType=linkset", "?linkType=gs1:certificationInfo", "?linkType=gs1:nosuchlt", "?foo=bar"):
        plain, compressed = ask(link + query), ask(short + query)
        assert (compressed.status, compressed.location) == (plain.status, plain.location), query
        assert f'<{link}{query}>; rel="owl:sameAs"' in compressed.headers["link"]
    assert linkset(ask, short) == linkset(ask, link)


def test_no_answer_is_ever_a_server_fault(ask, link):
    for tail in ("", "?linkType=", "?linkType=%ff", "?linkType=gs1:pip&linkType=all", "?context=%00", "?17=991399"):
        for headers in (
            {},
            {"Accept": ";;q=,"},
            {"Accept-Language": "vi;q=x,;q=2,-"},
            {"Accept": "application/ld+json"},
        ):
            assert ask(link + tail, "GET", **headers).status < 500
