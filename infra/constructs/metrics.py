"""The metrics that alarms and the dashboard are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs

from infra.constructs.social_secrets import PLATFORMS

if TYPE_CHECKING:
    from infra.stacks.data_stack import DataStack

FIVE: Final = Duration.minutes(5)


@dataclass(frozen=True, slots=True)
class OwnMetrics:
    """What the functions count, under their service's name."""

    service: str

    def one(self, name: str, statistic: str = "Sum", **dimensions: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="Cutroom",
            metric_name=name,
            statistic=statistic,
            period=FIVE,
            dimensions_map={"service": self.service, **dimensions},
        )

    def each(self, names: tuple[str, ...]) -> list[cloudwatch.IMetric]:
        return [self.one(name) for name in names]

    def of_platforms(self, name: str, statistic: str = "Sum") -> list[cloudwatch.IMetric]:
        return [self.one(name, statistic, platform=at) for at in PLATFORMS]

    def stage(self, stage: str) -> cloudwatch.Metric:
        return self.one("StageDuration", "p90", stage=stage)

    def created_share(self) -> cloudwatch.MathExpression:
        named: Mapping[str, cloudwatch.IMetric] = {
            "created": self.one("SegmentsCreated"),
            "planned": self.one("SegmentsPlanned"),
        }
        return cloudwatch.MathExpression(
            expression="IF(planned > 0, 100 * created / planned, 100)",
            using_metrics=named,
            label="Created of planned",
            period=Duration.hours(1),
        )


def waiting(queue: sqs.Queue) -> cloudwatch.Metric:
    return queue.metric_approximate_number_of_messages_visible(period=FIVE)


def throttles(data: DataStack) -> dict[str, cloudwatch.Metric]:
    tables = data.tables
    named = {
        "Videos": tables.videos,
        "Segments": tables.segments,
        "Runs": tables.runs,
        "Counters": tables.counters,
        "Snapshots": tables.snapshots,
        "Rates": tables.rates,
        "Preferences": tables.preferences,
        "Transcriptions": tables.transcriptions,
        "Moments": tables.moments,
        "Generations": tables.generations,
        "LipSyncJobs": tables.lipsync_jobs,
        "LipSyncGate": tables.lipsync_gate,
        "Idempotency": tables.idempotency,
        "Deletions": tables.deletions,
        "SocialAccounts": tables.social_accounts,
        "SocialPosts": tables.social_posts,
        "SocialBudgets": tables.budgets,
        "SocialSyncs": tables.syncs,
        "Events": tables.events,
        "EventMarks": tables.event_marks,
        "Connections": tables.connections,
        "Webhooks": tables.webhooks,
        "WebhookDeliveries": tables.webhook_deliveries,
    }
    return {
        f"{name}{way}": cloudwatch.Metric(
            namespace="AWS/DynamoDB",
            metric_name=f"{way}ThrottleEvents",
            statistic="Sum",
            period=FIVE,
            dimensions_map={"TableName": table.table_name},
        )
        for name, table in named.items()
        for way in ("Read", "Write")
    }
