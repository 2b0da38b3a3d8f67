"""Shoppers: people in front of a shelf with a phone."""

from __future__ import annotations

from typing import Any

from locust import task

from loadtests import codes
from loadtests.visitor import Visitor

_BOUNDARY = "a-label-in-bad-light"
_BUSY = 503  # the decoder has a short queue and tells the next one to come again


class Shopper(Visitor):
    """Scans items; now and then a code that only names the product, one that nobody issued, or by a photo."""

    weight = 12

    @task(80)
    def item(self) -> None:
        """An item that somebody has in hand."""
        self.scan(codes.item(), "item")

    @task(20)
    def product(self) -> None:
        """The barcode of a product, without a serial."""
        self.scan(codes.product(), "class")

    @task(6)
    def copied(self) -> None:
        """A made-up serial of a real product."""
        self.scan(codes.unknown_serial(), "unknown serial")

    @task(6)
    def stranger(self) -> None:
        """A product of somebody who is not registered here."""
        self.scan(codes.unknown_product(), "unknown product")

    @task(2)
    def photo(self) -> None:
        """A picture of the label, from a phone whose browser has no live camera."""
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="label.png"\r\n'
        body = f"{head}Content-Type: image/png\r\n\r\n".encode() + codes.photo() + f"\r\n--{_BOUNDARY}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}", "Accept": "application/json"}
        self.send("POST", "/scan", "photo", data=body, headers=headers, scans=_read, fine=(_BUSY,))


def _read(answer: Any) -> int:
    """How many codes the service found in the photo, each of them a scan."""
    return len(answer.json()["symbols"])
