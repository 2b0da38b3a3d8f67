"""A step in the history of a case or of a report, as it was taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

StepType = TypeVar("StepType")
StateType = TypeVar("StateType")


@dataclass(frozen=True, slots=True)
class Taken(Generic[StepType, StateType]):
    """One step of a history, with its number (from 1) and the state after it."""

    number: int
    step: StepType
    state: StateType
