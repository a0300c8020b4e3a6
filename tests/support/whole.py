"""Whether a finished run has left all that it should, once, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from functions.adapters import aws
from functions.adapters.dynamo.counters import DynamoSegmentCounters
from functions.domain.keys import MEDIA, WORK
from functions.domain.runs.run import RunStatus
from functions.domain.segments.segment import Segment, SegmentType
from functions.domain.video import Video, VideoStatus
from tests.contract.packets import packets, together
from tests.support.site import Site


def faults(site: Site, video: Video, source: Path, count: int) -> list[str]:
    """What is wrong with a video of `count` segments; inside `reached` only."""
    context = site.context()
    found = context.videos.get(video.video_id)
    run = context.runs.get(video.video_id, str(video.run_id))
    rows = context.segments.of_video(video.video_id, None, limit=10 * count + 10, after=None).items
    wrong = [
        *_differs("video", found and found.status, VideoStatus.READY),
        *_differs("run", run and run.status, RunStatus.SUCCEEDED),
        *_differs("segments of the video", found and found.segment_count, count),
        *_rows(rows, count),
        *_links(rows),
        *_left_rows(site, video, rows),
        *_counted(site, video, rows),
        *_objects(site, video, rows),
    ]
    return wrong or list(_packets(site, rows, source))


def _differs(what: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{what}: {found}, not {wanted}"


def _rows(rows: list[Segment], count: int) -> Iterator[str]:
    wanted = {
        (SegmentType.ORIGINAL, 0),
        (SegmentType.AUDIO, 0),
        *((SegmentType.PROCESSED, number) for number in range(1, count + 1)),
        *((SegmentType.THUMBNAIL, number) for number in range(count + 1)),
    }
    found = Counter((row.segment_type, row.segment_number) for row in rows)
    yield from _differs("rows", sorted(found.elements()), sorted(wanted))


def _links(rows: list[Segment]) -> Iterator[str]:
    """Each segment names its thumbnail, and the thumbnail names it."""
    kinds = (SegmentType.PROCESSED, SegmentType.THUMBNAIL)
    segments, pictures = (
        {row.segment_number: row for row in rows if row.segment_type is kind} for kind in kinds
    )
    for number, row in segments.items():
        picture = pictures.get(number)
        linked = (row.thumbnail_id, picture and picture.thumbnail_of)
        wanted = (picture and picture.segment_id, row.segment_id)
        yield from _differs(f"links of segment {number}", linked, wanted)


def _left_rows(site: Site, video: Video, rows: list[Segment]) -> Iterator[str]:
    """Rows that no reader is shown."""
    pages = aws.client("dynamodb").get_paginator("scan")
    ids = {
        item["segment_id"]["S"]
        for page in pages.paginate(TableName=site.environment["SEGMENTS_TABLE"])
        for item in page["Items"]
        if item.get("video_id", {}).get("S") == video.video_id
    }
    yield from _differs("rows in the table", ids, {row.segment_id for row in rows})


def _counted(site: Site, video: Video, rows: list[Segment]) -> Iterator[str]:
    counts = DynamoSegmentCounters(site.environment["COUNTERS_TABLE"]).of_video(video.video_id)
    by_type = Counter(row.segment_type for row in rows)
    yield from _differs("counted", dict(counts.by_type), dict(by_type))
    yield from _differs("bytes counted", counts.file_size, sum(row.file_size for row in rows))


def _objects(site: Site, video: Video, rows: list[Segment]) -> Iterator[str]:
    """Each row's object is there in its size, and no other, but what a lifecycle rule clears:
    pieces under work/, unfinished uploads and versions that were written over."""
    pages = aws.client("s3").get_paginator("list_objects_v2")
    found = {
        item["Key"]: item["Size"]
        for page in pages.paginate(Bucket=site.bucket)
        for item in page.get("Contents", [])
        if f"/{video.video_id}/" in item["Key"] and not item["Key"].startswith(f"{WORK}/")
    }
    documents = {key for key in found if key.startswith(f"{MEDIA}/") and key.endswith(".json")}
    yield from _differs("documents", len(documents), 2)
    sizes = {key: size for key, size in found.items() if key not in documents}
    yield from _differs("objects", sizes, {row.s3_key: row.file_size for row in rows})


def _packets(site: Site, rows: list[Segment], source: Path) -> Iterator[str]:
    """Every packet of the source once, in order, and its sound again in the audio segment."""
    processed = [row for row in rows if row.segment_type is SegmentType.PROCESSED]
    processed.sort(key=lambda row: row.segment_number)
    made = together(packets(_fetch(site, row), stored=True) for row in processed)
    wanted = packets(source)
    if made != wanted:
        yield f"packets: {_lengths(made)}, not {_lengths(wanted)}"
    (audio,) = (row for row in rows if row.segment_type is SegmentType.AUDIO)
    if packets(_fetch(site, audio))["0"] != wanted["1"]:
        yield "the audio segment does not have the source's sound"


def _lengths(of: dict[str, list[str]]) -> dict[str, int]:
    return {stream: len(digests) for stream, digests in of.items()}


def _fetch(site: Site, row: Segment) -> Path:
    path = site.folder / f"fetched{Path(row.s3_key).suffix}"
    aws.client("s3").download_file(site.bucket, row.s3_key, str(path))
    return path
