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
# Sparse: one row of each post, as it is now.
POST_INDEXES = {
    "user_id-posted_at-index": ("user_id", "posted_at"),
    "user_id-views-index": ("user_id", "sort_views"),
    "user_id-engagement_rate-index": ("user_id", "sort_engagement_rate"),
}
# The reaper's: they hold only what waits to be looked at, by keys alone, so that a row's progress
# is not written twice.
RUN_WATCH_INDEX = ("watch_shard-lease_until-index", ("watch_shard", "lease_until"))
SEGMENT_WATCH_INDEX = ("watch_shard-created_at-index", ("watch_shard", "created_at"))
INGEST_WATCH_INDEX = ("watch_shard-updated_at-index", ("watch_shard", "updated_at"))
# Sparse: only jobs that wait for the provider, and what looking at one takes.
LIPSYNC_POLL_INDEX = "poll_shard-next_poll_at-index"
# A video's jobs, and what its deletion wants to know of them.
LIPSYNC_VIDEO_INDEX = "video_id-created_at-index"
_PARTIAL = {
    LIPSYNC_POLL_INDEX: (
        ("poll_shard", "next_poll_at"),
        ["generation_id", "model", "submitted_at", "deadline"],
    ),
    LIPSYNC_VIDEO_INDEX: (("video_id", "created_at"), ["status", "updated_at"]),
}
DUE_POSTS_INDEX = ("sync_shard-next_sync_at-index", "sync_shard", "next_sync_at")
# The deletion of a video finds its events here: by keys alone.
EVENTS_INDEX = ("video_id-sequence-index", ("video_id", "sequence"))
# Deliveries of webhooks that wait for their next try.
RETRY_INDEX = ("retry_shard-next_try_at-index", ("retry_shard", "next_try_at"))
_NUMBERS = {"sequence", "sort_duration", "file_size", "sort_views", "sort_engagement_rate"}


