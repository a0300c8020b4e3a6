"""What the deletion of a video costs: its segments together, beside each of them alone.

`make bench NAME=deletion`, with SEGMENTS=1000 for less. Units and dollars are AWS's, worked out
from what was asked and answered (`deletion_costs.py`); time is the local cloud's, on this machine.
"""

from __future__ import annotations

import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from functions.adapters.dynamo.deletions import DynamoDeletionStore
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.segment_rows import to_row
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.adapters.s3_media_store import S3MediaStore
from functions.bootstrap_deletion import belongings
from functions.domain.times import utc_now
from functions.domain.video import Video
from functions.runtime.deletion_settings import DeletionSettings
from functions.runtime.settings import load
from functions.services.deletions.delete_video import DeletionWork, Limits, Next, delete_video
from functions.services.deletions.kinds import kinds
from functions.services.segments.purge_segment import purge_segment
from infra.local import emulator
from infra.local.deployment import client
from tests.bench.deletion_costs import Bill, billed, shares
from tests.bench.rows import MissedError, Row, compared, measured
from tests.bench.scale_costs import item_size
from tests.contract.tables import make_tables
from tests.environment import FUNCTION_ENVIRONMENT
from tests.support.belongings import Place, only_receipt
from tests.support.site import reached

ALONE = 200
NOTHING = Limits(settle=timedelta(0), longest=timedelta(0), kept=timedelta(days=90))


def run() -> list[Row]:
    count = int(os.environ.get("SEGMENTS") or 10_000)
    with tempfile.TemporaryDirectory() as folder, _place(Path(folder)) as place:
        together, seconds, left = _together(place, count)
        alone, each = _alone(place)
    rows = [
        measured(f"{count:,} segments: calls", together.calls, unit="calls"),
        measured("  read units", together.read_units, unit="units"),
        measured("  write units", together.write_units, unit="units"),
        measured("  at list prices", together.usd(), unit="dollars"),
        measured("  on the local cloud", seconds, unit="s"),
        _against("calls of a segment", together.calls / count, alone.calls / ALONE, 0.1),
        _against("units of a segment", _units(together) / count, _units(alone) / ALONE, 1.0),
        _against("seconds of a segment", seconds / count, each / ALONE, 0.5),
    ]
    names = ["TransactWriteItems", "Query", "GetItem", "UpdateItem", "DeleteObjects"]
    print(f"  {shares(together, names)}", flush=True)  # noqa: T201
    if not only_receipt(left):
        raise MissedError(rows, [f"more than the receipt is left: {left[:3]}"])
    return rows


def _units(bill: Bill) -> float:
    return bill.read_units + bill.write_units


def _against(name: str, ours: float, alone: float, goal: float) -> Row:
    return compared(name, ours, alone, "each deleted alone", unit="", goal=goal)


@contextmanager
def _place(folder: Path) -> Iterator[Place]:
    cloud = emulator.start(folder / "cloud", keep_objects=False)
    try:
        s3 = client(cloud, "s3")
        s3.create_bucket(Bucket="deletion")
        s3.put_bucket_versioning(Bucket="deletion", VersioningConfiguration={"Status": "Enabled"})
        tables = make_tables(client(cloud, "dynamodb"))
        environment = {**emulator.CREDENTIALS, "AWS_ENDPOINT_URL": cloud.endpoint}
        with reached(environment):
            yield Place(tables, "deletion", str(uuid.uuid4()))
    finally:
        cloud.stop()


def _together(place: Place, count: int) -> tuple[Bill, float, list[str]]:
    video = place.fill(str(uuid.uuid4()), count)
    work = _work(place)
    with billed(place.tables["segments"], _row_bytes(place, video)) as bill:
        began = time.monotonic()
        while (
            delete_video(work, user_id=video.user_id, video_id=video.video_id).next
            is not Next.DELETED
        ):
            continue
        seconds = time.monotonic() - began
    return bill, seconds, place.left(video.video_id)


def _work(place: Place) -> DeletionWork:
    names = {f"{kind.upper()}_TABLE": name for kind, name in place.tables.items()}
    settings = load(
        DeletionSettings, {**FUNCTION_ENVIRONMENT, **names, "MEDIA_BUCKET": place.bucket}
    )
    return DeletionWork(
        videos=DynamoVideoStore(place.tables["videos"]),
        deletions=DynamoDeletionStore(place.tables["deletions"], place.tables["videos"]),
        kinds=kinds(belongings(settings)),
        limits=NOTHING,
        stop=lambda: False,
        clock=utc_now,
    )


def _row_bytes(place: Place, video: Video) -> int:
    segment = place.store().get(f"{video.video_id}-{ALONE:06d}")
    assert segment is not None
    return item_size(encode_item(to_row(segment)))


def _alone(place: Place) -> tuple[Bill, float]:
    """As `DELETE /api/segments/{id}` and the table's stream do it."""
    video = place.fill(str(uuid.uuid4()), ALONE)
    store, media = place.store(), S3MediaStore(place.bucket)
    videos = DynamoVideoStore(place.tables["videos"])
    with billed(place.tables["segments"], _row_bytes(place, video)) as bill:
        began = time.monotonic()
        for number in range(1, ALONE + 1):
            segment = store.get(f"{video.video_id}-{number:06d}")
            assert segment is not None
            store.delete(segment, utc_now())
            purge_segment(segment.segment_id, store, media, videos, utc_now)
        seconds = time.monotonic() - began
    return bill, seconds
