"""The tables. Index names are part of the contract, and every index is there from the first deploy:
DynamoDB adds later ones singly and slowly."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.settings import StageSettings

_STRING = dynamodb.AttributeType.STRING
_NUMBER = dynamodb.AttributeType.NUMBER

# index: its partition key, then its sort keys. `sort_…` is there on every row, also where the
# value is not known: an index holds only rows that have its keys.
SEGMENT_INDEXES = {
    "video_id-segment_type-index": ("video_id", "segment_type", "created_at"),
    # A video's segments by type and then number, which the type alone does not sort.
    "video_id-segment_order-index": ("video_id", "segment_order"),
    # A user's segments of one type, newest first.
    "user_id-segment_type-index": ("user_id", "segment_type", "created_at"),
    "user_id-created_at-index": ("user_id", "created_at"),
    "user_id-duration-index": ("user_id", "sort_duration"),
    "user_id-file_size-index": ("user_id", "file_size"),
    "user_id-title-index": ("user_id", "sort_title"),
    "user_id-views-index": ("user_id", "sort_views"),
    "user_id-engagement_rate-index": ("user_id", "sort_engagement_rate"),
}
# The reaper's: they hold only what waits to be looked at, by keys alone, so that a row's progress
# is not written twice.
RUN_WATCH_INDEX = ("watch_shard-lease_until-index", ("watch_shard", "lease_until"))
SEGMENT_WATCH_INDEX = ("watch_shard-created_at-index", ("watch_shard", "created_at"))
INGEST_WATCH_INDEX = ("watch_shard-updated_at-index", ("watch_shard", "updated_at"))
_NUMBERS = {"sort_duration", "file_size", "sort_views", "sort_engagement_rate"}


class Tables(Construct):
    """One table per entity, on demand, encrypted, recoverable and protected outside `local`."""

    def __init__(self, scope: Construct, name: str, settings: StageSettings) -> None:
        super().__init__(scope, name)
        self._settings = settings
        self.videos = self._table("Videos", "video_id")
        _index(self.videos, "user_id-created_at-index", "user_id", "created_at")
        # Sparse: a user's videos that were fetched from one URL.
        _index(self.videos, "user_id-source_digest-index", "user_id", "source_digest", "created_at")
        _watch_index(self.videos, *INGEST_WATCH_INDEX)
        self.segments = self._table("Segments", "segment_id", stream=True)
        for index, keys in SEGMENT_INDEXES.items():
            _index(self.segments, index, *keys)
        _watch_index(self.segments, *SEGMENT_WATCH_INDEX)
        self.counters = self._table("Counters", "counter_of", "counter_name")
        self.snapshots = self._table("SocialSnapshots", "post_key", "captured_at")
        _index(self.snapshots, "user_id-captured_on-index", "user_id", "captured_on")
        self.rates = self._table("RateLimits", "rate_key", ttl="expires_at")
        self.runs = self._table("PipelineRuns", "video_id", "run_id")
        _watch_index(self.runs, *RUN_WATCH_INDEX)
        self.moments = self._table("Moments", "video_id", "moment_id")
        _index(self.moments, "moment_id-index", "moment_id")
        self.generations = self._table("MomentGenerations", "video_id", "generation_id")
        self.preferences = self._table("Preferences", "user_id")
        self.transcriptions = self._table(
            "Transcriptions", "video_id", "window_id", ttl="expires_at"
        )
        # Only what waits is in it.
        _index(self.transcriptions, "wait_shard-check_at-index", "wait_shard", "check_at")
        self.idempotency = self._table("Idempotency", "id", ttl="expiration")
        # A user's receipts, and what hides and finds things of a video while it is deleted.
        self.deletions = self._table("Deletions", "user_id", "entry", ttl="expires_at")

    def _table(
        self,
        name: str,
        partition: str,
        sort: str | None = None,
        *,
        ttl: str | None = None,
        stream: bool = False,
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
            dynamo_stream=dynamodb.StreamViewType.NEW_IMAGE if stream else None,
        )


def _index(table: dynamodb.TableV2, name: str, partition: str, *sorts: str) -> None:
    table.add_global_secondary_index(
        index_name=name, partition_key=_key(partition), sort_keys=[_key(sort) for sort in sorts]
    )


def _watch_index(table: dynamodb.TableV2, name: str, keys: tuple[str, str]) -> None:
    partition, sort = keys
    table.add_global_secondary_index(
        index_name=name,
        partition_key=_key(partition),
        sort_key=_key(sort),
        projection_type=dynamodb.ProjectionType.KEYS_ONLY,
    )


def _key(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=_NUMBER if name in _NUMBERS else _STRING)
