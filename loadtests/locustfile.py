"""All kinds of visitors: `locust -f loadtests/locustfile.py --host http://127.0.0.1:8000`."""

from loadtests.users.program import Program
from loadtests.users.shopper import Shopper

__all__ = ["Program", "Shopper"]
