"""GS1 Lightweight Messaging for verification 1.1: is this GTIN, serial number, lot and expiry what was issued?"""

CONTEXTS = ("dscsaSaleableReturn", "vnTraceability")
