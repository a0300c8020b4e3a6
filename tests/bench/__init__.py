"""Measurements beside named peers, in one run. Never timed tests: machines are noisy."""
