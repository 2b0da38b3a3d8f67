"""Detectors of more than one code: clients that try codes out, shipments sold elsewhere, overrun lots."""

import pytest

from verify_app.detection.diversion import Diversion, Limits, Seen
from verify_app.detection.guard import Asked, Guard
from verify_app.detection.overrun import Overrun, Watched, Whence
from verify_app.detection.walks import Touch, Walk, step
from verify_app.domain.address_table import read_csv
from verify_app.domain.evidence import Network
from verify_app.domain.provinces import PROVINCES, distance_to_province, near_hub, region_of
from verify_app.domain.verdict import Level

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
    assert found.index(True) == 3  # four items, four households


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


def test_a_shipment_is_judged_by_its_first_items_alone():
    watch = Diversion(Limits(most=5))
    assert not any(watch.look("S1", HANOI, "", seen(n, HANOI)) for n in range(5))
    assert not any(watch.look("S1", HANOI, "", seen(n, HCMC)) for n in range(5, 40))


def test_where_everybody_buys_online_few_items_elsewhere_are_no_diversion():
    watch = Diversion()
    for number in range(60):
        for n in range(6):
            watch.look(f"R{number}", HANOI, "", seen(n, (7 * n + number) % 34))
    assert not any(watch.look("S1", HANOI, "", seen(n, HCMC if n < 4 else 5 * n)) for n in range(6))
    assert any(watch.look("S2", HANOI, "", seen(n, HCMC)) for n in range(20))


HERE, AWAY = Whence(False, 0.6), Whence(True, 0.6)


def shown(watch, name, visitors, *, size=1000, when=0, away_each=8):
    return [watch.look(name, n, size, when, AWAY if n % away_each == 0 else HERE) for n in range(1, visitors + 1)]


def test_a_lot_with_more_visitors_than_others_is_overrun():
    watch = Overrun()
    for n in range(8):
        watch.look(f"g{n}/lot", 10, 1000, 0)
        assert watch.look(f"g{n}/lot", 150, 1000, 40 * DAY) is Level.INFORMATION
    watch.look("g/copied", 10, 1000, 0)
    assert watch.look("g/copied", 250, 1000, 41 * DAY) is Level.INFORMATION
    assert watch.look("g/copied", 400, 1000, 41 * DAY) is Level.ALERT


def test_a_product_whose_every_lot_is_looked_at_a_lot_is_left_alone():
    watch = Overrun()
    for product, visitors in [*((f"g{n}", 100) for n in range(8)), ("curious", 400), ("curious", 420)]:
        watch.look(f"{product}/{visitors}", 10, 1000, 0)
        watch.look(f"{product}/{visitors}", visitors, 1000, 40 * DAY)
    watch.look("curious/third", 10, 1000, 0)
    assert watch.look("curious/third", 450, 1000, 41 * DAY) is Level.INFORMATION


def test_a_lot_with_strangers_where_it_was_never_sent_is_seen_after_a_hundred_visitors():
    watch = Overrun()
    for n in range(8):
        assert set(shown(watch, f"g{n}/lot", 100)) == {Level.INFORMATION}
    found = shown(watch, "g/copied", 100, away_each=2)
    assert found.index(Level.CAUTION) < found.index(Level.ALERT) < 100


def test_no_lot_is_an_alert_before_others_tell_what_is_usual():
    assert Level.ALERT not in shown(Overrun(), "g/first", 200, away_each=2)


def test_where_every_lot_has_strangers_none_is_overrun():
    watch = Overrun()
    for n in range(8):
        shown(watch, f"g{n}/lot", 100, away_each=2)
    assert set(shown(watch, "g/lot", 100, away_each=2)) == {Level.INFORMATION}


def test_strangers_to_a_lot_with_shipments_of_unknown_market_say_nothing():
    watch = Overrun()
    for n in range(8):
        shown(watch, f"g{n}/lot", 100)
    unknown = [watch.look("g/lot", n, 1000, 0, Whence(n % 2 == 0, 0.6, 0.4)) for n in range(1, 200)]
    assert set(unknown) == {Level.INFORMATION}


def test_a_lot_whose_size_nobody_says_is_not_judged():
    assert Overrun().look("g/lot", 500, 0, 0) is Level.INFORMATION


def test_where_every_lot_is_looked_at_a_lot_none_is_overrun():
    watch = Overrun()
    for n in range(8):
        watch.look(f"g{n}/lot", 10, 1000, 0)
        assert watch.look(f"g{n}/lot", 400, 1000, 40 * DAY) is Level.INFORMATION


def walked(touches):
    """Which of (network, serial number, day) make a lot look tried out."""
    walk = Walk()
    return [step(walk, Touch(network, 1000 + n, f"AB{n:06d}", day * DAY)) for network, n, day in touches]


def test_serials_tried_from_many_data_centres_over_days_are_a_walk():
    found = walked((n + 1, 7 * n, 10 + n) for n in range(12))
    assert found.index(True) == 5
    assert all(found[5:])


@pytest.mark.parametrize(
    "touches",
    [
        [(0, n, 10 + n // 9) for n in range(300)],  # a late upload, or a warehouse that counts its goods row by row
        [(1 + n % 2, n, 10 + n // 9) for n in range(300)],  # … abroad, where its two lines look strange
        [(n + 1 if n % 20 == 0 else 0, 3 * n, 10 + n // 3) for n in range(300)],  # some of them through a VPN
        [(n + 1, n, 10) for n in range(5)],  # too few to say
        [(n + 1, 5, 10 + n) for n in range(50)],  # one serial, many who look
    ],
)
def test_the_innocent_twins_of_a_walk_are_left_alone(touches):
    assert not any(walked(touches))


def test_shoppers_who_come_later_clear_a_lot_and_a_scan_told_again_changes_nothing():
    walk = Walk()
    crowd = [Touch(n + 1, n, f"X{n:06d}", (10 + n) * DAY) for n in range(8)]
    assert step(walk, crowd[0]) is False
    assert [step(walk, touch) for touch in crowd][-1]
    before = repr(walk)
    assert [step(walk, touch) for touch in crowd] == [True] * 8
    assert repr(walk) == before
    late = [step(walk, Touch(0, 100 + n, f"Y{n:06d}", 40 * DAY)) for n in range(40)]
    assert not any(late)
    assert not walk.walked


def test_what_is_remembered_of_a_walk_is_bounded():
    walk = Walk()
    for n in range(2000):
        step(walk, Touch(n + 1 if n % 3 else 0, n, f"X{n:06d}", n * DAY))
    assert max(len(walk.items), len(walk.numbers), len(walk.networks)) <= 400


def test_a_visitor_of_a_lot_who_is_told_twice_or_late_counts_once():
    lot = Watched("g", 0)
    assert [lot.newcomer(n) for n in (1, 2, 5, 3, 5, 3, 4, 2)] == [True, True, True, True, False, False, True, False]
    assert lot.newcomer(5000)
    assert not lot.newcomer(5)  # so old that nobody remembers: told before, we take it


def test_every_town_lies_in_its_own_province():
    for number, province in enumerate(PROVINCES):
        for lat, lon in province.towns:
            assert distance_to_province(number, lat, lon) == 0
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
