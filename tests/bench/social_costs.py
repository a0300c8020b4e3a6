"""What the sync of a post costs in DynamoDB: units by AWS's published rules, from what is asked of
the local cloud's tables.

A row of a transaction is paid for twice, and each index that holds it once more; an index whose key
changes is paid for twice.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any

from functions.adapters.dynamo.budgets import DynamoBudgets
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.adapters.dynamo.social_accounts import DynamoAccountStore
from functions.adapters.dynamo.sync_posts import DynamoSyncPosts
from infra.local import emulator
from infra.local.deployment import client
from tests.bench.scale_costs import READ_UNIT, WRITE_UNIT, item_size
from tests.bench.social_crowd import Crowd
from tests.contract.social_feed import Feed
from tests.contract.social_lab import lab
from tests.contract.tables import make_tables
from tests.support.meter import Call, metered
from tests.support.site import reached

POSTS, USERS = 500, 2
# Indexes that hold a row whole, and how many of their keys move with a look.
INDEXES = {"segments": (9, 2), "social_posts": (2, 1), "snapshots": (1, 0)}


def units_of_a_post() -> tuple[float, float]:
    """Read and write units of planning a post, reading it and keeping its numbers."""
    with tempfile.TemporaryDirectory() as folder, lab() as made:
        cloud = emulator.start(Path(folder) / "cloud", keep_objects=False)
        try:
            tables = make_tables(client(cloud, "dynamodb"))
            with reached({**emulator.CREDENTIALS, "AWS_ENDPOINT_URL": cloud.endpoint}):
                return _measured(made, tables)
        finally:
            cloud.stop()


def _measured(made: Any, tables: Mapping[str, str]) -> tuple[float, float]:
    feed: Any = Feed(made)
    feed.accounts = DynamoAccountStore(tables["social_accounts"])
    feed.posts = DynamoSyncPosts(tables["social_posts"])
    feed.segments = DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])
    feed.budgets = DynamoBudgets(tables["budgets"])
    crowd = Crowd(feed, posts=POSTS, users=USERS)
    crowd.fill()
    kinds = {name: kind for kind, name in tables.items()}
    with metered() as calls:
        for _ in range(3):
            crowd.tick()
            feed.wait(timedelta(minutes=5))
    reads = sum(map(_read, calls))
    writes = sum(units for call in calls for units in _written(call, kinds))
    return reads / POSTS, writes / POSTS


def _read(call: Call) -> float:
    if call.operation == "GetItem":
        return max(1, ceil(item_size(call.answer.get("Item", {})) / READ_UNIT))
    if call.operation == "BatchGetItem":
        rows = [row for found in call.answer["Responses"].values() for row in found]
        return sum(ceil(item_size(row) / READ_UNIT) for row in rows)
    if call.operation == "Query":
        units = max(1, ceil(sum(map(item_size, call.answer["Items"])) / READ_UNIT))
        return units if call.asked.get("ConsistentRead") else units / 2
    return 0


def _written(call: Call, kinds: Mapping[str, str]) -> Iterator[float]:
    if call.operation == "TransactWriteItems":
        for write in call.asked["TransactItems"]:
            ((_, one),) = write.items()
            yield 2 * _size(one) + _indexes(one, kinds)
    elif call.operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        yield _size(call.asked) + _indexes(call.asked, kinds)


def _size(one: Mapping[str, Any]) -> int:
    """Counters are small rows."""
    return max(1, ceil(item_size(one["Item"]) / WRITE_UNIT)) if "Item" in one else 1


def _indexes(one: Mapping[str, Any], kinds: Mapping[str, str]) -> int:
    whole, moved = INDEXES.get(kinds.get(one["TableName"], ""), (0, 0))
    return (whole + moved) * _size(one)
