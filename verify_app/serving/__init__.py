"""How the service is run: the supervisor of `serve`, the embedded engines, gunicorn and its settings."""
