"""Verification service: what is this code, what does it prove, and is something wrong with it? See `verify.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Load the application only when it is asked for: photo decoders and commands import this package too."""
    if name == "create_app":
        from .app import create_app

        return create_app
    raise AttributeError(f"Expected create_app, got {name!r}.")
