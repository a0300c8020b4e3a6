"""The composition root of the search for orphans (see `bootstrap`)."""

from __future__ import annotations

from collections.abc import Callable

from functions import bootstrap
from functions.adapters.dynamo.inventory import DynamoInventory
from functions.adapters.s3_object_listing import S3ObjectListing
from functions.adapters.s3_stored_objects import S3StoredObjects
from functions.domain.times import utc_now
from functions.runtime.deletion_settings import OrphanSettings
from functions.services.deletions.find_orphans import OrphanWork


def orphan_work(settings: OrphanSettings, stop: Callable[[], bool]) -> OrphanWork:
    return OrphanWork(
        inventory=DynamoInventory(settings.videos_table, settings.segments_table),
        listing=S3ObjectListing(settings.media_bucket),
        objects=S3StoredObjects(settings.media_bucket),
        segments=bootstrap.segments_of(settings),
        deletions=bootstrap.deletion_store(settings.deletions_table, settings.videos_table),
        media=bootstrap.media_store(settings.media_bucket),
        bucket=settings.media_bucket,
        clock=utc_now,
        stop=stop,
    )
