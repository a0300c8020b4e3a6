"""A user who leaves: what of theirs is left to go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """How far it is: accounts and webhooks that went now, videos that are still being deleted, and
    whether all is gone."""

    accounts: int
    webhooks: int
    videos: int
    finished: bool


class UserRows(Protocol):
    def forget(self, user_id: str, stop: Callable[[], bool]) -> bool:
        """Remove what is kept of the user beside videos, accounts and webhooks. Safe to repeat;
        False if it was stopped before all was gone."""
