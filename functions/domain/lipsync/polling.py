"""When to look at a generation again, and when to give it up.

A webhook usually tells first. Where it does not, a young one is looked at often, an old one at
times that grow with its age: so each is looked at some fifteen times, however long it takes, and is
found over within a third of its time.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from functions.domain.lipsync.generation import LipSyncModel
from functions.domain.times import Milliseconds

POLL_SHARDS: Final = tuple("0123")
# Seconds before which a generation of a model is not over.
_FIRST: Final[Mapping[LipSyncModel, float]] = {
    LipSyncModel.LIPSYNC_1_9: 5,
    LipSyncModel.LIPSYNC_2: 5,
    LipSyncModel.LIPSYNC_2_PRO: 10,
    LipSyncModel.REACT_1: 10,
    LipSyncModel.SYNC_3: 15,
}
_GROWTH: Final = 3
_MOST: Final = 180.0
# How many times its length a video may take, by model, beside what anything may wait in a line.
_PACE: Final[Mapping[LipSyncModel, int]] = {
    LipSyncModel.LIPSYNC_1_9: 20,
    LipSyncModel.LIPSYNC_2: 20,
    LipSyncModel.LIPSYNC_2_PRO: 40,
    LipSyncModel.REACT_1: 40,
    LipSyncModel.SYNC_3: 40,
}
_WAITS: Final = timedelta(minutes=30)
LONGEST_WAIT: Final = timedelta(hours=4)


def next_poll(model: LipSyncModel, submitted_at: datetime, now: datetime) -> datetime:
    """The first after its model's usual least time, then after a third of its age."""
    age = max(0.0, (now - submitted_at).total_seconds())
    return now + timedelta(seconds=min(max(_FIRST[model], age / _GROWTH), _MOST))


def patience(model: LipSyncModel, length: Milliseconds) -> timedelta:
    """How long a generation may take, all in all."""
    return min(_WAITS + timedelta(milliseconds=length * _PACE[model]), LONGEST_WAIT)


def poll_shard(job_id: str) -> str:
    """What waits is found by few keys, so that no single one takes all writes."""
    return POLL_SHARDS[zlib.crc32(job_id.encode()) % len(POLL_SHARDS)]
