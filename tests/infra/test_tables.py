from __future__ import annotations

from typing import Any

import pytest

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

each_table = pytest.mark.parametrize("table", TABLES)


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
