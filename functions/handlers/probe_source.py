"""Task: probe the source."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.domain.tiers import Tier
from functions.runtime.run_settings import ProbeSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.runs.probe_source import probe_source

settings = load(ProbeSettings)


@step("probe", bootstrap.spending(settings))
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, tier} -> {duration}"""
    media = probe_source(
        bootstrap.context(settings),
        bootstrap_media.prober(settings.media_bucket),
        settings.tier_limits[Tier(event["tier"])],
        video_id=event["video_id"],
        run_id=event["run_id"],
    )
    return {"duration": media.duration}
