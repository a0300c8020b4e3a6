from __future__ import annotations

from typing import Protocol


class Vault(Protocol):
    """Keeps secrets of users so that only we can read them, and only as what they are: `whose` is
    in no secret's text, and has to be the same when it is opened."""

    def seal(self, text: str, **whose: str) -> str:
        """Raises UnavailableError."""

    def open(self, sealed: str, **whose: str) -> str:
        """Raises UnavailableError, also for what was sealed as another one."""
