from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from functions.adapters.dynamo.ingest_watch import FETCHED, watched
from functions.adapters.dynamo.lipsync_jobs import BY_POLL
from functions.adapters.dynamo.run_watch import BY_LEASE
from functions.adapters.dynamo.runs import new_row
from functions.adapters.dynamo.segment_rows import SORT_KEYS, to_row, to_tombstone
from functions.adapters.dynamo.segment_watch import WAITING
from functions.adapters.dynamo.video_marks import to_mark
from functions.adapters.dynamo.video_segments import BY_TYPE
from functions.adapters.dynamo.webhook_deliveries import BY_TRY
from functions.domain.events.kinds import DRAFTING
from functions.domain.lipsync.job_ports import DueJob
from functions.domain.segments.query import SortBy
from functions.domain.segments.segment import SegmentStatus
from functions.domain.video import VideoStatus
from functions.services.runs.start_run import new_run
from infra.constructs.api_functions import UNREAD
from infra.constructs.tables import (
    INGEST_WATCH_INDEX,
    LIPSYNC_POLL_INDEX,
    LIPSYNC_VIDEO_INDEX,
    RUN_WATCH_INDEX,
    SEGMENT_INDEXES,
    SEGMENT_WATCH_INDEX,
)
from tests.builders import (
    RUN,
    make_ingesting_video,
    make_queued_video,
    make_segment,
    make_video,
)
from tests.fakes.clock import EPOCH
from tests.infra.synth import Synth

# table: (key, {index: (partition key, sort keys)}); clients and stores know these by name.
TABLES: dict[str, tuple[list[str], dict[str, tuple[str, ...]]]] = {
    "Videos": (
        ["video_id"],
        {
            "user_id-created_at-index": ("user_id", "created_at"),
            "user_id-source_digest-index": ("user_id", "source_digest", "created_at"),
            "watch_shard-updated_at-index": ("watch_shard", "updated_at"),
        },
    ),
    "Segments": (
        ["segment_id"],
        {
            "video_id-segment_type-index": ("video_id", "segment_type", "created_at"),
            "video_id-segment_order-index": ("video_id", "segment_order"),
            "user_id-segment_type-index": ("user_id", "segment_type", "created_at"),
            "user_id-created_at-index": ("user_id", "created_at"),
            "user_id-duration-index": ("user_id", "sort_duration"),
            "user_id-file_size-index": ("user_id", "file_size"),
            "user_id-title-index": ("user_id", "sort_title"),
            "user_id-views-index": ("user_id", "sort_views"),
            "user_id-engagement_rate-index": ("user_id", "sort_engagement_rate"),
            "watch_shard-created_at-index": ("watch_shard", "created_at"),
        },
    ),
    "Counters": (["counter_of", "counter_name"], {}),
    "SocialSnapshots": (
        ["post_key", "captured_at"],
        {
            "user_id-captured_on-index": ("user_id", "captured_on"),
            "user_id-posted_at-index": ("user_id", "posted_at"),
            "user_id-views-index": ("user_id", "sort_views"),
            "user_id-engagement_rate-index": ("user_id", "sort_engagement_rate"),
        },
    ),
    "RateLimits": (["rate_key"], {}),
    "Preferences": (["user_id"], {}),
    "SocialAccounts": (["user_id", "platform"], {}),
    "SocialBudgets": (["budget_key"], {}),
    "SocialSyncs": (["user_id", "sync_id"], {}),
    "SocialPosts": (
        ["segment_id", "platform#post_id"],
        {
            "user_id-platform-index": ("user_id", "platform"),
            "sync_shard-next_sync_at-index": ("sync_shard", "next_sync_at"),
        },
    ),
    "Transcriptions": (
        ["video_id", "window_id"],
        {"wait_shard-check_at-index": ("wait_shard", "check_at")},
    ),
    "PipelineRuns": (
        ["video_id", "run_id"],
        {"watch_shard-lease_until-index": ("watch_shard", "lease_until")},
    ),
    "Moments": (["video_id", "moment_id"], {"moment_id-index": ("moment_id",)}),
    "MomentGenerations": (["video_id", "generation_id"], {}),
    "Idempotency": (["id"], {}),
    "Deletions": (["user_id", "entry"], {}),
    "LipSyncJobs": (
        ["job_id"],
        {
            "user_id-created_at-index": ("user_id", "created_at"),
            "video_id-created_at-index": ("video_id", "created_at"),
            "poll_shard-next_poll_at-index": ("poll_shard", "next_poll_at"),
        },
    ),
    "LipSyncGate": (["gate", "place"], {}),
    "Events": (
        ["user_id", "sequence"],
        {"video_id-sequence-index": ("video_id", "sequence")},
    ),
    "EventMarks": (["subject"], {}),
    "Connections": (["user_id", "entry"], {}),
    "Webhooks": (["user_id", "webhook_id"], {}),
    "WebhookDeliveries": (
        ["webhook_id", "delivery_id"],
        {"retry_shard-next_try_at-index": ("retry_shard", "next_try_at")},
    ),
}
# They are only asked what waits, and hold nothing else: the rows are read by their keys.
WATCHING = {
    "watch_shard-lease_until-index",
    "watch_shard-created_at-index",
    "watch_shard-updated_at-index",
    "retry_shard-next_try_at-index",
}
# So is where a video's events are: whoever removes them needs no more.
KEYS_ALONE = WATCHING | {"video_id-sequence-index"}
NUMBERS = {"sequence", "sort_duration", "file_size", "sort_views", "sort_engagement_rate"}
# table: the attribute that says when a row is over.
EXPIRING = {
    "Idempotency": "expiration",
    "RateLimits": "expires_at",
    "SocialAccounts": "expires_at",
    "SocialBudgets": "expires_at",
    "SocialSyncs": "expires_at",
    "SocialSnapshots": "expires_at",
    "Transcriptions": "expires_at",
    "Deletions": "expires_at",
    "LipSyncGate": "expires_at",
    "Events": "expires_at",
    "EventMarks": "expires_at",
    "Connections": "expires_at",
    "WebhookDeliveries": "expires_at",
}

