"""The commune and the province of a scan's place."""

import pytest

from verify_app.domain.communes import NOWHERE, communes, place_of_cell, province_of_cell
from verify_app.domain.provinces import CELL, PROVINCES


def cell(lat, lon):
    return round(lat / CELL), round(lon / CELL)


@pytest.mark.parametrize(
    ("degrees", "province", "commune"),
    [
        ((21.03, 105.85), "Hà Nội", "Phường Hồng Hà"),
        ((10.78, 106.70), "Hồ Chí Minh", "Phường Gia Định"),
        ((20.74, 105.91), "Hà Nội", "Xã Phú Xuyên"),  # nearer to the seats of Hưng Yên and Ninh Bình
        ((16.83, 112.34), "Đà Nẵng", "Đặc khu Hoàng Sa"),
        ((10.38, 114.36), "Khánh Hòa", "Đặc khu Trường Sa"),
        ((8.65, 111.92), "Khánh Hòa", "Đặc khu Trường Sa"),  # 280 km from the special zone's own point
        ((10.0, 110.0), "Lâm Đồng", ""),  # on the open sea
        ((89.0, 0.0), "Tuyên Quang", ""),
    ],
)
def test_a_place_is_told_by_the_nearest_commune_and_on_the_open_sea_by_none(degrees, province, commune):
    found = place_of_cell(cell(*degrees), "VN")
    assert (found.province, found.commune) == (province, commune)
    assert PROVINCES[province_of_cell(*cell(*degrees))].name == province


def test_a_place_abroad_or_unknown_has_no_name():
    assert place_of_cell(cell(21.03, 105.85), "TH") == place_of_cell(None, "VN") == NOWHERE


def test_all_communes_are_there_and_their_cells_lie_in_their_provinces():
    assert len({(one.province, one.name) for one in communes()}) == 3321
    strays = [one.name for one in communes() if province_of_cell(*cell(one.lat, one.lon)) != one.province]
    assert len(strays) == 15, "a cell of 5 km on a border; by the nearest town there were 590"
    for number, province in enumerate(PROVINCES):
        assert {province_of_cell(*cell(*town)) for town in province.towns} == {number}
