"""The composition root of what forgets a user (see `bootstrap`): one function's alone, so that its
adapters are imported here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from functions import bootstrap, bootstrap_social, bootstrap_webhooks
from functions.adapters.dynamo.event_log import UserEventRows
from functions.adapters.dynamo.user_rows import (
    DynamoUserRows,
    UserPlace,
    UserPlaceRows,
    asks_of_user,
    counters_of_user,
    webhook_count_of_user,
)
from functions.adapters.s3_stored_objects import S3StoredObjects
from functions.domain.deletions.ports import UserRows
from functions.domain.times import utc_now
from functions.runtime.deletion_settings import ForgetUserSettings
from functions.services.deletions.forget_user import LeavingWork
from functions.services.deletions.request_deletion import DeletionStores


def leaving_work(settings: ForgetUserSettings, stop: Callable[[], bool]) -> LeavingWork:
    videos, deletions = settings.videos_table, settings.deletions_table
    return LeavingWork(
        users=bootstrap.user_directory(settings.user_pool_id),
        keyring=bootstrap_social.keyring(settings),
        webhooks=bootstrap_webhooks.webhook_store(settings.webhooks_table),
        stores=DeletionStores(
            videos=bootstrap.shown_video_store(videos, deletions),
            deletions=bootstrap.deletion_store(deletions, videos),
            executions=bootstrap.executions(settings.deletion_machine_arn, "The deletion"),
        ),
        objects=S3StoredObjects(settings.media_bucket),
        rows=user_rows(settings),
        settle=timedelta(seconds=settings.settle_s),
        clock=utc_now,
        stop=stop,
    )


def user_rows(settings: ForgetUserSettings) -> UserRows:
    """The log last: what goes before may be told of."""
    places = (
        counters_of_user(settings.counters_table),
        UserPlace(table=settings.preferences_table, what="preferences", sort=None),
        UserPlace(table=settings.syncs_table, what="syncs", sort="sync_id"),
        asks_of_user(settings.social_accounts_table),
        webhook_count_of_user(settings.webhooks_table),
        UserPlace(table=settings.connections_table, what="connections", sort="entry"),
    )
    log = UserEventRows(settings.events_table)
    return DynamoUserRows((*map(UserPlaceRows, places), log))
