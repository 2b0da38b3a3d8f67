"""Templates and address builders compiled once in a process, and not anew for each of the thousand applications that
the tests make."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

_compile = Rule._compile_builder
_builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


class Compiled(BytecodeCache):
    """The compiled form of each template, by its name and its text."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code


def _compile_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What builds addresses by a rule: it depends on the words of the rule alone, and is most of an application's
    beginning."""
    words = (rule.rule, *rule._trace, repr(rule.defaults), append_unknown)
    if words not in _builders:
        _builders[words] = _compile(rule, append_unknown)
    return _builders[words]


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}
Rule._compile_builder = _compile_builder  # type: ignore[method-assign]
