"""Links of other systems: who manages them, and what counts as a host."""

import pytest

from verify_app.domain.code import FOREIGN
from verify_app.domain.foreign import foreign_system, host_of
from verify_app.domain.parse import parse


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("verigoods.vn", "VeriGoods"),
        ("www.verigoods.vn", "VeriGoods"),
        ("elabel.gov.vn", "National electronic label system"),
        ("truyxuatnguongoc.tinh.gov.vn", "Site of a state agency of Vietnam"),
        ("hn.check.net.vn", "Traceability system of Hanoi for farm produce and food"),
        ("abc.check.net.vn", "CheckVN"),
    ],
)
def test_a_known_system_is_named_with_who_manages_it(host, name):
    system = foreign_system(host)
    assert system.name.text("en") == name
    assert system.name.text("vi")
    assert system.manager.text("vi")
    assert system.manager.text("en")
    assert system.source


@pytest.mark.parametrize("host", ["shop.example", "notverigoods.vn", "vn", "verigoods.vn.example"])
def test_an_unknown_host_is_not_attributed_to_anybody(host):
    assert foreign_system(host) is None


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("Shop.VN:443", "shop.vn"),
        ("user:pass@shop.vn", "shop.vn"),
        ("a_b.vn", "a_b.vn"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("[2001:DB8::1]:80", "[2001:db8::1]"),
        ("", ""),
        ("-a.vn", ""),
        ("a..vn", ""),
        ("[x]", ""),
        (".".join(["a" * 60] * 5), ""),
        ("é" * 70, ""),
    ],
)
def test_host_of_an_authority(authority, host):
    assert host_of(authority) == host


def test_the_path_of_a_foreign_link_is_not_kept_in_the_code():
    code = parse("https://checkvn.com/p/0912345678?name=A")
    assert (code.key, code.value) == (FOREIGN, "checkvn.com")
    assert "0912345678" not in code.canonical + code.identity
