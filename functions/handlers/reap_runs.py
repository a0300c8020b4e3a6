"""EventBridge, each minute: brings runs, ranges and fetches that stopped without an end to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_reaping
from functions.domain.times import utc_now
from functions.runtime import telemetry
from functions.runtime.run_settings import ReapSettings
from functions.runtime.settings import load
from functions.services.cutting.reap_ranges import reap_ranges
from functions.services.ingests.reap_ingests import reap_ingests
from functions.services.runs.reap_runs import reap_runs
from functions.services.runs.reaping import Reaped

settings = load(ReapSettings)


def lambda_handler(_: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """-> {runs: {stopped: 1, …}, ranges: {…}, ingests: {…}}: what was found, by what was done."""
    telemetry.begin(context, stage="reap")
    now, limit = utc_now(), settings.reap_limit
    reaper = bootstrap_reaping.reaper(settings, settings.state_machine_arn)
    ranges = bootstrap_reaping.range_reaper(settings, settings.range_machine_arn)
    ingests = bootstrap_reaping.ingest_reaper(settings, settings.ingest_machine_arn)
    runs = Counter(reap_runs(reaper, now, limit))
    telemetry.count("RunsReaped", runs[Reaped.STOPPED])
    telemetry.count("RunsRevived", runs[Reaped.REVIVED])
    telemetry.count("RunsClosed", runs[Reaped.CLOSED])
    cuts = Counter(reap_ranges(ranges, now, limit))
    telemetry.count("RangesReaped", cuts[Reaped.STOPPED])
    telemetry.count("RangesRevived", cuts[Reaped.REVIVED])
    fetched = Counter(reap_ingests(ingests, now, limit))
    telemetry.count("IngestsReaped", fetched[Reaped.STOPPED])
    telemetry.count("IngestsRevived", fetched[Reaped.REVIVED])
    telemetry.flush()
    return {"runs": _told(runs), "ranges": _told(cuts), "ingests": _told(fetched)}


def _told(found: Mapping[Reaped, int]) -> dict[str, int]:
    return {what.value: count for what, count in found.items() if count}
