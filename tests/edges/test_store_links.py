"""Links and requesters in a real database: what may be written, and what is found for a code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from cache import NoCache
from tests.migrated import lay_schema
from tests.registry_samples import GTIN, REGISTRY
from verify_app.domain.link import Link
from verify_app.domain.parse import parse
from verify_app.domain.requester import Requester
from verify_app.resolve import CachedPassports
from verify_app.resolve_links import CachedLinks
from verify_app.store.engine import open_engine
from verify_app.store.links import Anchored, LinkError, write_hosts, write_links
from verify_app.store.rates import Rates
from verify_app.store.registry import write_registry
from verify_app.store.requesters import StoredRequesters, write_requester

pytest_plugins = ("tests.fixtures_valkey",)

OWNER = next(model.enterprise_id for model in REGISTRY.models if model.gtin == GTIN)
OTHER = replace(REGISTRY.enterprises[0], id="another")
PIP = Link("", "pip", "https://shop.example/tea", "Tea", ("vi",), "text/html", default=True)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    url = f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    lay_schema(url)
    made = open_engine(url)
    write_registry(made, replace(REGISTRY, enterprises=(*REGISTRY.enterprises, OTHER)))
    write_hosts(made, OWNER, ["shop.example"])
    yield made
    made.dispose()


def found(engine: sa.Engine, path: str) -> list[Link]:
    return list(CachedLinks(engine, NoCache()).find(parse(path)))


def put(engine: sa.Engine, path: str, *links: Link, by: str = OWNER) -> None:
    write_links(engine, Anchored(path, by, links))


def test_links_of_every_level_are_found_for_an_item_and_those_of_other_items_are_not(engine):
    put(engine, f"/01/{GTIN}", PIP)
    put(engine, f"/01/{GTIN}/10/L1", replace(PIP, href="https://shop.example/lot"))
    put(engine, f"/01/{GTIN}/21/A", replace(PIP, href="https://shop.example/item"))
    assert {link.qualifiers for link in found(engine, f"/01/{GTIN}/10/L1/21/A")} == {"", "/10/L1", "/21/A"}
    assert {link.qualifiers for link in found(engine, f"/01/{GTIN}/21/B")} == {""}
    assert {link.qualifiers for link in found(engine, f"/01/{GTIN}")} == {""}


def test_what_was_written_is_what_is_found(engine):
    whole = replace(
        PIP, context=("vn", "eu"), hreflang=("vi", "en-GB"), forwards_query=False, public=False, valid_from=5,
        valid_until=9,
    )  # fmt: skip
    put(engine, f"/01/{GTIN}", whole, replace(PIP, default=False))
    assert found(engine, f"/01/{GTIN}") == [whole, replace(PIP, default=False)]


def test_writing_an_anchor_replaces_its_links_and_none_removes_it(engine):
    put(engine, f"/01/{GTIN}", PIP, replace(PIP, rel="dpp", default=False))
    put(engine, f"/01/{GTIN}", PIP)
    assert found(engine, f"/01/{GTIN}") == [PIP]
    put(engine, f"/01/{GTIN}")
    assert found(engine, f"/01/{GTIN}") == []


def test_the_passport_of_a_gtin_tells_whether_it_has_links(engine):
    passports = CachedPassports(engine, NoCache())
    assert passports.find(parse(f"/01/{GTIN}")).model.linked is False
    put(engine, f"/01/{GTIN}/21/A", PIP)
    assert passports.find(parse(f"/01/{GTIN}")).model.linked is True


def test_a_host_that_was_taken_from_the_list_takes_its_links_along(engine):
    put(engine, f"/01/{GTIN}", PIP)
    write_hosts(engine, OWNER, ["other.example"])
    assert found(engine, f"/01/{GTIN}") == []
    write_hosts(engine, OWNER, ["shop.example"])
    assert found(engine, f"/01/{GTIN}") == [PIP]


@pytest.mark.parametrize(
    "href",
    [
        "http://shop.example/",
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "https://evil.example#@shop.example/",
        "https://shop.example:8443/",
        "https://SHOP.example/",
        "//shop.example/",
        "javascript:alert(1)//shop.example/",
        "https://shop.example/a b",
        "https://shop.example\\@evil.example/",
        "https://shop.example/\r\nX: 1",
        "https://shop.example/trà",
    ],
)
def test_only_https_targets_on_the_enterprises_own_hosts_are_written(engine, href):
    with pytest.raises(LinkError):
        put(engine, f"/01/{GTIN}", replace(PIP, href=href))
    assert found(engine, f"/01/{GTIN}") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"rel": "nosuchlt"},
        {"rel": "defaultLink"},
        {"title": " "},
        {"hreflang": ("vie",)},
        {"hreflang": ("EN",)},
        {"media_type": "html"},
        {"context": ("a b",)},
    ],
)
def test_only_what_the_linkset_may_hold_is_written(engine, wrong):
    with pytest.raises(LinkError):
        put(engine, f"/01/{GTIN}", replace(PIP, **wrong))


def test_an_anchor_has_one_default_link_at_most(engine):
    with pytest.raises(LinkError):
        put(engine, f"/01/{GTIN}", PIP, replace(PIP, rel="dpp"))


@pytest.mark.parametrize("path", ["/01/123", f"/01/{GTIN}/", f"/x/01/{GTIN}", "/c/V00000000G0H", "tea"])
def test_an_anchor_is_a_code_in_canonical_form(engine, path):
    with pytest.raises(LinkError):
        put(engine, path, PIP)


def test_nobody_sets_links_for_the_goods_of_another(engine):
    write_hosts(engine, OTHER.id, ["shop.example"])
    with pytest.raises(LinkError):
        put(engine, f"/01/{GTIN}", PIP, by=OTHER.id)
    put(engine, "/8004/9521234ABC", PIP)
    with pytest.raises(LinkError):
        put(engine, "/8004/9521234ABC", PIP, by=OTHER.id)
    with pytest.raises(LinkError):
        put(engine, f"/01/{GTIN}", PIP, by="nobody")


@pytest.mark.parametrize("host", ["", "localhost", "Shop.example", "shop.example:80", "shop.example/", "-a.example"])
def test_a_host_is_a_name_in_lower_case(engine, host):
    with pytest.raises(LinkError):
        write_hosts(engine, OWNER, [host])


def test_a_registered_enterprise_or_place_is_a_requester_and_another_must_be_written(engine):
    requesters = StoredRequesters(engine)
    gln = next(place.gln for place in REGISTRY.places)
    assert requesters.find(gln) == Requester(gln, "")
    assert requesters.find("9529999999993") is None
    assert requesters.find("") is None
    record = Requester("9529999999993", "Partner", "digest", 5, False)
    write_requester(engine, record)
    assert requesters.find(record.gln) == record


def test_rates_are_counted_for_all_processes_and_without_a_server_by_each(valkey_server, monkeypatch):
    monkeypatch.setattr("verify_app.store.rates.time.time", lambda: 1_800_000_010.0)
    client = valkey_server.client()
    one, two = Rates(client), Rates(client)
    assert [rates.seconds_to_wait("x", 3) for rates in (one, two, one, two)] == [0, 0, 0, 50]
    assert all(0 < client.ttl(key) <= 120 for key in client.keys("rate:*"))
    valkey_server.stop()
    assert [one.seconds_to_wait("y", 1), one.seconds_to_wait("y", 1), two.seconds_to_wait("y", 1)] == [0, 50, 0]
    valkey_server.start()