each_table = pytest.mark.parametrize("table", TABLES)


def _table(synth: Synth, name: str) -> dict[str, Any]:
    return synth.of("DynamoDB::GlobalTable")[synth.table(name)]


def _keys(schema: list[dict[str, str]]) -> list[str]:
    assert [item["KeyType"] for item in schema] == ["HASH", *["RANGE"] * (len(schema) - 1)]
    return [item["AttributeName"] for item in schema]


def test_given_the_tables_when_deployed_then_each_is_looked_at_below(synth: Synth):
    assert len(synth.of("DynamoDB::GlobalTable")) == len(TABLES)


@each_table
def test_given_a_table_when_deployed_then_its_key_is_the_contracts(synth: Synth, table: str):
    assert _keys(_table(synth, table)["KeySchema"]) == TABLES[table][0]


@each_table
def test_given_a_table_when_deployed_then_its_indexes_are_the_contracts(synth: Synth, table: str):
    indexes = _table(synth, table).get("GlobalSecondaryIndexes", [])

    assert {it["IndexName"]: tuple(_keys(it["KeySchema"])) for it in indexes} == TABLES[table][1]
    for it in indexes:
        held = "KEYS_ONLY" if it["IndexName"] in KEYS_ALONE else "ALL"
        partial = {LIPSYNC_POLL_INDEX, LIPSYNC_VIDEO_INDEX}
        if table == "LipSyncJobs" and it["IndexName"] in partial:
            held = "INCLUDE"
        assert it["Projection"]["ProjectionType"] == held


def test_given_the_contract_when_the_construct_changes_then_that_is_noticed():
    assert TABLES["Segments"][1] == SEGMENT_INDEXES | dict([SEGMENT_WATCH_INDEX])
    assert TABLES["PipelineRuns"][1] == dict([RUN_WATCH_INDEX])
    assert TABLES["Videos"][1].items() >= dict([INGEST_WATCH_INDEX]).items()


def test_given_a_job_that_waits_when_its_index_is_read_then_it_holds_just_what_looking_takes(
    synth: Synth,
):
    (index,) = (
        it
        for it in _table(synth, "LipSyncJobs")["GlobalSecondaryIndexes"]
        if it["IndexName"] == BY_POLL
    )
    held = {"job_id", "next_poll_at", *index["Projection"]["NonKeyAttributes"]}

    assert BY_POLL == LIPSYNC_POLL_INDEX
    assert held == {one.name for one in fields(DueJob)}


def test_given_what_is_watched_when_it_is_asked_for_then_by_the_index_that_is_deployed():
    assert {BY_LEASE, WAITING, FETCHED, BY_TRY} == WATCHING


