"""What holds of a video on a deployed cloud that was deleted."""

from __future__ import annotations

from typing import Any

from tests.support.cloud import Cloud


def require_gone(cloud: Cloud, receipt: dict[str, Any], *words: str, user: str = "pro") -> None:
    """Deleted, and of all that there was only the receipt is left."""
    assert receipt["state"] == "deleted", receipt
    assert (receipt["left"], receipt["error"]) == ([], None)
    (only,) = cloud.traces(receipt["video_id"], *words)
    assert f"receipt#{receipt['deletion_id']}" in only
    assert cloud.delete(receipt["video_id"], user) == receipt


def told(receipt: dict[str, Any]) -> dict[str, int]:
    return {row["kind"]: row["count"] for row in receipt["deleted"]}


def counts(cloud: Cloud, user: str = "pro") -> dict[str, Any]:
    return dict(cloud.call("GET", "/api/segments/analytics", user=user).json["segments"])
