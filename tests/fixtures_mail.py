"""A mail server of our own on the loopback, on any free port, that keeps what came."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message

from aiosmtpd import controller, handlers


class Inbox(handlers.Message):
    """What the server received."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.came.append(message)

    def texts(self) -> list[str]:
        return [message.get_payload(decode=True).decode() for message in self.came]


class _Controller(controller.Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # 0 was asked for: any free one
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[tuple[str, Inbox]]:
    """URL and inbox of a running server."""
    inbox = Inbox()
    server = _Controller(inbox, hostname="127.0.0.1", port=0)
    server.start()
    try:
        yield f"smtp://127.0.0.1:{server.port}", inbox
    finally:
        server.stop()
