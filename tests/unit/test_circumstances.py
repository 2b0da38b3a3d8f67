"""What is known of a scan when it came: from the passport, the address and the visit, never more."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify_app.domain.address_table import Located
from verify_app.domain.circumstances import circumstances, keep_until, nature_of, shipment_of
from verify_app.domain.code import Code
from verify_app.domain.evidence import Circumstances, Network
from verify_app.domain.network import block_of, is_own_network, is_program, network_of, place_of_line
from verify_app.domain.passport import ItemPart, ItemState, LotPart, ModelPart, Passport, Shipment
from verify_app.domain.printed_date import PrintedDate
from verify_app.domain.scan import Origin, Visit
from verify_app.domain.signals import Nature
from verify_app.domain.standing import PRIOR_MS, prior
from verify_app.domain.text import Text
from verify_app.store.evidence import circumstances as unpacked
from verify_app.store.evidence import linked, pack

GTIN = "09521234543213"
DAY = 86_400_000
NOW = 1_795_000_000_000
CODE = Code("01", GTIN, (("10", "L1"), ("21", "S1")))
MODEL = ModelPart(gtin=GTIN, name=Text.of("Cà phê"), enterprise_id="e1", operators=())
LOT = LotPart("L1", declared=5, uploaded=5)
VISIT = Visit("0" * 32, NOW, country="VN")
HOME = Origin(Network.LINE, (20.86, 106.68), b"line")


def known(model=MODEL, lot=LOT, item=ItemPart("S1", "L1")):  # noqa: B008 - frozen values
    return Passport(CODE, model, lot, item)


def seen(passport=None, visit=VISIT, flagged=False):
    return circumstances(passport or known(), visit, CODE.identity, flagged)


def test_an_item_in_trade_looked_at_at_home_is_nothing_but_inside_its_market():
    assert seen() == Circumstances(inside=True, complete=True, vague=True)


def test_the_place_is_the_lines_unless_the_phone_tells_its_own():
    found = seen(visit=replace(VISIT, origin=HOME))
    assert (found.network, found.place, found.sure) == (Network.LINE, (417, 2134), False)
    found = seen(visit=replace(VISIT, origin=HOME, cell=(321, 2164)))
    assert (found.place, found.sure) == ((321, 2164), True)


def test_one_line_has_another_tag_at_every_code():
    visit = replace(VISIT, origin=HOME)
    tags = {circumstances(known(), visit, f"01/{GTIN}/21/{n}", flagged=False).line for n in range(20)}
    assert len(tags) > 15
    assert seen(visit=visit).line == seen(visit=visit).line
    assert seen(visit=replace(VISIT, origin=replace(HOME, network=Network.CARRIER))).line == 0


@pytest.mark.parametrize(
    ("state", "country", "used", "destroyed"),
    [
        (ItemState.ACTIVE, "VN", -1, False),
        (ItemState.RETURNED, "VN", -1, False),
        (ItemState.SOLD, "VN", 7, False),
        (ItemState.CONSUMED, "VN", 7, False),
        (ItemState.DESTROYED, "VN", 7, True),
        (ItemState.STOLEN, "JP", 7, True),
        (ItemState.EXPORTED, "VN", 7, True),
        (ItemState.EXPORTED, "JP", -1, False),  # where it was sent to
        (ItemState.EXPORTED, "", -1, False),
    ],
)
def test_use_and_destruction_count_from_their_booking(state, country, used, destroyed):
    found = seen(known(item=ItemPart("S1", "L1", state, NOW - 7 * DAY)), replace(VISIT, country=country))
    assert (found.used_days, found.destroyed) == (used, destroyed)


def test_an_item_counts_as_not_shipped_only_where_its_producer_books_shipments():
    item = ItemPart("S1", "L1", ItemState.COMMISSIONED)
    assert not seen(known(item=item)).unshipped
    assert seen(known(replace(MODEL, books_shipments=True), item=item)).unshipped
    assert not seen(known(replace(MODEL, books_shipments=True))).unshipped


@pytest.mark.parametrize(
    ("shipments", "country", "outside", "inside"),
    [
        ((), "VN", False, True),
        ((), "JP", True, False),
        ((), "", False, False),
        ((Shipment("s", "11"),), "JP", True, False),
        ((Shipment("s", "11"),), "VN", False, False),  # nobody knows where in Viet Nam
        ((Shipment("s", "99"),), "VN", True, False),
        ((Shipment("s", "JP"),), "JP", False, True),
        ((Shipment("s", "JP"),), "VN", True, False),
        ((Shipment("s"),), "VN", False, True),
        ((Shipment("s", "JP"), Shipment("t", "KR")), "VN", False, True),  # nobody knows with which it left
    ],
)
def test_the_market_is_that_of_the_shipment_else_of_the_model(shipments, country, outside, inside):
    found = seen(known(lot=replace(LOT, shipments=shipments)), replace(VISIT, country=country))
    assert (found.outside, found.inside, found.abroad) == (outside, inside, country not in ("", "VN"))


@pytest.mark.parametrize(("market", "inside"), [("13", True), ("14", False)])
def test_a_province_is_a_market_for_who_can_be_placed(market, inside):
    held = known(lot=replace(LOT, shipments=(Shipment("s", market),)))
    found = seen(held, replace(VISIT, origin=HOME))  # near Hải Phòng
    assert (found.inside, found.outside) == (inside, not inside)
    assert seen(held, replace(VISIT, origin=HOME, cell=(215, 2134))).inside is not inside


def test_an_item_names_its_shipment_among_those_of_its_lot():
    lot = replace(LOT, shipments=(Shipment("s", "JP"), Shipment("t", "KR")))
    assert shipment_of(known(lot=lot, item=ItemPart("S1", "L1", shipment="t"))) == Shipment("t", "KR")
    assert shipment_of(known(lot=lot, item=ItemPart("S1", "L1", shipment="u"))) is None
    assert shipment_of(known(lot=None)) is None
    assert shipment_of(known(lot=lot, item=None)) is None


def test_a_campaign_holds_from_its_first_moment_to_its_last():
    held = known(lot=replace(LOT, campaign=(NOW, NOW + 5)))
    assert [seen(held, replace(VISIT, when=NOW + at)).campaign for at in (-1, 0, 5, 6)] == [False, True, True, False]


def test_an_unknown_serial_says_whether_its_lot_is_complete():
    assert seen(known(item=None)) == Circumstances(inside=True, unlisted=True, complete=True, vague=True)
    assert not seen(known(item=None, lot=replace(LOT, uploaded=1))).complete


def test_a_signature_that_does_not_fit_is_told():
    assert [seen(replace(known(), signature=held)).invalid for held in (False, True, None)] == [True, False, False]


def test_what_the_score_asks_of_the_product_is_its_model_s():
    assert nature_of(known(replace(MODEL, refillable=True, sequential=True))) == Nature(True, True)


@pytest.mark.parametrize(
    ("lot", "day"),
    [
        (replace(LOT, expiry=PrintedDate(2028, 5, 31), best_before=PrintedDate(2027, 1, 1)), datetime(2028, 5, 31)),
        (replace(LOT, best_before=PrintedDate(2028, 1)), datetime(2028, 1, 28)),
    ],
)
def test_a_history_is_kept_for_the_goods_life_and_a_year(lot, day):
    kept = keep_until(known(lot=lot))
    assert kept == int(day.replace(tzinfo=UTC).timestamp() * 1000) + 366 * DAY


@pytest.mark.parametrize("lot", [None, LOT])
def test_goods_without_a_date_have_no_known_life(lot):
    assert keep_until(known(lot=lot)) == 0


@given(
    st.builds(
        Circumstances,
        network=st.sampled_from(Network),
        place=st.one_of(st.none(), st.tuples(st.integers(-1800, 1800), st.integers(-3600, 3600))),
        line=st.integers(0, 65535),
        used_days=st.integers(-1, 255),
        life_days=st.integers(0, 255),
        **{
            name: st.booleans()
            for name in Circumstances.__dataclass_fields__
            if name not in ("network", "place", "line", "used_days", "life_days")
        },
    )
)
def test_circumstances_survive_their_twelve_bytes(there):
    packed = pack(there)
    assert len(packed) == 12
    assert unpacked(packed) == replace(there, sure=there.sure and there.place is not None)
    assert unpacked(linked(packed)).linked


def test_circumstances_of_an_older_event_are_not_known():
    assert unpacked(b"") == Circumstances()
    assert linked(b"") == b""


def test_networks_and_places_are_told_as_well_as_the_table_knows_them():
    line = Located(20.86, 106.68, 25, Network.LINE, "VN")
    assert network_of(None, "Mozilla/5.0") is Network.UNKNOWN
    assert network_of(line, "Mozilla/5.0") is Network.LINE
    assert network_of(line, "python-requests/2") is Network.HOSTING
    assert network_of(replace(line, network=Network.HOSTING), "Mozilla/5.0") is Network.HOSTING
    assert place_of_line(line, Network.LINE) == (20.86, 106.68)
    assert place_of_line(line, Network.CARRIER) is None
    assert place_of_line(None, Network.LINE) is None
    assert place_of_line(replace(line, radius_km=400), Network.LINE) is None
    assert place_of_line(replace(line, lat=21.03, lon=105.85), Network.LINE) is None  # a gateway city
    assert place_of_line(replace(line, radius_km=400, country="JP"), Network.LINE) is not None
    assert (block_of("203.0.113.9"), block_of("2001:db8:1:2::1")) == ("203.0.113", "2001:db8:1")
    assert is_program("curl/8.1")


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True), ("10.1.2.3", True), ("172.16.0.1", True), ("172.31.9.9", True), ("192.168.1.1", True),
        ("::1", True), ("fd00::1", True), ("172.32.0.1", False), ("172.x.0.1", False), ("203.0.113.9", False),
        ("2001:db8::1", False), ("", False),
    ],
)  # fmt: skip
def test_an_address_of_our_own_network_tells_no_client(address, own):
    assert is_own_network(address) is own


def test_only_fresh_confirmed_cases_of_a_product_count():
    assert prior([], NOW) == 0
    assert prior([NOW - PRIOR_MS - 1, NOW + 1], NOW) == 0
    assert 0 < prior([NOW], NOW) < prior([NOW, NOW - 5], NOW) < 1
