"""`verify-app template`: an empty table to fill in."""

from .import_file import template as command

__all__ = ["command"]
