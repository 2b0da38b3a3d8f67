"""Signing in, sessions, second factors, and the pages on which accounts are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_login import user_logged_out
from flask_security import (
    Security,
    password_changed,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    wan_deleted,
    wan_registered,
)

from ...domain.audit import Kind
from ...inspection.office import note_of
from ...parts import Parts
from . import door, oidc
from .configuration import configuration
from .forms import OneTimeCodes, PasskeyAnswerForm, Passkeys, PasskeySignInForm, SignInForm
from .person import People, Person, now_ms, renewed
from .sessions import CookieAtSignIn, begin_session

__all__ = ["install"]
_CHANGES = (
    (password_changed, "password"),
    (tf_profile_changed, "second_factor"),
    (tf_disabled, "second_factor_off"),
    (wan_registered, "passkey"),
    (wan_deleted, "passkey_off"),
)


def install(app: Flask, parts: Parts) -> None:
    """Give an application accounts: Flask-Security on our store, the guard before every page, sessions."""
    app.config.update(configuration(parts.settings, parts.secret))
    app.session_interface = CookieAtSignIn()
    security = Security(
        app,
        People(parts.accounts),
        totp_cls=OneTimeCodes,
        webauthn_util_cls=Passkeys,
        login_form=SignInForm,
        wan_signin_form=PasskeySignInForm,
        wan_signin_response_form=PasskeyAnswerForm,
    )
    app.extensions["security"] = security
    door.install(app)
    oidc.install(app, parts.settings)

    def note(_app: Flask, user: Any, **_more: Any) -> None:
        begin_session()
        when = now_ms()
        parts.accounts.seen(user.account.id, when)
        parts.office.note(note_of(user.account, Kind.DOOR, "sign-in"), when)

    def end(_app: Flask, user: Any, **_more: Any) -> None:
        if isinstance(user, Person):  # a cookie that somebody copied must not outlive the sign-out
            parts.accounts.keep(user.account.id, renewed(user.held))
            parts.office.note(note_of(user.account, Kind.DOOR, "sign-out"), now_ms())

    def changed(action: str) -> Callable[..., None]:
        def note_change(_app: Flask, user: Any, name: str = "", **_more: Any) -> None:
            parts.office.note(note_of(user.account, Kind.DOOR, f"own.{action}", name), now_ms())

        return note_change

    for signal, action in _CHANGES:
        signal.connect(changed(action), app, weak=False)
    user_authenticated.connect(note, app, weak=False)
    user_logged_out.connect(end, app, weak=False)
