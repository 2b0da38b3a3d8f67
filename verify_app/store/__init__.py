"""State in SQL and Redis: the only folder that knows either. Rows become frozen domain values at its edge."""
