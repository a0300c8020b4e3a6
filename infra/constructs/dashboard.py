"""One dashboard of what a stage does."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.metrics import OwnMetrics

STAGES = (
    "claim", "probe", "plan_analysis", "analyse", "finish_analysis", "plan_hls",
    "write_hls", "finish_hls", "plan_transcript", "extract_speech", "await_transcription",
    "finish_transcript", "plan", "cut", "join", "audio",
    "finish", "plan_range", "cut_range", "moments", "clips",
    "ingest", "delete_video", "prepare_lipsync", "enter_lipsync", "submit_lipsync",
    "await_lipsync", "collect_lipsync", "encode_lipsync", "finish_lipsync",
    "social_sync", "plan_asked_sync",
)  # fmt: skip
RUN_COUNTS = ("RunsStarted", "RunsSucceeded", "RunsFailed", "RunFaults", "UploadsIgnored")
ENDED_COUNTS = ("RunsCancelled", "RunsReaped", "RunsRevived", "RunsClosed")
MOMENT_COUNTS = ("MomentsFound", "MomentsFailed", "ModelsReplaced")
RANGE_COUNTS = ("RangesCut", "RangesFailed", "RangeFaults", "RangesReaped", "RangesRevived")
INGEST_COUNTS = ("IngestsFinished", "IngestsFailed", "IngestFaults")
DELETION_COUNTS = ("VideosDeleted", "DeletionFaults")
WEBHOOK_COUNTS = (
    "WebhooksMatched", "WebhooksDelivered", "WebhooksRetried", "WebhooksDeadLettered",
    "WebhooksDropped", "WebhooksHeldBack", "WebhooksDue",
)  # fmt: skip
EVENT_COUNTS = ("EventsRecorded", "EventsPublished", "ConnectionsTold")
ORPHAN_COUNTS = ("OrphanObjects", "OrphanRows")
LIPSYNC_COUNTS = (
    "LipSyncsCompleted", "LipSyncsFailed", "LipSyncsRejected", "LipSyncFaults", "LipSyncPolls",
)  # fmt: skip
Graphs = Mapping[str, list[cloudwatch.IMetric]]


def show(scope: Construct, graphs: Graphs) -> None:
    """Two graphs in a row, in their order."""
    board = cloudwatch.Dashboard(scope, "Dashboard")
    widgets = [
        cloudwatch.GraphWidget(title=title, left=metrics, width=12)
        for title, metrics in graphs.items()
    ]
    for at in range(0, len(widgets), 2):
        board.add_widgets(*widgets[at : at + 2])


def own_graphs(own: OwnMetrics) -> Graphs:
    """What the functions count of their work."""
    return {
        "Segments created of planned (%)": [own.created_share()],
        "Runs": own.each(RUN_COUNTS),
        "Runs cancelled, and found stopped": own.each(ENDED_COUNTS),
        "Ranges": own.each(RANGE_COUNTS),
        "Moments": own.each(MOMENT_COUNTS),
        "Tokens of models": own.each(("ModelTokens",)),
        "Fetched by URL": own.each(INGEST_COUNTS),
        "Calls to platforms": own.of_platforms("SocialCalls"),
        "Calls to platforms (ms, p90)": own.of_platforms("SocialCallTime", "p90"),
        "Batches that failed": own.of_platforms("SocialFailures"),
        "Limits of platforms: used (%)": own.of_platforms("SocialQuotaUsed", "Maximum"),
        "Oldest due post (s)": own.of_platforms("SocialOldestDue", "Maximum"),
        "Deletions": own.each(DELETION_COUNTS),
        "Found to belong to nothing": own.each(ORPHAN_COUNTS),
        "Lip-sync": own.each(LIPSYNC_COUNTS),
        "Events": own.each(EVENT_COUNTS),
        "Webhooks": own.each(WEBHOOK_COUNTS),
        "Stage durations (ms, p90)": [own.stage(stage) for stage in STAGES],
    }
