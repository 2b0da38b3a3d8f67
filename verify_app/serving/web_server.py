"""gunicorn as `serve` starts it: `python -m verify_app.serving.web_server`.

Unlike gunicorn's own command it reads nothing from the folder where the operator stands (a `gunicorn.conf.py`, or a
folder named `cache` that would hide our package), nor from GUNICORN_CMD_ARGS.
"""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication

from . import gunicorn_conf


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn's master with the settings of `gunicorn_conf`."""

    def load_config(self) -> None:
        """Take over every name of `gunicorn_conf` that is one of gunicorn's settings."""
        for name in vars(gunicorn_conf).keys() & self.cfg.settings.keys():
            self.cfg.set(name, getattr(gunicorn_conf, name))

    def load(self) -> Any:
        """The WSGI application, made in the worker that asks for it."""
        from .wsgi import application

        return application


if __name__ == "__main__":
    WebServer().run()
