"""gunicorn with the service's own settings for each candidate: `python -m benchmarks.serve hello|wsgi|service`."""

from __future__ import annotations

import sys
from typing import Any

from verify_app.serving.web_server import WebServer


class Candidate(WebServer):
    """The service's web server, with another application where a baseline is measured."""

    def __init__(self, name: str) -> None:
        self._name = name
        super().__init__()

    def load(self) -> Any:
        """The application of this candidate."""
        if self._name == "service":
            return super().load()
        from benchmarks import baselines

        return baselines.hello() if self._name == "hello" else baselines.wsgi


if __name__ == "__main__":
    Candidate(sys.argv[1]).run()
