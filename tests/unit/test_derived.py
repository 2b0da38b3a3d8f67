"""What follows from a frozen value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from verify_app.domain.derived import derived

asked: list[int] = []


@dataclass(frozen=True)
class Number:
    value: int

    @derived
    def double(self) -> int:
        """Twice the number."""
        asked.append(self.value)
        return 2 * self.value


def test_it_is_found_out_once_for_each_value_and_is_no_part_of_it():
    number = Number(21)
    assert [number.double, number.double, asked] == [42, 42, [21]]
    assert number == Number(21)
    assert replace(number, value=4).double == 8
    assert Number.double.__doc__ == "Twice the number."
