"""Who may work on a video: one run at a time, for as long as its lease holds.

A video is held by the run that it names (`Video.holder`); the run's own row says until when
(`Run.lease_until`). This is the whole rule:

take      Video and run are written together, over the version of the video that was read. Who reads
          a video that is held leaves it alone; of two that read it free, one is written.
hold      Whoever works for a run moves its lease on: every stage that begins, and long work in
          between. A run that waits, for a free function or an answer from outside, is held by the
          reaper, who sees that its execution goes on.
end       A run ends by one conditional write of its row, and only once: it finishes, fails, or is
          cancelled. A run whose lease is over, by more than clocks may differ, and whose execution
          does not go on, is ended for it.
fence     What is written for a run names it, and is refused once the run has ended: its own row by
          its status, the video's by its holder, those of segments by the run's number, below
          which the video's fence closes (`SegmentStore.close`). So a worker that was taken for dead
          cannot write any more, whatever its clock says.
let go    The video is let go last, when nothing can be written for the run any more. Until then the
          run's row is watched, so that whatever was interrupted is gone on with.
"""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from typing import Final

LEASE: Final = timedelta(minutes=3)
# Clocks of functions may differ by this much before a run is looked at too early; it is looked at
# then, no more: it is ended only if its execution does not go on.
SKEW: Final = timedelta(seconds=30)
# A worker looks as often whether its run goes on.
BEAT_SECONDS: Final = 3.0
# Workers of a cancelled run have all noticed by then: what they left meanwhile is cleared, too.
AFTERMATH: Final = timedelta(minutes=2)
# So long the last step may take after it has decided that a run has gone well.
CLOSING: Final = timedelta(minutes=15)
# A range that waits for longer may have stopped: it has no lease, its execution is asked.
RANGE_PATIENCE: Final = timedelta(minutes=5)
# The same of a video that is fetched, from the last part that came.
INGEST_PATIENCE: Final = timedelta(minutes=5)
WATCH_SHARDS: Final = tuple("0123")


def lease_from(now: datetime) -> datetime:
    return now + LEASE


def is_over(lease_until: datetime, now: datetime) -> bool:
    """Whether nobody holds it any more, whichever clock is right."""
    return now > lease_until + SKEW


def half_gone(lease_until: datetime | None, now: datetime) -> bool:
    """Whether it is time to move a lease on."""
    return lease_until is None or lease_until - now < LEASE / 2


def watch_shard(name: str) -> str:
    """What is watched is found by few keys, so that no single one takes all writes."""
    return WATCH_SHARDS[zlib.crc32(name.encode()) % len(WATCH_SHARDS)]
