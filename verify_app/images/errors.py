"""How a photo can fail. This module imports nothing, so that the web may name the errors without a decoder."""

from __future__ import annotations


class ImageError(ValueError):
    """The upload is no picture that we read. `problem` is a stable slug for the page's catalogue: "empty",
    "too_large", "not_an_image", "wrong_type", "too_many_pixels", "damaged" or "crashed"."""

    def __init__(self, problem: str, expected: str, got: str) -> None:
        super().__init__(f"Expected {expected}, got {got}.")
        self.problem = problem
        self.expected = expected
        self.got = got


class DecodeBusy(Exception):  # noqa: N818 - a state of the queue, nothing is wrong with the photo
    """As many photos wait already as the queue holds. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Expected a free place in the photo queue, got none; retry after {retry_after} s.")
        self.retry_after = retry_after


class DecodeTimeout(Exception):  # noqa: N818 - as the standard library calls its own
    """The photo was not read before its deadline; its decoder was stopped."""

    def __init__(self, deadline_s: float) -> None:
        super().__init__(f"Expected an answer within {deadline_s} s, got none.")
