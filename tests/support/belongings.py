"""A video with many segments, put past the code that makes one; and all that is left of a video."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

from functions.adapters.aws import client
from functions.adapters.dynamo.counters import DynamoSegmentCounters
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.kept_answers import KeptAnswers
from functions.adapters.dynamo.runs import DynamoRunStore
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.domain.keys import segment_key, upload_key
from functions.domain.posts.post import Platform, new_post, totals
from functions.domain.runs.run import RunStatus
from functions.domain.segments.counts import SegmentCounts
from functions.domain.segments.segment import Segment, SegmentType
from functions.domain.video import Video, VideoStatus
from tests.builders import make_queued_video, make_run, make_segment, make_source
from tests.contract.segment_library import write_rows
from tests.fakes.clock import EPOCH

PUTS_AT_ONCE = 8
POSTED = 5
SNAPSHOTS = 3


@dataclass(frozen=True)
class Place:
    """Tables by what they hold, and a bucket that keeps versions."""

    tables: Mapping[str, str]
    bucket: str
    user_id: str

    def store(self) -> DynamoSegmentStore:
        tables = self.tables
        return DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])

    def counts(self) -> SegmentCounts:
        return DynamoSegmentCounters(self.tables["counters"]).of_user(self.user_id)

    def fill(self, video_id: str, count: int, files: int | None = None) -> Video:
        """A video of `count` segments, the first `files` of which have a file of a byte; some have
        posts and snapshots, some files were written over or removed. A run, an answer, an open
        upload."""
        source = make_source(key=upload_key(self.user_id, video_id))
        video = make_queued_video(
            video_id=video_id, user_id=self.user_id, source=source, status=VideoStatus.READY
        )
        DynamoVideoStore(self.tables["videos"]).create(video)
        segments = [self._segment(video_id, number) for number in range(1, count + 1)]
        write_rows(self.tables["segments"], segments)
        self._count(video_id, segments)
        for segment in segments[:POSTED]:
            self._post(segment)
        DynamoRunStore(self.tables["runs"]).create(
            make_run(video_id=video_id, user_id=self.user_id, status=RunStatus.SUCCEEDED)
        )
        self._answer(video_id)
        self._store(source.key, [segment.s3_key for segment in segments[:files]])
        return video

    def _segment(self, video_id: str, number: int) -> Segment:
        return make_segment(
            video_id=video_id,
            user_id=self.user_id,
            segment_number=number,
            segment_id=f"{video_id}-{number:06d}",
            s3_key=segment_key(self.user_id, video_id, "plan-1", number, "mp4"),
            file_size=1,
            title=f"Segment {number} of a video with a title of some length",
            duration=30_000,
            start=30_000 * number,
            end=30_000 * (number + 1),
            actual_start=30_000 * number,
            actual_end=30_000 * (number + 1),
            frame_count=750,
            width=1_920,
            height=1_080,
            tags=("holiday", "beach"),
        )

    def _count(self, video_id: str, segments: list[Segment]) -> None:
        dynamodb = client("dynamodb")
        for owner in (f"user#{self.user_id}", f"video#{video_id}"):
            dynamodb.update_item(
                TableName=self.tables["counters"],
                Key=encode_item({"counter_of": owner, "counter_name": "segments#0"}),
                UpdateExpression="ADD #type :count, file_size :size",
                ExpressionAttributeNames={"#type": SegmentType.PROCESSED.value},
                ExpressionAttributeValues=encode_item(
                    {":count": len(segments), ":size": sum(one.file_size for one in segments)}
                ),
            )

    def _post(self, segment: Segment) -> None:
        """As users do: with sums, days and snapshots."""
        store = self.store()
        for at in range(1, SNAPSHOTS + 1):
            post = new_post(Platform.X, segment.segment_id, EPOCH).told(
                {"views": 10 * at, "likes": at}, EPOCH + timedelta(days=at)
            )
            read = store.get(segment.segment_id)
            assert read is not None
            sums = totals((post,))
            told = replace(read, social_media_usage=(post,), views=sums.views)
            store.save(read, told)

    def _answer(self, video_id: str) -> None:
        record = f"api#{video_id}"
        KeptAnswers(self.tables["deletions"]).remember(
            self.user_id, [video_id], record, 2_000_000_000
        )
        row = {"id": record, "data": json.dumps({"video_id": video_id}), "status": "COMPLETED"}
        client("dynamodb").put_item(TableName=self.tables["idempotency"], Item=encode_item(row))

    def _store(self, source: str, keys: list[str]) -> None:
        s3 = client("s3")

        def put(key: str) -> None:
            s3.put_object(Bucket=self.bucket, Key=key, Body=b"x")

        with ThreadPoolExecutor(PUTS_AT_ONCE) as pool:
            list(pool.map(put, [source, *keys, *keys[:POSTED]]))
        s3.delete_object(Bucket=self.bucket, Key=keys[-1])
        s3.create_multipart_upload(Bucket=self.bucket, Key=source)

    def left(self, *words: str) -> list[str]:
        """All rows, versions, marks and uploads that have one of the words in them."""
        found = [*self._rows(), *self._objects()]
        return [one for one in found if any(word in one for word in words)]

    def _rows(self) -> Iterator[str]:
        pages = client("dynamodb").get_paginator("scan")
        for kind, table in self.tables.items():
            for page in pages.paginate(TableName=table):
                yield from (f"{kind}: {json.dumps(row, default=str)}" for row in page["Items"])

    def _objects(self) -> Iterator[str]:
        s3 = client("s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket):
            listed = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            yield from (f"object: {row['Key']} {row['VersionId']}" for row in listed)
        for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket):
            yield from (f"upload: {row['Key']}" for row in page.get("Uploads", []))


def only_receipt(left: Iterable[str]) -> bool:
    """Whether nothing but one receipt is left."""
    rows = list(left)
    return len(rows) == 1 and rows[0].startswith("deletions: ") and "receipt#" in rows[0]
