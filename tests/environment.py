"""The environment the functions run in, for tests: every variable the settings classes read."""

from __future__ import annotations

import json

MIB = 1024 * 1024
HOUR = 3_600_000

TIERS = {
    "free": {"max_bytes": 100 * MIB, "max_duration": HOUR // 2},
    "pro": {"max_bytes": 10_000 * MIB, "max_duration": 4 * HOUR},
    "enterprise": {"max_bytes": 100_000 * MIB, "max_duration": 12 * HOUR},
}

FUNCTION_ENVIRONMENT = {
    "VIDEOS_TABLE": "videos",
    "RUNS_TABLE": "runs",
    "SEGMENTS_TABLE": "segments",
    "COUNTERS_TABLE": "counters",
    "SNAPSHOTS_TABLE": "snapshots",
    "IDEMPOTENCY_TABLE": "idempotency",
    "DELETIONS_TABLE": "deletions",
    "DELETION_MACHINE_ARN": "arn:aws:states:eu-west-1:000000000000:stateMachine:delete",
    "SETTLE_S": "60",
    "WORKER_S": "960",
    "RECEIPT_DAYS": "90",
    "ORPHAN_DAYS": "7",
    "GRACE_HOURS": "24",
    "RATES_TABLE": "rates",
    "PREFERENCES_TABLE": "preferences",
    "MOMENTS_TABLE": "moments",
    "GENERATIONS_TABLE": "generations",
    "MODELS": json.dumps(
        {
            "usual": "embedded",
            "models": [
                {"name": "claude-haiku", "model_id": "m:0", "input_usd": 1.0, "output_usd": 5.0}
            ],
        }
    ),
    "MOMENT_MACHINE_ARN": "arn:aws:states:eu-west-1:000000000000:stateMachine:moments",
    "RATE_LIMITS": json.dumps({"free": 120, "pro": 600, "enterprise": 3_000}),
    "YOUTUBE_COMBINED": "false",
    "MEDIA_BUCKET": "media",
    "STATE_MACHINE_ARN": "arn:aws:states:eu-west-1:000000000000:stateMachine:cut",
    "INGEST_MACHINE_ARN": "arn:aws:states:eu-west-1:000000000000:stateMachine:ingest",
    "SOURCE_RULES": json.dumps({"ports": [80, 443], "openings": []}),
    "FETCH_SECONDS": json.dumps({"free": 60, "pro": 3_600, "enterprise": 36_000}),
    "RANGE_MACHINE_ARN": "arn:aws:states:eu-west-1:000000000000:stateMachine:range",
    "USER_POOL_ID": "eu-west-1_test",
    "UPLOAD_QUEUE": "cutroom-uploads",
    "CURSOR_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:000000000000:secret:cursor",
    "STAGE": "test",
    "POWERTOOLS_SERVICE_NAME": "cutroom-test",
    "TIER_LIMITS": json.dumps(TIERS),
    "SEGMENTS_PER_WINDOW": "3",
    "WINDOWS_AT_ONCE": "2",
    "ACCOUNT_PERCENT": "40",
    "CUT_MEMORY_MB": "3008",
    "CUT_SECONDS": "720",
    "JOIN_DISK_MB": "1024",
    "GB_SECOND_USD": "0.0000133334",
    "REQUEST_USD": "0.0000002",
    "TRANSITION_USD": "0.000025",
    "DISK_BUDGET_MB": "64",
    "HANDOVER_S": "60",
    "RANGE_LIMIT_MB": "5",
    "TRANSCRIPTIONS_TABLE": "transcriptions",
    "TRANSCRIBE_ENDPOINT": "http://127.0.0.1:9",
    "TRANSCRIBER": "fake",
    "JOB_PREFIX": "cutroom-test",
    "RECHECK_S": "60",
    "REAP_LIMIT": "25",
}

FAKE_AWS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
}
