"""How easily serials are guessed, estimated from the serials."""

from __future__ import annotations

import random

import pytest

from verify_app.domain.guessability import WORST, guessability
from verify_app.domain.serial_scheme import SerialKeys, SerialKind, SerialScheme, issue


def estimate(serials):
    return guessability(sorted(serials))


def test_consecutive_numbers_are_guessed_by_counting_on():
    found = estimate(f"A{number:06}" for number in range(500))
    assert found.neighbour > 0.99
    assert "sequential" in found.problems
    assert not found.safe


def test_numbers_with_a_tail_are_consecutive_too():
    assert "sequential" in estimate(f"L{number:04}-VN" for number in range(100)).problems


def test_scattered_numbers_in_a_small_space_are_dense():
    chance = random.Random(1)
    found = estimate({f"{chance.randrange(10**7):07}" for _ in range(60_000)})
    assert 0.004 < found.blind < 0.007
    assert found.problems == ("sequential", "dense", "short")


def test_our_own_serials_are_safe():
    keys, scheme = SerialKeys(b"m" * 32, "e", "09521234543213"), SerialScheme(SerialKind.SIGNED)
    found = estimate(issue(scheme, keys, counter) for counter in range(2_000))
    assert found.safe
    assert found.chance < 2**-40
    assert found.problems == ()


@pytest.mark.parametrize(
    ("serials", "space"),
    [
        (["4711"], 10**4),
        (["ABCD"], 26**4),
        (["AB12"], 26**2 * 10**2),
        (["ab12"], 62**2 * 10**2),
        (["A", "7"], 36),
        (["ab-2"], 62 * 62 * 82 * 10),
        ([f"Q{letter}" for letter in "ABCDEFGHJKMNPQRSTVWXYZ"], 26),
    ],
)
def test_few_serials_are_taken_for_a_sample_of_their_kind_of_letters(serials, space):
    assert estimate(serials).blind == pytest.approx(len(serials) / space)


def test_nothing_is_estimated_of_nothing():
    found = estimate([])
    assert (found.count, found.chance, found.safe, found.problems) == (0, 0.0, True, ())


def test_memory_stays_bounded_with_many_forms():
    found = guessability(sorted(f"{form:06}X{1:03}" for form in range(12_000)))
    assert found.neighbour == 0
    assert pytest.approx(1e-4) == WORST
