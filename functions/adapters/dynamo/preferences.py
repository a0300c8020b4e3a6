"""Preferences in DynamoDB."""

from __future__ import annotations

from dataclasses import replace

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import StaleWriteError
from functions.domain.preferences import Preferences


class DynamoPreferenceStore:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "preferences")

    def get(self, user_id: str) -> Preferences:
        row = self._table.get({"user_id": user_id})
        return from_plain(Preferences, row) if row else Preferences(user_id=user_id)

    def save(self, preferences: Preferences) -> Preferences:
        saved = replace(preferences, version=preferences.version + 1)
        condition = "#version = :read" if preferences.version else "attribute_not_exists(user_id)"
        read = {":read": preferences.version} if preferences.version else {}
        names = {"#version": "version"} if preferences.version else {}
        try:
            self._table.put(to_plain(saved), condition, read, names)
        except ConditionFailedError as error:
            raise StaleWriteError("The preferences") from error
        return saved
