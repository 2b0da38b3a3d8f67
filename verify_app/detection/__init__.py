"""Detectors that watch more than one code: clients that try codes out, shipments sold elsewhere."""
