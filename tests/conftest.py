"""What all kinds of tests share."""

from __future__ import annotations

from hypothesis import settings

# No deadline: a busy machine is no failure. No database: a run leaves nothing behind.
settings.register_profile("cutroom", deadline=None, database=None, max_examples=100)
settings.load_profile("cutroom")
