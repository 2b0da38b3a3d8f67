"""The demonstration registry: fictional enterprises and goods with cases of every verdict.

`build.build_registry` makes the registry, `cases.demo_list` lists what to open, `load.load` puts all into the engines.
"""

from .cases import demo_list

__all__ = ["demo_list"]
