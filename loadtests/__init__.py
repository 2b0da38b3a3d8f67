"""Load tests with Locust: visitors of every kind, against a running instance or one that `smoke` starts."""
