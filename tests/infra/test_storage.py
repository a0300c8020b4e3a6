from __future__ import annotations

from typing import Any

import pytest

from functions.domain import keys
from infra.constructs.tables import SEGMENT_INDEXES
from tests.infra.synth import Synth

# table: (key, {index: (partition key, sort key)}); clients and stores know these by name.
TABLES: dict[str, tuple[list[str], dict[str, tuple[str, str]]]] = {
    "Videos": (["video_id"], {"user_id-created_at-index": ("user_id", "created_at")}),
    "Segments": (
        ["segment_id"],
        {
            "video_id-segment_type-index": ("video_id", "segment_type"),
            "video_id-segment_order-index": ("video_id", "segment_order"),
            "user_id-segment_type-index": ("user_id", "segment_type"),
            "user_id-created_at-index": ("user_id", "created_at"),
            "user_id-duration-index": ("user_id", "duration"),
            "user_id-file_size-index": ("user_id", "file_size"),
            "user_id-title-index": ("user_id", "title"),
            "user_id-views-index": ("user_id", "views"),
            "user_id-engagement_rate-index": ("user_id", "engagement_rate"),
        },
    ),
    "PipelineRuns": (["video_id", "run_id"], {}),
    "Idempotency": (["id"], {}),
}
NUMBERS = {"duration", "file_size", "views", "engagement_rate"}
# What a deploy must never take away.
KEEPING = (
    "S3::Bucket",
    "DynamoDB::GlobalTable",
    "Cognito::UserPool",
    "SecretsManager::Secret",
)

each_table = pytest.mark.parametrize("table", TABLES)


def _bucket(synth: Synth) -> dict[str, Any]:
    return synth.one("S3::Bucket")


def _table(synth: Synth, name: str) -> dict[str, Any]:
    (found,) = (
        table
        for id_, table in synth.of("DynamoDB::GlobalTable").items()
        if id_.startswith(f"Tables{name}")
    )
    return found


def _keys(schema: list[dict[str, str]]) -> list[str]:
    assert [item["KeyType"] for item in schema] == ["HASH", "RANGE"][: len(schema)]
    return [item["AttributeName"] for item in schema]


def test_given_the_bucket_when_deployed_then_nothing_in_it_is_public(synth: Synth):
    assert _bucket(synth)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert _bucket(synth)["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "BucketOwnerEnforced"}
    ]


def test_given_the_bucket_when_written_to_then_it_is_encrypted(synth: Synth):
    (rule,) = _bucket(synth)["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_given_a_cloud_stage_when_the_bucket_is_called_then_only_by_tls(cloud: Synth):
    denied = [
        statement["Condition"]
        for statement in cloud.one("S3::BucketPolicy")["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Principal"] == {"AWS": "*"}
    ]

    assert {"Bool": {"aws:SecureTransport": "false"}} in denied
    assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in denied


def test_given_a_cloud_stage_when_a_file_is_replaced_then_a_run_still_reads_its_own(cloud: Synth):
    assert _bucket(cloud)["VersioningConfiguration"] == {"Status": "Enabled"}


def test_given_the_bucket_when_an_object_appears_then_event_bridge_hears_of_it(synth: Synth):
    notified = _bucket(synth)["NotificationConfiguration"]

    assert notified == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


def test_given_a_browser_when_it_uploads_in_parts_then_it_can_read_their_etags(synth: Synth):
    (rule,) = _bucket(synth)["CorsConfiguration"]["CorsRules"]

    assert "ETag" in rule["ExposedHeaders"]
    assert {"GET", "HEAD", "PUT"} == set(rule["AllowedMethods"])
    assert rule["AllowedOrigins"] == list(synth.settings.cors_origins)


def _rules(synth: Synth) -> dict[str, dict[str, Any]]:
    rules = _bucket(synth)["LifecycleConfiguration"]["Rules"]
    assert [rule["Id"] for rule in rules if rule["Status"] != "Enabled"] == []
    return {rule["Id"]: rule for rule in rules}


def test_given_an_upload_that_nobody_finishes_when_days_pass_then_its_parts_go(synth: Synth):
    rule = _rules(synth)["unfinished-uploads"]

    assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] >= 1
    assert "Prefix" not in rule


def test_given_a_half_way_piece_when_days_pass_then_it_goes_but_not_during_a_run(synth: Synth):
    """The state machine ends after twelve hours, and a failed run may be started again."""
    rule = _rules(synth)["half-way-pieces"]

    assert rule["Prefix"] == f"{keys.WORK}/"
    assert 2 <= rule["ExpirationInDays"] <= 7


def test_given_the_lifecycle_when_it_deletes_then_only_half_way_pieces(synth: Synth):
    deleting = [name for name, rule in _rules(synth).items() if "ExpirationInDays" in rule]

    assert deleting == ["half-way-pieces"]


def test_given_a_cloud_stage_when_a_version_is_old_then_it_goes(cloud: Synth):
    kept = _rules(cloud)["old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"]

    assert 7 <= kept <= 90


def test_given_the_tables_when_deployed_then_each_is_looked_at_below(synth: Synth):
    assert len(synth.of("DynamoDB::GlobalTable")) == len(TABLES)


@each_table
def test_given_a_table_when_deployed_then_its_key_is_the_contracts(synth: Synth, table: str):
    assert _keys(_table(synth, table)["KeySchema"]) == TABLES[table][0]


@each_table
def test_given_a_table_when_deployed_then_its_indexes_are_the_contracts(synth: Synth, table: str):
    indexes = _table(synth, table).get("GlobalSecondaryIndexes", [])

    assert {it["IndexName"]: tuple(_keys(it["KeySchema"])) for it in indexes} == TABLES[table][1]
    assert [it["IndexName"] for it in indexes if it["Projection"]["ProjectionType"] != "ALL"] == []


def test_given_the_contract_when_the_construct_changes_then_that_is_noticed():
    wanted = TABLES["Segments"][1]

    assert {name: it[:2] for name, it in SEGMENT_INDEXES.items()} == wanted


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


def test_given_an_idempotency_key_when_its_day_is_over_then_its_row_goes(synth: Synth):
    assert _table(synth, "Idempotency")["TimeToLiveSpecification"] == {
        "AttributeName": "expiration",
        "Enabled": True,
    }


@pytest.mark.parametrize("kind", KEEPING)
def test_given_a_stack_that_is_deleted_when_it_held_data_then_the_data_stays(
    synth: Synth, kind: str
):
    policies = {
        name: (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        for name, resource in synth.resources.items()
        if resource["Type"] == f"AWS::{kind}"
    }

    assert policies
    assert {name for name, both in policies.items() if both != ("Retain", "Retain")} == set()
