"""The tables. Index names are part of the contract, and every index is there from the first deploy:
DynamoDB adds later ones singly and slowly."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.settings import StageSettings

_STRING = dynamodb.AttributeType.STRING
_NUMBER = dynamodb.AttributeType.NUMBER

# index: (partition key, sort key, type of the sort key)
SEGMENT_INDEXES = {
    "video_id-segment_type-index": ("video_id", "segment_type", _STRING),
    # A video's segments by type and then number, which the type alone does not sort.
    "video_id-segment_order-index": ("video_id", "segment_order", _STRING),
    "user_id-segment_type-index": ("user_id", "segment_type", _STRING),
    "user_id-created_at-index": ("user_id", "created_at", _STRING),
    "user_id-duration-index": ("user_id", "duration", _NUMBER),
    "user_id-file_size-index": ("user_id", "file_size", _NUMBER),
    "user_id-title-index": ("user_id", "title", _STRING),
    "user_id-views-index": ("user_id", "views", _NUMBER),
    "user_id-engagement_rate-index": ("user_id", "engagement_rate", _NUMBER),
}


class Tables(Construct):
    """One table per entity, on demand, encrypted, recoverable and protected outside `local`."""

    def __init__(self, scope: Construct, name: str, settings: StageSettings) -> None:
        super().__init__(scope, name)
        self._settings = settings
        self.videos = self._table("Videos", "video_id")
        _index(self.videos, "user_id-created_at-index", "user_id", "created_at", _STRING)
        self.segments = self._table("Segments", "segment_id")
        for index, (partition, sort, kind) in SEGMENT_INDEXES.items():
            _index(self.segments, index, partition, sort, kind)
        self.runs = self._table("PipelineRuns", "video_id", "run_id")
        self.idempotency = self._table("Idempotency", "id", ttl="expiration")

    def _table(
        self, name: str, partition: str, sort: str | None = None, ttl: str | None = None
    ) -> dynamodb.TableV2:
        local = self._settings.local
        return dynamodb.TableV2(
            self,
            name,
            partition_key=dynamodb.Attribute(name=partition, type=_STRING),
            sort_key=dynamodb.Attribute(name=sort, type=_STRING) if sort else None,
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.dynamo_owned_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=not local
            ),
            deletion_protection=not local,
            removal_policy=RemovalPolicy.RETAIN,
            time_to_live_attribute=ttl,
        )


def _index(
    table: dynamodb.TableV2, name: str, partition: str, sort: str, kind: dynamodb.AttributeType
) -> None:
    table.add_global_secondary_index(
        index_name=name,
        partition_key=dynamodb.Attribute(name=partition, type=_STRING),
        sort_key=dynamodb.Attribute(name=sort, type=kind),
    )
