"""Letters by e-mail: kept in the database first, then handed to the configured server, again until it took them."""

from __future__ import annotations

import smtplib
import ssl
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

from ..store.engine import Engine
from ..store.letters import GIVEN_UP, SENT, WAITING, Letter, add_letter, due_letter, note_letter

BACK_OFF_S = (60, 300, 1_800, 7_200, 28_800, 86_400)  # behind the last one a letter is given up
_HOLD_MS = 120_000
_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters go: `url` is "smtp://user:password@host:587" or "smtps://…:465", "" for no server; `sender` the
    address that they come from."""

    url: str = ""
    sender: str = ""

    def send(self, written: Letter) -> None:
        """Hand a letter over. Raises `OSError` and `smtplib.SMTPException`."""
        parts = urlsplit(self.url)
        host, secure = parts.hostname or "", ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_SECONDS, context=secure)
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=_SECONDS)
        with server:
            server.ehlo_or_helo_if_needed()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=secure)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(self._message(written))

    def _message(self, written: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self.sender, written.address
        message["Subject"], message["Message-ID"] = written.subject, make_msgid(domain=self.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody answers this with a holiday note
        message.set_content(written.body)
        return message


NO_MAIL = MailServer()


class Letters:
    """Letters of one installation."""

    def __init__(self, engine: Engine, server: MailServer) -> None:
        self._engine, self._server = engine, server

    @property
    def possible(self) -> bool:
        """Whether there is a server to hand letters to."""
        return bool(self._server.url)

    def write(self, key: str, address: str, subject: str, body: str) -> bool:
        """Keep a letter for sending; False if one of this key was written before, or if there is no server."""
        if not self.possible:
            return False
        line = " ".join(subject.split())  # a line break would begin another header
        return add_letter(self._engine, Letter(key, address, line, body, _now(), next_at=_now()))

    def run_next(self, now: int = 0) -> Letter | None:
        """Send the letter that is due first; None if none is, or if there is no server."""
        now = now or _now()
        due = due_letter(self._engine, now, now + _HOLD_MS) if self.possible else None
        if due is None:
            return None
        try:
            self._server.send(due)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            last = due.tries >= len(BACK_OFF_S)
            wait = BACK_OFF_S[min(due.tries, len(BACK_OFF_S) - 1)] * 1000
            status, answer = GIVEN_UP if last else WAITING, str(error)[:200]
            note_letter(self._engine, due.key, status=status, tries=due.tries + 1, next_at=now + wait, answer=answer)
            return due
        note_letter(self._engine, due.key, status=SENT, tries=due.tries + 1, body="", answer="")
        return due


def _now() -> int:
    return time.time_ns() // 1_000_000
