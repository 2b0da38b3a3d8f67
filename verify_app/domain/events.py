"""Critical tracking events of the supply chain (TCVN 12850:2019; EPCIS 2.0 / CBV 2.0)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .text import Text


class Stage(StrEnum):
    """Stages of a chain, in the order in which goods pass them."""

    INPUT = "input"  # seed, fingerlings, raw material
    PRODUCTION = "production"  # farming, catching, crafting
    HARVEST = "harvest"
    PROCESSING = "processing"
    PACKING = "packing"
    STORAGE = "storage"
    SHIPPING = "shipping"
    DISTRIBUTION = "distribution"
    RETAIL = "retail"


STAGES = tuple(Stage)


@dataclass(frozen=True, slots=True)
class CriticalEvent:
    """What happened at one stage, with its time (Decree 37/2026 Art. 23(5)(e)).

    `when` is UTC milliseconds; `biz_step` a CBV 2.0 name such as "harvesting" or "shipping"; `in_error` marks an
    event that its author declared wrong (EPCIS 2.0 errorDeclaration): it is kept and never shown as a fact.
    """

    id: str
    stage: Stage
    when: int
    what: Text
    place_name: Text
    place_gln: str = ""
    biz_step: str = ""
    product_code: str = ""  # mã truy vết sản phẩm, Art. 3(23)
    in_error: bool = False


def chain(
    events: tuple[CriticalEvent, ...], expected: tuple[Stage, ...]
) -> tuple[tuple[Stage, tuple[CriticalEvent, ...]], ...]:
    """The chain stage by stage, in order; an expected stage without an event comes with no events: a gap to show.

    Events declared in error are left out. Stages that are neither expected nor reported do not appear.
    """
    facts = sorted((event for event in events if not event.in_error), key=lambda event: event.when)
    stages = [stage for stage in STAGES if stage in expected or any(event.stage is stage for event in facts)]
    return tuple((stage, tuple(event for event in facts if event.stage is stage)) for stage in stages)
