"""The words in which facts travel beside a history: "recall:17 confirmed:1795000000000"."""

from __future__ import annotations

from verify_app.domain.history import Flags


def read_flags(text: str) -> Flags:
    """Flags such as "recall:17 suspended:4 confirmed:1795000000000 excused:3.5"; a cancellation outweighs a
    suspension. What a newer release wrote is passed over."""
    said: dict[str, str] = {}
    for flag in text.split(" "):
        said.setdefault(flag.partition(":")[0], flag)
    return Flags(
        recall=said.get("recall", ""),
        display=said.get("cancelled", "") or said.get("suspended", ""),
        confirmed=int(_number(said.get("confirmed", ""))),
        excused=_number(said.get("excused", "")),
        prior=_number(said.get("prior", "")),
        overrun="overrun" in said,
    )


def _number(flag: str) -> float:
    try:
        return float(flag.partition(":")[2] or 0)
    except ValueError:
        return 0.0
