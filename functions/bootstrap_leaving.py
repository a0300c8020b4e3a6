"""The composition root of what forgets a user."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from functions import bootstrap, bootstrap_social, bootstrap_webhooks
from functions.adapters.dynamo.user_rows import (
    DynamoUserRows,
    UserPlace,
    asks_of_user,
    counters_of_user,
    webhook_count_of_user,
)
from functions.domain.deletions.leaving import UserRows
from functions.domain.times import utc_now
from functions.runtime.deletion_settings import ForgetUserSettings
from functions.services.deletions.forget_user import LeavingWork
from functions.services.deletions.request_deletion import DeletionStores


def leaving_work(settings: ForgetUserSettings, stop: Callable[[], bool]) -> LeavingWork:
    videos, deletions = settings.videos_table, settings.deletions_table
    return LeavingWork(
        keyring=bootstrap_social.keyring(settings),
        webhooks=bootstrap_webhooks.webhook_store(settings.webhooks_table),
        stores=DeletionStores(
            videos=bootstrap.shown_video_store(videos, deletions),
            deletions=bootstrap.deletion_store(deletions, videos),
            executions=bootstrap.executions(settings.deletion_machine_arn, "The deletion"),
        ),
        rows=user_rows(settings),
        settle=timedelta(seconds=settings.settle_s),
        clock=utc_now,
        stop=stop,
    )


def user_rows(settings: ForgetUserSettings) -> UserRows:
    """The log last: what goes before may be told of."""
    return DynamoUserRows((
        counters_of_user(settings.counters_table),
        UserPlace(table=settings.preferences_table, what="preferences", sort=None),
        UserPlace(table=settings.syncs_table, what="syncs", sort="sync_id"),
        asks_of_user(settings.social_accounts_table),
        webhook_count_of_user(settings.webhooks_table),
        UserPlace(table=settings.connections_table, what="connections", sort="entry"),
        UserPlace(table=settings.events_table, what="events", sort="sequence"),
    ))  # fmt: skip
