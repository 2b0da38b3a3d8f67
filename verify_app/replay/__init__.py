"""Replay: past scans through the service's own observe and judge code, with a virtual clock."""
