"""Serial numbers: none alike, none that can be guessed, and an invented one is told without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from verify_app.domain.serial_scheme import (
    LARGEST_KEY,
    SerialKeys,
    SerialKind,
    SerialScheme,
    chance,
    check,
    fingerprint,
    issue,
)

MASTER = b"m" * 64
KEYS = SerialKeys(MASTER, "doi-may", "09521234543213")
SIGNED = SerialScheme(SerialKind.SIGNED, key=2, fingerprint=fingerprint(MASTER))
PLAIN = SerialScheme(SerialKind.PLAIN, fingerprint=fingerprint(MASTER))


@pytest.mark.parametrize(("scheme", "length"), [(SIGNED, 17), (PLAIN, 14)])
def test_serials_are_distinct_of_one_length_and_of_readable_symbols(scheme, length):
    serials = [issue(scheme, KEYS, counter) for counter in range(3_000)]
    assert len(set(serials)) == len(serials)
    assert {len(serial) for serial in serials} == {length}
    assert set("".join(serials)) == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert issue(scheme, KEYS, 7) == serials[7]


def test_a_small_step_of_the_counter_changes_half_of_the_symbols_or_more():
    first, second = issue(SIGNED, KEYS, 1_000), issue(SIGNED, KEYS, 1_001)
    assert sum(one != other for one, other in zip(first[1:], second[1:], strict=True)) >= 8


def test_the_last_counter_is_issued_and_the_next_is_refused():
    assert len(issue(SIGNED, KEYS, 2**50 - 1)) == 17
    for counter in (2**50, -1):
        with pytest.raises(ValueError, match="Expected a counter from 0 to"):
            issue(SIGNED, KEYS, counter)


def test_our_own_serials_are_known_and_every_change_of_one_symbol_is_refused():
    serial = issue(SIGNED, KEYS, 42)
    assert check(SIGNED, KEYS, serial) is True
    for place in range(17):
        for symbol in "0Z":
            if serial[place] != symbol:
                assert check(SIGNED, KEYS, serial[:place] + symbol + serial[place + 1 :]) is False


def test_a_serial_of_another_product_enterprise_or_secret_is_invented():
    for other in (replace(KEYS, gtin="09506000134352"), replace(KEYS, enterprise_id="other")):
        assert check(SIGNED, KEYS, issue(SIGNED, other, 42)) is False
    assert check(SIGNED, KEYS, issue(SIGNED, replace(KEYS, master=b"x"), 42)) is False


def test_old_keys_hold_until_they_are_withdrawn_and_later_ones_do_not_exist_yet():
    old = issue(replace(SIGNED, key=1), KEYS, 5)
    assert check(SIGNED, KEYS, old) is True
    assert check(replace(SIGNED, oldest_key=2), KEYS, old) is False
    assert check(SIGNED, KEYS, issue(replace(SIGNED, key=LARGEST_KEY), KEYS, 5)) is False


def test_serials_of_another_making_are_invented_only_where_the_product_has_none():
    for serial in ("A7", "0" * 17, issue(SIGNED, KEYS, 1).lower()):
        assert check(SIGNED, KEYS, serial) is False
        assert check(replace(SIGNED, alone=False), KEYS, serial) is None


def test_what_cannot_be_told_is_not_called_invented():
    assert check(PLAIN, KEYS, "A7") is None
    changed = replace(KEYS, master=b"another secret than the codes were printed with")
    assert check(SIGNED, changed, issue(SIGNED, KEYS, 42)) is None


def test_a_guess_hits_less_than_once_in_two_to_the_forty_with_a_thousand_million_issued():
    assert chance(SIGNED, 10**9) < 2**-40
    assert chance(PLAIN, 10**9) < 2**-40
    assert chance(PLAIN, 2**71) == 1.0


def test_a_long_master_secret_is_taken_whole():
    long = b"k" * 100
    assert fingerprint(long) != fingerprint(long[:64])
    assert SerialKeys(long, "e", "g").of(0, "check") != SerialKeys(long[:64], "e", "g").of(0, "check")
