"""Users and their tiers."""

from __future__ import annotations

from functions.domain.tiers import Tier


class FakeUserDirectory:
    def __init__(self, tiers: dict[str, Tier]) -> None:
        self.tiers = tiers

    def tier(self, user_id: str) -> Tier | None:
        return self.tiers.get(user_id)
