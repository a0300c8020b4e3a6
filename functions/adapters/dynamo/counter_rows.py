"""How counters are kept: the names of their rows, and the numbers in them.

counter_of          counter_name
user#{user_id}      segments#{shard}            segments by type, and their bytes
video#{video_id}    segments#{shard}            the same, and the fence: the runs that are closed
user#{user_id}      social#{platform}           sums over posts
video#{video_id}    social#{platform}
user#{user_id}      day#{date}#{platform}       gains of a day, and losses
video#{video_id}    day#{date}#{platform}
segment#{id}        day#{date}#{platform}
post#{post_key}     day#{date}#{platform}
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from functions.domain.posts.history import Gain, PlatformSums, read_gain, read_sums
from functions.domain.posts.post import Platform, Post
from functions.domain.segments.segment import Segment
from functions.domain.times import from_iso

# Transactions that meet at a row cancel each other, and many workers add segments at once.
SHARDS: Final = 8
KEYS: Final = frozenset({"counter_of", "counter_name"})
SEGMENTS: Final = "segments#"
FENCE: Final = "fence"

user = "user#{}".format
video = "video#{}".format
segment = "segment#{}".format


def post_key(segment_id: str, platform: Platform, post_id: str) -> str:
    """One posting of a segment, wherever something is kept of it."""
    return f"{segment_id}#{platform}#{post_id}"


def posting(segment_id: str, one: Post) -> str:
    return f"post#{post_key(segment_id, one.platform, one.post_id)}"


def segments_key(owner: str, segment_id: str) -> dict[str, str]:
    """The row that counts a segment for an owner."""
    shard = zlib.crc32(segment_id.encode()) % SHARDS
    return {"counter_of": owner, "counter_name": f"{SEGMENTS}{shard}"}


def social_key(owner: str, platform: Platform) -> dict[str, str]:
    return {"counter_of": owner, "counter_name": f"social#{platform}"}


def day_key(owner: str, day: date, platform: Platform) -> dict[str, str]:
    return {"counter_of": owner, "counter_name": f"day#{day.isoformat()}#{platform}"}


def counted(one: Segment | None) -> dict[str, int]:
    return {} if one is None else {one.segment_type.value: 1, "file_size": one.file_size}


def difference(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    return {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}


def add(total: dict[str, int], numbers: Mapping[str, Any]) -> None:
    for name, number in numbers.items():
        total[name] = total.get(name, 0) + number


def sums_in(row: Mapping[str, Any]) -> PlatformSums:
    platform = Platform(str(row["counter_name"]).partition("#")[2])
    synced = row.get("synced_at")
    return read_sums(platform, row, from_iso(synced) if synced else None)


def gain_in(row: Mapping[str, Any]) -> Gain:
    _, day, platform = str(row["counter_name"]).split("#")
    return read_gain(Platform(platform), date.fromisoformat(day), row)
