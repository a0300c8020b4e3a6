"""Five platforms on loopback, each behind its own contract: only an address and a key differ."""
