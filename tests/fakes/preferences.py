"""Preferences in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from functions.domain.errors import StaleWriteError
from functions.domain.preferences import Preferences


@dataclass
class FakePreferenceStore:
    rows: dict[str, Preferences] = field(default_factory=dict)

    def get(self, user_id: str) -> Preferences:
        return self.rows.get(user_id, Preferences(user_id=user_id))

    def save(self, preferences: Preferences) -> Preferences:
        if self.get(preferences.user_id).version != preferences.version:
            raise StaleWriteError("The preferences")
        saved = replace(preferences, version=preferences.version + 1)
        self.rows[preferences.user_id] = saved
        return saved
