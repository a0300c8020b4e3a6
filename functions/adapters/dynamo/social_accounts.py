"""Accounts on platforms in DynamoDB; consents that are awaited stand beside them, for a while.

user_id   platform
{id}      {platform}         the account
{id}      ask#{platform}     a user was sent to the platform
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import StaleWriteError
from functions.domain.platforms.accounts import PendingAsk, SocialAccount
from functions.domain.posts.post import Platform

ASK: Final = "ask#"
_VERSION: Final = {"#version": "version"}


class DynamoAccountStore:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "social accounts")

    def get(self, user_id: str, platform: Platform) -> SocialAccount | None:
        row = self._table.get({"user_id": user_id, "platform": platform.value})
        return from_plain(SocialAccount, row) if row else None

    def of_user(self, user_id: str) -> list[SocialAccount]:
        """At most one of each platform, so that one page holds them all."""
        rows = self._table.query("user_id = :user", {":user": user_id}, consistent=True).items
        accounts = [row for row in rows if not str(row["platform"]).startswith(ASK)]
        return [from_plain(SocialAccount, row) for row in accounts]

    def save(self, account: SocialAccount) -> SocialAccount:
        saved = replace(account, version=account.version + 1)
        condition = "#version = :read" if account.version else "attribute_not_exists(user_id)"
        read = {":read": account.version} if account.version else {}
        names = _VERSION if account.version else {}
        try:
            self._table.put(to_plain(saved), condition, read, names)
        except ConditionFailedError as error:
            raise StaleWriteError("The account") from error
        return saved

    def delete(self, account: SocialAccount) -> None:
        key = {"user_id": account.user_id, "platform": account.platform.value}
        try:
            self._table.delete(key, "#version = :read", {":read": account.version}, _VERSION)
        except ConditionFailedError as error:
            raise StaleWriteError("The account") from error

    def ask(self, pending: PendingAsk) -> None:
        expires = int(pending.ends_at.timestamp())
        row: dict[str, Any] = {**to_plain(pending), "expires_at": expires}
        row["platform"] = ASK + pending.platform.value
        # Whichever was there: of two, the later one counts.
        self._table.put(row, "attribute_not_exists(version)")

    def take(self, user_id: str, platform: Platform, state_hash: str) -> PendingAsk | None:
        key = {"user_id": user_id, "platform": ASK + platform.value}
        row = self._table.get(key)
        if row is None or row.get("state_hash") != state_hash:
            return None
        try:
            self._table.delete(key, "state_hash = :state", {":state": state_hash})
        except ConditionFailedError:
            return None
        return from_plain(PendingAsk, {**row, "platform": platform.value})
