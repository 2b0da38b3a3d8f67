"""Sessions in a signed cookie: given at signing in, never to somebody who only looks."""

from __future__ import annotations

import time

from flask import Flask, Request, Response, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from .configuration import SESSION_HOURS

_IDLE = frozenset({"csrf_token", "fs_cc", "_fresh", "_permanent", "since"})  # what is worth no cookie by itself


class CookieAtSignIn(SecureCookieSessionInterface):
    """A cookie only for a session that somebody signed in to, or is in the middle of signing in to."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a cookie; a new one if the old one is older than a working day."""
        opened = super().open_session(app, request)
        if opened is not None and time.time() - opened.get("since", time.time()) > SESSION_HOURS * 3600:
            opened.clear()
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie if the session is worth one; take it away if it no longer is."""
        if session.keys() <= _IDLE:
            if self.get_cookie_name(app) not in request.cookies:
                return
            session.clear()
        else:
            session.permanent = True
            session.setdefault("since", time.time())
        super().save_session(app, session, response)


def begin_session() -> None:
    """Start a session anew at signing in, so that nobody can have laid one ready (session fixation)."""
    kept = {name: session[name] for name in ("_user_id", "_fresh", "_id", "fs_paa", "fs_cc") if name in session}
    flashes = session.get("_flashes", [])
    session.clear()
    session.update(kept, since=time.time(), **({"_flashes": flashes} if flashes else {}))
