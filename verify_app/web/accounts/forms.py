"""Flask-Security's forms and codes where ours differ: no token where there is no session, and a code counts once."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_security import LoginForm, Totp, WebAuthnSigninForm, WebAuthnSigninResponseForm, WebauthnUtil, hash_password

from ..target import the_parts
from .person import People

PER_MINUTE = 20  # tries for one address, whether it has an account or not


class SignInForm(LoginForm):
    """Address and password. Locked accounts answer like a wrong password, so that nobody learns more by trying."""

    remember = None

    class Meta:  # noqa: D106 - WTForms' place for settings
        csrf = False  # nobody has a session yet; `door.guard` has seen that our own page sent it

    def validate(self, **kwargs: Any) -> bool:
        """Whether the address and password are those of an account that may be used now."""
        email = (self.email.data or "").strip().lower()
        person = the_people().find_user(email=email) if email else None
        too_often = the_parts().rates.seconds_to_wait(f"sign-in:{email[:100]}", PER_MINUTE)
        if too_often or (person is not None and person.is_locked()):
            hash_password(self.password.data or "")  # as long as a wrong password takes
            super(LoginForm, self).validate(**kwargs)
            self.email.errors = [*self.email.errors, current_app.config["SECURITY_MSG_GENERIC_AUTHN_FAILED"][0]]
            return False
        return bool(super().validate(**kwargs))


class PasskeySignInForm(WebAuthnSigninForm):
    """The wish to sign in with a passkey."""

    class Meta:  # noqa: D106 - WTForms' place for settings
        csrf = False


class PasskeyAnswerForm(WebAuthnSigninResponseForm):
    """What the browser's passkey answered; the signed challenge in its address binds it to this attempt."""

    class Meta:  # noqa: D106 - WTForms' place for settings
        csrf = False


class OneTimeCodes(Totp):
    """Codes of an authenticator application (RFC 6238). Each counts once, also when two requests bring it at once."""

    def get_last_counter(self, user: Any) -> int | None:
        """The counter of the last code that was used."""
        return user.totp_counter or None

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Use the code up. Raises `ValueError` if another request was first."""
        if not the_parts().accounts.use_code(user.id, tmatch.counter):
            raise ValueError("Expected a code that was not used before, got one that was.")
        user.totp_counter = tmatch.counter

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Whether a code is right now and new."""
        try:
            return bool(super().verify_totp(token, totp_secret, user, window))
        except ValueError:
            return False


def the_people() -> People:
    """The people of the running application."""
    people: People = current_app.extensions["security"].datastore
    return people


class Passkeys(WebauthnUtil):
    """Passkeys as the library makes them, on the phone itself too: an officer has no other device in a stall."""

    def authenticator_selection(self, user: Any, usage: str) -> Any:
        """What a new passkey must be, wherever it lies."""
        wanted = super().authenticator_selection(user, usage)
        wanted.authenticator_attachment = None
        return wanted
