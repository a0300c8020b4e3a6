"""Bare tables made from the very definitions that are deployed."""

from __future__ import annotations

from typing import Any

from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra.constructs.tables import Tables
from infra.stages import stage_settings

_KINDS = {
    "Videos": "videos",
    "Segments": "segments",
    "PipelineRuns": "runs",
    "Counters": "counters",
    "SocialSnapshots": "snapshots",
    "RateLimits": "rates",
    "Preferences": "preferences",
    "Transcriptions": "transcriptions",
    "Moments": "moments",
    "MomentGenerations": "generations",
    "Idempotency": "idempotency",
    "Deletions": "deletions",
    "LipSyncJobs": "lipsync_jobs",
    "LipSyncGate": "lipsync_gate",
    "SocialAccounts": "social_accounts",
    "SocialPosts": "social_posts",
    "SocialBudgets": "budgets",
    "SocialSyncs": "syncs",
    "Events": "events",
    "EventMarks": "event_marks",
    "Connections": "connections",
    "WebhookDeliveries": "webhook_deliveries",
    "Webhooks": "webhooks",
}


def make_tables(dynamodb: Any) -> dict[str, str]:
    """Create each table; returns names by what they hold."""
    stack = Stack(App(), "Bare")
    Tables(stack, "Tables", stage_settings("local"))
    found = Template.from_stack(stack).find_resources("AWS::DynamoDB::GlobalTable")
    names = {}
    for logical_id, resource in found.items():
        for part, kind in _KINDS.items():
            if part in logical_id:
                names[kind] = _make(dynamodb, f"contract-{kind}", resource["Properties"])
    return names


def _make(dynamodb: Any, name: str, defined: dict[str, Any]) -> str:
    indexes = {
        "GlobalSecondaryIndexes": [
            {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
            for index in defined["GlobalSecondaryIndexes"]
        ]
        if "GlobalSecondaryIndexes" in defined
        else []
    }
    dynamodb.create_table(
        TableName=name,
        KeySchema=defined["KeySchema"],
        AttributeDefinitions=defined["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
        **{key: value for key, value in indexes.items() if value},
    )
    return name
