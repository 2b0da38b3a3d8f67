"""The province of a scan's place."""

import pytest

from verify_app.domain.provinces import PROVINCES, province_of_cell


@pytest.mark.parametrize(
    ("degrees", "name"),
    [
        ((21.03, 105.85), "Hà Nội"),
        ((10.78, 106.70), "Hồ Chí Minh"),
        ((16.83, 112.34), "Đà Nẵng"),  # Hoàng Sa
        ((10.38, 114.36), "Khánh Hòa"),  # Trường Sa
        ((12.24, 109.19), "Khánh Hòa"),
    ],
)
def test_a_place_belongs_to_the_nearest_town_and_the_archipelagos_to_their_provinces(degrees, name):
    cell = tuple(round(degree / 0.05) for degree in degrees)
    assert PROVINCES[province_of_cell(*cell)].name == name
