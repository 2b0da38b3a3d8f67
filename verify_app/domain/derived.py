"""What follows from a frozen value: found out at the first look, and kept with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class derived(Generic[Value]):  # noqa: N801 - a decorator, in the place of `property`
    """`functools.cached_property` without its lock, which costs more than what is derived here: two threads may find
    the same thing out twice."""

    def __init__(self, find: Callable[[Any], Value]) -> None:
        self._find = find
        self.__doc__ = find.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, value: None, owner: type) -> derived[Value]: ...

    @overload
    def __get__(self, value: object, owner: type) -> Value: ...

    def __get__(self, value: object | None, owner: type) -> derived[Value] | Value:
        if value is None:
            return self
        found = value.__dict__[self._name] = self._find(value)
        return found
