"""What we say to other systems: links, verification messages, structured data. Knows no HTTP framework and no SQL."""
