"""EventBridge, now and then, or an operator: look through all that is stored for orphans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.bootstrap_orphans import orphan_work
from functions.domain.deletions.orphan import OrphanKind, OrphanSearch
from functions.domain.keys import REPORTS
from functions.runtime import telemetry
from functions.runtime.deletion_settings import OrphanSettings
from functions.runtime.settings import load
from functions.services.deletions.find_orphans import find_orphans, latest_search
from functions.services.deletions.orphan_looks import looks

settings = load(OrphanSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """{begin?, grace_hours?} -> {search_id, finished, …}. An operator says `begin`, and calls again
    without it until it is `finished`; so does the schedule, which begins by itself when it is time.
    """
    telemetry.begin(context, stage="find_orphans")

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    work = orphan_work(settings, out_of_time)
    before = latest_search(work.media)
    search = find_orphans(
        work,
        looks(),
        every=timedelta(days=settings.orphan_days),
        grace_hours=int(event.get("grace_hours", settings.grace_hours)),
        begin=event.get("begin") is True,
    )
    if search != before:
        telemetry.logger.info("orphans looked for", extra=_told(search))
        if search.finished_at is not None:
            _count(search)
    telemetry.flush()
    return _told(search)


def _told(search: OrphanSearch) -> dict[str, Any]:
    return {
        "search_id": search.search_id,
        "finished": search.finished_at is not None,
        "phase": search.phase.value,
        "looked_at": dict(search.looked_at),
        "found": dict(search.found),
        "bytes": search.size,
        "report": f"s3://{settings.media_bucket}/{REPORTS}/orphans/{search.search_id}/",
    }


def _count(search: OrphanSearch) -> None:
    """Once a search, zeros too: what was found last stands in the dashboard."""
    objects = search.found.get(OrphanKind.OBJECT, 0)
    telemetry.count("OrphanObjects", objects)
    telemetry.count("OrphanRows", sum(search.found.values()) - objects)
    telemetry.count("OrphanBytes", search.size, MetricUnit.Bytes)
