"""A small typed client of the enterprises' API; it needs msgspec and nothing else of ours."""

from .client import ApiError, CaptureState, Client, ImportState, Moved

__all__ = ["ApiError", "CaptureState", "Client", "ImportState", "Moved"]