class Tables(Construct):
    """One table per entity, on demand, encrypted, recoverable and protected outside `local`."""

    def __init__(self, scope: Construct, name: str, settings: StageSettings) -> None:
        super().__init__(scope, name)
        self._settings = settings
        self._make_segments()
        self._make_runs()
        self._make_moments()
        self._make_lipsync()
        self._make_posts()
        self._make_requests()
        self._make_events()

    def _make_segments(self) -> None:
        """Videos, their segments, and what is counted of both."""
        self.videos = self._table("Videos", "video_id", told=True)
        _index(self.videos, "user_id-created_at-index", "user_id", "created_at")
        # Sparse: a user's videos that were fetched from one URL.
        _index(self.videos, "user_id-source_digest-index", "user_id", "source_digest", "created_at")
        _watch_index(self.videos, *INGEST_WATCH_INDEX)
        self.segments = self._table("Segments", "segment_id", told=True)
        for index, keys in SEGMENT_INDEXES.items():
            _index(self.segments, index, *keys)
        _watch_index(self.segments, *SEGMENT_WATCH_INDEX)
        self.counters = self._table("Counters", "counter_of", "counter_name")

    def _make_runs(self) -> None:
        """Runs of the pipeline, and what they wait for."""
        self.runs = self._table("PipelineRuns", "video_id", "run_id", told=True)
        _watch_index(self.runs, *RUN_WATCH_INDEX)
        self.transcriptions = self._table(
            "Transcriptions", "video_id", "window_id", ttl="expires_at"
        )
        # Only what waits is in it.
        _index(self.transcriptions, "wait_shard-check_at-index", "wait_shard", "check_at")

    def _make_moments(self) -> None:
        self.moments = self._table("Moments", "video_id", "moment_id", told=True)
        _index(self.moments, "moment_id-index", "moment_id")
        self.generations = self._table("MomentGenerations", "video_id", "generation_id", told=True)

    def _make_lipsync(self) -> None:
        self.lipsync_jobs = self._table("LipSyncJobs", "job_id", told=True)
        _index(self.lipsync_jobs, "user_id-created_at-index", "user_id", "created_at")
        _partial_index(self.lipsync_jobs, LIPSYNC_VIDEO_INDEX)
        _partial_index(self.lipsync_jobs, LIPSYNC_POLL_INDEX)
        self.lipsync_gate = self._table("LipSyncGate", "gate", "place", ttl="expires_at")

    def _make_posts(self) -> None:
        """Posts, their numbers as time went, and the accounts they are looked at with."""
        self.snapshots = self._table("SocialSnapshots", "post_key", "captured_at", ttl="expires_at")
        _index(self.snapshots, "user_id-captured_on-index", "user_id", "captured_on")
        for index, keys in POST_INDEXES.items():
            _index(self.snapshots, index, *keys)
        # Beside the accounts stand consents that are awaited, and those expire.
        self.social_accounts = self._table(
            "SocialAccounts",
            "user_id",
            "platform",
            ttl="expires_at",
            told=True,
        )
        self.social_posts = self._table("SocialPosts", "segment_id", "platform#post_id")
        _index(self.social_posts, "user_id-platform-index", "user_id", "platform")
        # Sparse: only posts that are due some day.
        _index(self.social_posts, *DUE_POSTS_INDEX)
        # What was used of limits that all users share, and who has to wait.
        self.budgets = self._table("SocialBudgets", "budget_key", ttl="expires_at")
        # Looks at posts that users have asked for.
        self.syncs = self._table("SocialSyncs", "user_id", "sync_id", ttl="expires_at")

    def _make_requests(self) -> None:
        """What answers to users go by, and what they have asked to be deleted."""
        self.rates = self._table("RateLimits", "rate_key", ttl="expires_at")
        self.preferences = self._table("Preferences", "user_id")
        self.idempotency = self._table("Idempotency", "id", ttl="expiration")
        # A user's receipts, and what hides and finds things of a video while it is deleted.
        self.deletions = self._table("Deletions", "user_id", "entry", ttl="expires_at", told=True)

    def _make_events(self) -> None:
        """The log of what changed, how far each row was told of, and who is told."""
        self.events = self._table("Events", "user_id", "sequence", ttl="expires_at", told=True)
        _watch_index(self.events, *EVENTS_INDEX)
        self.event_marks = self._table("EventMarks", "subject", ttl="expires_at")
        self.connections = self._table("Connections", "user_id", "entry", ttl="expires_at")
        self.webhooks = self._table("Webhooks", "user_id", "webhook_id", told=True)
        self.webhook_deliveries = self._table(
            "WebhookDeliveries", "webhook_id", "delivery_id", ttl="expires_at"
        )
        _watch_index(self.webhook_deliveries, *RETRY_INDEX)

    def _table(
        self,
        name: str,
        partition: str,
        sort: str | None = None,
        *,
        ttl: str | None = None,
        told: bool = False,
    ) -> dynamodb.TableV2:
        """Of one that is `told` of a stream tells each write, with the row before and after."""
        local = self._settings.local
        return dynamodb.TableV2(
            self,
            name,
            partition_key=_key(partition),
            sort_key=_key(sort) if sort else None,
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.dynamo_owned_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=not local
            ),
            deletion_protection=not local,
            removal_policy=RemovalPolicy.RETAIN,
            time_to_live_attribute=ttl,
            dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if told else None,
        )


def _index(table: dynamodb.TableV2, name: str, partition: str, *sorts: str) -> None:
    table.add_global_secondary_index(
        index_name=name, partition_key=_key(partition), sort_keys=[_key(sort) for sort in sorts]
    )


def _partial_index(table: dynamodb.TableV2, name: str) -> None:
    (partition, sort), known = _PARTIAL[name]
    table.add_global_secondary_index(
        index_name=name,
        partition_key=_key(partition),
        sort_key=_key(sort),
        projection_type=dynamodb.ProjectionType.INCLUDE,
        non_key_attributes=known,
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
