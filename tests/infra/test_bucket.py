from __future__ import annotations

from typing import Any

import pytest

from functions.domain import keys
from tests.infra.synth import Synth

# What a deploy must never take away.
KEEPING = (
    "S3::Bucket",
    "DynamoDB::GlobalTable",
    "Cognito::UserPool",
    "SecretsManager::Secret",
)


def _bucket(synth: Synth) -> dict[str, Any]:
    return synth.one("S3::Bucket")


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


def test_given_the_lifecycle_when_it_deletes_then_only_pieces_reports_and_lists(synth: Synth):
    deleting = [name for name, rule in _rules(synth).items() if "ExpirationInDays" in rule]

    assert sorted(deleting) == ["half-way-pieces", "reports", "syncs"]


def test_given_a_cloud_stage_when_a_version_is_old_then_it_goes(cloud: Synth):
    rules = [rule for name, rule in _rules(cloud).items() if name.startswith("old-")]
    kept = {r["Prefix"]: r["NoncurrentVersionExpiration"]["NoncurrentDays"] for r in rules}

    assert kept.keys() == {"media/", "work/", "reports/", "syncs/"}
    # Long enough to have back what was replaced by mistake; of pieces nobody wants any.
    assert 7 <= kept["media/"] <= 90
    assert max(kept["work/"], kept["reports/"], kept["syncs/"]) <= 3


def test_given_a_cloud_stage_when_all_versions_of_an_object_are_gone_then_its_mark_goes_too(
    cloud: Synth,
):
    marks = [rule for rule in _rules(cloud).values() if rule.get("ExpiredObjectDeleteMarker")]

    assert [rule["Prefix"] for rule in marks] == ["media/"]


def test_given_the_stages_retention_when_deployed_then_every_rule_keeps_as_long_as_that_says(
    cloud: Synth,
):
    rules, keep = _rules(cloud), cloud.settings.retention
    told = (
        rules["unfinished-uploads"]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"],
        rules["half-way-pieces"]["ExpirationInDays"],
        rules["old-media"]["NoncurrentVersionExpiration"]["NoncurrentDays"],
        rules["old-work"]["NoncurrentVersionExpiration"]["NoncurrentDays"],
    )

    assert told == (keep.parts, keep.work, keep.replaced, keep.replaced_work)


def test_given_the_lifecycle_when_deployed_then_nothing_under_uploads_is_touched_but_loose_parts(
    synth: Synth,
):
    """A source that was cut from stays as long as its video, and so does the version of it."""
    reaching = {
        name
        for name, rule in _rules(synth).items()
        if "uploads/".startswith(rule.get("Prefix", ""))
    }

    assert reaching == {"unfinished-uploads"}


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
