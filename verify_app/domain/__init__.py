"""The rules of the service as frozen values and functions: no Flask, Redis, SQL, clock or chance."""
