"""The environment of the functions that follow posts (see `settings`)."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.platforms.cadence import Cadence
from functions.runtime.settings import StoreSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowPostsSettings(StoreSettings):
    """`social_clock` is the clock of all who follow posts: `own`, or where it is asked."""

    social_posts_table: str
    social_clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowAccountsSettings(StoreSettings):
    social_accounts_table: str
    social_posts_table: str
    social_clock: str
    youtube_combined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSyncSettings:
    """`sync_limit` bounds how many posts are planned in one tick."""

    social_posts_table: str
    budgets_table: str
    media_bucket: str
    sync_machine_arn: str
    sync_limit: int
    social_clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAskedSettings(StoreSettings):
    social_clock: str
    social_accounts_table: str
    social_posts_table: str
    budgets_table: str
    syncs_table: str
    sync_cadence: Cadence


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSettings(StoreSettings):
    """`sync_cadence` is how often posts are looked at, by their age. `social_endpoint` is where all
    platforms are stood in for, or `platforms` for their own hosts; `social_apps_arn` is the secret
    with our registrations."""

    social_posts_table: str
    budgets_table: str
    syncs_table: str
    social_accounts_table: str
    social_key: str
    social_apps_arn: str
    social_endpoint: str
    social_clock: str
    sync_cadence: Cadence
    youtube_combined: bool
