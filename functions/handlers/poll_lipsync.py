"""Schedule: look at jobs that wait for the lip-sync provider and are due; or at one, on a hint."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_lipsync
from functions.domain.times import utc_now
from functions.runtime import telemetry
from functions.runtime.lipsync_settings import PollLipSyncSettings
from functions.runtime.settings import load
from functions.services.lipsync.poll_lipsync import Looking, look_around, look_now

settings = load(PollLipSyncSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """{job_id?} -> {asked, woken}: how many were looked at, and how many of them are over"""
    telemetry.begin(context)
    looking = Looking(
        line=bootstrap_lipsync.line(settings), provider=bootstrap_lipsync.provider(settings)
    )
    if event.get("job_id"):
        looked = look_now(looking, str(event["job_id"]), time.sleep)
    else:
        looking.line.reconcile()
        looked = look_around(looking, utc_now() + timedelta(seconds=settings.tick_s), time.sleep)
    telemetry.count("LipSyncPolls", looked.asked)
    telemetry.count("LipSyncsWoken", looked.woken)
    telemetry.flush()
    return {"asked": looked.asked, "woken": looked.woken}
