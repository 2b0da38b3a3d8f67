"""Detectors of more than one code: clients that try codes out, shipments sold elsewhere, overrun lots."""

import pytest

from verify_app.detection.diversion import Diversion, Seen
from verify_app.detection.guard import Asked, Guard
from verify_app.detection.overrun import Overrun
from verify_app.domain.address_table import read_csv
from verify_app.domain.evidence import Network
from verify_app.domain.provinces import PROVINCES, distance_to_province, near_hub, nearest_province, region_of

HOUR = 3_600_000
DAY = 24 * HOUR


def asked(item, when, *, client=1, block=1, crew=1, network=Network.LINE, abroad=False, odd=False):
    return Asked(client, block, crew, network, abroad, item, odd, when)


def test_a_shop_that_scans_a_carton_is_left_alone():
    guard = Guard()
    assert not any(guard.look(asked(n, n * 5000)) for n in range(1, 31))


def test_a_program_that_walks_through_serials_is_found_within_an_hour():
    guard = Guard()
    assert any(guard.look(asked(n, n * 5000, network=Network.HOSTING)) for n in range(1, 40))


def test_guessed_serials_are_found_after_a_few():
    guard = Guard()
    found = [guard.look(asked(n, n * 5000, odd=True)) for n in range(1, 11)]
    assert found.index(True) == 7


def test_a_gateway_of_a_carrier_may_do_four_times_as_much():
    guard = Guard()
    assert not any(guard.look(asked(n, n * 5000, network=Network.CARRIER)) for n in range(1, 150))


def test_the_same_item_again_and_again_is_no_trying_out():
    guard = Guard()
    assert not any(guard.look(asked(7, n * 1000, odd=True)) for n in range(1, 500))


def test_a_slow_one_behind_many_addresses_is_found_by_its_block():
    guard = Guard()
    found = [guard.look(asked(n, n * 12 * HOUR, client=n % 7, network=Network.HOSTING, odd=True)) for n in range(1, 20)]
    assert any(found)


def test_one_browser_that_walks_through_real_codes_for_weeks_from_a_data_centre_is_found():
    guard = Guard()
    found = [guard.look(asked(n, n * 12 * HOUR, client=n, network=Network.HOSTING)) for n in range(1, 20)]
    assert found.index(True) == 11


def test_people_behind_a_private_network_are_left_alone():
    guard = Guard()
    assert not any(
        guard.look(asked(n, n * HOUR, client=n, crew=n % 12, network=Network.HOSTING, odd=n % 10 == 0))
        for n in range(1, 60)
    )


def test_a_flagged_client_stays_flagged_for_codes_of_lots():
    guard = Guard()
    for n in range(1, 20):
        guard.look(asked(n, n * 5000, odd=True))
    assert guard.look(asked(0, 200_000))


HANOI, HCMC, DANANG = 11, 14, 5


def seen(source, province, *, item=None, sure=True):
    town = PROVINCES[province].towns[0]
    return Seen(source, 1000 + (source if item is None else item), "VN", town, sure, region_of(town[0]))


def test_a_shipment_seen_only_in_another_province_is_diverted():
    watch = Diversion()
    found = [watch.look("S1", HANOI, "", seen(n, HCMC)) for n in range(20)]
    assert found.count(True) == 1
    assert found.index(True) == 5


def test_gifts_all_over_the_country_are_no_diversion():
    watch = Diversion()
    assert not any(watch.look("S1", HANOI, "", seen(n, n % 34)) for n in range(34))


def test_one_household_counts_once():
    watch = Diversion()
    assert not any(watch.look("S1", HANOI, "", seen(1, HCMC, item=n)) for n in range(50))


def test_an_item_that_many_people_look_at_counts_once():
    watch = Diversion()
    assert not any(watch.look("S1", HANOI, "", seen(n, HCMC, item=1)) for n in range(50))


def test_a_line_that_a_table_puts_on_a_gateway_city_tells_nothing_of_other_markets():
    watch = Diversion()
    quang_ngai = 25
    assert not any(watch.look("S1", quang_ngai, "", seen(n, HCMC, sure=False)) for n in range(30))


def test_goods_for_export_that_are_sold_at_home_are_diverted():
    watch = Diversion()
    assert any(watch.look("S1", 101, "JP", seen(n, DANANG)) for n in range(20))


def test_goods_for_export_that_arrive_are_not():
    watch = Diversion()
    assert not any(watch.look("S1", 101, "JP", Seen(n, 1000 + n, "JP", (35.6, 139.7), False)) for n in range(20))


def test_a_lot_with_more_visitors_than_others_is_overrun():
    watch = Overrun()
    for n in range(8):
        watch.look(f"lot{n}", 10, 1000, 0)
        assert not watch.look(f"lot{n}", 150, 1000, 40 * DAY)
    watch.look("copied", 10, 1000, 0)
    assert not watch.look("copied", 250, 1000, 41 * DAY)
    assert watch.look("copied", 400, 1000, 41 * DAY)
    assert watch.look("copied", 401, 1000, 41 * DAY)


def test_a_lot_with_strangers_where_it_was_never_sent_is_overrun_sooner():
    watch = Overrun()
    for visitors in range(1, 201):
        for n in range(8):
            assert not watch.look(f"lot{n}", visitors, 1000, visitors, visitors % 5 == 0)
    found = [watch.look("copied", visitors, 1000, visitors, visitors % 5 != 0) for visitors in range(1, 401)]
    assert found.index(True) == 299


def test_where_every_lot_is_looked_at_a_lot_none_is_overrun():
    watch = Overrun()
    for n in range(8):
        watch.look(f"lot{n}", 10, 1000, 0)
        assert not watch.look(f"lot{n}", 400, 1000, 40 * DAY)


def test_every_town_lies_in_its_own_province():
    for number, province in enumerate(PROVINCES):
        for lat, lon in province.towns:
            assert distance_to_province(number, lat, lon) == 0
            assert nearest_province(lat, lon) == number
    assert len(PROVINCES) == 34


@pytest.mark.parametrize(("lat", "region"), [(21.03, "N"), (16.05, "C"), (10.78, "S")])
def test_the_gateways_tell_the_three_regions(lat, region):
    assert region_of(lat) == region


def test_only_the_gateway_cities_are_hubs():
    assert near_hub(21.03, 105.85)
    assert not near_hub(20.86, 106.68)


TABLE = """cidr,lat,lon,radius_km,kind,country
203.0.113.0/24,21.03,105.85,30,fixed,vn
203.0.113.128/25,10.78,106.70,500,mobile,VN
2001:db8::/32,1.3,103.8,100,hosting,SG
"""


def test_the_narrowest_network_of_the_table_counts():
    table = read_csv(TABLE.splitlines())
    assert table.find("203.0.113.5").network is Network.LINE
    assert table.find("203.0.113.200").network is Network.CARRIER
    assert table.find("2001:db8::1").country == "SG"
    assert table.find("203.0.113.5").country == "VN"


@pytest.mark.parametrize("address", ["", "not an address", "198.51.100.1", "٢٠٣.0.113.5"])
def test_an_address_outside_the_table_is_nowhere(address):
    assert read_csv(TABLE.splitlines()).find(address) is None


@pytest.mark.parametrize("row", ["203.0.113.0/99,1,1,1,fixed,VN", "203.0.113.0/24,far,1,1,fixed,VN"])
def test_a_bad_row_of_the_table_is_named(row):
    with pytest.raises(ValueError, match="in line 2, got"):
        read_csv(["cidr,lat,lon,radius_km,kind,country", row])
