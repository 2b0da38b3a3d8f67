"""Security headers of every response, in one place."""

from __future__ import annotations

from flask import Flask, Response

from ..assets import stylesheet_hash

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # a code's address names one item: no other site learns it
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def content_security_policy(*, wasm: bool = False) -> str:
    """The policy: nothing inline but our one stylesheet, named by its hash; nothing from elsewhere. `wasm`: the page
    may compile WebAssembly (CSP Level 3, 'wasm-unsafe-eval'), which allows no eval() of text."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'self' '{stylesheet_hash()}'",
            "script-src 'self'" + (" 'wasm-unsafe-eval'" if wasm else ""),
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def let_wasm_run(response: Response) -> Response:
    """Let this one page or worker compile the decoder. A worker obeys the policy of its own script, not its page's."""
    response.headers["Content-Security-Policy"] = content_security_policy(wasm=True)
    return response


def install(app: Flask) -> None:
    """Put the headers on each response; a view that set its own policy (such as API documentation) keeps it."""
    policy = content_security_policy()

    def secure(response: Response) -> Response:
        for name, value in _FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    app.after_request(secure)
