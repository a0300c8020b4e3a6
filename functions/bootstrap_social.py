"""The composition root of accounts and of posts that are followed (see `bootstrap`)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from functions import bootstrap
from functions.domain.platforms.accounts import AccountStore
from functions.domain.platforms.demands import DemandRuns, Demands
from functions.domain.platforms.ports import Consents, PostNumbers
from functions.domain.platforms.syncing import Budgets, SyncPosts, SyncRuns
from functions.domain.posts.post import Platform
from functions.domain.vault import Vault
from functions.runtime.clock import clock_at

if TYPE_CHECKING:
    from functions.adapters.step_functions_syncs import S3SyncLists
    from functions.runtime.api_settings import ApiSettings
    from functions.runtime.deletion_settings import ForgetUserSettings
    from functions.runtime.social_settings import (
        FollowAccountsSettings,
        PlanAskedSettings,
        SyncSettings,
    )
    from functions.services.posts.ask_for_sync import DemandWork
    from functions.services.posts.follow_account import AccountWork
    from functions.services.posts.fresh_tokens import Keyring
    from functions.services.posts.sync_posts import SyncTools


@functools.cache
def account_store(table: str) -> AccountStore:
    from functions.adapters.dynamo.social_accounts import DynamoAccountStore

    return DynamoAccountStore(table)


@functools.cache
def vault(key_id: str) -> Vault:
    from functions.adapters.kms_vault import KmsVault

    return KmsVault(key_id)


@functools.cache
def consents(platform: Platform, endpoint: str, apps_arn: str) -> Consents:
    from functions.adapters.social.making import app_of, make_consents

    return make_consents(platform, endpoint, lambda: app_of(apps_arn, platform))


def keyring(settings: SyncSettings | ApiSettings | ForgetUserSettings) -> Keyring:
    """What tokens of accounts are had with."""
    from functions.services.posts.fresh_tokens import Keyring

    return Keyring(
        accounts=account_store(settings.social_accounts_table),
        vault=vault(settings.social_key),
        consents=lambda one: consents(one, settings.social_endpoint, settings.social_apps_arn),
        clock=clock_at(settings.social_clock),
    )


@functools.cache
def sync_posts(table: str) -> SyncPosts:
    from functions.adapters.dynamo.sync_posts import DynamoSyncPosts

    return DynamoSyncPosts(table)


@functools.cache
def budgets(table: str) -> Budgets:
    from functions.adapters.dynamo.budgets import DynamoBudgets

    return DynamoBudgets(table)


@functools.cache
def sync_runs(state_machine_arn: str, bucket: str) -> SyncRuns:
    from functions.adapters.step_functions_syncs import StepFunctionsSyncs

    return StepFunctionsSyncs(state_machine_arn, bucket)


@functools.cache
def post_numbers(platform: Platform, endpoint: str) -> PostNumbers:
    from functions.adapters.social.making import make_numbers

    return make_numbers(platform, endpoint)


def sync_tools(settings: SyncSettings) -> SyncTools:
    """What a batch of posts is looked at with."""
    from functions.services.posts.sync_posts import SyncTools

    return SyncTools(
        posts=sync_posts(settings.social_posts_table),
        segments=bootstrap.segments_of(settings),
        budgets=budgets(settings.budgets_table),
        keyring=keyring(settings),
        numbers=lambda one: post_numbers(one, settings.social_endpoint),
        cadence=settings.sync_cadence,
        with_youtube=settings.youtube_combined,
        clock=clock_at(settings.social_clock),
    )


def account_work(settings: FollowAccountsSettings) -> AccountWork:
    """What follows from connecting accounts, and from disconnecting them."""
    from functions.services.posts.follow_account import AccountWork

    return AccountWork(
        accounts=account_store(settings.social_accounts_table),
        posts=sync_posts(settings.social_posts_table),
        segments=bootstrap.segments_of(settings),
        with_youtube=settings.youtube_combined,
        clock=clock_at(settings.social_clock),
    )


@functools.cache
def sync_lists(bucket: str) -> S3SyncLists:
    from functions.adapters.step_functions_syncs import S3SyncLists

    return S3SyncLists(bucket)


@functools.cache
def demand_runs(state_machine_arn: str) -> DemandRuns:
    from functions.adapters.step_functions_syncs import StepFunctionsDemands

    return StepFunctionsDemands(state_machine_arn)


@functools.cache
def demands(table: str) -> Demands:
    from functions.adapters.dynamo.demands import DynamoDemands

    return DynamoDemands(table)


def demand_work(settings: ApiSettings | PlanAskedSettings) -> DemandWork:
    """What looks on demand are granted and planned with."""
    from functions.services.posts.ask_for_sync import DemandWork

    return DemandWork(
        demands=demands(settings.syncs_table),
        accounts=account_store(settings.social_accounts_table),
        posts=sync_posts(settings.social_posts_table),
        segments=bootstrap.segments_of(settings),
        budgets=budgets(settings.budgets_table),
        cadence=settings.sync_cadence,
        clock=clock_at(settings.social_clock),
    )