@pytest.mark.parametrize("status", VideoStatus)
def test_given_a_video_when_written_then_it_is_watched_just_while_it_is_fetched(
    status: VideoStatus,
):
    row = watched(make_ingesting_video(status=status))

    assert ("watch_shard" in row) is (status is VideoStatus.INGESTING)


@pytest.mark.parametrize("status", SegmentStatus)
def test_given_a_segment_when_written_then_it_is_watched_just_while_it_waits(
    status: SegmentStatus,
):
    row = to_row(make_segment(status=status))

    assert ("watch_shard" in row) is (status is SegmentStatus.PENDING)


def test_given_a_run_when_written_then_it_is_watched_until_nothing_is_left_to_be_done():
    run = new_run(make_queued_video(), RUN, EPOCH)
    named, keys = RUN_WATCH_INDEX

    assert named == BY_LEASE
    assert set(keys) <= new_row(run).keys()
    assert set(keys).isdisjoint(new_row(replace(run, watch_shard=None, lease_until=None)))


@pytest.mark.parametrize("by", SortBy)
def test_given_a_sort_order_when_listed_by_then_its_index_sorts_by_the_key_that_is_written(
    by: SortBy,
):
    assert SEGMENT_INDEXES[f"user_id-{by}-index"] == ("user_id", SORT_KEYS[by])


def test_given_a_segment_of_which_little_is_known_when_written_then_every_index_holds_it():
    """An index passes over rows that lack one of its keys."""
    row = to_row(make_segment())
    wanted = {key for keys in SEGMENT_INDEXES.values() for key in keys}

    assert [key for key in sorted(wanted) if row.get(key) is None] == []


def test_given_a_deleted_segment_when_marked_then_only_the_index_without_a_list_holds_it():
    """By that one the deletion of its video finds what is left of it."""
    mark = to_tombstone(make_segment(), EPOCH)

    assert [name for name, keys in SEGMENT_INDEXES.items() if set(keys) <= mark.keys()] == [BY_TYPE]
    assert BY_TYPE in UNREAD


def test_given_a_video_that_is_being_deleted_when_marked_then_no_index_holds_it():
    mark = to_mark(make_video(), EPOCH)

    assert mark.keys() & {key for keys in TABLES["Videos"][1].values() for key in keys} == set()


@each_table
def test_given_a_key_when_it_is_a_number_then_it_is_sorted_as_one(synth: Synth, table: str):
    types = {
        it["AttributeName"]: it["AttributeType"]
        for it in _table(synth, table)["AttributeDefinitions"]
    }

    assert types == {name: "N" if name in NUMBERS else "S" for name in types}


@each_table
def test_given_a_table_when_deployed_then_it_is_paid_by_request(synth: Synth, table: str):
    assert _table(synth, table)["BillingMode"] == "PAY_PER_REQUEST"


@each_table
def test_given_a_cloud_stage_when_a_table_is_lost_then_it_can_be_had_back(cloud: Synth, table: str):
    (replica,) = _table(cloud, table)["Replicas"]

    assert replica["DeletionProtectionEnabled"] is True
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@each_table
def test_given_a_row_when_its_time_is_over_then_it_goes_and_what_users_keep_stays(
    synth: Synth, table: str
):
    wanted = {"AttributeName": EXPIRING[table], "Enabled": True} if table in EXPIRING else None

    assert _table(synth, table).get("TimeToLiveSpecification") == wanted


# Whose changes are told of, by kind; and the log itself, of which others are told.
TOLD = {
    "videos": "Videos",
    "runs": "PipelineRuns",
    "segments": "Segments",
    "moments": "Moments",
    "generations": "MomentGenerations",
    "deletions": "Deletions",
    "lipsync_jobs": "LipSyncJobs",
    "social_accounts": "SocialAccounts",
    "webhooks": "Webhooks",
}


def test_given_a_table_when_its_changes_are_told_of_then_its_stream_has_both_images(synth: Synth):
    streams = {
        name: table["StreamSpecification"]
        for name, table in synth.of("DynamoDB::GlobalTable").items()
        if "StreamSpecification" in table
    }

    told = {synth.table(name) for name in (*TOLD.values(), "Events")}
    assert streams == {key: {"StreamViewType": "NEW_AND_OLD_IMAGES"} for key in told}
    assert TOLD.keys() == DRAFTING.keys()
