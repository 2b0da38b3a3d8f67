"""The service's web server for tests of the lane: `python -m tests.lane_server lane|gthread`. With the lane, the
number of answers that it gave stands in DATA_DIR/lane.count when a worker has ended. Twenty guesses are held off."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from verify_app.detection import holding
from verify_app.serving.lane import LaneWorker
from verify_app.serving.web_server import WebServer


class CountingWorker(LaneWorker):
    """Counts what the lane itself answers."""

    said = 0

    def _say(self, *answer):
        self.said += 1
        super()._say(*answer)

    def run(self):
        """Serve; at the end write down the count."""
        super().run()
        Path(os.environ["DATA_DIR"], "lane.count").write_text(str(self.said))


class Server(WebServer):
    """The service's server with another worker."""

    def load_config(self):
        """As ever, but for the worker."""
        super().load_config()
        self.cfg.set("workers", 1)
        self.cfg.set("worker_class", "tests.lane_server.CountingWorker" if sys.argv[1] == "lane" else "gthread")


if __name__ == "__main__":
    holding._AT_ONCE = 20
    Server().run()
