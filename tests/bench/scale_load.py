"""Fills tables with a million segments, and says who asks for them."""

from __future__ import annotations

import http.client
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from functions.adapters.dynamo.counter_rows import SHARDS
from functions.adapters.dynamo.counters import DynamoSegmentCounters
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.domain.segments.segment import Segment
from infra.local.emulator import REGION
from tests.bench.scale_calls import Asker
from tests.bench.scale_rows import (
    LARGE_VIDEO,
    SMALL_VIDEO,
    Place,
    Rows,
    of_many_users,
    of_one_user,
    user_id,
    video_id,
)

HEAVY = 1_000
ALL_OF_ONE = "one user with all"


@dataclass(frozen=True, slots=True)
class Tables:
    """An engine's tables of one size and layout."""

    endpoint: str
    dynamodb: Any
    names: Mapping[str, str]

    def store(self) -> DynamoSegmentStore:
        names = self.names
        return DynamoSegmentStore(names["segments"], names["counters"], names["snapshots"])

    def indexes(self) -> dict[str, list[str]]:
        """What each index of the segments is sorted by."""
        table = self.dynamodb.describe_table(TableName=self.names["segments"])["Table"]
        return {
            index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
            for index in table["GlobalSecondaryIndexes"]
        }

    def drop(self) -> None:
        for name in self.names.values():
            self.dynamodb.delete_table(TableName=name)

    def load(self, rows: Rows, places: Iterable[Place]) -> None:
        """Put by put through BatchWriteItem, past the client: it would take longer than all."""
        address = urlsplit(self.endpoint)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=600)
        headers = _headers()
        start = f'{{"RequestItems":{{"{self.names["segments"]}":['
        for some in _batches(rows.text(place) for place in places):
            connection.request("POST", "/", f"{start}{','.join(some)}]}}}}".encode(), headers)
            answer = connection.getresponse()
            body = json.loads(answer.read())
            if answer.status != 200 or body["UnprocessedItems"]:
                raise AssertionError(f"the engine took no batch: {answer.status} {str(body)[:500]}")
        connection.close()

    def count(self, owner: str, segments: Iterable[Segment], times: int = 1) -> None:
        """What the adapter would have counted, over all its shards."""
        total: dict[str, int] = {}
        for one in segments:
            for name, number in ((one.segment_type.value, 1), ("file_size", one.file_size)):
                total[name] = total.get(name, 0) + number * times
        for shard in range(SHARDS):
            share = {n: (number + shard) // SHARDS for n, number in total.items()}
            row = {"counter_of": owner, "counter_name": f"segments#{shard}", **share}
            self.dynamodb.put_item(TableName=self.names["counters"], Item=encode_item(row))

    def asker(
        self, name: str, rows: Rows, first: int, count: int, small: str, large: str | None
    ) -> Asker:
        whose = user_id(0) if large else user_id(1 + first // SMALL_VIDEO)
        counters = DynamoSegmentCounters(self.names["counters"])
        return Asker(name, whose, self.store(), counters, rows, first, count, small, large)


def _headers() -> dict[str, str]:
    """The local engines look for whose a request is, not whether its signature is right."""
    whose = f"{os.environ['AWS_ACCESS_KEY_ID']}/20260101/{REGION}/dynamodb/aws4_request"
    return {
        "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={whose}, SignedHeaders=host, Signature=0",
    }


def _batches(texts: Iterator[str]) -> Iterator[list[str]]:
    while some := list(itertools.islice(texts, 25)):
        yield some


def load_one_user(tables: Tables, rows: Rows, count: int) -> list[Asker]:
    """All of one user."""
    tables.load(rows, of_one_user(count))
    # A hundred in a row, after the large video's.
    small = count * 7 // 10 // SMALL_VIDEO
    return [_thousand(tables, rows, ALL_OF_ONE, 0, count, small)]


def load_many_users(tables: Tables, rows: Rows, count: int) -> list[Asker]:
    """A hundred each; asked for by one of them, and by one with a thousand."""
    tables.load(rows, of_many_users(count))
    heavy = _thousand(tables, rows, "one with 1,000 of many users", count, HEAVY, 7)
    # Such a one has the same of the thousand kinds at each size.
    user = count // SMALL_VIDEO // 20 * 10 + 3
    first, video = user * SMALL_VIDEO, video_id(user + 1, 0)
    mine = [rows.segment(Place("", video, first + at)) for at in range(SMALL_VIDEO)]
    tables.count(f"user#{user_id(user + 1)}", mine)
    tables.count(f"video#{video}", mine)
    light = tables.asker("one with 100 of many users", rows, first, SMALL_VIDEO, video, None)
    return [light, heavy]


def _thousand(tables: Tables, rows: Rows, name: str, first: int, count: int, small: int) -> Asker:
    large = video_id(0, 0)
    some = [rows.segment(Place("", large, at)) for at in range(LARGE_VIDEO)]
    tables.count(f"video#{large}", some)
    tables.count(f"video#{video_id(0, small)}", some[:SMALL_VIDEO])
    tables.count(f"user#{user_id(0)}", rows.kinds, count // len(rows.kinds))
    return tables.asker(name, rows, first, count, video_id(0, small), large)
