"""Task: remove some of a video that is being deleted."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.bootstrap_deletion import belongings, limits
from functions.domain.times import utc_now
from functions.runtime import telemetry
from functions.runtime.deletion_settings import DeletionSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.deletions.delete_video import DeletionWork, Next, delete_video
from functions.services.deletions.kinds import kinds

settings = load(DeletionSettings)


@step("delete_video")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, user_id} -> {next, wait_s}: `again`, `wait`, `deleted` or `failed`."""

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    work = DeletionWork(
        videos=bootstrap.video_store(settings.videos_table),
        deletions=bootstrap.deletion_store(settings.deletions_table, settings.videos_table),
        kinds=kinds(belongings(settings)),
        limits=limits(settings),
        stop=out_of_time,
        clock=utc_now,
    )
    done = delete_video(work, user_id=event["user_id"], video_id=event["video_id"])
    telemetry.logger.info("deletion", extra={"next": done.next, "removed": done.removed})
    if done.next is Next.DELETED:
        telemetry.count("VideosDeleted")
    return {"next": done.next.value, "wait_s": done.wait_s}
