"""`make orphans`: look through all that is stored now, and tell what was found."""

from __future__ import annotations

import json
from typing import Any

from infra.local.deployment import Outputs, client

_SHOWN = 20


def find(outputs: Outputs, grace_hours: int) -> str:
    """A whole search, call by call; returns what there is to say."""
    told = _call(outputs, {"begin": True, "grace_hours": grace_hours})
    while not told["finished"]:
        told = _call(outputs, {})
    orphans = _orphans(outputs, told)
    looked = ", ".join(f"{count} {what}" for what, count in sorted(told["looked_at"].items()))
    lines = [f"Looked at {looked}; found {len(orphans)} ({told['bytes']} bytes)."]
    lines += [f"  {one['kind']}  {one['name']}" for one in orphans[:_SHOWN]]
    return "\n".join([*lines, f"All of it: {told['report']}"])


def _call(outputs: Outputs, event: dict[str, Any]) -> dict[str, Any]:
    reply = client(outputs, "lambda").invoke(
        FunctionName=outputs.find_orphans_name, Payload=json.dumps(event).encode()
    )
    answer = json.load(reply["Payload"])
    if "FunctionError" in reply:
        raise SystemExit(f"The search failed: {answer.get('errorMessage')}")
    return dict(answer)


def _orphans(outputs: Outputs, told: dict[str, Any]) -> list[dict[str, Any]]:
    s3, bucket = client(outputs, "s3"), outputs.media_bucket
    prefix = told["report"].removeprefix(f"s3://{bucket}/")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found: list[dict[str, Any]] = []
    for page in pages:
        for row in page.get("Contents", []):
            body = s3.get_object(Bucket=bucket, Key=row["Key"])["Body"].read()
            found += json.loads(body)["orphans"]
    return found
