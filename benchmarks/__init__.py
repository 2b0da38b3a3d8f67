"""What `make bench` runs: the service beside the barest programs that the same gunicorn can serve."""
