"""What officers work with: the audit log, orders upon goods, alerts and cases."""
